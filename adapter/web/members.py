"""What a client of another organisation is shown: rows of cases it is a member of, and rows that belong to no case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from adapter.access.policy import home
from adapter.fhir.query import Row
from adapter.mappings import membership
from adapter.model import Case
from adapter.rules.clocks import OSLO
from adapter.store import Connection, cases
from adapter.web.call import Call

OPEN: Final = frozenset({"Organization", "Endpoint", "HealthcareService", "Practitioner", "Device"})
"""Types that are about nobody's health, where they belong to no case."""


def shown(call: Call, conn: Connection, rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows that the caller may see: all, unless it asks for another organisation."""
    party_key = call.caller.party if call.caller else None
    if party_key is None:
        return tuple(rows)
    book = call.services.book()
    party = book.by_key(party_key)
    if party is None:  # no longer in the address book
        return ()
    on = call.now.astimezone(OSLO).date()
    known: dict[str, Case] = {}
    found = []
    for row in rows:
        if row.case is None:
            if row.type in OPEN:
                found.append(row)
            continue
        case = known.get(row.case)
        if case is None:
            case = known[row.case] = cases.gather(conn, org=home(book), now=call.now, case_key=row.case)
        if case.key is not None and membership.shown(case, party, book, type_=row.type, on=on):
            found.append(row)
    return tuple(found)


def limited(call: Call) -> bool:
    """Return whether the caller sees less than everything."""
    return call.caller is not None and call.caller.party is not None
