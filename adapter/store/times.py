"""Instants as stored: whole microseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, overload

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@overload
def micros(at: datetime) -> int: ...
@overload
def micros(at: None) -> None: ...
def micros(at: datetime | None) -> int | None:
    """Return the microseconds since 1970 UTC of an aware instant."""
    return None if at is None else (at - EPOCH) // _MICROSECOND


@overload
def instant(value: int) -> datetime: ...
@overload
def instant(value: None) -> None: ...
def instant(value: int | None) -> datetime | None:
    """Return the aware instant (UTC) of microseconds since 1970."""
    return None if value is None else EPOCH + timedelta(microseconds=value)
