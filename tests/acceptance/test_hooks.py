"""Subscribers of the whole program: killed while it tells them, and a thousand events to three at once. Issue 5, point 6."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from flask.testing import FlaskClient

from adapter.delivery import Loop
from adapter.events import schemas
from adapter.hooks.notifier import Notifier
from adapter.services import Services
from tests.acceptance.running import Program
from tests.hooks.receiver import NEED, Receiver, asked, receiving, set_
from tests.people import patients
from tests.web.hands import need, post

KILLS: Final = 3
QUICK: Final = {
    "poll_seconds": 0.2,
    "worker_seconds": 0.05,
    "lease_seconds": 5,
    "simulate": "off",
    "log_level": "warning",
    "hooks_private": "true",
    "hook_timeout_seconds": 1,
    "hook_retry_seconds": 0.2,
}
WITHIN: Final = 60.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def _today(id_: str, patient: dict[str, Any]) -> dict[str, Any]:
    event = schemas.example("ip.need.identified")
    now = datetime.now(UTC)
    data = event["data"] | {"patient": patient}
    data["consent"] = data["consent"] | {"date": now.date().isoformat()}
    return event | {"id": id_, "time": now.isoformat(), "data": data}


@pytest.mark.acceptance
@pytest.mark.slow
def test_nothing_is_lost_or_out_of_order_when_all_is_killed_while_it_tells(
    tmp_path: Path, receiver: Receiver
):
    seed = int(os.environ.get("ADAPTER_TEST_SEED", "0")) or random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    receiver.before = lambda: time.sleep(0.05)
    program = Program(tmp_path, **QUICK)
    people = patients()
    wanted: set[str] = set()
    program.start()
    try:
        program.ready()
        body = orjson.dumps(asked(receiver.url, extension=[set_("max-count", 2)]))
        headers = {"Content-Type": "application/fhir+json"}
        code, made = program.ask("POST", "/fhir/Subscription", body, headers=headers)
        assert code == 201, made
        for number in range(KILLS * 4):
            code, answer = program.post(_today(f"hook-{number}", next(people)))
            assert code == 202, answer
            wanted |= {f"ServiceRequest/{each['needId']}" for each in orjson.loads(answer)["case"]["needs"]}
            if number % 4 == 3:
                time.sleep(chance.uniform(0.0, 0.3))
                program.kill()
                program.start()
                program.ready()
        _wait_for(lambda: wanted <= set(receiver.focuses) and _settled(program), f"ADAPTER_TEST_SEED={seed}")
    finally:
        program.kill()
    told: dict[int, str] = {}
    for notice in receiver.events:
        for number, focus in zip(notice.numbers, notice.focuses, strict=True):
            # Told again it is the same; told the first time it is the next.
            assert told.setdefault(number, focus) == focus
            assert number <= len(told)
    assert sorted(told) == list(range(1, len(told) + 1))


def _settled(program: Program) -> bool:
    return b'adapter_subscription_events{status="active"} 0.0' in program.ask("GET", "/metrics")[1]


def _wait_for(true: Any, note: str = "") -> None:
    end = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < end, f"it never comes to rest {note}"
        time.sleep(0.05)


@pytest.fixture
def more_settings() -> dict[str, Any]:
    return {"hooks_private": True}


@pytest.mark.slow
def test_a_thousand_events_reach_three_subscribers_each_once_and_in_order(
    client: FlaskClient, services: Services
):
    with receiving() as one, receiving() as two, receiving() as three:
        for each, content in ((one, "id-only"), (two, "id-only"), (three, "empty")):
            made = client.post("/fhir/Subscription", json=asked(each.url, NEED, content))
            assert made.status_code == 201, made.text
        notifier = Notifier(services, owner="worker", done=lambda: loop.wake())  # noqa: PLW0108 (made after it)
        loop = Loop("notifier", notifier.step, seconds=0.05)
        loop.start()
        try:
            found = _needs(client, 250)
            assert found >= 1000
            _wait_for(lambda: all(len(each.numbers) >= found for each in (one, two, three)))
        finally:
            loop.stop()
            loop.join(10)
            notifier.close()
        for each in (one, two, three):
            assert each.numbers == list(range(1, found + 1))
            assert [notice.kind for notice in each.got].count("handshake") == 1
        assert one.focuses == two.focuses
        assert three.focuses == []
        assert threading.active_count() < 30


def _needs(client: FlaskClient, many: int) -> int:
    """Post so many needs; how many resources of the topic they made."""
    made = 0
    for number, patient in zip(range(many), patients(), strict=False):
        answer = post(client, need(("id", f"many-{number}"), ("data.patient", patient)))
        assert answer.status_code == 202, answer.text
        effects = answer.get_json()["effects"]
        made += sum(each["resource"].startswith(("ServiceRequest/", "Task/")) for each in effects)
    return made
