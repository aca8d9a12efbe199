"""The store: open, read, write, close. One code for SQLite and PostgreSQL. Architecture, 'One transaction per use case'."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic
from types import TracebackType
from typing import Any, Final, TypeVar

from sqlalchemy import URL, func, literal_column, make_url, select
from sqlalchemy.exc import ArgumentError

from adapter.errors import Conflict, SystemFault
from adapter.store import audit, pool
from adapter.store.checkpoint import Checkpoints
from adapter.store.lane import Lane
from adapter.store.sql import Connection, Engine, Shared, Statement
from adapter.store.sqlite import BUSY_SECONDS, SqliteEngine
from adapter.store.writer import Writer

T = TypeVar("T")
SQLITE_READERS: Final = 2
"""Each row of SQLite's hands the interpreter's lock round: with more at it, threads spend their time on taking turns."""
POSTGRES_CONNECTIONS: Final = 20
_TURN: Final = Statement(select(func.pg_advisory_lock(literal_column("4920312107"))))
"""A number of our own among the advisory locks of a database. PostgreSQL 15, 13.3.5."""


class Reading:
    """A connection for the length of a `with` block."""

    __slots__ = ("_conn", "_pool", "_snapshot")

    def __init__(self, connections: pool.Pool, *, snapshot: bool) -> None:
        self._pool = connections
        self._snapshot = snapshot
        self._conn: Connection | None = None

    def __enter__(self) -> Connection:
        conn = self._conn = self._pool.take()
        if self._snapshot:
            try:
                conn.command(conn.engine.begin_read)
            except BaseException:
                self._pool.drop(conn)
                raise
        return conn

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        conn, self._conn = self._conn, None
        if conn is None:
            return
        if isinstance(error, SystemFault) and error.code == "IPK-S001":
            self._pool.drop(conn)
            return
        if self._snapshot:
            try:
                conn.command("ROLLBACK")
            except SystemFault:
                self._pool.drop(conn)
                return
        self._pool.give(conn)


RECENT: Final = 5.0
"""Seconds after a write that failed in which none is tried for the sake of asking."""
_SAME: Final = "UPDATE alembic_version SET version_num = version_num"
"""A write that leaves everything as it is."""


class Store:
    """An open store. Safe for any number of threads; close it once."""

    def __init__(self, engine: Engine, *, queue_limit: int, group: int, connections: int) -> None:
        shared = Shared()
        self.dialect: str = engine.dialect.name
        self._pool = pool.Pool(engine, shared, size=connections)
        self._single = self.dialect == "sqlite"
        self.lane = Lane(closed=not self._single)
        self._writer = Writer(
            engine, shared, audit.INSERT, self.lane, limit=queue_limit, group=group,
            checkpoints=Checkpoints(engine, shared) if self._single else None,
        )  # fmt: skip
        self._room = BoundedSemaphore(queue_limit)
        self._engine = engine
        self._shared = shared
        self._turn = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the turn of those whose work met others' and is tried again: one at a time, over all processes.

        One turn for all, since what they met at may be any case, or what belongs to none. Raises SystemFault.
        """
        with self._turn:
            if self._single:  # one process writes here, or two that seldom meet
                yield
                return
            # A connection beside the pool, which may be empty: the work takes its own from there.
            conn = pool.connect(self._engine, self._shared, None)
            try:
                conn.one(_TURN, {})
                yield
            finally:
                pool.close(conn)  # and with it the lock is gone, whatever happened

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return the work's result once it is committed and on the disk.

        The work may run on another thread and must only read and write through its connection. Raises what it
        raises (then nothing of it is stored), Conflict, or SystemFault: IPK-S001 away, IPK-S002 the queue is full.
        """
        if self._single:
            self.lane.leave()
            result: T = self._writer.submit(work)
            return result
        if not self._room.acquire(blocking=False):
            raise SystemFault("IPK-S002", at="database")
        try:
            return self._transact(work)
        finally:
            self._room.release()

    def append_audit(self, rows: Sequence[audit.AuditRow]) -> None:
        """Store audit rows, durable on return, in one commit with those of other threads. Raises SystemFault."""
        if rows:
            self._writer.submit(None, audit.columns(rows))

    def read(self, *, snapshot: bool | None = None) -> Reading:
        """Return a context manager of a connection for reading.

        With `snapshot` all statements see the same instant: the default on SQLite, where it is free; on PostgreSQL
        it costs two round trips, so single reads go without unless asked.
        """
        return Reading(self._pool, snapshot=self._single if snapshot is None else snapshot)

    def writes(self) -> bool:
        """Return whether something can be written: what last was to be, was, or else, a while later, a row that changes nothing."""
        failed = self._writer.failed
        if failed is None:
            return True
        if monotonic() - failed < RECENT:  # a row so small may find room where no event does
            return False
        try:
            self._writer.submit(lambda conn: conn.command(_SAME))
        except SystemFault:
            return False
        return True

    def waiting(self) -> int:
        """Return how many works wait for the writer, for metrics."""
        return self._writer.waiting()

    def close(self) -> None:
        """Write what waits, then close all connections."""
        self._writer.close()
        self._pool.close()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        conn = self._pool.take()
        try:
            conn.command(conn.engine.begin_write)
            result = work(conn)
            _commit(conn)
        except SystemFault as fault:
            if fault.code == "IPK-S001":
                self._pool.drop(conn)
            else:
                self._abandon(conn)
            raise
        except BaseException:
            self._abandon(conn)
            raise
        self._pool.give(conn)
        return result

    def _abandon(self, conn: Connection) -> None:
        try:
            conn.command("ROLLBACK")
        except SystemFault:
            self._pool.drop(conn)
            return
        self._pool.give(conn)


def _commit(conn: Connection) -> None:
    """Commit. PostgreSQL answers COMMIT with ROLLBACK, and no error, when a statement failed before."""
    try:
        cursor: Any = conn.driver.execute("COMMIT")
    except conn.engine.error as error:
        raise conn.engine.translate(error) from None
    if getattr(cursor, "statusmessage", "COMMIT") != "COMMIT":
        raise Conflict


def parse(url: str) -> URL:
    """Return the URL with its driver named. Raises SystemFault IPK-S006 for anything but a SQLite file or PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SystemFault("IPK-S006", at="database") from None
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite+pysqlite")
    if kind in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise SystemFault("IPK-S006", at="database")


