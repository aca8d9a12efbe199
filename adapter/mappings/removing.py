"""Members who leave the team, and who is told. E31; domain § 1.4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from adapter import naming
from adapter.errors import EventError
from adapter.fhir import people, teams
from adapter.kith import text, words
from adapter.mappings import common, posting, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Case, Message, Party, Reason, Resource
from adapter.rules import anchors, assignment_states
from adapter.rules.carrier import LETTER


@dataclass(frozen=True, slots=True, kw_only=True)
class _Participation:
    """A member's place in the team."""

    reference: str
    role: str | None
    start: str
    end: str | None


def removed(ctx: Context) -> Change:
    """Return the member's participation ended; what was shared before stays where it is, a letter nobody has posted is stopped. E31.

    Raises EventError IPK-E014, IPK-E024, IPK-E010, IPK-E056 for roles that other events end.
    """
    found = _find(ctx)
    group = views.team(ctx.case) or {}
    over = found.end is not None and found.end < ctx.today.isoformat()
    before = "ended" if over else "active"
    assignment_states.check_handles(ctx.event.type, found.role or "", state=before)
    after = assignment_states.transition(before, ctx.event.type, guard="alone")
    until = ctx.data.until
    if found.start and until < date.fromisoformat(found.start):
        raise EventError("IPK-E010", at="$.data.until", hint="until")
    role = ctx.case.get(found.reference) or {}
    ended = (people.ended_role(role, end=until),) if role.get("resourceType") == "PractitionerRole" else ()
    unposted = (m for m in _letters_of(ctx.case, role) if posting.is_unsent(ctx.case, m))
    whole = common.author(ctx) + posting.stopped(ctx, unposted)
    return whole + Change(
        resources=(*ended, teams.cut(group, member=found.reference, end=until)),
        reasons=(
            anchors.fixed("assignment-ended", ctx.data.reason_code),
            assignment_states.explain(before, after),
        ),
        case={"assignmentId": ctx.data.continues.assignment_id},
    )


def _find(ctx: Context) -> _Participation:
    wanted = ctx.data.continues.assignment_id
    for one in (views.team(ctx.case) or {}).get("participant", ()):
        reference = one.get("member", {}).get("reference", "")
        if reference.partition("/")[2] == wanted and not teams.is_patient(one):
            period = one.get("period", {})
            return _Participation(
                reference=reference,
                role=teams.role_key(one),
                start=period.get("start", ""),
                end=period.get("end"),
            )
    raise EventError("IPK-E014", at="$.data.continues.assignmentId")


def removed_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the notices that a member takes part no longer: to those who were told of it, its agency by letter. E31.

    A letter that nobody has posted is replaced by one that says the whole: from and to which day.
    """
    found = _find(ctx)
    role = ctx.case.get(found.reference) or {}
    name = role.get("practitioner", {}).get("display") or people.spoken(role) or None
    lines = [(words.MEMBER, name), (words.TO_DATE, text.day(ctx.data.until))]
    title = text.TITLES[ctx.event.type]
    health = telling.notices(ctx, telling.knew(ctx, role["id"]), title, lines)
    letter = _last_letter(before.case, role)
    agency = _written_to(ctx, letter, role) if letter else None
    if letter is None or agency is None or agency.key in {notice.receiver.key for notice in health}:
        return health
    unposted = posting.is_unsent(before.case, letter)
    if unposted:
        lines.insert(1, (words.FROM_DATE, text.day(date.fromisoformat(found.start))))
    made = Notice(
        receiver=agency,
        title=title,
        text=text.notice(title, lines, None),
        reasons=_opened(letter) if unposted else (anchors.fixed("consent-not-gated", "åpen"),),
        replaces=next(m for m in ctx.case.messages if m.id == letter.id) if unposted else None,
    )
    return (*health, made)


def _opened(letter: Message) -> tuple[Reason, ...]:
    """Return by what consent a letter may go: one that was stopped with its consent is not here any more."""
    return tuple(reason for reason in letter.why if reason.rule.startswith("consent-"))


def _letters_of(case: Case, role: Resource) -> tuple[Message, ...]:
    """Return the letters of this membership, whatever became of them."""
    return tuple(m for m in case.messages if m.type == LETTER and m.receiver_key and _made(m, role["id"]))


def _last_letter(case: Case, role: Resource) -> Message | None:
    """Return the letter of this membership that has reached its agency, or that nobody has posted yet: one that was stopped told nothing."""
    told = [m for m in _letters_of(case, role) if posting.has_left(case, m) or posting.is_unsent(case, m)]
    return told[-1] if told else None


def _written_to(ctx: Context, letter: Message, role: Resource) -> Party | None:
    """Return the agency that a letter went to: of the book, else by what was said of it."""
    number = role.get("organization", {}).get("identifier", {}).get("value")
    said = Party(key=letter.receiver_key or "", name=letter.receiver_names[0], orgnr=number, takes=(LETTER,))
    party = ctx.book.by_key(letter.receiver_key) or said
    return party if party.orgnr else None


def _made(message: Message, assignment_id: str) -> bool:
    event = message.event_id
    return event is not None and naming.resource_id(event, "PractitionerRole", "person") == assignment_id
