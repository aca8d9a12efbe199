"""What a patient's reservation against forwarding stops, and until when. HIS 80704:2014 (ForbeholdOmVideresending); pbrl § 3-6.

It stands in a received message and binds what its sender told us: a need reported by that organisation is not passed on
to another one. A consent recorded later lifts it. That the element is missing is no reservation, and no leave either.
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


def received() -> Reason:
    """Return why what a message brought stays here from now on."""
    return anchors.fixed("reservation-stated", "stoppet")


def check(made: Iterable[datetime], consents: Iterable[tuple[str, datetime]]) -> tuple[Reason, ...]:
    """Return why a need may go on to another organisation in spite of reservations made at these instants.

    `consents` are (status, recorded). Nothing where there are no reservations. Raises Faults IPK-C010.
    """
    latest = max(made, default=None)
    if latest is None:
        return ()
    if any(status in _LIFTING and recorded > latest for status, recorded in consents):
        return (anchors.fixed("reservation-lifted", "åpen"),)
    raise Faults((Fault(code="IPK-C010", path="$.data.to", rule="reservation-stated"),))
