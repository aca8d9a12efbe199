"""DIALOG_HELSEFAGLIG: dialogue between professionals about one patient, Dialogmelding 1.1. HIS 1077:2017."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

from adapter.errors import Said
from adapter.kith import dialog, dialog_write, head_write
from adapter.kith.codes import coded
from adapter.kith.dialog import V1_1, Contact, Dialect, Dialogue, Note, Notes, everyone
from adapter.kith.dialog_rules import DIALOGUE, ONLY_NOTES, body, note, topic_of
from adapter.kith.head import Head
from adapter.kith.parts import RECEIVER_CONTACT, message_type
from adapter.kith.rule import never

if TYPE_CHECKING:
    from adapter.kith.reading import Read

TYPE: Final = "DIALOG_HELSEFAGLIG"
DIALECT: Final[Dialect] = V1_1
LIST: Final = "7322"
"""List of the topics of this message."""
ENQUIRY: Final = "6"
"""Henvendelse om pasient."""


def _begins(read: Read) -> bool:
    return read.head is not None and read.head.conversation is None


def _without_receiver_contact(read: Read) -> Iterator[str]:
    """Yield the first note of a new dialogue with topic 6 whose message names no role 24 with profession."""
    new = [n for n, each in enumerate(body(read).notes, 1) if each.topic.among(LIST, ENQUIRY)]
    named = (
        contact.profession
        for n in new
        for contact in everyone(body(read).notes[n - 1].contacts)
        if contact.role and contact.role.among("9034", RECEIVER_CONTACT)
    )
    if new and _begins(read) and not any(named):
        yield f"{note(new[0])}/RollerRelatertNotat"


def _bare(read: Read) -> Iterator[str]:
    for n, each in enumerate(body(read).notes, 1):
        if not each.subject.strip():
            yield f"{note(n)}/Tema"
        if not each.text.strip():
            yield f"{note(n)}/TekstNotatInnhold"


def _nobody_named(read: Read) -> Iterator[str]:
    for n, each in enumerate(body(read).notes, 1):
        if not any(map(reachable, everyone(each.contacts))):
            yield f"{note(n)}/RollerRelatertNotat"


def _more(read: Read) -> Iterator[str]:
    """Yield what the standard leaves out of this message."""
    held = body(read)
    stated = (("SakstypeKodet", held.case_type), ("Sakstype", held.case))
    yield from (f"{DIALOGUE}/{name}" for name, value in stated if value)
    for n, each in enumerate(held.notes, 1):
        unused = (
            ("Merknad", each.remark), ("DokIdNotat", each.doc_id), ("DatoNotat", each.day), ("Foresporsel", each.question)
        )  # fmt: skip
        yield from (f"{note(n)}/{name}" for name, value in unused if value)
        for m, contact in enumerate(each.contacts, 1):
            other = (("RolleNotat", contact.note_role), ("Person", not contact.personnel))
            yield from (f"{note(n)}/RollerRelatertNotat[{m}]/{name}" for name, value in other if value)


RULES: Final = (
    ONLY_NOTES,
    never("only-these",
          Said("Meldingstypen har ikke dette elementet", "The type does not have this element",
               "Bruk bare TemaKodet, Tema, TekstNotatInnhold, TilknyttetEnhet og HealthcareProfessional",
               "Use TemaKodet, Tema, TekstNotatInnhold, TilknyttetEnhet and HealthcareProfessional alone"),
          _more, source="HIS 1077:2017"),
    never("contact-named",
          Said("Navn og telefon til ansvarlig helsepersonell mangler",
               "Name and phone of the responsible professional are missing",
               "Legg til RollerRelatertNotat med navn og telefon, eller en TilknyttetEnhet med telefon",
               "Add RollerRelatertNotat with name and phone, or a TilknyttetEnhet with a phone"),
          _nobody_named, source="HIS 1077:2017"),
    topic_of(LIST, source="HIS 1077:2017"),
    never("subject-and-text",
          Said("Notatet mangler tema eller tekst", "The note lacks its subject or its text",
               "Fyll ut både Tema og TekstNotatInnhold", "Fill in both Tema and TekstNotatInnhold"),
          _bare, source="HIS 1077:2017", code="IPK-M014"),
    never("receiver-contact", None, _without_receiver_contact, source="HIS 1077:2017", code="IPK-M013"),
)  # fmt: skip
"""What it obeys beside the rules of every message and its schema."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Helsefaglig(Dialogue):
    """A contribution to a dialogue; question and answer are the same type. Only topic, subject, text and contacts."""

    version: ClassVar[str] = DIALECT.version


def reachable(contact: Contact) -> bool:
    """Return whether this is somebody of the sender with name and phone, or a unit with a phone: one there must be."""
    if contact.role and contact.role.among("9034", RECEIVER_CONTACT):
        return False
    return bool((contact.name and contact.phone) or (contact.unit and contact.unit.phone))


def new(
    head: Head, *, subject: str, text: str, contacts: tuple[Contact, ...], topic: str = ENQUIRY
) -> Helsefaglig:
    """Return a note of the dialogue; `topic` is a value of 7322.

    A new dialogue (no conversation) with topic 6 must have role 24 among its contacts: parts.receiver_contact.
    """
    note = Note(topic=coded("7322", topic), subject=subject, text=text, contacts=contacts)
    return Helsefaglig(head=replace(head, type=message_type(TYPE)), notes=(note,))


def parse(head: Head, body: Notes) -> Helsefaglig:
    """Return the message of a head and body as read."""
    return dialog.message(Helsefaglig, head, body)


def build(message: Helsefaglig) -> str:
    """Return the document as XML text, not yet checked."""
    return head_write.frame(message.head, dialog_write.payload(message.body, DIALECT))
