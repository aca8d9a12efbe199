"""The simulated municipality at the exchange folders: reads `out/`, never moves from it, answers into `in/`.

It keeps nothing on disk: what it has answered stands in `in/`, `done/` or `failed/` under names that follow from the
MsgId answered, so that a restart goes on where it was. contract.md, 'Folders' and `simulate`.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Final

import structlog

from adapter import timing
from adapter.delivery import Loop
from adapter.model import AddressBook
from adapter.services import Services
from adapter.simulator import answers
from adapter.simulator.answers import Part
from adapter.simulator.script import Script, chosen
from adapter.transports import files
from adapter.transports.base import away

log = structlog.get_logger()

_STANDS: Final = ("in", "in/.claimed", "done", "failed")
_LARGEST: Final = 35 * 1024 * 1024


class Municipality:
    """Everybody in the address book who is not at home, answering by one script."""

    def __init__(
        self,
        root: Path,
        *,
        script: Script,
        books: Callable[[date], AddressBook],
        clock: Callable[[], datetime],
    ) -> None:
        self._root = root
        self._script = script
        self._books = books
        self._clock = clock
        self._seen: set[str] = set()
        self._open: dict[str, deque[Part]] = {}
        self._swept = False

    def step(self) -> int:
        """Write at most one due answer to each document; how many. Raises TransportError IPK-S005.

        One at a time, so that whoever reads `in/` oldest first reads them in order.
        """
        try:
            return self._step(self._clock())
        except OSError:
            raise away("exchange") from None

    def _step(self, now: datetime) -> int:
        self._look(now)
        written = 0
        for name, parts in list(self._open.items()):
            if parts[0].due <= now:
                written += self._write(parts[0], now)
                parts.popleft()
            if not parts:
                del self._open[name]
        return written

    def _look(self, now: datetime) -> None:
        """Take in what is new in `out/`; first of all, remove what one that was killed left unfinished in `in/`."""
        if not self._swept and (self._root / "in").is_dir():
            files.sweep(self._root / "in")
            self._swept = True
        files.make(self._root / "out")
        with os.scandir(self._root / "out") as entries:
            names = {e.name for e in entries if e.name[0] != "." and e.name.endswith(".xml")}
        for name in sorted(names - self._seen):
            parts = deque(self._unanswered(self._root / "out" / name, now))
            if parts:
                self._open[name] = parts
        self._seen = names

    def _unanswered(self, path: Path, now: datetime) -> list[Part]:
        try:
            with path.open("rb") as file:
                document = file.read(_LARGEST)
        except FileNotFoundError:  # the message server was faster
            return []
        parts = answers.plan(document, self._script, self._books(timing.day(now)))
        return [part for part in parts if not self._stands(part.name)]

    def _stands(self, name: str) -> bool:
        return any((self._root / folder / name).exists() for folder in _STANDS)

    def _write(self, part: Part, now: datetime) -> int:
        folder = self._root / "in"
        files.make(folder)
        if self._stands(part.name):
            return 0
        files.replace(folder / part.name, part.build(now))
        log.info("simulator.answered", message_id=part.name.removesuffix(".xml"))
        return 1


def loop(services: Services) -> Loop | None:
    """Return the thread that plays the other side as the settings say, not started; None where nobody is simulated."""
    script = chosen(services.settings)
    if script is None:
        return None
    played = Municipality(
        services.settings.exchange, script=script, books=services.books, clock=services.clock
    )
    return Loop("simulator", played.step, seconds=services.settings.poll_seconds)
