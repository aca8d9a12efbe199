r"""What was written, in the order of commits: one row a transaction, its versions a line each. R4 http.html#history.

System and type history, and who polls, read this. A row for each version would cost every write; a transaction writes
one row here, whatever it changed. Lines are `Type/id/version` between line feeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Text, bindparam, select, tuple_

from adapter.errors import FhirError
from adapter.store import cursors
from adapter.store.sql import Connection, Insertion, Statement, contains, xid_horizon
from adapter.store.tables import change

Version = tuple[str, str, int]
"""(type, id, version)."""


class Change(NamedTuple):
    """One version that was written, and where it stands in the order."""

    type: str
    id: str
    version: int
    at: tuple[int, int, int]
    """(transaction, number, place in it): larger is later."""


_INSERT = Insertion(change)


def append(conn: Connection, versions: Sequence[Version], *, org: str, at: int) -> None:
    """Note the versions that a transaction writes; `at` in microseconds. Seen by readers once it commits."""
    if versions:
        lines = (f"{type_}/{id_}/{number}" for type_, id_, number in versions)
        _INSERT.run(conn, [{"org": org, "at": at, "versions": "\n".join(("", *lines, ""))}])


def _pages(*, newest: bool, typed: bool) -> Statement:
    seq, xid = change.c.seq, change.c.xid
    marks = bindparam("xid", type_=BigInteger()), bindparam("seq", type_=BigInteger())
    query = select(xid, seq, change.c.versions).where(change.c.at >= bindparam("since", type_=BigInteger()))
    if typed:
        query = query.where(contains(change.c.versions, bindparam("type", type_=Text())))
    query = query.limit(bindparam("limit"))
    pair: Any = tuple_(xid, seq)
    if newest:
        return Statement(
            query.where(seq <= marks[1]).order_by(seq.desc()),
            postgresql=query.where(pair <= tuple_(*marks), xid < xid_horizon()).order_by(
                xid.desc(), seq.desc()
            ),
            ordered=True,
        )
    return Statement(
        query.where(seq >= marks[1]).order_by(seq),
        postgresql=query.where(pair >= tuple_(*marks), xid < xid_horizon()).order_by(xid, seq),
        ordered=True,
    )


_PAGES: Final = {
    (newest, typed): _pages(newest=newest, typed=typed) for newest in (True, False) for typed in (True, False)
}
_ROWS: Final = 64
"""Transactions read at a time."""
_LAST: Final = 2**62


def page(
    conn: Connection,
    *,
    type_: str | None = None,
    since: int = 0,
    newest: bool = True,
    after: str | None = None,
    count: int,
) -> tuple[tuple[Change, ...], bool]:
    """Return up to `count` versions beyond a cursor, and whether there are more.

    `newest`: the last written first, else in the order of commits · `since`: microseconds, of the transaction. A version
    is never skipped, however late its transaction commits. Raises FhirError IPK-F008 for a cursor that is none.
    """
    mark = _mark(after, newest=newest)
    params: dict[str, Any] = {"since": since, "limit": _ROWS}
    if type_ is not None:
        params["type"] = f"\n{type_}/"
    statement = _PAGES[newest, type_ is not None]
    found: list[Change] = []
    beyond = mark
    while len(found) <= count:
        rows = conn.all(statement, {**params, "xid": beyond[0], "seq": beyond[1]})
        listed = [one for row in rows for one in _versions(row, type_, newest=newest)]
        known = {one.at for one in found}
        found += [one for one in listed if _is_beyond(one.at, mark, newest=newest) and one.at not in known]
        if len(rows) < _ROWS:
            break
        beyond = (*rows[-1][:2], 0)
    return tuple(found[:count]), len(found) > count


def cursor(one: Change) -> str:
    """Return the cursor of what comes after a version."""
    return cursors.write(one.at)


def _mark(after: str | None, *, newest: bool) -> tuple[int, int, int]:
    if not after:
        return (_LAST, _LAST, _LAST) if newest else (0, 0, -1)
    xid, seq, place = cursors.read(after, (int, int, int), at="_cursor")
    if not all(0 <= int(part) <= _LAST for part in (xid, seq, place)):
        raise FhirError("IPK-F008", at="_cursor")
    return int(xid), int(seq), int(place)


def _is_beyond(at: tuple[int, int, int], mark: tuple[int, int, int], *, newest: bool) -> bool:
    return at < mark if newest else at > mark


def _versions(row: tuple[int, int, str], type_: str | None, *, newest: bool) -> Iterable[Change]:
    lines = [line.split("/") for line in row[2].split("\n") if line]
    found = [
        Change(type=line[0], id=line[1], version=int(line[2]), at=(row[0], row[1], place))
        for place, line in enumerate(lines)
        if type_ in {None, line[0]}
    ]
    return reversed(found) if newest else found


def end(conn: Connection) -> str:
    """Return the cursor of what is written after all that is there now."""
    last, _ = page(conn, count=1)
    return cursor(last[0]) if last else cursors.write((0, 0, 0))
