"""The process beside a real server: it goes when the server does, and the server goes on when it does. docs/decisions/0093."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.running import Program
from tests.web import hands

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look processes up in")


def parent(pid: int) -> int:
    """Return the parent of a process, 0 where there is none any more."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def beneath(pid: int) -> list[int]:
    """Return the processes that descend from one."""
    found = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    mine = [each for each in found if parent(each) == pid]
    return [*mine, *(one for each in mine for one in beneath(each))]


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


def alive(program: Program) -> int:
    lines = program.ask("GET", "/metrics")[1].decode().splitlines()
    (line,) = [line for line in lines if line.startswith("adapter_helpers ")]
    return int(float(line.split()[1]))


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path, simulate="off")
    made.start()
    made.ready()
    return made


def test_a_server_goes_on_without_its_helper_and_takes_it_along(program: Program):
    try:
        below = beneath(program.pid)
        (helper,) = [pid for pid in below if not beneath(pid) and parent(pid) != program.pid]
        assert program.post(hands.need())[0] == 202
        assert alive(program) == 1
        os.kill(helper, signal.SIGKILL)
        assert program.post(hands.need(("id", "another")))[0] == 202
        assert alive(program) == 0
        assert b"helper.lost" in program.log.read_bytes()
        assert within(5, lambda: parent(helper) == 0)
    finally:
        program.kill()


def test_no_helper_outlives_a_server_that_is_killed(program: Program):
    below = beneath(program.pid)
    assert len(below) >= 2
    served = [pid for pid in below if beneath(pid)]
    try:
        for pid in (program.pid, *served):  # not the helper: it sees that its pipe ends
            os.kill(pid, signal.SIGKILL)
        assert within(5, lambda: all(parent(pid) == 0 for pid in below if pid not in served))
    finally:
        program.kill()
