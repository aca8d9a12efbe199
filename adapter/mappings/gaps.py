"""When the gap of an assignment is over: the first day on which somebody holds the role again. domain §§ 1.6, 2.5 (A3); C10, ADR 167.

It follows from the case, whatever event made it so, and ends by itself on that day, whether told of before or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from adapter import timing
from adapter.fhir import assignments as fhir_assignments
from adapter.fhir import needs
from adapter.mappings import clocks, common, overlap, views
from adapter.mappings.context import Change, Context
from adapter.model import AddressBook, Case, Deadline, Resource
from adapter.rules import anchors, assignments, fulfilment
from adapter.timing import OSLO

KIND: Final = "gap"
SEATS: Final = ("koordinator", "barnekoordinator", "kontakt")
"""Groups of roles in which one follows another after a gap."""
_DAY: Final = timedelta(days=1)


def filled(case: Case, book: AddressBook, subject: str) -> date | None:
    """Return the first day on which the role of an assignment is held again: who holds it is back, or begins, or another follows.

    None while nobody is to come.
    """
    found = next((a for a in views.assignments(case) if f"PractitionerRole/{a.id}" == subject), None)
    if found is None:
        return None
    days = [_first(a) for a in _followers(case, book, found)]
    if found.end is None:
        back = fhir_assignments.last_absence(found.role)
        if back is None:
            days.append(_first(found))
        elif back.get("end"):
            days.append(date.fromisoformat(back["end"]) + _DAY)
    return min(days, default=None)


def followed(ctx: Context, change: Change) -> Change:
    """Return a change with the gaps of assignments as over where the role is held, or to end on the day on which it will be."""
    if not any(_is_one(d) for d in (*ctx.case.deadlines, *change.deadlines)):
        return change
    after = ctx.case.having(change.outcome(ctx.case.key))
    moved: dict[str, Deadline] = {}
    done: list[Resource] = []
    named = False
    for clock in (d for d in after.deadlines if _is_one(d)):
        first = filled(after, ctx.book, clock.subject)
        if first is None:
            continue
        if first <= max(ctx.today, timing.day(clock.due) + _DAY):
            moved[clock.id] = replace(clock, state="met")
            done += _items_done(ctx, after, clock)
            continue
        moved[clock.id] = _until(clock, first)
        named |= filled(ctx.case, ctx.book, clock.subject) != first and not _away(after, clock)
    kept = tuple(d for d in change.deadlines if d.id not in moved)
    whole = replace(change, deadlines=(*kept, *moved.values())) + Change(resources=tuple(done))
    return whole + _told(change) if named else whole


def late(ctx: Context, new: assignments.Assignment) -> Change:
    """Return the gap until a coordinator's first day, where that lies after the day by which one was due. domain § 2.3 E06, C5."""
    melde_ids = {
        f"need/{n.melde_id}"
        for n in views.open_needs(ctx.case)
        if fulfilment.effect(ctx.event.type, n.kind)[0] == "fulfilled"
    }
    due = (
        timing.day(d.due)
        for d in ctx.case.deadlines
        if d.runs and d.kind == "coordinator" and d.subject in melde_ids
    )
    last = min(due, default=None)
    if last is None or not assignments.gap(max(last, ctx.today), new.start):
        return Change()
    return Change(deadlines=clocks.gap(ctx, new.id, last))


def closed(ctx: Context, subject: str) -> Change:
    """Return the gap of an assignment as met, with its work items: nobody has to follow."""
    own = tuple(d for d in ctx.case.deadlines if d.runs and (d.kind, d.subject) == (KIND, subject))
    return Change(
        resources=tuple(item for clock in own for item in _items_done(ctx, ctx.case, clock)),
        deadlines=tuple(replace(d, state="met") for d in own),
    )


def _is_one(clock: Deadline) -> bool:
    return clock.runs and clock.kind == KIND and clock.subject.startswith("PractitionerRole/")


def _first(held: views.Assignment) -> date:
    return date.fromisoformat(held.start[:10]) if held.start else date.min


def _away(case: Case, clock: Deadline) -> bool:
    """Return whether the gap is an absence's: who told of it was told that nobody stands in (IPK-E057)."""
    role = case.get(clock.subject) or {}
    return not role.get("period", {}).get("end") and fhir_assignments.last_absence(role) is not None


def _followers(case: Case, book: AddressBook, left: views.Assignment) -> Iterator[views.Assignment]:
    """Yield those who hold, after one whose time is over or yet to begin, what that one held."""
    last = left.end[:10] if left.end else None
    if last is None and fhir_assignments.last_absence(left.role) is not None:
        return
    taken_over = fhir_assignments.is_replaced(left.role)
    for a in views.assignments(case):
        if a.id == left.id or a.deputy or _group(a.key) != _group(left.key):
            continue
        if last is None and not a.lasts(case.today):
            continue
        if last is not None and a.start[:10] <= last and not (taken_over and a.start[:10] == last):
            continue
        if taken_over or _same_seat(case, book, left, a):
            yield a


def _group(key: str) -> str:
    return next((seat for seat in SEATS if key.startswith(seat)), key)


def _same_seat(case: Case, book: AddressBook, left: views.Assignment, new: views.Assignment) -> bool:
    """Return whether one follows the other: a contact physician of the same unit, a coordinator of the same level 1, or of where the patient moved."""
    if left.organisation == new.organisation:
        return True
    if left.key not in assignments.COORDINATORS | {assignments.CHILD}:
        return False
    one, other = book.by_organisation(left.organisation), book.by_organisation(new.organisation)
    if one is not None and other is not None and one.her_id is not None and one.her_id == other.her_id:
        return True
    return overlap.moves_to(case, book, new.key, new.organisation) and overlap.is_left(
        case, book, left.key, left.organisation
    )


def _until(clock: Deadline, first: date) -> Deadline:
    """Return a gap that is looked at on the day on which it ends, whatever step comes then."""
    at = datetime.combine(first, time.min, OSLO)
    if clock.acts is not None and clock.acts <= at:
        return clock
    return replace(clock, next=at, resting=False)


def _items_done(ctx: Context, case: Case, clock: Deadline) -> Iterator[Resource]:
    """Yield the open work items of a gap as completed: a person has acted on it."""
    for item in case.of("Task"):
        if views.input_of(item, "deadline") == clock.id and item["status"] not in views.FINISHED:
            yield needs.moved(item, modified=ctx.now, status="completed")


def _told(change: Change) -> Change:
    why = (
        () if assignments.has_gap(change.reasons) else (anchors.fixed("assignment-gap", "uten koordinator"),)
    )
    return Change(reasons=why, warnings=(common.warn("IPK-E028", "$.data.from"),))
