"""accept(event): gather → map → one transaction. contract.md, 'HTTP: events'."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from adapter import events as events_made
from adapter.access import audit as trail
from adapter.errors import EventError, RoutingError
from adapter.events import Event
from adapter.events.envelope import OWN_SOURCE
from adapter.fhir import parts
from adapter.ingest import consenttable, records
from adapter.ingest.commit import Unit, commit, known, retrying
from adapter.ingest.gathering import clock_party, gather, numbers
from adapter.mappings import joining
from adapter.mappings.common import author_reference, organisation
from adapter.mappings.context import Context, Inbound
from adapter.mappings.decide import decide
from adapter.model import AddressBook, Case, Message, Outcome, Party, Resource
from adapter.services import Services
from adapter.store import events
from adapter.store.events import StoredEvent

ACCEPTED: Final = 202
REPLAYED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender of an event is told: HTTP status and JSON body."""

    status: int
    event_id: str
    body: bytes = field(repr=False)
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One event decided at a case, not yet written."""

    event: Event
    outcome: Outcome
    party: Party | None
    author: str
    told: Resource | None = field(default=None, repr=False)
    """The Provenance of who wrote it over FHIR: what it says is kept in ours."""


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
        acting = party or clock_party(book, case, event)
        decided = decided_at(event, case, book, party=acting)
        whole = [decided, *duplicates(services, decided, case, book)]
        there = known(services, conn, case, tuple(d.outcome for d in whole))
    unit, body = unit_of(services, case, whole, there, org=org)
    if dry_run:
        return Answer(status=REPLAYED, event_id=event.event_id, body=_rendered(body, decided, case, book))
    commit(services, unit)
    return Answer(status=ACCEPTED, event_id=event.event_id, body=body)


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


# ── map ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decided_at(
    event: Event, case: Case, book: AddressBook, *, party: Party | None, inbound: Inbound | None = None
) -> Decided:
    """Return the event decided at a case, with who is named as its author."""
    outcome = decide(event, case, book, party=party, inbound=inbound)
    ctx = Context(event=event, case=case, book=book, party=party, inbound=inbound)
    return Decided(event=event, outcome=outcome, party=party, author=author_reference(ctx))


def duplicates(
    services: Services, decided: Decided, case: Case, book: AddressBook, *, inbound: Inbound | None = None
) -> list[Decided]:
    """Return the E11 for each need that an E01, decided at a case, reports again: they are written with it."""
    event = decided.event
    ctx = Context(event=event, case=case, book=book, party=decided.party, inbound=inbound)
    after, made = case.having(decided.outcome), []
    for number, data in enumerate(joining.detected(ctx)):
        one = events_made.make(
            source=OWN_SOURCE,
            id_=f"{event.event_id}-E11" + (f"-{number + 1}" if number else ""),
            type_=joining.EVENT,
            time=case.now,
            data=data,
            origin="clock",
            now=case.now,
            people=services.people,
        )
        made.append(decided_at(one, after, book, party=decided.party))
        after = after.having(made[-1].outcome)
    return made


def unit_of(
    services: Services,
    case: Case,
    decided: list[Decided],
    there: Any,
    *,
    org: str,
    extra: tuple[Message, ...] = (),
) -> tuple[Unit, bytes]:
    """Return everything that events decided in turn at one case write, and the answer to the first."""
    now = case.now
    key = next((d.outcome.case_key for d in decided if d.outcome.case_key), case.key)
    merged: dict[str, Any] = {}
    for one in decided:
        merged |= {parts.of(r): r for r in one.outcome.resources}
    stamped = records.stamp(list(merged.values()), known=there, org=org, case_key=key, now=now)
    all_messages = _messages(decided, extra)
    proven = records.stamp(_proofs(decided, stamped, now), known={}, org=org, case_key=key, now=now)
    bodies = [
        orjson.dumps(
            records.answer(
                d.event,
                d.outcome,
                (*_of(d, stamped, alone=len(decided) == 1), *(proven.effects if i == 0 else ())),
            )
        )
        for i, d in enumerate(decided)
    ]
    unit = Unit(
        case=case,
        case_key=key,
        now=now,
        org=org,
        person=next((d.outcome.patient_identifier for d in decided if d.outcome.patient_identifier), None),
        renamed=None if case.twin else numbers(decided[0].event),
        events=tuple(
            _stored(d, body, org=org, key=key, now=now) for d, body in zip(decided, bodies, strict=True)
        ),
        writes=stamped.writes + proven.writes,
        messages=all_messages,
        deadlines=tuple({x.id: x for d in decided for x in d.outcome.deadlines}.values()),
        feed=records.feed(
            [(d.event, d.outcome.status) for d in decided],
            all_messages,
            stamped.writes,
            org=org,
            now=now,
        ),
        audit=(trail.written(services, decided[0].event, case_key=key, org=org, at=now),),
    )
    return unit, bodies[0]


def _proofs(decided: list[Decided], stamped: records.Stamped, now: Any) -> list[Resource]:
    """Return the Provenances of events decided in turn."""
    return [
        r
        for d in decided
        for r in records.proven(
            d.event,
            d.outcome,
            stamped.effects,
            author=d.author,
            org=organisation(d.party),
            now=now,
            told=d.told,
        )
    ]


def _of(decided: Decided, stamped: records.Stamped, *, alone: bool) -> tuple[records.Effect, ...]:
    if alone:
        return stamped.effects
    mine = {parts.of(r) for r in decided.outcome.resources}
    return tuple(e for e in stamped.effects if e.reference in mine)


def _messages(decided: list[Decided], extra: tuple[Message, ...]) -> tuple[Message, ...]:
    found = {m.id: m for m in extra}
    for one in decided:
        found |= {m.id: m for m in one.outcome.messages}
    return tuple(found.values())


def _stored(decided: Decided, body: bytes, *, org: str, key: str | None, now: Any) -> StoredEvent:
    event = decided.event
    return StoredEvent(
        event_id=event.event_id,
        org=org,
        source=event.source,
        id=event.id,
        type=event.type,
        digest=event.digest,
        status_code=ACCEPTED,
        answer=body,
        content=event.content,
        received_at=now,
        case_key=key,
        melde_id=decided.outcome.case.get("meldeId"),
    )


def _rendered(body: bytes, decided: Decided, case: Case, book: AddressBook) -> bytes:
    """Return the answer with `rendered` per message and the table of consent: a dry run shows what would leave, and what not."""
    answer, outcome = orjson.loads(body), decided.outcome
    answer["consent"] = consenttable.after(case, decided.event, outcome, book)
    documents = {m.id: m.body.decode() for m in outcome.messages if m.body}
    for message in answer["messages"]:
        message["rendered"] = documents.get(message["id"], "")
    return orjson.dumps(answer)
