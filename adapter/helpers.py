"""Processes beside the server that prepare what is posted: another processor for what computes most. docs/decisions/0093, 0110.

Python runs one thread at a time. What an event or a FHIR write stores follows from itself, its case as the store has it and
the address book, so a process forked from this one can read and work it out while this one writes and answers. Where
none is free in time a request does it itself. Nothing depends on a helper, and nothing is written by one.
"""

from __future__ import annotations

import os
import pickle
import select
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

from adapter.ingest import writing
from adapter.ingest.orders import Asked
from adapter.ingest.posting import Prepared, prepared
from adapter.ingest.writing import Prepared as Ahead
from adapter.services import Services
from adapter.store.lane import Lane

SECONDS: Final = 10
"""How long a helper may take over one event: one that takes longer is ended, and another takes its place."""
GOING: Final = 3
"""Seconds that a watcher gets to go by itself."""
GRACE: Final = 5
"""Seconds beyond that, after which nobody will answer any more."""
PAUSE: Final = 1
"""Seconds between one that is lost and the next, should it not even begin."""
PATIENCE: Final = 0.5
"""Seconds that a request waits for a helper: while they are busy this process has the writing to do, and the reading."""
_FILES: Final = 65_536
_PID: Final = struct.Struct("i")
_NOTHING: Final = pickle.dumps(None)
Item = Mapping[str, Any] | Asked
Found = Prepared | Ahead
Make = Callable[[], Services]
"""Returns a helper's own services, in its own process."""

log = structlog.get_logger()


class Wish(NamedTuple):
    """An event, or a write over FHIR, as it came, and the instant."""

    item: Item
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

    def prepared(self, item: Item, now: datetime, lane: Lane) -> Found | None:
        """Return what an event or a write writes, and the answer; the lane is others' from then on.

        None where no helper is free for a while, or it is refused: whoever asks does it, and hears why.
        """
        if self._process != os.getpid() or not self.alive():
            return None  # a server that forks after they are made has none, nor has one that lost them
        lane.leave()
        found = self._asked(item, now) if self._room.acquire(timeout=PATIENCE) else None
        if found is None:
            lane.enter()
        return found

    def _asked(self, item: Item, now: datetime) -> Found | None:
        helper = self._idle.pop()
        try:
            found = helper.asked(item, now, self._era)
        except Exception:  # noqa: BLE001 (whatever a broken pipe brings, the event is to be accepted)
            helper.end()  # and its place is nobody's
            log.warning("helper.lost")
            return None
        if helper.ready:
            self._idle.append(helper)
        else:
            self._idle.appendleft(helper)  # those that are there go first
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
        self._watcher, theirs = socket.socketpair()
        self._pipe: Connection | None = None
        self._prepares = 0
        self._pid = os.fork()
        if not self._pid:
            try:
                _alone(theirs)
                watch(theirs, make)
            finally:
                os._exit(0)
        theirs.close()
        self._watcher.setblocking(False)  # noqa: FBT003 (the flags of `recv_fds` are not handed on)

    def asked(self, item: Item, now: datetime, era: int) -> Found | None:
        """Return what it makes of an event; None also while nobody is there. Raises OSError or EOFError where nobody will be."""
        pipe = self._pipe or self._met()
        if pipe is None:
            return None
        try:
            return asked(pipe, Wish(item, now, era))
        except Exception:  # noqa: BLE001 (a pipe broken in the middle of a message is good for nothing more)
            log.warning("helper.lost")
            self._part()
            return None

    def _met(self) -> Connection | None:
        """Take the pipe of the newest that prepares: each has one of its own, where nothing is left of the last one's."""
        with suppress(BlockingIOError):
            while True:
                said, files, _, _ = socket.recv_fds(self._watcher, _PID.size, 1)
                if not said:
                    raise EOFError
                if not files:
                    continue  # no descriptor was left for it: so its other end closes, and another one follows
                self._part()
                self._pipe = Connection(files[0])
                (self._prepares,) = _PID.unpack(said)
                _limit(self._pipe)
        return self._pipe

    def _part(self) -> None:
        """Close the pipe, and end the process at its other end where it stands still: another one follows."""
        if self._pipe is None:
            return
        end = select.poll()
        end.register(self._pipe, 0)
        if not end.poll(0):  # the other end is open, so the number is still its process's
            with suppress(ProcessLookupError):
                os.kill(self._prepares, signal.SIGKILL)
        self._pipe.close()
        self._pipe = None

    @property
    def ready(self) -> bool:
        """Whether somebody was there at the last event."""
        return self._pipe is not None

    @property
    def lost(self) -> bool:
        """Whether it was ended."""
        return self._watcher.fileno() < 0

    def end(self) -> None:
        """End both, whatever they do; once is enough. The watcher buries the one that prepares, and sees then that it may go."""
        if self.lost:
            return
        with suppress(OSError, EOFError):
            self._met()  # one that nothing was asked of yet
        self._part()
        self._watcher.close()
        with suppress(ProcessLookupError, ChildProcessError):
            if not _gone(self._pid):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)


