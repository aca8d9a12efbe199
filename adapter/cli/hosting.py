"""The process that serves: the app and, in the same process, the threads that deliver, tick and play the other side.

One process with threads, because SQLite has one writer: contract.md, 'Operations'. Granian forks it and stops it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.util import Finalize
from typing import Any, Final

import structlog

from adapter import deadlines, movable, wiring
from adapter.delivery import Loop, Worker
from adapter.services import Services
from adapter.settings import Settings
from adapter.simulator import municipality

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
_TAKES: Final = frozenset({"/events", "/messages"})
_MOVES: Final = frozenset({"/sandbox/clock"})
_BEFORE_ALL_ELSE: Final = 100
_STARTING: Final = 0.05
"""Seconds between looks whether the server has begun."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Which threads stand beside the server."""

    worker: bool = False
    simulator: bool = False


class Threads:
    """The loops of one process. Start once, stop once."""

    def __init__(self, services: Services, parts: Parts) -> None:
        self._worker = Worker(services) if parts.worker else None
        self._others = list(_others(services, parts))
        if isinstance(services.clock, movable.Movable):
            self._others.append(Loop("clock", partial(self._moved, services.clock), seconds=movable.SECONDS))

    def start(self) -> None:
        """Start all loops."""
        if self._worker is not None:
            self._worker.start()
        for loop in self._others:
            loop.start()

    def wake(self) -> None:
        """Let the worker send what was just accepted."""
        if self._worker is not None:
            self._worker.wake()

    def moved(self) -> None:
        """Let every loop act at once: the clock was moved."""
        for loop in self._loops():
            loop.wake()

    def _moved(self, clock: movable.Movable) -> int:
        if clock.refresh():
            self.moved()
        return 0

    def _loops(self) -> list[Loop]:
        return [*(self._worker.loops if self._worker else ()), *self._others]

    def alive(self) -> Mapping[str, bool]:
        """Return name → whether it runs, for /health/ready."""
        return {loop.name: loop.is_alive() for loop in self._loops()}

    def stop(self) -> None:
        """Stop all loops and wait for the steps under way."""
        for loop in self._others:
            loop.stop()
        if self._worker is not None:
            self._worker.stop()
        for loop in self._others:
            loop.join(5)


def _others(services: Services, parts: Parts) -> Iterable[Loop]:
    if parts.worker:
        yield Loop("ticker", partial(_tick, services), seconds=services.settings.tick_seconds)
    played = municipality.loop(services) if parts.simulator else None
    if played is not None:
        yield played


def _tick(services: Services) -> int:
    """Act on what is due; 1 when a whole batch was, so that the next is looked at at once."""
    return int(deadlines.tick(services) >= deadlines.BATCH)


def load(settings: Settings, parts: Parts) -> Wsgi:
    """Return the app of a server process with its threads started; they stop when the process ends."""
    before = signal.getsignal(signal.SIGTERM)
    block()
    from adapter.web import create_app  # noqa: PLC0415 (Flask, for those who serve)

    services = wiring.build(settings, helped=True)
    threading.Thread(target=_await_stop, args=(before,), name="stop", daemon=True).start()
    threading.Thread(target=_await_parent, name="parent", daemon=True).start()
    wiring.ready(services)
    threads = Threads(services, parts)
    app = create_app(services, alive=threads.alive)
    threads.start()
    Finalize(None, _stop, args=(services, threads), exitpriority=_BEFORE_ALL_ELSE)
    log.info("server.started", port=settings.port, mode=settings.mode)
    return waking(waking(app, threads.wake), threads.moved, paths=_MOVES)


def block() -> None:
    """Let exactly one SIGTERM, Granian's, stop this process.

    Ctrl-C reaches the whole group, and Granian then asks as well. Its handler sets an event on which the main thread
    waits: a second signal at the wrong moment finds the event's lock taken by the thread it interrupts, for ever. So
    signals are blocked in every thread, and one that does nothing else takes the first.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})


def _await_stop(before: object) -> None:
    """Call the handler of the server once there is one: what it inherited from who started it stops nothing here."""
    number = signal.sigwait({signal.SIGTERM})
    while (handler := signal.getsignal(number)) is before:
        time.sleep(_STARTING)
    if callable(handler):
        handler(number, None)


def _await_parent() -> None:
    """Stop when the process that forked this one is gone: nobody else would, and the port would stay taken."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def waking(app: Wsgi, wake: Callable[[], None], *, paths: frozenset[str] = _TAKES) -> Wsgi:
    """Return the app so that what it takes in is acted on at once, not at the next look."""

    def woken(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        answer = app(environ, start)
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] in paths:
            wake()
        return answer

    return woken


def _stop(services: Services, threads: Threads) -> None:
    threads.stop()
    wiring.close(services)
    log.info("server.stopped", port=services.settings.port)
