"""Pasientlogistikk: where the patient is on the way through the hospital. HIS 1149, HIS 80704:2014.

One payload for five messages. The element that tells them apart is in the namespace of the message; what it holds is in
that of poKomponent. No health data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from adapter.kith.binding import Block, Field, block
from adapter.kith.codes import Code, coded
from adapter.kith.plo import tables
from adapter.kith.plo.blocks import Care, DischargedTo, Event, Informed
from adapter.kith.plo.tables import FIELDS, HEAD, NO_SHIPMENT, Payload
from adapter.kith.time import When

ADMITTED: Final = "MeldingInnlagtPasient"
READY: Final = "MeldingUtskrivningsklarPasient"
NOT_READY: Final = "AvmeldingUtskrivningsklarPasient"
DISCHARGED: Final = "MeldingOmUtskrevetPasient"
DEAD: Final = "OrienteringOmDod"
STEPS: Final = (DEAD, DISCHARGED, READY, NOT_READY, ADMITTED)
"""The choice of the schema."""
NAMESPACES: Final[Mapping[str, str]] = {
    "1.5": "http://www.kith.no/xmlstds/po/Pasientlogistikk/2009-06-30",
    "1.6": "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01",
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Logistics(Care):
    """What a message of logistics says."""

    step: str
    """The element that tells the five apart, one of `STEPS`."""
    events: tuple[Event, ...] = ()
    discharged_to: DischargedTo | None = None
    informed: tuple[tuple[Informed, ...], ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """V of the events, list 9121."""
        return tuple(event.code.v for event in self.events if event.code)


def event(code: str, at: When, *, estimate: bool = False, description: str = "") -> Event:
    """Return an event of list 9121; `estimate` where the time is only expected."""
    return Event(code=coded("9121", code), at=at, estimate=estimate, description=description)


def _made(version: str, shipment: Any = NO_SHIPMENT, **found: Any) -> Logistics:
    """Return what a payload says: the first step there is, with what it holds."""
    steps = {each: found.pop(each, None) for each in STEPS}
    step = next((each for each, held in steps.items() if held is not None), "")
    return Logistics(version=version, shipment=shipment, step=step, **found, **(steps.get(step) or {}))


def _taken(body: Logistics) -> tuple[Any, ...]:
    """Return the values in the order of the table: the head, then the choice."""
    held = (body.discharged_to, body.events, body.informed)
    b = body
    head = (b.shipment, b.circumstances, b.relatives, b.units, b.personnel, b.responsible, b.sent)
    return (*head, *(held if each == body.step else None for each in STEPS))


def _table(version: str) -> Block:
    spaces = {**tables.spaces(version), "p1": NAMESPACES[version]}
    known = FIELDS[version]
    rows = tuple(known[tag] for tag in ("UtskrevetTil", "TidsfestetHendelse", "InfoInformasjonGitt"))
    held = block(Block(dict, rows, spaces=spaces, take=lambda values: values))
    fields = (*(known[tag] for tag in HEAD), *(Field(f"p1:{step}", step, held) for step in STEPS))
    return Block(partial(_made, version), fields, spaces=spaces, take=_taken)


PAYLOAD: Final = Payload(
    root="Pasientlogistikk",
    prefix="p1",
    namespaces=NAMESPACES,
    blocks={version: _table(version) for version in tables.VERSIONS},
)


def place(code: str) -> Code:
    """Return a place that a patient is discharged to, list 8408."""
    return coded("8408", code)
