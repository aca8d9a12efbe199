"""When something about a plan or a meeting is due, and what waits for the end of the day. domain § 2.7 C9, events E35-E42."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from adapter import timing
from adapter.model import Reason
from adapter.rules import anchors
from adapter.timing import OSLO

_END_OF_DAY: Final = time(23, 59, 59)


LATE_DAYS: Final = 14
"""Days after its date when those are told of an evaluation who do not answer for the plan (proposed)."""
LATE_STEP: Final = 2
"""Where on its ladder that is (rules.clocks)."""

TRANSFER_DAYS: Final = 10
"""Working days until the other organisation has answered: fourteen days. events E50 (proposed)."""
MEETING_DAYS: Final = 7
"""Days until an invitation is answered. events E42 (proposed)."""

AT_ONCE: Final = frozenset({"coordinator", "period", "goals"})
"""What changed in a plan is told at once. message-rules, E35."""
CHANGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "period": "periode",
        "goals": "mål",
        "coordinator": "koordinator",
        "status": "status",
        "activities": "tiltak",
        "evaluation": "neste evaluering",
        "participants": "deltakere",
        "content": "innhold",
    }
)
"""What may change in a plan → in words, in the order they are told."""


def end_of_day(day: date) -> datetime:
    """Return the last second of a day in Norway."""
    return datetime.combine(day, _END_OF_DAY, OSLO)


def digest_due(now: datetime) -> datetime:
    """Return when small changes of today are told: at the end of the day, of the next one in its last second.

    What comes after a day's message was made must not have the same instant, for a clock's event follows from it.
    """
    today = timing.day(now)
    due = end_of_day(today)
    return due if due > now else end_of_day(today + timedelta(days=1))


def answer_due(called: datetime, start: datetime) -> datetime:
    """Return when an invitation is to be answered: the end of the seventh day, and never after the meeting begins."""
    return min(end_of_day(timing.day(called) + timedelta(days=MEETING_DAYS)), start.astimezone(OSLO))


def told_at_once(changed: Iterable[str]) -> bool:
    """Return whether any of these changes is told at once; the others are gathered, one message a day."""
    return not AT_ONCE.isdisjoint(changed)


def ordered(changed: Iterable[str]) -> tuple[str, ...]:
    """Return changes in the order they are told, each once."""
    found = set(changed)
    return tuple(name for name in CHANGES if name in found)


def in_words(changed: Iterable[str]) -> str:
    """Return changes as a reader is told them."""
    return ", ".join(CHANGES[name] for name in ordered(changed))


def evaluation_reason(on: date) -> Reason:
    """Return why an evaluation is reminded of."""
    return anchors.reason("clock-evaluation", on.isoformat())


def digest_reason() -> Reason:
    """Return why small changes wait."""
    return anchors.fixed("plan-digest", "samles")
