"""LOG_AVMELDING: a patient is no longer ready for discharge. HIS 1149, HIS 80704:2014. One event or more, 4 among them; new or cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.head import Head
from adapter.kith.plo.blocks import Event
from adapter.kith.plo.logistics import NOT_READY, PAYLOAD, Logistics, event
from adapter.kith.plo.message import CANCELLATION, NEW, CareMessage, document, made, shipment
from adapter.kith.time import When

TYPE: Final = "LOG_AVMELDING"
STATUSES: Final = (NEW, CANCELLATION)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Avmelding(CareMessage):
    """A patient is no longer ready for discharge."""

    body: Logistics


def new(
    head: Head,
    *,
    at: When,
    earlier: tuple[Event, ...] = (),
    status: str = NEW,
    withheld: bool | None = None,
    **care: Any,
) -> Avmelding:
    """Return the notice that the patient is not ready after all; `earlier` are the events 1 and 3 told before."""
    body = Logistics(
        shipment=shipment(status, withheld=withheld),
        step=NOT_READY,
        events=(*earlier, event("4", at)),
        **care,
    )
    return made(Avmelding, TYPE, head, body)


def parse(head: Head, body: Logistics) -> Avmelding:
    """Return the message of a head and body as read."""
    return Avmelding(head=head, body=body)


def build(message: Avmelding) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
