"""What another organisation is shown: rows of cases it is a member of, and rows that belong to no case. pjl § 22; pbrl § 3-6.

Asked of the case as it is, whenever something is shown or told: a consent that is withdrawn closes at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from adapter.access.policy import home
from adapter.fhir.query import Row
from adapter.mappings import membership
from adapter.model import AddressBook, Case
from adapter.rules.clocks import OSLO
from adapter.store import Connection, cases

OPEN: Final = frozenset({"Organization", "Endpoint", "HealthcareService", "Practitioner", "Device"})
"""Types that are about nobody's health, where they belong to no case."""


def shown(
    conn: Connection, rows: Iterable[Row], *, party_key: str, book: AddressBook, now: datetime
) -> tuple[Row, ...]:
    """Return the rows that a party's systems may see; none where the party is no longer in the address book."""
    party = book.by_key(party_key)
    if party is None:
        return ()
    on = now.astimezone(OSLO).date()
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
        if case.key is not None and membership.shown(case, party, book, type_=_judged(row), on=on):
            found.append(row)
    return tuple(found)


_PROPOSAL: Final = b'"intent":"proposal"'


def _judged(row: Row) -> str:
    """Return as which type a row is judged: a proposal says what the plan says, so what opens the plan opens it.

    Inside a string a quote is escaped, so the bytes say it of an element.
    """
    return "CarePlan" if row.type == "ServiceRequest" and _PROPOSAL in row.body else row.type
