"""Meetings: called, answered, held, cancelled. E42-E44; invitations say when, where and what kind of meeting, no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from adapter import naming
from adapter.errors import EventError, RoutingError
from adapter.fhir import meetings, parts
from adapter.kith import text, words
from adapter.mappings import clocks, common, planclocks, plans, planview, planwork, posting, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Deadline, Message, Party, Resource
from adapter.rules import anchors, consent, planstates
from adapter.rules import meetings as table
from adapter.rules import planclocks as rules

LENGTH: Final = timedelta(hours=1)
KEY: Final = "meeting"
OTHER_SECTOR: Final = "other-sector"
CALLED: Final = "ip.meeting.called"


def called(ctx: Context) -> Change:
    """Return the meeting with its invitees and the clock of their answers; no clock, and a warning, where it has begun. E42.

    Raises EventError IPK-E014 nobody known here, or no such assignment, IPK-E013 called before, IPK-E064 begins before it is called,
    RoutingError IPK-R003.
    """
    said = ctx.data.meeting
    if ctx.case.key is None:
        raise EventError("IPK-E014", at="$.data.patient")
    old = known(ctx, said.id)
    if old is not None:
        table.transition(table.MEETING, old["status"], ctx.event.type)
    if said.start <= ctx.event.time:
        raise EventError("IPK-E064", at="$.data.meeting.start")
    _check_keys(ctx)
    plan = views.plan(ctx.case)
    made = meetings.meeting(
        id_=ctx.id("Appointment", KEY),
        key=said.id,
        title=words.MEETINGS[said.kind],
        status=table.PENDING,
        start=said.start,
        end=said.end or said.start + LENGTH,
        created=ctx.now,
        patient=f"Patient/{ctx.patient_id()}",
        caller=meetings.caller(ctx.party.key, ctx.party.display) if ctx.party else {},
        invitees=[
            meetings.participant(one.id, _display(one), party=one.key, role=one.assignment_id)
            for one in ctx.data.invitees
        ],
        plan=f"CarePlan/{plan['id']}" if plan else None,
        place=said.place,
        agenda=said.agenda,
    )
    kept = common.person(ctx) + common.author(ctx) + Change(resources=(made,), case=_plan_part(plan))
    if _has_begun(ctx):
        return kept + Change(warnings=(common.warn("IPK-E106", "$.data.meeting.start"),))
    why = (anchors.fixed("clock-meeting", "sju dager"),)
    return kept + Change(deadlines=_clock(ctx, made, said.start), reasons=why) + _untold(ctx)


def _has_begun(ctx: Context) -> bool:
    """Return whether the meeting is told of so late that it has begun: nobody is called to the past. ADR 104."""
    return bool(ctx.data.meeting.start <= ctx.now)


def _display(one: Any) -> str:
    return ", ".join(w for w in (one.name, one.organisation) if w)


def _plan_part(plan: Resource | None) -> dict[str, str]:
    return {"planId": plan["id"]} if plan else {}


def _check_keys(ctx: Context) -> None:
    for number, one in enumerate(ctx.data.invitees):
        if one.key and ctx.book.by_key(one.key) is None:
            raise RoutingError("IPK-R003", at=f"$.data.invitees[{number}].key")
        if one.assignment_id and f"PractitionerRole/{one.assignment_id}" not in ctx.case.resources:
            raise EventError("IPK-E014", at=f"$.data.invitees[{number}].assignmentId")
    listed = [one.id for one in ctx.data.invitees]
    if len(listed) != len(set(listed)):
        raise EventError("IPK-E010", at="$.data.invitees")


def _clock(ctx: Context, made: Resource, start: datetime) -> tuple[Deadline, ...]:
    subject = f"Appointment/{made['id']}"
    return (
        Deadline(
            id=clocks.deadline_id("reply", subject),
            kind="reply",
            due=rules.answer_due(ctx.now, start),
            subject=subject,
            owner=ctx.case.owner,
            case_key=ctx.patient_id(),
        ),
    )


def known(ctx: Context, key: str) -> Resource | None:
    """Return the meeting that its caller knows by `key`, None where there is none."""
    return next((a for a in ctx.case.of("Appointment") if meetings.is_called(a, key)), None)


def _meeting(ctx: Context, asks: str = "") -> tuple[Resource, str]:
    """Return the meeting that an event names, and its status after it. Raises EventError IPK-E014, IPK-E013."""
    found = known(ctx, ctx.data.meeting)
    if found is None:
        raise EventError("IPK-E014", at="$.data.meeting")
    return found, table.transition(table.MEETING, found["status"], ctx.event.type, asks)


# ── who is told ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _verdict(ctx: Context, party: Party, kind: str) -> consent.Verdict:
    """Return what consent says: health services by the plan's or the coordinator's, other sectors each by its name."""
    if kind == OTHER_SECTOR:
        return telling.verdict_of(ctx, (party.key,), about=f"{CALLED}/other-sectors")
    return telling.covers(ctx, party, about=CALLED)


def _outside(ctx: Context) -> list[tuple[Party, Any]]:
    """Return the invitees that the adapter can tell: in the address book, and not our own."""
    found = ((ctx.book.by_key(one.key), one) for one in ctx.data.invitees if one.key)
    return [(party, one) for party, one in found if party is not None and not party.home]


def _untold(ctx: Context) -> Change:
    """Return a warning for each invitee that consent does not cover."""
    if not ctx.may_send:
        return Change()
    return Change(
        warnings=tuple(
            common.warn("IPK-E063", f"$.data.invitees[{ctx.data.invitees.index(one)}]")
            for party, one in _outside(ctx)
            if not _verdict(ctx, party, one.kind).open
        )
    )


def called_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return one invitation per party that consent covers: kind, time and place, never what is to be said there. E42."""
    if _has_begun(ctx):
        return ()
    said = ctx.data.meeting
    due = rules.answer_due(ctx.now, said.start)
    told: dict[str, Notice] = {}
    for party, one in _outside(ctx):
        verdict = _verdict(ctx, party, one.kind)
        if not verdict.open or party.key in told:
            continue
        names = [o.name for p, o in _outside(ctx) if p.key == party.key]
        lines = [
            (words.PURPOSE, words.MEETINGS[said.kind]),
            (words.TIME, text.hours(said.start, said.end or said.start + LENGTH)),
            (words.PLACE, said.place),
            *(((words.VIDEO, said.video),) if said.video else ()),
            (words.CALLED, ", ".join(names)),
            (words.REPLY, f"{words.COMES}, innen {text.day(due.date())}"),
        ]
        told[party.key] = replace(_notice(ctx, party, CALLED, lines), reasons=verdict.reasons, asks=True)
    return tuple(told.values())


