"""LOG_UTSKRIVNINGSKLAR: a patient in hospital is ready for discharge. HIS 1149, HIS 80704:2014. Two events, 1 and 3; new or cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.head import Head
from adapter.kith.plo.logistics import PAYLOAD, READY, Logistics, event
from adapter.kith.plo.message import CANCELLATION, NEW, CareMessage, document, made, shipment
from adapter.kith.time import When

TYPE: Final = "LOG_UTSKRIVNINGSKLAR"
STATUSES: Final = (NEW, CANCELLATION)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Utskrivningsklar(CareMessage):
    """A patient in hospital is ready for discharge."""

    body: Logistics


def new(
    head: Head, *, admitted: When, ready: When, status: str = NEW, withheld: bool | None = None, **care: Any
) -> Utskrivningsklar:
    """Return the notice that the patient is ready; `care` names who decided it (HITS 1174)."""
    events = (event("1", admitted), event("3", ready))
    body = Logistics(shipment=shipment(status, withheld=withheld), step=READY, events=events, **care)
    return made(Utskrivningsklar, TYPE, head, body)


def parse(head: Head, body: Logistics) -> Utskrivningsklar:
    """Return the message of a head and body as read."""
    return Utskrivningsklar(head=head, body=body)


def build(message: Utskrivningsklar) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
