"""Checkpoints beside the writer: what is committed reaches the file by itself, and nobody waits for it. docs/decisions/0093."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from adapter.store import Store, checkpoint, resources
from tests.store.builders import resource

WORKS = checkpoint.PAGES // checkpoint.WORK_PAGES


@pytest.fixture
def file(store: Store, tmp_path: Path) -> Path:
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL has checkpoints of its own")
    return tmp_path / "store.db"


def put(store: Store, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        store.write(lambda conn, n=number: resources.put(conn, [resource(f"r{n}")]))  # type: ignore[misc]


def copied(file: Path, to: Path) -> int:
    """Return how many resources stand in the file itself, without its log."""
    shutil.copy(file, to)
    with sqlite3.connect(to) as driver:
        found: int = driver.execute("SELECT COUNT(*) FROM resource").fetchone()[0]
    driver.close()
    return found


def test_what_is_committed_reaches_the_file_after_some_works(store: Store, file: Path, tmp_path: Path):
    put(store, WORKS - 1)
    assert copied(file, tmp_path / "before.db") == 0
    put(store, 1, WORKS)
    end = time.monotonic() + 10
    while time.monotonic() < end and copied(file, tmp_path / "after.db") < WORKS:
        time.sleep(0.02)
    assert copied(file, tmp_path / "after.db") == WORKS


def test_a_file_that_is_away_ends_nothing(store: Store, file: Path, tmp_path: Path):
    put(store, 1)
    away = checkpoint.Checkpoints(store._engine, store._shared)
    file.rename(tmp_path / "elsewhere.db")
    away.after(works=WORKS, audits=0)
    time.sleep(0.1)
    (tmp_path / "elsewhere.db").rename(file)
    away.after(works=WORKS, audits=1)
    assert [t.name for t in threading.enumerate()].count("store-checkpoint") == 1
    away.close()
    away.after(works=WORKS, audits=0)
    assert "store-checkpoint" not in [t.name for t in threading.enumerate()]
