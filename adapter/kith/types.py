"""The table of message types: one row each, and the editions of payloads that a receipt must follow. HITS 1168 8.3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapter.kith import avvik, foresporsel, helsefaglig, notat, svar
from adapter.kith.apprec import Version
from adapter.kith.dialog import V1_0, V1_1, Dialect, Notes
from adapter.kith.head import Head

Message = avvik.Avvik | foresporsel.Foresporsel | helsefaglig.Helsefaglig | notat.Notat | svar.Svar
"""A message that the adapter can read and write. All have `head` and `body`."""


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
    parse: Callable[[Head, Notes], Message]
    build: Callable[[Any], str]
    standard: str

    @property
    def key(self) -> str:
        """`TYPE/version`, as an address book lists what a party takes."""
        return f"{self.type}/{self.version}"


def _dialogue(module: Any, model: Model, *, dialect: Dialect, apprec: Version, standard: str) -> MessageType:
    """Return the row of a Dialogmelding."""
    return MessageType(
        type=module.TYPE, version=dialect.version, namespace=dialect.namespace, root="Dialogmelding",
        apprec_version=apprec, model=model, parse=module.parse, build=module.build, standard=standard,
    )  # fmt: skip


TABLE: Final[tuple[MessageType, ...]] = (
    _dialogue(foresporsel, foresporsel.Foresporsel, dialect=V1_0, apprec="1.0", standard="HIS 1152:2006"),
    _dialogue(svar, svar.Svar, dialect=V1_0, apprec="1.0", standard="HIS 1152:2006"),
    _dialogue(notat, notat.Notat, dialect=V1_0, apprec="1.0", standard="HIS 80603:2006"),
    _dialogue(avvik, avvik.Avvik, dialect=V1_0, apprec="1.0", standard="HIS 1151:2006"),
    _dialogue(helsefaglig, helsefaglig.Helsefaglig, dialect=V1_1, apprec="1.1", standard="HIS 1077:2017"),
)

_BY_TYPE: Final[Mapping[tuple[str, str], MessageType]] = {(row.type, row.namespace): row for row in TABLE}
_BY_MODEL: Final[Mapping[Model, MessageType]] = {row.model: row for row in TABLE}


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


def row_of(type_: str, namespace: str) -> MessageType | None:
    """Return the row of a message type with this payload, None where it is not supported."""
    return _BY_TYPE.get((type_, namespace))


def row_of_model(message: Message) -> MessageType:
    """Return the row of a message of ours."""
    return _BY_MODEL[type(message)]


def edition(namespace: str) -> Edition:
    """Return the edition that a payload's namespace stands for."""
    found = (row for row in EDITIONS if namespace.startswith(row.begins) and namespace.endswith(row.ends))
    return next(found, UNKNOWN_EDITION)
