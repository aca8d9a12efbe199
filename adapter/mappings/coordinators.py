"""Coordinators offered, for children, absent and back, and the hospital's at its end. E20, E23, E25, E49; pbrl §§ 2-5 b and c, hol § 7-2 a, domain §§ 1.6, 2.5."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from adapter.errors import EventError
from adapter.fhir import assignments as fhir_assignments
from adapter.fhir import people, teams
from adapter.kith import text, words
from adapter.mappings import (
    answering,
    childright,
    clocks,
    common,
    deputies,
    held,
    team,
    telling,
    views,
)
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Resource
from adapter.rules import anchors, assignment_states, assignments
from adapter.rules import clocks as times

_DAY: Final = timedelta(days=1)
TOLD_AFTER: Final = 14
"""Days of absence after which others are told. domain § 2.3 E25 (proposed)."""
OFFERED: Final = {"municipality": "koordinator-kommune", "hospital": "koordinator-sphl"}
"""Level of E20 → the role that is offered; whether it comes with a plan is said when somebody is appointed."""


# ── E20 ──


def offered(ctx: Context) -> Change:
    """Return the offer in the state that the patient's answer gives it; a first offer proposes the team. E20."""
    base = common.person(ctx) + common.author(ctx)
    old = _offer(ctx)
    before = fhir_assignments.state(old) or "" if old else ""
    after = assignment_states.transition(before, ctx.event.type, guard=ctx.data.answer)
    made = _made_offer(ctx, old)
    reasons = [assignment_states.explain(before, after)]
    if ctx.data.preference is not None:
        reasons.append(anchors.fixed("assignment-preference", "registrert"))
    offer = fhir_assignments.offered(made[-1], after)
    return base + Change(
        resources=(*made[:-1], offer, *_proposed_team(ctx)),
        reasons=tuple(reasons),
        case={"assignmentId": offer["id"]},
    )


def _offer(ctx: Context) -> Resource | None:
    """Return the offer that the event continues. Raises EventError IPK-E056 where it continues an assignment."""
    which = ctx.data.continues
    role = ctx.case.get(f"PractitionerRole/{which.assignment_id}") if which and which.assignment_id else None
    if role is None:
        return None
    if fhir_assignments.state(role) is None:
        now = next((a for a in views.assignments(ctx.case) if a.id == role["id"]), None)
        state = held.state(ctx.case, now, ctx.today) if now else ""
        raise EventError(
            "IPK-E056",
            at="$.data.continues.assignmentId",
            allowed=assignment_states.allowed(state, now.key if now else None),
        )
    return role


def _made_offer(ctx: Context, old: Resource | None) -> tuple[Resource, ...]:
    """Return the resources of the offer, its PractitionerRole last: as it was, or new."""
    candidate = ctx.data.candidate
    if old is not None and candidate is None:
        return (old,)
    id_ = old["id"] if old is not None else ctx.id("PractitionerRole", "person")
    if candidate is not None:
        made = team.assignment(ctx, candidate, role=OFFERED[ctx.data.level], start=None, main=False)
        return (*made.resources[:-1], {**made.resources[-1], "id": id_})
    return (
        people.practitioner_role(
            id_=id_,
            practitioner=None,
            organisation=common.organisation(ctx.party),
            role=OFFERED[ctx.data.level],
        ),
    )


def _proposed_team(ctx: Context) -> tuple[Resource, ...]:
    if views.team(ctx.case) is not None:
        return ()
    return (
        teams.care_team(
            id_=ctx.id("CareTeam"),
            patient=f"Patient/{ctx.patient_id()}",
            managing=team.responsible_organisation(ctx),
            status="proposed",
        ),
    )


# ── E23 ──


def child_appointed(ctx: Context) -> Change:
    """Return the child coordinator in the team, with the guardians who consented. E23.

    Before birth the subject is the parent, and what says so is restricted. Raises EventError IPK-E050-E052, IPK-E024.
    """
    childright.check(ctx, ctx.data.from_)
    guardians = tuple(
        people.related_person(
            id_=ctx.id("RelatedPerson", f"guardian/{number}"),
            patient=f"Patient/{ctx.patient_id()}",
            family=one.name.family,
            given=one.name.given,
            text=words.GUARDIANS[one.kind],
            phone=one.phone,
        )
        for number, one in enumerate(ctx.data.guardians, start=1)
    )
    made = team.appointed(ctx) + Change(resources=guardians)
    after = ctx.case.having(made.outcome(ctx.patient_id()))
    why = answering.answers(after, ctx.book, ctx.today).reasons
    return made + Change(reasons=why)


def child_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the notices of a child coordinator: to who reported, the team's other organisations, and the GP. E23."""
    person = ctx.data.person
    lines = [
        (words.CHILD_APPOINTED, team.spoken(person)),
        (words.UNIT, person.organisation.name),
        (words.FROM_DATE, text.day(ctx.data.from_)),
        *(((words.TASKS, ", ".join(words.TASK_AREAS[t] for t in ctx.data.tasks)),) if ctx.data.tasks else ()),
    ]
    to = {party.key: (party, thread, id_) for party, thread, id_ in telling.team(ctx)}
    to |= {party.key: (party, thread, id_) for party, thread, id_ in telling.reporters(ctx)}
    contact = team.named(person, role=ctx.data.role)
    return telling.notices(ctx, tuple(to.values()), text.TITLES[ctx.event.type], lines, named=contact)


