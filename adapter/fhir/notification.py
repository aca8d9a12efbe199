"""Notifications of topic-based Subscriptions: status as Parameters, events in a history Bundle. HL7 subscriptions-backport 1.1.

`id-only` names what changed and nothing about it; `empty` does not even name it. Whoever wants more asks, and is asked
who it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from adapter import naming
from adapter.fhir import parts, urls

Kind = Literal["handshake", "heartbeat", "event-notification", "query-status", "query-event"]
Json = dict[str, Any]

_STATUS: Final = f"{urls.BACKPORT}/backport-subscription-status-r4"
_NOTIFICATION: Final = f"{urls.BACKPORT}/backport-subscription-notification-r4"
_CREATED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of a subscription. Without `focus` (`Type/id`) it is told as one that happened, and nothing else."""

    number: int
    at: datetime
    focus: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whose notification it is: the Subscription, its topic (None: not told), its status, and how many events there were."""

    base: str
    """The public FHIR base, without a slash at its end."""
    id: str
    topic: str | None
    status: str
    count: int
    error: Json | None = None
    """CodeableConcept of what stopped it."""

    @property
    def url(self) -> str:
        """The Subscription's address."""
        return f"{self.base}/Subscription/{self.id}"


def status(told: Told, kind: Kind, events: Iterable[Event] = ()) -> Json:
    """Return the SubscriptionStatus as Parameters (backport-subscription-status-r4)."""
    found = [
        {"name": "subscription", "valueReference": {"reference": told.url}},
        {"name": "topic", "valueCanonical": told.topic} if told.topic else None,
        {"name": "status", "valueCode": told.status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(told.count)},
        *({"name": "notification-event", "part": _parts(told, event)} for event in events),
        {"name": "error", "valueCodeableConcept": told.error} if told.error else None,
    ]
    return {
        "resourceType": "Parameters",
        "id": naming.uid("subscription-status", told.id),
        "meta": {"profile": [_STATUS]},
        "parameter": [one for one in found if one is not None],
    }


def _parts(told: Told, event: Event) -> list[Json]:
    found: list[Json] = [
        {"name": "event-number", "valueString": str(event.number)},
        {"name": "timestamp", "valueInstant": parts.instant(event.at)},
    ]
    if event.focus is not None:
        found.append({"name": "focus", "valueReference": {"reference": f"{told.base}/{event.focus}"}})
    return found


def bundle(told: Told, kind: Kind, events: Sequence[Event] = (), *, id_: str, at: datetime) -> Json:
    """Return a notification Bundle (backport-subscription-notification-r4): the status first, then an entry per focus."""
    made = status(told, kind, events)
    first = {
        "fullUrl": f"urn:uuid:{made['id']}",
        "resource": made,
        "request": {"method": "GET", "url": f"{told.url}/$status"},
        "response": {"status": "200"},
    }
    return {
        "resourceType": "Bundle",
        "id": id_,
        "meta": {"profile": [_NOTIFICATION]},
        "type": "history",
        "timestamp": parts.instant(at),
        "entry": [first, *(_entry(told.base, event, event.focus) for event in events if event.focus)],
    }


def _entry(base: str, event: Event, focus: str) -> Json:
    created = event.version == _CREATED
    request = {"method": "POST" if created else "PUT", "url": focus.partition("/")[0] if created else focus}
    response = {"status": "201" if created else "200"}
    if event.version is not None:
        response["etag"] = f'W/"{event.version}"'
    return {"fullUrl": f"{base}/{focus}", "request": request, "response": response}


def statuses(base: str, found: Iterable[Told], *, of: str = "") -> Json:
    """Return the searchset of `$status`: one Parameters for each Subscription; `of` is the id of the one asked about."""
    made = [status(told, "query-status") for told in found]
    entries = [
        {"fullUrl": f"urn:uuid:{one['id']}", "resource": one, "search": {"mode": "match"}} for one in made
    ]
    link = [
        {
            "relation": "self",
            "url": f"{base}/Subscription/{of}/$status" if of else f"{base}/Subscription/$status",
        }
    ]
    whole: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "link": link}
    return {**whole, "entry": entries} if entries else whole
