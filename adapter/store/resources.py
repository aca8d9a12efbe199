"""Resources as bytes: the current version in one table, older ones in another. R4 http.html#versioning, #history.

Creating costs one row and the tokens; updating moves the old version away and asserts which one that was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, bindparam, delete, insert, literal_column, select, union_all, update

from adapter.errors import Conflict
from adapter.fhir.query import Row
from adapter.store import changes, tokens
from adapter.store.changes import Version
from adapter.store.sql import Connection, Insertion, Statement, by_pairs
from adapter.store.tables import resource, resource_history, token
from adapter.store.tokens import Token


class Write(NamedTuple):
    """One version of a resource and what it is found by. Version 1 is new; n follows n-1, or it is a Conflict."""

    type: str
    id: str
    version: int
    body: bytes
    updated: int
    """Microseconds since 1970 UTC: meta.lastUpdated."""
    org: str
    case_key: str | None = None
    open: bool = True
    """Whether it is gathered with its case: false once it is history (completed, ended, provenance)."""
    subject: str | None = None
    """`Patient/<id>`, for what a patient's search must find."""
    status: str | None = None
    date_start: int | None = None
    date_end: int | None = None
    """Half open: [start, end); both None where it has no date."""
    column: str = ""
    """Identifiers, categories, references, as `tokens.kept` has them: never a person's number, which is hashed with the case."""
    rows: tuple[Token, ...] = ()
    """Those of them that are rows of their own."""

    def __repr__(self) -> str:
        """Return what it is, not what it holds."""
        return f"Write({self.type}/{self.id}, version {self.version})"


_COLUMNS: Final = tuple(
    column.name for column in resource.columns if column.name not in {"type", "id", "tokens"}
)
_INSERT = Insertion(resource)
_HELD = by_pairs(
    select(resource.c.type, resource.c.id, resource.c.version, resource.c.tokens),
    resource.c.type,
    resource.c.id,
)
_MOVED: Final = ("type", "id", "version", "org", "case_key", "updated", "body")
_MOVE = Statement(
    insert(resource_history).from_select(
        list(_MOVED),
        select(*(resource.c[name] for name in _MOVED)).where(
            resource.c.type == bindparam("key_type"),
            resource.c.id == bindparam("key_id"),
            resource.c.version == bindparam("key_version"),
        ),
    )
)
_UPDATE = Statement(
    update(resource)
    .where(
        resource.c.type == bindparam("key_type"),
        resource.c.id == bindparam("key_id"),
        resource.c.version == bindparam("key_version"),
    )
    .values({name: bindparam(name) for name in (*_COLUMNS, "tokens")})
)
_TOKEN_INSERT = Insertion(token)
_TOKEN_DELETE = Statement(
    delete(token).where(*(column == bindparam(f"key_{column.name}") for column in token.primary_key.columns))
)


def put(conn: Connection, writes: Sequence[Write]) -> None:
    """Store these versions. Raises Conflict when one of them does not follow what is stored; then nothing may be kept."""
    ordered = sorted(writes, key=lambda write: (write.type, write.id))  # one order for all: no deadlocks
    new = [write for write in ordered if write.version == 1]
    _INSERT.run(conn, [_columns(write) for write in new])
    _TOKEN_INSERT.run(conn, [_token(write, item) for write in new for item in write.rows])
    changed = [write for write in ordered if write.version != 1]
    if changed:
        _change(conn, changed)
    if writes:
        # In the order given, which is that of the mapping: what others refer to before what refers to it.
        versions = [(write.type, write.id, write.version) for write in writes]
        changes.append(conn, versions, org=writes[0].org, at=max(write.updated for write in writes))


def _change(conn: Connection, writes: Sequence[Write]) -> None:
    held = {(row[0], row[1]): (row[2], row[3]) for row in _HELD(conn, [(w.type, w.id) for w in writes])}
    if any(held.get((w.type, w.id), (0, ""))[0] != w.version - 1 for w in writes):
        raise Conflict
    keys = [{"key_type": w.type, "key_id": w.id, "key_version": w.version - 1} for w in writes]
    conn.many(_MOVE, keys)
    rows = [{**key, **_changing(write)} for key, write in zip(keys, writes, strict=True)]
    if conn.many(_UPDATE, rows) != len(writes):
        raise Conflict
    for write in writes:
        _retoken(conn, write, held[write.type, write.id][1])


