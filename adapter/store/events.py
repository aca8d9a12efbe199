"""Events as accepted: the canonical content, its digest and the first answer, so that a repeat gets the same one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, literal_column, select

from adapter.store import order
from adapter.store.sql import Connection, Insertion, Row, Statement
from adapter.store.tables import event
from adapter.store.times import instant, micros


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One accepted event. `cursor` is where a page after it begins; empty until it is read from the store."""

    event_id: str
    org: str
    source: str
    id: str
    type: str
    digest: str
    """SHA-256 of `content`, hex."""
    status_code: int
    answer: bytes = field(repr=False)
    content: bytes = field(repr=False)
    received_at: datetime
    case_key: str | None = None
    melde_id: str | None = None
    """The need it made or moved."""
    cursor: str = ""


_NAMES = (
    "event_id", "org", "source", "id", "type", "digest", "status_code", "answer", "content", "received_at",
    "case_key", "melde_id",
)  # fmt: skip
_INSERT = Insertion(event)
_COLUMNS = select(event.c.xid, event.c.seq, *(event.c[name] for name in _NAMES))
_FIND = Statement(_COLUMNS.where(event.c.event_id == bindparam("event_id")))
_PAGE = order.page(_COLUMNS, event)
_PAGE_TYPE = order.page(_COLUMNS.where(event.c.type == bindparam("type")), event)


def find(conn: Connection, event_id: str) -> StoredEvent | None:
    """Return the event with this id."""
    row = conn.one(_FIND, {"event_id": event_id})
    return None if row is None else _event(row)


def find_all(conn: Connection, event_ids: Iterable[str]) -> tuple[StoredEvent, ...]:
    """Return the events with these ids in the order they were written; those there are none of are left out."""
    rows = (conn.one(_FIND, {"event_id": event_id}) for event_id in dict.fromkeys(event_ids))
    return tuple(_event(row) for row in sorted((r for r in rows if r is not None), key=lambda r: int(r[1])))


def add(conn: Connection, stored: StoredEvent) -> None:
    """Store an event once. Raises Conflict when the id is taken."""
    row = {name: getattr(stored, name) for name in _NAMES}
    _INSERT.run(conn, [{**row, "received_at": micros(stored.received_at)}])


def page(
    conn: Connection, *, since: str | None = None, type_: str | None = None, count: int = 100
) -> tuple[Sequence[StoredEvent], str | None]:
    """Return events after a cursor in the order of their commits, and the cursor to go on from.

    Raises FhirError IPK-F008 for a cursor that is none.
    """
    params = {**order.after(since), "limit": count}
    rows = conn.all(_PAGE, params) if type_ is None else conn.all(_PAGE_TYPE, {**params, "type": type_})
    found = tuple(_event(row) for row in rows)
    return found, (found[-1].cursor if found else since)


_WRITTEN = Statement(_COLUMNS.where(event.c.seq > bindparam("after")).order_by(event.c.seq))


def written(conn: Connection, *, after: int) -> tuple[tuple[int, StoredEvent], ...]:
    """Return events with their number, in the order written, for one who alone writes (replay).

    `page` holds back what commits while any transaction of the whole server runs; here nobody else can be late.
    """
    return tuple((row[1], _event(row)) for row in conn.all(_WRITTEN, {"after": after}))


_NEEDS = Statement(
    select(event.c.melde_id, event.c.content)
    .where(
        event.c.case_key == bindparam("case_key"),
        literal_column("type = 'ip.need.identified'"),
        event.c.melde_id.is_not(None),
    )
    .order_by(event.c.seq)
)


def needs(conn: Connection, case_key: str) -> dict[str, bytes]:
    """Return the content of the events that identified the case's needs, by Melde-id: of several, the latest."""
    return {row[0]: row[1] for row in conn.all(_NEEDS, {"case_key": case_key})}


def _event(row: Row) -> StoredEvent:
    values = dict(zip(_NAMES, row[2:], strict=True))
    values["received_at"] = instant(values["received_at"])
    return StoredEvent(cursor=order.mark(row[0], row[1]), **values)
