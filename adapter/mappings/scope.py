"""What `continues` and `scope` choose among the needs of a case. event-data.md, 'Parts'."""

from __future__ import annotations

from typing import Any

from adapter.errors import EventError
from adapter.mappings import views
from adapter.mappings.context import Context
from adapter.rules import authority, states


def scoped(ctx: Context, *, opened: bool = True) -> tuple[views.Need, ...]:
    """Return the needs that `continues` and `scope` name. A Melde-id means all kinds that the event may move.

    Of those another organisation means only what it performs or reported itself.
    Raises EventError IPK-E014 where nothing is meant, IPK-E018 where the scope lies outside, IPK-E013 where none of them,
    or one that the scope names, may be moved. Without `opened` all that are named, whatever their state.
    """
    everything = [n for n in _continued(ctx) if _may(ctx, n)]
    if not everything:
        raise EventError("IPK-E014", at="$.data.continues")
    scope = getattr(ctx.data, "scope", None)
    outside = [i for i, kind in enumerate(scope or ()) if kind not in {n.kind for n in everything}]
    if outside:
        raise EventError("IPK-E018", at=f"$.data.scope[{outside[0]}]")
    chosen = tuple(n for n in everything if not scope or n.kind in scope)
    if not opened:
        return chosen
    movable = tuple(n for n in chosen if states.permits(n.state, ctx.event.type))
    stuck = tuple(n for n in chosen if n not in movable)
    if not movable or (scope and stuck):
        raise EventError("IPK-E013", at="$.type", allowed=states.allowed((stuck or chosen)[0].state))
    return movable


def judged(ctx: Context) -> tuple[views.Need, ...] | None:
    """Return the needs on which it is judged who may post an event about needs, None where it names none of the case."""
    if ctx.event.type not in authority.OF_NEED:
        return None
    scope = getattr(ctx.data, "scope", None)
    return tuple(n for n in _continued(ctx) if not scope or n.kind in scope) or None


def _continued(ctx: Context) -> list[views.Need]:
    which = ctx.data.continues
    return [n for n in views.needs(ctx.case) if which is None or _named(n, which)]


def _named(need: views.Need, which: Any) -> bool:
    return bool(which.target[1] in (need.melde_id, need.id))


def _may(ctx: Context, need: views.Need) -> bool:
    """Return whether the source may move this very need: a home party any, another what is its own. What is received is asked before."""
    if ctx.event.origin != "posted" or ctx.party is None or ctx.party.home:
        return True
    return authority.allows(ctx.event.type, views.parts_of(ctx.case, ctx.party, ctx.book, of=(need,)))


def melde_part(chosen: tuple[views.Need, ...]) -> dict[str, str]:
    """Return the answer's part: the Melde-id of what was chosen."""
    return {"meldeId": chosen[0].melde_id}
