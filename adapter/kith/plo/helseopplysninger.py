"""HELSEOPPL_SOKNAD: what the municipality must know of a patient in hospital, for its services after discharge. HIS 1144, HIS 80704:2014.

Kind 9140/1 within 24 hours of the need, 9140/2 complete and replacing each time. New, change or cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from adapter.kith.codes import coded
from adapter.kith.head import Head
from adapter.kith.plo.blocks import (
    Application,
    Assistance,
    Care,
    Diagnosis,
    Event,
    Informed,
    Kind,
    Medical,
    Need,
)
from adapter.kith.plo.message import CANCELLATION, CHANGE, NEW, CareMessage, document, made, shipment
from adapter.kith.plo.tables import payload
from adapter.kith.raw import Raw

TYPE: Final = "HELSEOPPL_SOKNAD"
STATUSES: Final = (NEW, CHANGE, CANCELLATION)
LIST: Final = "9140"
"""List of the kinds of this message."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Content(Care):
    """What the message says."""

    kind: Kind | None = None
    stays: tuple[Event, ...] = ()
    application: Application | None = None
    diagnoses: tuple[tuple[Diagnosis, ...], ...] = ()
    medical: Medical | None = None
    nursing: tuple[Raw, ...] = ()
    other_groups: tuple[Raw, ...] = ()
    functions: tuple[Raw, ...] = ()
    assistance: tuple[Assistance, ...] = ()
    informed: tuple[tuple[Informed, ...], ...] = ()
    needs: tuple[Need, ...] = ()


PAYLOAD: Final = payload(
    Content,
    "HelseopplysningerVedSoknad",
    "p5",
    folders=("HelseopplysningerVedSoknad", "HelseopplysningerVedSoknad"),
    elements=(
        "TypeInnholdIMelding",
        "OpplysningOpphold",
        "OpplysningerTilSoknad",
        "InfoMedisinskDiagnose",
        "MedisinskfagligeOpplysninger",
        "Sykepleierdokumentasjon",
        "OpplysningerAndreFaggrupper",
        "InfoKartleggingFunksjonsniva",
        "InfoAssistertKommunikasjon",
        "InfoInformasjonGitt",
        "TjenesteBehov",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Helseopplysninger(CareMessage):
    """What the municipality must know of a patient in hospital, for its services after discharge."""

    body: Content


def new(
    head: Head, *, kind: str, status: str = NEW, withheld: bool | None = None, **care: Any
) -> Helseopplysninger:
    """Return the message; `kind` is of its list, `care` the fields of its content."""
    return made(
        Helseopplysninger,
        TYPE,
        head,
        Content(shipment=shipment(status, withheld=withheld), kind=Kind(code=coded(LIST, kind)), **care),
    )


def parse(head: Head, body: Content) -> Helseopplysninger:
    """Return the message of a head and body as read."""
    return Helseopplysninger(head=head, body=body)


def build(message: Helseopplysninger) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