def engine(url: str, *, durable: bool = True, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Return the engine a URL names. Raises SystemFault IPK-S006."""
    parsed = parse(url)
    if parsed.drivername == "sqlite+pysqlite":
        return SqliteEngine(Path(parsed.database or ""), durable=durable, busy_seconds=busy_seconds)
    # psycopg takes 60 ms to import, which the embedded database need not pay.
    from adapter.store.postgres import PostgresEngine  # noqa: PLC0415

    return PostgresEngine(parsed, durable=durable)


def open(  # noqa: A001 (store.open reads as what it is)
    url: str,
    *,
    queue_limit: int = 1000,
    group: int = 64,
    connections: int | None = None,
    durable: bool = True,
    busy_seconds: float = BUSY_SECONDS,
) -> Store:
    """Return the store at `url`, which `migrations.upgrade` has prepared; nothing is connected before it is used.

    `queue_limit`: works that may wait before IPK-S002 · `group`: works in one commit · `connections`: readers
    (SQLite), or all connections but the audit's (PostgreSQL) · `durable=False`: commits need not reach the disk
    (scenario runs and tests) · `busy_seconds`: how long another process's lock on the file is waited for (SQLite). Raises SystemFault IPK-S006 for a URL of another kind.
    """
    chosen = engine(url, durable=durable, busy_seconds=busy_seconds)
    size = connections or (SQLITE_READERS if chosen.dialect.name == "sqlite" else POSTGRES_CONNECTIONS)
    return Store(chosen, queue_limit=queue_limit, group=group, connections=size)
