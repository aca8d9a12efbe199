"""DIALOG_SVAR: the answer to a DIALOG_FORESPORSEL, the question echoed, Dialogmelding 1.0. HIS 1152:2006."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from adapter.kith import dialog, dialog_write, head_write
from adapter.kith.codes import coded
from adapter.kith.dialog import V1_0, Contact, Dialect, Dialogue, Note, Notes, Question
from adapter.kith.dialog_rules import ECHO, IN_THREAD, ONLY_NOTES, topic_of
from adapter.kith.head import Head
from adapter.kith.parts import message_type
from adapter.kith.rule import Rule

TYPE: Final = "DIALOG_SVAR"
DIALECT: Final[Dialect] = V1_0
ANSWER: Final = "5"
"""Svar på forespørsel, fixed for this message."""

RULES: Final[tuple[Rule, ...]] = (
    IN_THREAD,
    ONLY_NOTES,
    ECHO,
    topic_of("9069", ANSWER, source="HIS 1152:2006"),
)
"""What it obeys beside the rules of every message and its schema."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Svar(Dialogue):
    """An answer. `head.conversation` is set, and each note carries the question it answers."""

    version: ClassVar[str] = DIALECT.version


def new(head: Head, *, text: str, question: Question, contacts: tuple[Contact, ...]) -> Svar:
    """Return the answer to `question`, TemaKodet 9069/5."""
    note = Note(topic=coded("9069", ANSWER), text=text, question=question, contacts=contacts)
    return Svar(head=replace(head, type=message_type(TYPE)), notes=(note,))


def parse(head: Head, body: Notes) -> Svar:
    """Return the message of a head and body as read."""
    return dialog.message(Svar, head, body)


def build(message: Svar) -> str:
    """Return the document as XML text, not yet checked."""
    return head_write.frame(message.head, dialog_write.payload(message.body, DIALECT))
