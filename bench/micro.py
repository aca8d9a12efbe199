"""Measures without a server: one message written and checked, one read and checked, the command line."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import orjson

from adapter import events, kith, xmlsafe
from adapter import settings as configuration
from adapter.kith import schemas
from adapter.mappings import compose
from adapter.mappings import needs as mapped
from adapter.mappings.context import Context
from adapter.model import Case
from adapter.registers import addressbook
from bench import documents, needs, servers

NOW: Final = datetime(2026, 3, 4, 9, 15, 1, tzinfo=UTC)
NUMBER: Final = "13116900216"
"""An official fictive person."""
_RUNS: Final = 9
_EACH: Final = 50
_STARTS: Final = 5


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a work takes: the median of nine runs of fifty."""
    found = []
    for _ in range(_RUNS):
        begun = time.perf_counter()
        for _ in range(_EACH):
            work()
        found.append((time.perf_counter() - begun) / _EACH * 1000)
    return median(found)


def message() -> tuple[float, float, int]:
    """Return the milliseconds to write a need's message from its notice, to read it again, and its size in bytes.

    Written: carrier chosen, mapped, built, and checked by our schema and the named rules (`kith.issue`). Read: parsed, checked by schema and named rules.
    """
    book = addressbook.load().on(NOW.date())
    people = configuration.Settings().people()
    event = events.check(needs.event("bench-1", NUMBER), now=NOW, people=people)
    party = book.by_source(event.source)
    if party is None or party.her_id is None:
        raise RuntimeError("the shipped address book has lost the hospital")
    before = Context(
        event=event, case=Case(key=None, version=0, now=NOW, owner=party.her_id), book=book, party=party
    )
    change = mapped.identified(before)
    after = before.with_case(before.case.having(change.outcome(before.patient_id())))
    notice = mapped.identified_notices(after)[0]
    data = compose.compose(after, notice).message.body
    written = milliseconds(lambda: compose.compose(after, notice))
    return written, milliseconds(lambda: (kith.read(data), kith.check(data))), len(data)


def received() -> tuple[float, int]:
    """Return the milliseconds to parse a message of care safely and check it by our schema, and its size in bytes."""
    data = documents.care()
    return milliseconds(lambda: schemas.require(xmlsafe.parse(data))), len(data)


def command(*arguments: str) -> float:
    """Return the seconds a command of `ip-adapter` takes: the median of five."""
    found = []
    for _ in range(_STARTS):
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "adapter", *arguments], cwd=servers.ROOT, capture_output=True, check=False
        )
        found.append(time.perf_counter() - begun)
        if done.returncode:
            raise RuntimeError(f"ip-adapter {arguments[0]}: exit code {done.returncode}")
    return median(found)


def commands(folder: Path) -> tuple[float, float]:
    """Return the seconds of `ip-adapter --help` and of `ip-adapter check` of one event."""
    file = folder / "event.json"
    file.write_bytes(orjson.dumps(needs.event("bench-1", NUMBER)))
    return command("--help"), command("check", str(file))
