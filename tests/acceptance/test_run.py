"""`ip-adapter run` and one event: within ten seconds of its start the whole story is told, and Ctrl-C ends it all."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from adapter.events import schemas
from tests.acceptance.running import Program

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

WITHIN: Final = 10.0
STOPS_WITHIN: Final = 5.0


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path)
    yield made
    made.kill()


def found(program: Program, path: str) -> list[dict[str, Any]]:
    status, body = program.ask("GET", path)
    assert status == 200
    return [entry["resource"] for entry in orjson.loads(body).get("entry", [])]


def test_the_story_of_one_need_is_told_within_ten_seconds_of_start(program: Program):
    began = time.monotonic()
    program.start()
    program.ready()
    status, body = program.post(schemas.example("ip.need.identified"))
    assert status == 202
    told = orjson.loads(body)
    while not _appointed(program):
        assert time.monotonic() - began < WITHIN, "the coordinator has not come within ten seconds"
        time.sleep(0.1)
    message = orjson.loads(program.ask("GET", f"/messages/{told['messages'][0]['id']}")[1])
    assert (message["state"], message["apprec"]["status"]) == ("acknowledged", "ok")
    (team,) = found(program, "/fhir/CareTeam")
    assert team["subject"]["reference"] == f"Patient/{told['case']['patientId']}"
    assert len(found(program, "/fhir/ServiceRequest")) == 2
    fed = orjson.loads(program.ask("GET", "/feed")[1])
    assert {item["kind"] for item in fed["items"]} >= {"event", "message", "resource"}
    _ends(program)


def _appointed(program: Program) -> bool:
    states = [
        coding["code"]
        for task in found(program, "/fhir/Task?status=completed")
        for coding in task.get("businessStatus", {}).get("coding", [])
    ]
    return "fulfilled" in states


def _ends(program: Program) -> None:
    """Ask it to stop as Ctrl-C does; the whole group is gone, and nothing of a person stands in its log."""
    process = program._process
    assert process is not None
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(STOPS_WITHIN) in {0, 130, -signal.SIGINT}
    with pytest.raises(OSError):  # noqa: PT011 (nobody listens)
        program.ask("GET", "/health/live", seconds=1)
    said = program.log.read_text()
    after = said.rpartition("JSON")[2]
    assert "13116900216" not in after
    assert "Traceback" not in said
