"""The parts that wiring makes itself: new ids. RFC 9562 § 5.7."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from adapter import settings, wiring

FORKED = """
import os
from adapter import wiring
reader, writer = os.pipe()
if os.fork() == 0:
    os.write(writer, wiring.fresh_id().encode())
    os._exit(0)
os.wait()
print(wiring.fresh_id()[14:], os.read(reader, 36).decode()[14:])
"""


def test_a_new_id_is_a_uuid_of_version_7():
    made = [uuid.UUID(wiring.fresh_id()) for _ in range(100)]
    assert {each.version for each in made} == {7}
    assert {each.variant for each in made} == {uuid.RFC_4122}
    assert len(set(made)) == 100


def test_new_ids_grow_with_the_clock(monkeypatch: pytest.MonkeyPatch):
    made = []
    for millisecond in (1, 2, 1_772_616_900_000, 1_772_616_900_001):
        monkeypatch.setattr(wiring, "time_ns", lambda at=millisecond: at * 1_000_000)
        made.append(wiring.fresh_id())
    assert made == sorted(made)
    assert uuid.UUID(made[-1]).int >> 80 == 1_772_616_900_001


def test_a_forked_process_makes_other_ids():
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    ours, theirs = done.stdout.split()
    assert ours != theirs


@pytest.mark.parametrize(
    "said", [{"database_url": "postgresql+psycopg://nobody@127.0.0.1/none"}, {"helpers": 0}, {}]
)
def test_helpers_are_for_servers_with_the_embedded_database(said: dict[str, Any], tmp_path: Path):
    chosen = settings.load(**{"database_url": f"sqlite:///{tmp_path / 'none.db'}", **said})
    built = wiring.build(chosen, helped=bool(said))
    assert built.helpers is None
    wiring.close(built)
