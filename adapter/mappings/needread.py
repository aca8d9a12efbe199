"""A yes or a no to a need that another organisation reported, read from or posted by who has it now: a person tells who reported. E06, E07; ADR 90.

message-rules.md, 'Who gets what': the answer goes to the party that reported, in its thread; a received one by a person's act.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from adapter.kith import words
from adapter.mappings import reporting, tellon, views
from adapter.mappings.context import Change, Context
from adapter.mappings.scope import melde_part, scoped
from adapter.model import Resource
from adapter.rules import states

SETTLES: Final[Mapping[str, str]] = MappingProxyType(
    {"ip.need.accepted": "accepted", "ip.need.declined": "declined"}
)
"""Answers that are told on → the `step` of their work item. A receipt and a question are the matter of who passed the need on."""


def items(ctx: Context, melde_ids: Iterable[str]) -> tuple[Resource, ...]:
    """Return a work item per need whose reporter, an outside party, is not the one who answers; else nothing.

    Answered by a message, or posted by another organisation's platform: neither sends anything by itself. ADR 132.
    """
    inbound, step = ctx.inbound, SETTLES.get(ctx.event.type)
    answering = inbound.sender if inbound else ctx.party
    if step is None or (inbound is None and (ctx.event.origin != "posted" or ctx.home is not None)):
        return ()
    answered = answering.key if answering else ""
    return tuple(
        tellon.item(ctx, inbound, step=step, reason=words.TELL_REPORTER, key=f"/{one}", melde_id=one)
        for one in sorted(melde_ids)
        if any(told.party.key != answered for told in reporting.reporters(ctx, one))
    )


def confirmed(ctx: Context) -> Change | None:
    """Return an answer that was read already as told on by this event, None where it answers what is open."""
    step = SETTLES.get(ctx.event.type)
    if step is None or ctx.event.origin != "posted":
        return None
    listed = [t for t in tellon.waiting(ctx.case) if _is(t, step) and tellon.mine(ctx, t)]
    chosen = scoped(ctx, opened=False) if listed else ()
    if any(states.permits(n.state, ctx.event.type) for n in chosen):
        return None
    ids = {n.melde_id for n in chosen}
    here = tuple(tellon.done(ctx, t) for t in listed if t.get("groupIdentifier", {}).get("value") in ids)
    return Change(resources=here, case=melde_part(chosen)) if here else None


def _is(one: Resource, step: str) -> bool:
    return views.input_of(one, views.STEP) == step and views.input_of(one, "event") in SETTLES
