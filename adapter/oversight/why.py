"""Why a message, a case or an event is as it is: gathered from what is stored, told by `trail`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from adapter import timing
from adapter.access import policy
from adapter.errors import EventError, MessageError
from adapter.mappings import answering
from adapter.model import AddressBook, Message, Resource
from adapter.oversight import event_views
from adapter.oversight.event_views import Seen
from adapter.rules.responsibility import Responsible
from adapter.services import Services
from adapter.store import Connection, cases, events, messages, trails
from adapter.store.events import StoredEvent
from adapter.trail.build import build
from adapter.trail.values import Happened, Known, Trail

_READ: Final = ("ip.receipt.", "ip.message.", "ip.dialogue.", "ip.deadline.")
"""Types of events whose data is ids, kinds and times: the rest of an event's data is never read here."""
_URN: Final = "urn:uuid:"


def of_message(services: Services, id_: str) -> Trail:
    """Return the trail of a message: the event that made it, or those made from it, and its receipt. Raises MessageError IPK-M010."""
    with services.store.read(snapshot=True) as conn:
        found = messages.get(conn, id_)
        if found is None:
            raise MessageError("IPK-M010")
        return build(*_message(conn, services, found))


def of_event(services: Services, id_: str) -> Trail:
    """Return the trail of an event and of the messages it made, or of one that is a view. Raises EventError IPK-E020."""
    with services.store.read(snapshot=True) as conn:
        found = events.find(conn, id_)
        if found is not None:
            return build(*_event(conn, services, found))
        seen = event_views.find(conn, id_)
        if seen is not None:
            return build(*_seen(conn, services, seen))
    raise EventError("IPK-E020")


def of_case(services: Services, id_: str) -> Trail:
    """Return the trail of a case: every event that changed it, with the messages each made. Raises EventError IPK-E020."""
    with services.store.read(snapshot=True) as conn:
        if not trails.is_case(conn, id_):
            raise EventError("IPK-E020")
        return build(*_case(conn, services, id_))


def of_any(services: Services, id_: str) -> Trail:
    """Return the trail of the message, event or case of this id. Raises EventError IPK-E085."""
    with services.store.read(snapshot=True) as conn:
        message = messages.get(conn, id_)
        if message is not None:
            return build(*_message(conn, services, message))
        event = events.find(conn, id_)
        if event is not None:
            return build(*_event(conn, services, event))
        if trails.is_case(conn, id_):
            return build(*_case(conn, services, id_))
        seen = event_views.find(conn, id_)
        if seen is not None:
            return build(*_seen(conn, services, seen))
    raise EventError("IPK-E085")


def _message(conn: Connection, services: Services, found: Message) -> tuple[Known, AddressBook]:
    proven = _proven(conn, found.case_key)
    beside = messages.heads(conn, found.case_key) if found.case_key else ()
    about = [e for e in events.find_all(conn, proven) if _is_about(e, found)]
    own = [e for e in events.find_all(conn, filter(None, (found.event_id,))) if e not in about]
    listed = sorted([*own, *about], key=lambda e: e.received_at)
    known = Known(
        kind="message",
        id=found.id,
        case_id=found.case_key,
        events=_happened(conn, listed, proven),
        messages=(found,),
        beside=tuple(m for m in beside if m.id != found.id),
    )
    return known, _book(services, found.gen_date)


def _event(conn: Connection, services: Services, found: StoredEvent) -> tuple[Known, AddressBook]:
    proven = _proven(conn, found.case_key)
    heads = messages.heads(conn, found.case_key) if found.case_key else ()
    received = _data(found).get("messageId")
    own = [m for m in heads if m.event_id == found.event_id or found.id.startswith(m.id)]
    if received and not any(m.id == received for m in own):
        own += [m for m in (messages.get(conn, str(received)),) if m is not None]
    known = Known(
        kind="event",
        id=found.event_id,
        case_id=found.case_key,
        events=_happened(conn, [found], proven),
        messages=tuple(own),
    )
    return known, _book(services, found.received_at)


