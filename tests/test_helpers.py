"""What is prepared in a process beside the server: the same bytes as here, and nothing lost with it. docs/decisions/0093, 0110."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter import helpers, replay, scenarios, wiring
from adapter.ingest import posting
from adapter.replay import Databases, stage
from adapter.services import Services
from adapter.store import migrations
from adapter.store.lane import Lane
from adapter.web import create_app
from bench import needs, people
from tests.clock import Clock
from tests.events.samples import changed
from tests.web import hands, writes

FIXTURES = Path(__file__).parents[1] / "fixtures" / "scenarios"
FOLDERS = [folder for folder in scenarios.find([FIXTURES]) if folder.name.startswith("e")]


class Beside:
    """The other side in a thread: all of it but the fork."""

    def __init__(self, services: Services) -> None:
        self.pipe, theirs = Pipe()
        self.made = 0
        self.era = 0
        own = replace(services, shared={})
        self.thread = threading.Thread(target=helpers.serve, args=(theirs, own))
        self.thread.start()

    def prepared(self, item: helpers.Item, now: datetime, lane: Lane) -> Any:
        lane.leave()
        found = helpers.asked(self.pipe, helpers.Wish(item, now, self.era))
        self.made += found is not None
        return found

    def forget(self) -> None:
        self.era += 1

    def alive(self) -> int:
        return 1

    def close(self) -> None:
        self.pipe.close()
        self.thread.join(10)


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every installation that is replayed have somebody beside it."""
    real = wiring.build

    def build(*args: Any, **named: Any) -> Services:
        services = real(*args, **named)
        return replace(services, helpers=Beside(services))

    monkeypatch.setattr(stage.wiring, "build", build)


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with Databases() as made:
        yield made


@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_what_is_prepared_beside_is_the_same_to_the_byte(folder: Path, databases: Databases):
    scenario = scenarios.read(folder)
    found = replay.run(scenario, databases)
    assert [str(one) for one in found.differences + replay.differences(scenario.expected, found.files)] == []


@pytest.fixture
def other(services: Services) -> Iterator[Beside]:
    made = Beside(services)
    yield made
    made.close()
    assert not made.thread.is_alive()  # the end of the pipe is the end of the process


@pytest.fixture
def helped(services: Services, other: Beside) -> Services:
    """Give an installation somebody beside it."""
    return replace(services, helpers=other)


def test_what_is_refused_beside_is_refused_here_with_the_reason(helped: Services, other: Beside):
    client = create_app(helped).test_client()
    assert (
        hands.post(client, hands.need(("source", "urn:her:999999"))).json["errors"][0]["code"] == "IPK-R001"
    )
    assert other.made == 0
    assert hands.post(client, hands.need()).status_code == 202
    assert other.made == 1


