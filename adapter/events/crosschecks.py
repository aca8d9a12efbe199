"""Rules across the fields of one event: each a function, listed in one table. design/event-data.md.

They read the JSON as it came (see checking.py), so a value of the wrong shape is simply not there for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from adapter import codes, ids
from adapter.errors import Fault, PersonalIdError
from adapter.events import consentchecks, envelope, planchecks, whoconsents
from adapter.events.fields import LAST_YEAR
from adapter.events.members import MEMBER_ROLES, WITHOUT_AGENCY
from adapter.events.plans import ACTIVITY_STATUS
from adapter.events.raw import Finding, Raw, day, fault, items, part, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapter.events.catalogue import EventType


def author_hpr(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a professional without HPR number."""
    author = part(data, "author")
    if author.get("kind") == "health-personnel" and author.get("hpr") is None:
        yield fault("IPK-E005", "author.hpr")


def author_name(data: Raw, _row: EventType, context: envelope.Context) -> Iterator[Finding]:
    """Find an author without name; only what is made from a received message or a resource may name the party alone."""
    author = part(data, "author")
    party = (context.unnamed or context.origin != "posted") and "organisation" in author
    if author and author.get("name") is None and not party:
        yield fault("IPK-E005", "author.name")


def person_identifier(data: Raw, _row: EventType, context: envelope.Context) -> Iterator[Finding]:
    """Find a number that is wrong, of another system, or of somebody who may exist. HIS 1001."""
    yield from whoconsents.number(part(data, "patient", "identifier"), "patient.identifier.value", context)


