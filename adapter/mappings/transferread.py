"""A yes to a plan that was read from a message: by itself it tells nobody, a person's E39 tells the others who know the plan.

message-rules.md, 'What a received message becomes': no external party without a person's act; 'Who gets what'. E39; ADR 90.
"""

from __future__ import annotations

from typing import Final

from adapter.fhir import needs as tasks_built
from adapter.fhir import parts
from adapter.kith import words
from adapter.mappings import common, planview, reading, telling, views
from adapter.mappings.compose import communication_of
from adapter.mappings.context import Context
from adapter.model import Case, Message, Resource
from adapter.rules import planstates, routing

ACCEPTED: Final = "accepted"
PLAN: Final = "plan"
"""Input of the work item: the plan that was taken over."""
FROM: Final = "from"
"""The day that the question named."""


def item(ctx: Context, question: Resource) -> tuple[Resource, ...]:
    """Return the work item of a yes that was read, where others know the plan and may be told of it; else nothing."""
    inbound = ctx.inbound
    if inbound is None or ctx.data.step != ACCEPTED or not _others(ctx, question):
        return ()
    here = inbound.receiver
    day = views.input_of(question, FROM)
    made = common.work_item(
        ctx,
        id_=ctx.id("Task", reading.READ),
        kind=reading.READ,
        owner=(routing.own_unit(ctx.book, here) or here) if here else None,
        focus=communication_of(inbound.message),
        inputs=(
            ("evidence", inbound.message.id),
            ("event", ctx.event.type),
            (reading.STEP, ctx.data.step),
            (PLAN, question["focus"]),
            *(((FROM, day),) if day else ()),
        ),
        reason=words.TELL_OTHERS,
    )
    return (made,)


def _others(ctx: Context, question: Resource) -> bool:
    """Return whether anybody but who answered would be told, by the rows of the same event posted."""
    answered = views.reference_id(question.get("owner"))
    told = telling.notices(ctx, telling.reporters(ctx), "", (), gp=planview.gp(ctx))
    return any(n.receiver.organisation_id != answered for n in told)


def waiting(ctx: Context, plan: Resource) -> Resource | None:
    """Return the work item that this event answers: posted by who asked, the same answer, and no later question is open."""
    if ctx.event.origin != "posted" or plan["status"] not in planstates.LIVE:
        return None
    if planview.handed_over(ctx.case, plan) is not None:
        return None
    same = (t for t in _open(ctx.case, plan) if views.input_of(t, reading.STEP) == ctx.data.step)
    return next((t for t in same if _asked_by_us(ctx, t)), None)


def _asked_by_us(ctx: Context, one: Resource) -> bool:
    """Return whether the answer came to the organisation whose event this is."""
    message = _message(ctx, one)
    asked_by = ctx.book.by_key(message.receiver_key) if message is not None else None
    return ctx.party is not None and asked_by is not None and asked_by.level1_id == ctx.party.level1_id


def answered_by(ctx: Context, one: Resource) -> str:
    """Return the key of the party whose answer a work item is about."""
    message = _message(ctx, one)
    return (message.sender_key if message is not None else None) or ""


def _message(ctx: Context, one: Resource) -> Message | None:
    read = views.input_of(one, "evidence")
    return next((m for m in ctx.case.messages if m.id == read), None)


def _open(case: Case, plan: Resource) -> tuple[Resource, ...]:
    """Return the work items of answers about a plan that nobody has told on."""
    return tuple(
        t
        for t in case.of("Task")
        if t["status"] not in views.FINISHED
        and views.input_of(t, reading.STEP)
        and _plan_of(t) == parts.of(plan)
    )


def _plan_of(one: Resource) -> str | None:
    named = (i["valueReference"]["reference"] for i in one["input"] if i["type"]["text"] == PLAN)
    return next(named, None)


def overtaken(ctx: Context, plan: Resource) -> tuple[Resource, ...]:
    """Return what waits to be told of a plan as cancelled: it has changed hands again, or has ended."""
    return tuple(
        tasks_built.moved(one, modified=ctx.now, status="cancelled") for one in _open(ctx.case, plan)
    )
