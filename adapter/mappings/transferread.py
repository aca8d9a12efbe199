"""A yes to a plan that was read from a message: by itself it tells nobody, a person's E39 tells the others who know the plan.

message-rules.md, 'Who gets what'. E39; ADR 90.
"""

from __future__ import annotations

from typing import Final

from adapter.fhir import needs as tasks_built
from adapter.fhir import parts
from adapter.kith import words
from adapter.mappings import planview, telling, tellon, views
from adapter.mappings.context import Context
from adapter.model import Case, Resource
from adapter.rules import planstates

ACCEPTED: Final = "accepted"
PLAN: Final = "plan"
"""Input of the work item: the plan that was taken over."""
FROM: Final = "from"
"""The day that the question named."""


def item(ctx: Context, question: Resource) -> tuple[Resource, ...]:
    """Return the work item of a yes that was read, where others know the plan and may be told of it; else nothing."""
    inbound = ctx.inbound
    if inbound is None or getattr(ctx.data, "step", None) != ACCEPTED or not _others(ctx, question):
        return ()
    day = views.input_of(question, FROM)
    about = ((PLAN, question["focus"]), *(((FROM, day),) if day else ()))
    return (tellon.item(ctx, inbound, step=ctx.data.step, reason=words.TELL_OTHERS, inputs=about),)


def _others(ctx: Context, question: Resource) -> bool:
    """Return whether anybody but who answered would be told, by the rows of the same event posted."""
    answered = views.reference_id(question.get("owner"))
    told = telling.notices(ctx, telling.reporters(ctx), "", (), gp=planview.gp(ctx))
    return any(n.receiver.organisation_id != answered for n in told)


def waiting(ctx: Context, plan: Resource) -> Resource | None:
    """Return the work item that this event answers: posted by who asked, the same answer, and no later question is open."""
    if plan["status"] not in planstates.LIVE or planview.handed_over(ctx.case, plan) is not None:
        return None
    same = (t for t in _of(ctx.case, plan) if views.input_of(t, views.STEP) == ctx.data.step)
    return next((t for t in same if tellon.mine(ctx, t)), None)


def _of(case: Case, plan: Resource) -> tuple[Resource, ...]:
    return tuple(t for t in tellon.waiting(case) if _plan_of(t) == parts.of(plan))


def _plan_of(one: Resource) -> str | None:
    named = (i["valueReference"]["reference"] for i in one["input"] if i["type"]["text"] == PLAN)
    return next(named, None)


def overtaken(ctx: Context, plan: Resource) -> tuple[Resource, ...]:
    """Return what waits to be told of a plan, or to be agreed after a no, as cancelled: it has changed hands, or has ended."""
    waits = (*_of(ctx.case, plan), *_refusals(ctx.case))
    return tuple(tasks_built.moved(one, modified=ctx.now, status="cancelled") for one in waits)


def asked_again(ctx: Context) -> tuple[Resource, ...]:
    """Return the work items of a no as completed: somebody is asked again to take the plan over."""
    waits = _refusals(ctx.case)
    return tuple(tasks_built.moved(one, modified=ctx.now, status="completed") for one in waits)


def _refusals(case: Case) -> tuple[Resource, ...]:
    """Return the open work items of a no that was read: who answers for the plan from now on is to be agreed."""
    items = (t for t in case.of("Task") if t["status"] not in views.FINISHED)
    return tuple(t for t in items if t.get("description") == words.PLAN_REFUSED)
