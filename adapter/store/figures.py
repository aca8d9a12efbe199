"""Every case in turn, with its events, current resources and messages: read as a stream, so that many cost no memory.

Four sorted readings are joined as they go. SQLite gives rows as they are asked for; on PostgreSQL a cursor of the server does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import literal_column, null, select

from adapter.model import Message, Resource
from adapter.store.message_rows import COLUMNS, from_row
from adapter.store.sql import Connection, Row, Statement
from adapter.store.tables import case_, event, message, resource
from adapter.store.times import instant

RUN: Final = 500
"""Rows fetched at a time."""
TYPES: Final = (
    "Appointment", "CarePlan", "CareTeam", "Patient", "PractitionerRole", "ServiceRequest", "Task",
)  # fmt: skip
"""Types of resources that statistics read."""
_KEY: Final = itemgetter(0)

_CASES = Statement(select(case_.c.key).order_by(case_.c.key))
_EVENTS = Statement(
    select(
        event.c.case_key,
        event.c.event_id,
        event.c.type,
        event.c.received_at,
        event.c.melde_id,
        event.c.content,
    )
    .join(case_, case_.c.key == event.c.case_key)
    .order_by(case_.c.key, event.c.seq)
)
_RESOURCES = Statement(
    select(resource.c.case_key, resource.c.type, resource.c.id, resource.c.body)
    .join(case_, case_.c.key == resource.c.case_key)
    .where(resource.c.type.in_([literal_column(f"'{type_}'") for type_ in TYPES]))
    .order_by(case_.c.key)
)
_MESSAGES = Statement(
    select(message.c.case_key, *COLUMNS, null())
    .join(case_, case_.c.key == message.c.case_key)
    .order_by(case_.c.key, message.c.seq)
)


class StoredCase(NamedTuple):
    """What is stored of one case."""

    key: str
    events: tuple[dict[str, Any], ...]
    """{event_id, type, received, melde_id, content}, in the order written."""
    resources: dict[str, Resource]
    messages: tuple[Message, ...]


def cases(conn: Connection) -> Iterator[StoredCase]:
    """Yield every case in the order of its key. The connection must hold one instant (`read(snapshot=True)`)."""
    streams = [
        _Groups(_stream(conn, name, statement))
        for name, statement in (("events", _EVENTS), ("resources", _RESOURCES), ("messages", _MESSAGES))
    ]
    for (key,) in _stream(conn, "cases", _CASES):
        events, resources, messages = (stream.of(key) for stream in streams)
        yield StoredCase(
            key,
            tuple(_event(row) for row in events),
            {f"{row[1]}/{row[2]}": orjson.loads(row[3]) for row in resources},
            tuple(from_row(row[1:]) for row in messages),
        )


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
