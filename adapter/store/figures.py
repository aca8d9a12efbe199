"""Every case in turn, with its events, current resources and messages: read as a stream, so that many cost no memory.

Two sorted readings of keys alone are joined as they go: cases, and which events are whose (events have no index by case, which
would cost time on every write). What a case holds is read when its turn comes. SQLite gives rows as they are asked for; on
PostgreSQL a cursor of the server does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import bindparam, literal_column, null, select

from adapter.model import Message, Resource
from adapter.store.message_rows import COLUMNS, from_row
from adapter.store.sql import BUCKETS, Connection, Row, Statement, padded
from adapter.store.tables import case_, event, message, resource
from adapter.store.times import instant

RUN: Final = 500
"""Rows fetched at a time from a cursor of the server."""
TYPES: Final = frozenset(
    {"Appointment", "CarePlan", "CareTeam", "Patient", "PractitionerRole", "ServiceRequest", "Task"}
)
"""Types of resources that statistics read."""
_KEY: Final = itemgetter(0)

_CASES = Statement(select(case_.c.key).order_by(case_.c.key))
_WHOSE = Statement(
    select(event.c.case_key, event.c.seq)
    .join(case_, case_.c.key == event.c.case_key)
    .order_by(case_.c.key, event.c.seq)
)
_RESOURCES = Statement(
    select(resource.c.type, resource.c.id, resource.c.body).where(
        resource.c.case_key == bindparam("case_key"),
        literal_column("open = 1"),  # in words, so that the partial index applies
    )
)
_MESSAGES = Statement(
    select(*COLUMNS, null())
    .where(message.c.case_key == bindparam("case_key"))
    .order_by(message.c.seq, message.c.id)
)


def _of_numbers(size: int) -> Statement:
    columns = (
        event.c.seq,
        event.c.event_id,
        event.c.type,
        event.c.received_at,
        event.c.melde_id,
        event.c.content,
    )
    return Statement(select(*columns).where(event.c.seq.in_([bindparam(f"n{at}") for at in range(size)])))


_EVENTS: Final = {size: _of_numbers(size) for size in BUCKETS}
"""How many events at once → the statement."""


class StoredCase(NamedTuple):
    """What is stored of one case."""

    key: str
    events: tuple[dict[str, Any], ...]
    """{event_id, type, received, melde_id, content}, in the order written."""
    resources: dict[str, Resource]
    messages: tuple[Message, ...]


def cases(conn: Connection) -> Iterator[StoredCase]:
    """Yield every case in the order of its key. The connection must hold one instant (`read(snapshot=True)`)."""
    whose = _Groups(_stream(conn, "whose", _WHOSE))
    for (key,) in _stream(conn, "cases", _CASES):
        resources = conn.all(_RESOURCES, {"case_key": key})
        yield StoredCase(
            key,
            _events(conn, [row[1] for row in whose.of(key)]),
            {f"{type_}/{id_}": orjson.loads(body) for type_, id_, body in resources if type_ in TYPES},
            tuple(from_row(row) for row in conn.all(_MESSAGES, {"case_key": key})),
        )


def _events(conn: Connection, numbers: Sequence[int]) -> tuple[dict[str, Any], ...]:
    rows: dict[int, Row] = {}
    for run in padded(numbers):
        found = conn.all(_EVENTS[len(run)], {f"n{at}": number for at, number in enumerate(run)})
        rows |= {row[0]: row for row in found}
    return tuple(_event(rows[number]) for number in numbers if number in rows)


def _event(row: Row) -> dict[str, Any]:
    return {
        "event_id": row[1],
        "type": row[2],
        "received": instant(row[3]),
        "melde_id": row[4],
        "content": orjson.loads(row[5]),
    }


class _Groups:
    """Rows sorted by case, taken case by case in the same order."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = groupby(rows, key=_KEY)
        self._next: tuple[str, list[Row]] | None = self._taken()

    def _taken(self) -> tuple[str, list[Row]] | None:
        found = next(self._groups, None)
        return None if found is None else (found[0], list(found[1]))

    def of(self, key: str) -> list[Row]:
        """Return the rows of a case, which comes no earlier than those asked for before."""
        if self._next is None or self._next[0] != key:
            return []
        rows = self._next[1]
        self._next = self._taken()
        return rows


def _stream(conn: Connection, name: str, statement: Statement) -> Iterator[Row]:
    """Yield the rows of a statement without holding them all."""
    sql, params = statement.text(conn.dialect)
    if conn.dialect.name == "postgresql":
        conn.driver.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {sql}", params)
        while rows := conn.driver.execute(f"FETCH {RUN} FROM {name}").fetchall():
            yield from rows
        return
    cursor = conn.driver.execute(sql, params)
    while (row := cursor.fetchone()) is not None:
        yield row
