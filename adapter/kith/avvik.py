"""DIALOG_AVVIK: what was wrong with a message received, found after its receipt, Dialogmelding 1.0. HIS 1151:2006."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from adapter.kith import dialog, dialog_write, head_write
from adapter.kith.codes import coded
from adapter.kith.dialog import V1_0, Contact, Dialect, Dialogue, Note, Notes
from adapter.kith.dialog_rules import IN_THREAD, ONLY_NOTES, topic_of
from adapter.kith.head import Head
from adapter.kith.parts import message_type
from adapter.kith.rule import Rule

TYPE: Final = "DIALOG_AVVIK"
DIALECT: Final[Dialect] = V1_0

RULES: Final[tuple[Rule, ...]] = (IN_THREAD, ONLY_NOTES, topic_of("8117", source="HIS 1151:2006"))
"""What it obeys beside the rules of every message and its schema."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Avvik(Dialogue):
    """A deviation: TemaKodet 8117 (1 wrong addressee, 2 insufficient, 9 other), always in a thread."""

    version: ClassVar[str] = DIALECT.version


def new(head: Head, *, deviation: str, text: str, contacts: tuple[Contact, ...]) -> Avvik:
    """Return a deviation; `deviation` is a value of 8117."""
    note = Note(topic=coded("8117", deviation), text=text, contacts=contacts)
    return Avvik(head=replace(head, type=message_type(TYPE)), notes=(note,))


def parse(head: Head, body: Notes) -> Avvik:
    """Return the message of a head and body as read."""
    return dialog.message(Avvik, head, body)


def build(message: Avvik) -> str:
    """Return the document as XML text, not yet checked."""
    return head_write.frame(message.head, dialog_write.payload(message.body, DIALECT))
