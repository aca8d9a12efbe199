"""Conditional references of a transaction: resolved within sight, one or none of it. R4 http.html#trules."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from adapter.web import fhir_conditional
from tests.clock import Clock
from tests.events.samples import changed
from tests.web import writes
from tests.web.hands import FNR, LINE, post, trails
from tests.web.writes import STORVIK, issues, send

PERSON = f"Patient?identifier={FNR}|{LINE}"


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


def _bundle(*resources: dict[str, Any], type_: str = "transaction") -> dict[str, Any]:
    listed = [
        {"request": {"method": "POST", "url": one["resourceType"]}, "resource": one} for one in resources
    ]
    return {"resourceType": "Bundle", "type": type_, "entry": listed}


def _plan(patient: str, reference: str) -> dict[str, Any]:
    """Return the example plan whose subject, wherever it stands, is a conditional reference."""
    said = writes.plan(patient)

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            here = value.get("reference") == f"Patient/{patient}"
            return {"reference": reference} if here else {k: moved(v) for k, v in value.items()}
        return [moved(one) for one in value] if isinstance(value, list) else value

    made: dict[str, Any] = moved(copy.deepcopy(said))
    return made


@pytest.mark.parametrize("base", ["", "http://127.0.0.1:8080/fhir/"])
def test_a_person_is_named_by_number_where_a_reference_stands(client: FlaskClient, patient: str, base: str):
    answer = send(client, "POST", "", _bundle(_plan(patient, base + PERSON)))
    assert answer.status_code == 200, answer.text
    assert LINE not in answer.text
    place = answer.json["entry"][0]["response"]["location"]
    made = send(client, "GET", place.partition("/fhir/")[2]).json
    assert made["subject"]["reference"] == f"Patient/{patient}"


def test_other_types_are_found_by_what_is_theirs(client: FlaskClient, patient: str, clock: Clock):
    plan = send(client, "POST", "CarePlan", writes.plan(patient)).json
    clock.advance(minutes=1)
    named = plan["identifier"][0]
    measure = {
        "resourceType": "ServiceRequest", "status": "active", "intent": "plan", "code": {"text": "Turgruppe"},
        "subject": {"reference": PERSON},
        "basedOn": [{"reference": f"CarePlan?identifier={named['system']}|{named['value']}"}],
    }  # fmt: skip
    answer = send(client, "POST", "", _bundle(measure), Prefer="return=representation")
    assert answer.status_code == 200, answer.text
    assert answer.json["entry"][0]["resource"]["basedOn"] == [{"reference": f"CarePlan/{plan['id']}"}]


def _with_measure(patient: str, **request: str) -> dict[str, Any]:
    """Return a transaction of a plan and of a measure that names the plan by its identifier."""
    plan = writes.plan(patient) | {"identifier": [{"system": "https://plan.example", "value": "p-1"}]}
    measure = {
        "resourceType": "ServiceRequest", "status": "active", "intent": "plan", "code": {"text": "Turgruppe"},
        "subject": {"reference": f"Patient/{patient}"},
        "basedOn": [{"reference": "CarePlan?identifier=https://plan.example%7Cp-1"}],
    }  # fmt: skip
    said = _bundle(measure, plan)
    said["entry"][1] |= {"fullUrl": "urn:uuid:9a1c3c3e-5d0c-4c39-8f8b-0b8a6a1f1c11"}
    said["entry"][1]["request"] |= request
    return said


def test_what_the_same_transaction_creates_is_met_by_its_identifier(
    client: FlaskClient, patient: str, clock: Clock
):
    asked = _with_measure(patient, ifNoneExist="identifier=https://plan.example|p-1")
    answer = send(client, "POST", "", asked, Prefer="return=representation")
    assert answer.status_code == 200, answer.text
    measure, plan = (one["resource"] for one in answer.json["entry"])
    assert measure["basedOn"] == [{"reference": f"CarePlan/{plan['id']}"}]
    clock.advance(minutes=1)
    asked["entry"][0]["resource"]["code"]["text"] = "Svømming"
    again = send(client, "POST", "", asked, Prefer="return=representation")
    assert again.status_code == 200, again.text
    assert [one["response"]["status"][:3] for one in again.json["entry"]] == ["201", "200"]
    assert again.json["entry"][0]["resource"]["basedOn"] == measure["basedOn"]


def test_one_that_is_stored_and_created_is_met_by_two(client: FlaskClient, patient: str):
    stored = writes.plan(patient) | {"identifier": [{"system": "https://plan.example", "value": "p-1"}]}
    assert send(client, "POST", "CarePlan", stored).status_code == 201
    answer = send(client, "POST", "", _with_measure(patient))
    assert (answer.status_code, issues(answer)) == (
        412,
        [("IPK-F083", "Bundle.entry[0].resource.basedOn[0]")],
    )


def test_one_that_nothing_meets_stops_the_transaction_and_is_told_by_its_place(
    client: FlaskClient, patient: str, services: Services
):
    said = writes.plan(patient) | {"subject": {"reference": f"Patient?identifier={FNR}|05073500186"}}
    answer = send(client, "POST", "", _bundle(writes.plan(patient), said))
    assert (answer.status_code, issues(answer)) == (412, [("IPK-F082", "Bundle.entry[1].resource.subject")])
    assert "05073500186" not in answer.text
    assert "entry" not in client.get("/fhir/CarePlan").json
    assert "05073500186" not in str(trails(services))


def test_one_that_several_meet_is_refused(client: FlaskClient, patient: str):
    other = changed(
        "ip.need.identified", ("id", "of-another"), ("data.patient.identifier.value", "05073500186")
    )
    other["data"]["patient"].pop("birthDate", None)
    assert post(client, other).status_code == 202
    said = _plan(patient, "Patient?gender=female")
    answer = send(client, "POST", "", _bundle(said), token=None)
    assert answer.status_code == 412
    assert {code for code, _ in issues(answer)} == {"IPK-F083"}


def test_what_the_writer_may_not_see_is_not_there(client: FlaskClient, patient: str):
    unknown = f"Patient?identifier={FNR}|05073500186"
    answers = [
        send(
            client, "POST", "", _bundle(writes.plan(patient) | {"subject": {"reference": one}}), token=STORVIK
        )
        for one in (PERSON, unknown)
    ]
    assert [a.status_code for a in answers] == [412, 412]
    assert answers[0].json == answers[1].json


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("Patient?", "IPK-F004"), ("Patient?identifier=", "IPK-F004"), ("Patient?_count=1", "IPK-F004"),
        ("Patient?unknown=1", "IPK-F004"), ("Nothing?name=x", "IPK-F002"), ("AuditEvent?action=C", "IPK-F002"),
        ("Patient?identifier=a,b", "IPK-F005"), ("Patient?birthdate=never", "IPK-F005"),
    ],
)  # fmt: skip
def test_what_is_no_search_for_one_is_refused(client: FlaskClient, patient: str, reference: str, code: str):
    said = writes.plan(patient) | {"subject": {"reference": reference}}
    answer = send(client, "POST", "", _bundle(said), token=None)
    assert issues(answer) == [(code, "Bundle.entry[0].resource.subject")]


def test_a_name_from_outside_stands_in_no_place(client: FlaskClient, patient: str):
    said = writes.plan(patient) | {LINE: {"reference": f"Patient?identifier={FNR}|05073500186"}}
    answer = send(client, "POST", "", _bundle(said))
    assert issues(answer) == [("IPK-F082", "Bundle.entry[0].resource")]
    assert LINE not in answer.text


def test_so_many_are_too_many(client: FlaskClient, patient: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fhir_conditional, "MOST", 1)
    said = writes.plan(patient) | {
        "subject": {"reference": PERSON},
        "encounter": {"reference": "Encounter?_id=1"},
    }
    answer = send(client, "POST", "", _bundle(said))
    assert (answer.status_code, issues(answer)) == (400, [("IPK-F020", "Bundle.entry")])


def test_a_batch_resolves_none(client: FlaskClient, patient: str):
    said = writes.plan(patient) | {"subject": {"reference": PERSON}}
    (entry,) = send(client, "POST", "", _bundle(said, type_="batch")).json["entry"]
    assert entry["response"]["status"].startswith("422")
    assert LINE not in str(entry)


def test_it_is_resolved_before_profiles_and_types_are_judged(client: FlaskClient, patient: str):
    send(client, "POST", "CarePlan", writes.plan(patient))
    said = writes.plan(patient) | {"subject": {"reference": "CarePlan?status=active"}}
    answer = send(client, "POST", "", _bundle(said))
    assert ("IPK-F048", "Bundle.entry[0].resource.subject") in issues(answer)
