"""One folder that documents come into: claimed by rename, locked while in work, put aside when settled.

A claim is two things: the file stands in `.claimed/`, out of everybody's sight, and is locked by whoever works on it.
The lock dies with the process, so after a crash the file is found there unlocked and is taken up again. Checking a
name and renaming to it happens under one lock for the whole exchange, so that nothing is ever renamed over.
"""

from __future__ import annotations

import heapq
import itertools
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from adapter.idscan import mask
from adapter.transports import files
from adapter.transports.base import Channel, Incoming, away, explanation, numbered

CLAIMED: Final = ".claimed"
BLOCK: Final = 4096
_READ: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK

_Seen = tuple[int, int, int]
"""(inode, size, time of change): what a file was at a look."""

_Claim = Callable[[], None]
"""Brings the file into `.claimed/`. Raises FileExistsError where one of its name is there, FileNotFoundError, OSError."""


@dataclass(slots=True)
class Inbox:
    """`in/` or `copy/` below the root."""

    root: Path
    channel: Channel
    max_bytes: int = field(kw_only=True)
    batch: int = field(kw_only=True)
    _growing: dict[str, _Seen] = field(default_factory=dict, init=False)

    def poll(self) -> Iterator[Incoming]:
        """Yield what an earlier process left claimed, then what is new, oldest first.

        Raises OSError at the end: one file that cannot be put aside does not hold the others.
        """
        files.make(self._claimed)
        refused: OSError | None = None
        for path, claim in itertools.chain(self._left(), self._new()):
            try:
                yield from self._opened(path, claim)
            except OSError as error:
                refused = error
        if refused is not None:
            raise refused

    def _left(self) -> Iterator[tuple[Path, _Claim]]:
        return ((path, _nothing) for path in self._oldest(self._claimed))

    def _new(self) -> Iterator[tuple[Path, _Claim]]:
        for path in self._oldest(self._folder):
            if not self._unfinished(path):
                target = self._claimed / path.name
                yield target, _mover(path, target)

    @property
    def _folder(self) -> Path:
        return self.root / self.channel

    @property
    def _claimed(self) -> Path:
        return self._folder / CLAIMED

    def _oldest(self, folder: Path) -> list[Path]:
        """Return a batch of the documents of a folder, the oldest: an answer is not overtaken by what came after it."""
        with os.scandir(folder) as entries:
            listed = ((_changed(e), e.name) for e in entries if _is_document(e))
            return [folder / name for _, name in heapq.nsmallest(self.batch, listed)]

    def _unfinished(self, path: Path) -> bool:
        """Whether somebody may still be writing it in place.

        A writer that does not rename shows itself by a length of whole blocks (none at all at first) without the end
        of a document. It is taken as it is once two looks find it the same.
        """
        seen = _looks_cut(path)
        before = self._growing.pop(path.name, None)
        if seen is None or seen == before:
            return False
        self._growing[path.name] = seen
        return True

    def _opened(self, path: Path, claim: _Claim) -> Iterator[Incoming]:
        """Yield the claimed file while it is locked by us; nothing where another has it or it cannot be read."""
        handle = self._locked(path, claim)
        if handle is None:
            return
        try:
            data = _read(handle, self.max_bytes)
            if data is None:
                self._failed(path, "IPK-M008", "$")
            else:
                yield self._incoming(path, data)
        finally:
            os.close(handle)

    def _locked(self, path: Path, claim: _Claim) -> int | None:
        with self._alone():
            try:
                claim()
                handle = os.open(path, _READ)
            except FileNotFoundError:  # another was faster
                return None
            except FileExistsError:  # one of the same name is in work; this one's turn comes
                return None
            except PermissionError:
                handle = -1
            if handle >= 0 and not files.lock(handle):
                os.close(handle)
                return None
        if handle < 0:
            self._failed(path, "IPK-S008", "$")
            return None
        return handle

    def _incoming(self, path: Path, data: bytes) -> Incoming:
        def done() -> None:
            self._settle(lambda: self._done(path))

        def failed(code: str, at: str) -> None:
            self._settle(lambda: self._failed(path, code, at))

        name = mask(os.fsencode(path.name).decode("utf-8", "replace"))
        return Incoming(name=name, channel=self.channel, data=data, done=done, failed=failed)

    def _settle(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError:
            raise away(self.channel) from None

    def _done(self, path: Path) -> None:
        with self._alone():
            _aside(path, _free(self.root / "done", path.name))

    def _failed(self, path: Path, code: str, at: str) -> None:
        """Put it aside with its explanation, which is written first: no file stands in `failed/` unexplained."""
        with self._alone():
            if not path.exists():
                return
            target = _free(self.root / "failed", path.name)
            why = orjson.dumps(explanation(code, at), option=orjson.OPT_INDENT_2) + b"\n"
            files.replace(_error_of(target), why)
            _aside(path, target)

    def _alone(self) -> AbstractContextManager[None]:
        return files.alone(self.root / ".lock")


def _nothing() -> None:
    """Claim what is claimed already."""


def _is_document(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    return name[0] != "." and name.lower().endswith(".xml") and entry.is_file(follow_symlinks=False)


def _changed(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_mtime_ns
    except FileNotFoundError:  # taken by another meanwhile
        return 0


def _mover(source: Path, target: Path) -> _Claim:
    def move() -> None:
        if target.exists():
            raise FileExistsError
        source.rename(target)

    return move


def _looks_cut(path: Path) -> _Seen | None:
    """Return what the file is now where it may be cut short, else None."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_size % BLOCK:
                return None
            file.seek(max(0, status.st_size - 64))
            end = file.read(64).rstrip(b" \t\r\n\0")
    except OSError:  # gone, or not readable: the claim says which
        return None
    return None if end.endswith(b">") else (status.st_ino, status.st_size, status.st_mtime_ns)


def _read(handle: int, most: int) -> bytes | None:
    """Return the bytes of an open file, None where there are more than `most`: it is not read then."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_size > most:
        return None
    with os.fdopen(os.dup(handle), "rb") as file:
        data = file.read(most + 1)
    return data if len(data) <= most else None


def _free(folder: Path, name: str) -> Path:
    """Return a path in the folder under which nothing stands yet: `a.xml`, `a-2.xml` … To be used under the lock."""
    paths = (folder / numbered(name, number) for number in itertools.count(1))
    return next(p for p in paths if not os.path.lexists(p) and not _error_of(p).exists())


def _error_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.error.json")


def _aside(path: Path, target: Path) -> None:
    try:
        path.rename(target)
    except FileNotFoundError:
        if not target.parent.is_dir():
            raise
        # Settled already, or taken back by a person: nothing is left to put aside.
