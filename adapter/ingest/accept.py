"""accept(event): gather → map → one transaction. contract.md, 'HTTP: events'."""

from __future__ import annotations

import contextvars
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import orjson

from adapter import timing
from adapter.errors import AdapterError, Conflict, EventError, RoutingError, SystemFault
from adapter.events import Event
from adapter.ingest import consenttable, records, strangers, twins
from adapter.ingest.commit import Unit, audited, commit, known, retrying, write
from adapter.ingest.deciding import ACCEPTED, Decided, decided_at, duplicates, unit_of
from adapter.ingest.gathering import clock_party, gather
from adapter.model import AddressBook, Case, Party
from adapter.services import Services
from adapter.store import Connection, cases, events
from adapter.store.events import StoredEvent

REPLAYED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender of an event is told: HTTP status and JSON body."""

    status: int
    event_id: str
    body: bytes = field(repr=False)
    replayed: bool = False


def accept(
    services: Services,
    event: Event,
    *,
    dry_run: bool = False,
    anchor: str | None = None,
    stranger: bool = False,
) -> Answer:
    """Return the answer to an event once everything it changes is committed; the same event again gets the first answer.

    With `dry_run` nothing is written and the documents are in the answer; `anchor` is the case where that is known; `stranger`: by
    `made`, of a dry run. Raises EventError (IPK-E012 another content under the same id, IPK-E013 refused, IPK-E014 unknown …), RoutingError
    IPK-R001, SystemFault (IPK-S001-S003).
    """
    if dry_run:
        return retrying(
            services, lambda: _once(services, event, dry_run=True, anchor=anchor, stranger=stranger)
        )
    return retrying(
        services,
        lambda: _once(services, event, dry_run=False, anchor=anchor),
        held=lambda: _held(services, event, anchor=anchor),
    )


def _once(
    services: Services, event: Event, *, dry_run: bool, anchor: str | None, stranger: bool = False
) -> Answer:
    found = made(services, event, now=services.clock(), anchor=anchor, stranger=stranger)
    if isinstance(found, StoredEvent):
        return _again(found, event)
    if dry_run:
        return Answer(status=REPLAYED, event_id=event.event_id, body=_rendered(services, found))
    return committed(services, found.unit, found.body)


def _held(services: Services, event: Event, *, anchor: str | None) -> Answer:
    """Return the answer to an event that is judged in the transaction which writes it, while nobody else writes in the case."""
    # The writer's thread does not know who is calling, whom the audit row of an event names.
    context = contextvars.copy_context()

    def work(conn: Connection) -> Answer:
        found = _judged(services, conn, event, now=services.clock(), anchor=anchor, hold=True)
        if isinstance(found, StoredEvent):
            return _again(found, event)
        write(conn, audited(services, found.unit))
        return _accepted(found.unit, found.body)

    try:
        return services.store.write(lambda conn: context.copy().run(work, conn))
    except AdapterError:
        services.shared.clear()  # it may hold what was read of a transaction that is undone
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an event does, not yet written: all that is written but the audit row, the answer, and what was decided."""

    unit: Unit
    body: bytes = field(repr=False)
    decided: Decided = field(repr=False)


def made(
    services: Services, event: Event, *, now: datetime, anchor: str | None = None, stranger: bool = False
) -> Made | StoredEvent:
    """Return what an event does at its case as the store has it, or the event where it is there already; nothing is written.

    `stranger`: what it would do if nobody knew the person, where its source has no part in the case (strangers.py); that is
    told, and never written. Raises EventError, RoutingError, SystemFault.
    """
    with services.store.read() as conn:
        return _judged(services, conn, event, now=now, anchor=anchor, stranger=stranger)


def _judged(  # noqa: PLR0913 (all by name but the first)
    services: Services,
    conn: Connection,
    event: Event,
    *,
    now: datetime,
    anchor: str | None,
    hold: bool = False,
    stranger: bool = False,
) -> Made | StoredEvent:
    """Return what an event does as the connection sees its case; with `hold` nobody else writes there until it commits."""
    book = services.books(timing.day(now))
    party = source(book, event)
    org = owner(book, party)
    stored = events.find(conn, event.event_id)
    if stored is not None:
        return stored
    case = None
    try:
        case = gather(conn, event, org=org, now=now, anchor=anchor)
        if hold and case.key is not None and cases.hold(conn, case.key) != case.version:
            case = gather(conn, event, org=org, now=now, anchor=anchor)
        case = strangers.seen(case, event, party, book) if stranger else case
        decided = decided_at(event, case, book, party=party or clock_party(book, case, event))
        both = [decided, *duplicates(services.people, decided, case, book)]
        whole, beside = twins.followed(services, conn, both, case=case, book=book, org=org)
        there = known(services, conn, case, records.references(d.outcome for d in whole))
    except SystemFault:
        raise
    except AdapterError:
        return _meanwhile(conn, event, case)
    unit, body = unit_of(case, whole, there, org=org)
    return Made(unit=replace(unit, beside=beside), body=body, decided=decided)


def _meanwhile(conn: Connection, event: Event, case: Case | None) -> StoredEvent:
    """Return the event where it was stored while it was being refused: of the same event at once, one is first.

    Each read of PostgreSQL is of its own instant. Called with the refusal at hand, which stands unless the case has moved on
    since it was gathered: then it is judged anew. Raises Conflict, or the refusal. Decision 171.
    """
    stored = events.find(conn, event.event_id)
    if stored is not None:
        return stored
    if case is not None and cases.moved(conn, case):
        raise Conflict
    raise  # noqa: PLE0704 (the refusal)


def committed(services: Services, unit: Unit, body: bytes) -> Answer:
    """Return the answer to an event once what it writes is on the disk, with its audit row. Raises Conflict, SystemFault."""
    commit(services, audited(services, unit))
    return _accepted(unit, body)


def _accepted(unit: Unit, body: bytes) -> Answer:
    return Answer(status=ACCEPTED, event_id=unit.events[0].event_id, body=body)


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


def _rendered(services: Services, found: Made) -> bytes:
    """Return the answer with `rendered` per message and the table of consent: a dry run shows what would leave, and what not."""
    answer, case, outcome = orjson.loads(found.body), found.unit.case, found.decided.outcome
    book = services.books(case.today)
    answer["consent"] = consenttable.after(case, found.decided.event, outcome, book)
    documents = {m.id: m.body.decode() for m in outcome.messages if m.body}
    for message in answer["messages"]:
        message["rendered"] = documents.get(message["id"], "")
    return orjson.dumps(answer)
