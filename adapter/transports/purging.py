"""Files of the exchange folders whose time is over. contract.md, 'Folders'."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from adapter.transports.base import away


def old(root: Path, folder: str, *, before: datetime, keep: Collection[str] = ()) -> tuple[Path, ...]:
    """Return the files of a folder that came there earlier, but for those of these ids. Raises TransportError IPK-S005.

    A file that was moved keeps the time of its writing, so the time it was moved counts too. Names that begin with a dot
    or end in `.tmp` are being written.
    """
    try:
        return tuple(_old(root / folder, before.timestamp(), frozenset(keep)))
    except FileNotFoundError:
        return ()
    except OSError:
        raise away(folder) from None


def _old(folder: Path, before: float, keep: frozenset[str]) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.name.startswith(".") or entry.name.endswith(".tmp"):
                continue
            if not entry.is_file(follow_symlinks=False) or entry.name.partition(".")[0] in keep:
                continue
            stat = entry.stat(follow_symlinks=False)
            if max(stat.st_mtime, stat.st_ctime) < before:
                yield Path(entry.path)


def remove(paths: Iterable[Path], *, folder: str) -> int:
    """Return how many files were removed; one that is gone already is none. Raises TransportError IPK-S005."""
    gone = 0
    try:
        for path in paths:
            with suppress(FileNotFoundError):
                path.unlink()
                gone += 1
    except OSError:
        raise away(folder) from None
    return gone
