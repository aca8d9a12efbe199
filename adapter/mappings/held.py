"""The assignments of a case as the table of states sees them. rules.assignment_states; domain § 2.5.

Only an offer's state, and that another has taken an assignment over, are stored; the others follow from what is there: periods,
absences, gaps that are open.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from adapter.errors import EventError
from adapter.fhir import assignments as fhir_assignments
from adapter.fhir import parts
from adapter.mappings import views
from adapter.mappings.context import Context
from adapter.model import Case, Resource
from adapter.rules import assignment_states, assignments


def rule_views(listed: Iterable[views.Assignment]) -> tuple[assignments.Assignment, ...]:
    """Return the assignments as the rules see them."""
    return tuple(
        assignments.Assignment(
            id=a.id,
            role=a.key,
            organisation=a.organisation,
            start=date.fromisoformat(a.start) if a.start else date.min,
            end=date.fromisoformat(a.end) if a.end else None,
            main=a.main,
            deputy=a.deputy,
            person=a.person,
        )
        for a in listed
    )


def borne_out(ctx: Context, reason_code: str) -> str:
    """Return why an assignment ends as far as the case knows it: a death or a move that nobody has told of ends nothing alone.

    Nobody has to follow after either, so an end by one of them would leave a patient without coordinator and without a gap.
    """
    known = {
        "deceased": views.dead(ctx.case),
        "moved-accepted": any(views.is_transfer(task) for task in ctx.case.of("Task")),
    }
    return reason_code if known.get(reason_code, True) else "other"


def state(case: Case, held: views.Assignment, day: date) -> str:
    """Return where an assignment stands on a day: active, absent, replacement-pending, replaced or ended."""
    if held.end is not None:
        if fhir_assignments.is_replaced(held.role):
            return "replaced"
        if _gap_open(case, held.id):
            return "replacement-pending"
        return "replaced" if _successor(case, held) else "ended"
    return "absent" if fhir_assignments.absence(held.role, day) else "active"


def _gap_open(case: Case, id_: str) -> bool:
    """Return whether somebody should still follow: the clock of the gap runs, or its work item waits for a person."""
    subject = f"PractitionerRole/{id_}"
    return any((d.kind, d.subject, d.state) == ("gap", subject, "open") for d in case.deadlines) or any(
        t.get("focus", {}).get("reference") == subject and t["status"] not in views.FINISHED
        for t in case.of("Task")
    )


def _successor(case: Case, held: views.Assignment) -> bool:
    """Return whether another of the same organisation followed without being told as the successor."""
    end = held.end or ""
    return any(
        (a.system, a.code, a.organisation, a.deputy) == (held.system, held.code, held.organisation, False)
        and a.id != held.id
        and a.start > end
        for a in views.assignments(case)
    )


def offers(case: Case) -> tuple[Resource, ...]:
    """Return the PractitionerRoles of offers that still wait for an answer or an appointment."""
    return tuple(
        r for r in case.of("PractitionerRole") if fhir_assignments.state(r) in assignment_states.OFFERS
    )


def find(ctx: Context) -> views.Assignment:
    """Return the assignment that `continues` names. Raises EventError IPK-E014, IPK-E013 where it is an offer."""
    wanted = ctx.data.continues.assignment_id
    found = next((a for a in views.assignments(ctx.case) if a.id == wanted), None)
    if found is not None:
        return found
    role = ctx.case.get(f"PractitionerRole/{wanted}")
    offer = fhir_assignments.state(role) if role else None
    if offer is not None:
        raise EventError(
            "IPK-E013", at="$.data.continues", hint=offer, allowed=assignment_states.allowed(offer)
        )
    raise EventError("IPK-E014", at="$.data.continues.assignmentId")


def moved(
    ctx: Context, held: views.Assignment, *, guard: str = "", day: date | None = None
) -> tuple[str, str]:
    """Return the state before and after this event. Raises EventError IPK-E013, IPK-E024, IPK-E056 with what is allowed."""
    before = state(ctx.case, held, day or ctx.today)
    if held.deputy:
        raise EventError("IPK-E056", at="$.data.continues.assignmentId")
    assignment_states.check_handles(ctx.event.type, held.key, state=before)
    return before, assignment_states.transition(before, ctx.event.type, guard=guard)


def begun(ctx: Context, mine: assignments.Assignment) -> assignments.Assignment:
    """Return an assignment that an event may end. Raises EventError IPK-E111 for an end before a first day to come. E26, E29, E49.

    No period says that nobody held it.
    """
    if ctx.data.until < mine.start and mine.start > ctx.today:
        raise EventError("IPK-E111", at="$.data.until")
    return mine


def reference(held: views.Assignment) -> str:
    """Return the reference of the assignment's PractitionerRole: what its clocks watch."""
    return parts.of(held.role)
