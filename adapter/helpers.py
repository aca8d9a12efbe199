"""Processes beside the server that prepare posted events: another processor for what computes most. docs/decisions/0093.

Python runs one thread at a time. What an event writes follows from the event, its case as the store has it and the
address book, so a process forked from this one can read and work it out while this one writes and answers. Where
none is free in time a request does it itself. Nothing depends on a helper, and nothing is written by one.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection, Pipe
from typing import Any, Final, NamedTuple

import structlog

from adapter.ingest.posting import Prepared, prepared
from adapter.services import Services
from adapter.store.lane import Lane

SECONDS: Final = 10
"""How long a helper may take over one event: one that takes longer is ended, and another takes its place."""
GRACE: Final = 5
"""Seconds beyond that, after which nobody will answer any more."""
_LOST: Final = 0
"""Number of no event: whoever prepared the last one is gone."""
PATIENCE: Final = 0.5
"""Seconds that a request waits for a helper: while they are busy this process has the writing to do, and the reading."""
END: Final = signal.SIGUSR1
"""Ends a watcher and whom it watches: no signal that a terminal or a supervisor sends to the whole group."""
_FILES: Final = 65_536
Make = Callable[[], Services]
"""Returns a helper's own services, in its own process."""

log = structlog.get_logger()


class Wish(NamedTuple):
    """An event as it came, and the instant."""

    number: int
    """Another one for each, so that no answer is taken for the next one's."""
    item: Mapping[str, Any]
    now: datetime
    era: int
    """Another one after each Conflict."""


class Helpers:
    """Some processes that wait for events. Safe for any number of threads; make it before there are any, close it once."""

    def __init__(self, count: int, make: Make) -> None:
        self._process = os.getpid()
        self._all: list[_Helper] = []
        for _ in range(count):
            self._all.append(_Helper(make))
        self._idle = deque(self._all)
        self._room = threading.Semaphore(count)
        self._era = 0

    def prepared(self, item: Mapping[str, Any], now: datetime, lane: Lane) -> Prepared | None:
        """Return what an event as it came writes, and the answer; the lane is others' from then on.

        None where no helper is free for a while, or the event is refused: whoever asks does it, and hears why.
        """
        if self._process != os.getpid() or not self.alive():
            return None  # a server that forks after they are made has none, nor has one that lost them
        lane.leave()
        found = self._asked(item, now) if self._room.acquire(timeout=PATIENCE) else None
        if found is None:
            lane.enter()
        return found

    def _asked(self, item: Mapping[str, Any], now: datetime) -> Prepared | None:
        helper = self._idle.pop()
        try:
            found = helper.asked(item, now, self._era)
        except Exception:  # noqa: BLE001 (whatever a broken pipe brings, the event is to be accepted)
            helper.end()  # and its place is nobody's
            log.warning("helper.lost")
            return None
        self._idle.append(helper)
        self._room.release()
        return found

    def forget(self) -> None:
        """Let them read anew what belongs to no case: it has changed."""
        self._era += 1

    def alive(self) -> int:
        """Return how many have not been lost."""
        return sum(not helper.lost for helper in self._all)

    def close(self) -> None:
        """End them all."""
        if self._process == os.getpid():
            for helper in self._all:
                helper.end()


class _Helper:
    """One process and the one that watches it, from this side."""

    def __init__(self, make: Make) -> None:
        self._pipe, theirs = Pipe()
        self._number = _LOST
        self._pid = os.fork()
        if not self._pid:
            try:
                _alone(theirs)
                watch(theirs, make)
            finally:
                os._exit(0)
        theirs.close()
        _limit(self._pipe)

    def asked(self, item: Mapping[str, Any], now: datetime, era: int) -> Prepared | None:
        """Return what it makes of an event. Raises OSError or EOFError where nobody is there any more."""
        self._number += 1
        return asked(self._pipe, Wish(self._number, item, now, era))

    @property
    def lost(self) -> bool:
        """Whether it was ended."""
        return self._pipe.closed

    def end(self) -> None:
        """End both, whatever they do; once is enough."""
        if self.lost:
            return
        self._pipe.close()
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._pid, END)
            if not _gone(self._pid):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)


def _gone(pid: int) -> bool:
    """Return whether a child has ended, within a second."""
    until = time.monotonic() + 1
    while not (gone := os.waitpid(pid, os.WNOHANG)[0]) and time.monotonic() < until:
        time.sleep(0.005)
    return bool(gone)


def asked(pipe: Connection, wish: Wish) -> Prepared | None:
    """Return what the other end of a pipe makes of an event; None where it makes nothing. Raises OSError, EOFError."""
    _say(pipe, wish)
    while True:
        number, found = _hear(pipe)
        if number == _LOST:
            log.warning("helper.lost")
            return None
        if number == wish.number:
            made: Prepared | None = found
            return made
        # What was made of an event that was given up: it comes late.


def _limit(pipe: Connection) -> None:
    """Let what reads from the pipe give up in the end. socket(7), SO_RCVTIMEO."""
    with socket.socket(fileno=os.dup(pipe.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SECONDS + GRACE, 0))


# ── the other side ───────────────────────────────────────────────────────────────────────────────────────────────────


def watch(pipe: Connection, make: Make) -> None:
    """Keep a process at the pipe that prepares events; another one follows where it is lost. Returns when the server is gone.

    This process does nothing else and has no thread, so it can fork at any time; the server cannot.
    """
    child = 0

    def end(*_: object) -> None:
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        os._exit(0)

    signal.signal(END, end)
    while True:
        child = os.fork()
        if not child:
            signal.signal(END, signal.SIG_DFL)
            serve(pipe, make(), seconds=SECONDS)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        child = 0
        if not status:
            return
        try:
            _say(pipe, (_LOST, None))
        except OSError:
            return
        time.sleep(1)  # should it not even begin


def serve(pipe: Connection, services: Services, *, seconds: int = 0) -> None:
    """Prepare events as they come, until whoever sends them is gone. With `seconds`, one that takes longer ends the process."""
    known = 0
    with suppress(OSError, EOFError):
        while True:
            wish: Wish = _hear(pipe)
            if wish.era != known:
                services.shared.clear()
                known = wish.era
            if seconds:
                signal.alarm(seconds)
            found = _prepared(services, wish)
            if seconds:
                signal.alarm(0)
            _say(pipe, (wish.number, found))


def _prepared(services: Services, wish: Wish) -> Prepared | None:
    try:
        return prepared(services, wish.item, wish.now)
    except Exception:  # noqa: BLE001 (whoever asked does it again, and hears the same where it can be told)
        return None


def _alone(pipe: Connection) -> None:
    """Leave everything of the server's but the pipe: its end ends this process, and no signal of its group does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.closerange(3, pipe.fileno())
    os.closerange(pipe.fileno() + 1, _FILES)


def _say(pipe: Connection, what: Any) -> None:
    pipe.send_bytes(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))


def _hear(pipe: Connection) -> Any:
    return pickle.loads(pipe.recv_bytes())  # noqa: S301 (a pipe between two of our own, which nobody else has)
