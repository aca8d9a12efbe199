"""A need that a coordinator or plan known here fulfils. E10; rules.fulfilment, pbrl §§ 2-5 and 2-5 b."""

from __future__ import annotations

from typing import Any, Final

from adapter import codes
from adapter.errors import EventError
from adapter.kith import text, words
from adapter.mappings import common, release, reporting, stopping, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.scope import melde_part, scoped
from adapter.model import Resource
from adapter.rules import fulfilment, states

EVENT: Final = "ip.need.fulfilled"
_ROLES: Final = {(role.system, role.code): role.key for role in codes.ROLES.values()}


def fulfilled(ctx: Context) -> Change:
    """Return the needs that the links fulfil as completed, with what fulfils them as output; their clocks stop. E10.

    Raises EventError IPK-E013 for one that is closed, IPK-E014 for a link to nothing here, IPK-E040 where it does not fulfil.
    """
    chosen = _chosen(ctx)
    ids, gone = {n.melde_id for n in chosen}, {n.id for n in chosen}
    changed: list[Resource] = []
    for need in chosen:
        step = states.transition(need.state, ctx.event.type)
        task = common.with_state(
            ctx, need.task, status=step.task_status, business=step.business, outputs=_outputs(ctx, need.kind)
        )
        changed += [common.with_request_status(need.request, step.request_status), task]
    closed = ids - {n.melde_id for n in views.open_needs(ctx.case) if n.id not in gone}
    return (
        common.author(ctx)
        + common.work_items_closed(ctx, closed, status="completed")
        + release.withheld(ctx, ids, gone)
        + Change(
            resources=tuple(changed),
            deadlines=stopping.stopped(ctx, chosen, state="met"),
            reasons=tuple(
                dict.fromkeys(
                    fulfilment.by_link(n.kind, link)[1] for n in chosen for link in _links(ctx, n.kind)
                )
            ),
            case=melde_part(chosen),
        )
    )


def _chosen(ctx: Context) -> tuple[views.Need, ...]:
    """Return the needs named that the links fulfil: all that the scope names must be, without one those that are."""
    named = scoped(ctx)
    _known(ctx)
    chosen = tuple(n for n in named if _links(ctx, n.kind))
    if not chosen or (ctx.data.scope and len(chosen) < len(named)):
        raise EventError("IPK-E040", at="$.data.links")
    return chosen


def _links(ctx: Context, kind: str) -> tuple[str, ...]:
    """Return which of the event's links fulfil a need of this kind."""
    said = ctx.data.links
    given = (("assignment", said.assignment_id), ("plan", said.plan_id))
    return tuple(link for link, id_ in given if id_ and fulfilment.by_link(kind, link)[0])


def _known(ctx: Context) -> None:
    """Refuse links to what is not here, is over, has not begun, or is somebody else's task."""
    said = ctx.data.links
    if said.assignment_id:
        held = next((a for a in views.assignments(ctx.case) if a.id == said.assignment_id), None)
        if held is None:
            raise EventError("IPK-E014", at="$.data.links.assignmentId")
        if not _coordinates(ctx, held):
            raise EventError("IPK-E040", at="$.data.links.assignmentId")
    if said.plan_id:
        plan = views.plan(ctx.case, id_=said.plan_id)
        if plan is None:
            raise EventError("IPK-E014", at="$.data.links.planId")
        if plan["status"] != "active":
            raise EventError("IPK-E040", at="$.data.links.planId")


def _coordinates(ctx: Context, held: Any) -> bool:
    """Return whether an assignment runs and is a municipality's coordinator: a hospital's fulfils nothing."""
    today = ctx.today.isoformat()
    runs = held.end is None or held.end[:10] >= today
    return runs and _ROLES.get((held.system, held.code)) in fulfilment.COORDINATORS


def _outputs(ctx: Context, kind: str) -> tuple[str, ...]:
    team = views.team(ctx.case)
    targets = {
        "assignment": f"CareTeam/{team['id']}" if team else "",
        "plan": f"CarePlan/{ctx.data.links.plan_id}",
    }
    return tuple(targets[link] for link in _links(ctx, kind))


def fulfilled_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the word to the party that reported, in its thread: no names, so no scope is needed. E10."""
    chosen = _chosen(before)
    notices: list[Notice] = []
    for melde_id in sorted({n.melde_id for n in chosen}):
        mine = [n for n in chosen if n.melde_id == melde_id]
        how = tuple(dict.fromkeys(link for n in mine for link in _links(ctx, n.kind)))
        lines = [
            (words.CONCERNS, text.kinds_text(tuple(n.kind for n in mine))),
            (words.FULFILLED_BY, ", ".join(words.LINKS[link] for link in how)),
        ]
        title = text.TITLES[EVENT]
        notices += reporting.told(ctx, melde_id, title=title, lines=lines, heading=title)
    return (*notices, *release.again(ctx, before))
