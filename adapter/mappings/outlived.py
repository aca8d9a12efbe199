"""A message that did not arrive, and that what happened since lets nobody send any more: it holds no later message up. ADR 168.

message-rules.md, 'Receipts and clocks': a message waits while an earlier one to the same receiver is dead or rejected and a person has
not decided. Here there is nothing left to decide.
"""

from __future__ import annotations

from typing import Final

from adapter.mappings import leaving, posting
from adapter.mappings.context import Change, Context
from adapter.model import Case, Message
from adapter.rules import message_states

HELD_UP: Final = message_states.before(message_states.OVER)


def followed(before: Context, after: Context) -> Change:
    """Return the messages as given up that could go again before the event and can not after it, with what was asked about them."""
    return posting.stopped(after, (m for m in after.case.messages if _is_over(before, after, m)))


def _is_over(before: Context, after: Context, message: Message) -> bool:
    if message.direction != "out" or message.state not in HELD_UP or message.replaced_by:
        return False
    return _shut(after, after.case, message) and not _shut(after, before.case, message)


def _shut(ctx: Context, case: Case, message: Message) -> bool:
    to = ctx.book.by_key(message.receiver_key)
    return leaving.shut(leaving.Leaving(case=case, message=message, to=to))
