"""One installation in a test: a real store, a clock that stands still, and hands to post, send, receive and look."""

from __future__ import annotations

import copy
import itertools
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import select

from adapter import deadlines, delivery, events, ingest, kith, settings, wiring
from adapter.codes import ROLES
from adapter.events import schemas
from adapter.fhir import urls
from adapter.mappings import views
from adapter.model import AddressBook, Case, Message, Resource
from adapter.services import Services
from adapter.store import Connection, cases, messages, tables
from adapter.store import events as stored_events
from adapter.store.sql import Statement
from adapter.transports.base import Transport
from adapter.transports.memory import Memory

START: Final = datetime(2026, 3, 4, 9, 15, 1, tzinfo=UTC)
"""A Wednesday, 10:15:01 in Oslo: the instant of the first example."""
LINE: Final = {
    "identifier": {"system": urls.FNR, "value": "13116900216"},
    "name": {"family": "Danser", "given": "Line"},
    "birthDate": "1969-11-13",
    "gender": "female",
    "municipality": {"code": "3428"},
}
ROLAND: Final = {
    "identifier": {"system": urls.FNR, "value": "15076500565"},
    "name": {"family": "Gundersen", "given": "Roland"},
    "birthDate": "1965-07-15",
    "gender": "male",
    "municipality": {"code": "3428"},
}
GP: Final = {"herId": "258521"}
HANDLER: Final = {
    "kind": "coordinating-unit",
    "name": {"family": "September", "given": "August"},
    "phone": "+4762480000",
}
GIVEN: Final = {
    "status": "given",
    "scopes": ["coordinator", "plan-create"],
    "recipients": ["coordinating-unit"],
    "givenBy": "patient",
    "method": "oral",
    "date": "2026-03-04",
}


def living_in(code: str, district: str | None = None, base: Mapping[str, Any] = LINE) -> dict[str, Any]:
    """Return the patient as living elsewhere."""
    place = {"code": code} | ({"district": district} if district else {})
    return {**base, "municipality": place}


class State(NamedTuple):
    """Where a need stands: Task.status, businessStatus, ServiceRequest.status."""

    task: str
    business: str
    request: str


