"""ORIENTERING_TJENESTETILBUD: which services of the municipality a patient has, for the GP. HIS 1146, HIS 80704:2014.

One service or more. New or cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.head import Head
from adapter.kith.plo.blocks import Assistance, Care, Service
from adapter.kith.plo.message import CANCELLATION, NEW, CareMessage, document, made, shipment
from adapter.kith.plo.tables import payload

TYPE: Final = "ORIENTERING_TJENESTETILBUD"
STATUSES: Final = (NEW, CANCELLATION)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Content(Care):
    """What the message says."""

    services: tuple[Service, ...] = ()
    assistance: tuple[Assistance, ...] = ()


PAYLOAD: Final = payload(
    Content,
    "OrienteringOmTjenestetilbud",
    "p3",
    folders=("OrienteringOmTjenestetilbud", "OrienteringOmTjenestetilbud"),
    elements=("EksisterendeTjeneste", "AssistertKommunikasjon"),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tjenestetilbud(CareMessage):
    """Which services of the municipality a patient has, for the GP."""

    body: Content


def new(head: Head, *, status: str = NEW, withheld: bool | None = None, **care: Any) -> Tjenestetilbud:
    """Return the message; `care` are the fields of its content."""
    return made(Tjenestetilbud, TYPE, head, Content(shipment=shipment(status, withheld=withheld), **care))


def parse(head: Head, body: Content) -> Tjenestetilbud:
    """Return the message of a head and body as read."""
    return Tjenestetilbud(head=head, body=body)


def build(message: Tjenestetilbud) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
