"""UTSKRIVNINGSRAPPORT: what the nurses of the municipality must know on the day of discharge. HIS 1148, HIS 80704:2014.

Kind of 9139. New, change or cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.codes import coded
from adapter.kith.head import Head
from adapter.kith.plo.blocks import Assistance, Care, Diagnosis, Event, Informed, Kind, Medical, Need
from adapter.kith.plo.message import CANCELLATION, CHANGE, NEW, CareMessage, document, made, shipment
from adapter.kith.plo.tables import payload
from adapter.kith.raw import Raw

TYPE: Final = "UTSKRIVNINGSRAPPORT"
STATUSES: Final = (NEW, CHANGE, CANCELLATION)
LIST: Final = "9139"
"""List of the kinds of this message."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Content(Care):
    """What the message says."""

    kind: Kind | None = None
    stays: tuple[Event, ...] = ()
    diagnoses: tuple[tuple[Diagnosis, ...], ...] = ()
    medical: Medical | None = None
    medicines: tuple[Raw, ...] = ()
    important: tuple[Raw, ...] = ()
    nursing: tuple[Raw, ...] = ()
    other_groups: tuple[Raw, ...] = ()
    functions: tuple[Raw, ...] = ()
    needs: tuple[Need, ...] = ()
    informed: tuple[tuple[Informed, ...], ...] = ()
    assistance: tuple[Assistance, ...] = ()
    reservations: tuple[Raw, ...] = ()
    appointments: tuple[Raw, ...] = ()
    aids: tuple[Raw, ...] = ()


PAYLOAD: Final = payload(
    Content,
    "TverrfagligEpikrise",
    "p8",
    folders=("TverrfagligEpikrise", "TverrfagligEpikrise"),
    elements=(
        "TypeInnholdIMelding",
        "OpplysningOpphold",
        "InfoMedisinskDiagnose",
        "MedisinskfagligeOpplysninger",
        "epj3:Legemiddelinfo",
        "InfoAndreViktigeOpplysninger",
        "Sykepleierdokumentasjon",
        "OpplysningerAndreFaggrupper",
        "InfoKartleggingFunksjonsniva",
        "TjenesteBehov",
        "InfoInformasjonGitt",
        "InfoAssistertKommunikasjon",
        "InfoReservasjon",
        "InfoKontrolltime",
        "OpplysningerOmHjelpemidler",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Utskrivningsrapport(CareMessage):
    """What the nurses of the municipality must know on the day of discharge."""

    body: Content


def new(
    head: Head, *, kind: str, status: str = NEW, withheld: bool | None = None, **care: Any
) -> Utskrivningsrapport:
    """Return the message; `kind` is of its list, `care` the fields of its content."""
    return made(
        Utskrivningsrapport,
        TYPE,
        head,
        Content(shipment=shipment(status, withheld=withheld), kind=Kind(code=coded(LIST, kind)), **care),
    )


def parse(head: Head, body: Content) -> Utskrivningsrapport:
    """Return the message of a head and body as read."""
    return Utskrivningsrapport(head=head, body=body)


def build(message: Utskrivningsrapport) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
