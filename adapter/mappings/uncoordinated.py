"""A plan that runs while nobody coordinates: a gap that follows from the case, whatever event made it so. domain § 1.2, R15; C10.

A coordinator who ended without successor has a gap of its own, and nobody else's is the plan's; this one is of the plan.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

from adapter.mappings import clocks, common, standing, views
from adapter.mappings.context import Change, Context
from adapter.model import Case, Deadline, Resource
from adapter.rules import anchors
from adapter.rules import clocks as times
from adapter.timing import OSLO

KIND: Final = "gap"
_WARNED: Final = "$.data"
_DAY: Final = timedelta(days=1)


def followed(ctx: Context, key: str | None) -> Change:
    """Return the gap of a plan that has begun to run without a coordinator, with a warning, or as over; of the case after."""
    after = ctx.case
    since = _since(after, ctx.today)
    running = [d for d in after.deadlines if d.runs and d.kind == KIND]
    own = [d for d in running if d.subject.startswith("CarePlan/")]
    coordinated = {f"PractitionerRole/{a.id}" for a in _coordinators(after)}
    elsewhere = any(d.subject in coordinated for d in running)
    plan = views.plan(after)
    if since is None or plan is None or elsewhere:
        state: Literal["met", "cancelled"] = (
            "met" if plan is not None and plan["status"] == "active" else "cancelled"
        )
        return Change(deadlines=tuple(replace(d, state=state) for d in own))
    if own:
        return Change()
    clock = Deadline(
        id=clocks.deadline_id(KIND, f"CarePlan/{plan['id']}@{since.isoformat()}"),
        kind=KIND,
        due=times.reply_due(datetime.combine(since, datetime.min.time(), OSLO), 0),
        subject=f"CarePlan/{plan['id']}",
        owner=after.owner,
        case_key=key,
    )
    return Change(
        deadlines=(clock,),
        reasons=(anchors.fixed("plan-coordinator", "uten koordinator"),),
        warnings=(common.warn("IPK-E028", _WARNED),),
    )


def _since(case: Case, day: date) -> date | None:
    """Return the day from which a running plan has no coordinator of either level; None: it has, or no plan runs.

    One with a last day to come is there until then, and one who is yet to begin from the first day: what lies before it is a
    gap as soon as the plan runs.
    """
    plan = views.plan(case)
    if plan is None or plan["status"] != "active" or views.dead(case):
        return None
    held = sorted(
        (
            date.fromisoformat(a.start) if a.start else date.min,
            date.fromisoformat(a.end) if a.end else date.max,
        )
        for a in _coordinators(case)
    )
    covered = day if not held else max(day, _begins(plan) or day) - _DAY
    for start, end in held:
        if start <= covered + _DAY:
            covered = max(covered, end)
        if covered == date.max:
            return None
    return max(covered, day)


def _coordinators(case: Case) -> tuple[views.Assignment, ...]:
    return tuple(a for a in views.assignments(case) if a.key in standing.COORDINATING and not a.deputy)


def _begins(plan: Resource) -> date | None:
    said = plan.get("period", {}).get("start")
    return date.fromisoformat(said[:10]) if said else None
