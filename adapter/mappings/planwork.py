"""What happens within a plan: a goal, an activity, an evaluation. E36, E37, E38; regulation on individual plans 2022."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from adapter.errors import EventError
from adapter.fhir import parts, plans, urls
from adapter.kith import text, words
from adapter.mappings import common, planclocks, planview, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.mappings.plans import EVALUATION, TYPES, activity, goal, parts_of
from adapter.model import Party, Resource
from adapter.rules import anchors, planstates

FINAL: Final = "entered-in-error"
"""Status of a goal that never was: nothing leads from it."""
_PASSING: Final = frozenset({"meta", "authoredOn", "lastModified", "created"})


def _opened(ctx: Context) -> tuple[Resource, Change]:
    """Return the plan, and what every event within it brings. Raises IPK-E013, IPK-E014, IPK-E015, IPK-E025."""
    plan = planview.continued(ctx)
    before = planview.state(ctx.case, plan)
    after = planstates.transition(before, ctx.event.type)
    planview.check_writer(ctx, planview.writer(ctx, plan))
    if hasattr(ctx.data, "base_version"):
        planview.check_version(ctx, plan)
    base = common.person(ctx) + common.author(ctx)
    return plan, base + Change(reasons=(planstates.explain(before, after),), case={"planId": plan["id"]})


def _same(old: Resource | None, new: Resource) -> bool:
    """Return whether a part of the plan says what it said."""
    plain = ({k: v for k, v in one.items() if k not in _PASSING} for one in (old or {}, new))
    return next(plain) == next(plain)


def goal_changed(ctx: Context) -> Change:
    """Return the goal as it is now, listed by the plan; told with the small changes of the day. E36."""
    plan, base = _opened(ctx)
    there = parts_of(ctx, plan)
    old = there.get(("Goal", ctx.data.goal.id))
    if old is not None and old["lifecycleStatus"] == FINAL != ctx.data.goal.status:
        raise EventError("IPK-E013", at="$.data.goal.status", allowed=(ctx.event.type,))
    made = goal(ctx, ctx.data.goal, there)
    if _same(old, made):
        return base
    entry = {"reference": parts.of(made)} if old is None else None
    return (
        base
        + Change(resources=(written(ctx, plan, "goal", entry), made))
        + planclocks.gathered(ctx, plan["id"], ("goals",))
    )


def activity_changed(ctx: Context) -> Change:
    """Return the activity as it is now, listed by the plan; told with the small changes of the day. E37.

    Raises EventError IPK-E060 where the plan has an activity of another kind under the id.
    """
    plan, base = _opened(ctx)
    there = parts_of(ctx, plan)
    said = ctx.data.activity
    kind = TYPES[said.kind]
    if any(id_ == said.id and type_ in TYPES.values() and type_ != kind for type_, id_ in there):
        raise EventError("IPK-E060", at="$.data.activity.kind")
    old = there.get((kind, said.id))
    made = activity(ctx, said, f"CarePlan/{plan['id']}", there, at="$.data.activity")
    if _same(old, made):
        return base
    entry = {"reference": {"reference": parts.of(made)}} if old is None else None
    performing = ctx.book.by_key(said.performer.key)
    return (
        base
        + Change(
            resources=(
                *(common.parties(performing) if performing else ()),
                written(ctx, plan, "activity", entry),
                made,
            )
        )
        + planclocks.gathered(ctx, plan["id"], ("activities",))
        + _not_covered(ctx, plan, performing)
    )


def written(ctx: Context, plan: Resource, element: str, *entries: dict[str, Any] | None) -> Resource:
    """Return the plan by who wrote in it, with what it now lists too: a new version, so that `baseVersion` guards its parts."""
    more = [one for one in entries if one is not None]
    who = [{"reference": common.author_reference(ctx)}]
    return parts.changed(plan, contributor=who, **{element: [*plan.get(element, ()), *more]})


# ── who performs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _outside(ctx: Context, plan: Resource, party: Party | None) -> bool:
    """Return whether a performer is of another organisation than the one that answers for the plan, and not our own."""
    responsible = planview.author(ctx.book, plan)
    return (
        party is not None
        and not party.home
        and (responsible is None or party.level1_id != responsible.level1_id)
    )


def _not_covered(ctx: Context, plan: Resource, party: Party | None) -> Change:
    """Return the warning that a performer elsewhere is not told, where consent does not cover it."""
    if party is None or not ctx.may_send or not _outside(ctx, plan, party) or telling.covers(ctx, party).open:
        return Change()
    return Change(warnings=(common.warn("IPK-E063", "$.data.activity.performer.key"),))


def activity_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the notice to who performs the activity in another organisation, now or until now. E37."""
    plan = planview.continued(before)
    there = parts_of(before, plan)
    said = ctx.data.activity
    old = there.get((TYPES[said.kind], said.id))
    new = parts_of(ctx, planview.continued(ctx)).get((TYPES[said.kind], said.id))
    if new is None or _same(old, new):
        return ()
    found = {p.key: p for p in (ctx.book.by_key(said.performer.key), _performed(ctx, old)) if p is not None}
    title = text.TITLES[ctx.event.type]
    lines = [
        (words.ACTIVITY, said.title),
        (words.STATUS, words.ACTIVITY_STATUS.get(said.status, said.status)),
        (words.PERFORMER, ", ".join(w for w in (said.performer.name, said.performer.organisation) if w)),
        (words.PERIOD, text.hours(said.slot.start, said.slot.end) if said.slot else _span(said.period)),
        (words.PLACE, said.place),
        (words.RESPONSIBLE, telling.responsible_name(ctx, plan)),
    ]
    return tuple(
        _notice(ctx, party, title, lines)
        for party in found.values()
        if _outside(ctx, plan, party) and telling.covers(ctx, party).open
    )


