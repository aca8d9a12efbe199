"""Subscriptions: who is told of what, how far each is told, and the events that wait. HL7 subscriptions-backport 1.1.

A subscription reads the feed after a cursor of its own; what it finds becomes numbered events in the same transaction
that moves the cursor, so that nothing is lost and no number is used twice. A worker holds it by a lease while it sends:
its events leave in their order, one notification at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, literal, literal_column, or_, select, update

from adapter.store.sql import Connection, Insertion, Statement
from adapter.store.tables import resource_history, subscription, subscription_event


class Subscription(NamedTuple):
    """One subscription; instants are microseconds since 1970 UTC, durations seconds."""

    id: str
    org: str
    client: str
    """Name of the client of another organisation; empty: the installation's own."""
    topic: str
    status: str
    endpoint: str
    content: str
    filters: str
    """JSON: type → [[search parameter, value]]."""
    headers: str
    """JSON: [[name, value]]."""
    secret: str
    heartbeat: int | None
    timeout: int
    max_count: int
    ends: int | None
    cursor: str
    """How far the feed is read."""
    since: str
    """What was there when it began (feed.begun): none of that is told."""
    number: int
    """How many events there were."""
    told: int
    """How many of them are told."""
    upto: int
    """The last event of the notification under way: what is tried again is the same as before."""
    attempts: int
    last_error: str | None
    beat: int | None
    """When the next heartbeat is due."""
    due: int | None
    """When a worker may look at it; None: never."""
    lease_owner: str | None
    lease_until: int | None
    created: int

    def __repr__(self) -> str:
        """Return what it is, not where it leads and with which key."""
        return f"Subscription({self.id}, {self.status})"


class Event(NamedTuple):
    """One event of a subscription: what changed, and when (microseconds)."""

    number: int
    type: str
    id: str
    version: int | None
    at: int

    @property
    def focus(self) -> str:
        """The reference to what changed."""
        return f"{self.type}/{self.id}"


DELETED: Final = "deleted"
"""Status of a row that says no more than whose it was: a read is 410, and nothing else finds it."""
_C: Final = subscription.c
_E: Final = subscription_event.c
_COLUMNS: Final = select(*(subscription.c[name] for name in Subscription._fields))
_INSERT: Final = Insertion(subscription)
_EVENT: Final = Insertion(subscription_event)
_KEY: Final = _C.id == bindparam("key_id")
_HELD: Final = _C.lease_owner == bindparam("held_by")
_FREE: Final = or_(_C.lease_until.is_(None), _C.lease_until <= bindparam("now"))
_THERE: Final = _C.status != literal(DELETED)
_MINE: Final = _C.client == bindparam("client")
_GET: Final = Statement(_COLUMNS.where(_KEY, _THERE))
_LOCKED: Final = Statement(_COLUMNS.where(_KEY, _THERE).with_for_update())
_ALL: Final = Statement(_COLUMNS.where(_THERE).order_by(_C.created, _C.id))
_OF: Final = Statement(_COLUMNS.where(_THERE, _MINE).order_by(_C.created, _C.id))
_IDS: Final = Statement(select(_C.id).where(_MINE))
_GONE: Final = Statement(select(_C.client).where(_KEY, _C.status == literal(DELETED)))
_COUNT: Final = Statement(select(func.count()).select_from(subscription).where(_THERE, _MINE))
_DUE: Final = Statement(_COLUMNS.where(_C.due <= bindparam("now"), _FREE).order_by(_C.due, _C.id))
_CLAIM: Final = Statement(
    update(subscription)
    .where(_KEY, _C.due <= bindparam("now"), _FREE)
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
)
_SETTABLE: Final = tuple(name for name in Subscription._fields if name not in {"id", "created"})
_SET: Final = Statement(update(subscription).where(_KEY).values({n: bindparam(n) for n in _SETTABLE}))
_READ_ON: Final = Statement(
    update(subscription)
    .where(_KEY, _HELD)
    .values(cursor=bindparam("cursor"), number=bindparam("number"), upto=bindparam("upto"))
)
_SETTLED: Final = ("status", "told", "attempts", "last_error", "beat", "due")
_SETTLE: Final = Statement(
    update(subscription)
    .where(_KEY, _HELD)
    .values({n: bindparam(n) for n in _SETTLED} | {"lease_owner": None, "lease_until": None})
)
_RELEASE: Final = Statement(
    update(subscription).where(_KEY, _HELD).values(lease_owner=None, lease_until=None)
)
_EVENTS: Final = Statement(
    select(*(subscription_event.c[name] for name in Event._fields))
    .where(
        _E.subscription == bindparam("key_id"),
        _E.number >= bindparam("since"),
        _E.number <= bindparam("until"),
    )
    .order_by(_E.number)
    .limit(bindparam("limit"))
)
_FORGET: Final = Statement(
    delete(subscription_event).where(_E.subscription == bindparam("key_id"), _E.number <= bindparam("number"))
)
_EMPTIED: Final = {
    "status": DELETED, "endpoint": "", "content": "", "filters": "{}", "headers": "[]", "secret": "", "cursor": "", "since": "",
    "heartbeat": None, "ends": None, "last_error": None, "beat": None, "due": None, "lease_owner": None, "lease_until": None,
}  # fmt: skip
_REMOVED: Final = (
    Statement(update(subscription).where(_KEY).values(_EMPTIED)),
    Statement(delete(subscription_event).where(_E.subscription == bindparam("key_id"))),
    Statement(
        delete(resource_history).where(
            resource_history.c.type == literal_column("'Subscription'"),
            resource_history.c.id == bindparam("key_id"),
        )
    ),
)
_STATES: Final = Statement(
    select(_C.status, func.count(), func.sum(_C.number - _C.told)).where(_THERE).group_by(_C.status)
)


