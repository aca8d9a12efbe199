"""Times of KITH messages: Europe/Oslo, whole seconds, written without zone. HISD 1165; message-rules, Identity and time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from typing import Final, Self

from adapter.timing import OSLO

_DATE_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?", re.ASCII
)  # xs:dateTime; years of four digits are enough for a message


@dataclass(frozen=True, slots=True, repr=False)
class When:
    """A date or time of a message as it is written, whatever its form; parsed when asked."""

    written: str

    @classmethod
    def of(cls, written: str | None) -> Self | None:
        """Return what an element says, None where it says nothing."""
        text = (written or "").strip()
        return cls(text) if text else None

    @classmethod
    def on(cls, day: date) -> Self:
        """Return a day."""
        return cls(day.isoformat())

    @classmethod
    def at(cls, moment: datetime) -> Self:
        """Return an aware time as messages write it."""
        return cls(write(moment))

    @property
    def day(self) -> date | None:
        """The day, also of a time; None where it is neither."""
        return read_date(self.written) or (moment.date() if (moment := self.moment) else None)

    @property
    def moment(self) -> datetime | None:
        """The time, aware; None where only a day, or no time at all, is written."""
        return read(self.written)


def write(when: datetime) -> str:
    """Return an aware time as Oslo wall clock without zone, fractions cut."""
    return when.astimezone(OSLO).replace(tzinfo=None).isoformat(timespec="seconds")


def echo(when: datetime) -> str:
    """Return a time that was read, in the zone it was read with, so that a receipt repeats the sender's own GenDate."""
    if when.tzinfo is OSLO:
        return when.replace(tzinfo=None).isoformat()
    return when.isoformat()


def read(text: str | None) -> datetime | None:
    """Return an xs:dateTime as an aware time, None where it is not one. Without zone it is Europe/Oslo."""
    match = _DATE_TIME.fullmatch((text or "").strip())
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    # xs:dateTime allows 24:00:00 for midnight at the end of the day.
    end_of_day = clock == "24:00:00"
    try:
        bare = datetime.fromisoformat(f"{day}T{'00:00:00' if end_of_day else clock}")
        known = _zone(bare, zone)
        whole = known + timedelta(days=int(end_of_day), microseconds=int(((fraction or "") + "000000")[:6]))
    except (ValueError, OverflowError):
        return None
    # In the first and the last year there is another zone where Python has no such instant.
    return whole if MINYEAR < whole.year < MAXYEAR else None


def read_date(text: str | None) -> date | None:
    """Return an xs:date as a date, None where it is not one. A zone is dropped: a birth date has no hour."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", (text or "").strip(), re.ASCII)
    if match is None:
        return None
    try:
        return date.fromisoformat(match.group(1))
    except ValueError:
        return None


def _zone(bare: datetime, zone: str | None) -> datetime:
    """Return a naive time with the zone written, Oslo where none is."""
    if zone is None:
        return bare.replace(tzinfo=OSLO)
    if zone == "Z":
        return bare.replace(tzinfo=UTC)
    return datetime.fromisoformat(f"{bare.isoformat()}{zone}")
