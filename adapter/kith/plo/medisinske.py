"""MEDISINSKE_OPPLYSNINGER: what the GP tells the municipality of a patient. HIS 1147, HIS 80704:2014.

Kind of 9138. New or cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.codes import coded
from adapter.kith.head import Head
from adapter.kith.plo.blocks import Application, Assistance, Care, Diagnosis, Informed, Kind, Medical, Need
from adapter.kith.plo.message import CANCELLATION, NEW, CareMessage, document, made, shipment
from adapter.kith.plo.tables import payload
from adapter.kith.raw import Raw

TYPE: Final = "MEDISINSKE_OPPLYSNINGER"
STATUSES: Final = (NEW, CANCELLATION)
LIST: Final = "9138"
"""List of the kinds of this message."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Content(Care):
    """What the message says."""

    kind: Kind | None = None
    application: Application | None = None
    diagnoses: tuple[tuple[Diagnosis, ...], ...] = ()
    medical: Medical | None = None
    medicines: tuple[Raw, ...] = ()
    iplos: tuple[Raw, ...] = ()
    other_groups: tuple[Raw, ...] = ()
    functions: tuple[Raw, ...] = ()
    assistance: tuple[Assistance, ...] = ()
    informed: tuple[tuple[Informed, ...], ...] = ()
    needs: tuple[Need, ...] = ()
    important: tuple[Raw, ...] = ()
    reservations: tuple[Raw, ...] = ()


PAYLOAD: Final = payload(
    Content,
    "OverforingMedisinskeOpplysninger",
    "p4",
    folders=("OverforingMedisinskeOpplysninger", "MedisinskeOpplysninger"),
    elements=(
        "TypeInnholdIMelding",
        "OpplysningerTilSoknad",
        "InfoMedisinskDiagnose",
        "MedisinskfagligeOpplysninger",
        "epj3:Legemiddelinfo",
        "InfoIPLOSrelevantInformasjon",
        "OpplysningerAndreFaggrupper",
        "InfoKartleggingFunksjonsniva",
        "InfoAssistertKommunikasjon",
        "InfoInformasjonGitt",
        "TjenesteBehov",
        "InfoAndreViktigeOpplysninger",
        "InfoReservasjon",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Medisinske(CareMessage):
    """What the GP tells the municipality of a patient."""

    body: Content


def new(head: Head, *, kind: str, status: str = NEW, withheld: bool | None = None, **care: Any) -> Medisinske:
    """Return the message; `kind` is of its list, `care` the fields of its content."""
    return made(
        Medisinske,
        TYPE,
        head,
        Content(shipment=shipment(status, withheld=withheld), kind=Kind(code=coded(LIST, kind)), **care),
    )


def parse(head: Head, body: Content) -> Medisinske:
    """Return the message of a head and body as read."""
    return Medisinske(head=head, body=body)


def build(message: Medisinske) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
