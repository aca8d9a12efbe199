"""Whole files or none: temporary name, fsync, rename, fsync of the folder. POSIX rename(2), fsync(2), flock(2).

A lock on a file dies with the process that holds it, so what a crash leaves behind is known by being unlocked.
"""

from __future__ import annotations

import fcntl
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

FILE_MODE: Final = 0o660
FOLDER_MODE: Final = 0o770
"""Never for others: documents are about patients. The operator's umask narrows further."""
_TEMPORARY: Final = re.compile(r"\..+\.[0-9]+-[0-9]+\.tmp", re.DOTALL)
"""What `replace` names them; others' unfinished files are theirs."""
_NEW: Final = os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW


class OtherBytesError(Exception):
    """Another document stands under this name."""


def put(path: Path, data: bytes) -> None:
    """Make `path` hold `data`, on disk before it returns. The same bytes there already: done.

    Raises OtherBytesError where other bytes stand there, and OSError.
    """
    try:
        with path.open("rb") as file:
            standing = file.read(len(data) + 1)
    except FileNotFoundError:
        replace(path, data)
        return
    if standing != data:
        raise OtherBytesError
    sync(path.parent)  # it may have been renamed by a process that died before its own fsync


def replace(path: Path, data: bytes) -> None:
    """Make `path` hold `data` whatever stood there, whole or not at all, on disk before it returns. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with os.fdopen(os.open(temporary, _NEW, FILE_MODE), "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # tells `sweep` that its writer lives
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            temporary.rename(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """Bring the names of a folder to disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make(folder: Path) -> None:
    """Make a folder with its parents, if it is not there. Raises OSError."""
    if not folder.is_dir():
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        sync(folder.parent)


def lock(handle: int) -> bool:
    """Lock an open file unless another has; whether it is ours now."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock of `path` among all threads and processes. Not to be entered twice. Raises OSError."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def sweep(folder: Path) -> int:
    """Remove temporary files of ours whose writer died; how many. Raises OSError."""
    with os.scandir(folder) as entries:
        found = [Path(e.path) for e in entries if _TEMPORARY.fullmatch(e.name)]
    return sum(_remove_orphan(path) for path in found)


def _remove_orphan(path: Path) -> bool:
    with suppress(OSError):  # renamed or removed meanwhile by its own writer
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            if lock(handle):
                path.unlink()
                return True
        finally:
            os.close(handle)
    return False
