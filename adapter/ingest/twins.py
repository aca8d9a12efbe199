"""What an event at one case of a person writes in the person's other cases, in the same transaction. E18; decision 162."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import orjson

from adapter import events as events_made
from adapter.events import Event
from adapter.events.envelope import OWN_SOURCE
from adapter.ingest import records
from adapter.ingest.commit import Unit, known
from adapter.ingest.deciding import Decided, decided_at, unit_of
from adapter.ingest.gathering import whole
from adapter.mappings import twins
from adapter.mappings.twins import Told
from adapter.model import AddressBook, Case, Party
from adapter.services import Services
from adapter.store import Connection


def followed(
    services: Services,
    conn: Connection,
    decided: Sequence[Decided],
    *,
    case: Case,
    book: AddressBook,
    org: str,
) -> tuple[list[Decided], tuple[Unit, ...]]:
    """Return what is decided at a case with what follows there of the person's other cases, and what those write beside it."""
    mine, after = list(decided), _after(case, decided)
    event = decided[0].event
    waiting, seen, units = list(twins.others(after)), {case.key}, []
    if not waiting or not twins.concerns(event, case, after):
        return mine, ()
    tell = _Tell(services, event, book, decided[0].party)
    said = orjson.loads(event.content)["data"]
    while waiting:
        key = waiting.pop(0)
        there = whole(conn, key, org=org, now=case.now)
        if key in seen or there.key is None:
            continue
        seen.add(key)
        waiting += twins.others(there)
        there = replace(there, twin=case.key if case.twin == key else None)
        back = tell(twins.carried(there, after, said), after) if there.twin else []
        mine += back
        after = _after(after, back)
        made = tell(twins.told(event, after, there, said), there)
        if made:
            stored = known(services, conn, there, records.references(d.outcome for d in made))
            units.append(unit_of(there, made, stored, org=org)[0])
    return mine, tuple(units)


def _after(case: Case, decided: Iterable[Decided]) -> Case:
    return reduce(lambda at, one: at.having(one.outcome), decided, case)


@dataclass(slots=True)
class _Tell:
    """Decides what follows of an event at a case: events of ours, numbered as they are made, for nobody has posted them to it."""

    services: Services
    event: Event
    book: AddressBook
    party: Party | None
    number: int = 0

    def __call__(self, listed: Iterable[Told], case: Case) -> list[Decided]:
        """Return the events decided in turn."""
        made: list[Decided] = []
        for one in listed:
            self.number += 1
            follows = events_made.make(
                source=OWN_SOURCE,
                id_=f"{self.event.event_id}-E18-{self.number}",
                type_=one.type,
                time=case.now,
                data=one.data,
                origin="clock",
                now=case.now,
                people=self.services.people,
                unnamed=True,
            )
            made.append(decided_at(follows, case, self.book, party=self.party))
            case = case.having(made[-1].outcome)
        return made
