"""Large documents written piece by piece, where a statement would hold them twice more. sqlite.org/c3ref/blob_open.html.

SQLite copies what is bound to a statement, copies it again into the row, and keeps the first copy until the statement is
bound anew. So a large document is left out of the statement and written into room made for it, in the same transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from sqlalchemy import bindparam, func, literal_column, select, update

from adapter.store.sql import Connection, Statement
from adapter.store.tables import message

LARGE: Final = 1_000_000
"""Bytes of a document that is large: written by itself, and read by itself, not with a batch."""
_PIECE: Final = 262_144

_ROOM = Statement(
    update(message).where(message.c.id == bindparam("id")).values(body=func.zeroblob(bindparam("size")))
)
_BODY = Statement(select(message.c.body).where(message.c.id == bindparam("id")))
_ROW = Statement(select(literal_column("rowid")).select_from(message).where(message.c.id == bindparam("id")))


def apart(conn: Connection, rows: Sequence[dict[str, Any]]) -> dict[str, bytes]:
    """Take the large bodies out of rows of messages and return them by id: none for PostgreSQL, which binds without a copy."""
    if conn.dialect.name != "sqlite":
        return {}
    found = {row["id"]: row["body"] for row in rows if len(row["body"]) > LARGE}
    for row in rows:
        if row["id"] in found:
            row["body"] = b""
    return found


def fill(conn: Connection, bodies: Mapping[str, bytes]) -> None:
    """Write bodies that were taken out of rows which are stored now."""
    for id_, body in bodies.items():
        conn.run(_ROOM, {"id": id_, "size": len(body)})
        row = conn.one(_ROW, {"id": id_})
        if row is not None:
            _pour(conn, body, row[0])


def read(conn: Connection, id_: str) -> bytes | None:
    """Return the bytes of one message, without a copy of SQLite's beside them."""
    if conn.dialect.name != "sqlite":
        row = conn.one(_BODY, {"id": id_})
        return None if row is None else row[0]
    row = conn.one(_ROW, {"id": id_})
    if row is None:
        return None
    with _open(conn, row[0]) as blob:
        return blob.read()


def _pour(conn: Connection, body: bytes, row: int) -> None:
    view = memoryview(body)
    with _open(conn, row) as blob:
        for start in range(0, len(view), _PIECE):
            blob.write(view[start : start + _PIECE])


@contextmanager
def _open(conn: Connection, row: int) -> Iterator[sqlite3.Blob]:
    """Open the body in a row of SQLite. The driver's errors come out as those of a statement do."""
    try:
        with cast("sqlite3.Connection", conn.driver).blobopen(message.name, message.c.body.name, row) as blob:
            yield blob
    except sqlite3.Error as error:
        raise conn.engine.translate(error) from None
