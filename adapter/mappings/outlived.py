"""A message that did not arrive, and that what happened since lets nobody send any more: it holds no later message up. ADR 168.

message-rules.md, 'Receipts and clocks': a message waits while an earlier one to the same receiver is dead or rejected and a person has
not decided. Here there is nothing left to decide.
"""

from __future__ import annotations

from typing import Final

from adapter.mappings import leaving, posting
from adapter.mappings.context import Change, Context
from adapter.model import Case, Message, Reason
from adapter.rules import message_states

HELD_UP: Final = message_states.before(message_states.OVER)


def followed(before: Context, after: Context) -> Change:
    """Return the messages as given up that could go again before the event and can not after it, with what was asked about them."""
    over = [(m, why) for m in after.case.messages if (why := _is_over(before, after, m)) is not None]
    stopped = posting.stopped(after, (m for m, _ in over))
    return stopped + Change(reasons=tuple(dict.fromkeys(why for _, why in over)))


def _is_over(before: Context, after: Context, message: Message) -> Reason | None:
    if message.direction != "out" or message.state not in HELD_UP or message.replaced_by:
        return None
    return _shut(after, after.case, message) if _shut(after, before.case, message) is None else None


def _shut(ctx: Context, case: Case, message: Message) -> Reason | None:
    to = ctx.book.by_key(message.receiver_key)
    return leaving.shut(leaving.Leaving(case=case, message=message, to=to))
