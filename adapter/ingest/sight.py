"""The store as one write sees it: what is there, and what the write itself puts. Architecture, 'One transaction per use case'.

A write is worked out in the transaction that stores it, or ahead of it with a sight that only holds what it puts. What was
read ahead is asserted where it is written: a case by its version, all else by what `rests` tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import orjson

from adapter.errors import Conflict
from adapter.fhir.query import Row
from adapter.ingest.commit import Unit
from adapter.ingest.orders import Criteria
from adapter.model import Case, Resource
from adapter.store import Connection, cases, events, people, resources
from adapter.store.events import StoredEvent

Matched = tuple[tuple[str, int], ...]
"""What meets criteria: references, each with its version."""
Rest = tuple[tuple[str, int], ...]
"""References and the version that each was read in, 0 where there was none."""


def matches(rows: Iterable[Row]) -> Matched:
    """Return what rows are, without what they hold."""
    return tuple((f"{row.type}/{row.id}", row.version) for row in rows)


class Elsewhere(Exception):  # noqa: N818 (nothing is wrong)
    """A write has more to it than can be held ahead: it is worked out in its transaction."""


class Sight:
    """The store through one connection; whatever is put goes where `put` brings it."""

    def __init__(self, conn: Connection, put: Callable[[Connection, Unit], object]) -> None:
        self.conn = conn
        self._put = put
        self._own: dict[str, Row] = {}
        self._read: dict[str, Row | None] = {}
        self.matched: Matched = ()
        self._criteria: Criteria | None = None
        self._unseen: list[str] = []
        self._case: Case | None = None

    def event(self, event_id: str) -> StoredEvent | None:
        """Return an event, None where it is not there yet."""
        found = events.find(self.conn, event_id)
        if found is None:
            self._unseen.append(event_id)
        return found

    def gathered(self, case: Case) -> Case:
        """Hear of the case that the write is judged by, and return it."""
        self._case = case
        return case

    def overtaken(self) -> bool:
        """Return whether somebody else wrote between two of the reads that a refusal rests on: then it is judged anew.

        Each read of PostgreSQL is of its own instant; SQLite reads all at one. Decision 171.
        """
        if self._own:  # its case is its own until it commits
            return False
        if self._criteria is not None and matches(self._criteria(self.conn)) != self.matched:
            return True
        if self._case is not None and cases.moved(self.conn, self._case):
            return True
        return any(events.find(self.conn, one) is not None for one in self._unseen)

    def row(self, reference: str) -> Row | None:
        """Return what is behind a relative reference now, None where there is nothing."""
        own = self._own.get(reference)
        if own is not None:
            return own
        found = resources.many(self.conn, (reference,)).get(reference)
        self._read.setdefault(reference, found)
        return found

    def resource(self, reference: str) -> Resource | None:
        """Return the resource behind a relative reference, None where there is none."""
        found = self.row(reference)
        return None if found is None else orjson.loads(found.body)

    def found(self, criteria: Criteria) -> Sequence[Row]:
        """Return what meets criteria."""
        self._criteria = criteria
        rows = criteria(self.conn)
        self.matched = matches(rows)
        for row in rows:
            self._read.setdefault(f"{row.type}/{row.id}", row)
        return rows

    def expect(self, count: int) -> None:
        """Hear how many units will be put."""

    def put(self, unit: Unit) -> None:
        """Write a unit, and see it from then on."""
        self._put(self.conn, unit)
        for w in unit.writes:
            self._own[f"{w.type}/{w.id}"] = Row(
                type=w.type, id=w.id, version=w.version, updated=w.updated, body=w.body, case=w.case_key
            )

    def rests(self, case_key: str | None) -> Rest:
        """Return what was read beyond a case, whose version stands for all of it. Raises Elsewhere where that is another case's."""
        beyond = {ref: row for ref, row in self._read.items() if row is None or row.case != case_key}
        if any(row is not None and row.case is not None for row in beyond.values()):
            raise Elsewhere
        return tuple((ref, row.version if row else 0) for ref, row in beyond.items())


class Ahead(Sight):
    """A sight ahead of the transaction: it holds the one unit that is put. What a second one rests on it could not show."""

    def __init__(self, conn: Connection) -> None:
        super().__init__(conn, self._hold)
        self.unit: Unit | None = None

    def expect(self, count: int) -> None:
        """Raise Elsewhere for more than one."""
        if count > 1:
            raise Elsewhere

    def _hold(self, _conn: Connection, unit: Unit) -> None:
        self.unit = unit


def require(conn: Connection, unit: Unit, rests: Rest) -> None:
    """Raise Conflict unless everything is as it was read ahead, but for the case: its version is asserted as it is written."""
    if rests:
        found = resources.many(conn, [ref for ref, _ in rests])
        if any((found[ref].version if ref in found else 0) != version for ref, version in rests):
            raise Conflict
    if unit.case.key is None and unit.person is not None:
        system, value = unit.person
        if people.find(conn, unit.org, system=system, value=value):
            raise Conflict
