"""What may still be told of a patient who is dead: corrections, and what became of messages. domain § 1.4, N5, N7."""

from __future__ import annotations

from typing import Final

from adapter.errors import EventError
from adapter.model import Reason
from adapter.rules import anchors

CORRECTIONS: Final = frozenset(
    {
        "ip.patient.deceased",
        "ip.need.entered-in-error",
        "ip.identity.changed",
        "ip.address-protection.changed",
    }
)
"""Events that put right what is recorded of the person: the day of death, a death that was none, a wrong patient."""
ABOUT_MESSAGES: Final = frozenset(
    {
        "ip.message.sent",
        "ip.message.receipt",
        "ip.message.faulted",
        "ip.dialogue.received",
        "ip.manual-fallback.recorded",
        "ip.document.filed",
        "ip.receipt.positive",
        "ip.receipt.negative",
        "ip.receipt.missing",
        "ip.receipt.late",
        "ip.deadline.breached",
        "ip.consent.expired",
        "ip.need.duplicate-detected",
    }
)
"""Events about messages that left before: they change nothing for the patient."""
RECEIVED: Final = "Pasienten er død; meldingen er lagt til lesing"
"""What is said of a message that comes about a dead patient."""


def permits(event_type: str) -> bool:
    """Return whether an event may be taken of a dead patient."""
    return event_type in CORRECTIONS | ABOUT_MESSAGES


def check(event_type: str, *, dead: bool) -> tuple[Reason, ...]:
    """Return why an event about a dead patient may be taken, nothing for the living. Raises EventError IPK-E072."""
    if not dead:
        return ()
    if not permits(event_type):
        raise EventError("IPK-E072", at="$.type", allowed=tuple(sorted(CORRECTIONS)))
    return (anchors.fixed("alive-correction", "tillatt"),) if event_type in CORRECTIONS else ()
