"""Documents whose time is over: their bytes are removed, and the message stays with its states. contract.md, 'Folders'.

What waits to be sent, or for a person to handle it, is kept: it may have to go again. So is what the record has not got yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, func, or_, select, update

from adapter.store.sql import Connection, Statement
from adapter.store.tables import message
from adapter.store.times import micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """A message whose document is to go."""

    id: str
    org: str
    case_key: str | None


_OVER = and_(
    message.c.created_at < bindparam("before"),
    message.c.filed == 1,
    message.c.blocks == 0,
    message.c.state != "held",
    or_(message.c.state != "unanswered", message.c.replaced_by.is_not(None)),
    func.length(message.c.body) > 0,
)
_OLD: Final = Statement(
    select(message.c.id, message.c.org, message.c.case_key)
    .where(_OVER)
    .order_by(message.c.created_at, message.c.id)
    .limit(bindparam("limit"))
)
_COUNT: Final = Statement(select(func.count()).select_from(message).where(_OVER))
_EMPTY: Final = Statement(update(message).where(message.c.id == bindparam("key_id")).values(body=b""))
_HANDED: Final = Statement(select(message.c.id).where(message.c.state == "handed"))


def count(conn: Connection, *, before: datetime) -> int:
    """Return how many documents are older."""
    return int((conn.one(_COUNT, {"before": micros(before)}) or (0,))[0])


def old(conn: Connection, *, before: datetime, limit: int) -> tuple[Old, ...]:
    """Return messages whose documents are older, the oldest first."""
    rows = conn.all(_OLD, {"before": micros(before), "limit": limit})
    return tuple(Old(id=id_, org=org, case_key=case_key) for id_, org, case_key in rows)


def empty(conn: Connection, ids: Iterable[str]) -> None:
    """Remove the bytes of messages; their SHA-256 stays."""
    conn.many(_EMPTY, [{"key_id": id_} for id_ in ids])


def handed(conn: Connection) -> frozenset[str]:
    """Return the messages whose documents the EPJ has yet to send."""
    return frozenset(str(id_) for (id_,) in conn.all(_HANDED, {}))
