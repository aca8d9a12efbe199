"""The directory transport: folders that a message server, an EPJ or a person shares with us. contract.md, 'Folders'."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import orjson

from adapter.transports import files
from adapter.transports.base import (
    BATCH,
    Channel,
    Filed,
    Outgoing,
    Polled,
    TransportError,
    away,
    clash,
    file_name,
)
from adapter.transports.inbox import Inbox

FOLDERS: Final = ("out", "in", "copy", "done", "failed", "epj", "handover")
_WRITTEN: Final = ("out", "failed", "epj", "handover")
_CHANNELS: Final[tuple[Channel, ...]] = ("in", "copy")


class Directory:
    """The exchange folders below one root. Any number of processes may use them at once."""

    name = "directory"

    def __init__(self, root: Path, *, max_bytes: int, batch: int = BATCH) -> None:
        self._root = root
        self._inboxes = tuple(Inbox(root, each, max_bytes=max_bytes, batch=batch) for each in _CHANNELS)
        self._swept: set[str] = set()

    def send(self, item: Outgoing) -> None:
        """Write `out/<id>.xml` (or `handover/`), on disk when it returns. Raises TransportError IPK-S005, IPK-S012."""
        path = self._root / item.place / file_name(item.id, folder=item.place)
        self._guarded(item.place, lambda: files.put(path, item.data))

    def file(self, item: Filed) -> None:
        """Write `epj/<id>.xml`, then `.json`: where the second stands, both are whole. Raises TransportError."""
        path = self._root / "epj" / file_name(item.id, folder="epj")
        about = orjson.dumps(item.about, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
        self._guarded("epj", lambda: files.put(path, item.data))
        self._guarded("epj", lambda: _renew(path.with_suffix(".json"), about))

    def poll(self) -> Polled:
        """Yield what waits in `in/` and `copy/`. Raises TransportError IPK-S005 after trying both."""
        failures: list[TransportError] = []
        for inbox in self._inboxes:
            try:
                self._prepare(inbox.channel, "done", "failed")
                yield from inbox.poll()
            except OSError:
                failures.append(away(inbox.channel))
        if failures:
            raise failures[0]

    def _guarded(self, folder: str, work: Callable[[], None]) -> None:
        """Do work in a folder. What the operating system refuses becomes IPK-S005: it may pass."""
        try:
            self._prepare(folder)
            work()
        except files.OtherBytesError:
            raise clash(folder) from None
        except OSError:
            raise away(folder) from None

    def _prepare(self, *needed: str) -> None:
        """Make all folders, so that people find them; one that cannot be made matters only where it is needed."""
        for name in FOLDERS:
            try:
                self._open(name)
            except OSError:
                if name in needed:
                    raise

    def _open(self, name: str) -> None:
        folder = self._root / name
        files.make(folder)
        if name in _WRITTEN and name not in self._swept:
            files.sweep(folder)
            self._swept.add(name)


def _renew(path: Path, data: bytes) -> None:
    """Write what may have changed since it was last written."""
    try:
        files.put(path, data)
    except files.OtherBytesError:
        files.replace(path, data)
