"""Checkpoints beside the writer: what was committed goes from the log into the file while others are written. sqlite.org/wal.html § 3.

SQLite has the commit that fills the log copy all of it, and everybody waits: 64 MB and two syncs. Here a thread with a
connection of its own copies a little after every few commits, which holds up nobody (PASSIVE); what is left for the commit
that fills the log is then small.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Final

from adapter.errors import SystemFault
from adapter.store import pool
from adapter.store.sql import Engine, Shared

PAGES: Final = 2_000
"""After about how many written pages there is something to copy."""
WORK_PAGES: Final = 100
"""Pages that one event touches, about."""
AUDIT_PAGES: Final = 4
"""Pages that the audit rows of one commit touch, about."""


class Checkpoints:
    """The thread. It begins with the first call of `after`; close it once."""

    def __init__(self, engine: Engine, shared: Shared) -> None:
        self._engine = engine
        self._shared = shared
        self._pages = 0
        self._wanted = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def after(self, *, works: int, audits: int) -> None:
        """Say what was committed: so many works, and audit rows of so many callers. Only the writer calls it."""
        self._pages += works * WORK_PAGES + (AUDIT_PAGES if audits else 0)
        if self._pages < PAGES or self._closed:
            return
        self._pages = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="store-checkpoint", daemon=True)
            self._thread.start()
        self._wanted.set()

    def close(self) -> None:
        """Stop, after the one under way."""
        self._closed = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _serve(self) -> None:
        while self._wanted.wait() and not self._closed:
            self._wanted.clear()
            with suppress(SystemFault):  # file or disk: the writer meets it too, and tells
                self._copy()

    def _copy(self) -> None:
        # A new connection each time: the file may have been moved away, and another put in its place.
        conn = pool.connect(self._engine, self._shared, None)
        try:
            conn.command("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            pool.close(conn)
