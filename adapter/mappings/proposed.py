"""A proposal that waits for an answer: accepted, declined, withdrawn, or overtaken by the end of its plan. E71, E40."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from adapter.errors import EventError
from adapter.fhir import needs as tasks_built
from adapter.fhir import parts, proposals, urls
from adapter.mappings import common, planview, views
from adapter.mappings.context import Change, Context
from adapter.model import Case, Resource
from adapter.rules import anchors, responsibility

KIND: Final = "review"
"""Task kind of a proposal that waits."""
BASE: Final = "baseVersion"
"""Input of the Task: the version of the plan that the proposal was made from."""
ANSWERED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "accepted": ("completed", "completed"),
        "declined": ("rejected", "revoked"),
        "withdrawn": ("cancelled", "revoked"),
    }
)
"""Step → Task.status, ServiceRequest.status."""


def answered(ctx: Context) -> Change:
    """Return the proposal and its Task as answered. What is accepted, the plan's organisation writes by E35. E71.

    Raises EventError IPK-E014 no proposal, IPK-E087 it waits no more, IPK-E025 by another organisation.
    """
    task, proposal = _waiting(ctx)
    _may_answer(ctx, task, proposal)
    step = ctx.data.step
    base = common.person(ctx) + common.author(ctx)
    why = (anchors.fixed("plan-proposal", step),)
    return base + Change(resources=_ended(ctx, task, proposal, step), reasons=why)


def _ended(ctx: Context, task: Resource, proposal: Resource, step: str) -> tuple[Resource, ...]:
    status, request = ANSWERED[step]
    text = getattr(ctx.data, "text", None)
    done = tasks_built.moved(task, modified=ctx.now, status=status, reason={"text": text} if text else None)
    return done, tasks_built.closed(proposal, status=request)


def _waiting(ctx: Context) -> tuple[Resource, Resource]:
    task = ctx.case.get(f"Task/{ctx.data.continues.task_id}")
    if task is None or task["status"] in views.FINISHED:
        raise EventError("IPK-E087", at="$.data.continues.taskId")
    found = of_task(ctx.case, task)
    if found is None:
        raise EventError("IPK-E014", at="$.data.continues.taskId")
    return task, found


def of_task(case: Case, task: Resource) -> Resource | None:
    """Return the proposal that a Task asks about, None for a Task about another thing."""
    found = case.get(str(task.get("focus", {}).get("reference", "")))
    kind = views.code_of(task.get("code"), urls.TASK_KIND)
    return found if kind == KIND and found is not None and proposals.is_proposal(found) else None


def _may_answer(ctx: Context, task: Resource, proposal: Resource) -> None:
    """Refuse an answer by who does not answer for the plan now, and a withdrawal by who did not propose. Raises IPK-E025."""
    plan = ctx.case.get(proposals.plan_of(proposal) or "")
    owner = planview.writer(ctx, plan) if plan is not None else None
    owner = owner or ctx.book.by_organisation(views.reference_id(task.get("owner")))
    proposer = ctx.book.by_organisation(views.reference_id(task.get("requester")))
    may = proposer if ctx.data.step == "withdrawn" else owner
    responsibility.check_writer(
        author=may.level1_id if may else "", writer=ctx.party.level1_id if ctx.party else ""
    )


def called_off(ctx: Context, plan: Resource) -> Change:
    """Return the proposals about a plan that has ended as withdrawn: nobody need answer them. E40."""
    over = [one for task, made in _about(ctx.case, plan) for one in _ended(ctx, task, made, "withdrawn")]
    return Change(resources=tuple(over))


def _about(case: Case, plan: Resource) -> Iterator[tuple[Resource, Resource]]:
    for task in case.of("Task"):
        made = of_task(case, task) if task["status"] not in views.FINISHED else None
        if made is not None and proposals.plan_of(made) == parts.of(plan):
            yield task, made
