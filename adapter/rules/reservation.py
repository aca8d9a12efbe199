"""What a patient's reservation against forwarding stops, and until when. HIS 80704:2014 (ForbeholdOmVideresending); pbrl § 3-6.

It stands in a received message and binds what its sender told us: a need reported by that organisation is not passed on
to another one. A consent recorded later lifts it. That the element is missing is no reservation, and no leave either.
One that the patient made here (E14, topic `forwarding`) binds those who get our messages of care.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from adapter.errors import Fault, Faults
from adapter.model import Reason
from adapter.rules import anchors

_LIFTING: Final = frozenset({"given", "limited", "not-required"})
"""Statuses of a later consent that say yes."""


def lifts(status: str) -> bool:
    """Return whether a later consent of this status says yes, and ends a reservation."""
    return status in _LIFTING


def received() -> Reason:
    """Return why what a message brought stays here from now on."""
    return anchors.fixed("reservation-stated", "stoppet")


def in_force(made: Iterable[datetime], consents: Iterable[tuple[str, datetime]]) -> bool:
    """Return whether the latest of these reservations still holds: no consent recorded after it says yes."""
    latest = max(made, default=None)
    return latest is not None and not any(
        lifts(status) and recorded > latest for status, recorded in consents
    )


def passed_on() -> Reason:
    """Return why a message of care of ours bears the reservation that a received one stated, or the patient here."""
    return anchors.fixed("reservation-passed-on", "forbehold")


def check(made: Iterable[datetime], consents: Iterable[tuple[str, datetime]]) -> tuple[Reason, ...]:
    """Return why a need may go on to another organisation in spite of reservations made at these instants.

    `consents` are (status, recorded). Nothing where there are no reservations. Raises Faults IPK-C010.
    """
    reserved = tuple(made)
    if not reserved:
        return ()
    if not in_force(reserved, consents):
        return (anchors.fixed("reservation-lifted", "åpen"),)
    raise Faults((Fault(code="IPK-C010", path="$.data.to", rule="reservation-stated"),))
