"""What a subscriber does with its Subscriptions: make, change, remove; and what a person does about one in error.

One transaction each: the row that the worker works by, and the resource that everybody reads. R4 subscription.html.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import orjson

from adapter import pinned, timing
from adapter.access.policy import home
from adapter.errors import Conflict, Faults, FhirError, SystemFault
from adapter.errortable import TABLE
from adapter.fhir import deletion, r4, subscription
from adapter.fhir.subscription import Json, Rules, Wanted
from adapter.hosts import is_public
from adapter.ingest import conditions, records
from adapter.ingest.conditions import Conditions
from adapter.services import Services
from adapter.store import Connection, feed, resources, subscriptions
from adapter.store.feed import FeedItem
from adapter.store.subscriptions import Subscription
from adapter.store.times import micros

TYPE: Final = "Subscription"
OWN: Final = ""
"""The client of the installation's own subscriptions."""
LIMIT: Final = 100
"""Most subscriptions of one client."""
_KEY_BYTES: Final = 32
_DEEPEST: Final = 64
"""Most levels of a Subscription."""
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_AT_ONCE: Final = 0
"""Due before anything else."""
Status = Literal["requested", "active", "error", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A Subscription as it is stored. `secret` is its signing key where it was made here: shown once, with this."""

    resource: Json
    secret: str | None = field(default=None, repr=False)

    @property
    def version(self) -> int:
        """The resource's version."""
        return int(self.resource["meta"]["versionId"])


def rules(services: Services) -> Rules:
    """Return what this installation allows of an address, and how long it waits."""
    set_ = services.settings
    plain = set_.hooks_private and set_.mode == "synthetic"
    return Rules(private=set_.hooks_private, plain=plain, timeout=set_.hook_timeout_seconds)


def judge(services: Services) -> pinned.Judge:
    """Return what says whether an IP address may be notified."""
    return (lambda _: True) if services.settings.hooks_private else is_public


def create(services: Services, resource: object, *, client: str) -> Kept:
    """Return the Subscription that was asked for, requested: the worker's handshake makes it active.

    Raises Faults (IPK-F009, F010: no sound R4; F065–F072, F079, IPK-P001: not honoured), FhirError IPK-F068 (leads to an address
    that is not public), F073 (too many), SystemFault.
    """
    now = services.clock()
    wanted = _wanted(services, resource, now)
    if wanted.off:
        raise FhirError("IPK-F072", at="Subscription.status", hint="requested")
    secret = wanted.secret or _fresh(services)
    org = home(services.books(timing.day(now)))
    id_ = services.new_id()

    def work(conn: Connection) -> Json:
        if subscriptions.count(conn, client) >= LIMIT:
            raise FhirError("IPK-F073", at=TYPE)
        row = Subscription(
            id=id_, org=org, client=client, topic=wanted.topic.url, status="requested", endpoint=wanted.endpoint,
            content=wanted.content, filters=_json(wanted.filters), headers=_json(wanted.headers or ()), secret=secret,
            heartbeat=wanted.heartbeat, timeout=wanted.timeout, max_count=wanted.max_count, ends=micros(wanted.end),
            cursor=feed.end(conn), since=feed.begun(conn), number=0, told=0, upto=0, attempts=0, last_error=None, beat=None, due=_AT_ONCE,
            lease_owner=None, lease_until=None, created=micros(now),
        )  # fmt: skip
        subscriptions.add(conn, row)
        return _stored(conn, row, {**wanted.shown, "status": "requested"}, now=now)

    made = services.store.write(work)
    return Kept(resource=made, secret=None if wanted.secret else secret)


def change(
    services: Services, id_: str, resource: object, *, client: str, rests: Conditions = conditions.NONE
) -> Kept:
    """Return the Subscription as changed: requested again (a handshake follows, then what waits), or off.

    Headers that are not given stay, unless it leads to another server; so does the key. Raises as `create` does, FhirError
    IPK-F001 where the client has none such, F074 or F086 where it is not as `rests` says.
    """
    now = services.clock()
    wanted = _wanted(services, resource, now)

    def work(conn: Connection) -> Json:
        before = owned(conn, id_, client)
        _held(conn, id_, rests)
        row = before._replace(
            topic=wanted.topic.url, endpoint=wanted.endpoint, content=wanted.content, filters=_json(wanted.filters),
            headers=_headers(before, wanted), secret=wanted.secret or before.secret, heartbeat=wanted.heartbeat,
            timeout=wanted.timeout, max_count=wanted.max_count, ends=micros(wanted.end),
            # What happened while it was off is not told.
            cursor=feed.end(conn) if before.status == "off" else before.cursor,
            since=feed.begun(conn) if before.status == "off" else before.since,
        )  # fmt: skip
        return restate(conn, row, "off" if wanted.off else "requested", now=now, shown=wanted.shown)

    return Kept(resource=services.store.write(work))


def remove(services: Services, id_: str, *, client: str, rests: Conditions = conditions.NONE) -> None:
    """Remove a Subscription: nobody is told any more. Where the client has none such, nothing is to be done.

    Raises FhirError IPK-F032, F074 or F086 where it is not as `rests` says, SystemFault.
    """
    now = services.clock()

    def work(conn: Connection) -> None:
        try:
            row = owned(conn, id_, client)
        except FhirError:
            conditions.absent(rests)
            return
        _held(conn, id_, rests)
        _stored(conn, row, deletion.marked({"status": "off"}), now=now)
        subscriptions.remove(conn, id_)

    services.store.write(work)


def requeue(services: Services, id_: str) -> Subscription:
    """Return a subscription in error, requested again: after the handshake it is told what it was not. Raises FhirError IPK-F001, F072."""
    now = services.clock()

    def work(conn: Connection) -> Subscription:
        row = owned(conn, id_, OWN)
        if row.status != "error":
            raise FhirError("IPK-F072", hint="error")
        restate(conn, row, "requested", now=now)
        return subscriptions.get(conn, id_) or row

    return services.store.write(work)


def owned(conn: Connection, id_: str, client: str) -> Subscription:
    """Return a client's own subscription, held until the transaction ends; the installation's token has all.

    Raises FhirError IPK-F001, F064 (removed).
    """
    return _admitted(conn, subscriptions.locked(conn, id_) if _ID.fullmatch(id_) else None, id_, client)


def found(conn: Connection, id_: str, client: str) -> Subscription:
    """Return a client's own subscription, to be looked at. Raises FhirError IPK-F001, F064 (removed)."""
    return _admitted(conn, subscriptions.get(conn, id_) if _ID.fullmatch(id_) else None, id_, client)


def _admitted(conn: Connection, row: Subscription | None, id_: str, client: str) -> Subscription:
    """Return a subscription that is there and a client's own. Raises FhirError IPK-F001; IPK-F064 where that one was removed."""
    if row is not None and client in {OWN, row.client}:
        return row
    whose = subscriptions.removed_of(conn, id_) if row is None and _ID.fullmatch(id_) else None
    raise FhirError("IPK-F064" if whose is not None and client in {OWN, whose} else "IPK-F001")


def restate(
    conn: Connection,
    row: Subscription,
    status: Status,
    *,
    now: datetime,
    code: str | None = None,
    shown: Json | None = None,
) -> Json:
    """Return the resource of a subscription in another status, both stored. `code` says what stopped it; `shown` is what it says now.

    One that stops by itself stands in the feed too, where those who look after the installation see it.
    """
    due = _AT_ONCE if status in {"requested", "active"} else None
    subscriptions.put(conn, row._replace(status=status, due=due, attempts=0, last_error=code))
    said = shown if shown is not None else subscription.shown(_current(conn, row.id))
    made = _stored(conn, row, {**said, "status": status, **({"error": error(code)} if code else {})}, now=now)
    if code is not None:
        item = FeedItem(
            org=row.org, at=now, kind="resource", type=TYPE, id=row.id, state=status,
            version=int(made["meta"]["versionId"]),
        )  # fmt: skip
        feed.append(conn, (item,))
    return made


def error(code: str) -> str:
    """Return the text of Subscription.error: the code and our own words."""
    return f"{code} {TABLE[code].nb} / {TABLE[code].en}"


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _wanted(services: Services, resource: object, now: datetime) -> Wanted:
    if not isinstance(resource, Mapping) or resource.get("resourceType") != TYPE:
        raise FhirError("IPK-F009", at="resourceType", hint=TYPE)
    if _is_deep(resource):
        raise FhirError("IPK-F009", at=TYPE, hint=f"{_DEEPEST}")
    faults = r4.check(resource)
    if any(fault.severity == "must" for fault in faults):
        raise Faults(faults)
    wanted = subscription.read(resource, now=now, rules=rules(services))
    # Looking a name up may take long; nobody waits for it.
    services.store.lane.leave()
    with suppress(SystemFault):  # a name that leads nowhere yet is found out by the handshake
        pinned.addresses(wanted.endpoint, judge(services))
    return wanted


def _is_deep(resource: object) -> bool:
    """Return whether it is nested deeper than anything meant: what walks it by itself must come back."""
    level: list[Any] = [resource]
    for _ in range(_DEEPEST):
        level = [
            inner
            for node in level
            if isinstance(node, (Mapping, list))
            for inner in (node.values() if isinstance(node, Mapping) else node)
        ]
    return bool(level)


def _fresh(services: Services) -> str:
    """Return a new signing key of 256 bits of the system's own chance."""
    drawn = bytes(min(255, int(services.random() * 256)) for _ in range(_KEY_BYTES))
    return subscription.SECRET + b64encode(drawn).decode()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _headers(before: Subscription, wanted: Wanted) -> str:
    if wanted.headers is not None:
        return _json(wanted.headers)
    return before.headers if _server(before.endpoint) == _server(wanted.endpoint) else _json(())


def _server(url: str) -> tuple[str, str]:
    found = urlsplit(url)
    return found.scheme, found.netloc.lower()


def _current(conn: Connection, id_: str) -> Json:
    found = resources.current(conn, TYPE, id_)
    if found is None:
        raise Conflict
    body: Json = orjson.loads(found[2])
    return body


def _held(conn: Connection, id_: str, rests: Conditions) -> None:
    """Raise FhirError IPK-F074 or F086 where a Subscription that is there is not as a write of it says."""
    found = resources.current(conn, TYPE, id_)
    if found is None:
        raise Conflict
    if not conditions.rests_on(rests, found[0]):
        raise FhirError("IPK-F074", at=TYPE)
    conditions.require(rests, found[0], found[1])


def _stored(conn: Connection, row: Subscription, said: Mapping[str, Any], *, now: datetime) -> Json:
    """Return the resource in its next version, stored; as it was where nothing is new."""
    reference = f"{TYPE}/{row.id}"
    found = resources.current(conn, TYPE, row.id)
    known: dict[str, Json] = {} if found is None else {reference: orjson.loads(found[2])}
    status = said["status"]
    rest = {name: value for name, value in said.items() if name not in {"resourceType", "meta", "status"}}
    meta = {"meta": said["meta"]} if "meta" in said else {}
    whole = {"resourceType": TYPE, "id": row.id, **meta, "status": status, **rest}
    stamped = records.stamp([whole], known=known, org=row.org, case_key=None, now=now)
    if not stamped.writes:
        return known[reference]
    resources.put(conn, stamped.writes)
    made: Json = orjson.loads(stamped.writes[0].body)
    return made
