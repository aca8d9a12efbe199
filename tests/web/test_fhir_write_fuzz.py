"""Bodies made wrong by chance: whatever is written, an answer is never a fault of ours, and never says what was sent."""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.clock import Clock
from tests.web import writes
from tests.web.hands import told
from tests.web.test_fhir_write_types import _appointed, _need
from tests.web.writes import ALVDAL, send

TRIES = 150
SECRET = "Hemmelig-ord"
_ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, "", SECRET, "x" * 70, "2026-02-30", "2026", "#none", "Patient/none", "urn:uuid:none",
    [], {}, [[]], [None], [{}], {"reference": "#consent"}, {"reference": "Goal/none"}, {"coding": [{"code": SECRET}]},
    [{"reference": SECRET}], {"identifier": {"system": SECRET, "value": SECRET}}, {"text": SECRET},
)  # fmt: skip


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "clients.toml"
    path.write_text(writes.client_row("alvdal-ip", "alvdal-saksbehandling", ALVDAL))
    return {"clients": path}


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (holder, name or number) of everything inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in list(items):
        yield value, name
        yield from _places(inner)


def _broken(resource: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    made = copy.deepcopy(resource)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        places = list(_places(made))
        if not places:
            break
        holder, name = chance.choice(places)
        if chance.random() < 0.4:
            del holder[name]
        else:
            holder[name] = copy.deepcopy(chance.choice(_ODD))
    return made


def test_no_body_makes_a_fault_of_ours(client: FlaskClient, clock: Clock):
    chance = random.Random(int(os.environ.get("ADAPTER_TEST_FUZZ_SEED", "20261127")))
    patient = told(client)["case"]["patientId"]
    clock.advance(days=40)
    plan = send(client, "POST", "CarePlan", writes.plan(patient)).json
    team = client.get(f"/fhir/{plan['careTeam'][0]['reference']}").json
    task = client.get("/fhir/Task").json["entry"][0]["resource"]
    goal = client.get(f"/fhir/{plan['goal'][0]['reference']}").json
    meeting = {
        "resourceType": "Appointment",
        "status": "pending",
        "serviceType": [{"text": "Oppstartsmøte"}],
        "start": "2026-09-15T12:00:00+02:00",
        "end": "2026-09-15T13:30:00+02:00",
        "participant": [
            {"actor": plan["subject"], "required": "information-only", "status": "needs-action"},
            {"actor": {"display": "NAV"}, "status": "needs-action"},
        ],
    }
    seeds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", "CarePlan", writes.plan(patient)),
        ("PUT", f"CarePlan/{plan['id']}", plan),
        ("PATCH", f"CarePlan/{plan['id']}", plan),
        ("POST", "ServiceRequest", _need()),
        ("PUT", f"CareTeam/{team['id']}", _appointed(team, "koordinator-ip")),
        ("PUT", f"Task/{task['id']}", {**task, "status": "received"}),
        ("PUT", f"Goal/{goal['id']}", goal),
        ("POST", "Appointment", meeting),
        ("POST", "Consent", writes.consent(f"Patient/{patient}")),
        ("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"fullUrl": "urn:uuid:1", "resource": goal, "request": {"method": "POST", "url": "Goal"}},
            {"resource": plan, "request": {"method": "PUT", "url": f"CarePlan/{plan['id']}"}},
        ]}),
    )  # fmt: skip
    found: dict[int, int] = {}
    for number in range(TRIES):
        method, path, seed = seeds[number % len(seeds)]
        answer = send(client, method, path, _broken(seed, chance), Prefer="return=minimal")
        found[answer.status_code] = found.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, (method, path, number)
        assert SECRET not in answer.text or answer.status_code < 300
        clock.advance(seconds=1)
    assert set(found) & {400, 422}