def add(conn: Connection, row: Subscription) -> None:
    """Store a new subscription."""
    _INSERT.run(conn, [row._asdict()])


def put(conn: Connection, row: Subscription) -> None:
    """Store a subscription that is there as it is now. Whoever held it holds it no more."""
    given = {**row._asdict(), "lease_owner": None, "lease_until": None}
    conn.run(_SET, {"key_id": row.id, **{name: given[name] for name in _SETTABLE}})


def remove(conn: Connection, id_: str) -> None:
    """Remove a subscription with its events and what its resource said: where it led and why is no one's any more.

    Whose it was stays, and its last version, which the caller has stored as deleted.
    """
    for statement in _REMOVED:
        conn.run(statement, {"key_id": id_})


def removed_of(conn: Connection, id_: str) -> str | None:
    """Return the client whose subscription this was, None where none was removed."""
    row = conn.one(_GONE, {"key_id": id_})
    return None if row is None else str(row[0])


def ids(conn: Connection, client: str) -> frozenset[str]:
    """Return the ids of a client's subscriptions, removed ones too."""
    return frozenset(str(row[0]) for row in conn.all(_IDS, {"client": client}))


def get(conn: Connection, id_: str) -> Subscription | None:
    """Return one subscription."""
    row = conn.one(_GET, {"key_id": id_})
    return None if row is None else Subscription(*row)


def locked(conn: Connection, id_: str) -> Subscription | None:
    """Return one subscription that nobody else changes until the transaction ends: what it had found and told stays true."""
    row = conn.one(_LOCKED, {"key_id": id_})
    return None if row is None else Subscription(*row)


def every(conn: Connection, client: str | None = None) -> tuple[Subscription, ...]:
    """Return all subscriptions, or a client's own (empty: the installation's), the oldest first."""
    rows = conn.all(_ALL, {}) if client is None else conn.all(_OF, {"client": client})
    return tuple(Subscription(*row) for row in rows)


def count(conn: Connection, client: str) -> int:
    """Return how many a client has."""
    return int((conn.one(_COUNT, {"client": client}) or (0,))[0])


def due(conn: Connection, now: int) -> tuple[Subscription, ...]:
    """Return those a worker may look at now and nobody has, the longest due first."""
    return tuple(Subscription(*row) for row in conn.all(_DUE, {"now": now}))


def claim(conn: Connection, id_: str, *, owner: str, now: int, until: int) -> Subscription | None:
    """Return the subscription as it is now, leased to `owner`; None where another was faster."""
    params = {"key_id": id_, "owner": owner, "now": now, "until": until}
    return get(conn, id_) if conn.run(_CLAIM, params).rowcount == 1 else None


def read_on(conn: Connection, row: Subscription, found: Sequence[Event], *, owner: str) -> bool:
    """Store the events found and how far the feed is read, of a row as it shall be; False (and nothing) where the lease is lost."""
    params = {
        "key_id": row.id,
        "held_by": owner,
        "cursor": row.cursor,
        "number": row.number,
        "upto": row.upto,
    }
    if conn.run(_READ_ON, params).rowcount != 1:
        return False
    _EVENT.run(conn, [{"subscription": row.id, **each._asdict()} for each in found])
    return True


def settle(conn: Connection, row: Subscription, *, owner: str, keep: int) -> bool:
    """Store how a notification went, of a row as it shall be, and free it; False (and nothing) where the lease is lost.

    `keep`: how many told events are kept for those who ask again.
    """
    given = row._asdict()
    params = {"key_id": row.id, "held_by": owner, **{name: given[name] for name in _SETTLED}}
    if conn.run(_SETTLE, params).rowcount != 1:
        return False
    conn.run(_FORGET, {"key_id": row.id, "number": row.told - keep})
    return True


def release(conn: Connection, id_: str, *, owner: str) -> None:
    """Free a subscription where nothing was sent."""
    conn.run(_RELEASE, {"key_id": id_, "held_by": owner})


def events(conn: Connection, id_: str, *, since: int, until: int, limit: int) -> tuple[Event, ...]:
    """Return the events numbered `since` to `until`, both included, at most `limit`."""
    params: dict[str, Any] = {"key_id": id_, "since": since, "until": until, "limit": limit}
    return tuple(Event(*row) for row in conn.all(_EVENTS, params))


def states(conn: Connection) -> tuple[tuple[str, int, int], ...]:
    """Return (status, subscriptions, events that wait to be told), for metrics."""
    return tuple((row[0], int(row[1]), int(row[2] or 0)) for row in conn.all(_STATES, {}))
