"""Clocks that run: what is due, what is late, and what a case has running. message-rules.md, 'Receipts and clocks'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, or_, select, text

from adapter.model import Deadline
from adapter.store.sql import Connection, Row, Statement
from adapter.store.tables import deadline
from adapter.store.times import instant, micros
from adapter.store.upsert import upsertion

_RUNS = text("deadline.state IN ('open', 'breached')")  # in words, so that the partial indexes apply
_COLUMNS = select(
    deadline.c.id, deadline.c.kind, deadline.c.due, deadline.c.subject, deadline.c.org, deadline.c.case_key,
    deadline.c.state, deadline.c.level, deadline.c.act,
)  # fmt: skip
_PUT = upsertion(deadline, dict.fromkeys(("kind", "due", "subject", "case_key", "state", "level", "act")))
_DUE = Statement(
    _COLUMNS.where(_RUNS, deadline.c.act <= bindparam("now")).order_by(deadline.c.act, deadline.c.id)
    .limit(bindparam("limit"))
)  # fmt: skip
_PAGE = Statement(
    _COLUMNS.where(
        _RUNS,
        deadline.c.due < bindparam("before"),
        or_(
            deadline.c.due > bindparam("after"),
            and_(deadline.c.due == bindparam("after"), deadline.c.id > bindparam("after_id")),
        ),
    )
    .order_by(deadline.c.due, deadline.c.id)
    .limit(bindparam("limit"))
)
_CASE = Statement(_COLUMNS.where(_RUNS, deadline.c.case_key == bindparam("case_key")).order_by(deadline.c.id))
_GET = Statement(_COLUMNS.where(deadline.c.id == bindparam("id")))
_LEAST: Final = -(2**62)
_MOST: Final = 2**62


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
                "level": d.level,
                "act": micros(d.acts),
            }
            for d in deadlines
        ],
    )


def get(conn: Connection, id_: str) -> Deadline | None:
    """Return one deadline, running or not."""
    row = conn.one(_GET, {"id": id_})
    return None if row is None else _deadline(row)


def due(conn: Connection, now: datetime, limit: int = 100) -> tuple[Deadline, ...]:
    """Return running deadlines on which something is to be done by now, the longest due first."""
    return tuple(map(_deadline, conn.all(_DUE, {"now": micros(now), "limit": limit})))


def running(
    conn: Connection,
    limit: int = 1000,
    *,
    before: datetime | None = None,
    after: tuple[datetime, str] | None = None,
) -> tuple[Deadline, ...]:
    """Return running deadlines, the first due first: those due before an instant, after one already told of (due, id)."""
    params = {
        "before": _MOST if before is None else micros(before),
        "after": _LEAST if after is None else micros(after[0]),
        "after_id": "" if after is None else after[1],
        "limit": limit,
    }
    return tuple(map(_deadline, conn.all(_PAGE, params)))


def of_case(conn: Connection, case_key: str) -> tuple[Deadline, ...]:
    """Return the running deadlines of a case, those that have passed too."""
    return tuple(map(_deadline, conn.all(_CASE, {"case_key": case_key})))


def _deadline(row: Row) -> Deadline:
    due_, act = row[2], row[8]
    return Deadline(
        id=row[0],
        kind=row[1],
        due=instant(due_),
        subject=row[3],
        owner=row[4],
        case_key=row[5],
        state=row[6],
        level=row[7],
        next=instant(act) if act not in (None, due_) else None,
        resting=act is None,
    )
