"""The clocks of needs on which nobody has to act any more. message-rules.md, 'Receipts and clocks'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from adapter.mappings import clocks, views
from adapter.mappings.context import Context
from adapter.model import Deadline
from adapter.rules import states


def stopped(
    ctx: Context, gone: Iterable[views.Need], *, state: Literal["met", "cancelled"], receipts: bool = False
) -> tuple[Deadline, ...]:
    """Return the clocks of these needs that run, late or not, as over.

    A clock on a message or Melde-id goes on while another kind under it is open. With `receipts` those go too: nobody
    waits any longer for word of a message.
    """
    listed = tuple(gone)
    mine = {
        f"{type_}/{n.task['id'] if type_ == 'Task' else n.id}"
        for n in listed
        for type_ in ("Task", "ServiceRequest")
    }
    ids = {n.id for n in listed}
    left = {n.melde_id for n in views.open_needs(ctx.case) if n.id not in ids}
    whole = {n.melde_id for n in listed} - left
    mine |= {f"need/{melde_id}" for melde_id in whole}
    messages = {f"message/{m.id}" for m in ctx.case.messages if m.melde_id in whole}
    return tuple(
        replace(d, state=state)
        for d in ctx.case.deadlines
        if d.runs and (d.subject in mine or (d.subject in messages and (receipts or d.kind != "receipt")))
    )


def answered(ctx: Context, melde_ids: set[str], tasks: set[str]) -> tuple[Deadline, ...]:
    """Return the reply clocks of these Melde-ids' messages as met, once these Tasks are answered.

    A message carries several kinds: while another under its Melde-id is on its way out, the clock goes on.
    """
    waiting = {
        n.melde_id for n in views.open_needs(ctx.case) if n.state in states.OUT and n.task["id"] not in tasks
    }
    return clocks.close(ctx, "reply", melde_ids - waiting)
