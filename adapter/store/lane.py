"""The lane: on SQLite one request computes at a time, the others wait for it outside the interpreter's lock.

Python runs one thread at a time anyway. Threads that all want to run hand its lock round at every row read or written,
and the writer waits behind all of them each time. In the lane a request is not interrupted; it leaves while it waits for
a disk, and nobody waits for the lane longer than a while. performance.md, lesson 2.
"""

from __future__ import annotations

import threading
from typing import Final

PATIENCE: Final = 0.1
"""Seconds that a request waits for the lane before it goes on beside it: a slow one holds up nobody for longer."""


class Lane:
    """Held by one thread at a time, or by none; with `closed` by nobody ever (PostgreSQL: there threads wait for a network)."""

    __slots__ = ("_closed", "_lock", "_mine")

    def __init__(self, *, closed: bool = False) -> None:
        self._closed = closed
        self._lock = threading.Lock()
        self._mine = threading.local()

    def enter(self, patience: float | None = None) -> None:
        """Take the lane, or go on without it after `patience` seconds. Who has it already keeps it."""
        if not self._closed and not self.held:
            self._mine.held = self._lock.acquire(timeout=PATIENCE if patience is None else patience)

    def leave(self) -> None:
        """Give the lane back, where this thread has it."""
        if self.held:
            self._mine.held = False
            self._lock.release()

    @property
    def held(self) -> bool:
        """Whether this thread has the lane."""
        return getattr(self._mine, "held", False)

    @property
    def taken(self) -> bool:
        """Whether any thread has it."""
        return self._lock.locked()
