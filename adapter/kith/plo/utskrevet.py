"""LOG_UTSKREVET: a patient was discharged, and where to. HIS 1149, HIS 80704:2014. One event, 2, and UtskrevetTil; new or cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.head import Head
from adapter.kith.plo.blocks import DischargedTo
from adapter.kith.plo.logistics import DISCHARGED, PAYLOAD, Logistics, event, place
from adapter.kith.plo.message import CANCELLATION, NEW, CareMessage, document, made, shipment
from adapter.kith.time import When

TYPE: Final = "LOG_UTSKREVET"
STATUSES: Final = (NEW, CANCELLATION)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Utskrevet(CareMessage):
    """A patient was discharged, and where to."""

    body: Logistics


def new(
    head: Head, *, at: When, to: str, status: str = NEW, withheld: bool | None = None, **care: Any
) -> Utskrevet:
    """Return the notice that the patient was discharged; `to` is a value of 8408."""
    body = Logistics(
        shipment=shipment(status, withheld=withheld), step=DISCHARGED, events=(event("2", at),),
        discharged_to=DischargedTo(place=place(to)), **care,
    )  # fmt: skip
    return made(Utskrevet, TYPE, head, body)


def parse(head: Head, body: Logistics) -> Utskrevet:
    """Return the message of a head and body as read."""
    return Utskrevet(head=head, body=body)


def build(message: Utskrevet) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
