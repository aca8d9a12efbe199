"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 3, 4, 9, 20, tzinfo=UTC)
"""Five minutes after the example events happened."""


class Clock:
    """Gives the same instant until `advance`."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **much: float) -> None:
        """Move on by `hours=…`, `minutes=…` and so on."""
        self.at += timedelta(**much)
