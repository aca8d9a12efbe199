"""Messages sent and received: stored as they are, found by id, thread, receipt and state. message-rules.md, 'Identity and time'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from adapter.errors import Conflict
from adapter.model import PENDING, Message
from adapter.store import cursors, large
from adapter.store.message_rows import COLUMNS, Versions, from_row, to_row
from adapter.store.sql import Connection, Insertion, Statement
from adapter.store.tables import message
from adapter.store.times import micros
from adapter.store.upsert import upsertion

HEADS: Final = 500
"""At most so many heads of a case are gathered: the latest."""

_KEPT: Final = frozenset(
    {"id", "org", "created_at", "filed", "event_schema", "mapping", "code_tables", "body", "sha256"}
)
_CHANGING: Final = [column.name for column in message.columns if column.name not in _KEPT]
_INSERT = Insertion(message)
# A gathered head has no bytes: an empty body leaves what is stored, so bytes once stored are never lost.
_PUT = upsertion(
    message,
    {
        **dict.fromkeys(_CHANGING),
        "body": lambda new: case((func.length(new.body) > 0, new.body), else_=message.c.body),
        "sha256": lambda new: case((func.length(new.sha256) > 0, new.sha256), else_=message.c.sha256),
    },
)
_offered_body, _offered_sha = (
    bindparam("body", type_=message.c.body.type),
    bindparam("sha256", type_=message.c.id.type),
)
_CHANGE = Statement(
    update(message)
    .where(message.c.id == bindparam("key_id"), message.c.state == bindparam("key_state"))
    .values(
        {
            **{name: bindparam(name) for name in _CHANGING},
            "body": case((func.length(_offered_body) > 0, _offered_body), else_=message.c.body),
            "sha256": case((func.length(_offered_sha) > 0, _offered_sha), else_=message.c.sha256),
        }
    )
)


def put(
    conn: Connection,
    messages: Sequence[Message],
    *,
    now: datetime,
    versions: Versions | None = None,
    was: Mapping[str, str] | None = None,
) -> None:
    """Store new and changed messages, by id; an empty body keeps the stored bytes.

    With `was` (id → state as gathered) a message in it must still be in that state, and one not in it must be new:
    else Conflict (a worker or a receipt was faster). Without it the last writer wins. Conflict also for a received
    MsgId that is there already under another id.
    """
    made = versions or Versions()
    rows = [to_row(item, now=micros(now), versions=made) for item in messages]
    bodies = large.apart(conn, rows)
    _put(conn, rows, was)
    large.fill(conn, bodies)


def _put(conn: Connection, rows: Sequence[dict[str, Any]], was: Mapping[str, str] | None) -> None:
    if was is None:
        conn.many(_PUT, rows)
        return
    _INSERT.run(conn, [row for row in rows if row["id"] not in was])
    changed = [
        {**_offered(row), "key_id": row["id"], "key_state": was[row["id"]]}
        for row in rows
        if row["id"] in was
    ]
    if conn.many(_CHANGE, changed) != len(changed):
        raise Conflict


def _offered(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in (*_CHANGING, "body", "sha256")}


_GET = Statement(select(*COLUMNS, message.c.body).where(message.c.id == bindparam("id")))
_RECEIPT = Statement(
    select(*COLUMNS, null()).where(
        message.c.id == bindparam("id"), message.c.org == bindparam("org"), message.c.direction == "out"
    )
)
_INCOMING: Final = literal_column("direction") == literal_column("'in'")
_RECEIVED = Statement(
    union_all(
        select(message.c.id).where(_INCOMING, message.c.id == bindparam("id")),
        select(message.c.id).where(
            _INCOMING,
            message.c.sender_her == bindparam("sender_her"),
            message.c.msg_id == bindparam("msg_id"),
        ),
    )
)
_COUNTS = Statement(select(message.c.state, func.count()).group_by(message.c.state))


def get(conn: Connection, id_: str) -> Message | None:
    """Return one message with its bytes."""
    row = conn.one(_GET, {"id": id_})
    return None if row is None else from_row(row)


def body(conn: Connection, id_: str) -> bytes | None:
    """Return the bytes of one message."""
    return large.read(conn, id_)


def by_receipt(conn: Connection, org: str, msg_id: str) -> Message | None:
    """Return the head of the message of ours that a receipt names."""
    row = conn.one(_RECEIPT, {"id": msg_id, "org": org})
    return None if row is None else from_row(row)


def exists_received(conn: Connection, sender_her: str, msg_id: str, *, id_: str) -> str | None:
    """Return the id under which this MsgId of this sender (level-2 HER-id) was received before.

    `id_` is the one it has here (naming.received_id), however its letters were written.
    """
    row = conn.one(_RECEIVED, {"id": id_, "sender_her": sender_her, "msg_id": msg_id})
    return None if row is None else row[0]


def counts(conn: Connection) -> dict[str, int]:
    """Return the number of messages per state, for metrics."""
    return {row[0]: row[1] for row in conn.all(_COUNTS, {})}


_asks = or_(message.c.type == "DIALOG_FORESPORSEL", message.c.type == "DIALOG_INNBYGGER_KOORDINATOR")
_question = and_(message.c.direction == "in", _asks)
_HEADS = Statement(
    select(*COLUMNS, case((or_(message.c.state == "held", _question), message.c.body), else_=null()))
    .where(message.c.case_key == bindparam("case_key"))
    .order_by(message.c.seq.desc(), message.c.id.desc())
    .limit(HEADS)
)


def heads(conn: Connection, case_key: str) -> tuple[Message, ...]:
    """Return the latest messages of a case by `seq`; only held ones and received questions with their bytes."""
    return tuple(from_row(row) for row in reversed(conn.all(_HEADS, {"case_key": case_key})))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which messages a page shows; what is not given does not restrict."""

    org: str | None = None
    state: str | None = None
    """As everybody is told it: `pending` is all that wait to leave."""
    type: str | None = None
    receiver: str | None = None
    """Level-2 HER-id, or the address-book key of a party without one."""
    direction: str | None = None
    case_key: str | None = None
    since: datetime | None = None