def _seen(conn: Connection, services: Services, seen: Seen) -> tuple[Known, AddressBook]:
    """Return what is known of an event that is a view: what was seen, and the message that left. E52, E60, E61, E63; ADR 89."""
    said, at = seen.said, datetime.fromisoformat(seen.said["time"])
    message = messages.get(conn, said["data"].get("messageId", ""))
    happened = Happened(
        event_id=said["eventId"],
        id=said["id"],
        type=said["type"],
        source=said["source"],
        at=at,
        data=said["data"],
    )
    known = Known(
        kind="event",
        id=said["eventId"],
        case_id=seen.case_key,
        events=(happened,),
        messages=(message,) if message is not None else (),
    )
    return known, _book(services, at)


def _case(conn: Connection, services: Services, id_: str) -> tuple[Known, AddressBook]:
    proven = _proven(conn, id_)
    heads = messages.heads(conn, id_)
    ids = [*proven, *(m.event_id for m in heads if m.event_id)]
    known = Known(
        kind="case",
        id=id_,
        case_id=id_,
        events=_happened(conn, events.find_all(conn, ids), proven),
        messages=heads,
        responsible=_responsible(conn, services, id_),
    )
    return known, services.book()


def _responsible(conn: Connection, services: Services, id_: str) -> Responsible | None:
    """Return who answers for plan and coordinator of a case today. R34."""
    now, book = services.clock(), services.book()
    case = cases.gather(conn, org=policy.home(book), now=now, case_key=id_)
    return answering.answers(case, book, timing.day(now)) if case.key is not None else None


def _book(services: Services, at: datetime | None) -> AddressBook:
    """Return the address book as it was valid on the day."""
    return services.books((at or services.clock()).date())


def _proven(conn: Connection, case_key: str | None) -> dict[str, list[Resource]]:
    """Return event id → its Provenance, in the order recorded."""
    found: dict[str, list[Resource]] = {}
    for one in trails.provenance(conn, case_key) if case_key else ():
        for event_id in _sources(one):
            found.setdefault(event_id, []).append(one)
    return found


def _sources(one: Resource) -> Iterator[str]:
    for entity in one.get("entity", ()):
        value = entity.get("what", {}).get("identifier", {}).get("value", "")
        if value.startswith(_URN):
            yield value.removeprefix(_URN)


def _is_about(event: StoredEvent, message: Message) -> bool:
    """Return whether an event is a receipt or a clock of this message, or was made from it."""
    data = _data(event)
    return (
        event.event_id == message.event_id
        or event.id.startswith(message.id)
        or data.get("messageId") == message.id
        or data.get("msgId") == message.msg_id
        or str(data.get("subject", "")).rpartition("/")[2] == message.id
    )


def _happened(
    conn: Connection, listed: Iterable[StoredEvent], proven: Mapping[str, Sequence[Resource]]
) -> tuple[Happened, ...]:
    return tuple(
        Happened(
            event_id=event.event_id,
            id=event.id,
            type=event.type,
            source=event.source,
            at=event.received_at,
            answer=orjson.loads(event.answer) if event.answer else {},
            data=_data(event),
            provenance=tuple(proven.get(event.event_id, ())),
            versions=trails.versions(conn, _tasks(proven.get(event.event_id, ()))),
        )
        for event in listed
    )


def _data(event: StoredEvent) -> Mapping[str, Any]:
    if not event.type.startswith(_READ):
        return {}
    data: Mapping[str, Any] = orjson.loads(event.content).get("data", {})
    return data


def _tasks(proven: Iterable[Resource]) -> Iterator[str]:
    """Yield the versions of Tasks that Provenance names, each after the one before."""
    for one in proven:
        for target in one.get("target", ()):
            place, _, number = target.get("reference", "").partition("/_history/")
            if place.startswith("Task/") and number.isdecimal():
                yield f"{place}/_history/{int(number) - 1}"
                yield f"{place}/_history/{number}"
