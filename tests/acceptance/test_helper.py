"""The process beside a real server: it goes when the server does, and the server goes on when it does. docs/decisions/0093."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from bench import needs, people
from tests.acceptance.running import Program
from tests.web import hands

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="no /proc to look processes up in"
)


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


def bench_need(number: int) -> dict[str, Any]:
    return needs.event(str(uuid.uuid4()), next(people.numbers(number)))


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path, simulate="off")
    made.start()
    made.ready()
    return made


def helpers_of(program: Program) -> list[int]:
    """Return the processes that prepare events: the last of each line below the server."""
    return [pid for pid in beneath(program.pid) if parent(parent(parent(pid))) == program.pid]


def test_a_helper_that_is_killed_is_followed_by_another(program: Program):
    try:
        before = helpers_of(program)
        assert program.post(hands.need())[0] == 202
        assert alive(program) == len(before) == 2
        for helper in before:
            os.kill(helper, signal.SIGKILL)
        for number in range(6):  # told of the loss, while nobody is there yet, and with the new ones
            assert program.post(bench_need(number))[0] == 202
        assert within(10, lambda: len(helpers_of(program)) == 2)
        assert not set(before) & set(helpers_of(program))
        assert b"helper.lost" in program.log.read_bytes()
        assert program.post(bench_need(10))[0] == 202
        assert alive(program) == 2
    finally:
        program.kill()


def test_a_server_goes_on_without_helpers(program: Program):
    try:
        watchers = [parent(helper) for helper in helpers_of(program)]
        for watcher, helper in zip(watchers, helpers_of(program), strict=True):
            os.kill(watcher, signal.SIGKILL)
            os.kill(helper, signal.SIGKILL)
        for number in range(4):
            assert program.post(bench_need(number))[0] == 202
        assert alive(program) == 0
        assert within(5, lambda: not any(parent(watcher) for watcher in watchers))  # nobody is left to bury
    finally:
        program.kill()


def test_no_helper_outlives_a_server_that_is_killed(program: Program):
    below = beneath(program.pid)
    helpers = helpers_of(program)
    watchers = [parent(helper) for helper in helpers]
    assert len(helpers) == 2
    try:
        for pid in (program.pid, *(set(below) - {*helpers, *watchers})):
            os.kill(pid, signal.SIGKILL)
        assert within(5, lambda: not any(parent(pid) for pid in (*helpers, *watchers)))
    finally:
        program.kill()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Program]:
    """Start a server with one helper."""
    made = Program(tmp_path, simulate="off", helpers=1)
    made.start()
    made.ready()
    yield made
    made.kill()


@pytest.mark.parametrize("more", [0, 1_000_000], ids=["small", "larger than a pipe"])
def test_a_helper_that_hangs_is_followed_by_another_and_its_event_answered(alone: Program, more: int):
    """The alarm of a process that stands still does not ring: the server's limit does, for what is written too."""
    (helper,) = helpers_of(alone)
    os.kill(helper, signal.SIGSTOP)
    assert alone.ask("GET", "/health/live")[0] == 200
    event = bench_need(1)
    event["data"]["reason"]["text"] += "x" * more
    headers = {"Content-Type": "application/cloudevents+json"}
    status, _ = alone.ask("POST", "/events", orjson.dumps(event), headers=headers, seconds=40)
    assert status == (422 if more else 202)
    assert within(5, lambda: not parent(helper))
    assert within(5, lambda: len(helpers_of(alone)) == 1)
    assert alone.post(bench_need(2))[0] == 202
    assert alive(alone) == 1


def test_a_helper_killed_in_the_middle_of_an_event_leaves_nothing_of_it_to_the_next(alone: Program):
    """What is left of the event would be read as the next message, and unpickled: it is whatever the caller sent."""
    headers = {"Content-Type": "application/cloudevents+json"}
    for number in range(3):
        (helper,) = helpers_of(alone)
        os.kill(helper, signal.SIGSTOP)
        event = bench_need(number) | {"more": "x" * 4_000_000}
        answers: list[int] = []
        posting = threading.Thread(
            target=lambda event=event, answers=answers: answers.append(
                alone.ask("POST", "/events", orjson.dumps(event), headers=headers, seconds=40)[0]
            )
        )
        posting.start()
        time.sleep(0.3)
        os.kill(helper, signal.SIGCONT)
        os.kill(helper, signal.SIGKILL)
        posting.join()
        assert answers == [422]
        assert within(5, lambda: len(helpers_of(alone)) == 1)
        assert alone.post(bench_need(10 + number))[0] == 202
        assert alive(alone) == 1


def test_a_helper_that_stands_still_does_not_outlive_a_server_that_is_stopped(alone: Program):
    (helper,) = helpers_of(alone)
    os.kill(helper, signal.SIGSTOP)
    os.kill(alone.pid, signal.SIGTERM)
    assert within(10, lambda: not parent(helper))


def test_no_event_takes_the_helpers_away(alone: Program):
    headers = {"Content-Type": "application/cloudevents+json"}
    deep = orjson.dumps(bench_need(1))[:-1] + b',"deep":' + b"[" * 900 + b"]" * 900 + b"}"
    for _ in range(3):
        assert alone.ask("POST", "/events", deep, headers=headers)[0] == 422
    assert alive(alone) == 1
    assert b"helper.lost" not in alone.log.read_bytes()


def test_a_server_that_is_told_to_stop_while_it_starts_stops_at_once(tmp_path: Path):
    """Its handlers are still those of the process that forked it: that one would hear it a second time."""
    made = Program(tmp_path, simulate="off")
    for _ in range(3):
        made.start()
        try:
            assert within(20, lambda: bool(beneath(made.pid)))
            below = beneath(made.pid)
            os.killpg(made.pid, signal.SIGINT)
            assert within(8, lambda below=below: not any(parent(pid) for pid in below))
        finally:
            made.kill()


def test_a_server_stops_when_the_process_that_started_it_is_killed(alone: Program):
    below = beneath(alone.pid)
    os.kill(alone.pid, signal.SIGKILL)
    assert within(8, lambda: not any(parent(pid) for pid in below))
