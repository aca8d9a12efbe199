"""Whoever asks this machine by a name that is not its own gets nothing: DNS rebinding. contract.md, 'Operations'."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from tests.web.hands import need, post, told, trails

PATHS = [
    "/fhir/Patient",
    "/fhir/Patient/{patient}",
    "/fhir/Patient/{patient}/_history",
    "/messages",
    "/messages/{message}/document",
    "/events",
    "/feed",
    "/console",
    "/metrics",
]
TOKEN = "a-token-of-this-test"


@pytest.fixture
def more_settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = getattr(request, "param", {})
    return found


@pytest.mark.parametrize("path", PATHS)
def test_a_name_that_is_not_ours_reads_nothing_and_the_refusal_is_audited(
    client: FlaskClient, services: Services, path: str
):
    said = told(client)
    patient = said["case"]["patientId"]
    there = path.format(patient=patient, message=said["messages"][0]["id"])
    assert client.get(there, headers={"Host": "127.0.0.1:8080"}).status_code == 200
    before = len(trails(services))
    refused = client.get(there, headers={"Host": "evil.example:8080"})
    assert refused.status_code == 421
    assert "IPK-R007" in refused.text
    assert patient not in refused.text
    assert [row["outcome"] for row in trails(services)[before:]] in (["4"], [])


def test_a_name_that_is_not_ours_writes_nothing(client: FlaskClient):
    assert post(client, need(), Host="evil.example").status_code == 421
    assert client.get("/events").json["items"] == []


def test_searching_by_form_is_reading(client: FlaskClient):
    told(client)
    refused = client.post("/fhir/Patient/_search", data={}, headers={"Host": "evil.example"})
    assert refused.status_code == 421
    assert refused.json["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("more_settings", [{"public_url": "https://Plan.example/ip"}], indirect=True)
def test_the_public_name_is_ours(client: FlaskClient):
    assert client.get("/fhir/Patient", headers={"Host": "plan.example"}).status_code == 200


@pytest.mark.parametrize("more_settings", [{"token": TOKEN}], indirect=True)
def test_with_a_token_any_name_will_do(client: FlaskClient):
    asked = {"Host": "anything.example", "Authorization": f"Bearer {TOKEN}"}
    assert client.get("/fhir/Patient", headers=asked).status_code == 200