def local_identifier(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a local number alone: it says nothing to others, so birth date and gender must."""
    patient = part(data, "patient")
    system = text(part(patient, "identifier"), "system")
    if system is None or system in ids.SYSTEM:
        return
    for name in ("birthDate", "gender"):
        if patient.get(name) is None:
            yield fault("IPK-P005", f"patient.{name}")


def born(data: Raw, _row: EventType, context: envelope.Context) -> Iterator[Finding]:
    """Find a birth date in the future."""
    birth = day(part(data, "patient"), "birthDate")
    if birth and birth > consentchecks.today(context):
        yield fault("IPK-E011", "patient.birthDate")


def district_of_municipality(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a district whose code does not begin with its municipality's."""
    home = part(data, "patient", "municipality")
    code, district = text(home, "code"), text(home, "district")
    if code and district and not district.startswith(code):
        yield fault("IPK-E010", "patient.municipality.district", "code")


def author_organisation(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find an organisation number with a wrong check digit."""
    for holder in ("author", "member"):
        number = text(part(data, holder, "organisation"), "orgnr")
        if number is None:
            continue
        try:
            ids.org_number(number)
        except PersonalIdError as error:
            yield fault(error.code, f"{holder}.organisation.orgnr")


def occurred(data: Raw, _row: EventType, context: envelope.Context) -> Iterator[Finding]:
    """Find a happening in the future, or before anybody here lived."""
    when = envelope.instant(data.get("occurredAt"))
    if when and when > context.latest:
        yield fault("IPK-E011", "occurredAt")
    elif when and envelope.is_too_early(when, {"data": data}, context):
        yield fault("IPK-E088", "occurredAt")


def continues_one(data: Raw, row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find what continues nothing, several things, or a kind of thing its type does not take."""
    named = [name for name, value in part(data, "continues").items() if value is not None]
    allowed = ", ".join(row.by)
    if row.continues == "none" or not isinstance(data.get("continues"), dict):
        return
    if not named:
        yield fault("IPK-E005", "continues", allowed)
    elif len(named) > 1 or named[0] not in row.by:
        yield fault("IPK-E010", "continues", allowed)


def other_sector_by_consent(data: Raw, row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a need that another sector reports without the patient's consent. R05: S1:18."""
    if row.type not in _NEEDS or part(data, "author").get("kind") != "other-sector":
        return
    if data.get("legalBasis") != "consent":
        yield fault("IPK-E041", "legalBasis")
    if part(data, "consent").get("status") not in ("given", "limited"):
        yield fault("IPK-E041", "consent.status")


def listed_once(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a code that stands twice in its list."""
    for name in ("needs", "scope", "scopes"):
        codes = [code for code in items(data, name) if isinstance(code, str)]
        if len(codes) != len(set(codes)):
            yield fault("IPK-E010", name)


def not_followed_says_why(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a wish not followed without a reason."""
    preference = part(data, "preference")
    if preference.get("followed") is False and preference.get("reason") is None:
        yield fault("IPK-E005", "preference.reason")


def ends_after_start(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find what ends before it begins."""
    yield from _reversed(data, "from", "expectedUntil", "expectedUntil")
    yield from _reversed(data, "from", "until", "until")
    meeting = part(data, "meeting")
    begins, ends = envelope.instant(meeting.get("start")), envelope.instant(meeting.get("end"))
    if begins and ends and ends <= begins and begins.year <= LAST_YEAR:
        yield fault("IPK-E010", "meeting.end", "start")
    plan = part(data, "plan")
    yield from _reversed(part(plan, "period"), "start", "end", "plan.period.end")
    for index, activity in enumerate(items(plan, "activities")):
        yield from _reversed(part(activity, "period"), "start", "end", f"plan.activities[{index}].period.end")


def _reversed(data: Raw, start: str, end: str, path: str) -> Iterator[Finding]:
    first, last = day(data, start), day(data, end)
    if first and last and last < first:
        yield fault("IPK-E010", path, start)


def offered_by_now(data: Raw, _row: EventType, context: envelope.Context) -> Iterator[Finding]:
    """Find an offer or an answer in the future."""
    when = day(data, "on")
    if when and when > consentchecks.today(context):
        yield fault("IPK-E011", "on")


def other_sectors_by_consent(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a member of another sector without a name that a consent can say, or on another scope. domain § 1.4."""
    agency = part(data, "member", "organisation")
    if text(agency, "sector") in (None, *WITHOUT_AGENCY):
        return
    if agency.get("key") is None:
        yield fault("IPK-E005", "member.organisation.key")
    if text(data, "consentScope") not in (None, "other-sectors"):
        yield fault("IPK-E010", "consentScope", "other-sectors")


def roles_have_events(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a coordinator, contact physician or GP named as a mere member: they have events of their own."""
    role = text(data, "role")
    if role in codes.ROLES and role not in MEMBER_ROLES:
        yield fault("IPK-E010", "role", ", ".join(MEMBER_ROLES))


def another_gp(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a change of GP from one to the same."""
    new, old = text(part(data, "gp"), "herId"), text(part(data, "previous"), "herId")
    if new is not None and new == old:
        yield fault("IPK-E010", "previous.herId", "gp")


def status_fits_kind(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a state that the activity's resource does not have. R4 request-status, task-status, appointmentstatus."""
    for index, activity in enumerate(items(part(data, "plan"), "activities")):
        states = ACTIVITY_STATUS.get(text(activity, "kind") or "")
        if states and text(activity, "status") not in (None, *states):
            yield fault("IPK-E008", f"plan.activities[{index}].status", ", ".join(states))


def ids_once(data: Raw, _row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find goals or activities of a plan that share an id."""
    for name in ("goals", "activities"):
        seen: set[str] = set()
        for index, item in enumerate(items(part(data, "plan"), name)):
            id_ = text(item, "id")
            if id_ in seen:
                yield fault("IPK-E010", f"plan.{name}[{index}].id")
            seen.update((id_,) if id_ else ())


_NEEDS: Final = frozenset({"ip.need.identified", "ip.rehabilitation-need.reported"})
"""Events by which anybody reports a need."""


def happened_by_now(data: Raw, _row: EventType, context: envelope.Context) -> Iterator[Finding]:
    """Find a move or a death in the future."""
    for name in ("movedOn", "diedOn"):
        when = day(data, name)
        if when and when > consentchecks.today(context):
            yield fault("IPK-E011", name)


def after_birth(data: Raw, _row: EventType, context: envelope.Context) -> Iterator[Finding]:
    """Find a day before the patient was born, or before 1900: of a move, a death, a role, a decision, a consent."""
    if context.origin != "posted":
        return
    days = [(name, day(data, name)) for name in DAYS]
    days += [(f"{path}.date", day(said, "date")) for path, said in consentchecks.places(data)]
    for path, when in days:
        if when and envelope.is_too_early_day(when, {"data": data}, context):
            yield fault("IPK-E088", path)


DAYS: Final = ("movedOn", "diedOn", "from", "until", "date", "on")
"""Fields that say a day on which something was with the patient."""


def moved_elsewhere(data: Raw, row: EventType, _context: envelope.Context) -> Iterator[Finding]:
    """Find a move that leads nowhere, or to another place than the patient's home is said to be."""
    if row.type != "ip.patient.moved":
        return
    here, there, home = part(data, "from"), part(data, "to"), part(data, "patient", "municipality")
    if there and here == there:
        yield fault("IPK-E010", "to", "from")
    if there and home and home.get("code") != there.get("code"):
        yield fault("IPK-E010", "patient.municipality.code", "to.code")
    for name, place in (("from", here), ("to", there)):
        code, district = text(place, "code"), text(place, "district")
        if code and district and not district.startswith(code):
            yield fault("IPK-E010", f"{name}.district", "code")


def another_way(data: Raw, row: EventType, context: envelope.Context) -> Iterator[Finding]:
    """Find a fallback that is not oral or on paper, or in the future."""
    if row.type == "ip.manual-fallback.recorded" and text(data, "channel") not in {"oral", "paper"}:
        yield fault("IPK-E010", "channel", "oral, paper")
    when = envelope.instant(data.get("at"))
    if when and when > context.latest:
        yield fault("IPK-E011", "at")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its anchor, its function, and the fields without which it has nothing to say."""

    anchor: str
    find: Callable[[Raw, EventType, envelope.Context], Iterator[Finding]]
    fields: frozenset[str]


def _rule(
    anchor: str, find: Callable[[Raw, EventType, envelope.Context], Iterator[Finding]], *fields: str
) -> Rule:
    return Rule(anchor, find, frozenset(fields))


RULES: Final = (
    _rule("author-hpr", author_hpr, "author"),
    _rule("author-name", author_name, "author"),
    _rule("author-organisation", author_organisation, "author", "member"),
    _rule("person-identifier", person_identifier, "patient"),
    _rule("local-identifier", local_identifier, "patient"),
    _rule("birth-date", born, "patient"),
    _rule("district", district_of_municipality, "patient"),
    _rule("occurred-at", occurred, "occurredAt"),
    _rule("continues-one", continues_one, "continues"),
    _rule("other-sector-consent", other_sector_by_consent, "author"),
    _rule("listed-once", listed_once, "needs", "scope", "scopes"),
    _rule("preference-reason", not_followed_says_why, "preference"),
    _rule("period-order", ends_after_start, "expectedUntil", "until", "meeting", "plan"),
    _rule("offer-date", offered_by_now, "on"),
    _rule("member-sector", other_sectors_by_consent, "member"),
    _rule("member-role", roles_have_events, "member"),
    _rule("gp-another", another_gp, "gp"),
    _rule("activity-status", status_fits_kind, "plan"),
    _rule("plan-ids", ids_once, "plan"),
    _rule("happened-by-now", happened_by_now, "movedOn", "diedOn"),
    _rule("after-birth", after_birth, *DAYS, "consent", "plan"),
    _rule("moved-elsewhere", moved_elsewhere, "movedOn", "from", "to"),
    _rule("another-way", another_way, "messageId", "at"),
    _rule("plan-status", planchecks.begins_as, "plan"),
    _rule("activity-status", planchecks.activity_fits, "activity", "decisions"),
    _rule("activity-slot", planchecks.slot_fits, "activity", "decisions", "plan"),
    _rule("evaluation-date", planchecks.evaluated_by_now, "nextEvaluation", "result"),
    _rule("plan-transfer", planchecks.request_is_whole, "step"),
    _rule("plan-proposal", planchecks.proposal_says_something, "continues"),
    _rule("consent-basis", consentchecks.not_required_needs_basis, "consent", "plan"),
    _rule("consent-complete", consentchecks.complete, "consent", "plan"),
    _rule("consent-date", consentchecks.dated_by_now, "consent", "plan"),
    _rule("consent-period", consentchecks.holds_after_it_was_given, "consent", "plan"),
    _rule("consent-parties", consentchecks.not_both_in_and_out, "consent", "plan"),
    _rule("consent-scopes", consentchecks.scopes_once, "consent", "plan"),
    _rule("consent-given", consentchecks.given_means_open, "consent"),
    _rule("withdrawal-date", consentchecks.withdrawn_by_now, "date"),
    _rule("consent-age", whoconsents.by_age, "consent", "plan", "givenBy"),
    _rule("consent-capacity", whoconsents.by_capacity, "consent", "plan"),
    _rule("consent-limit-says", whoconsents.limit_says, "date"),
    _rule("consent-representative", whoconsents.represents, "reasonCode"),
    _rule("identity-changed", whoconsents.another_number, "former"),
)
"""Every rule, in the order its faults are told."""


def faults(data: dict[str, Any], row: EventType, context: envelope.Context) -> Iterator[Fault]:
    """Yield the faults of every rule that has something to look at."""
    for rule in RULES:
        if not rule.fields.isdisjoint(data):
            for code, path, hint in rule.find(data, row, context):
                yield Fault(code=code, path=f"$.data.{path}", rule=rule.anchor, hint=hint)
