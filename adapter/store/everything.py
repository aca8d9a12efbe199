"""All that is stored about one patient, in pages by type and id: the index by subject serves it. R4 patient-operation-everything.html."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from sqlalchemy import BigInteger, Text, bindparam, select, tuple_

from adapter.fhir.query import Row
from adapter.store import cursors
from adapter.store.sql import Connection, Statement
from adapter.store.tables import resource

_R: Final = resource.c


def about(
    conn: Connection,
    subject: str,
    *,
    count: int,
    since: int = 0,
    types: Sequence[str] = (),
    after: str | None = None,
) -> tuple[tuple[Row, ...], bool]:
    """Return up to `count` resources about `Patient/id` beyond a cursor, and whether there are more.

    `since`: changed at this instant (microseconds) or later · `types`: only these. Raises FhirError IPK-F008.
    """
    type_, id_ = ("", "") if after is None else cursors.read(after, (str, str), at="_cursor")
    params = {
        "subject": subject, "since": since, "type": type_, "id": id_, "limit": count + 1,
        **{f"t{n}": one for n, one in enumerate(types)},
    }  # fmt: skip
    rows = conn.all(_statement(len(types)), params)
    found = tuple(
        Row(type=r[0], id=r[1], version=r[2], updated=r[3], body=r[4], case=r[5]) for r in rows[:count]
    )
    return found, len(rows) > count


def cursor(row: Row) -> str:
    """Return the cursor of what comes after a resource."""
    return cursors.write((row.type, row.id))


@lru_cache(maxsize=32)
def _statement(types: int) -> Statement:
    marks = bindparam("type", type_=Text()), bindparam("id", type_=Text())
    query = select(_R.type, _R.id, _R.version, _R.updated, _R.body, _R.case_key).where(
        _R.subject == bindparam("subject"),
        tuple_(_R.type, _R.id) > tuple_(*marks),
        _R.updated >= bindparam("since", type_=BigInteger()),
    )
    if types:
        query = query.where(_R.type.in_([bindparam(f"t{n}") for n in range(types)]))
    return Statement(query.order_by(_R.type, _R.id).limit(bindparam("limit")))
