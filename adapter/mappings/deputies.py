"""Who stands in while a coordinator is away, and when that is over. E25; domain §§ 1.6, 2.5 (A4)."""

from __future__ import annotations

from datetime import date

from adapter.fhir import people, teams
from adapter.mappings import held, views
from adapter.mappings.context import Change, Context
from adapter.model import Resource


def over(ctx: Context, found: views.Assignment, end: date) -> Change:
    """Return the deputies of an assignment whose time a day ends, cut there (not before they began)."""
    group = views.team(ctx.case)
    if group is None:
        return Change()
    resources: list[Resource] = []
    for one in of(ctx, found):
        if one.end is None or one.end > end.isoformat():
            last = max(end, date.fromisoformat(one.start))
            group = teams.cut(group, member=held.reference(one), end=last)
            resources.append(people.ended_role(one.role, end=last))
    return Change(resources=(*resources, group)) if resources else Change()


def of(ctx: Context, found: views.Assignment) -> tuple[views.Assignment, ...]:
    """Return those who stand in, or stood in, for an assignment: the same role from the first day of an absence."""
    absences = {one["during"]["start"] for one in found.role.get("notAvailable", ()) if one.get("during")}
    return tuple(
        a
        for a in views.assignments(ctx.case)
        if a.deputy and (a.system, a.code) == (found.system, found.code) and a.start in absences
    )
