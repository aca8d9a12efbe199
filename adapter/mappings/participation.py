"""The hospital's part, limited in time: its clock, its reminder, its end. E49, E62; domain R22."""

from __future__ import annotations

from datetime import date

from adapter.fhir import assignments as fhir_assignments
from adapter.fhir import needs as tasks_built
from adapter.kith import text, words
from adapter.mappings import clocks, common, held, overlap, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Deadline, Resource
from adapter.rules import anchors, assignment_states
from adapter.rules import clocks as clock_rules


def started(ctx: Context, assignment_id: str, expected_until: date | None) -> Change:
    """Return the clock of an expected last day; its ladder begins 14 days before (rules.clocks)."""
    if expected_until is None:
        return Change()
    why = (
        anchors.fixed("participation-limited", "tidsavgrenset"),
        anchors.fixed("clock-participation", "tidsavgrenset"),
    )
    return Change(deadlines=(_clock(ctx, f"PractitionerRole/{assignment_id}", expected_until),), reasons=why)


def _clock(ctx: Context, subject: str, expected_until: date) -> Deadline:
    return Deadline(
        id=clocks.deadline_id("participation", subject),
        kind="participation",
        due=clock_rules.end_of_day(expected_until),
        subject=subject,
        owner=ctx.case.owner,
        case_key=ctx.patient_id(),
    )


def over(ctx: Context, subject: str) -> Change:
    """Return the clock of a participation that is over, or of one that stood beside another, as met, its work items completed."""
    return Change(
        resources=items_done(ctx, subject),
        deadlines=(*clocks.close_subject(ctx, "participation", subject), *overlap.over(ctx, subject)),
    )


def items_done(ctx: Context, subject: str) -> tuple[Resource, ...]:
    """Return the open work items about an assignment as completed: a person has acted on it. What a gap has made goes on with it."""
    gaps = {d.id for d in ctx.case.deadlines if d.kind == "gap"}
    return tuple(
        tasks_built.moved(t, modified=ctx.now, status="completed")
        for t in ctx.case.of("Task")
        if t.get("focus", {}).get("reference") == subject
        and t["status"] not in views.FINISHED
        and views.input_of(t, "deadline") not in gaps
    )


def ending(ctx: Context) -> Change:
    """Return the assignment with its expected end, and its clock. E49."""
    found = held.find(ctx)
    before, after = held.moved(ctx, found)
    until = ctx.data.expected_until
    subject = held.reference(found)
    return common.author(ctx) + Change(
        resources=(fhir_assignments.expected(found.role, until), *items_done(ctx, subject)),
        deadlines=(_clock(ctx, subject, until),),
        reasons=(
            anchors.fixed("participation-limited", "tidsavgrenset"),
            anchors.fixed("clock-participation", "tidsavgrenset"),
            assignment_states.explain(before, after),
        ),
        case={"assignmentId": found.id},
    )


def notices(ctx: Context) -> tuple[Notice, ...]:
    """Return what is told of the end of the hospital's part: to who knew the coordinator, and the home municipality. E49."""
    found = held.find(ctx)
    until = getattr(ctx.data, "expected_until", None) or ctx.data.until
    lines = [
        (words.COORDINATOR, found.role.get("practitioner", {}).get("display")),
        (words.TO_DATE, text.day(until)),
        *(((words.SUMMARY, ctx.data.summary),) if ctx.data.summary else ()),
    ]
    to = {party.key: (party, thread, id_) for party, thread, id_ in telling.municipality(ctx)}
    to |= {party.key: (party, thread, id_) for party, thread, id_ in telling.knew(ctx, found.id)}
    return telling.notices(ctx, tuple(to.values()), text.TITLES[ctx.event.type], lines)
