"""DIALOG_INNBYGGER_KOORDINATOR: a citizen asks the coordinator, who answers, Dialogmelding 1.0. HITS 1217:2018, 3.14.

The citizen's question (7601/HE) is read, the answer (7602/19) written, the question echoed. Ack J, as the citizen's
portal demands. Health personnel only answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from adapter.kith import dialog, dialog_write, head_write
from adapter.kith.codes import coded, simple
from adapter.kith.dialog import V1_0, Contact, Dialect, Dialogue, Note, Notes, Question
from adapter.kith.head import Head
from adapter.kith.parts import message_type

TYPE: Final = "DIALOG_INNBYGGER_KOORDINATOR"
DIALECT: Final[Dialect] = V1_0
ENQUIRY: Final = "HE"
"""Henvendelse, list 7601: TypeForesp of a citizen's question."""
ANSWER: Final = "19"
"""Svar på henvendelse, list 7602: TemaKodet of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Innbygger(Dialogue):
    """A citizen's question, or the coordinator's answer with the question in it."""

    version: ClassVar[str] = DIALECT.version


def new(head: Head, *, text: str, question: Question, contacts: tuple[Contact, ...]) -> Innbygger:
    """Return the answer to `question`; `head.conversation` is set."""
    note = Note(topic=coded("7602", ANSWER), text=text, question=question, contacts=contacts)
    own = replace(head, type=message_type(TYPE), ack=simple("7304", "J"))
    return Innbygger(head=own, notes=(note,))


def parse(head: Head, body: Notes) -> Innbygger:
    """Return the message of a head and body as read."""
    return dialog.message(Innbygger, head, body)


def build(message: Innbygger) -> str:
    """Return the document as XML text, not yet checked."""
    return head_write.frame(message.head, dialog_write.payload(message.body, DIALECT))
