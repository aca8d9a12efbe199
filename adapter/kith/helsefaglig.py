"""DIALOG_HELSEFAGLIG: dialogue between professionals about one patient, Dialogmelding 1.1. HIS 1077:2017."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from adapter.kith import dialog, dialog_write, head_write
from adapter.kith.codes import coded
from adapter.kith.dialog import V1_1, Contact, Dialect, Dialogue, Note, Notes
from adapter.kith.head import Head
from adapter.kith.parts import message_type

TYPE: Final = "DIALOG_HELSEFAGLIG"
DIALECT: Final[Dialect] = V1_1
ENQUIRY: Final = "6"
"""Henvendelse om pasient, list 7322."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Helsefaglig(Dialogue):
    """A contribution to a dialogue; question and answer are the same type. Only topic, subject, text and contacts."""

    version: ClassVar[str] = DIALECT.version


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
