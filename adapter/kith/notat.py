"""DIALOG_NOTAT: information that asks for no answer, Dialogmelding 1.0. HIS 80603:2006, HISD 80806 9.4."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from adapter.kith import dialog, dialog_write, head_write
from adapter.kith.codes import OID_PREFIX, Code
from adapter.kith.dialog import V1_0, Contact, Dialect, Dialogue, Note, Notes
from adapter.kith.dialog_rules import ONLY_NOTES, topic_of
from adapter.kith.head import Head
from adapter.kith.parts import message_type
from adapter.kith.rule import Rule

TYPE: Final = "DIALOG_NOTAT"
DIALECT: Final[Dialect] = V1_0
ABOUT_PATIENT: Final = Code("6", "Henvendelse om pasient", f"{OID_PREFIX}7321")
"""Of list 7321, Tema for notat."""

RULES: Final[tuple[Rule, ...]] = (ONLY_NOTES, topic_of("7321", source="HIS 80603:2006; list 7321"))
"""What it obeys beside the rules of every message and its schema."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Notat(Dialogue):
    """A note."""

    version: ClassVar[str] = DIALECT.version


def new(head: Head, *, subject: str, text: str, contacts: tuple[Contact, ...]) -> Notat:
    """Return a note about the patient, TemaKodet 7321/6."""
    note = Note(topic=ABOUT_PATIENT, subject=subject, text=text, contacts=contacts)
    return Notat(head=replace(head, type=message_type(TYPE)), notes=(note,))


def parse(head: Head, body: Notes) -> Notat:
    """Return the message of a head and body as read."""
    return dialog.message(Notat, head, body)


def build(message: Notat) -> str:
    """Return the document as XML text, not yet checked."""
    return head_write.frame(message.head, dialog_write.payload(message.body, DIALECT))
