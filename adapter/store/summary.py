"""Counts of the whole installation: cases, events, clocks, open work items by kind. Nothing about anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Text, and_, bindparam, case, func, literal_column, select

from adapter.fhir import urls
from adapter.store import tokens
from adapter.store.sql import Connection, Statement, contains
from adapter.store.tables import case_, deadline, event, resource
from adapter.store.times import micros

OPEN: Final = ("requested", "received", "accepted", "in-progress", "on-hold", "ready", "draft")
"""Task.status of what somebody still has to do."""
_CASES = Statement(select(func.count()).select_from(case_))
_EVENTS = Statement(select(func.count()).select_from(event))
# What is open and never acts by itself is paused: it is not late. Deadline.paused.
_late = case((and_(deadline.c.due <= bindparam("now"), deadline.c.act.is_not(None)), 1), else_=0)
_OPEN_CLOCKS = Statement(
    select(deadline.c.kind, func.count(), func.sum(_late))
    .where(literal_column("deadline.state = 'open'"))
    .group_by(deadline.c.kind)
    .order_by(deadline.c.kind)
)
_BREACHED = Statement(
    select(deadline.c.kind, func.count())
    .where(deadline.c.state == bindparam("state"))
    .group_by(deadline.c.kind)
    .order_by(deadline.c.kind)
)
_ITEMS = Statement(
    select(func.count())
    .select_from(resource)
    .where(
        literal_column("resource.type = 'Task'"),  # in words, so that the partial index applies
        resource.c.status.in_([literal_column(f"'{status}'") for status in OPEN]),
        contains(resource.c.tokens, bindparam("wanted", type_=Text())),
    )
)


def sizes(conn: Connection) -> tuple[int, int]:
    """Return how many cases and events there are."""
    cases, events = conn.one(_CASES, {}), conn.one(_EVENTS, {})
    return (cases[0] if cases else 0, events[0] if events else 0)


def clocks(conn: Connection, now: datetime) -> dict[str, tuple[int, int, int]]:
    """Return kind of deadline → (running, of these past due, breached)."""
    running = {row[0]: (row[1], int(row[2] or 0)) for row in conn.all(_OPEN_CLOCKS, {"now": micros(now)})}
    breached = {row[0]: row[1] for row in conn.all(_BREACHED, {"state": "breached"})}
    return {
        kind: (*running.get(kind, (0, 0)), breached.get(kind, 0)) for kind in sorted({*running, *breached})
    }


def items(conn: Connection, kinds: Sequence[str]) -> dict[str, int]:
    """Return kind of work item → how many are open; kinds without any are left out."""
    found: dict[str, int] = {}
    for kind in kinds:
        row = conn.one(_ITEMS, {"wanted": tokens.wanted("code", urls.TASK_KIND, kind)})
        if row is not None and row[0]:
            found[kind] = row[0]
    return found
