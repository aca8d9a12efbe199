"""The clock of a synthetic installation: the system's time and an offset in the database, so that 96 hours pass in one call.

    ip-adapter clock advance 96h · POST /sandbox/clock {"advance": "96h"}

Every process of the installation looks for a new offset twice a second (`Movable.refresh`, a loop of its own); telling
the time reads nothing. In real mode there is no such clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from adapter.errors import EventError, SystemFault
from adapter.services import Services
from adapter.store import Connection, Store, offset

SECONDS: Final = 0.5
"""Pause between looks for an offset that another process has set."""
LONGEST: Final = timedelta(days=36_525)
"""Farthest a clock can be moved, either way."""
_WORDS: Final = re.compile(r"\+?((?:[0-9]{1,6}[smhdw])+)")
_PART: Final = re.compile(r"([0-9]+)([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NONE: Final = timedelta(0)


class Movable:
    """The system's time and the offset as last read. `refresh` reads it; the first telling does too."""

    def __init__(self, store: Store, system: Callable[[], datetime]) -> None:
        self._store = store
        self._system = system
        self._offset: timedelta | None = None

    def __call__(self) -> datetime:
        """Return the instant, aware."""
        if self._offset is None:
            self.refresh()
        return self._system() + self._offset if self._offset else self._system()

    @property
    def offset(self) -> timedelta:
        """What is added to the system's time."""
        return self._offset or _NONE

    def refresh(self) -> bool:
        """Read the offset; whether it is another. Where the database is away it stays as it was."""
        before = self._offset
        try:
            with self._store.read() as conn:
                self._offset = offset.get(conn)
        except SystemFault:
            self._offset = before or _NONE
            return False
        return before is not None and self._offset != before

    def move(self, by: timedelta) -> None:
        """Add to the offset, for every process of the installation."""
        self._write(lambda old: old + by)

    def to(self, instant: datetime) -> None:
        """Set the offset so that it is this instant now."""
        self._write(lambda _old: instant.astimezone(UTC) - self._system())

    def reset(self) -> None:
        """Go with the system's time again."""
        self._write(lambda _old: _NONE)

    def _write(self, change: Callable[[timedelta], timedelta]) -> None:
        def work(conn: Connection) -> timedelta:
            new = change(offset.get(conn))
            if abs(new) > LONGEST:
                raise EventError("IPK-E080", at="clock", hint=f"{LONGEST.days} d")
            offset.put(conn, new)
            return new

        self._offset = self._store.write(work)


def of(services: Services) -> Movable:
    """Return the clock that can be moved. Raises SystemFault IPK-S020 where there is none: real mode, or a clock given."""
    if isinstance(services.clock, Movable):
        return services.clock
    raise SystemFault("IPK-S020", at="clock")


def duration(words: str) -> timedelta:
    """Return a duration such as 96h, 3d, 30m or 1d12h (s, m, h, d, w). Raises EventError IPK-E080."""
    found = _WORDS.fullmatch(words.strip())
    if found is None:
        raise EventError("IPK-E080", at="advance", hint="96h, 3d, 30m")
    try:
        return sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in _PART.findall(found[1])), _NONE)
    except OverflowError:
        raise EventError("IPK-E080", at="advance", hint="96h, 3d, 30m") from None


def instant(words: str) -> datetime:
    """Return an RFC 3339 time, in UTC. Raises EventError IPK-E080 where it has no offset, or UTC no such year."""
    try:
        found = datetime.fromisoformat(words.strip())
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise EventError("IPK-E080", at="to", hint="2026-03-09T10:15:00+01:00")
