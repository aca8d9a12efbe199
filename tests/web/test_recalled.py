"""What was entered in error is shown to nobody, and how a case stands. E66; contract.md, 'Operations'."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter import deadlines
from adapter.services import Services
from tests.clock import Clock
from tests.events.samples import changed
from tests.web.hands import post, told, trails


@pytest.fixture
def recalled(client: FlaskClient, clock: Clock) -> dict[str, Any]:
    """Tell of a need, and that it was about the wrong patient; the first answer."""
    first = told(client)
    clock.advance(days=30)
    event = changed("ip.need.entered-in-error", ("data.continues", {"meldeId": first["case"]["meldeId"]}))
    answer = post(client, event)
    assert answer.status_code == 202, answer.text
    return first


def _made(first: dict[str, Any], type_: str) -> list[str]:
    return [e["resource"] for e in first["effects"] if e["resource"].startswith(f"{type_}/")]


@pytest.mark.parametrize("type_", ["ServiceRequest", "Task", "Consent", "Communication", "DocumentReference"])
def test_it_is_not_read_in_any_version(client: FlaskClient, recalled: dict[str, Any], type_: str):
    listed = _made(recalled, type_)
    assert listed
    for reference in listed:
        for path in (reference, f"{reference}/_history", f"{reference}/_history/1"):
            answer = client.get(f"/fhir/{path}")
            assert (answer.status_code, answer.json["resourceType"]) == (404, "OperationOutcome"), path


@pytest.mark.parametrize("type_", ["ServiceRequest", "Task", "Consent"])
def test_it_is_not_found(client: FlaskClient, recalled: dict[str, Any], type_: str):
    patient = recalled["case"]["patientId"]
    for query in (
        f"patient={patient}",
        f"_id={_made(recalled, type_)[0].partition('/')[2]}",
        "_total=accurate",
    ):
        page = client.get(f"/fhir/{type_}?{query}").json
        assert [e["resource"]["id"] for e in page.get("entry", ()) if e["search"]["mode"] == "match"] == []
    assert client.get(f"/fhir/{type_}?_total=accurate").json["total"] == 0


def test_it_is_not_included(client: FlaskClient, recalled: dict[str, Any]):
    patient = recalled["case"]["patientId"]
    page = client.get(f"/fhir/Patient?_id={patient}&_revinclude=Provenance:target").json
    assert {e["resource"]["resourceType"] for e in page["entry"]} <= {"Patient", "Provenance"}


def test_its_document_is_shown_to_nobody_but_the_recalls_is(client: FlaskClient, recalled: dict[str, Any]):
    (message, *_) = recalled["messages"]
    for path in ("document", "view"):
        answer = client.get(f"/messages/{message['id']}/{path}")
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (404, "IPK-M010")
    assert client.get(f"/messages/{message['id']}").status_code == 200


def test_before_the_recall_all_of_it_is_shown(client: FlaskClient):
    first = told(client)
    for type_ in ("ServiceRequest", "Task", "Consent"):
        for reference in _made(first, type_):
            assert client.get(f"/fhir/{reference}").status_code == 200
    assert client.get(f"/messages/{first['messages'][0]['id']}/document").status_code == 200


# ── GET /cases/{id} ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_case_is_told_with_needs_team_plan_codes_and_clocks(client: FlaskClient, clock: Clock):
    first = told(client)
    clock.advance(days=30)
    post(client, changed("ip.hospital-coordinator.appointed"))
    answer = client.get(f"/cases/{first['case']['patientId']}")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    found = answer.json
    assert set(found) == {
        "patientId", "needs", "team", "plan", "responsible", "codes", "advice", "deadlines",
    }  # fmt: skip
    assert {(n["kind"], n["meldeId"]) for n in found["needs"]} == {
        ("individual-plan", first["case"]["meldeId"]),
        ("coordinator", first["case"]["meldeId"]),
    }
    assert {n["owner"] for n in found["needs"]} == {"Saksbehandling"}
    assert [(r["code"], r["name"]) for r in found["team"]] == [("18", "Rita Lin")]
    assert found["plan"] is None
    said = {(c["list"], c["code"]): c for c in found["codes"]}
    assert {("9188", "1"), ("8307", "1")} <= set(said)
    assert ("8705", "105") not in said
    assert all(c["display"] and c["why"]["text"] for c in found["codes"])
    assert {d["kind"] for d in found["deadlines"]} == {"reply", "participation"}


def test_a_clock_that_is_late_stands_in_the_case_and_says_so(
    client: FlaskClient, services: Services, clock: Clock
):
    first = told(client)
    clock.advance(days=30)
    assert deadlines.tick(services)
    found = client.get(f"/cases/{first['case']['patientId']}").json
    assert ("reply", "breached") in {(d["kind"], d["state"]) for d in found["deadlines"]}


def test_a_recalled_need_is_no_part_of_the_case(client: FlaskClient, recalled: dict[str, Any]):
    found = client.get(f"/cases/{recalled['case']['patientId']}").json
    assert (found["needs"], found["deadlines"]) == ([], [])
    assert {c["code"] for c in found["codes"]} == {"3"}


def test_an_unknown_case_is_404(client: FlaskClient):
    answer = client.get("/cases/nobody")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (404, "IPK-E020")


def test_the_case_is_audited_as_a_read_about_the_patient(client: FlaskClient, services: Services):
    patient = told(client)["case"]["patientId"]
    client.get(f"/cases/{patient}")
    seen = trails(services)[-1]
    assert seen["action"] == "R"
    assert f"Patient/{patient}" in str(seen)
