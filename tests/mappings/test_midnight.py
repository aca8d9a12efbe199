"""The day is Norway's: what is told in the first hours of it goes by its date, not by the one that UTC still has. domain § 2.7."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapter import timing


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 7, 4, 22, 30, tzinfo=UTC), "2026-07-05"),
        (datetime(2026, 3, 4, 23, 30, tzinfo=UTC), "2026-03-05"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "2027-01-01"),
    ],
)
def test_the_day_begins_at_midnight_in_norway(instant: datetime, day: str):
    assert timing.day(instant).isoformat() == day
