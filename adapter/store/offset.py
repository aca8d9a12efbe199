"""How far the clock of a synthetic installation has been moved: one row of `meta`. contract.md, 'Command line'."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, select

from adapter.store.sql import Connection, Statement
from adapter.store.tables import meta
from adapter.store.upsert import upsertion

KEY: Final = "clock-offset"
_MICROSECOND: Final = timedelta(microseconds=1)
_GET = Statement(select(meta.c.value).where(meta.c.key == bindparam("key")))
_PUT = upsertion(meta, {"value": None})


def get(conn: Connection) -> timedelta:
    """Return what is added to the system's time; nothing where the clock was never moved."""
    row = conn.one(_GET, {"key": KEY})
    return timedelta(0) if row is None else int(row[0]) * _MICROSECOND


def put(conn: Connection, offset: timedelta) -> None:
    """Store what is added to the system's time, in whole microseconds."""
    conn.many(_PUT, [{"key": KEY, "value": str(offset // _MICROSECOND)}])
