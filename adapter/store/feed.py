"""The feed: what is new, by id, type and state only, for EPJs and platforms that poll. contract.md, 'HTTP: messages'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, select

from adapter.store import order
from adapter.store.sql import Connection, Insertion
from adapter.store.tables import feed
from adapter.store.times import instant, micros


class FeedItem(NamedTuple):
    """One thing that is new or changed. `cursor` is empty until it is read from the store."""

    org: str
    at: datetime
    kind: Literal["event", "message", "resource", "deadline"]
    type: str
    id: str
    state: str | None = None
    cursor: str = ""
    version: int | None = None
    """Of a resource."""


_INSERT = Insertion(feed)
_COLUMNS = select(
    feed.c.xid,
    feed.c.seq,
    feed.c.org,
    feed.c.at,
    feed.c.kind,
    feed.c.type,
    feed.c.id,
    feed.c.state,
    feed.c.version,
)
_END = order.last(feed)
_PAGE = order.page(_COLUMNS, feed)
_PAGE_ORG = order.page(_COLUMNS.where(feed.c.org == bindparam("org")), feed)


def append(conn: Connection, items: Sequence[FeedItem]) -> None:
    """Add to the feed, seen by readers once the transaction commits."""
    _INSERT.run(
        conn,
        [
            {
                "org": i.org,
                "at": micros(i.at),
                "kind": i.kind,
                "type": i.type,
                "id": i.id,
                "state": i.state,
                "version": i.version,
            }
            for i in items
        ],
    )


def page(
    conn: Connection, *, since: str | None = None, org: str | None = None, count: int = 100
) -> tuple[Sequence[FeedItem], str | None]:
    """Return what came after a cursor, in the order of commits, and the cursor to go on from.

    No row is ever skipped, however late its transaction commits. Raises FhirError IPK-F008 for a cursor that is none.
    """
    params = {**order.after(since), "limit": count}
    rows = conn.all(_PAGE, params) if org is None else conn.all(_PAGE_ORG, {**params, "org": org})
    found = tuple(
        FeedItem(
            org=r[2],
            at=instant(r[3]),
            kind=r[4],
            type=r[5],
            id=r[6],
            state=r[7],
            version=r[8],
            cursor=order.mark(r[0], r[1]),
        )
        for r in rows
    )
    return found, (found[-1].cursor if found else since)


def end(conn: Connection) -> str:
    """Return the cursor of the last row there is: what is read after it is new. Empty where nothing is there yet."""
    row = conn.one(_END, {})
    return "" if row is None else order.mark(row[0], row[1])
