"""What another organisation is shown: rows of cases it is a member of, and rows that belong to no case. pjl § 22; pbrl § 3-6.

Asked of the case as it is, whenever something is shown or told: a consent that is withdrawn closes at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

import orjson

from adapter import timing
from adapter.access.policy import home
from adapter.fhir.query import Row
from adapter.mappings import membership
from adapter.model import AddressBook, Case, Party, Resource
from adapter.store import Connection, cases, resources

OPEN: Final = frozenset({"Organization", "Endpoint", "HealthcareService", "Practitioner", "Device"})
"""Types that are about nobody's health, where they belong to no case."""
_VERSIONS: Final = 200
"""Versions of the Task of a need that are looked at, where it may have been sent before."""


def shown(
    conn: Connection, rows: Iterable[Row], *, party_key: str, book: AddressBook, now: datetime
) -> tuple[Row, ...]:
    """Return the rows that a party's systems may see; none where the party is no longer in the address book."""
    party = book.by_key(party_key)
    if party is None:
        return ()
    on = timing.day(now)
    known: dict[str, Case] = {}
    found = []
    for row in rows:
        if row.case is None:
            if row.type in OPEN:
                found.append(row)
            continue
        case = known.get(row.case)
        if case is None:
            case = known[row.case] = cases.gather(conn, org=home(book), now=now, case_key=row.case)
        if case.key is not None and _shows(conn, case, party, book, row=row, on=on):
            found.append(row)
    return tuple(found)


def _shows(conn: Connection, case: Case, party: Party, book: AddressBook, *, row: Row, on: date) -> bool:
    said = orjson.loads(row.body) if row.type in membership.SAID else None

    def earlier(task: str) -> Iterable[Resource]:
        listed = resources.history(conn, "Task", task, count=_VERSIONS, below=resources.NEWEST, since=0)
        return (orjson.loads(one.body) for one in listed)

    return membership.shown(case, party, book, type_=row.type, on=on, said=said, earlier=earlier)
