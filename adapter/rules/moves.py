"""A patient who moves: what the new municipality may know, how long it may take, and what counts as taking over. domain § 1.5."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from adapter.errors import EventError
from adapter.model import Reason
from adapter.rules import anchors
from adapter.rules.consent import Grant

ACCEPT_DAYS: Final = 14
"""Days until a transfer that nobody has accepted is escalated. domain § 2.3 E50 (proposed)."""

TAKES_OVER: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "ip.need.accepted": None,
        "ip.coordinator.appointed": None,
        "ip.plan.created": None,
        "ip.plan.transferred": None,
        "ip.coordinator.ended": "moved-accepted",
    }
)
"""Event → the reasonCode it must have to count as the new municipality's taking over; None: that of whoever acts there.

What names no reason counts only where it comes from a party that serves the new municipality.
"""
YES: Final = "accepted"
"""The step of E39 that takes over: a question, a no and a question taken back do not."""

_NO: Final = frozenset({"refused", "withdrawn"})

TAKEN_OVER: Final = "Ny kommune har overtatt: avslutt det som er overtatt"
"""What is said of the new municipality's yes: a person ends what it has taken over."""


def check_from(*, known: str | None, said: str) -> None:
    """Raise EventError IPK-E073 where the case knows the patient to live elsewhere than where the move begins."""
    if known is not None and known != said:
        raise EventError("IPK-E073", at="$.data.from.code")


def taken_over(event_type: str, data: Any, *, acts_there: bool) -> bool:
    """Return whether an event takes the transfer over."""
    if event_type not in TAKES_OVER or getattr(data, "step", YES) != YES:
        return False
    reason = TAKES_OVER[event_type]
    return getattr(data, "reason_code", None) == reason if reason else acts_there


def transferable(grants: Iterable[Grant], *, stated: Grant | None, key: str) -> Grant | None:
    """Return the consent under which the new municipality may be told: the event's own, else one that names it by key.

    A no that is newer counts, whomever it names. `coordinating-unit` in an older consent meant the unit of the municipality that the patient left.
    """
    if stated is not None:
        return stated
    return next((g for g in grants if key in g.recipients | g.excluded or g.status in _NO), None)


def due(moved: dt.datetime) -> dt.datetime:
    """Return when a transfer is to be accepted at the latest."""
    return moved + dt.timedelta(days=ACCEPT_DAYS)


def why() -> Reason:
    """Return why the old municipality keeps what it has."""
    return anchors.reason("move-until-accepted", anchors.counted(ACCEPT_DAYS, "dag", "dager"), n=ACCEPT_DAYS)
