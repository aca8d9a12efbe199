"""One notification: its bytes, its signature, its way, and what its outcome means. Standard Webhooks 1.0; HL7 subscriptions-backport 1.1."""

from __future__ import annotations

import hmac
import ssl
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from adapter import naming, pinned
from adapter.errors import AdapterError
from adapter.fhir import notification, subscription
from adapter.fhir.notification import Kind, Told
from adapter.hooks.seeing import Rows
from adapter.retry import Failure
from adapter.store.subscriptions import Event, Subscription
from adapter.store.times import instant

OK: Final = range(200, 300)
MOVED: Final = range(300, 400)
_GONE: Final = 410
_PASSING: Final = frozenset({408, 425, 429})
"""Refusals that a later attempt may not meet. RFC 9110 § 15.5; RFC 6585 § 4."""
_SERVERS_OWN: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notification ready to be sent. `id` is the same whenever the same is sent again."""

    id: str
    kind: Kind
    body: bytes
    events: int = 0


def told(row: Subscription, base: str) -> Told:
    """Return whose notification it is. An `empty` one does not even tell the topic."""
    topic = row.topic if row.content != "empty" else None
    return Told(base=base, id=row.id, topic=topic, status=row.status, count=row.number)


def notice(
    row: Subscription,
    kind: Kind,
    *,
    base: str,
    now: datetime,
    events: Sequence[Event] = (),
    seen: Rows | None = None,
) -> Notice:
    """Return a notification; of events it names those in `seen`, and tells of others only that they happened."""
    moment = instant(events[-1].at) if events else now
    span = f"{events[0].number}-{events[-1].number}" if events else now.isoformat()
    id_ = naming.uid("notification", row.id, kind, span)
    listed = [shown(event, row, seen or {}) for event in events]
    body = orjson.dumps(notification.bundle(told(row, base), kind, listed, id_=id_, at=moment))
    return Notice(id=id_, kind=kind, body=body, events=len(listed))


def shown(event: Event, row: Subscription, seen: Rows) -> notification.Event:
    """Return an event as its subscriber is told it."""
    named = row.content == "id-only" and event.focus in seen
    return notification.Event(
        number=event.number,
        at=instant(event.at),
        focus=event.focus if named else None,
        version=event.version if named else None,
    )


def signed(notice_: Notice, row: Subscription, now: datetime) -> dict[str, str]:
    """Return the headers of a notification: what it is, its signature, and what the receiver asked for.

    The signature is HMAC-SHA256, by the subscription's key, over id, seconds since 1970 and body, joined by points.
    """
    at = str(int(now.timestamp()))
    key = subscription.key(row.secret) or b""
    signature = hmac.digest(key, b".".join((notice_.id.encode(), at.encode(), notice_.body)), "sha256")
    given: list[tuple[str, str]] = orjson.loads(row.headers)
    return {
        **dict(given),
        "Content-Type": subscription.MEDIA,
        "webhook-id": notice_.id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
    }


def send(
    notice_: Notice, row: Subscription, *, now: datetime, judge: pinned.Judge, context: ssl.SSLContext
) -> Failure | None:
    """Return None where the receiver took it (2xx), else why not, and whether a later attempt may go better."""
    try:
        status = pinned.post(
            row.endpoint, notice_.body, headers=signed(notice_, row, now), seconds=row.timeout, judge=judge,
            context=context,
        )  # fmt: skip
    except AdapterError as error:
        return Failure(code=error.code, retry=error.row.retry)
    return failure(notice_.kind, status)


def failure(kind: Kind, status: int) -> Failure | None:
    """Return what a status means. A handshake that is refused is not tried again; nor is anything that is gone."""
    if status in OK:
        return None
    handshake = kind == "handshake"
    passing = status >= _SERVERS_OWN or status in _PASSING
    code = "IPK-F077" if status in MOVED else "IPK-F075" if handshake else "IPK-F076"
    return Failure(code=code, retry=passing if handshake else status != _GONE)
