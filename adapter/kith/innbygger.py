"""DIALOG_INNBYGGER_KOORDINATOR: a citizen asks the coordinator, who answers, Dialogmelding 1.0. HITS 1217:2018, 3.14.

The citizen's question (7601/HE) is read, the answer (7602/19) written, the question echoed. Ack J, as the citizen's
portal demands. Health personnel only answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

from adapter.errors import Said
from adapter.kith import dialog, dialog_write, head_write
from adapter.kith.codes import coded, simple
from adapter.kith.dialog import V1_0, Contact, Dialect, Dialogue, Note, Notes, Question
from adapter.kith.dialog_rules import ECHO, IN_THREAD_SAYS, body, enquiry_of, loose, topic_of
from adapter.kith.head import Head
from adapter.kith.parts import message_type
from adapter.kith.rule import INFO, never

if TYPE_CHECKING:
    from adapter.kith.reading import Read

TYPE: Final = "DIALOG_INNBYGGER_KOORDINATOR"
DIALECT: Final[Dialect] = V1_0
ENQUIRY: Final = "HE"
"""Henvendelse, list 7601: TypeForesp of a citizen's question."""
ANSWER: Final = "19"
"""Svar på henvendelse, list 7602: TemaKodet of the answer."""


def _loose_answer(read: Read) -> Iterator[str]:
    if body(read).notes:
        yield from loose(read)


def _no_ack(read: Read) -> Iterator[str]:
    ack = read.head.ack if read.head else None
    if read.head and (ack is None or ack.v != "J"):
        yield f"{INFO}/Ack"


RULES: Final = (
    never("in-thread", IN_THREAD_SAYS, _loose_answer, source="HITS 1217:2018; HITS 1218"),
    ECHO,
    enquiry_of("7601", source="HITS 1217:2018 3.14"),
    topic_of("7602", ANSWER, source="HITS 1217:2018 3.14"),
    never("citizen-ack",
          Said("Meldingen ber ikke om kvittering, som innbyggerportalen krever",
               "The message does not ask for a receipt, which the citizen's portal demands",
               "Sett Ack til J", "Set Ack to J"),
          _no_ack, source="HITS 1217:2018"),
)  # fmt: skip
"""What it obeys beside the rules of every message and its schema."""


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
