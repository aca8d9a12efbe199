"""INNLEGGELSESRAPPORT: what the hospital must know of a patient with services at home. HIS 1143, HIS 80704:2014.

Sent at once, and within 24 hours of admission. New, change or cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.head import Head
from adapter.kith.plo.blocks import Assistance, Care, Diagnosis, Informed, Medical, Service
from adapter.kith.plo.message import CANCELLATION, CHANGE, NEW, CareMessage, document, made, shipment
from adapter.kith.plo.tables import payload
from adapter.kith.raw import Raw

TYPE: Final = "INNLEGGELSESRAPPORT"
STATUSES: Final = (NEW, CHANGE, CANCELLATION)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Content(Care):
    """What the message says."""

    diagnoses: tuple[tuple[Diagnosis, ...], ...] = ()
    medical: Medical | None = None
    medicines: tuple[Raw, ...] = ()
    services: tuple[Service, ...] = ()
    functions: tuple[Raw, ...] = ()
    important: tuple[Raw, ...] = ()
    nursing: tuple[Raw, ...] = ()
    other_groups: tuple[Raw, ...] = ()
    aids: tuple[Raw, ...] = ()
    assistance: tuple[Assistance, ...] = ()
    reservations: tuple[Raw, ...] = ()
    informed: tuple[tuple[Informed, ...], ...] = ()


PAYLOAD: Final = payload(
    Content,
    "Innleggelsesrapport",
    "p7",
    folders=("Innleggelsesrapport", "Innleggelsesrapport"),
    elements=(
        "InfoMedisinskDiagnose",
        "MedisinskfagligeOpplysninger",
        "epj3:Legemiddelinfo",
        "EksisterendeTjeneste",
        "InfoKartleggingFunksjonsniva",
        "InfoAndreViktigeOpplysninger",
        "Sykepleierdokumentasjon",
        "OpplysningerAndreFaggrupper",
        "OpplysningerOmHjelpemidler",
        "InfoAssistertKommunikasjon",
        "InfoReservasjon",
        "InfoInformasjonGitt",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Innleggelsesrapport(CareMessage):
    """What the hospital must know of a patient with services at home."""

    body: Content


def new(head: Head, *, status: str = NEW, withheld: bool | None = None, **care: Any) -> Innleggelsesrapport:
    """Return the message; `care` are the fields of its content."""
    return made(
        Innleggelsesrapport, TYPE, head, Content(shipment=shipment(status, withheld=withheld), **care)
    )


def parse(head: Head, body: Content) -> Innleggelsesrapport:
    """Return the message of a head and body as read."""
    return Innleggelsesrapport(head=head, body=body)


def build(message: Innleggelsesrapport) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
