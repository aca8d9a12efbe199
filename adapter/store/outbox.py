"""The outbox: which message may leave now, who has it, and how it went. Architecture, 'Outbox states'.

A message may be claimed when it is due (or its lease ran out) and no earlier one of the same case to the same receiver
is pending, leased, dead, or rejected without a successor. Claims go by due time, and a retry moves it on: one dead
receiver never starves the others. On PostgreSQL rows another worker holds are skipped; SQLite writes one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, case, exists, func, literal_column, null, or_, select, update

from adapter.model import Message, MessageState
from adapter.store.large import LARGE
from adapter.store.message_rows import COLUMNS, blocks, due, from_row, lease_end
from adapter.store.sql import Connection, Statement
from adapter.store.tables import message
from adapter.store.times import micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How one claimed message went."""

    id: str
    state: MessageState
    next_attempt: datetime | None = None
    """When to try again, for `pending`."""
    last_error: str | None = None
    """Stable code, None where it went well."""
    sent_at: datetime | None = None


# A batch of large ones would fill the memory: each is read on its turn.
_SMALL: Final = case(
    (func.length(message.c.body) <= literal_column(str(LARGE)), message.c.body), else_=null()
)
_earlier = message.alias("earlier")
_CLAIM = Statement(
    select(*COLUMNS, _SMALL)
    .where(
        message.c.due <= bindparam("now"),
        ~exists(
            select(literal_column("1"))
            .select_from(_earlier)
            .where(
                _earlier.c.case_key == message.c.case_key,
                _earlier.c.receiver_id == message.c.receiver_id,
                _earlier.c.seq < message.c.seq,
                literal_column("earlier.blocks = 1"),
            )
        ),
    )
    .order_by(message.c.due, message.c.seq, message.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=message)
)
_DUE = Statement(
    select(literal_column("1")).where(message.c.due <= bindparam("now")).limit(literal_column("1"))
)
_LEASE = Statement(
    update(message)
    .where(message.c.id == bindparam("key_id"))
    .values(
        state="leased",
        due=bindparam("until"),
        lease_owner=bindparam("owner"),
        attempts=message.c.attempts + literal_column("1"),
    )
)
_SETTLE = Statement(
    update(message)
    .where(
        message.c.id == bindparam("key_id"),
        message.c.state == literal_column("'leased'"),
        message.c.lease_owner == bindparam("owner"),
    )
    .values(
        state=bindparam("state"),
        next_attempt=bindparam("next_attempt"),
        due=bindparam("due"),
        blocks=bindparam("blocks"),
        last_error=bindparam("last_error"),
        sent_at=bindparam("sent_at"),
        lease_owner=None,
    )
)

_LEFT: Final = "message.state IN ('sent', 'delivered', 'acknowledged', 'rejected', 'unanswered', 'manual')"
_UNFILED: Final = Statement(
    select(*COLUMNS, _SMALL)
    .where(
        literal_column("message.filed = 0"),  # in words, so that the partial index applies
        # A receipt may come before the sending is settled: then no `sent_at` was ever noted.
        or_(message.c.direction == "in", message.c.sent_at.is_not(None), literal_column(_LEFT)),
    )
    .order_by(message.c.created_at, message.c.id)
    .limit(bindparam("limit"))
)
_FILED: Final = Statement(update(message).where(message.c.id == bindparam("key_id")).values(filed=1))


def waits(conn: Connection, *, now: datetime) -> bool:
    """Tell whether anything is due, so that an idle worker only reads."""
    return conn.one(_DUE, {"now": micros(now)}) is not None


def claim(
    conn: Connection, *, now: datetime, limit: int, lease_seconds: float, owner: str
) -> tuple[Message, ...]:
    """Return messages with their bytes (unless LARGE), leased to `owner` (a worker's own name); `attempts` counts this one.

    Each stays leased until it is settled or `lease_seconds` have passed; then another may claim it.
    """
    rows = conn.all(_CLAIM, {"now": micros(now), "limit": limit})
    until = lease_end(now, lease_seconds)
    conn.many(_LEASE, [{"key_id": row[0], "until": until, "owner": owner} for row in rows])
    found = (from_row(row) for row in rows)
    return tuple(replace(item, state="leased", attempts=item.attempts + 1) for item in found)


def settle(
    conn: Connection, settlements: Sequence[Settlement], *, owner: str, now: datetime
) -> frozenset[str]:
    """Record how claimed messages went, and return the ids settled.

    An id is left out when its lease is no longer the owner's: it ran out and was claimed again, or a receipt came first.
    """
    return frozenset(
        item.id
        for item in settlements
        if conn.run(_SETTLE, _settling(item, owner, micros(now))).rowcount == 1
    )


def _settling(item: Settlement, owner: str, now: int) -> dict[str, object]:
    next_attempt = micros(item.next_attempt)
    return {
        "key_id": item.id,
        "owner": owner,
        "state": item.state,
        "next_attempt": next_attempt,
        "due": due(direction="out", state=item.state, at=now if next_attempt is None else next_attempt),
        "blocks": blocks(direction="out", state=item.state, replaced_by=None),
        "last_error": item.last_error,
        "sent_at": micros(item.sent_at),
    }


def unfiled(conn: Connection, *, limit: int) -> tuple[Message, ...]:
    """Return messages sent or received that do not yet lie in `epj/`, the oldest first, with their bytes unless LARGE."""
    return tuple(from_row(row) for row in conn.all(_UNFILED, {"limit": limit}))


def mark_filed(conn: Connection, ids: Sequence[str]) -> None:
    """Record that these messages lie in `epj/`, or need not."""
    conn.many(_FILED, [{"key_id": id_} for id_ in ids])
