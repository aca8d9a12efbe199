"""Whatever is asked, the server does not break: no 5xx, every FHIR error an OperationOutcome, no value given back or logged.

`ADAPTER_TEST_FUZZ_SECONDS` (10 unless set) and `ADAPTER_TEST_FUZZ_SEED` (by chance unless set). What fails is kept in
`tests/fuzz/seeds/` and sent first; commit it with what mends it.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

import pytest
import structlog
from flask.testing import FlaskClient

from adapter import log
from tests.clock import Clock
from tests.events.samples import changed
from tests.fuzz import apis, searches, sending, values
from tests.fuzz.sending import Sent
from tests.web.hands import FNR, post, search, told

pytestmark = pytest.mark.slow

SECONDS: Final = float(os.environ.get("ADAPTER_TEST_FUZZ_SECONDS") or 10) / 4
SEED: Final = int(os.environ.get("ADAPTER_TEST_FUZZ_SEED") or int.from_bytes(os.urandom(4), "big"))
MANY: Final = 5
TYPES: Final = (
    "CarePlan", "CareTeam", "Goal", "ServiceRequest", "Task", "Patient", "PractitionerRole", "Organization", "Consent",
    "Appointment", "Provenance",
)  # fmt: skip


@pytest.fixture
def logged() -> Iterator[io.BytesIO]:
    """All that is logged, from debug up."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    stream = io.BytesIO()
    log.configure(level="debug", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = before[0], before[1]
    sys.excepthook, threading.excepthook = before[2], before[3]


@pytest.fixture
def resources(client: FlaskClient, clock: Clock) -> list[dict[str, Any]]:
    """Tell of a need and a plan; what there is then."""
    case = told(client)["case"]
    clock.advance(days=40)
    event = changed("ip.plan.created", ("data.continues", {"meldeId": case["meldeId"]}))
    assert post(client, event).status_code == 202
    bundles = [client.get(f"/fhir/{type_}?_count=20").get_json() for type_ in TYPES]
    return [entry["resource"] for bundle in bundles for entry in bundle["entry"]]


def fuzzed(client: FlaskClient, logged: io.BytesIO, make: Callable[[Random], Sent]) -> Counter[int]:
    """Send the kept requests and then new ones until the time is over; how many were answered with which status."""
    seen: Counter[int] = Counter()
    failed: dict[str, tuple[int, Sent, list[str]]] = {}
    kept = sending.seeds()
    end, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < end or number < len(kept):
        seed = SEED + number
        sent = kept[number] if number < len(kept) else make(Random(seed))
        answer = sending.send(client, sent)
        seen[answer.status_code] += 1
        if what := sending.faults(sent, answer, logged):
            failed.setdefault(f"{sent.place} {what}", (seed, sent, what))
        number += 1
    told_ = [(sending.keep(sent, what), seed, name) for name, (seed, sent, what) in failed.items()]
    assert told_[:MANY] == []
    return seen


def test_no_request_of_any_route_breaks_the_server(
    client: FlaskClient, resources: list[dict[str, Any]], logged: io.BytesIO
):
    document = client.get("/openapi.json").get_json()
    ids = tuple(
        item["id"] for path in ("/messages", "/events") for item in client.get(path).get_json()["items"]
    )
    routes = apis.Routes(document, resources, ids)
    seen = fuzzed(client, logged, routes.sent)
    assert seen.total() > len(routes)
    assert {200, 400, 404} <= set(seen)


def test_no_search_breaks_the_server(
    client: FlaskClient, resources: list[dict[str, Any]], logged: io.BytesIO
):
    statement = client.get("/fhir/metadata").get_json()
    known = {
        "id": tuple(one["id"] for one in resources),
        "reference": tuple(f"{one['resourceType']}/{one['id']}" for one in resources),
        "token": ("active", "true", "individuell-plan", "A02-2", "coordinator", "order"),
    }
    seen = fuzzed(client, logged, searches.Grammar(statement, known).sent)
    assert {200, 400, 404} <= set(seen)


def test_a_seed_is_always_the_same_request():
    rest = {
        "searchParam": [{"name": "_id", "type": "token"}],
        "resource": [{"type": "Task", "searchParam": [{"name": "status", "type": "token"}]}],
    }
    grammar = searches.Grammar(
        {"rest": [rest]}, {"id": ("1",), "reference": ("Task/1",), "token": ("active",)}
    )
    made = [grammar.sent(Random(seed)) for seed in range(200)]
    assert made == [grammar.sent(Random(seed)) for seed in range(200)]
    assert len({one.path for one in made}) > 100
    assert sum(values.MARK in one.path or values.MARK.encode() in one.body for one in made) > 40


def test_a_leak_is_seen_and_kept(client: FlaskClient, logged: io.BytesIO, tmp_path: Any, monkeypatch: Any):
    monkeypatch.setattr(sending, "SEEDS", tmp_path)
    sent = Sent(method="GET", path="/fhir/Task/none")
    answer = sending.send(client, sent)
    assert sending.faults(sent, answer, io.BytesIO()) == []
    assert sending.faults(sent, answer, io.BytesIO(values.MARK.encode())) == ["a value in the log"]
    answer.status_code, answer.data = 500, f'{{"said": "{values.MARK}"}}'.encode()
    assert sending.faults(sent, answer, logged) == [
        "500", "a value in the body of an error", "500 without an OperationOutcome",
    ]  # fmt: skip
    sending.keep(sent, ["500"])
    assert sending.seeds() == [sent]


@pytest.mark.parametrize(
    "query", ["status=a%00", "identifier=x%7C%00", "_id=%00", "_sort=%00", "_cursor=%00"]
)
def test_a_value_that_no_database_can_hold_is_refused_or_left_out(client: FlaskClient, query: str):
    assert client.get(f"/fhir/Task?{query}").status_code in {200, 400}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/fhir/Task/a%00b", 400, "IPK-F055"),
        ("/fhir/Task/a%00b/_history/1", 400, "IPK-F055"),
        ("/messages/%00", 404, "IPK-M010"),
        ("/cases/a%00/why", 404, "IPK-E020"),
    ],
)
def test_a_name_that_no_database_can_hold_is_refused(client: FlaskClient, path: str, status: int, code: str):
    answer = client.get(path)
    assert (answer.status_code, code in answer.text) == (status, True), answer.text


@pytest.mark.parametrize("path", ["/messages?type=%00", "/events?type=a%00", "/feed?since=%00"])
def test_a_filter_that_no_database_can_hold_is_refused(client: FlaskClient, path: str):
    assert client.get(path).status_code == 400


def test_a_trail_is_asked_for_by_a_number_that_nobody_has(client: FlaskClient):
    answer = search(client, "AuditEvent", **{"patient:Patient.identifier": f"{FNR}|12057900499"})
    assert (answer.status_code, answer.get_json().get("entry")) == (200, None)
