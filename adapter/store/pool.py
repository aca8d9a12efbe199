"""Connections kept for reuse: the last given back is the next taken; dead ones are replaced."""

from __future__ import annotations

from collections import deque
from threading import Semaphore
from typing import Final

from adapter.errors import SystemFault
from adapter.store.sql import Connection, Engine, Shared

WAIT_SECONDS: Final = 10.0


class Pool:
    """At most `size` connections at a time. Deque's append and pop are atomic, so reading takes no lock of ours."""

    def __init__(self, engine: Engine, shared: Shared, *, size: int) -> None:
        self._engine = engine
        self._shared = shared
        self._idle: deque[Connection] = deque()
        self._room = Semaphore(size)
        self._closed = False

    def take(self) -> Connection:
        """Return a connection. Raises SystemFault: away, or none free in time."""
        if not self._room.acquire(blocking=False) and not self._room.acquire(timeout=WAIT_SECONDS):
            raise SystemFault("IPK-S002", at="database")
        try:
            return self._pick()
        except BaseException:
            self._room.release()
            raise

    def _pick(self) -> Connection:
        if self._closed:
            raise SystemFault("IPK-S001", at="database")
        identity = identify(self._engine)
        while self._idle:
            try:
                conn = self._idle.pop()
            except IndexError:
                break
            if conn.identity == identity:
                return conn
            close(conn)
        return connect(self._engine, self._shared, identity)

    def give(self, conn: Connection) -> None:
        """Take a connection back, outside any transaction; a dead one takes its idle siblings with it."""
        if self._closed or not self._engine.usable(conn.driver) or not self._engine.idle(conn.driver):
            self.drop(conn)
            return
        self._idle.append(conn)
        self._room.release()

    def drop(self, conn: Connection) -> None:
        """Close a connection, and the idle ones too, which most likely died with it."""
        close(conn)
        self._empty()
        self._room.release()

    def close(self) -> None:
        """Close all that are idle; the others are closed as they come back."""
        self._closed = True
        self._empty()

    def _empty(self) -> None:
        while self._idle:
            try:
                close(self._idle.pop())
            except IndexError:
                return


def identify(engine: Engine) -> object:
    """Return the database's identity. Raises SystemFault when its file is away."""
    try:
        return engine.identity()
    except OSError:
        raise SystemFault("IPK-S001", at="database") from None


def connect(engine: Engine, shared: Shared, identity: object) -> Connection:
    """Return a new connection. Raises SystemFault."""
    try:
        return Connection(engine, engine.connect(), shared, identity)
    except engine.error as error:
        raise engine.translate(error) from None


def close(conn: Connection) -> None:
    """Close for good; a connection that cannot even be closed is gone already."""
    try:
        conn.driver.close()
    except conn.engine.error:
        return