def test_the_same_event_again_gets_the_first_answer(helped: Services, other: Beside):
    client = create_app(helped).test_client()
    first, again = (hands.post(client, hands.need()) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.data == again.data
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.made == 1


def test_a_dry_run_and_what_waits_for_an_address_are_done_here(helped: Services, other: Beside):
    client = create_app(helped).test_client()
    assert hands.post(client, hands.need(), query="?dryRun=true").status_code == 200
    assert (
        posting.prepared(
            helped, changed("ip.address.changed", ("time", helped.clock().isoformat())), helped.clock()
        )
        is None
    )
    assert other.made == 0


def test_what_nobody_foresaw_beside_is_done_here(
    helped: Services, other: Beside, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(helpers, "prepared", broken)
    assert hands.post(create_app(helped).test_client(), hands.need()).status_code == 202
    assert other.made == 0


def test_what_changed_since_it_was_read_beside_is_read_again(
    services: Services, helped: Services, other: Beside
):
    """Who is named by HPR belongs to no case: whoever prepares keeps what was read of it, and a version is asserted."""
    alone, client = create_app(services).test_client(), create_app(helped).test_client()
    numbers = people.numbers(0)

    def need(given: str) -> dict[str, Any]:
        made = needs.event(str(uuid.uuid4()), next(numbers))
        made["data"]["author"]["name"]["given"] = given
        return made

    assert hands.post(client, need("Magnar")).status_code == 202
    assert hands.post(client, need("Magnar")).status_code == 202  # and it was read
    assert hands.post(alone, need("Magnus")).status_code == 202
    assert hands.post(client, need("Magne")).status_code == 202
    assert (other.made, other.era) == (3, 1)
    assert hands.post(client, need("Mons")).status_code == 202
    assert (other.made, other.era) == (4, 1)


def test_an_event_nested_too_deep_for_the_pipe_is_refused_here_and_nobody_is_lost(
    helped: Services, other: Beside
):
    client = create_app(helped).test_client()
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    assert hands.post(client, {**hands.need(), "deep": deep}).status_code == 422
    assert hands.post(client, hands.need()).status_code == 202
    assert other.made == 1


def test_what_is_made_too_deep_for_the_pipe_is_made_here(
    helped: Services, other: Beside, monkeypatch: pytest.MonkeyPatch
):
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    with monkeypatch.context() as patch:
        patch.setattr(helpers, "prepared", lambda *_: deep)
        assert hands.post(create_app(helped).test_client(), hands.need()).status_code == 202
    assert other.made == 0


# ── writes over FHIR ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "clients.toml"
    path.write_text(writes.client_row("alvdal-ip", "alvdal-saksbehandling", writes.ALVDAL))
    return {"clients": path}


def _patient(client: FlaskClient, clock: Clock) -> str:
    found: str = hands.told(client)["case"]["patientId"]
    clock.advance(days=40)
    return found


def test_a_write_over_fhir_that_is_prepared_beside_is_the_same_as_here(
    services: Services, helped: Services, other: Beside, clock: Clock, tmp_path: Path
):
    """The ids follow from the facts, so two installations that are told the same have the same bytes."""
    url = f"sqlite:///{tmp_path / 'alone.db'}"
    migrations.upgrade(url)
    alone = wiring.build(
        services.settings.model_copy(update={"database_url": url}),
        transport=services.transport,
        clock=clock,
        durable=False,
    )
    try:
        found: list[list[tuple[int, bytes]]] = []
        for one in (helped, alone):
            client = create_app(one).test_client()
            at = clock.at
            said = writes.plan(_patient(client, clock))
            first = writes.send(client, "POST", "CarePlan", said)
            named = {k: v for k, v in first.json.items() if k != "meta"}
            second = writes.send(client, "PUT", f"CarePlan/{first.json['id']}", {**named, "title": "Ny"})
            history = client.get("/fhir/Provenance?_count=100&_sort=_id")
            entries = [entry["resource"] for entry in history.json["entry"]]
            found.append(
                [(each.status_code, each.data) for each in (first, second)]
                + [(200, json.dumps(entries).encode())]
            )
            clock.at = at
        assert [status for status, _ in found[0]] == [201, 200, 200]
        assert found[0] == found[1]
        assert other.made == 3  # the need, the plan, and the plan again
    finally:
        wiring.close(alone)


def test_a_write_refused_beside_is_refused_here_with_every_fault(
    helped: Services, other: Beside, clock: Clock
):
    client = create_app(helped).test_client()
    patient = _patient(client, clock)
    wrong = {**writes.plan(patient), "status": "wrong", "intent": 1}
    answer = writes.send(client, "POST", "CarePlan", wrong)
    assert answer.status_code == 422
    assert {place for _, place in writes.issues(answer)} == {"CarePlan.status", "CarePlan.intent"}
    assert writes.send(client, "POST", "CarePlan", b"{").status_code == 400
    strange = writes.send(client, "POST", "CarePlan", writes.plan("nobody"))
    assert (strange.status_code, writes.issues(strange)) == (422, [("IPK-F041", "CarePlan.subject")])
    assert other.made == 1


def test_a_write_that_comes_again_is_answered_beside_as_the_first(
    helped: Services, other: Beside, clock: Clock
):
    client = create_app(helped).test_client()
    said = writes.plan(_patient(client, clock))
    first, again = (writes.send(client, "POST", "CarePlan", said) for _ in range(2))
    assert (first.status_code, again.status_code, first.data == again.data) == (201, 201, True)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.made == 3


def test_a_write_prepared_beside_and_overtaken_is_worked_out_again(
    services: Services, helped: Services, other: Beside, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    client = create_app(helped).test_client()
    plan = writes.send(client, "POST", "CarePlan", writes.plan(_patient(client, clock))).json
    where, real = f"CarePlan/{plan['id']}", other.prepared

    def overtaken(*args: Any) -> Any:
        found = real(*args)
        first = writes.send(
            create_app(services).test_client(), "PUT", where, {**plan, "title": "Først"}, If_Match='W/"1"'
        )
        assert (found is not None, first.status_code) == (True, 200)
        return found

    monkeypatch.setattr(other, "prepared", overtaken)
    answer = writes.send(client, "PUT", where, {**plan, "title": "Sist"}, If_Match='W/"1"')
    assert (answer.status_code, writes.issues(answer)[0][0]) == (412, "IPK-F032")
    assert other.era == 1
    assert client.get(f"/fhir/{where}").json["title"] == "Først"
