"""Processes beside the server that decide events: a second processor for what computes most. docs/decisions/0093.

Python runs one thread at a time. What an event does at its case follows from the event, the case and the address book
alone (ingest/deciding.py), so a process forked from this one can work it out while another request computes here. While
none is free a request does it itself; nothing depends on a helper, and nothing is stored by one.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
import struct
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection, Pipe
from typing import Any, Final

import structlog

from adapter.errors import AdapterError
from adapter.ids import People
from adapter.ingest import deciding
from adapter.ingest.commit import Unit
from adapter.ingest.deciding import Ask, Work
from adapter.model import AddressBook, Case, Resource
from adapter.store.lane import Lane

SECONDS: Final = 10
"""How long a helper may take over one event: one that takes longer hangs, and is ended."""
_FILES: Final = 65_536
_NOBODY: Final = Case(key=None, version=0, now=datetime(2026, 1, 1, tzinfo=UTC), owner="")
"""Stands for the case on the way back: whoever asked has it."""
Books = Callable[[date], AddressBook]

log = structlog.get_logger()


class Helpers:
    """Some processes that wait for work. Safe for any number of threads; make it before there are any, close it once."""

    def __init__(self, count: int, books: Books, people: People) -> None:
        self._process = os.getpid()
        self._all: list[_Helper] = []
        for _ in range(count):
            self._all.append(_Helper(books, people))
        self._idle = deque(self._all)

    def made(self, work: Work, ask: Ask, lane: Lane) -> tuple[Unit, bytes] | None:
        """Return what an event writes at its case, but for its audit row, and its answer; the lane is others' meanwhile.

        None where no helper is free, or the work is refused: whoever asks does it, and hears why. Raises what `ask` raises.
        """
        if self._process != os.getpid():  # a server that forks after it is made has none
            return None
        try:
            helper = self._idle.pop()
        except IndexError:
            return None
        lane.leave()
        try:
            found = helper.made(work, ask)
        except (OSError, EOFError, pickle.PickleError):
            helper.end()
            log.warning("helper.lost")
            return None
        finally:
            lane.enter()
        self._idle.append(helper)
        return found

    def alive(self) -> int:
        """Return how many have not been lost."""
        return sum(not helper.lost for helper in self._all)

    def close(self) -> None:
        """End them all."""
        if self._process == os.getpid():
            for helper in self._all:
                helper.end()


class _Helper:
    """One process, from this side."""

    def __init__(self, books: Books, people: People) -> None:
        self._pipe, theirs = Pipe()
        self._pid = os.fork()
        if not self._pid:
            try:
                _alone(theirs)
                serve(theirs, books, people)
            finally:
                os._exit(0)
        theirs.close()
        _limit(self._pipe)

    def made(self, work: Work, ask: Ask) -> tuple[Unit, bytes] | None:
        """Return what became of a work. Raises OSError or EOFError where the process is lost, or what `ask` raises."""
        return asked(self._pipe, work, ask)

    @property
    def lost(self) -> bool:
        """Whether it was ended."""
        return self._pipe.closed

    def end(self) -> None:
        """End the process, whatever it does; once is enough."""
        if self.lost:
            return
        self._pipe.close()
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def asked(pipe: Connection, work: Work, ask: Ask) -> tuple[Unit, bytes] | None:
    """Return what the other end of a pipe makes of a work; None where it refuses. Raises OSError, EOFError, or what `ask` does."""
    _say(pipe, replace(work, case=replace(work.case)))  # without what was asked of the case here
    references = _hear(pipe)
    if references is None:
        return None
    try:
        there = ask(references)
    except AdapterError:
        _say(pipe, None)
        raise
    _say(pipe, there)
    found = _hear(pipe)
    return found and (replace(found[0], case=work.case), found[1])


def _limit(pipe: Connection) -> None:
    """Let what reads from the pipe give up in the end. socket(7), SO_RCVTIMEO."""
    with socket.socket(fileno=os.dup(pipe.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SECONDS, 0))


# ── the other side ───────────────────────────────────────────────────────────────────────────────────────────────────


class _AbandonedError(Exception):
    """Whoever asked does not want to know any more."""


def serve(pipe: Connection, books: Books, people: People) -> None:
    """Decide events as they come, until whoever sends them is gone."""

    def ask(references: tuple[str, ...]) -> Mapping[str, Resource]:
        _say(pipe, references)
        there: Mapping[str, Resource] | None = _hear(pipe)
        if there is None:
            raise _AbandonedError
        return there

    with suppress(OSError, EOFError):
        while True:
            work: Work = _hear(pipe)
            try:
                _say(pipe, _decided(work, books, people, ask))
            except _AbandonedError:
                continue


def _decided(work: Work, books: Books, people: People, ask: Ask) -> tuple[Unit, bytes] | None:
    try:
        found = deciding.made(work, books(work.case.now.date()), people, ask)
    except (_AbandonedError, OSError, EOFError):
        raise
    except Exception:  # noqa: BLE001 (whoever asked does it again, and hears the same where it can be told)
        return None
    return replace(found.unit, case=_NOBODY), found.body


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
