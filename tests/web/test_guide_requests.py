"""The requests that the guide shows do what it says of them: from the README's need to a minimum plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.clock import Clock
from tests.web import writes
from tests.web.hands import told
from tests.web.writes import ALVDAL, issues, send
from tools.guide import pages

PATCHED = "application/json-patch+json"


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "clients.toml"
    path.write_text(writes.client_row("alvdal-ip", "alvdal-saksbehandling", ALVDAL))
    return {"clients": path}


def test_the_plan_of_the_guide_is_a_minimum_plan_and_its_need_is_answered(client: FlaskClient, clock: Clock):
    case = told(client)["case"]["patientId"]
    clock.advance(days=40)
    (first, path, plan), (second, team, coordinator) = pages.requests()
    assert (first, path, second) == ("POST", "/fhir", "PATCH")
    answer = send(client, first, "", plan)
    assert answer.status_code == 200, answer.text
    said = [entry["response"] for entry in answer.json["entry"]]
    assert {one["status"] for one in said} == {"201 Created"}
    assert not client.get(f"/cases/{case}/plan").json["minimum"]
    id_ = said[1]["location"].split("/CareTeam/")[1].partition("/")[0]
    patched = send(client, second, team.removeprefix("/fhir/").format(id=id_), coordinator, media=PATCHED)
    assert patched.status_code == 200, patched.text
    assert client.get(f"/cases/{case}/plan").json["minimum"]
    needs = client.get(f"/fhir/ServiceRequest?patient={case}").json["entry"]
    assert {one["resource"]["status"] for one in needs} == {"completed"}


def test_who_coordinates_is_not_told_of_as_a_participant_of_a_new_plan(client: FlaskClient, clock: Clock):
    told(client)
    clock.advance(days=40)
    (_, _, plan), (_, _, coordinator) = pages.requests()
    plan["entry"][1]["resource"]["participant"][1]["role"] = coordinator[1]["value"]["role"]
    refused = send(client, "POST", "", plan)
    place = "Bundle.entry[1].resource.participant[1].role[0].coding[1]"
    assert (refused.status_code, issues(refused)) == (422, [("IPK-F035", place)])
