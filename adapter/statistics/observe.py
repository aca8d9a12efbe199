"""What one case adds to each table. A new statistic is one function here and its rows in `measures`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from adapter import codes, timing
from adapter.fhir import assignments as fhir_assignments
from adapter.fhir import plans
from adapter.mappings import context, standing, views
from adapter.model import Message, Party
from adapter.rules import carrier, fulfilment, states
from adapter.statistics import timely
from adapter.statistics.measures import ALL, CONSENTS, STEPS, UNKNOWN
from adapter.statistics.values import Asked, CaseFacts, Posted, Seen
from adapter.timing import OSLO

NEEDS: Final = ("ip.need.identified", "ip.rehabilitation-need.reported")
REFERRED: Final = "private-institution"
"""Provider of a rehabilitation need that becomes a referral: no need for a plan. E12."""
DECISIONS: Final = ("ip.need.accepted", "ip.need.declined")
FULFILLING: Final = ("ip.coordinator.appointed", "ip.child-coordinator.appointed", "ip.plan.created")
ANSWERS: Final = ("ip.need.acknowledged", "ip.need.info-requested", *DECISIONS, *FULFILLING)
"""A need is answered by what is said of it, and by a coordinator or a plan that comes (E21, E34; message-rules: Who fulfils)."""
APPOINTED: Final = ("ip.coordinator.appointed", "ip.child-coordinator.appointed")
ADULT: Final = 18
YEAR: Final = 365.25
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_RECEIPTED: Final = frozenset({"ok", "ok-with-errors"})
_REASONS: Final = {
    "not-entitled": "oppfyller ikke retten",
    "other-level": "annet nivå",
    "moved": "flyttet",
    "insufficient-information": "mangler opplysninger",
    "not-stated": "ikke oppgitt",
}

Observer = Callable[[CaseFacts, Asked], Iterable[Seen]]


def _needs(facts: CaseFacts) -> tuple[Posted, ...]:
    """Return the reports of needs; one on the wrong patient (E66) counts for nothing."""
    return tuple(
        event
        for event in facts.of(*NEEDS)
        if event.melde_id not in facts.recalled and event.data.get("provider") != REFERRED
    )


def _reported(facts: CaseFacts, asked: Asked) -> tuple[Posted, ...]:
    return tuple(event for event in _needs(facts) if asked.within(event.received))


def _following(facts: CaseFacts, need: Posted, types: tuple[str, ...]) -> tuple[Posted, ...]:
    """Return the events of these types about a need, in their order."""
    return tuple(
        e
        for e in facts.of(*types)
        if e.received >= need.received and (e.melde_id == need.melde_id or _fulfils(e, need))
    )


def _fulfils(event: Posted, need: Posted) -> bool:
    """Return whether an event that names no need is about a kind that this one reported. rules.fulfilment."""
    if event.melde_id is not None:
        return False
    status = event.data.get("plan", {}).get("status") if event.type == "ip.plan.created" else None
    return any(
        fulfilment.effect(event.type, kind, plan_status=status)[0] for kind in need.data.get("needs", ())
    )


# ── K01, K02 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def needs_reported(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K01: by month, department, kind and age."""
    for need in _reported(facts, asked):
        day = timing.day(need.received)
        yield Seen("k01-month", f"{day:%Y-%m}")
        yield Seen("k01-department", str(need.data.get("department", {}).get("name") or UNKNOWN))
        yield Seen("k01-age", _age(facts, need, day))
        for kind in need.data.get("needs", ()):
            yield Seen("k01-kind", codes.LOCAL["need-kind"].get(kind, kind))


def _age(facts: CaseFacts, need: Posted, on: date) -> str:
    """Return child or adult by the birth date that was stated: never by a number."""
    stated = need.data.get("patient", {}).get("birthDate") or (views.patient(facts.case) or {}).get(
        "birthDate"
    )
    if not stated:
        return UNKNOWN
    born = date.fromisoformat(str(stated)[:10])
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return "barn" if years < ADULT else "voksne"


