"""How a meeting moves, and how access to a platform does: tables of states and events. events E42-E44, E68."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapter.errors import EventError

PENDING: Final = "pending"
BOOKED: Final = "booked"

MEETING: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("ip.meeting.answered", (PENDING, BOOKED), PENDING),
    ("ip.meeting.held", (PENDING, BOOKED), "fulfilled"),
    ("ip.meeting.cancelled", (PENDING, BOOKED), "cancelled"),
    ("ip.meeting.called", ("fulfilled", "cancelled"), PENDING),
)
"""(event, Appointment.status before, after). A meeting that is over is called anew under another id."""

ACCESS: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("ip.platform-access.granted", ("requested",), "in-progress"),
    ("ip.platform-access.ended", ("in-progress",), "completed"),
    ("ip.platform-access.ended/declined", ("requested",), "rejected"),
    ("ip.platform-access.ended", ("requested",), "cancelled"),
)
"""(event, Task.status before, after)."""

Table = tuple[tuple[str, tuple[str, ...], str], ...]


def transition(table: Table, status: str, event_type: str, asks: str = "") -> str:
    """Return the status after an event. Raises EventError IPK-E013 with what is allowed."""
    wanted = (f"{event_type}/{asks}", event_type)
    rows: Mapping[str, str] = MappingProxyType({event: to for event, before, to in table if status in before})
    after = next((rows[name] for name in wanted if name in rows), None)
    if after is None:
        listed = dict.fromkeys(name.partition("/")[0] for name in rows)
        raise EventError("IPK-E013", at="$.type", allowed=tuple(listed))
    return after


def answered(answers: tuple[str, ...]) -> str:
    """Return the status of a meeting by its invitees' answers: booked once all of them come."""
    return BOOKED if answers and set(answers) == {"accepted"} else PENDING
