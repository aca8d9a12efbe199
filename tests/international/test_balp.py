"""IHE BALP 1.1: what is recorded of each REST operation, and who is source and who destination. IHE/ITI.BasicAudit."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from adapter.services import Services
from tests.international.conftest import World
from tests.web import writes
from tests.web.hands import FNR, search, trails

SOURCE, DESTINATION = "110153", "110152"


def _last(services: Services) -> dict[str, Any]:
    return trails(services)[-1]


def _roles(event: dict[str, Any]) -> list[tuple[str, bool]]:
    """Return the role of client and server, and whether each asked."""
    return [(agent["type"]["coding"][0]["code"], agent["requestor"]) for agent in event["agent"]]


def _entities(event: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [one for one in event["entity"] if one.get("role", {}).get("code") == code]


@pytest.mark.parametrize(
    "path", ["/fhir/CarePlan/{}", "/fhir/CarePlan/{}/_history/1", "/fhir/CarePlan/{}/_history"]
)
def test_balp_patient_read(world: World, services: Services, path: str):
    plan = world.plans[0]
    assert world.client.get(path.format(plan), headers={"X-Request-Id": "balp-1"}).status_code == 200
    event = _last(services)
    assert (event["type"]["code"], event["action"], event["outcome"]) == ("rest", "R", "0")
    assert _roles(event) == [(DESTINATION, True), (SOURCE, False)]
    assert [one["what"]["reference"] for one in _entities(event, "1")] == [f"Patient/{world.patients[0]}"]
    assert [one["what"]["reference"] for one in _entities(event, "4")] == [f"CarePlan/{plan}"]
    (request,) = (one for one in event["entity"] if one["type"]["code"] == "XrequestId")
    assert request["what"]["identifier"]["value"] == "balp-1"


def test_balp_patient_query(world: World, services: Services):
    world.client.get(f"/fhir/CarePlan?patient={world.patients[0]}&status=active")
    event = _last(services)
    assert (event["type"]["code"], event["subtype"][0]["code"], event["action"]) == (
        "rest",
        "search-type",
        "E",
    )
    assert _roles(event) == [(SOURCE, True), (DESTINATION, False)]
    (query,) = _entities(event, "24")
    asked = b64decode(query["query"]).decode()
    assert asked.startswith("CarePlan?")
    assert "status=active" in asked
    assert [one["what"]["reference"] for one in _entities(event, "1")] == [f"Patient/{world.patients[0]}"]


def test_balp_a_query_by_number_is_recorded_without_it(world: World, services: Services):
    search(world.client, "CarePlan", **{"patient.identifier": f"{FNR}|{world.numbers[0]}"})
    event = _last(services)
    assert event["action"] == "E"
    whole = str(event) + "".join(b64decode(one["query"]).decode() for one in _entities(event, "24"))
    assert world.numbers[0] not in whole
    assert [one["what"]["reference"] for one in _entities(event, "1")] == [f"Patient/{world.patients[0]}"]


@pytest.mark.parametrize(
    ("method", "action", "subtype"),
    [("POST", "C", "create"), ("PUT", "U", "update"), ("PATCH", "U", "patch"), ("DELETE", "D", "delete")],
)
def test_balp_create_update_delete(world: World, services: Services, method: str, action: str, subtype: str):
    plan = world.client.get(f"/fhir/CarePlan/{world.plans[0]}").get_json()
    world.clock.advance(minutes=1)
    body = {
        "POST": writes.plan(world.patients[2]), "PUT": {**plan, "title": "Ny"}, "PATCH": {"title": "Ny"},
    }.get(method)  # fmt: skip
    path = "CarePlan" if method == "POST" else f"CarePlan/{plan['id']}"
    answer = writes.send(world.client, method, path, body)
    assert answer.status_code in {200, 201, 204}, answer.text
    event = _last(services)
    assert (event["subtype"][0]["code"], event["action"], event["outcome"]) == (subtype, action, "0")
    assert _roles(event) == [(SOURCE, True), (DESTINATION, False)]
    whose = world.patients[2 if method == "POST" else 0]
    assert [one["what"]["reference"] for one in _entities(event, "1")] == [f"Patient/{whose}"]
    assert any("CarePlan/" in one["what"]["reference"] for one in _entities(event, "4"))


def test_balp_sev_1_name_and_query_exclude_each_other(world: World, services: Services):
    world.client.get("/fhir/CarePlan?status=active")
    assert all(
        not {"name", "query"} <= set(one) for event in trails(services) for one in event.get("entity", ())
    )


def test_balp_a_failed_read_is_recorded(world: World, services: Services):
    assert world.client.get("/fhir/CarePlan/unknown").status_code == 404
    event = _last(services)
    assert (event["action"], event["outcome"]) == ("R", "4")


def test_balp_events_are_served_and_found_by_patient(world: World):
    world.client.get(f"/fhir/CarePlan/{world.plans[0]}")
    found = world.client.get(f"/fhir/AuditEvent?patient={world.patients[0]}&_count=200").get_json()
    events = [entry["resource"] for entry in found["entry"]]
    assert {one["action"] for one in events} >= {"R"}
    assert all(f"Patient/{world.patients[0]}" in str(one["entity"]) for one in events)
    assert world.client.get(f"/fhir/AuditEvent/{events[0]['id']}").status_code == 200
