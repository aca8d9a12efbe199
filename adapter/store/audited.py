"""Rows of the audit trail read as events: a plan pulled (E60), a pull denied (E61), a subscription told (E63). events E60-E63.

Views: no row is written for them, and nothing is asked on the way of a read. A subscription that stopped stands in the
feed. docs/decisions/0089-pulls-and-notifications-under-events.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import orjson
from sqlalchemy import ColumnElement, and_, bindparam, literal_column, not_, select

from adapter.store import order, resources, subscriptions
from adapter.store.sql import Connection, Row, Statement, by_pairs
from adapter.store.tables import ABOUT_PLANS, NAMES_PLAN, NOTIFIED, STOPPED, audit, feed, resource
from adapter.store.times import instant

Kind = Literal["pulled", "denied", "told"]
PLAN: Final = "CarePlan"
SUBSCRIPTION: Final = "Subscription"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One row of the audit trail: who did what to what, when."""

    id: str
    at: datetime
    client: str
    interaction: str
    case_key: str | None
    references: tuple[str, ...]
    cursor: str
    """Where a page after it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """One time that a subscription stopped by itself: which version of it says so, whose it is, and the code of the error."""

    id: str
    version: int
    at: datetime
    client: str | None
    code: str | None
    cursor: str


# In words: they are ours, the same for every page, and what the indexes ask.
_READ: Final[ColumnElement[bool]] = literal_column(
    "audit.action IN ('R', 'E') AND audit.outcome = '0' AND audit.case_key IS NOT NULL"
)
_REFUSED: Final[ColumnElement[bool]] = literal_column("audit.action IN ('R', 'E') AND audit.outcome = '4'")
_DONE: Final[ColumnElement[bool]] = literal_column("audit.action = 'E' AND audit.outcome = '0'")
_WHERE: Final[Mapping[Kind, ColumnElement[bool]]] = {
    "pulled": and_(_READ, ABOUT_PLANS, not_(NOTIFIED)),
    "denied": and_(_REFUSED, NAMES_PLAN),
    "told": and_(_DONE, NOTIFIED),
}
_HEAD = (audit.c.xid, audit.c.seq, audit.c.id, audit.c.at, audit.c.actor, audit.c.case_key, audit.c.body)
PAGES: Final = {kind: order.page(select(*_HEAD).where(where), audit) for kind, where in _WHERE.items()}
_ONE: Final = {
    kind: Statement(select(*_HEAD).where(audit.c.id == bindparam("id"), where))
    for kind, where in _WHERE.items()
}
_OWNERS = by_pairs(
    select(resource.c.type, resource.c.id, resource.c.case_key), resource.c.type, resource.c.id
)
_STOP_HEAD = (feed.c.xid, feed.c.seq, feed.c.id, feed.c.version, feed.c.at)
STOPS: Final = order.page(select(*_STOP_HEAD).where(STOPPED), feed)
_STOP = Statement(
    select(*_STOP_HEAD).where(STOPPED, feed.c.id == bindparam("id"), feed.c.version == bindparam("version"))
)


def page(conn: Connection, kind: Kind, *, since: str | None, count: int) -> tuple[Audited, ...]:
    """Return rows after a cursor in the order of their commits. Raises FhirError IPK-F008 for a cursor that is none."""
    return tuple(map(_audited, conn.all(PAGES[kind], {**order.after(since), "limit": count})))


def find(conn: Connection, kind: Kind, id_: str) -> Audited | None:
    """Return one row, None where there is none or it is of another kind."""
    row = conn.one(_ONE[kind], {"id": id_})
    return None if row is None else _audited(row)


def owners(conn: Connection, references: Iterable[str]) -> dict[str, str | None]:
    """Return the case of each of these plans (`CarePlan/id`) that is there."""
    pairs = [(PLAN, each.removeprefix(f"{PLAN}/")) for each in dict.fromkeys(references)]
    return {f"{PLAN}/{id_}": case_key for _, id_, case_key in (_OWNERS(conn, pairs) if pairs else ())}


def stopped(conn: Connection, *, since: str | None, count: int) -> tuple[Stopped, ...]:
    """Return the subscriptions that stopped after a cursor, in order. Raises FhirError IPK-F008 for a cursor that is none."""
    rows = conn.all(STOPS, {**order.after(since), "limit": count})
    return tuple(_stop(conn, row) for row in rows)


def stop(conn: Connection, id_: str, version: int) -> Stopped | None:
    """Return one time that a subscription stopped, by the version of it that says so."""
    row = conn.one(_STOP, {"id": id_, "version": version})
    return None if row is None else _stop(conn, row)


def _audited(row: Row) -> Audited:
    xid, seq, id_, at, actor, case_key, body = row
    facts = orjson.loads(body)
    return Audited(
        id=id_,
        at=instant(at),
        client=actor,
        interaction=facts["interaction"],
        case_key=case_key,
        references=tuple(facts.get("entities", ())),
        cursor=order.mark(xid, seq),
    )


def _stop(conn: Connection, row: Row) -> Stopped:
    """Return it with what the subscription said then and whose it is, as far as it is still there."""
    xid, seq, id_, version, at = row
    now, then = subscriptions.get(conn, id_), resources.vread(conn, SUBSCRIPTION, id_, version)
    error: Sequence[str] = str(orjson.loads(then.body).get("error", "")).split() if then else ()
    return Stopped(
        id=id_,
        version=version,
        at=instant(at),
        client=None if now is None else now.client,
        code=error[0] if error else None,  # before our own words (hooks/asking.py)
        cursor=order.mark(xid, seq),
    )
