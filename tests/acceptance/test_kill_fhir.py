"""`kill -9` of the server or its helpers while it is written over FHIR: all of a write is there, once, or nothing of it."""

from __future__ import annotations

import base64
import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from adapter.events import schemas
from tests.acceptance.running import Program
from tests.acceptance.test_helper import alive, helpers_of, within
from tests.web import writes

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

KILLS: Final = 3
HOME: Final = "st-olavs-fmr"


def _write(program: Program, method: str, path: str, body: Any) -> tuple[int, Any]:
    headers = {"Content-Type": writes.FHIR}
    status, answer = program.ask(method, f"/fhir/{path}".rstrip("/"), orjson.dumps(body), headers=headers)
    return status, orjson.loads(answer) if answer else None


def _plan(patient: str) -> dict[str, Any]:
    party = writes.BOOK.by_key(HOME)
    assert party is not None
    said = writes.plan(patient, author="Magnar Koman")
    consent = next(one for one in said["contained"] if one["resourceType"] == "Consent")
    consent["dateTime"] = "2026-03-04"
    consent.pop("verification", None)
    return {**said, "author": {"reference": f"Organization/{party.organisation_id}"}}


def _two(plan: str, subject: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a transaction of two events: another title, and a goal of the same number."""
    patch = {"resourceType": "Binary", "contentType": "application/merge-patch+json"}
    patch["data"] = base64.b64encode(orjson.dumps({"title": f"Plan {number}"})).decode()
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": f"Goal {number}"},
        "subject": subject,
    }
    entries = [
        {"resource": goal, "request": {"method": "POST", "url": "Goal"}},
        {"resource": patch, "request": {"method": "PATCH", "url": f"CarePlan/{plan}"}},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def test_a_transaction_is_there_whole_or_not_at_all(tmp_path: Path):
    program = Program(tmp_path, log_level="warning")
    chance = random.Random(20261127)
    program.start()
    try:
        program.ready()
        status, told = program.post({**schemas.example("ip.need.identified"), "id": "kill-fhir"})
        assert status == 202, told
        patient = orjson.loads(told)["case"]["patientId"]
        status, plan = _write(program, "POST", "CarePlan", _plan(patient))
        assert status == 201, plan
        done: list[int] = []
        for _ in range(KILLS):
            stop = threading.Event()
            load = threading.Thread(target=_load, args=(program, plan, done, stop))
            load.start()
            time.sleep(chance.uniform(0.3, 1.5))
            program.kill()
            stop.set()
            load.join()
            program.start()
            program.ready()
            _whole(program, plan["id"], done)
        assert done
    finally:
        program.kill()


def _load(program: Program, plan: dict[str, Any], done: list[int], stop: threading.Event) -> None:
    """Write transactions until it is gone; note those that were answered."""
    number = max(done, default=0) + 1
    while not stop.is_set():
        try:
            status, answer = _write(program, "POST", "", _two(plan["id"], plan["subject"], number))
        except OSError:
            return
        assert status == 200, answer
        done.append(number)
        number += 1


def _whole(program: Program, plan: str, done: list[int]) -> None:
    status, body = program.ask("GET", f"/fhir/CarePlan/{plan}")
    assert status == 200
    found = orjson.loads(body)
    titled = int(found["title"].rpartition(" ")[2]) if found["title"].startswith("Plan ") else 0
    goals = []
    for one in found["goal"]:
        goal = orjson.loads(program.ask("GET", f"/fhir/{one['reference']}")[1])
        if goal["description"]["text"].startswith("Goal "):
            goals.append(int(goal["description"]["text"].rpartition(" ")[2]))
    assert goals == list(range(1, titled + 1)), "half a transaction"
    assert titled >= max(done, default=0), "an answered transaction is lost"
    done[:] = list(range(1, titled + 1))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look processes up in")
def test_a_helper_killed_while_it_works_out_writes_loses_and_doubles_none(tmp_path: Path):
    program = Program(tmp_path, log_level="warning", simulate="off")
    program.start()
    try:
        program.ready()
        status, told = program.post({**schemas.example("ip.need.identified"), "id": "kill-helper"})
        assert status == 202, told
        status, plan = _write(program, "POST", "CarePlan", _plan(orjson.loads(told)["case"]["patientId"]))
        assert status == 201, plan
        made: list[str] = []
        stop = threading.Event()
        load = [threading.Thread(target=_goals, args=(program, plan, n, made, stop)) for n in range(2)]
        for one in load:
            one.start()
        for _ in range(KILLS):
            assert within(10, lambda: len(helpers_of(program)) == 2)
            time.sleep(0.5)
            for helper in helpers_of(program):
                os.kill(helper, signal.SIGKILL)
        assert within(10, lambda: len(helpers_of(program)) == 2)
        time.sleep(0.5)
        stop.set()
        for one in load:
            one.join()
        assert alive(program) == 2
        found = orjson.loads(program.ask("GET", f"/fhir/CarePlan/{plan['id']}")[1])
        listed = [one["reference"] for one in found["goal"]]
        assert len(made) == len(set(made)) > KILLS
        assert sorted(listed[-len(made) :]) == sorted(made)
        assert len(listed) == len(plan["goal"]) + len(made)
    finally:
        program.kill()


def _goals(program: Program, plan: dict[str, Any], who: int, made: list[str], stop: threading.Event) -> None:
    """Create goals of one plan, as another does at the same time; note where each is."""
    number = 0
    while not stop.is_set():
        number += 1
        said = {"resourceType": "Goal", "lifecycleStatus": "active", "subject": plan["subject"]}
        said["description"] = {"text": f"Goal {who}-{number}"}
        status, answer = _write(program, "POST", "Goal", said)
        assert status == 201, answer
        made.append(f"Goal/{answer['id']}")
