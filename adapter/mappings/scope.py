"""What `continues` and `scope` choose among the needs of a case. event-data.md, 'Parts'."""

from __future__ import annotations

from typing import Any

from adapter.errors import EventError
from adapter.mappings import views
from adapter.mappings.context import Context
from adapter.rules import states


def scoped(ctx: Context, *, opened: bool = True) -> tuple[views.Need, ...]:
    """Return the needs that `continues` and `scope` name. A Melde-id means all kinds still open.

    Raises EventError IPK-E014 where nothing is meant, IPK-E018 where the scope lies outside, IPK-E013 where all is closed.
    """
    which = ctx.data.continues
    everything = [n for n in views.needs(ctx.case) if which is None or _named(n, which)]
    if not everything:
        raise EventError("IPK-E014", at="$.data.continues")
    scope = getattr(ctx.data, "scope", None)
    outside = [i for i, kind in enumerate(scope or ()) if kind not in {n.kind for n in everything}]
    if outside:
        raise EventError("IPK-E018", at=f"$.data.scope[{outside[0]}]")
    chosen = tuple(n for n in everything if (not scope or n.kind in scope) and (not opened or n.is_open))
    if not chosen:
        states.transition(everything[0].state, ctx.event.type)
        raise EventError("IPK-E013", at="$.type", allowed=states.allowed(everything[0].state))
    return chosen


def _named(need: views.Need, which: Any) -> bool:
    return bool(which.target[1] in (need.melde_id, need.id))


def melde_part(chosen: tuple[views.Need, ...]) -> dict[str, str]:
    """Return the answer's part: the Melde-id of what was chosen."""
    return {"meldeId": chosen[0].melde_id}