def _notice(ctx: Context, party: Party, type_: str, lines: list[tuple[str, str | None]]) -> Notice:
    latest = views.dialogue(ctx.case, party.key)
    melde_id = latest.melde_id if latest else None
    title = text.TITLES[type_]
    return notice(
        party,
        title,
        lines,
        melde_id=melde_id,
        thread=latest,
    )


def stored_time(one: Resource) -> str:
    """Return when a meeting is, in words."""
    return text.hours(*(datetime.fromisoformat(one[end]) for end in ("start", "end")))


# ── answered ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def answered(ctx: Context) -> Change:
    """Return the meeting with an answer: booked once all come; when all have answered, their clock is met. E43.

    Raises EventError IPK-E014 an invitee or a meeting not known, IPK-E013 a meeting that is over, RoutingError IPK-R005 who
    answers for another's.
    """
    meeting, _ = _meeting(ctx)
    called = {meetings.key_of(one): one for one in meetings.invitees(meeting)}
    if ctx.data.invitee not in called:
        raise EventError("IPK-E014", at="$.data.invitee")
    _check_answers(ctx, meeting, called[ctx.data.invitee])
    listed = {key: str(one["status"]) for key, one in called.items()}
    listed[ctx.data.invitee] = ctx.data.answer
    status = table.answered(tuple(listed.values()))
    done = meetings.answered(
        meeting, {ctx.data.invitee: ctx.data.answer}, status=status, substitute=ctx.data.substitute
    )
    over = (
        clocks.close_subject(ctx, "reply", f"Appointment/{meeting['id']}")
        if "needs-action" not in listed.values()
        else ()
    )
    return common.person(ctx) + common.author(ctx) + Change(resources=(done,), deadlines=over)


def _check_answers(ctx: Context, meeting: Resource, invitee: Mapping[str, Any]) -> None:
    """Raise RoutingError IPK-R005 where an outside party answers for an invitee of another organisation; who called may."""
    whose = ctx.book.by_key(meetings.party_of(invitee))
    if ctx.party is None or ctx.party.home or whose is None or meetings.called_by(meeting) == ctx.party.key:
        return
    if (whose.orgnr or whose.key) != (ctx.party.orgnr or ctx.party.key):
        raise RoutingError("IPK-R005", at="$.source")