def _gone(pid: int) -> bool:
    """Return whether a child has ended, within the time that one takes to begin and find nobody there."""
    until = time.monotonic() + GOING
    while not (gone := os.waitpid(pid, os.WNOHANG)[0]) and time.monotonic() < until:
        time.sleep(0.005)
    return bool(gone)


def asked(pipe: Connection, wish: Wish) -> Found | None:
    """Return what the other end of a pipe makes of an event; None where it makes nothing. Raises OSError, EOFError."""
    said = _packed(wish)
    if said is None:
        return None
    pipe.send_bytes(said)
    made: Found | None = _hear(pipe)
    return made


def _limit(pipe: Connection) -> None:
    """Let what reads from the pipe or writes to it give up in the end. socket(7), SO_RCVTIMEO and SO_SNDTIMEO."""
    with socket.socket(fileno=os.dup(pipe.fileno())) as same:
        for which in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            same.setsockopt(socket.SOL_SOCKET, which, struct.pack("ll", SECONDS + GRACE, 0))


# ── the other side ───────────────────────────────────────────────────────────────────────────────────────────────────


def watch(server: socket.socket, make: Make) -> None:
    """Keep a process that prepares events; another one follows where it is lost. Returns when the server is gone.

    This process does nothing else and has no thread, so it can fork at any time; the server cannot.
    """
    server.settimeout(PAUSE)
    while True:
        pid = os.fork()
        if not pid:
            try:
                services = make()
                serve(_offered(server), services, seconds=SECONDS)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        try:
            server.recv(1)  # it says nothing: this is its end
        except TimeoutError:
            continue
        except OSError:
            pass
        return


def _offered(server: socket.socket) -> Connection:
    """Hand the server one end of a new pipe, now that there is somebody at the other."""
    theirs, mine = Pipe()
    socket.send_fds(server, [_PID.pack(os.getpid())], [theirs.fileno()])
    theirs.close()
    server.close()
    return mine


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
            pipe.send_bytes(_packed(found) or _NOTHING)


def _prepared(services: Services, wish: Wish) -> Found | None:
    try:
        if isinstance(wish.item, Asked):
            return writing.ahead(services, wish.item, wish.now)
        return prepared(services, wish.item, wish.now)
    except Exception:  # noqa: BLE001 (whoever asked does it again, and hears the same where it can be told)
        return None


def _alone(pipe: socket.socket) -> None:
    """Leave everything of the server's but this: its end ends this process, and no signal of its group does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.closerange(3, pipe.fileno())
    os.closerange(pipe.fileno() + 1, _FILES)


def _packed(what: Any) -> bytes | None:
    """Return it as it goes over the pipe; None for an event nested so deep that it cannot: the server refuses it."""
    try:
        return pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    except RecursionError:
        return None


def _hear(pipe: Connection) -> Any:
    return pickle.loads(pipe.recv_bytes())  # noqa: S301 (a pipe between two of our own, which nobody else has)
