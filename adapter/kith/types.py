"""The table of message types: one row each, and the editions of payloads that a receipt must follow. HITS 1168 8.3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from adapter.kith import (
    avvik,
    dialog_read,
    foresporsel,
    helsefaglig,
    henvisningsstatus,
    innbygger,
    notat,
    svar,
)
from adapter.kith.apprec import Version
from adapter.kith.dialog import V1_0, V1_1, Dialogue, Notes
from adapter.kith.head import Head
from adapter.kith.plo import (
    avmelding,
    dod,
    helseopplysninger,
    innlagt,
    innleggelsesrapport,
    logistics,
    medisinske,
    til_lege,
    tjenestetilbud,
    utskrevet,
    utskrivningsklar,
    utskrivningsrapport,
)
from adapter.kith.plo.blocks import Care
from adapter.kith.plo.message import CareMessage
from adapter.kith.plo.tables import Payload
from adapter.kith.rule import Rule

Message = Dialogue | CareMessage
"""A message that the adapter can read. All have `head`, `body` and `version`."""
Body = Notes | Care
"""What its payload says."""


Model = type[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageType:
    """One message type that is supported: type and namespace of the payload decide which row a message has."""

    type: str
    """Value of list 8279."""
    version: str
    namespace: str
    root: str
    apprec_version: Version
    model: Model
    read: Callable[[etree._Element], Any]
    """Returns the body of a payload."""
    parse: Callable[[Head, Any], Message]
    build: Callable[[Any], str]
    standard: str
    sender: str
    receiver: str
    """Who sends it, and to which service: a list and values of it, `any` where the standard leaves it open."""
    statuses: tuple[str, ...] = ()
    """Of 7309, where the message has one."""
    rules: tuple[Rule, ...] = ()
    """What it obeys beside the rules of every message and its schema."""
    written: bool = True
    """Whether the adapter makes such messages; else it only reads them."""

    @property
    def key(self) -> str:
        """`TYPE/version`, as an address book lists what a party takes."""
        return f"{self.type}/{self.version}"


def _dialogue(
    module: Any,
    model: Model,
    *,
    standard: str,
    sender: str = "any",
    receiver: str = "any",
    written: bool = True,
) -> MessageType:
    """Return the row of a Dialogmelding."""
    edition_ = edition(module.DIALECT.namespace)
    return MessageType(
        type=module.TYPE, version=edition_.version, namespace=module.DIALECT.namespace, root="Dialogmelding",
        apprec_version=edition_.apprec_version, model=model, read=dialog_read.read, parse=module.parse,
        build=module.build, standard=standard, sender=sender, receiver=receiver, rules=module.RULES,
        written=written,
    )  # fmt: skip


def _care(
    module: Any, model: Model, *, standard: str, sender: str, receiver: str, payload: Payload | None = None
) -> tuple[MessageType, ...]:
    """Return the rows of a message of care: 1.6, and 1.5 that is only read."""
    held: Payload = payload or module.PAYLOAD
    return tuple(
        MessageType(
            type=module.TYPE, version=version, namespace=space, root=held.root,
            apprec_version=edition(space).apprec_version, model=model, read=held.read, parse=module.parse,
            build=module.build, standard=standard, sender=sender, receiver=receiver, statuses=module.STATUSES,
            rules=module.RULES, written=version == "1.6",
        )
        for version, space in held.namespaces.items()
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Version of a payload standard by its namespace, and the AppRec it is receipted with."""

    begins: str
    ends: str
    version: str
    apprec_version: Version


EDITIONS: Final = (
    Edition(begins=V1_0.namespace, ends="", version="1.0", apprec_version="1.0"),
    Edition(begins=V1_1.namespace, ends="", version="1.1", apprec_version="1.1"),
    Edition(begins="http://www.kith.no/xmlstds/po/", ends="/2009-06-30", version="1.5", apprec_version="1.0"),
    Edition(begins="http://www.kith.no/xmlstds/po/", ends="/2012-04-01", version="1.6", apprec_version="1.1"),
)
UNKNOWN_EDITION: Final = Edition(begins="", ends="", version="", apprec_version="1.0")
"""A payload of no known standard is receipted with the version that everyone reads."""


