"""The audit trail: append only, durable before an answer leaves. IHE BALP; performance.md, lesson 7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, false, func, or_, select

from adapter.errors import FhirError
from adapter.fhir.query import Page, Query, Row, Term
from adapter.store import cursors, people
from adapter.store.sql import Connection, Insertion, Statement
from adapter.store.tables import audit
from adapter.store.times import micros


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One AuditEvent: its bytes and what it is found by. No person's number: a patient is named by the case's key."""

    id: str
    org: str
    at: datetime
    actor: str
    """Who did it: client or subject of the token."""
    action: str
    """C, R, U, D or E."""
    outcome: str
    """0, 4, 8 or 12 (R4 audit-event-outcome)."""
    body: bytes
    case_key: str | None = None


INSERT = Insertion(audit, together=64)
_COLUMNS = select(audit.c.id, audit.c.at, audit.c.body, audit.c.seq)
_GET = Statement(_COLUMNS.where(audit.c.id == bindparam("id")))


def columns(rows: Sequence[AuditRow]) -> list[dict[str, Any]]:
    """Return the rows as the table's columns."""
    return [
        {
            "id": row.id,
            "org": row.org,
            "at": micros(row.at),
            "actor": row.actor,
            "action": row.action,
            "outcome": row.outcome,
            "case_key": row.case_key,
            "body": row.body,
        }
        for row in rows
    ]


def append(conn: Connection, rows: Sequence[AuditRow]) -> None:
    """Store rows in the transaction of a work. Raises Conflict for an id used twice."""
    INSERT.run(conn, columns(rows))


def get(conn: Connection, id_: str) -> Row | None:
    """Return one AuditEvent."""
    row = conn.one(_GET, {"id": id_})
    return None if row is None else _row(row)


def search(conn: Connection, query: Query) -> Page:
    """Return a page of AuditEvents, in the order written or, sorted by `-date` or `-updated`, the newest first.

    Terms: id · updated and date (when it happened) · subject (`Patient/<case key>`) · person · token with the
    params `agent`, `action` and `outcome`. Raises FhirError IPK-F004 for another, IPK-F008 for a bad cursor.
    """
    params: dict[str, Any] = {}
    conditions = [_condition(conn, query, n, params) for n in range(len(query.terms))]
    if query.org is not None:
        conditions.append(audit.c.org == bindparam("org"))
        params["org"] = query.org
    total = None
    if query.total:
        counting = Statement(select(func.count()).select_from(audit).where(*conditions))
        total = int((conn.one(counting, params) or (0,))[0])
    rows = conn.all(_paging(query, conditions, params), params)
    page = rows[: query.count]
    more = len(rows) > query.count and page
    return Page(
        rows=tuple(map(_row, page)),
        next=cursors.write((page[-1][3],)) if more else None,
        total=total,
        marks=tuple((row[3],) for row in page),
    )


def _paging(query: Query, conditions: Sequence[Any], params: dict[str, Any]) -> Statement:
    newest = bool(query.sort and query.sort[0][1])
    found: Select[Any] = _COLUMNS.where(*conditions)
    if query.after is not None:
        (params["after"],) = cursors.read(query.after, (int,))
        mark: Any = bindparam("after")
        found = found.where(audit.c.seq < mark if newest else audit.c.seq > mark)
    params["limit"] = query.count + 1
    return Statement(found.order_by(audit.c.seq.desc() if newest else audit.c.seq).limit(bindparam("limit")))


_TOKENS = {"agent": audit.c.actor, "action": audit.c.action, "outcome": audit.c.outcome}
_ABOVE = frozenset({"gt", "sa"})
_BELOW = frozenset({"lt", "eb"})


def _condition(conn: Connection, query: Query, n: int, params: dict[str, Any]) -> Any:
    term = query.terms[n]
    if term.field in {"updated", "date"}:
        return or_(*(_instant(f"t{n}_{i}", term.op, value, params) for i, value in enumerate(term.values)))
    column, values = _values(conn, query, term)
    names = [f"t{n}_{i}" for i, _ in enumerate(values)]
    params.update(zip(names, values, strict=True))
    return column.in_([bindparam(name) for name in names]) if names else false()


def _values(conn: Connection, query: Query, term: Term) -> tuple[Any, Sequence[str]]:
    if term.field == "id":
        return audit.c.id, term.values
    if term.field == "subject":
        return audit.c.case_key, [value.removeprefix("Patient/") for value in term.values]
    if term.field == "person":
        keys = [key for s, v in term.values for key in people.find(conn, query.org, system=s, value=v)]
        return audit.c.case_key, keys
    if term.field == "token" and term.param in _TOKENS and term.op == "eq":
        return _TOKENS[term.param], [code for _, code in term.values if code is not None]
    raise FhirError("IPK-F004", at=term.param or term.field)


def _instant(name: str, op: str, value: tuple[int, int], params: dict[str, Any]) -> Any:
    at, bounds = audit.c.at, {f"{name}s": value[0], f"{name}e": value[1]}
    start: Any = bindparam(f"{name}s")
    end: Any = bindparam(f"{name}e")
    tests = {
        "eq": (and_(at >= start, at < end), "se"),
        "ne": (or_(at < start, at >= end), "se"),
        "ge": (at >= start, "s"),
        "le": (at < end, "e"),
        "ap": (and_(at >= start, at < end), "se"),
        **dict.fromkeys(_ABOVE, (at >= end, "e")),
        **dict.fromkeys(_BELOW, (at < start, "s")),
    }
    test, used = tests[op]
    params.update({key: bound for key, bound in bounds.items() if key[-1] in used})
    return test


def _row(row: tuple[Any, ...]) -> Row:
    return Row(type="AuditEvent", id=row[0], version=1, updated=row[1], body=row[2])
