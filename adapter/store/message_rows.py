"""A message as a row and back, with what follows from its state: when it is due, and whether later ones wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from adapter.model import Message, Reason
from adapter.store.sql import Row
from adapter.store.tables import message
from adapter.store.times import instant, micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What a message was made with: versions of event schema, mapping and code tables."""

    event_schema: str = ""
    mapping: str = ""
    code_tables: str = ""


WAITING: Final = frozenset({"pending", "leased"})
_UNHANDLED: Final = frozenset({"handed", "dead", "rejected"})
_NOT_FOR_THE_RECORD: Final = frozenset({"ignored"})

NAMES: Final = (
    "id", "msg_id", "direction", "type", "version", "state", "org", "sender_key", "receiver_key",
    "sender_org", "sender_her", "receiver_org", "receiver_her", "names", "case_key", "seq", "thread", "parent",
    "gen_date", "generation", "replaces", "event_id", "melde_id", "wants_reply", "subject", "why", "attempts",
    "next_attempt", "last_error", "sent_at", "apprec", "replaced_by",
)  # fmt: skip
"""The columns a Message is read from, in order; the body comes after them."""
COLUMNS: Final = tuple(message.c[name] for name in NAMES)


def blocks(*, direction: str, state: str, replaced_by: str | None) -> int:
    """Return 1 where later messages of the case to the same receiver must wait. message-rules.md, 'Receipts and clocks'."""
    held_up = state in WAITING or (state in _UNHANDLED and replaced_by is None)
    return 1 if direction == "out" and held_up else 0


def due(*, direction: str, state: str, at: int) -> int | None:
    """Return when a worker may take it: null unless it waits to be sent."""
    return at if direction == "out" and state in WAITING else None


def filed(*, direction: str, state: str) -> int:
    """Return 1 where a message as first stored never goes into `epj/`: mail for others."""
    return 1 if direction == "in" and state in _NOT_FOR_THE_RECORD else 0


def to_row(item: Message, *, now: int, versions: Versions) -> dict[str, Any]:
    """Return all columns of a message."""
    next_attempt = micros(item.next_attempt)
    return {
        **_parties(item),
        "id": item.id,
        "org": item.owner,
        "msg_id": item.msg_id,
        "direction": item.direction,
        "type": item.type,
        "version": item.version,
        "state": item.state,
        "case_key": item.case_key,
        "seq": item.seq,
        "thread": item.thread,
        "parent": item.parent,
        "gen_date": micros(item.gen_date),
        "generation": item.generation,
        "replaces": item.replaces,
        "event_id": item.event_id,
        "melde_id": item.melde_id,
        "wants_reply": 1 if item.wants_reply else 0,
        "subject": item.subject,
        "why": orjson.dumps([_reason(reason) for reason in item.why]).decode() if item.why else "[]",
        "attempts": item.attempts,
        "next_attempt": next_attempt,
        "last_error": item.last_error,
        "sent_at": micros(item.sent_at),
        "apprec": None if item.apprec is None else orjson.dumps(dict(item.apprec)).decode(),
        "replaced_by": item.replaced_by,
        "due": due(
            direction=item.direction, state=item.state, at=now if next_attempt is None else next_attempt
        ),
        "lease_owner": None,
        "blocks": blocks(direction=item.direction, state=item.state, replaced_by=item.replaced_by),
        "filed": filed(direction=item.direction, state=item.state),
        "created_at": now,
        "event_schema": versions.event_schema,
        "mapping": versions.mapping,
        "code_tables": versions.code_tables,
        "sha256": sha256(item.body).hexdigest() if item.body else "",
        "body": item.body,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "source": reason.source,
        "outcome": reason.outcome,
        "text": reason.text,
        "rejected": reason.rejected,
    }


def _parties(item: Message) -> dict[str, Any]:
    return {
        "sender_key": item.sender_key,
        "receiver_key": item.receiver_key,
        "sender_org": item.sender[0],
        "sender_her": item.sender[1],
        "receiver_org": item.receiver[0],
        "receiver_her": item.receiver[1],
        "receiver_id": item.receiver[1] or item.receiver_key or "",
        "names": orjson.dumps([item.sender_names, item.receiver_names]).decode(),
    }


def from_row(row: Row) -> Message:
    """Return the message of a row read as NAMES and the body (null where it is not wanted)."""
    values: Mapping[str, Any] = dict(zip(NAMES, row, strict=False))
    sender_names, receiver_names = orjson.loads(values["names"])
    return Message(
        id=values["id"],
        msg_id=values["msg_id"],
        direction=values["direction"],
        type=values["type"],
        version=values["version"],
        state=values["state"],
        owner=values["org"],
        sender_key=values["sender_key"],
        receiver_key=values["receiver_key"],
        sender=(values["sender_org"], values["sender_her"]),
        receiver=(values["receiver_org"], values["receiver_her"]),
        sender_names=tuple(sender_names),
        receiver_names=tuple(receiver_names),
        case_key=values["case_key"],
        seq=values["seq"],
        thread=values["thread"],
        parent=values["parent"],
        gen_date=instant(values["gen_date"]),
        generation=values["generation"],
        replaces=values["replaces"],
        event_id=values["event_id"],
        melde_id=values["melde_id"],
        wants_reply=bool(values["wants_reply"]),
        subject=values["subject"],
        body=row[len(NAMES)] or b"",
        why=_why(values["why"]),
        attempts=values["attempts"],
        next_attempt=instant(values["next_attempt"]),
        last_error=values["last_error"],
        sent_at=instant(values["sent_at"]),
        apprec=None if values["apprec"] is None else orjson.loads(values["apprec"]),
        replaced_by=values["replaced_by"],
    )


def _why(text: str) -> tuple[Reason, ...]:
    if text == "[]":
        return ()
    return tuple(Reason(**{**item, "rejected": tuple(item["rejected"])}) for item in orjson.loads(text))


def lease_end(now: datetime, seconds: float) -> int:
    """Return when a lease taken now runs out."""
    return micros(now) + round(seconds * 1_000_000)