class Reply(NamedTuple):
    """What POST /events would have told."""

    status: int
    body: dict[str, Any]
    replayed: bool

    @property
    def case(self) -> dict[str, Any]:
        return self.body["case"]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body["messages"]

    def message_to(self, her_id: str) -> dict[str, Any]:
        """Return the one message to this receiver."""
        (found,) = [m for m in self.messages if m["receiver"]["herId"] == her_id]
        return found


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Move on."""
        self.now += timedelta(**by)

    def to(self, now: datetime) -> None:
        """Move to an instant."""
        self.now = now


class House:
    """An installation with a store of its own and, unless given another, a transport in memory."""

    def __init__(
        self,
        folder: Path,
        *,
        template: Path,
        book: AddressBook | None = None,
        transport: Transport | None = None,
        clock: Clock | None = None,
        name: str = "house",
        **more: Any,
    ) -> None:
        file = folder / f"{name}.db"
        shutil.copy(template, file)
        self.clock = clock or Clock()
        self.memory = Memory()
        self._number = itertools.count(1)
        url = more.pop("database_url", f"sqlite:///{file}")
        self.settings = settings.load(database_url=url, exchange=str(folder / f"{name}-exchange"), **more)
        ids = itertools.count(1)
        self.services: Services = wiring.build(
            self.settings,
            transport=transport or self.memory,
            clock=self.clock,
            new_id=lambda: f"00000000-0000-4000-8000-{next(ids):012d}",
            random=lambda: 0.0,
            book=book,
            durable=False,
        )

    def close(self) -> None:
        wiring.close(self.services)

    # ── events ──

    def event(
        self,
        type_: str,
        *,
        source: str | None = None,
        id_: str | None = None,
        time: datetime | None = None,
        **data: Any,
    ) -> events.Event:
        """Return the example of a type, now, under an id of its own, with keys of data set or, None, left out."""
        whole = copy.deepcopy(schemas.example(type_))
        whole["id"] = id_ or f"event-{next(self._number)}"
        whole["time"] = (time or self.clock.now).isoformat()
        whole["source"] = source or whole["source"]
        for key, value in data.items():
            if value is None:
                whole["data"].pop(key, None)
            else:
                whole["data"][key] = value
        return events.check(whole, now=self.clock.now, people=self.services.people)

    def accept(self, event: events.Event, *, dry_run: bool = False) -> Reply:
        """Accept an event as the door does."""
        answer = ingest.accept(self.services, event, dry_run=dry_run)
        return Reply(answer.status, orjson.loads(answer.body), answer.replayed)

    def post(self, type_: str, **more: Any) -> Reply:
        """Post the example of a type with changes."""
        dry_run = more.pop("dry_run", False)
        return self.accept(self.event(type_, **more), dry_run=dry_run)

    def need(self, **more: Any) -> Reply:
        """Post an E01 from the hospital department."""
        return self.post("ip.need.identified", **more)

    # ── documents ──

    def send(self) -> list[bytes]:
        """Send all that is due; the documents that left now, in order."""
        before = set(self.memory.out)
        while delivery.send(self.services, owner="worker"):
            pass
        return [data for name, data in self.memory.out.items() if name not in before]

    def sent(self) -> list[kith.Read]:
        """Send all that is due, and read it."""
        return [kith.read(data) for data in self.send()]

    def receive(self, data: bytes, channel: Any = "in") -> ingest.Received:
        """Take a document in."""
        return ingest.receive(self.services, data, channel=channel, name="document.xml")

    def tick(self) -> int:
        """Act on what is due."""
        return deadlines.tick(self.services)

    # ── looking ──

    def messages(self, **which: Any) -> tuple[Message, ...]:
        """Return message rows, the oldest first."""
        with self.services.store.read() as conn:
            heads = messages.page(conn, messages.Filter(**which), count=500)[0]
            return tuple(m for m in (messages.get(conn, h.id) for h in heads) if m)

    def message(self, id_: str) -> Message:
        """Return one message row with its bytes."""
        with self.services.store.read() as conn:
            found = messages.get(conn, id_)
        assert found is not None
        return found

    def case(self, person: Mapping[str, Any] = LINE) -> Case:
        """Return the case of a person."""
        said = person["identifier"]
        with self.services.store.read() as conn:
            return cases.gather(
                conn, org=self.org, now=self.clock.now, person=(said["system"], said["value"])
            )

    @property
    def org(self) -> str:
        """Level-1 HER-id of the home organisation."""
        return next(p.her_id for p in self.services.book().parties if p.home and p.her_id) or ""

    def needs(self, person: Mapping[str, Any] = LINE) -> dict[str, State]:
        """Return where the needs stand, by kind (of several of one kind: the last)."""
        return {
            n.kind: State(n.task["status"], n.state, n.request["status"])
            for n in views.needs(self.case(person))
        }

    def items(self, kind: str, person: Mapping[str, Any] = LINE) -> list[Resource]:
        """Return the open work items of a kind."""
        return [
            t
            for t in self.case(person).of("Task")
            if views.code_of(t.get("code"), urls.TASK_KIND) == kind and t["status"] not in views.FINISHED
        ]

    def resources(self) -> list[bytes]:
        """Return every current resource as stored."""
        return [orjson.dumps(r) for r in self.current()]

    def current(self) -> list[Resource]:
        """Return every current resource."""
        with self.services.store.read() as conn:
            return [orjson.loads(body) for body in everything(conn)]

    def count(self) -> int:
        """Return how many messages there are, both ways."""
        return len(self.messages())

    def clocks(self, person: Mapping[str, Any] = LINE) -> dict[str, str]:
        """Return the open clocks by kind, due as local ISO instants."""
        return {d.kind: d.due.isoformat() for d in self.case(person).deadlines if d.state == "open"}

    def events(self) -> list[str]:
        """Return the types of all events, in order."""
        with self.services.store.read() as conn:
            return [e.type for e in stored_events.page(conn, count=500)[0]]


_EVERYTHING: Final = Statement(
    select(tables.resource.c.body).order_by(tables.resource.c.type, tables.resource.c.id)
)


def everything(conn: Connection) -> Iterator[bytes]:
    """Yield the bytes of every current resource (the tests' own look into the table)."""
    for row in conn.all(_EVERYTHING, {}):
        yield bytes(row[0])


def role_display(key: str) -> str:
    """Return the name of a role."""
    return ROLES[key].display