def answered_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the answer to the party that called, where it is not our own. E43."""
    meeting = known(ctx, ctx.data.meeting) or {}
    party = ctx.book.by_key(meetings.called_by(meeting))
    if party is None or party.home:
        return ()
    who = next(
        (
            one["actor"]["display"]
            for one in meetings.invitees(meeting)
            if meetings.key_of(one) == ctx.data.invitee
        ),
        None,
    )
    lines = [
        (words.PURPOSE, meeting["description"]),
        (words.TIME, stored_time(meeting)),
        (words.CALLED, who),
        (words.RESULT, words.MEETING_ANSWERS[ctx.data.answer]),
        *(((words.SUBSTITUTE, ctx.data.substitute),) if ctx.data.substitute else ()),
    ]
    return (_notice(ctx, party, ctx.event.type, lines),)


# ── held, cancelled ──────────────────────────────────────────────────────────────────────────────────────────────────


def held(ctx: Context) -> Change:
    """Return the meeting as held with who came, and its decisions as activities of the plan; invitations not sent are stopped. E44.

    Raises EventError IPK-E011 before it has begun, IPK-E014 an invitee or (with decisions) a plan not known.
    """
    meeting, status = _meeting(ctx)
    if datetime.fromisoformat(meeting["start"]) > ctx.event.time:
        raise EventError("IPK-E011", at="$.data.meeting")
    known = {meetings.key_of(one) for one in meetings.invitees(meeting)}
    for number, one in enumerate(ctx.data.attendance):
        if one.invitee not in known:
            raise EventError("IPK-E014", at=f"$.data.attendance[{number}].invitee")
    came = {one.invitee: "accepted" if one.attended else "declined" for one in ctx.data.attendance}
    done = meetings.answered(meeting, came, status=status)
    return (
        common.person(ctx)
        + common.author(ctx)
        + Change(
            resources=(done,), deadlines=clocks.close_subject(ctx, "reply", f"Appointment/{meeting['id']}")
        )
        + _uncalled(ctx, meeting, lambda m: m.state in posting.WAITS)
        + _decided(ctx)
    )


def _decided(ctx: Context) -> Change:
    """Return what was decided as activities of the plan, told with the small changes of the day."""
    if not ctx.data.decisions:
        return Change()
    plan = views.plan(ctx.case)
    if plan is None:
        raise EventError("IPK-E014", at="$.data.decisions")
    planstates.transition(planview.state(ctx.case, plan), "ip.activity.changed")
    planview.check_writer(ctx, planview.writer(ctx, plan))
    there = plans.parts_of(ctx, plan)
    made = tuple(
        plans.activity(ctx, one, f"CarePlan/{plan['id']}", there, at=f"$.data.decisions[{number}]")
        for number, one in enumerate(ctx.data.decisions)
    )
    listed = {a["reference"]["reference"] for a in plan.get("activity", ())}
    more = [{"reference": {"reference": parts.of(one)}} for one in made if parts.of(one) not in listed]
    changed = planwork.written(ctx, plan, "activity", *more)
    gathered = planclocks.gathered(ctx, plan["id"], ("activities",))
    return Change(resources=(*made, changed), case=_plan_part(plan)) + gathered


def cancelled(ctx: Context) -> Change:
    """Return the meeting as cancelled, nobody's answer waited for. E44."""
    meeting, status = _meeting(ctx)
    done = meetings.answered(meeting, {}, status=status)
    clock = clocks.close_subject(ctx, "reply", f"Appointment/{meeting['id']}")
    stopped = tuple(replace(d, state="cancelled") for d in clock)
    return (
        common.person(ctx)
        + common.author(ctx)
        + Change(resources=(done,), deadlines=stopped)
        + _uncalled(ctx, meeting, lambda m: posting.is_unsent(ctx.case, m))
    )


def _uncalled(ctx: Context, meeting: Resource, waits: Callable[[Message], bool]) -> Change:
    """Return the invitations to a meeting that is over which still wait, as stopped."""
    return posting.stopped(ctx, (m for m in ctx.case.messages if invites(m, meeting) and waits(m)))


def invites(message: Any, meeting: Resource) -> bool:
    """Return whether a message is an invitation to this meeting: made by the event that called it."""
    made = message.event_id and naming.resource_id(message.event_id, "Appointment", KEY)
    return bool(message.direction == "out" and made == meeting["id"])


def invited(ctx: Context, meeting: Resource) -> tuple[Message, ...]:
    """Return the invitations to a meeting that have reached somebody, the last to each."""
    left = (m for m in ctx.case.messages if invites(m, meeting) and posting.has_left(ctx.case, m))
    return tuple({m.receiver_key: m for m in left}.values())


def cancelled_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the notice to those who got the invitation; of the reason only that it is moved. E44."""
    meeting = known(before, ctx.data.meeting) or {}
    parties = [ctx.book.by_key(message.receiver_key) for message in invited(before, meeting)]
    lines = [
        (words.PURPOSE, meeting["description"]),
        (words.TIME, stored_time(meeting)),
        *(((words.REASON, words.MOVED),) if ctx.data.reason_code == "moved" else ()),
    ]
    return tuple(_notice(ctx, party, ctx.event.type, lines) for party in parties if party is not None)
