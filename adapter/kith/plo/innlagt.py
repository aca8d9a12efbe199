"""LOG_INNLAGT: a patient known to the municipality is admitted. HIS 1149, HIS 80704:2014. One event, 1; new or cancellation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from adapter.errors import Said
from adapter.kith.care_rules import every, logistics_of, status
from adapter.kith.head import Head
from adapter.kith.plo.logistics import ADMITTED, PAYLOAD, Logistics, event
from adapter.kith.plo.message import CANCELLATION, NEW, CareMessage, document, made, shipment
from adapter.kith.rule import INFO, never
from adapter.kith.time import When

if TYPE_CHECKING:
    from adapter.kith.reading import Read

TYPE: Final = "LOG_INNLAGT"
STATUSES: Final = (NEW, CANCELLATION)


def _in_thread(read: Read) -> Iterator[str]:
    """Nothing can come before it: the hospital tells that the patient is there."""
    if status(read) == NEW and read.head and read.head.conversation:
        yield f"{INFO}/ConversationRef"


RULES: Final = (
    *every(STATUSES),
    *logistics_of(ADMITTED, lambda events: events == ["1"], meant="1"),
    never("first-without-thread",
          Said("Meldingen begynner et forløp og viser likevel til en tidligere melding",
               "The message begins a course and yet refers to an earlier message", "Fjern ConversationRef",
               "Remove ConversationRef"),
          _in_thread, source="HIS 80601; HITS 1218"),
)  # fmt: skip
"""What it obeys beside the rules of every message and its schema."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Innlagt(CareMessage):
    """A patient known to the municipality is admitted."""

    body: Logistics


def new(head: Head, *, at: When, status: str = NEW, withheld: bool | None = None, **care: Any) -> Innlagt:
    """Return the notice that the patient was admitted; `care` names who is responsible (HITS 1174)."""
    body = Logistics(
        shipment=shipment(status, withheld=withheld), step=ADMITTED, events=(event("1", at),), **care
    )
    return made(Innlagt, TYPE, head, body)


def parse(head: Head, body: Logistics) -> Innlagt:
    """Return the message of a head and body as read."""
    return Innlagt(head=head, body=body)


def build(message: Innlagt) -> str:
    """Return the document as XML text, not yet checked."""
    return document(message, PAYLOAD)
