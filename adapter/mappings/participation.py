"""The hospital's part, limited in time: its clock, its reminder, its end. E49, E62; domain R22."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from adapter.fhir import assignments as fhir_assignments
from adapter.fhir import needs as tasks_built
from adapter.kith import text, words
from adapter.mappings import clocks, common, held, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Deadline, Party, Resource
from adapter.rules import anchors, assignment_states
from adapter.rules import clocks as clock_rules


def started(ctx: Context, assignment_id: str, expected_until: date | None) -> Change:
    """Return the clock of an expected last day: 14 days before it, else on it."""
    if expected_until is None:
        return Change()
    why = (anchors.fixed("participation-limited", "tidsavgrenset"), clock_rules.days_counted("participation"))
    return Change(deadlines=(_clock(ctx, f"PractitionerRole/{assignment_id}", expected_until),), reasons=why)


def _clock(ctx: Context, subject: str, expected_until: date) -> Deadline:
    return Deadline(
        id=clocks.deadline_id("participation", subject),
        kind="participation",
        due=clock_rules.participation_due(expected_until, now=ctx.now),
        subject=subject,
        owner=ctx.case.owner,
        case_key=ctx.patient_id(),
    )


def over(ctx: Context, subject: str) -> Change:
    """Return the clock of a participation that is over as met, its work items completed."""
    return Change(
        resources=items_done(ctx, subject), deadlines=clocks.close_subject(ctx, "participation", subject)
    )


def items_done(ctx: Context, subject: str) -> tuple[Resource, ...]:
    """Return the open work items about an assignment as completed: a person has acted on it."""
    return tuple(
        tasks_built.moved(t, modified=ctx.now, status="completed")
        for t in ctx.case.of("Task")
        if t.get("focus", {}).get("reference") == subject and t["status"] not in views.FINISHED
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
            clock_rules.days_counted("participation"),
            assignment_states.explain(before, after),
        ),
        case={"assignmentId": found.id},
    )


def breached(ctx: Context, clock: Deadline) -> Change:
    """Return the reminder of a participation: a work item for whoever holds it, and the clock again for its last day. E62."""
    role = ctx.case.get(clock.subject)
    until = fhir_assignments.expected_end(role) if role else None
    if role is None or until is None or role.get("period", {}).get("end"):
        return Change()
    last = clock_rules.end_of_day(until)
    # The second time it is due on the last day itself: what is left then is a person's to settle.
    again = (replace(clock, state="open", due=last),) if clock.due < last else ()
    owner = _owner(ctx, role)
    item = common.work_item(
        ctx, id_=ctx.id("Task", clock.kind), kind="review", owner=owner, focus=clock.subject, due=last
    )
    return Change(
        resources=(*(common.parties(owner) if owner else ()), *items_done(ctx, clock.subject), item),
        deadlines=again,
        reasons=(clock_rules.days_counted("participation"),),
    )


def _owner(ctx: Context, role: Resource) -> Party | None:
    """Return our party that the coordinator works for, else our own coordinating unit."""
    party = ctx.book.by_organisation(views.reference_id(role.get("organization")))
    unit = next((p for p in ctx.book.parties if p.home and p.unit), ctx.party)
    return party if party is not None and party.home else unit


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
