"""GET /cases/{id}/plan: where the plan stands, what it misses and why that matters. Regulation on individual plans 2022."""

from __future__ import annotations

from flask.testing import FlaskClient

from adapter.fhir import nine
from adapter.services import Services
from tests.clock import Clock
from tests.events.samples import MISSING, changed
from tests.web.hands import post, told, trails


def _planned(client: FlaskClient, clock: Clock, *changes: tuple[str, object]) -> str:
    case = told(client)["case"]
    clock.advance(days=90)
    event = changed("ip.plan.created", ("data.continues", {"meldeId": case["meldeId"]}), *changes)
    assert post(client, event).status_code == 202
    return str(case["patientId"])


def test_each_of_the_nine_items_is_told_with_why_it_matters(client: FlaskClient, clock: Clock):
    answer = client.get(f"/cases/{_planned(client, clock, ('data.plan.goals', []))}/plan")
    assert answer.status_code == 200, answer.text
    body = answer.json
    assert (body["state"], body["version"], body["nextEvaluation"]) == ("active", 1, "2026-10-01")
    assert [item["number"] for item in body["items"]] == list(range(1, 10))
    missing = {item["key"]: item["why"] for item in body["items"] if not item["complete"]}
    assert missing["goals"] == nine.WHY["goals"][0]
    assert (body["complete"], body["minimum"]) == (False, False)
    assert {item["key"] for item in body["items"] if item["minimum"]} == set(nine.MINIMUM)


def test_a_minimum_plan_is_told_apart_from_a_whole_one(client: FlaskClient, clock: Clock):
    patient = _planned(client, clock, ("data.plan.activities", []), ("data.plan.nextEvaluation", MISSING))
    event = changed("ip.coordinator.appointed", ("data.continues", MISSING), ("data.person.hpr", MISSING))
    assert post(client, event).status_code == 202
    body = client.get(f"/cases/{patient}/plan").json
    assert (body["complete"], body["minimum"], body["nextEvaluation"]) == (False, True, None)


def test_no_case_and_no_plan_are_404(client: FlaskClient):
    patient = told(client)["case"]["patientId"]
    assert client.get(f"/cases/{patient}/plan").status_code == 404
    assert client.get("/cases/nobody/plan").status_code == 404


def test_the_view_is_in_the_audit_trail(client: FlaskClient, clock: Clock, services: Services):
    patient = _planned(client, clock)
    client.get(f"/cases/{patient}/plan")
    assert any(patient in str(trail) for trail in trails(services))
