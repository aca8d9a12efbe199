"""The address book by what the routing rules ask for: who serves a place, who is home. Made once per book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from adapter.model import AddressBook, Party, Same

MUNICIPALITY: Final = "102"
"""Organisation type of list 9040."""


@dataclass(frozen=True, slots=True)
class Index:
    """Look-ups over all rows of a book, of every validity; `valid` picks the ones of a day."""

    serving: Mapping[str, tuple[Party, ...]]
    """Municipality, or municipality/district, → parties in the order of the book."""
    with_districts: frozenset[str]
    """Municipalities that some party serves by district."""
    units: Mapping[str, tuple[Party, ...]]
    """Level-1 HER-id → home parties that are a coordinating unit."""


@lru_cache(maxsize=8)
def _made(same: Same[tuple[Party, ...]]) -> Index:
    serving: defaultdict[str, list[Party]] = defaultdict(list)
    units: defaultdict[str, list[Party]] = defaultdict(list)
    for party in same.value:
        for place in party.serves:
            serving[place].append(party)
        if party.home and party.unit and party.her_id:
            units[party.her_id].append(party)
    return Index(
        {place: tuple(found) for place, found in serving.items()},
        frozenset(place.partition("/")[0] for place in serving if "/" in place),
        {her: tuple(found) for her, found in units.items()},
    )


def municipal(book: AddressBook) -> frozenset[str]:
    """Return what names another organisation's unit of a municipality: references of its Organizations, its organisation number.

    Given the whole book it holds those whose rows have ended, too: what was stored names them still.
    """
    return frozenset(name for party in book.parties if _is_municipal(party) for name in _names(party))


def _is_municipal(party: Party) -> bool:
    return not party.home and (party.type == MUNICIPALITY or bool(party.serves))


def _names(party: Party) -> Iterator[str]:
    yield from (f"Organization/{id_}" for id_ in (party.level1_id, party.organisation_id))
    if party.orgnr:
        yield party.orgnr


def index(book: AddressBook) -> Index:
    """Return the index of a book; the same book gives the same one."""
    return _made(Same(book.parties))


def valid(party: Party, on: date) -> bool:
    """Return whether a row holds on a day."""
    return party.valid_from <= on and (party.valid_to is None or on <= party.valid_to)
