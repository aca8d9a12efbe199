"""Which stay an event is about, and who in the municipality is told of it. HIS 1149, HIS 1144; forskrift 2011-11-18-1115."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, TypeVar

from adapter.errors import EventError
from adapter.model import AddressBook, Party
from adapter.rules import anchors
from adapter.rules import book as books
from adapter.rules.routing import CASE_WORK, Route, places

Desk = Literal["care", "case-work"]

NURSES: Final = "KP02"
"""Sykepleietjeneste of list 8663."""
MENTAL_HEALTH: Final = "KP03"
"""Psykisk helsetjeneste of list 8666."""

SERVICES: Final[Mapping[tuple[Desk, str], tuple[str, ...]]] = MappingProxyType(
    {
        ("care", "somatic"): (NURSES,),
        ("care", "psychiatric"): (MENTAL_HEALTH, NURSES),
        ("case-work", "somatic"): (CASE_WORK,),
        ("case-work", "psychiatric"): (CASE_WORK,),
    }
)
"""(desk, course) → services of the municipality, best first."""

DESK: Final[Mapping[str, Desk]] = MappingProxyType(
    {
        "LOG_INNLAGT": "care",
        "LOG_UTSKREVET": "care",
        "LOG_DOD": "care",
        "UTSKRIVNINGSRAPPORT": "care",
        "HELSEOPPL_SOKNAD": "case-work",
        "LOG_UTSKRIVNINGSKLAR": "case-work",
        "LOG_AVMELDING": "case-work",
    }
)
"""Type of message → where the municipality reads it. HIS 1149, HIS 1144, HIS 1148."""

DISCHARGED_TO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "home": "1",
        "patient-hotel": "10",
        "nursing-home": "11",
        "municipal-acute": "21",
        "other-hospital": "3",
        "abroad": "5",
        "other-unit": "7",
        "other": "88",
        "unknown": "98",
    }
)
"""Destination of E48 → list 8408."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay as the rules see it."""

    id: str
    known_as: str | None
    provider: str


S = TypeVar("S", bound=Stay)


def check_new(running: Sequence[Stay], *, provider: str) -> None:
    """Raise EventError IPK-E071 where the patient is an inpatient of the same organisation already."""
    if any(stay.provider == provider for stay in running):
        raise EventError("IPK-E071", at="$.type")


def running(stays: Sequence[S], *, known_as: str | None, provider: str) -> S:
    """Return the stay that an event is about: the one it names, else the one at its organisation.

    Raises EventError IPK-E070 where there is none.
    """
    mine = [stay for stay in stays if stay.provider == provider]
    found = [stay for stay in mine if known_as is None or stay.known_as in (None, known_as)]
    if not found:
        raise EventError("IPK-E070", at="$.data.correlation.encounterId" if known_as and mine else "$.type")
    return found[0]


def receiver(
    book: AddressBook,
    *,
    type_: str,
    course: str,
    municipality: str | None,
    district: str | None = None,
    on: date,
) -> Route:
    """Return who in a municipality gets a message of care: nurses, mental health service or case work.

    The district's service before the municipality's, the best service of the course before the next.
    """
    found = books.index(book)
    listed = (place for place, _ in places(municipality, district)) if municipality else ()
    parties = [p for place in listed for p in found.serving.get(place, ()) if books.valid(p, on)]
    wanted = SERVICES[DESK[type_], course]
    for service in wanted:
        for party in parties:
            if party.service == service and party.unit_her_id is not None:
                rule = "receiver-care" if service == wanted[0] else "receiver-care-instead"
                return Route(party=party, reasons=(anchors.fixed(rule, party.key),))
    return Route(
        party=None, reasons=(anchors.fixed("receiver-care-none", "ingen mottaker"),), unrouted="IPK-E077"
    )


def takes(party: Party, type_: str) -> bool:
    """Return whether a party reads this message of care in the version that we write."""
    return party.accepts(type_, "1.6")
