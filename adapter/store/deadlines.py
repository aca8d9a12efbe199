"""Clocks that run: what is due, and what a case has open. message-rules.md, 'Receipts and clocks'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, text

from adapter.model import Deadline
from adapter.store.sql import Connection, Row, Statement
from adapter.store.tables import deadline
from adapter.store.times import instant, micros
from adapter.store.upsert import upsertion

_OPEN = text("deadline.state = 'open'")  # in words, so that the partial indexes apply
_COLUMNS = select(
    deadline.c.id, deadline.c.kind, deadline.c.due, deadline.c.subject, deadline.c.org, deadline.c.case_key,
    deadline.c.state,
)  # fmt: skip
_PUT = upsertion(deadline, dict.fromkeys(("kind", "due", "subject", "case_key", "state")))
_DUE = Statement(
    _COLUMNS.where(_OPEN, deadline.c.due <= bindparam("now")).order_by(deadline.c.due, deadline.c.id)
    .limit(bindparam("limit"))
)  # fmt: skip
_ALL = Statement(_COLUMNS.where(_OPEN).order_by(deadline.c.due, deadline.c.id).limit(bindparam("limit")))
_CASE = Statement(_COLUMNS.where(_OPEN, deadline.c.case_key == bindparam("case_key")).order_by(deadline.c.id))
_GET = Statement(_COLUMNS.where(deadline.c.id == bindparam("id")))


def put(conn: Connection, deadlines: Sequence[Deadline]) -> None:
    """Store new and changed deadlines, by id."""
    conn.many(
        _PUT,
        [
            {
                "id": d.id,
                "org": d.owner,
                "kind": d.kind,
                "due": micros(d.due),
                "subject": d.subject,
                "case_key": d.case_key,
                "state": d.state,
            }
            for d in deadlines
        ],
    )


def get(conn: Connection, id_: str) -> Deadline | None:
    """Return one deadline, open or not."""
    row = conn.one(_GET, {"id": id_})
    return None if row is None else _deadline(row)


def due(conn: Connection, now: datetime, limit: int = 100) -> tuple[Deadline, ...]:
    """Return open deadlines that have passed, the oldest first."""
    return tuple(map(_deadline, conn.all(_DUE, {"now": micros(now), "limit": limit})))


def running(conn: Connection, limit: int = 1000) -> tuple[Deadline, ...]:
    """Return all open deadlines, the next to come first."""
    return tuple(map(_deadline, conn.all(_ALL, {"limit": limit})))


def of_case(conn: Connection, case_key: str) -> tuple[Deadline, ...]:
    """Return the open deadlines of a case."""
    return tuple(map(_deadline, conn.all(_CASE, {"case_key": case_key})))


def _deadline(row: Row) -> Deadline:
    return Deadline(
        id=row[0],
        kind=row[1],
        due=instant(row[2]),
        subject=row[3],
        owner=row[4],
        case_key=row[5],
        state=row[6],
    )