def _performed(ctx: Context, old: Resource | None) -> Party | None:
    """Return the party that has performed an activity until now."""
    for element in ("performer", "owner", "participant"):
        said = (old or {}).get(element, ())
        for one in [said] if isinstance(said, dict) else said:
            reference = one.get("actor", one)
            key = reference.get("identifier", {})
            if key.get("system") == urls.RECIPIENT:
                return ctx.book.by_key(key["value"])
            if str(reference.get("reference", "")).startswith("Organization/"):
                return ctx.book.by_organisation(views.reference_id(reference))
    return None


def _notice(ctx: Context, party: Party, title: str, lines: list[tuple[str, str | None]]) -> Notice:
    latest = views.dialogue(ctx.case, party.key)
    melde_id = latest.melde_id if latest else None
    return notice(
        party,
        title,
        lines,
        melde_id=melde_id,
        thread=latest,
        reasons=(*telling.covers(ctx, party).reasons, anchors.fixed("plan-performer", party.key)),
    )


def _span(period: Any) -> str | None:
    if period is None:
        return None
    return (
        f"{text.day(period.start)} – {text.day(period.end)}"
        if period.end
        else f"fra {text.day(period.start)}"
    )


# ── evaluation: E38 ──────────────────────────────────────────────────────────────────────────────────────────────────


def evaluated(ctx: Context) -> Change:
    """Return the evaluation as held, the next one proposed with its clock, the old clock met. E38."""
    plan, base = _opened(ctx)
    reference = f"CarePlan/{plan['id']}"
    proposed = next((a for a in planview.evaluations(ctx.case, plan) if a["status"] == "proposed"), None)
    patient = f"Patient/{ctx.patient_id()}"
    held = plans.held(
        proposed
        or plans.evaluation(
            id_=ctx.id("Appointment", "held"),
            patient=patient,
            on=ctx.data.date,
            plan=reference,
            authored=ctx.now,
        ),
        on=ctx.data.date,
        comment="\n".join(w for w in (words.EVALUATION_RESULTS[ctx.data.result], ctx.data.text) if w),
        people=[
            (", ".join(w for w in (p.name, p.organisation) if w), p.attended) for p in ctx.data.participants
        ],
    )
    following = _next(ctx, patient, reference)
    others = [a for a in plan.get("activity", ()) if a["reference"]["reference"] != parts.of(held)]
    listed = [*others, *({"reference": {"reference": parts.of(one)}} for one in following)]
    responsible = planview.author(ctx.book, plan)
    own = responsible.home if responsible is not None else ctx.home is not None
    return (
        base
        + Change(resources=(held, *following, parts.changed(written(ctx, plan, "activity"), activity=listed)))
        + planclocks.evaluated(ctx, plan)
        + planclocks.evaluation(ctx, plan["id"], ctx.data.next_evaluation, responsible=own)
    )


def _next(ctx: Context, patient: str, plan: str) -> tuple[Resource, ...]:
    on: date | None = ctx.data.next_evaluation
    if on is None:
        return ()
    return (
        plans.evaluation(
            id_=ctx.id("Appointment", EVALUATION), patient=patient, on=on, plan=plan, authored=ctx.now
        ),
    )


def evaluated_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the short notice of an evaluation to the party that reported and the GP; not what was said there. E38."""
    came = [p for p in ctx.data.participants if p.attended]
    who = dict.fromkeys(p.organisation or p.name for p in came)
    following = ctx.data.next_evaluation
    lines = [
        (words.EVALUATED, text.day(ctx.data.date)),
        (words.RESULT, words.EVALUATION_RESULTS[ctx.data.result]),
        (words.TOOK_PART, ", ".join(who)),
        (words.NEXT_EVALUATION, text.day(following) if following else None),
        (words.RESPONSIBLE, telling.responsible_name(ctx, planview.continued(ctx))),
    ]
    return telling.notices(
        ctx, telling.reporters(ctx), text.TITLES[ctx.event.type], lines, gp=planview.gp(ctx)
    )
