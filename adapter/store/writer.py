"""The single writer: many works, one commit. performance.md, lessons 2 and 7; sqlite.org/lang_savepoint.html.

Callers hand in works and wait on a bare lock. The writer's thread takes all that wait (at most `group`), runs each in a
savepoint of one transaction, commits once, and wakes them. A work that fails rolls back alone. Audit rows of all callers
go in together, many to a statement. Nobody is told "done" before the commit is on the disk.
"""

from __future__ import annotations

import threading
import time
from _thread import LockType, allocate_lock
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from adapter.errors import SystemFault
from adapter.store import pool
from adapter.store.checkpoint import Checkpoints
from adapter.store.lane import Lane
from adapter.store.sql import Connection, Engine, Insertion, Params, Shared

Work = Callable[[Connection], Any]


class Job:
    """One caller's wish: a work or audit rows; then its result or error."""

    __slots__ = ("done", "error", "result", "rows", "work")

    def __init__(self, work: Work | None, rows: Sequence[Params]) -> None:
        self.work = work
        self.rows = rows
        self.result: Any = None
        self.error: BaseException | None = None
        self.done: LockType = allocate_lock()
        self.done.acquire()


class Writer:
    """A thread with the one writing connection of a file, or with the one that writes audit rows to a server."""

    def __init__(  # noqa: PLR0913 (all by name but the parts of the store)
        self,
        engine: Engine,
        shared: Shared,
        audit: Insertion,
        lane: Lane,
        *,
        limit: int,
        group: int,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        self._engine = engine
        self._shared = shared
        self._audit = audit
        self._lane = lane
        self._limit = limit
        self._group = group
        self._checkpoints = checkpoints
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._conn: Connection | None = None
        self._closed = False
        self._jammed = False
        self.failed: float | None = None
        """When (monotonic) the last that was to be written could not: no room on the disk, a lock, nobody may write."""
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work | None, rows: Sequence[Params] = ()) -> Any:
        """Return the work's result once it is committed. Raises its error, or SystemFault (away, queue full)."""
        if threading.current_thread() is self._thread:
            raise SystemFault("IPK-S004", at="writer", hint="write inside write")
        job = Job(work, rows)
        with self._gate:
            if self._closed:
                raise SystemFault("IPK-S001", at="database")
            if self._queue.qsize() >= self._limit:
                raise SystemFault("IPK-S002", at="writer")
            self._queue.put(job)
        job.done.acquire()
        if job.error is not None:
            raise job.error
        return job.result

    def waiting(self) -> int:
        """Return how many jobs wait."""
        return self._queue.qsize()

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (jobs := self._collect()) is not None:
            self._answer(jobs)
            jobs.clear()  # what they wrote, a large document maybe, is not held until the next come
        if self._checkpoints is not None:
            self._checkpoints.close()
        self._disconnect()

    def _answer(self, jobs: list[Job]) -> None:
        """Write one group and wake its callers."""
        try:
            self._perform(jobs)
        except SystemFault as fault:
            _fail(jobs, fault)
            self._disconnect()
        except BaseException:  # noqa: BLE001 (the thread must live: every caller waits for it)
            _fail(jobs, SystemFault("IPK-S004", at="writer"))
            self._disconnect()
        self.failed = time.monotonic() if any(_is_away(job) for job in jobs) else None
        for job in jobs:
            job.done.release()
        if self._checkpoints is not None:
            works = sum(job.work is not None for job in jobs)
            self._checkpoints.after(works=works, audits=len(jobs) - works)

    def _collect(self) -> list[Job] | None:
        first = self._queue.get()
        if first is None:
            return None
        jobs = [first]
        while len(jobs) < self._group and not self._queue.empty():  # this thread alone takes
            job = self._queue.get()
            if job is None:
                self._queue.put(None)
                break
            jobs.append(job)
        return jobs

    def _perform(self, jobs: list[Job]) -> None:
        conn = self._connected()
        audits = [job for job in jobs if job.work is None]
        works = [job for job in jobs if job.work is not None]
        if audits:
            audits = self._appended(conn, audits)
        else:
            self._begin(conn)
        if len(works) == 1 and not audits:
            _alone(conn, works[0])
        else:
            self._in_lane(conn, works)
            conn.command("COMMIT")
        if any(_is_away(job) for job in works):
            self._disconnect()  # trouble with file or disk: the next group gets a new connection

    def _in_lane(self, conn: Connection, works: list[Job]) -> None:
        """Run the works in the lane, or else whoever computes takes the interpreter's lock from each of their rows.

        They leave it for the commit, which needs no interpreter: meanwhile the next are computed.
        """
        if works:
            self._lane.enter()
        try:
            for job in works:
                _beside(conn, job)
        finally:
            self._lane.leave()

    def _appended(self, conn: Connection, audits: list[Job]) -> list[Job]:
        """Begin with the audit rows. Rows that cannot be stored fail their callers, nobody else."""
        self._begin(conn)
        try:
            self._audit.run(conn, [row for job in audits for row in job.rows])
        except SystemFault as fault:
            if fault.code == "IPK-S001":
                raise
            conn.command("ROLLBACK")
            _fail(audits, fault)
            self._begin(conn)
            return []
        return audits

    def _begin(self, conn: Connection) -> None:
        """Begin, waiting while another process writes: as long as is set, and briefly after one wait in vain.

        Else each of those who queued meanwhile would wait as long again. The first that begins ends this.
        """
        if self._jammed:
            self._engine.patience(conn.driver, brief=True)
        try:
            conn.command(self._engine.begin_write)
        except SystemFault:
            self._jammed = True
            raise
        if self._jammed:
            self._jammed = False
            self._engine.patience(conn.driver, brief=False)

    def _connected(self) -> Connection:
        identity = pool.identify(self._engine)
        if self._conn is not None and self._conn.identity != identity:
            self._disconnect()
        if self._conn is None:
            self._conn = pool.connect(self._engine, self._shared, identity)
        return self._conn

    def _disconnect(self) -> None:
        if self._conn is not None:
            pool.close(self._conn)
            self._conn = None


def _is_away(job: Job) -> bool:
    return isinstance(job.error, SystemFault) and job.error.code == "IPK-S001"


def _alone(conn: Connection, job: Job) -> None:
    """Run the only work of a group: the transaction is its savepoint."""
    try:
        job.result = _run(job, conn)
    except BaseException as error:  # noqa: BLE001 (it belongs to the caller, who gets it)
        job.error = error
        if not conn.engine.idle(conn.driver):
            conn.command("ROLLBACK")
        return
    conn.command("COMMIT")


def _beside(conn: Connection, job: Job) -> None:
    """Run one work of several. Raises SystemFault when the engine gave up the whole transaction."""
    conn.command("SAVEPOINT work")
    try:
        job.result = _run(job, conn)
    except BaseException as error:  # noqa: BLE001 (it belongs to the caller, who gets it)
        job.error = error
        if conn.engine.idle(conn.driver):
            raise SystemFault("IPK-S001", at="database") from None
        conn.command("ROLLBACK TO work")
    conn.command("RELEASE work")


def _run(job: Job, conn: Connection) -> Any:
    return job.work(conn) if job.work is not None else None


def _fail(jobs: list[Job], fault: SystemFault) -> None:
    for job in jobs:
        if job.error is None:
            # Each caller raises its own, so that traces do not grow into one another.
            job.error = type(fault)(fault.code, at=fault.at)
            job.result = None
