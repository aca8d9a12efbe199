"""A writer learns nothing of a case that it has no part in: not by what a create joins, nor by how it is refused. Decision 25."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.rules.authority import MAY
from tests.clock import Clock
from tests.events.samples import changed
from tests.web import writes
from tests.web.hands import FNR, LINE, need, post, told
from tests.web.test_fhir_write_kept import _meeting
from tests.web.test_fhir_write_types import _need
from tests.web.writes import STORVIK, issues, send

UNKNOWN = "12057900499"


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


def _answer(client: FlaskClient, said: dict[str, Any]) -> tuple[int, Any, str | None]:
    answer = send(client, "POST", "ServiceRequest", said, token=STORVIK)
    return answer.status_code, answer.json, answer.headers.get("Location")


@pytest.mark.parametrize(
    "more", [{}, {"reasonCode": [{"text": "Annet behov"}]}, {"supportingInfo": [], "contained": None}]
)
def test_a_need_of_a_stranger_is_taken_alike_whether_there_is_one_or_not(
    client: FlaskClient, clock: Clock, more: dict[str, Any]
):
    said = _need(**more)
    if more.get("contained", ()) is None:
        said = {k: v for k, v in said.items() if k != "supportingInfo"}
        said["contained"] = _need()["contained"][:1]
    told(client)
    clock.advance(minutes=1)
    joined = _answer(client, said)
    other = {**said, "contained": [{**one} for one in said["contained"]]}
    other["contained"][0] = {
        **other["contained"][0],
        "identifier": [{"system": FNR, "value": UNKNOWN}],
        "birthDate": "1979-05-12",
    }
    assert joined == _answer(client, other)
    status, outcome, location = joined
    assert (status, location) == (202, None)
    assert [one["details"]["coding"][0]["code"] for one in outcome["issue"]] == ["IPK-F087"]
    again = send(client, "POST", "ServiceRequest", said, token=STORVIK)
    assert (again.status_code, again.json) == (status, outcome)


def test_so_it_is_in_a_bundle(client: FlaskClient):
    told(client)
    entry = {
        "fullUrl": "urn:uuid:4f8a8e0c-1c1b-4a3e-9b38-2f10a3f4d001",
        "resource": _need(),
        "request": {"method": "POST", "url": "ServiceRequest"},
    }
    for type_ in ("batch", "transaction"):
        bundle = {"resourceType": "Bundle", "type": type_, "entry": [entry]}
        answer = send(client, "POST", "", bundle, token=STORVIK, Prefer="return=representation")
        (made,) = answer.json["entry"]
        assert (made["response"]["status"][:3], "resource" in made, "location" in made["response"]) == (
            "202",
            False,
            False,
        )


def test_who_has_a_part_gets_the_need_that_it_joins(client: FlaskClient, clock: Clock):
    mine = told(client)["case"]
    clock.advance(minutes=1)
    answer = send(client, "POST", "ServiceRequest", _need(), token=None)
    wanted = {one["needId"] for one in mine["needs"] if one["kind"] == "coordinator"}
    assert (answer.status_code, answer.json["id"] in wanted, "Location" in answer.headers) == (
        200,
        True,
        False,
    )


def _goal(subject: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Svømme"},
        "subject": subject,
    }


def _measure(subject: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "plan",
        "description": "Søke om hjelpemidler",
        "for": subject,
    }


def _called(subject: dict[str, Any]) -> dict[str, Any]:
    said = _meeting("p")
    said["participant"][0]["actor"] = subject
    return said


def _consent(subject: dict[str, Any]) -> dict[str, Any]:
    return {**writes.consent("Patient/p"), "patient": subject, "performer": [subject]}


@pytest.mark.parametrize("make", [_goal, _measure, _called, _consent])
def test_whether_a_person_is_known_here_does_not_show(client: FlaskClient, make: Any):
    told(client)
    answers = []
    for number in (LINE, UNKNOWN):
        subject = {"identifier": {"system": FNR, "value": number}}
        answer = send(client, "POST", make(subject)["resourceType"], make(subject), token=STORVIK)
        answers.append((answer.status_code, answer.json))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


def test_a_posted_event_tells_a_stranger_of_the_needs_that_it_made_alone(client: FlaskClient, clock: Clock):
    said = {**need(), "source": "urn:her:5111"}
    headers = {"Authorization": f"Bearer {STORVIK}"}
    first = post(client, {**said, "id": "11111111-1111-4111-8111-111111111111"}, **headers).json
    assert {one["kind"] for one in first["case"]["needs"]} == {"coordinator", "individual-plan"}
    assert (first["case"]["patientId"], first["effects"]) == (None, [])
    clock.advance(minutes=1)
    joined = post(client, {**said, "id": "22222222-2222-4222-8222-222222222222"}, **headers).json
    assert not any(joined["case"].values())
    assert (joined["status"], joined["effects"], joined["warnings"]) == ("recorded", [], [])


def test_nor_does_a_dry_run_tell_a_stranger_who_would_get_what(client: FlaskClient):
    told(client)
    said = {**need(), "source": "urn:her:5111", "id": "11111111-1111-4111-8111-111111111111"}
    dry = post(client, said, query="?dryRun=1", Authorization=f"Bearer {STORVIK}")
    assert dry.status_code == 200, dry.text
    assert not any(value for name, value in dry.json.items() if name not in {"eventId", "status", "case"})
    assert post(client, {**said, "source": "urn:her:90998"}, query="?dryRun=1").json["consent"]


# ── what stands in the way of a write that is kept ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"type": "deny"}, "provision.type"),
        ({"period": {"start": "2027-01-01"}}, "provision.period"),
        ({"class": [{"system": "urn:x", "code": "y"}]}, "provision.class"),
        ({"purpose": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HRESCH"}]}, "provision.purpose"),
    ],
)  # fmt: skip
def test_a_consent_that_says_other_than_it_would_be_kept_is_refused(
    client: FlaskClient, clock: Clock, more: dict[str, Any], place: str
):
    case = told(client)["case"]
    clock.advance(days=40)
    said = writes.plan(case["patientId"])
    said["contained"][4]["provision"].update(more)
    answer = send(client, "POST", "CarePlan", said)
    assert answer.status_code == 422, answer.text
    assert all(
        code == "IPK-F035" and at.startswith(f"CarePlan.contained[4].{place}") for code, at in issues(answer)
    )


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"language": "nb"}, "Goal.language"),
        ({"implicitRules": "https://example.org/rules"}, "Goal.implicitRules"),
    ],
)
def test_a_language_and_rules_that_are_not_kept_are_refused(
    client: FlaskClient, clock: Clock, more: dict[str, Any], place: str
):
    case = told(client)["case"]
    clock.advance(days=40)
    assert send(client, "POST", "CarePlan", writes.plan(case["patientId"])).status_code == 201
    answer = send(client, "POST", "Goal", {**_goal({"reference": f"Patient/{case['patientId']}"}), **more})
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", place)])


def test_a_subject_that_names_two_people_is_refused(client: FlaskClient, clock: Clock):
    case = told(client)["case"]
    clock.advance(days=40)
    assert send(client, "POST", "CarePlan", writes.plan(case["patientId"])).status_code == 201
    subject = {"reference": f"Patient/{case['patientId']}", "identifier": {"system": FNR, "value": LINE}}
    assert send(client, "POST", "Goal", _goal(subject)).status_code == 201
    subject["identifier"] = {"system": FNR, "value": UNKNOWN}
    answer = send(client, "POST", "Goal", {**_goal(subject), "description": {"text": "Gå"}})
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "Goal.subject.identifier")])


# ── what is refused, and what is only tried. ADR 170 ─────────────────────────────────────────────────────────────────


def _bare() -> dict[str, Any]:
    """Return a need that contains nothing."""
    return {name: value for name, value in _need().items() if name not in {"contained", "supportingInfo"}}


@pytest.mark.parametrize("make", [_bare, lambda: writes.plan("p")])
def test_a_need_or_plan_that_names_only_a_number_is_refused_alike(
    client: FlaskClient, clock: Clock, make: Any
):
    told(client)
    clock.advance(minutes=1)
    answers = []
    for number in (LINE, UNKNOWN):
        said = _about(make(), {"identifier": {"system": FNR, "value": number}})
        answer = send(client, "POST", said["resourceType"], said, token=STORVIK)
        answers.append((answer.status_code, issues(answer)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


@pytest.mark.parametrize("make", [_need, lambda: writes.plan("p")])
def test_nor_does_the_id_of_a_patient_that_it_may_not_see(client: FlaskClient, clock: Clock, make: Any):
    known = told(client)["case"]["patientId"]
    clock.advance(minutes=1)
    answers = []
    for id_ in (known, "01a22253-5d8b-704a-aebe-f3e802b45640"):
        said = _about(make(), {"reference": f"Patient/{id_}"})
        said["contained"] = [one for one in said["contained"] if one["resourceType"] != "Patient"]
        answer = send(client, "POST", said["resourceType"], said, token=STORVIK)
        answers.append((answer.status_code, issues(answer)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


def _about(said: Any, subject: dict[str, Any]) -> Any:
    """Return a resource and what it contains, about somebody else."""
    if isinstance(said, dict):
        if str(said.get("reference", "")).startswith(("Patient/", "#p")):
            return subject
        return {name: _about(value, subject) for name, value in said.items()}
    return [_about(one, subject) for one in said] if isinstance(said, list) else said


@pytest.mark.parametrize("left_out", ["birthDate", "address", "name"])
def test_what_is_known_of_a_person_completes_no_strangers_need(client: FlaskClient, left_out: str):
    told(client)
    answers = []
    for number in (LINE, UNKNOWN):
        said = _need()
        (patient,) = (one for one in said["contained"] if one["resourceType"] == "Patient")
        patient["identifier"] = [{"system": FNR, "value": number}]
        del patient[left_out]
        answer = send(client, "POST", "ServiceRequest", said, token=STORVIK)
        answers.append((answer.status_code, answer.json))
    assert answers[0] == answers[1]


def test_an_event_is_tried_alike_whether_the_person_is_known_or_not(client: FlaskClient, clock: Clock):
    """Nothing is left of a dry run: what it said would be asked for free."""
    told(client)
    clock.advance(days=400)
    answers: dict[str, list[Any]] = {type_: [] for type_ in MAY}
    for type_, number in product(MAY, (LINE, UNKNOWN)):
        person = {
            "identifier": {"system": FNR, "value": number},
            "name": {"family": "Danser", "given": "Line"},
            "municipality": {"code": "9904", "district": "990401"},
        }
        said = changed(
            type_, ("source", "urn:her:5111"), ("id", f"try-{len(answers[type_])}"), ("data.patient", person)
        )
        said["data"].pop("continues", None)
        dry = post(client, said, query="?dryRun=true", Authorization=f"Bearer {STORVIK}")
        answers[type_].append((dry.status_code, _without_ids(dry.json)))
    assert {type_: known for type_, (known, nobody) in answers.items() if known != nobody} == {}
    assert {status for listed in answers.values() for status, _ in listed} >= {200, 403, 404}


def _without_ids(said: Any) -> Any:
    """Return an answer without what follows from the event's own id, and from when it was asked."""
    if "errors" in said:
        return [(one["code"], one["path"]) for one in said["errors"]]
    case = {name: bool(value) for name, value in said["case"].items()}
    return {**{name: value for name, value in said.items() if name != "eventId"}, "case": case}


