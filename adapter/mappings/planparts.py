"""A plan with all it consists of, and what it misses of the nine items: for its document and its view. domain § 1.7."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from adapter.fhir import nine, plans
from adapter.mappings import views
from adapter.model import Case, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A CarePlan, its goals, its activities without the evaluation, the next evaluation, its team and its consents."""

    plan: Resource = field(repr=False)
    goals: tuple[Resource, ...] = field(repr=False)
    activities: tuple[Resource, ...] = field(repr=False)
    next_evaluation: date | None
    team: Resource | None = field(repr=False)
    missing: tuple[str, ...]


def whole(case: Case, plan: Resource) -> Whole:
    """Return a plan of a case with all it consists of."""
    listed = _behind(case, [a.get("reference", {}) for a in plan.get("activity", ())])
    consents = tuple(
        c for c in _behind(case, plan.get("supportingInfo", ())) if c["resourceType"] == "Consent"
    )
    team = views.team(case)
    return Whole(
        plan=plan,
        goals=_behind(case, plan.get("goal", ())),
        activities=tuple(one for one in listed if not plans.is_evaluation(one)),
        next_evaluation=_next(listed),
        team=team,
        missing=nine.missing_items(plan, team, activities=listed, consents=consents),
    )


def _behind(case: Case, references: list[Resource] | tuple[Resource, ...]) -> tuple[Resource, ...]:
    found = (case.get(one.get("reference", "")) for one in references)
    return tuple(one for one in found if one is not None)


def _next(listed: tuple[Resource, ...]) -> date | None:
    days = (
        one.get("requestedPeriod", [{}])[0].get("start")
        for one in listed
        if plans.is_evaluation(one) and one["status"] == "proposed"
    )
    return next((date.fromisoformat(day[:10]) for day in days if day), None)
