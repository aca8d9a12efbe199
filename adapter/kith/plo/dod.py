"""LOG_DOD: a patient has died. HIS 1149, HIS 80704:2014. One event, 13; new or cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.head import Head
from adapter.kith.plo.logistics import DEAD, PAYLOAD, Logistics, event
from adapter.kith.plo.message import CANCELLATION, NEW, CareMessage, document, made, shipment
from adapter.kith.time import When

TYPE: Final = "LOG_DOD"
STATUSES: Final = (NEW, CANCELLATION)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Dod(CareMessage):
    """A patient has died."""

    body: Logistics


def new(head: Head, *, at: When, status: str = NEW, withheld: bool | None = None, **care: Any) -> Dod:
    """Return the notice of a death."""
    body = Logistics(
        shipment=shipment(status, withheld=withheld), step=DEAD, events=(event("13", at),), **care
    )
    return made(Dod, TYPE, head, body)


def parse(head: Head, body: Logistics) -> Dod:
    """Return the message of a head and body as read."""
    return Dod(head=head, body=body)


def build(message: Dod) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