def test_a_refusal_tells_no_more_than_a_dry_run(client: FlaskClient, clock: Clock):
    told(client)
    clock.advance(days=400)
    for number in (LINE, UNKNOWN):
        person = {"identifier": {"system": FNR, "value": number}, "name": {"family": "Danser", "given": "Line"},
                  "municipality": {"code": "9904", "district": "990401"}}  # fmt: skip
        said = changed("ip.meeting.answered", ("source", "urn:her:5111"), ("data.patient", person))
        answer = post(client, said, Authorization=f"Bearer {STORVIK}")
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (404, "IPK-E014")


def test_what_a_plan_names_of_a_case_that_its_writer_may_not_see_leads_nowhere(
    client: FlaskClient, clock: Clock
):
    case = told(client)["case"]
    clock.advance(days=40)
    mine = send(client, "POST", "CarePlan", writes.plan(case["patientId"]))
    assert mine.status_code == 201, mine.text
    person = {
        **_need()["contained"][0],
        "identifier": [{"system": FNR, "value": UNKNOWN}],
        "birthDate": "1979-05-12",
    }
    said = _about(writes.plan("p"), {"reference": "#p"})
    said["contained"] = [person, *(one for one in said["contained"] if one["resourceType"] != "Goal")]
    said["author"] = {"reference": writes.organisation("storvik-nord")}
    said["goal"] = [mine.json["goal"][0]]
    answer = send(client, "POST", "CarePlan", said, token=STORVIK)
    assert (answer.status_code, issues(answer)[0]) == (422, ("IPK-F041", "CarePlan.goal[0]")), answer.text


def test_another_patients_consent_is_none_of_this_one(client: FlaskClient, clock: Clock):
    case = told(client)["case"]
    other = {
        **need()["data"]["patient"],
        "identifier": {"system": FNR, "value": UNKNOWN},
        "birthDate": "1979-05-12",
    }
    theirs = post(client, need(("id", "another"), ("data.patient", other))).json["case"]["patientId"]
    clock.advance(days=40)
    (consent,) = client.get(f"/fhir/Consent?patient={theirs}").json["entry"]
    reference = {"reference": f"Consent/{consent['resource']['id']}"}
    said = {**writes.plan(case["patientId"]), "supportingInfo": [reference]}
    said["contained"] = [one for one in said["contained"] if one["resourceType"] != "Consent"]
    answer = send(client, "POST", "CarePlan", said)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "CarePlan.supportingInfo[0]")])
    both = writes.plan(case["patientId"])
    both["supportingInfo"].append(reference)
    answer = send(client, "POST", "CarePlan", both)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "CarePlan.supportingInfo[1]")])
