"""Files that commands read, and instants that they are given."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from adapter.errors import SystemFault

STDIN = "-"


def read(name: str) -> bytes:
    """Return a file's bytes, standard input for `-`. Raises SystemFault IPK-S008."""
    if name == STDIN:
        whole: bytes = sys.stdin.buffer.read()
        return whole
    try:
        return Path(name).read_bytes()
    except OSError:
        raise SystemFault("IPK-S008", at=name) from None


def write(path: Path, data: bytes) -> None:
    """Write a file, its folders too. Raises SystemFault IPK-S008."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError:
        raise SystemFault("IPK-S008", at=str(path)) from None


_YEARS: Final = range(1900, 2200)
"""Years of which an event may be (IPK-E088, IPK-E107): a time zone or a deadline leads out of those at the ends of time."""


def instant(_ctx: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """Return an option as an aware instant. Raises BadParameter."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in _YEARS:
        raise click.BadParameter("a time with offset, such as 2026-03-04T10:15:00+01:00")
    return found


def now(given: datetime | None) -> datetime:
    """Return the instant given, else this one."""
    from adapter import wiring  # noqa: PLC0415 (it opens the house)

    return given or wiring.now()
