"""When consent runs out, when somebody is told before, and when a need has waited too long for it. domain §§ B, C (E13, E16)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from adapter.model import Reason
from adapter.rules import anchors
from adapter.rules.clocks import OSLO

WAITING_DAYS: Final = 5
"""Days that a need may wait for consent before somebody is reminded (proposed)."""
WARNING_DAYS: Final = 30
"""Days before the last day of a consent on which the responsible one is told (proposed)."""
_END_OF_DAY: Final = time(23, 59, 59)


def ends(last_day: date) -> datetime:
    """Return when a consent is over: midnight in Norway after its last day."""
    return datetime.combine(last_day + timedelta(days=1), time.min, OSLO)


def warned(last_day: date, *, now: datetime) -> datetime | None:
    """Return when to warn, None where that day has passed: who gave it for so short a time knows when it ends."""
    day = last_day - timedelta(days=WARNING_DAYS)
    return datetime.combine(day, time.min, OSLO) if day > now.astimezone(OSLO).date() else None


def waited(since: datetime) -> datetime:
    """Return when a need has waited too long: the end of the last day that it may."""
    return datetime.combine(since.astimezone(OSLO).date() + timedelta(days=WAITING_DAYS), _END_OF_DAY, OSLO)


def warning_reason() -> Reason:
    """Return why somebody is warned that early."""
    return anchors.reason("consent-warning", f"{WARNING_DAYS} dager", n=WARNING_DAYS)


def waiting_reason() -> Reason:
    """Return why somebody is reminded."""
    return anchors.reason("consent-waiting", f"{WAITING_DAYS} dager", n=WAITING_DAYS)
