"""A need forwarded by the own unit: released, or passed on to a named party. E02; hpl § 38 a."""

from __future__ import annotations

from adapter.errors import EventError
from adapter.mappings import clocks, common, grants, needtext, release, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.scope import melde_part, scoped
from adapter.model import Party, Resource
from adapter.rules import states


def forwarded(ctx: Context) -> Change:
    """Return the old Tasks completed as forwarded and new ones at the named party; without `to` only a release. E02."""
    base = common.author(ctx)
    chosen = scoped(ctx)
    target = _target(ctx)
    closed = clocks.close(ctx, "release", {n.melde_id for n in chosen})
    if target is None:
        return base + _unheld(ctx, chosen) + Change(deadlines=closed, case=melde_part(chosen))
    moved = tuple(r for n in chosen for r in _moved(ctx, n, target))
    return (
        base
        + _unheld(ctx, chosen)
        + Change(
            resources=(*common.parties(target), *moved),
            deadlines=closed + clocks.close(ctx, "reply", {n.melde_id for n in chosen}),
            case=melde_part(chosen),
        )
    )


def _target(ctx: Context) -> Party | None:
    if ctx.data.to is None:
        return None
    party = ctx.book.by_key(ctx.data.to.key)
    if party is None:
        raise EventError("IPK-R003", at="$.data.to.key")
    return party


def _unheld(ctx: Context, chosen: tuple[views.Need, ...]) -> Change:
    """Return the held messages of these needs as buried: what is released goes under the releasing event's id."""
    ids = {n.melde_id for n in chosen}
    return Change(
        messages=tuple(common.buried(m) for m in ctx.case.messages if m.state == "held" and m.melde_id in ids)
    )


def _moved(ctx: Context, need: views.Need, target: Party) -> tuple[Resource, Resource]:
    step = states.transition(need.state, ctx.event.type)
    old = common.with_state(ctx, need.task, status=step.task_status, business=step.business)
    fresh = common.need_task(
        ctx,
        id_=ctx.id("Task", f"{need.kind}/{target.key}"),
        melde_id=need.melde_id,
        request=need.request,
        status=states.STATES["reported"].task_status,
        business="reported",
        owner=target,
        due=None,
    )
    return old, fresh


def forwarded_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the released or forwarded need message. E02."""
    notices: list[Notice] = []
    target = _target(ctx)
    for melde_id in sorted({n.melde_id for n in scoped(ctx)}):
        need = needtext.stored(ctx, melde_id)
        covered = [
            n
            for n in views.open_needs(ctx.case)
            if n.melde_id == melde_id and n.state in {"reported", "queued"}
        ]
        if need is None or not covered:
            continue
        given = grants.latest(ctx.case) or grants.of_model(need.consent)
        reported = release.Reported(need=need, given=given, melde_id=melde_id)
        if target is None:
            notices += release.release(ctx, reported, covered, forced=True)
        elif not target.home:
            mine = [n for n in covered if n.owner == target.organisation_id]
            notices.append(release.need_notice(ctx, reported, mine, receiver=target, forwarded_by=ctx.party))
    return tuple(notices)
