"""Who writes over FHIR is one PractitionerRole of the case, however often they write. fhir-model.md, 'provenance'."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.fhir import urls
from tests.clock import Clock
from tests.web.writes import send

_HPR = {"identifier": {"system": urls.HPR, "value": "9144900"}}


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


def _retitled(
    client: FlaskClient, clock: Clock, plan: dict[str, Any], title: str, name: str, **who: Any
) -> str:
    """Change the plan's title as somebody; the reference of who the Provenance names."""
    clock.advance(minutes=1)
    told = {
        "resourceType": "Provenance",
        "recorded": "2026-04-13T09:00:00+02:00",
        "agent": [{"who": {"display": name, **who}}],
    }
    answer = send(client, "PATCH", f"CarePlan/{plan['id']}", {"title": title}, X_Provenance=json.dumps(told))
    assert answer.status_code == 200, answer.text
    version = f"CarePlan/{plan['id']}/_history/{answer.json['meta']['versionId']}"
    page = client.get(f"/fhir/Provenance?target=CarePlan/{plan['id']}&_count=100").json
    (made,) = (
        e["resource"]
        for e in page["entry"]
        if any(one["reference"] == version for one in e["resource"]["target"])
    )
    found: str = made["agent"][0]["who"]["reference"]
    return found


def _roles(client: FlaskClient) -> int:
    return len(client.get("/fhir/PractitionerRole?_count=200").json["entry"])


@pytest.mark.parametrize("who", [{}, _HPR])
def test_who_writes_again_is_who_wrote_before(
    client: FlaskClient, clock: Clock, plan: dict[str, Any], who: dict[str, Any]
):
    first = _retitled(client, clock, plan, "Plan A", "Gunn Omsorg", **who)
    count, people = _roles(client), len(client.get("/fhir/Practitioner?_count=200").json["entry"])
    again = {_retitled(client, clock, plan, f"Plan {n}", "Gunn Omsorg", **who) for n in range(3)}
    assert again == {first}
    assert (_roles(client), len(client.get("/fhir/Practitioner?_count=200").json["entry"])) == (count, people)
    role = client.get(f"/fhir/{first}").json
    person = client.get(f"/fhir/{role['practitioner']['reference']}").json
    assert person["name"][0]["family"] == "Omsorg"


def test_another_writer_is_another(client: FlaskClient, clock: Clock, plan: dict[str, Any]):
    first = _retitled(client, clock, plan, "Plan A", "Gunn Omsorg")
    others = {
        _retitled(client, clock, plan, "Plan B", "Gunn Andersen"),
        _retitled(client, clock, plan, "Plan C", "Gunn Omsorg", **_HPR),
    }
    assert len({first, *others}) == 3
    assert _retitled(client, clock, plan, "Plan D", "Gunn Omsorg") == first


def test_an_assignment_is_no_authors_role(client: FlaskClient, clock: Clock, plan: dict[str, Any]):
    team = client.get(f"/fhir/{plan['careTeam'][0]['reference']}").json
    held = {one["member"].get("reference") for one in team["participant"]}
    assert _retitled(client, clock, plan, "Plan A", "Gunn Omsorg") not in held
