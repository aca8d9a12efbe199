"""What may still be told of the case of a number that another one, with a case of its own, has replaced. E18; decision 162."""

from __future__ import annotations

from typing import Final

from adapter.errors import EventError
from adapter.rules import alive

ENDS: Final = frozenset(
    {
        "ip.need.acknowledged",
        "ip.need.info-requested",
        "ip.need.accepted",
        "ip.need.declined",
        "ip.need.declined-by-patient",
        "ip.need.withdrawn",
        "ip.need.fulfilled",
        "ip.consent.withdrawn",
        "ip.consent.limited",
        "ip.coordinator.ended",
        "ip.contact-physician.ended",
        "ip.team-member.removed",
        "ip.hospital-participation.ended",
        "ip.platform-access.ended",
        "ip.plan.closed",
        "ip.meeting.cancelled",
        "ip.patient.discharged",
        "ip.enquiry.answered",
        "ip.address.changed",
    }
)
"""Events that answer what was asked there, close what is open there, or say a no: a person ends the case by them."""

ANSWERS: Final = {"ip.plan.transferred": frozenset({"accepted", "declined", "withdrawn"})}
"""Events of which some steps end what is open there: the answer to whether a plan is taken over, and that question taken back."""


def permits(event_type: str, step: str | None = None) -> bool:
    """Return whether an event may be posted to the case of a number that was replaced: ends, corrections, what became of messages."""
    return event_type in ENDS or step in ANSWERS.get(event_type, ()) or alive.permits(event_type)


def check(event_type: str, *, replaced: bool, step: str | None = None) -> None:
    """Raise EventError IPK-E102 for an event that belongs to the case of the new number."""
    if replaced and not permits(event_type, step):
        raise EventError(
            "IPK-E102",
            at="$.data.patient.identifier",
            allowed=tuple(sorted(ENDS | ANSWERS.keys() | alive.CORRECTIONS)),
        )
