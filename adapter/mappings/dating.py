"""An event that says it happened before what it continues: taken, for who tells late tells, and said. ADR 97."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from adapter import timing
from adapter.mappings import common, views
from adapter.mappings.context import Change, Context
from adapter.model import Resource
from adapter.timing import OSLO

_SAID: Final = ("date", "until")
"""Fields of an event that say the day on which it happened, beside its time."""


def older(ctx: Context) -> Change:
    """Return a warning at each time of a posted event that is older than what it continues. IPK-E098."""
    which = getattr(ctx.data, "continues", None)
    began = min(_began(ctx, which), default=None) if which is not None else None
    if began is None or ctx.event.origin != "posted":
        return Change()
    began = min(began, ctx.today)  # what begins later may be ended before that
    said: list[tuple[str, date | None]] = [("$.time", timing.day(ctx.event.time))]
    said += [(f"$.data.{name}", getattr(ctx.data, name, None)) for name in _SAID]
    return Change(warnings=tuple(common.warn("IPK-E098", at) for at, day in said if day and day < began))


def _began(ctx: Context, which: Any) -> Iterator[date]:
    """Yield the days on which what is continued began, as it was said and as it was stored."""
    for need in views.needs(ctx.case):
        if which.melde_id == need.melde_id or which.need_id in {need.id, need.melde_id}:
            yield from _days(need.request, "occurrenceDateTime", "authoredOn")
    for plan in ctx.case.of("CarePlan"):
        if which.plan_id == plan["id"] or _identified(which.plan_identifier, plan):
            yield from _days(plan, "created")
            yield from _days(plan.get("period", {}), "start")
    for held in views.assignments(ctx.case):
        if which.assignment_id == held.id and held.start:
            yield date.fromisoformat(held.start[:10])


def _identified(said: Any, plan: Resource) -> bool:
    return said is not None and any(
        (i.get("system"), i.get("value")) == (said.system, said.value) for i in plan.get("identifier", ())
    )


def _days(of: Any, *names: str) -> Iterator[date]:
    """Yield the days in Norway of instants or dates."""
    for said in (of[name] for name in names if of.get(name)):
        instant = datetime.fromisoformat(said)
        yield (instant.astimezone(OSLO) if instant.tzinfo else instant).date()
