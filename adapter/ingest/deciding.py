"""What an event does at a case, and all it writes: the part of a use case that computes. Architecture, 'Gather → map → commit'.

It touches neither store nor clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from adapter import events as events_made
from adapter.events import Event
from adapter.events.envelope import OWN_SOURCE
from adapter.fhir import parts
from adapter.ids import People
from adapter.ingest import professionals, records
from adapter.ingest.commit import Unit
from adapter.ingest.gathering import numbers
from adapter.mappings import joining
from adapter.mappings.common import author_reference, organisation
from adapter.mappings.context import Context, Inbound
from adapter.mappings.decide import decide
from adapter.model import AddressBook, Case, Message, Outcome, Party, Resource
from adapter.store.events import StoredEvent

ACCEPTED: Final = 202


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One event decided at a case, not yet written."""

    event: Event
    outcome: Outcome
    party: Party | None
    author: str
    told: Resource | None = field(default=None, repr=False)
    """The Provenance of who wrote it over FHIR: what it says is kept in ours."""


def decided_at(
    event: Event, case: Case, book: AddressBook, *, party: Party | None, inbound: Inbound | None = None
) -> Decided:
    """Return the event decided at a case, with who is named as its author."""
    outcome = decide(event, case, book, party=party, inbound=inbound)
    ctx = Context(event=event, case=case, book=book, party=party, inbound=inbound)
    return Decided(event=event, outcome=outcome, party=party, author=author_reference(ctx))


def duplicates(
    people: People, decided: Decided, case: Case, book: AddressBook, *, inbound: Inbound | None = None
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
            people=people,
        )
        made.append(decided_at(one, after, book, party=decided.party))
        after = after.having(made[-1].outcome)
    return made


def unit_of(
    case: Case,
    decided: list[Decided],
    there: Mapping[str, Resource],
    *,
    org: str,
    extra: tuple[Message, ...] = (),
) -> tuple[Unit, bytes]:
    """Return everything that events decided in turn at one case write but its audit row, and the answer to the first.

    `there` is what is stored of the resources they mention, beyond those of the case.
    """
    now = case.now
    decided = [_agreed(one, {**there, **case.resources}) for one in decided]
    key = next((d.outcome.case_key for d in decided if d.outcome.case_key), case.key)
    merged: dict[str, Any] = {}
    for one in decided:
        merged |= {parts.of(r): r for r in one.outcome.resources}
    stamped = records.stamp(
        list(merged.values()), known={**there, **case.resources}, org=org, case_key=key, now=now
    )
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
    )
    return unit, bodies[0]


def _agreed(one: Decided, known: Mapping[str, Resource]) -> Decided:
    """Return an event decided, with the professionals that are known under another name left alone."""
    resources, warnings = professionals.agreed(one.outcome, one.event.data, known)
    if not warnings:
        return one
    outcome = replace(one.outcome, resources=resources, warnings=(*one.outcome.warnings, *warnings))
    return replace(one, outcome=outcome)


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
