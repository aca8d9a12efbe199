"""Messages that left, read as events (E52): a view of the feed's rows and the messages, with no row of its own. events E52.

docs/decisions/0088-minutes-measures-and-sent-messages.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, literal_column, select

from adapter.store import order
from adapter.store.sql import Connection, Row, Statement
from adapter.store.tables import feed, message
from adapter.store.times import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One message that left: which, of what type, to whom, made by which event, and when."""

    message_id: str
    type: str
    receiver_her_id: str | None
    event_id: str | None
    case_key: str | None
    at: datetime


_HEAD = (message.c.id, message.c.type, message.c.receiver_her, message.c.event_id, message.c.case_key)
_PAGE = order.page(
    select(feed.c.xid, feed.c.seq, *_HEAD, feed.c.at)
    .join(message, message.c.id == feed.c.id)
    .where(
        # In words: both are ours, and the same for every page.
        literal_column("feed.kind = 'message' AND feed.state = 'sent' AND message.direction = 'out'")
    ),
    feed,
)
_ONE = Statement(
    select(*_HEAD, message.c.sent_at).where(
        message.c.id == bindparam("id"),
        literal_column("message.direction = 'out' AND message.sent_at IS NOT NULL"),
    )
)


def page(
    conn: Connection, *, since: str | None = None, count: int = 100
) -> tuple[Sequence[Sending], str | None]:
    """Return sendings after a cursor in the order of their commits, and the cursor to go on from.

    Raises FhirError IPK-F008 for a cursor that is none.
    """
    rows = conn.all(_PAGE, {**order.after(since), "limit": count})
    return tuple(_sending(row[2:]) for row in rows), (order.mark(rows[-1][0], rows[-1][1]) if rows else since)


def find(conn: Connection, message_id: str) -> Sending | None:
    """Return the last sending of a message, None where it never left."""
    row = conn.one(_ONE, {"id": message_id})
    return None if row is None else _sending(row)


def _sending(row: Row) -> Sending:
    return Sending(
        message_id=row[0],
        type=row[1],
        receiver_her_id=row[2],
        event_id=row[3],
        case_key=row[4],
        at=instant(row[5]),
    )
