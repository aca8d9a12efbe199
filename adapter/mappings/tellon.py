"""An answer that was read from a message and is told on by a person: its work item, and the event that does it. ADR 90.

message-rules.md, 'What a received message becomes': no external party hears of a received message without a person's act.
"""

from __future__ import annotations

from typing import Any

from adapter.fhir import needs as tasks_built
from adapter.mappings import common, reading, views
from adapter.mappings.context import Context, Inbound
from adapter.mappings.views import communication_of
from adapter.model import Case, Message, Resource
from adapter.rules import routing


def item(
    ctx: Context, inbound: Inbound | None, *, step: str, reason: str, key: str = "", **more: Any
) -> Resource:
    """Return the work item for whoever got the answer: the event that a person posts to tell it on, and its `step`.

    `more` is what the item is about: `melde_id`, and `inputs` besides. Without `inbound` another organisation posted the
    answer here, and the first home party's unit tells it on.
    """
    here = inbound.receiver if inbound else routing.first(ctx.book)
    inputs = (
        ("evidence", inbound.message.id if inbound else ctx.event.event_id),
        ("event", ctx.event.type),
        (views.STEP, step),
        *more.pop("inputs", ()),
    )
    return common.work_item(
        ctx,
        id_=ctx.id("Task", reading.READ + key),
        kind=reading.READ,
        owner=routing.desk(ctx.book, here),
        focus=communication_of(inbound.message) if inbound else None,
        inputs=inputs,
        reason=reason,
        **more,
    )


def waiting(case: Case) -> tuple[Resource, ...]:
    """Return the work items of answers that nobody has told on."""
    return tuple(
        t for t in case.of("Task") if t["status"] not in views.FINISHED and views.input_of(t, views.STEP)
    )


def done(ctx: Context, one: Resource) -> Resource:
    """Return a work item as completed: what it asked for is told."""
    return tasks_built.moved(one, modified=ctx.now, status="completed")


def mine(ctx: Context, one: Resource) -> bool:
    """Return whether an event is posted by the organisation that the answer came to: it alone tells it on."""
    here = ctx.book.by_organisation(views.reference_id(one.get("owner")))
    if ctx.event.origin != "posted" or ctx.party is None or here is None:
        return False
    return here.level1_id == ctx.party.level1_id


def answered_by(ctx: Context, one: Resource) -> str:
    """Return the key of the party whose answer it is: it is not told its own."""
    message = _message(ctx, one)
    return (message.sender_key if message is not None else None) or ""


def _message(ctx: Context, one: Resource) -> Message | None:
    read = views.input_of(one, "evidence")
    return next((m for m in ctx.case.messages if m.id == read), None)
