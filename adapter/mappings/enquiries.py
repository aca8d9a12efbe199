"""A citizen's question to the coordinator is answered in its own thread, the question echoed, Ack J. E72; HITS 1217:2018, 3.14.

Whoever reads the answer is the patient, who asked: it needs no consent. Only a question is answered, and once: health
personnel begin no such dialogue.
"""

from __future__ import annotations

from typing import Final

from adapter import codes
from adapter.errors import EventError, RoutingError
from adapter.fhir import needs as tasks_built
from adapter.kith import innbygger
from adapter.mappings import common, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Message, Party, Resource
from adapter.rules import anchors, carrier

EVENT: Final = "ip.enquiry.answered"
_AT: Final = "$.data.continues.taskId"


def answered(ctx: Context) -> Change:
    """Return the Task of the question as completed; `notices` gives the answer. E72.

    Raises EventError IPK-E014 where the Task is about no citizen's question, IPK-E087 where it is answered already,
    RoutingError IPK-R003 where the book does not list who asked.
    """
    task, question = _asked(ctx)
    _portal(ctx, question)
    done = tasks_built.moved(task, modified=ctx.now, status="completed")
    return common.person(ctx) + common.author(ctx) + Change(resources=(done,))


def notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the answer, to where the question came from. E72."""
    question = _question(ctx, ctx.case.get(_reference(ctx)) or {})
    if question is None:
        return ()
    return (
        Notice(
            receiver=_portal(ctx, question),
            title=codes.display("7602", innbygger.ANSWER) or "",
            text=ctx.data.text,
            answers=question,
            reasons=(anchors.fixed("enquiry-answered", innbygger.TYPE),),
        ),
    )


def _reference(ctx: Context) -> str:
    return f"Task/{ctx.data.continues.task_id}"


def _asked(ctx: Context) -> tuple[Resource, Message]:
    """Return the Task that waits and the question it is about."""
    task = ctx.case.get(_reference(ctx))
    if task is None or task["status"] in views.FINISHED:
        raise EventError("IPK-E087", at=_AT)
    question = _question(ctx, task)
    if question is None:
        raise EventError("IPK-E014", at=_AT)
    return task, question


def _question(ctx: Context, task: Resource) -> Message | None:
    """Return the citizen's question that a Task is about, None for a Task about another thing."""
    read = views.input_of(task, "evidence")
    found = next((m for m in ctx.case.messages if m.id == read), None)
    asks = found is not None and (found.direction, found.type) == ("in", innbygger.TYPE)
    return found if asks else None


def _portal(ctx: Context, question: Message) -> Party:
    """Return the party that brought the question: the citizen's portal. It takes the answer to what it asks."""
    party = ctx.book.by_key(question.sender_key)
    if party is None or not party.accepts(innbygger.TYPE, carrier.VERSION[innbygger.TYPE]):
        raise RoutingError("IPK-R003", at=_AT)
    return party