def edition(namespace: str) -> Edition:
    """Return the edition that a payload's namespace stands for."""
    found = (row for row in EDITIONS if namespace.startswith(row.begins) and namespace.endswith(row.ends))
    return next(found, UNKNOWN_EDITION)


_HOSPITAL: Final = "9040: 101"
_MUNICIPALITY: Final = "9040: 102"
_GP: Final = "9040: 103"
_NURSES: Final = "8663: KP02; 8666: KP03"
_CASE_HANDLING: Final = "8663: KD0501"
_WARD: Final = "8668: 1, 2"

TABLE: Final[tuple[MessageType, ...]] = (
    _dialogue(foresporsel, foresporsel.Foresporsel, standard="HIS 1152:2006"),
    _dialogue(svar, svar.Svar, standard="HIS 1152:2006"),
    _dialogue(notat, notat.Notat, standard="HIS 80603:2006"),
    _dialogue(avvik, avvik.Avvik, standard="HIS 1151:2006"),
    _dialogue(innbygger, innbygger.Innbygger, standard="HITS 1217:2018"),
    _dialogue(helsefaglig, helsefaglig.Helsefaglig, standard="HIS 1077:2017"),
    _dialogue(henvisningsstatus, henvisningsstatus.Henvisningsstatus, standard="HIS 1206:2018", sender=_HOSPITAL,
              written=False),
    *_care(innlagt, innlagt.Innlagt, payload=logistics.PAYLOAD, standard="HIS 1149", sender=_HOSPITAL,
           receiver=_NURSES),
    *_care(utskrivningsklar, utskrivningsklar.Utskrivningsklar, payload=logistics.PAYLOAD, standard="HIS 1149",
           sender=_HOSPITAL, receiver=_CASE_HANDLING),
    *_care(avmelding, avmelding.Avmelding, payload=logistics.PAYLOAD, standard="HIS 1149", sender=_HOSPITAL,
           receiver=_CASE_HANDLING),
    *_care(utskrevet, utskrevet.Utskrevet, payload=logistics.PAYLOAD, standard="HIS 1149", sender=_HOSPITAL,
           receiver=_NURSES),
    *_care(dod, dod.Dod, payload=logistics.PAYLOAD, standard="HIS 1149", sender="any", receiver="any"),
    *_care(helseopplysninger, helseopplysninger.Helseopplysninger, standard="HIS 1144", sender=_HOSPITAL,
           receiver=_CASE_HANDLING),
    *_care(innleggelsesrapport, innleggelsesrapport.Innleggelsesrapport, standard="HIS 1143", sender=_MUNICIPALITY,
           receiver=_WARD),
    *_care(utskrivningsrapport, utskrivningsrapport.Utskrivningsrapport, standard="HIS 1148", sender=_HOSPITAL,
           receiver=_NURSES),
    *_care(tjenestetilbud, tjenestetilbud.Tjenestetilbud, standard="HIS 1146", sender=_MUNICIPALITY, receiver=_GP),
    *_care(medisinske, medisinske.Medisinske, standard="HIS 1147", sender=_GP, receiver=_NURSES),
    *_care(til_lege, til_lege.TilLege, standard="HIS 1145", sender=_MUNICIPALITY, receiver=_GP),
)  # fmt: skip

_BY_TYPE: Final[Mapping[tuple[str, str], MessageType]] = {(row.type, row.namespace): row for row in TABLE}
_BY_MODEL: Final[Mapping[tuple[Model, str], MessageType]] = {(row.model, row.version): row for row in TABLE}


def row_of(type_: str, namespace: str) -> MessageType | None:
    """Return the row of a message type with this payload, None where it is not supported."""
    return _BY_TYPE.get((type_, namespace))


def row_of_model(message: Message) -> MessageType:
    """Return the row of a message of ours."""
    return _BY_MODEL[type(message), message.version]