_FILTERS: Final = {
    "org": message.c.org,
    "state": message.c.state,
    "type": message.c.type,
    "receiver": message.c.receiver_id,
    "direction": message.c.direction,
    "case_key": message.c.case_key,
}
_PAGES: dict[tuple[str, ...], Statement] = {}


def page(
    conn: Connection, filters: Filter, *, cursor: str | None = None, count: int = 100
) -> tuple[tuple[Message, ...], str | None]:
    """Return message heads in the order they were stored, and the cursor of the next page (None at the end).

    Raises FhirError IPK-F008 for a cursor that is none.
    """
    params: dict[str, Any] = {"limit": count + 1}
    for name in _FILTERS:
        if (value := getattr(filters, name)) is not None:
            params[f"f_{name}"] = value
    if filters.state == PENDING[0]:
        params |= {f"also_{number}": state for number, state in enumerate(PENDING[1:])}
    if filters.since is not None:
        params["since"] = micros(filters.since)
    if cursor is not None:
        params["after_at"], params["after_id"] = cursors.read(cursor, (int, str))
    rows = conn.all(_page(tuple(sorted(params))), params)
    found = tuple(from_row(row) for row in rows[:count])
    return found, cursors.write((rows[count - 1][-1], found[-1].id)) if len(rows) > count and found else None


def _page(given: tuple[str, ...]) -> Statement:
    """Return the statement for the parameters given, kept per set of them (a receiver's `pending` asks `state` first)."""
    if given not in _PAGES:
        at = message.c.created_at
        query: Select[Any] = select(*COLUMNS, null().label("body"), at)
        terms = [
            column == bindparam(f"f_{name}") for name, column in _FILTERS.items() if f"f_{name}" in given
        ]
        if also := [name for name in given if name.startswith("also_")]:
            named: list[Any] = [bindparam("f_state"), *map(bindparam, also)]
            terms = [message.c.state.in_(named), *(t for t in terms if t.left is not message.c.state)]
        if "since" in given:
            terms.append(at >= bindparam("since"))
        if "after_at" in given:
            terms.append(
                tuple_(at, message.c.id) > tuple_(bindparam("after_at", type_=at.type), bindparam("after_id"))
            )
        _PAGES[given] = Statement(query.where(*terms).order_by(at, message.c.id).limit(bindparam("limit")))
    return _PAGES[given]
