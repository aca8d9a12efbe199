"""HELSEOPPLYSNINGER_LEGE: what the municipality tells the GP of a patient. HIS 1145, HIS 80704:2014.

Kind of 9137. New or cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.codes import simple
from adapter.kith.head import Head
from adapter.kith.plo.blocks import Assistance, Care, Diagnosis, Informed, Kind, Medical
from adapter.kith.plo.message import CANCELLATION, NEW, CareMessage, document, made, shipment
from adapter.kith.plo.tables import payload
from adapter.kith.raw import Raw

TYPE: Final = "HELSEOPPLYSNINGER_LEGE"
STATUSES: Final = (NEW, CANCELLATION)
LIST: Final = "9137"
"""List of the kinds of this message."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Content(Care):
    """What the message says."""

    kind: Kind | None = None
    diagnoses: tuple[tuple[Diagnosis, ...], ...] = ()
    medical: Medical | None = None
    medicines: tuple[Raw, ...] = ()
    important: tuple[Raw, ...] = ()
    nursing: tuple[Raw, ...] = ()
    functions: tuple[Raw, ...] = ()
    informed: tuple[tuple[Informed, ...], ...] = ()
    assistance: tuple[Assistance, ...] = ()
    reservations: tuple[Raw, ...] = ()


PAYLOAD: Final = payload(
    Content,
    "Konsultasjon",
    "p6",
    folders=("Konsultasjon", "HelseopplysningerTilLege"),
    elements=(
        "InnholdKonsultasjon",
        "InfoMedisinskDiagnose",
        "MedisinskfagligeOpplysninger",
        "epj3:Legemiddelinfo",
        "InfoAndreViktigeOpplysninger",
        "Sykepleierdokumentasjon",
        "InfoKartleggingFunksjonsniva",
        "InfoInformasjonGitt",
        "InfoAssistertKommunikasjon",
        "InfoReservasjon",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TilLege(CareMessage):
    """What the municipality tells the GP of a patient."""

    body: Content


def new(head: Head, *, kind: str, status: str = NEW, withheld: bool | None = None, **care: Any) -> TilLege:
    """Return the message; `kind` is of its list, `care` the fields of its content."""
    return made(
        TilLege,
        TYPE,
        head,
        Content(shipment=shipment(status, withheld=withheld), kind=Kind(code=simple(LIST, kind)), **care),
    )


def parse(head: Head, body: Content) -> TilLege:
    """Return the message of a head and body as read."""
    return TilLege(head=head, body=body)


def build(message: TilLege) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
