"""One writer, many callers: all that waits goes in with one durable commit. What the floors store, they store this way."""

from __future__ import annotations

import os
import sqlite3
import threading
from _thread import LockType, allocate_lock
from collections.abc import Sequence
from queue import SimpleQueue
from typing import Any, Final

GROUP: Final = 64
Row = tuple[str, tuple[Any, ...]]
"""A statement and its values."""


class Writer:
    """Writes to the database named by BENCH_DATABASE, on a thread of the process that answers: started with its first row."""

    def __init__(self, tables: Sequence[str]) -> None:
        self._tables = tables
        self._queue: SimpleQueue[tuple[Sequence[Row], LockType]] = SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, rows: Sequence[Row]) -> None:
        """Store rows, durable on return."""
        if self._thread is None:
            self._begin()
        done = allocate_lock()
        done.acquire()
        self._queue.put((rows, done))
        done.acquire()

    def _begin(self) -> None:
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, daemon=True)
                self._thread.start()

    def _write(self) -> None:
        driver = sqlite3.connect(os.environ["BENCH_DATABASE"], isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *self._tables):
            driver.execute(statement)
        while True:
            group = [self._queue.get()]
            while len(group) < GROUP and not self._queue.empty():
                group.append(self._queue.get())
            driver.execute("BEGIN IMMEDIATE")
            for rows, _ in group:
                for statement, values in rows:
                    driver.execute(statement, values)
            driver.execute("COMMIT")
            for _, done in group:
                done.release()
