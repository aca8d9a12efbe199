"""Rules that schemas cannot say and that every message obeys; what a type has of its own stands in its module.

Severity: `must` be refused with an AppRec error, `may` be refused, `never` refused (told to the sender of a test only).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from adapter.errors import Said
from adapter.kith import apprec, head, schemas, types, xhtml
from adapter.kith.code_rules import CODE_OF_LIST
from adapter.kith.reading import Read, payload_of
from adapter.kith.rule import CONTENT, INFO, Rule, never

__all__ = ["COMMON", "NAMED", "Rule", "of"]

_H: Final = f"{{{head.NAMESPACE}}}"
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _supported(read: Read) -> Iterator[str]:
    """Yield what the receipt refuses with T10: the type, else a payload that the type has not, else that there is none."""
    if read.supported:
        return
    payload = payload_of(read.root)
    if not any(row.type == read.type for row in types.TABLE):
        yield f"{INFO}/Type"
    else:
        yield CONTENT if payload is None else schemas.where(payload)


def _msg_id(read: Read) -> Iterator[str]:
    if read.head and not _UUID.fullmatch(read.head.msg_id):
        yield f"{INFO}/MsgId"


def _patient(read: Read) -> Iterator[str]:
    if read.head and not (read.head.patient and read.head.patient.identified):
        yield f"{INFO}/Patient"


def _both_levels(read: Read) -> Iterator[str]:
    if read.head is None:
        return
    for name, address in (("Sender", read.head.sender), ("Receiver", read.head.receiver)):
        if not all(address.her_ids):
            yield f"{INFO}/{name}"


def _not_to_itself(read: Read) -> Iterator[str]:
    ref = read.head.conversation if read.head else None
    if read.head and ref and read.head.msg_id in (ref.parent, ref.conversation):
        yield f"{INFO}/ConversationRef"


def _first_document(read: Read) -> Iterator[str]:
    stated = read.root.find(f"{_H}Document/{_H}RefDoc/{_H}MsgType")
    if stated is not None and (stated.get("V") or "").strip() != "XML":
        yield "/MsgHead/Document/RefDoc/MsgType"


COMMON: Final = (
    Rule(name="supported", source="HIS 80415:2012, T10", severity="may", code="IPK-M003", test=_supported,
         says=Said("Meldingstypen støttes ikke med dette innholdet", "The type is not supported with this payload",
                   "Bruk en type som mottakeren tar imot, med det innholdet og den versjonen som hører til typen",
                   "Use a type that the receiver takes, with the payload and version that belong to it")),
    Rule(name="msgid-uuid", source="HIS 80415:2012, E10", severity="must", code="IPK-M004", test=_msg_id),
    Rule(name="patient-identified", source="HIS 80415:2012, E36; HIS 80603:2017 3.2", severity="must", code="IPK-M005",
         test=_patient),
    Rule(name="both-levels", source="HIS 1153-1 AD2.2-2.4", severity="may", code="IPK-M055", test=_both_levels),
    never("not-to-itself",
          Said("Meldingen viser til seg selv", "The message refers to itself",
               "Bruk MsgId for den første og den forrige meldingen i dialogen",
               "Use the MsgId of the first and of the previous message of the dialogue"),
          _not_to_itself, source="HITS 1218"),
    never("first-document-xml",
          Said("Det første dokumentet er ikke merket som XML-instans", "The first Document is not marked as XML",
               "La meldingen selv stå først, med MsgType XML, og vedleggene etter den",
               "Put the message itself first, with MsgType XML, and attachments after it"),
          _first_document, source="HIS 80603:2017 3.2"),
    never("formatted-text",
          Said("Formatert tekst har mer enn standarden tillater", "Formatted text holds more than the standard allows",
               "Bruk bare elementene som er tillatt i formatert tekst, uten attributter",
               "Use only the elements allowed in formatted text, without attributes"),
          lambda read: xhtml.foreign(read.root), source="HISD 1155, HISD 1165"),
    CODE_OF_LIST,
)  # fmt: skip
"""What holds for every type."""

_BY_TYPE: Final[Mapping[str, tuple[Rule, ...]]] = {
    "APPREC": (*COMMON, *apprec.RULES),
    **{row.type: (*COMMON, *row.rules) for row in types.TABLE},
}
NAMED: Final[Mapping[str, Rule]] = {rule.name: rule for rules in _BY_TYPE.values() for rule in rules}
"""One rule of every name. Of a name that several types have, source and texts may differ by type."""


def of(type_: str) -> tuple[Rule, ...]:
    """Return the rules of a message type: those of all, then those of its module."""
    return _BY_TYPE.get(type_, COMMON)
