"""LOG_INNLAGT: a patient known to the municipality is admitted. HIS 1149, HIS 80704:2014. One event, 1; new or cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.head import Head
from adapter.kith.plo.logistics import ADMITTED, PAYLOAD, Logistics, event
from adapter.kith.plo.message import CANCELLATION, NEW, CareMessage, document, made, shipment
from adapter.kith.time import When

TYPE: Final = "LOG_INNLAGT"
STATUSES: Final = (NEW, CANCELLATION)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Innlagt(CareMessage):
    """A patient known to the municipality is admitted."""

    body: Logistics


def new(head: Head, *, at: When, status: str = NEW, withheld: bool | None = None, **care: Any) -> Innlagt:
    """Return the notice that the patient was admitted; `care` names who is responsible (HITS 1174)."""
    body = Logistics(
        shipment=shipment(status, withheld=withheld), step=ADMITTED, events=(event("1", at),), **care
    )
    return made(Innlagt, TYPE, head, body)


def parse(head: Head, body: Logistics) -> Innlagt:
    """Return the message of a head and body as read."""
    return Innlagt(head=head, body=body)


def build(message: Innlagt) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