def consent_outcome(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K02: what the patient said when the need was reported."""
    for need in _reported(facts, asked):
        status = str(need.data.get("consent", {}).get("status", ""))
        yield Seen("k02", CONSENTS.get(status, UNKNOWN))


# ── K03, K04 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def times(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K03: hours from the need to each step that came."""
    for need in _reported(facts, asked):
        for step, at in zip(STEPS, _steps(facts, need), strict=True):
            if at is not None:
                yield Seen("k03", step, max(0.0, (at - need.time) / _HOUR))


def _steps(facts: CaseFacts, need: Posted) -> tuple[datetime | None, ...]:
    sent = [
        m for m in facts.messages if m.wants_reply and m.direction == "out" and m.melde_id == need.melde_id
    ]
    return (
        timely.left(facts, need.melde_id),
        min((at for at in map(_receipted, sent) if at), default=None),
        _first(_following(facts, need, ANSWERS)),
        _first(_following(facts, need, DECISIONS)),
        _first(e for e in facts.of(*APPOINTED) if e.received >= need.received),
    )


def _receipted(message: Message) -> datetime | None:
    receipt = message.apprec or {}
    at = receipt.get("at")
    return datetime.fromisoformat(at) if at and receipt.get("status") in _RECEIPTED else None


def _first(events: Iterable[Posted]) -> datetime | None:
    return min((event.received for event in events), default=None)


def open_needs(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K04: needs open longer than they should, at whom; as they are now, by the same clocks as `/deadlines`."""
    for need in facts.needs:
        if not need.is_open or need.melde_id in facts.recalled:
            continue
        kind = next((kind for kind, among in _BEHIND.items() if need.state in among), "")
        if not kind or not _late(facts, need, kind, asked.now):
            continue
        if kind == "coordinator" and (
            need.kind not in fulfilment.OF_COORDINATOR or standing.has_coordinator(facts.case, asked.today)
        ):
            continue
        yield Seen(f"k04-{kind}", _label(asked.book.by_organisation(need.owner)))


_BEHIND: Final = {"reply": states.OUT, "assessment": states.ASSESSED, "coordinator": states.AGREED}
"""Clock → the states of a need that it waits in."""


def _late(facts: CaseFacts, need: views.Need, kind: str, now: datetime) -> bool:
    """Return whether a clock of this kind is behind: of the Melde-id, or of a message that brought it. One that rests is not."""
    messages = {f"message/{m.id}" for m in facts.messages if m.melde_id == need.melde_id}
    return any(
        d.kind == kind and not d.resting and d.due < now and d.subject in messages | {f"need/{need.melde_id}"}
        for d in facts.deadlines
    )


def _label(party: Party | None, her_id: str | None = None) -> str:
    """Return who receives: HER-id and name of the address book, the organisation's where it is a person."""
    if party is None:
        return f"HER-id {her_id}" if her_id else UNKNOWN
    name = party.name if party.person or not party.unit_name else f"{party.name}, {party.unit_name}"
    return f"{name} ({party.unit_her_id})" if party.unit_her_id else name


# ── K05 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

_FAILED: Final = {"unanswered": "k05-unanswered", "rejected": "k05-rejected", "manual": "k05-manual"}


def unreached(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K05: messages without receipt, rejected, or sent another way; rejections by code of 8221."""
    for message in facts.messages:
        if message.direction != "out" or message.type == "APPREC" or not asked.within(message.gen_date):
            continue
        if message.type == carrier.LETTER and message.receiver_key == context.PATIENT.key:
            continue  # the law's own way to them (pbrl § 7-2), not another one
        table = _FAILED.get(message.state)
        if table is not None:
            party = asked.book.by_key(message.receiver_key)
            yield Seen(table, _label(party, message.receiver[1] or message.receiver[0]))
        if message.state == "rejected":
            for error in (message.apprec or {}).get("errors", ()):
                code = str(error.get("code", ""))
                yield Seen("k05-code", f"{code} {codes.display('8221', code) or ''}".strip())


# ── K06, K07 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def without_coordinator(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K06: an accepted need or an active plan, and nobody coordinates; days since."""
    agreed = any(need.state in states.AGREED for need in facts.needs)
    active = any(plan["status"] == "active" for plan in facts.case.of("CarePlan"))
    if (agreed or active) and not standing.has_coordinator(facts.case, asked.today):
        since = [_ended(facts, asked.today), _first(facts.of("ip.need.accepted", "ip.plan.created"))]
        at = max((one for one in since if one is not None), default=asked.now)
        yield Seen("k06", ALL, max(0.0, (asked.now - at) / _DAY))


def _ended(facts: CaseFacts, today: date) -> datetime | None:
    """Return when the last coordinator ended, now where that is to come."""
    ends = [date.fromisoformat(end) for _, end in _periods(facts) if end]
    return datetime.combine(min(max(ends), today) + _DAY, datetime.min.time(), OSLO) if ends else None


def _periods(facts: CaseFacts) -> list[tuple[str, str | None]]:
    listed = [a for a in views.assignments(facts.case) if a.key in standing.COORDINATING and a.start]
    return sorted(((a.start[:10], a.end[:10] if a.end else None) for a in listed), key=lambda p: p[0])


def replacements(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K07: replacements in the period, years with a coordinator in it, days between two coordinators in it."""
    for event in facts.of("ip.coordinator.replaced", "ip.coordinator.ended"):
        follows = event.type == "ip.coordinator.replaced" or event.data.get("successor")
        if follows and asked.within(event.received):
            yield Seen("k07", "skifter")
    first, last = (
        timing.day(asked.start),
        min(timing.day(asked.end), asked.today + _DAY),
    )
    covered = _days(facts, first, last)
    if covered:
        yield Seen("k07", "pasientår med koordinator", len(covered) / YEAR)
    gaps = _gaps(facts, first, last, covered)
    if gaps:
        yield Seen("k07", "dager uten koordinator", float(gaps))


def _days(facts: CaseFacts, first: date, last: date) -> frozenset[int]:
    """Return the days of [first, last) on which somebody coordinated, as ordinals."""
    found: set[int] = set()
    for start, end in _periods(facts):
        begin = max(date.fromisoformat(start), first).toordinal()
        stop = min(date.fromisoformat(end).toordinal() + 1 if end else last.toordinal(), last.toordinal())
        found.update(range(begin, stop))
    return frozenset(found)


def _gaps(facts: CaseFacts, first: date, last: date, covered: frozenset[int]) -> int:
    """Return the days of [first, last) without a coordinator, between the first one's beginning and the last one's."""
    starts = [date.fromisoformat(start) for start, _ in _periods(facts)]
    if not starts:
        return 0
    begin, stop = max(min(starts), first).toordinal(), min(max(starts), last).toordinal()
    return sum(1 for day in range(begin, stop) if day not in covered)


# ── K08–K11 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_PHYSICIAN: Final = {
    "ip.contact-physician.appointed": "oppnevnt",
    "ip.contact-physician.replaced": "skiftet",
    "ip.patient.admitted": "opphold meldt",
}


def contact_physicians(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K08: appointed and replaced; stays that were told. Who qualifies nobody here knows."""
    for event in facts.of(*_PHYSICIAN):
        if asked.within(event.received):
            yield Seen("k08", _PHYSICIAN[event.type])


def evaluations(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K09: active plans whose next evaluation is past, to come, or not stated."""
    for plan in facts.case.of("CarePlan"):
        if plan["status"] != "active":
            continue
        due = _evaluation(facts, f"CarePlan/{plan['id']}")
        group = "uten dato" if due is None else "over tiden" if due < asked.today else "i tide"
        yield Seen("k09", group)


def _evaluation(facts: CaseFacts, plan: str) -> date | None:
    """Return the next evaluation of a plan."""
    days = [
        one["requestedPeriod"][0]["start"][:10]
        for one in facts.case.of("Appointment")
        if plans.is_evaluation(one)
        and one["status"] in {"proposed", "pending", "booked"}
        and any(ref.get("reference") == plan for ref in one.get("supportingInformation", ()))
    ]
    return date.fromisoformat(max(days)) if days else None


def participations(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K10: the hospital's coordinator, or who took over from them, goes on after the day on which that was to end (E22, E24, E49)."""
    for one in views.assignments(facts.case):
        until = fhir_assignments.expected_end(one.role)
        if until is not None and until < asked.today and one.runs(asked.today):
            yield Seen("k10", ALL)


def discharged(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K11: a need reported before the discharge that was open then, and no answer to it had come. domain § 1.8."""
    for event in facts.of("ip.patient.discharged"):
        before = [need for need in _needs(facts) if need.received <= event.received]
        if asked.within(event.received) and before:
            waited = any(_waited(facts, need, event.received) for need in before)
            yield Seen("k11", "uten svar" if waited else "besvart eller avsluttet")


def _waited(facts: CaseFacts, need: Posted, at: datetime) -> bool:
    """Return whether nobody had answered a need, and some kind of it was open at an instant."""
    answered = _first(_following(facts, need, ANSWERS))
    if answered is not None and answered <= at:
        return False
    return any(
        mine.melde_id == need.melde_id and (mine.is_open or _closed(mine) > at) for mine in facts.needs
    )


def _closed(need: views.Need) -> datetime:
    """Return when a need that is closed became so: nothing moves its Task afterwards."""
    return datetime.fromisoformat(need.task["lastModified"])


# ── K14, K15 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def coded_returns(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K14: cases by the national codes they stand for now. rules.national."""
    owner = next((p.her_id for p in asked.book.parties if p.home and p.her_id), "") or ""
    case = replace(facts.case, owner=owner, messages=facts.messages)
    for code in standing.codes_of(case, asked.book, timing.day(asked.now)):
        list_ = f"{code.number}-coordinator" if (code.number, code.about) in _TWICE else code.number
        yield Seen(f"k14-{list_}", f"{code.code} {code.display}")


_TWICE: Final = frozenset({("9336", "coordinator")})
"""Lists that stand for both plan and coordinator: the coordinator's has a table of its own."""


def municipalities(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """K15: needs received, answered and declined by municipality; declined by reason. What has not come to it is none of its."""
    for need in _reported(facts, asked):
        if not (timely.received(facts, asked, need.melde_id) or _following(facts, need, ANSWERS)):
            continue
        place = str(need.data.get("patient", {}).get("municipality", {}).get("code") or UNKNOWN)
        yield Seen("k15-received", place)
        if _following(facts, need, ANSWERS):
            yield Seen("k15-answered", place)
        refused = _following(facts, need, ("ip.need.declined",))
        if refused:
            yield Seen("k15-declined", place)
            reason = str(refused[0].data.get("reasonCode", ""))
            yield Seen("k15-reason", _REASONS.get(reason, UNKNOWN))


def notified(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    """C1: whether the needs of the period left in time."""
    return timely.notified(facts, asked, _reported(facts, asked))


OBSERVERS: Final[tuple[Observer, ...]] = (
    needs_reported,
    consent_outcome,
    times,
    open_needs,
    unreached,
    without_coordinator,
    replacements,
    contact_physicians,
    evaluations,
    participations,
    discharged,
    coded_returns,
    municipalities,
    notified,
    timely.noticed,
    timely.reported,
)
"""Every statistic, in order."""