# ── E25 ──


def absent(ctx: Context) -> Change:
    """Return the coordinator as away, with the deputy in the team for the time, or the clock of a gap. E25."""
    found = held.find(ctx)
    start, end = ctx.data.from_, ctx.data.until
    before, after = held.moved(ctx, found, day=start)
    (mine,) = held.rule_views((found,))
    why = (*assignments.check_deputy(mine, start=start, end=end), assignment_states.explain(before, after))
    base = common.person(ctx) + common.author(ctx)
    stands_in = ctx.data.deputy
    name = f"{stands_in.name.given} {stands_in.name.family}, {stands_in.phone}" if stands_in else None
    away = fhir_assignments.away(found.role, start=start, end=end, deputy=name)
    whole = base + Change(resources=(away,), reasons=why, case={"assignmentId": found.id})
    return whole + (_deputy(ctx, found) if stands_in else _nobody(ctx, found, start))


def _deputy(ctx: Context, found: views.Assignment) -> Change:
    """Return the deputy's own PractitionerRole and participation, both with the period of the absence."""
    start, end = ctx.data.from_, ctx.data.until
    made = team.assignment(ctx, ctx.data.deputy, role=found.key, start=start, main=False)
    role = {**made.resources[-1]}
    if end is not None:
        role = people.ended_role(role, end=end)
    participant = teams.participant(
        member=f"PractitionerRole/{made.id}", role=found.key, deputy=True, start=start, end=end
    )
    return Change(
        resources=(*made.resources[:-1], role, teams.added(views.team(ctx.case) or {}, participant))
    )


def _nobody(ctx: Context, found: views.Assignment, start: date) -> Change:
    return Change(
        deadlines=clocks.gap(ctx, found.id, start - _DAY),
        reasons=(anchors.fixed("assignment-gap", "uten koordinator"), times.gap_reason(ctx.book.clocks)),
        warnings=(common.warn("IPK-E057", "$.data.deputy"),),
    )


def returned(ctx: Context) -> Change:
    """Return the coordinator as back, the deputy's time over the day before. E25."""
    found = held.find(ctx)
    first = ctx.data.from_
    before, after = held.moved(ctx, found, day=_last_away(found, first))
    back = fhir_assignments.back(found.role, end=first - _DAY)
    whole = common.person(ctx) + common.author(ctx)
    return (
        whole
        + Change(
            resources=(back,),
            reasons=(assignment_states.explain(before, after),),
            case={"assignmentId": found.id},
        )
        + deputies.over(ctx, found, first - _DAY)
    )


def _last_away(found: views.Assignment, first: date) -> date:
    """Return the day that tells whether somebody was away who is back on another: that day or the eve of it, the days off between left out."""
    if fhir_assignments.absence(found.role, first):
        return first
    end = (fhir_assignments.last_absence(found.role) or {}).get("end")
    last = date.fromisoformat(end) if end else first
    return last if last < first <= times.add_working_days(last, 1) else first - _DAY


# ── E49 ──


def hospital_ended(ctx: Context) -> Change:
    """Return the hospital's coordinator ended, and who answers from now on. E49."""
    over = team.ended(ctx)
    after = ctx.case.having(over.outcome(ctx.case.key))
    why = answering.answers(after, ctx.book, ctx.data.until + _DAY).reasons
    return over + Change(reasons=why)


# ── E25, told ──


def absent_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the notices of a long absence to those who know the coordinator; of a short one nobody is told. E25."""
    start, end = ctx.data.from_, ctx.data.until
    if end is not None and (end - start).days + 1 <= TOLD_AFTER:
        return ()
    found = held.find(ctx)
    lines = [
        (words.COORDINATOR, _name(found)),
        (words.FROM_DATE, text.day(start)),
        (words.TO_DATE, text.day(end) if end else None),
        (words.DEPUTY, team.spoken(ctx.data.deputy) if ctx.data.deputy else words.NOBODY_YET),
    ]
    why = anchors.reason("assignment-absence-told", anchors.counted(TOLD_AFTER, "dag", "dager"), n=TOLD_AFTER)
    return telling.notices(
        ctx, telling.knew(ctx, found.id), text.TITLES[ctx.event.type], lines, reasons=(why,)
    )


def returned_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the notices of a return to those who were told of the absence. E25."""
    found = held.find(ctx)
    told = {
        party.key: (party, thread, id_)
        for message_event in _absences(ctx)
        for party, thread, id_ in telling.told_by(ctx, message_event)
    }
    lines = [(words.COORDINATOR, _name(found)), (words.FROM_DATE, text.day(ctx.data.from_))]
    return telling.notices(ctx, tuple(told.values()), text.TITLES[ctx.event.type], lines)


def _absences(ctx: Context) -> tuple[str, ...]:
    """Return the events whose messages said that somebody is away."""
    title = text.TITLES["ip.coordinator.absent"]
    events = (m.event_id for m in ctx.case.messages if m.subject == title and m.direction == "out")
    return tuple(dict.fromkeys(e for e in events if e))


def _name(found: views.Assignment) -> str | None:
    said: Any = found.role.get("practitioner", {}).get("display")
    return str(said) if said else None
