"""accept(event): gather → map → one transaction. contract.md, 'HTTP: events'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

from adapter.errors import EventError, RoutingError
from adapter.events import Event
from adapter.ingest import consenttable
from adapter.ingest.commit import Unit, audited, commit, known, retrying
from adapter.ingest.deciding import ACCEPTED, Ask, Decided, Work, made
from adapter.ingest.gathering import clock_party, gather
from adapter.model import AddressBook, Case, Party, Resource
from adapter.services import Services
from adapter.store import events
from adapter.store.events import StoredEvent

REPLAYED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender of an event is told: HTTP status and JSON body."""

    status: int
    event_id: str
    body: bytes = field(repr=False)
    replayed: bool = False


def accept(services: Services, event: Event, *, dry_run: bool = False, anchor: str | None = None) -> Answer:
    """Return the answer to an event once everything it changes is committed; the same event again gets the first answer.

    With `dry_run` nothing is written and the documents are in the answer; `anchor` is the case where that is known. Raises EventError (IPK-E012 another content
    under the same id, IPK-E013 refused, IPK-E014 unknown …), RoutingError IPK-R001, SystemFault (IPK-S001-S003).
    """
    return retrying(services, lambda: _once(services, event, dry_run=dry_run, anchor=anchor))


def _once(services: Services, event: Event, *, dry_run: bool, anchor: str | None) -> Answer:
    now = services.clock()
    book = services.books(now.date())
    party = source(book, event)
    org = owner(book, party)
    with services.store.read() as conn:
        stored = events.find(conn, event.event_id)
        if stored is not None:
            return _again(stored, event)
        case = gather(conn, event, org=org, now=now, anchor=anchor)
    work = Work(event=event, case=case, party=party or clock_party(book, case, event), org=org)

    def ask(references: tuple[str, ...]) -> Mapping[str, Resource]:
        return known(services, None, case, references)

    if dry_run:
        done = made(work, book, services.people, ask)
        body = _rendered(done.body, done.decided, case, book)
        return Answer(status=REPLAYED, event_id=event.event_id, body=body)
    found = _helped(services, work, ask)
    if found is None:
        done = made(work, book, services.people, ask)
        found = done.unit, done.body
    unit, body = found
    commit(services, audited(services, unit, event))
    return Answer(status=ACCEPTED, event_id=event.event_id, body=body)


def _helped(services: Services, work: Work, ask: Ask) -> tuple[Unit, bytes] | None:
    """Return what a process beside the server made of a work; None where none is free, or the work is refused."""
    if services.helpers is None:
        return None
    found: tuple[Unit, bytes] | None = services.helpers.made(work, ask, services.store.lane)
    return found


def source(book: AddressBook, event: Event) -> Party | None:
    """Return the party of the event's source, None for a clock. Raises RoutingError IPK-R001 when nobody is."""
    if event.origin == "clock":
        return None
    party = book.by_source(event.source)
    if party is None and event.origin == "posted":
        raise RoutingError("IPK-R001", at="$.source")
    return party


def owner(book: AddressBook, party: Party | None) -> str:
    """Return the level-1 HER-id this installation's data belongs to: the home party's own, else the first home party's."""
    if party is not None and party.home and party.her_id:
        return party.her_id
    return next((p.her_id for p in book.parties if p.home and p.her_id), "")


def _again(stored: StoredEvent, event: Event) -> Answer:
    if stored.digest != event.digest:
        raise EventError("IPK-E012", at="$.id")
    return Answer(status=REPLAYED, event_id=event.event_id, body=stored.answer, replayed=True)


def _rendered(body: bytes, decided: Decided, case: Case, book: AddressBook) -> bytes:
    """Return the answer with `rendered` per message and the table of consent: a dry run shows what would leave, and what not."""
    answer, outcome = orjson.loads(body), decided.outcome
    answer["consent"] = consenttable.after(case, decided.event, outcome, book)
    documents = {m.id: m.body.decode() for m in outcome.messages if m.body}
    for message in answer["messages"]:
        message["rendered"] = documents.get(message["id"], "")
    return orjson.dumps(answer)
