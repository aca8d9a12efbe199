"""DIALOG_FORESPORSEL: a question between professionals, Dialogmelding 1.0. HIS 1152:2006, HISD 80903:2009."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from adapter.kith import dialog, dialog_write, head_write
from adapter.kith.codes import coded
from adapter.kith.dialog import V1_0, Contact, Dialect, Dialogue, Notes, Question
from adapter.kith.dialog_rules import ONLY_QUESTIONS, TEXT_WITH_99, enquiry_of
from adapter.kith.head import Head
from adapter.kith.parts import message_type
from adapter.kith.rule import Rule

TYPE: Final = "DIALOG_FORESPORSEL"
DIALECT: Final[Dialect] = V1_0
OTHER_ENQUIRY: Final = "99"
"""Annen henvendelse, in all three lists of TypeForesp."""

RULES: Final[tuple[Rule, ...]] = (
    ONLY_QUESTIONS,
    TEXT_WITH_99,
    enquiry_of("9152", "9153", "9154", source="HIS 1152:2006; HISD 80903:2009"),
)
"""What it obeys beside the rules of every message and its schema."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Foresporsel(Dialogue):
    """One question about one patient. Text is mandatory with type 99."""

    version: ClassVar[str] = DIALECT.version


def new(head: Head, *, asked_by: str, text: str, contacts: tuple[Contact, ...]) -> Foresporsel:
    """Return a question of type 99; `asked_by` is its list: 9152 care services, 9153 doctor, 9154 hospital."""
    question = Question(type=coded(asked_by, OTHER_ENQUIRY), text=text, contacts=contacts)
    return Foresporsel(head=replace(head, type=message_type(TYPE)), questions=(question,))


def parse(head: Head, body: Notes) -> Foresporsel:
    """Return the message of a head and body as read."""
    return dialog.message(Foresporsel, head, body)


def build(message: Foresporsel) -> str:
    """Return the document as XML text, not yet checked."""
    return head_write.frame(message.head, dialog_write.payload(message.body, DIALECT))
