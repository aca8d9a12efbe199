"""When consent runs out, and when somebody is told before. domain § B (E16). How long a need waits for one: rules.clocks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from adapter import timing
from adapter.model import Reason
from adapter.rules import anchors
from adapter.timing import OSLO

WARNING_DAYS: Final = 30
"""Days before the last day of a consent on which the responsible one is told (proposed)."""


def ends(last_day: date) -> datetime:
    """Return when a consent is over: midnight in Norway after its last day."""
    return datetime.combine(last_day + timedelta(days=1), time.min, OSLO)


def warned(last_day: date, *, now: datetime) -> datetime | None:
    """Return when to warn, None where that day has passed: who gave it for so short a time knows when it ends."""
    day = last_day - timedelta(days=WARNING_DAYS)
    return datetime.combine(day, time.min, OSLO) if day > timing.day(now) else None


def warning_reason() -> Reason:
    """Return why somebody is warned that early."""
    return anchors.reason("consent-warning", anchors.counted(WARNING_DAYS, "dag", "dager"), n=WARNING_DAYS)