def _retoken(conn: Connection, write: Write, before: str) -> None:
    if before == write.column:
        return
    old, new = set(tokens.rows(tokens.read(before))), set(write.rows)
    gone = [_token(write, item) for item in sorted(old - new)]
    conn.many(
        _TOKEN_DELETE,
        [{f"key_{name}": value for name, value in row.items() if name != "org"} for row in gone],
    )
    _TOKEN_INSERT.run(conn, [_token(write, item) for item in sorted(new - old)])


def _columns(write: Write) -> dict[str, Any]:
    return {"type": write.type, "id": write.id, **_changing(write)}


def _changing(write: Write) -> dict[str, Any]:
    return {
        "org": write.org,
        "case_key": write.case_key,
        "version": write.version,
        "updated": write.updated,
        "open": 1 if write.open else 0,
        "subject": write.subject,
        "status": write.status,
        "date_start": write.date_start,
        "date_end": write.date_end,
        "body": write.body,
        "tokens": write.column,
    }


def _token(write: Write, item: Token) -> dict[str, str]:
    param, system, value = item
    return {
        "type": write.type,
        "param": param,
        "system": system,
        "value": value,
        "id": write.id,
        "org": write.org,
    }


_SERVED: Final = ("type", "id", "version", "updated", "body", "case_key")
_CURRENT = Statement(
    select(resource.c.version, resource.c.updated, resource.c.body, resource.c.case_key).where(
        resource.c.type == bindparam("type"), resource.c.id == bindparam("id")
    )
)
_MANY = by_pairs(
    select(*(resource.c[name] for name in _SERVED)),
    resource.c.type,
    resource.c.id,
)


def current(conn: Connection, type_: str, id_: str) -> tuple[int, int, bytes, str | None] | None:
    """Return (version, updated in microseconds, body, key of its case) of the current version."""
    return conn.one(_CURRENT, {"type": type_, "id": id_})


def many(conn: Connection, refs: Sequence[str]) -> dict[str, Row]:
    """Return the current versions behind relative references (`Type/id`), by reference; unknown ones are left out."""
    pairs = [(kind, id_) for kind, _, id_ in (ref.partition("/") for ref in dict.fromkeys(refs)) if id_]
    return {f"{row[0]}/{row[1]}": _row(row) for row in _MANY(conn, pairs)}


def _version(table: Table) -> Statement:
    return Statement(
        select(*(table.c[name] for name in _SERVED)).where(
            table.c.type == bindparam("type"),
            table.c.id == bindparam("id"),
            table.c.version == bindparam("version"),
        )
    )


_NOW, _BEFORE = _version(resource), _version(resource_history)


def vread(conn: Connection, type_: str, id_: str, version: int) -> Row | None:
    """Return one version, current or older."""
    params = {"type": type_, "id": id_, "version": version}
    found = conn.one(_NOW, params) or conn.one(_BEFORE, params)
    return None if found is None else _row(found)


def versions(conn: Connection, wanted: Sequence[Version]) -> dict[Version, Row]:
    """Return these versions, current or older; unknown ones are left out."""
    keys = [(type_, id_) for type_, id_, _ in wanted]
    found = {(row[0], row[1], row[2]): _row(row) for row in _MANY(conn, keys)}
    for key in wanted:
        if key not in found and (row := vread(conn, *key)) is not None:
            found[key] = row
    return {key: found[key] for key in wanted if key in found}


def _versions(table: Table) -> Any:
    return select(*(table.c[name] for name in _SERVED)).where(
        table.c.type == bindparam("type"),
        table.c.id == bindparam("id"),
        table.c.version < bindparam("below"),
        table.c.updated >= bindparam("since"),
    )


_HISTORY = Statement(
    union_all(_versions(resource), _versions(resource_history))
    .order_by(literal_column("version").desc())
    .limit(bindparam("count"))
)
NEWEST: Final = 2**31 - 1
"""Above every version."""


def history(
    conn: Connection, type_: str, id_: str, *, count: int, below: int = NEWEST, since: int = 0
) -> tuple[Row, ...]:
    """Return versions of one resource, newest first: those before version `below`, made since an instant (microseconds)."""
    params = {"type": type_, "id": id_, "count": count, "below": below, "since": since}
    return tuple(_row(row) for row in conn.all(_HISTORY, params))


def _row(row: tuple[Any, ...]) -> Row:
    return Row(type=row[0], id=row[1], version=row[2], updated=row[3], body=row[4], case=row[5])
