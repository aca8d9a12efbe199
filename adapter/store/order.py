"""Reading in the order of commits, without skipping a row that commits late. PostgreSQL 15, 9.27.5 (pg_snapshot_xip).

A serial number is taken before its transaction commits, so a reader that has seen 8 may never see 7. On PostgreSQL each
row therefore carries its transaction's number; a reader takes only rows of transactions older than any still running
in the database, ordered by (transaction, serial). SQLite writes one transaction at a time: its serial numbers are that order.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Table, bindparam, literal_column, select, tuple_
from sqlalchemy.sql import Select

from adapter.store import cursors
from adapter.store.sql import Statement, xid_horizon


def page(query: Select[Any], table: Table) -> Statement:
    """Return the statement of a page after (`after_xid`, `after_seq`), at most `limit` rows."""
    xid, seq = table.c.xid, table.c.seq
    marks = bindparam("after_xid", type_=BigInteger()), bindparam("after_seq", type_=BigInteger())
    limited = query.limit(bindparam("limit"))
    return Statement(
        limited.where(seq > marks[1]).order_by(seq),
        postgresql=limited.where(tuple_(xid, seq) > tuple_(*marks), xid < xid_horizon()).order_by(xid, seq),
        ordered=True,
    )


def last(table: Table) -> Statement:
    """Return the statement of the last row that a page may hold now: its (xid, seq)."""
    xid, seq = table.c.xid, table.c.seq
    one = select(xid, seq).limit(literal_column("1"))
    return Statement(
        one.order_by(seq.desc()),
        postgresql=one.where(xid < xid_horizon()).order_by(xid.desc(), seq.desc()),
        ordered=True,
    )


def mark(xid: int, seq: int) -> str:
    """Return the cursor of a row."""
    return cursors.write((xid, seq))


def after(cursor: str | None) -> dict[str, int]:
    """Return where to begin. Raises FhirError IPK-F008."""
    if not cursor:
        return {"after_xid": 0, "after_seq": 0}
    xid, seq = cursors.read(cursor, (int, int), at="since")
    return {"after_xid": int(xid), "after_seq": int(seq)}
