"""What a trail is made of: the Provenance of a case, and the versions it names."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from sqlalchemy import bindparam, select

from adapter.model import Resource
from adapter.store import resources
from adapter.store.sql import Connection, Statement
from adapter.store.tables import case_, resource

_CASE = Statement(select(case_.c.key).where(case_.c.key == bindparam("key")))
_PROVENANCE = Statement(
    select(resource.c.body)
    .where(resource.c.subject == bindparam("subject"), resource.c.type == bindparam("type"))
    .order_by(resource.c.updated, resource.c.id)
)


def is_case(conn: Connection, key: str) -> bool:
    """Return whether there is a case of this key."""
    return conn.one(_CASE, {"key": key}) is not None


def provenance(conn: Connection, case_key: str) -> tuple[Resource, ...]:
    """Return the Provenance of a case, in the order it was recorded."""
    rows = conn.all(_PROVENANCE, {"subject": f"Patient/{case_key}", "type": "Provenance"})
    return tuple(orjson.loads(row[0]) for row in rows)


def versions(conn: Connection, references: Iterable[str]) -> dict[str, Resource]:
    """Return the versions behind `Type/id/_history/n`; those there are none of are left out."""
    found: dict[str, Resource] = {}
    for reference in dict.fromkeys(references):
        place, _, number = reference.partition("/_history/")
        type_, _, id_ = place.partition("/")
        row = resources.vread(conn, type_, id_, int(number)) if number.isdecimal() else None
        if row is not None:
            found[reference] = orjson.loads(row.body)
    return found
