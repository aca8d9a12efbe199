"""One use case, one transaction: events, case, resources, messages, deadlines, feed and audit, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import sleep
from typing import Final, TypeVar

import orjson

from adapter import codes, mappings
from adapter.access import audit as trail
from adapter.errors import Conflict, SystemFault
from adapter.ingest import records
from adapter.model import Case, Deadline, Message, Resource
from adapter.services import Services
from adapter.store import AuditRow, Connection, audit, cases, deadlines, events, feed, messages, resources
from adapter.store.events import StoredEvent
from adapter.store.feed import FeedItem
from adapter.store.message_rows import Versions
from adapter.store.resources import Write

T = TypeVar("T")
PAUSE: Final = 0.02
"""Seconds: the pause after a try is at most this, doubled with each."""
EVENT_SCHEMA: Final = "v1"
"""Version in `/schemas/events/<type>/v1`; every message row keeps it."""
VERSIONS: Final = Versions(event_schema=EVENT_SCHEMA, mapping=mappings.VERSION, code_tables=codes.EDITION)
TRIES: Final = 5
"""How often a use case gathers again when somebody else wrote first. fhir-model.md, 'A case is …'."""
HELD: Final = 3
"""The try from which on nobody else is let in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Everything one use case writes. `case` is as it was gathered; its version is asserted."""

    case: Case
    case_key: str | None
    now: datetime
    org: str
    person: tuple[str, str] | None = field(default=None, repr=False)
    renamed: tuple[tuple[str, str], tuple[str, str]] | None = field(default=None, repr=False)
    """The person's (new, former) number, where the event changes it."""
    events: tuple[StoredEvent, ...] = ()
    writes: tuple[Write, ...] = field(default=(), repr=False)
    messages: tuple[Message, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    feed: tuple[FeedItem, ...] = ()
    audit: tuple[AuditRow, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    """Further messages that were read, and the state each was in."""
    beside: tuple[Unit, ...] = ()
    """What follows in other cases of the same person."""

    def bare(self) -> Unit:
        """Return the unit with its cases as their writing asserts them, without what they hold."""
        case = replace(self.case, resources={}, bodies={}, needs={})
        return replace(self, case=case, beside=tuple(one.bare() for one in self.beside))


def write(conn: Connection, unit: Unit) -> None:
    """Write a unit on the caller's connection. Raises Conflict where somebody else wrote first."""
    for stored in unit.events:
        events.add(conn, stored)
    was = {m.id: m.state for m in unit.case.messages} | dict(unit.states)
    first = _advance(conn, unit, take=sum(m.id not in was and not m.seq for m in unit.messages))
    if unit.renamed is not None and unit.case_key is not None:
        cases.rename(conn, unit.case_key, unit.org, person=unit.renamed[0], former=unit.renamed[1])
    resources.put(conn, unit.writes)
    messages.put(
        conn, records.numbered(unit.messages, frozenset(was), first), now=unit.now, versions=VERSIONS, was=was
    )
    deadlines.put(conn, unit.deadlines)
    feed.append(conn, unit.feed)
    audit.append(conn, unit.audit)
    for one in unit.beside:
        write(conn, one)


def _advance(conn: Connection, unit: Unit, *, take: int) -> int:
    if unit.case_key is None:
        return 0
    if unit.case.key is None:
        return cases.create(
            conn, key=unit.case_key, org=unit.org, now=unit.now, person=unit.person, take=take
        )
    return cases.advance(conn, unit.case_key, expect_version=unit.case.version, take=take)


def retrying(services: Services, work: Callable[[], T], *, held: Callable[[], T] | None = None) -> T:
    """Return what `work` returns; gather again on conflict, at most five times. Raises SystemFault IPK-S003 then.

    Those who met take turns from the second try on: they meet only those who are new. Where those keep coming, the last tries
    are `held`, which does the same while nobody else writes in the case.
    """
    try:
        return work()
    except Conflict:
        services.shared.clear()
    with services.store.turn():
        for number in range(1, TRIES):
            try:
                return work() if held is None or number < HELD else held()
            except Conflict:
                services.shared.clear()
                sleep(services.random() * PAUSE * 2**number)
    raise SystemFault("IPK-S003")


def known(services: Services, conn: Connection, case: Case, references: Sequence[str]) -> dict[str, Resource]:
    """Return what is stored of resources beyond those of the case.

    Of a person who is new here only what belongs to no case can be there already: all other ids follow from the event.
    """
    shared = services.shared
    found = {r: shared[r] for r in references if r in shared}
    missing = [r for r in references if r not in case.resources and r not in found]
    if case.key is None:
        missing = [r for r in missing if r.partition("/")[0] in records.SHARED]
    if missing:
        read = {ref: orjson.loads(row.body) for ref, row in resources.many(conn, missing).items()}
        shared.update({ref: r for ref, r in read.items() if records.is_shared(r)})
        found |= read
    return found


def audited(services: Services, unit: Unit) -> Unit:
    """Return a unit with the audit row of the first event that it writes, in each case."""
    row = trail.written(services, unit.events[0], case_key=unit.case_key, org=unit.org, at=unit.now)
    return replace(unit, audit=(row,), beside=tuple(audited(services, one) for one in unit.beside))


def commit(services: Services, unit: Unit) -> None:
    """Write a unit in a transaction of its own; durable on return."""
    services.store.write(lambda conn: write(conn, unit))
