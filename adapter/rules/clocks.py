"""When things are due: 96 hours for a receipt, working days for replies and releases. message-rules.md, 'Receipts and clocks'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from adapter.model import Agreement, Party, Reason
from adapter.rules import anchors

OSLO: Final = ZoneInfo("Europe/Oslo")
_DAY: Final = timedelta(days=1)
_END_OF_DAY: Final = time(23, 59, 59)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long one kind of clock runs unless an agreement or the party says otherwise, and by which rule."""

    amount: int
    unit: Literal["hours", "working days", "days"]
    rule: str


CLOCKS: Final[Mapping[str, Clock]] = MappingProxyType(
    {
        "receipt": Clock(amount=96, unit="hours", rule="clock-receipt"),
        "reply": Clock(amount=3, unit="working days", rule="clock-reply"),
        "release": Clock(amount=1, unit="working days", rule="clock-release"),
        "gap": Clock(amount=7, unit="days", rule="clock-gap"),
        "participation": Clock(amount=14, unit="days", rule="clock-participation"),
    }
)
"""Kind of deadline → its clock. Sources and dates stand at the rules."""


def receipt_due(gen_date: datetime, *, hours: int | None = None) -> datetime:
    """Return when a message without a receipt is unanswered: 96 hours of real time after GenDate (zone-less: Europe/Oslo)."""
    return (_aware(gen_date).astimezone(UTC) + timedelta(hours=hours or CLOCKS["receipt"].amount)).astimezone(
        OSLO
    )


def reply_due(gen_date: datetime, working_days: int | None = None) -> datetime:
    """Return when a reply is due: the end (23:59:59 Europe/Oslo) of the n-th working day after GenDate's day."""
    days = CLOCKS["reply"].amount if working_days is None else working_days
    last = add_working_days(_aware(gen_date).astimezone(OSLO).date(), days)
    return datetime.combine(last, _END_OF_DAY, OSLO)


def release_due(held_at: datetime, working_days: int | None = None) -> datetime:
    """Return when a held message releases itself: n working days later, at the same time of day in Europe/Oslo."""
    days = CLOCKS["release"].amount if working_days is None else working_days
    local = _aware(held_at).astimezone(OSLO)
    due = datetime.combine(add_working_days(local.date(), days), local.time(), OSLO)
    # A time of day that the change to summer time skips becomes the real one an hour later.
    return due.astimezone(UTC).astimezone(OSLO)


def end_of_day(day: date) -> datetime:
    """Return the last second of a day in Europe/Oslo."""
    return datetime.combine(day, _END_OF_DAY, OSLO)


def gap_due(until: date) -> datetime:
    """Return when a gap after this last day is told further: C10, calendar days, at the end of the day."""
    return end_of_day(until + timedelta(days=CLOCKS["gap"].amount))


def participation_due(expected_until: date, *, now: datetime) -> datetime:
    """Return when the end of a time-limited participation is told next: 14 days before, or once that is past, on its last day."""
    reminder = end_of_day(expected_until - timedelta(days=CLOCKS["participation"].amount))
    return reminder if _aware(now) < reminder else end_of_day(expected_until)


def days_counted(kind: str) -> Reason:
    """Return why a clock of calendar days runs as long as it does."""
    return _why(CLOCKS[kind], CLOCKS[kind].amount)


def reply_days(agreement: Agreement | None) -> tuple[int, Reason]:
    """Return how many working days a reply may take, and why; an agreement between the two overrides the guide."""
    clock = CLOCKS["reply"]
    if agreement is None or agreement.reply_days is None:
        return clock.amount, _why(clock, clock.amount)
    days = agreement.reply_days
    rejected = (f"{clock.amount} virkedager",) if days != clock.amount else ()
    source = f"avtale: {agreement.source}"
    return days, anchors.reason(clock.rule, f"{days} virkedager", source=source, rejected=rejected, n=days)


def release_days(home: Party) -> tuple[int, Reason]:
    """Return how many working days a message is held for the own unit, and why."""
    return home.release_days, _why(CLOCKS["release"], home.release_days)


def receipt_reason() -> Reason:
    """Return why a receipt is waited for as long as it is."""
    return _why(CLOCKS["receipt"], CLOCKS["receipt"].amount)


_UNITS: Final = {"hours": "timer", "working days": "virkedager", "days": "dager"}


def _why(clock: Clock, amount: int) -> Reason:
    unit = _UNITS[clock.unit]
    return anchors.reason(clock.rule, f"{amount} {unit}", n=amount)


def add_working_days(start: date, n: int) -> date:
    """Return the n-th working day after `start`; none is `start` itself, working day or not."""
    day = start
    for _ in range(n):
        day += _DAY
        while not is_working_day(day):
            day += _DAY
    return day


def is_working_day(day: date) -> bool:
    """Return whether a day is Monday to Friday and no Norwegian public holiday (24 and 31 December are working days)."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


@lru_cache(maxsize=32)
def _holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year: lov om helligdager 1995-02-24-12 and lov om 1. og 17. mai 1947-04-26-1."""
    # Imported here, for it takes a tenth of a second that `ip-adapter --help` must not pay.
    from holidays.countries.norway import Norway  # noqa: PLC0415

    return frozenset(Norway(years=year, expand=False))


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=OSLO)
