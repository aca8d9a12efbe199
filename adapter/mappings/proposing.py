"""A change proposed in another organisation's plan: kept beside it, with a Task for whoever answers for it. E71."""

from __future__ import annotations

from typing import Any, Final

from adapter.errors import EventError
from adapter.fhir import parts, plans, proposals
from adapter.mappings import common, planview
from adapter.mappings.context import Change, Context
from adapter.mappings.plans import EVALUATION, TITLE, activity, goal, parts_of
from adapter.mappings.proposed import BASE, KIND
from adapter.model import Resource
from adapter.rules import anchors, planstates

_PASSING: Final = frozenset({"id", "meta", "authoredOn", "lastModified", "created", "identifier"})
"""Elements that do not say what a part of a plan is."""


def proposed(ctx: Context) -> Change:
    """Return the proposal and the Task to answer it; the plan is not touched. E71.

    Raises EventError IPK-E013 a plan that is over, IPK-E014, IPK-E015 stale, IPK-F081 by the plan's own organisation.
    """
    plan = planview.continued(ctx)
    state = planview.state(ctx.case, plan)
    planstates.transition(state, ctx.event.type)
    planview.check_version(ctx, plan)
    owner = planview.writer(ctx, plan)
    if owner is None or ctx.party is None or owner.level1_id == ctx.party.level1_id:
        raise EventError("IPK-F081", at="$.source")
    made = proposals.proposal(
        id_=ctx.id("ServiceRequest", "proposal"),
        plan=parts.of(plan),
        patient=f"Patient/{ctx.patient_id()}",
        authored=ctx.now,
        requester=common.organisation(ctx.party),
        performer=common.organisation(owner),
        contained=_contained(ctx, plan) if ctx.data.plan is not None else (),
        text=ctx.data.text,
    )
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", KIND),
        kind=KIND,
        owner=owner,
        focus=parts.of(made),
        inputs=((BASE, plan["meta"]["versionId"]),),
        reason=proposals.TITLE,
        requester=ctx.party,
    )
    return (
        common.person(ctx)
        + common.author(ctx)
        + Change(
            resources=(*common.parties(ctx.party, owner), made, item),
            reasons=(anchors.fixed("plan-proposal", "venter"),),
            case={"planId": plan["id"]},
        )
    )


def _contained(ctx: Context, plan: Resource) -> tuple[Resource, ...]:
    """Return the plan as proposed, then its parts that differ from what is stored."""
    said, there = ctx.data.plan, parts_of(ctx, plan)
    reference = parts.of(plan)
    goals = [goal(ctx, one, there) for one in said.goals]
    activities = [
        activity(ctx, one, reference, there, at=f"$.data.plan.activities[{number}]")
        for number, one in enumerate(said.activities)
    ]
    activities += _evaluation(ctx, said, reference)
    kept = {(r["resourceType"], r["id"]): r for r in there.values()} | _evaluations(plan, ctx)
    others: list[Resource] = []
    listed = {"goal": goals, "activity": activities}
    named = {name: [_named(one, kept, others) for one in found] for name, found in listed.items()}
    period = parts.period(start=said.period.start, end=said.period.end)
    whole = proposals.whole(
        plan,
        title=said.title or TITLE,
        status=said.status,
        period=period,
        goal=[{"reference": one} for one in named["goal"]],
        activity=[{"reference": {"reference": one}} for one in named["activity"]],
        note=plans.notes(contributions=said.contributions, cooperation=said.cooperation),
    )
    return (whole, *others)


def _named(made: Resource, kept: dict[tuple[str, str], Resource], others: list[Resource]) -> str:
    """Return the reference of a part: of the stored one that says the same, else of one that is contained from now on."""
    old = next((r for r in kept.values() if _same(r, made)), None)
    if old is not None:
        return parts.of(old)
    id_ = f"part-{len(others) + 1}"
    others.append({**{k: v for k, v in made.items() if k != "meta"}, "id": id_})
    return f"#{id_}"


def _same(old: Resource, new: Resource) -> bool:
    keys = [{i["value"] for i in one.get("identifier", ())} for one in (old, new)]
    plain = [{k: v for k, v in one.items() if k not in _PASSING} for one in (old, new)]
    return keys[0] == keys[1] and plain[0] == plain[1]


def _evaluation(ctx: Context, said: Any, plan: str) -> list[Resource]:
    if said.next_evaluation is None:
        return []
    patient = f"Patient/{ctx.patient_id()}"
    id_ = ctx.id("Appointment", EVALUATION)
    return [plans.evaluation(id_=id_, patient=patient, on=said.next_evaluation, plan=plan, authored=ctx.now)]


def _evaluations(plan: Resource, ctx: Context) -> dict[tuple[str, str], Resource]:
    """Return the evaluations of the plan: several may stand in it, of which parts_of knows one."""
    return {(r["resourceType"], r["id"]): r for r in planview.evaluations(ctx.case, plan)}
