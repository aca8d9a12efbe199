"""DIALOG_STATUS_HENVISNING: what became of a referral, Dialogmelding 1.1. HIS 1206:2018. Read; the hospital's own EPJ sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from adapter.kith import dialog, dialog_write, head_write
from adapter.kith.dialog import V1_1, Dialect, Dialogue, Notes
from adapter.kith.dialog_rules import ONLY_NOTES, topic_of
from adapter.kith.head import Head
from adapter.kith.rule import Rule

TYPE: Final = "DIALOG_STATUS_HENVISNING"
DIALECT: Final[Dialect] = V1_1

RULES: Final[tuple[Rule, ...]] = (ONLY_NOTES, topic_of("9148", source="HIS 1206:2018"))
"""What it obeys beside the rules of every message and its schema."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Henvisningsstatus(Dialogue):
    """The state of a referral."""

    version: ClassVar[str] = DIALECT.version


def parse(head: Head, body: Notes) -> Henvisningsstatus:
    """Return the message of a head and body as read."""
    return dialog.message(Henvisningsstatus, head, body)


def build(message: Henvisningsstatus) -> str:
    """Return the document as XML text, as it was read."""
    return head_write.frame(message.head, dialog_write.payload(message.body, DIALECT))
