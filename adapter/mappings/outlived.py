"""A message that did not arrive, and that what happened since lets nobody send any more: it holds no later message up. ADR 168.

message-rules.md, 'Receipts and clocks': a message waits while an earlier one to the same receiver is dead or rejected and a person has
not decided. Here there is nothing left to decide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from adapter.fhir import needs as tasks
from adapter.kith import titles
from adapter.mappings import leaving, posting, views
from adapter.mappings.context import Change, Context
from adapter.model import Case, Message, Reason
from adapter.rules import message_states

UNANSWERED: Final = "unanswered"
_GONE: Final = frozenset({"withdrawn", "declined-by-patient", "consent-pending"})
HELD_UP: Final = message_states.before(message_states.OVER)


def followed(before: Context, after: Context) -> Change:
    """Return the messages as given up that could go again before the event and can not after it, with what was asked about them."""
    over = [(m, why) for m in after.case.messages if (why := _is_over(before, after, m)) is not None]
    if not over:
        return Change()
    stopped = posting.stopped(after, (m for m, _ in over if m.state in HELD_UP))
    unanswered = tuple(m for m, _ in over if m.state not in HELD_UP)
    return (
        stopped + _asked_no_more(after, unanswered) + Change(reasons=tuple(dict.fromkeys(w for _, w in over)))
    )


def _asked_no_more(after: Context, unanswered: tuple[Message, ...]) -> Change:
    """Return the late receipt clocks of messages that nobody may send again, and their work items, as over: a receipt may still come."""
    subjects = {f"message/{m.id}" for m in unanswered}
    return Change(
        resources=tuple(
            tasks.moved(t, modified=after.now, status="cancelled")
            for m in unanswered
            for t in views.items_about(after.case, m)
        ),
        deadlines=tuple(
            replace(d, state="cancelled")
            for d in after.case.deadlines
            if d.state == "breached" and d.kind == "receipt" and d.subject in subjects
        ),
    )


def _is_over(before: Context, after: Context, message: Message) -> Reason | None:
    if message.direction != "out" or message.state not in HELD_UP | {UNANSWERED} or message.replaced_by:
        return None
    if message.state == UNANSWERED and _is_answered(after.case, message):
        return None
    return _shut(after, after.case, message) if _shut(after, before.case, message) is None else None


def _is_answered(case: Case, message: Message) -> bool:
    """Return whether somebody at the receiver has acted on a need: it has come, and its clock is met by that. ADR 98."""
    mine = (n for n in views.needs(case) if n.melde_id == message.melde_id)
    return message.subject in titles.BRINGS_NEED and any(n.state not in _GONE for n in mine)


def _shut(ctx: Context, case: Case, message: Message) -> Reason | None:
    to = ctx.book.by_key(message.receiver_key)
    return leaving.shut(leaving.Leaving(case=case, message=message, to=to))
