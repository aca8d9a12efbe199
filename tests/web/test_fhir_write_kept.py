"""Nothing of a write is lost in silence: what no event of that transition carries is refused by its place. IPK-F035, ADR 157."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.fhir import urls
from adapter.services import Services
from adapter.store import events as stored_events
from tests.clock import Clock
from tests.events.samples import changed
from tests.web import writes
from tests.web.hands import post, told
from tests.web.test_fhir_write_types import _appointed, _need, _task
from tests.web.writes import issues, send

JSON_PATCH = "application/json-patch+json"
BACKGROUND = "Behov for langvarige og koordinerte tjenester."


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


@pytest.fixture
def case(client: FlaskClient, clock: Clock) -> dict[str, Any]:
    found: dict[str, Any] = told(client)["case"]
    clock.advance(days=40)
    return found


@pytest.fixture
def plan(client: FlaskClient, case: dict[str, Any], clock: Clock) -> dict[str, Any]:
    answer = send(client, "POST", "CarePlan", writes.plan(case["patientId"]))
    assert answer.status_code == 201, answer.text
    clock.advance(minutes=1)
    found: dict[str, Any] = answer.json
    return found


def _last(services: Services) -> Any:
    with services.store.read() as conn:
        page, _ = stored_events.page(conn, since=None, type_=None, count=500)
    return page[-1]


# ── a need ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_words_and_codes_of_a_need_are_kept_beside_each_other(client: FlaskClient):
    said = _need(
        reasonCode=[{"coding": [{"code": "G80"}], "text": BACKGROUND}],
        note=[{"text": "Bor alene."}, {"text": "Ringes etter tolv."}],
    )
    answer = send(client, "POST", "ServiceRequest", said, token=None)
    assert answer.status_code == 201, answer.text
    assert answer.json["reasonCode"] == [{"text": "G80"}]
    assert answer.json["note"][0]["text"] == f"{BACKGROUND}\nBor alene.\nRinges etter tolv."


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"reasonCode": [{"text": BACKGROUND, "coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7110", "code": "G80"}]}]},
         "ServiceRequest.reasonCode[0].coding[0].system"),
        ({"note": [{"text": BACKGROUND, "authorString": "Gunn Omsorg"}]}, "ServiceRequest.note[0].authorString"),
    ],
)  # fmt: skip
def test_what_beside_them_no_event_carries_is_refused(client: FlaskClient, more: dict[str, Any], place: str):
    answer = send(client, "POST", "ServiceRequest", _need(**more), token=None)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", place)])


def test_a_need_that_is_revoked_says_nothing_else_anew(client: FlaskClient):
    made = send(client, "POST", "ServiceRequest", _need(), token=None).json
    where = f"ServiceRequest/{made['id']}"
    other = send(
        client, "PUT", where, {**made, "status": "revoked", "reasonCode": [{"text": "Nytt"}]}, token=None
    )
    assert (other.status_code, issues(other)) == (422, [("IPK-F035", "ServiceRequest.reasonCode")])
    assert send(client, "PUT", where, {**made, "status": "revoked"}, token=None).status_code == 200


# ── the Task of a need ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"note": [{"text": "Vi ringer."}]}, "Task.note"),
        ({"statusReason": {"text": "Etter møte"}}, "Task.statusReason"),
        ({"owner": {"reference": writes.organisation("storvik-nord")}}, "Task.owner.reference"),
        ({"restriction": {"repetitions": 2}}, "Task.restriction.repetitions"),
        ({"requester": {"reference": writes.organisation("storvik-nord")}}, "Task.requester.reference"),
        ({"executionPeriod": {"start": "2026-05-01", "end": "2026-06-01"}}, "Task.executionPeriod.end"),
    ],
)
def test_an_answer_says_what_its_event_carries(
    client: FlaskClient, case: dict[str, Any], more: dict[str, Any], place: str
):
    task = _task(client, case["needs"][0]["needId"])
    answer = send(client, "PATCH", f"Task/{task['id']}", {"status": "accepted", **more})
    assert answer.status_code == 422, answer.text
    assert {code for code, _ in issues(answer)} == {"IPK-F035"}
    assert all(
        one.startswith(place.rpartition(".")[0] if place.count(".") > 1 else place)
        for _, one in issues(answer)
    )
    assert client.get(f"/fhir/Task/{task['id']}").json == task


@pytest.mark.parametrize("status", ["accepted", "rejected", "received"])
def test_what_was_read_may_be_sent_back_with_it(client: FlaskClient, case: dict[str, Any], status: str):
    task = _task(client, case["needs"][0]["needId"])
    assert send(client, "PUT", f"Task/{task['id']}", {**task, "status": status}).status_code == 200


def test_all_words_of_an_answer_are_told(client: FlaskClient, services: Services, case: dict[str, Any]):
    task = _task(client, case["needs"][0]["needId"])
    said = {
        "status": "rejected",
        "note": [{"text": "En."}, {"text": "To."}],
        "statusReason": {"text": "moved"},
    }
    answer = send(client, "PATCH", f"Task/{task['id']}", said)
    assert answer.status_code == 200, answer.text
    assert b"En.\\nTo." in _last(services).content


@pytest.mark.parametrize("status", ["rejected", "on-hold"])
def test_a_reason_in_a_code_that_is_not_ours_is_refused(
    client: FlaskClient, case: dict[str, Any], status: str
):
    task = _task(client, case["needs"][0]["needId"])
    reason = {"coding": [{"system": "urn:x", "code": "other"}], "text": "Hva har pasienten i dag?"}
    answer = send(client, "PATCH", f"Task/{task['id']}", {"status": status, "statusReason": reason})
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "Task.statusReason.coding")])


# ── plans and their parts ────────────────────────────────────────────────────────────────────────────────────────────


def test_who_expressed_a_goal_is_not_dropped(client: FlaskClient, plan: dict[str, Any]):
    said = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Svømme"},
        "subject": plan["subject"],
        "expressedBy": plan["subject"],
    }
    answer = send(client, "POST", "Goal", said)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "Goal.expressedBy")])


def test_nor_who_asks_for_a_task_of_the_plan(client: FlaskClient, plan: dict[str, Any]):
    said = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "plan",
        "description": "Søke om hjelpemidler",
        "for": plan["subject"],
        "owner": {"display": "Gunn Omsorg"},
        "requester": {"display": "Gunn Omsorg"},
    }
    answer = send(client, "POST", "Task", said)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "Task.requester")])


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("CarePlan", "identifier"),
        ("CarePlan", "period"),
        ("CarePlan", "supportingInfo"),
        ("Goal", "identifier"),
    ],
)
def test_what_a_patch_cannot_take_away_is_told(
    client: FlaskClient, plan: dict[str, Any], clock: Clock, type_: str, name: str
):
    clock.advance(days=2)
    where = f"CarePlan/{plan['id']}" if type_ == "CarePlan" else plan["goal"][0]["reference"]
    before = client.get(f"/fhir/{where}").json
    for patch, media in (
        ([{"op": "remove", "path": f"/{name}"}], JSON_PATCH),
        ({name: None}, "application/merge-patch+json"),
    ):
        answer = send(client, "PATCH", where, patch, media=media)
        assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", f"{type_}.{name}")]), answer.text
    assert client.get(f"/fhir/{where}").json == before


def test_a_plan_that_is_put_without_its_identifier_keeps_it(client: FlaskClient, plan: dict[str, Any]):
    said = {k: v for k, v in plan.items() if k not in {"identifier", "meta"}}
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**said, "title": "Ny"})
    assert (answer.status_code, answer.json["identifier"]) == (200, plan["identifier"]), answer.text


def test_a_plan_that_is_put_without_first_day_and_consent_keeps_both(
    client: FlaskClient, plan: dict[str, Any], clock: Clock
):
    clock.advance(days=2)
    consents = client.get(f"/fhir/Consent?patient={plan['subject']['reference']}&_summary=count").json[
        "total"
    ]
    said = {k: v for k, v in plan.items() if k not in {"period", "supportingInfo", "contained", "meta"}}
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**said, "title": "Ny"})
    assert answer.status_code == 200, answer.text
    assert answer.json["period"] == {"start": plan["period"]["start"]}
    assert answer.json["supportingInfo"] == plan["supportingInfo"]
    after = client.get(f"/fhir/Consent?patient={plan['subject']['reference']}&_summary=count").json["total"]
    assert after == consents


def test_a_plan_is_closed_today(client: FlaskClient, plan: dict[str, Any]):
    said = {**plan, "status": "completed", "period": {**plan["period"], "end": "2030-01-01"}}
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", said)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "CarePlan.period.end")])


# ── what is created ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "code", "place"),
    [
        ({"status": "draft"}, "IPK-F036", "ServiceRequest.status"),
        ({"status": "completed"}, "IPK-F036", "ServiceRequest.status"),
        ({"encounter": {"display": "Sengepost 4"}}, "IPK-F035", "ServiceRequest.encounter"),
        ({"requester": {"reference": writes.organisation("storvik-nord")}}, "IPK-F035", "ServiceRequest.requester"),
        ({"requester": {"display": "Ukjent"}}, "IPK-F035", "ServiceRequest.requester"),
    ],
)  # fmt: skip
def test_a_need_is_reported_as_it_was_said_or_not(
    client: FlaskClient, more: dict[str, Any], code: str, place: str
):
    answer = send(client, "POST", "ServiceRequest", _need(**more), token=None)
    assert (answer.status_code, issues(answer)) == (422, [(code, place)])
    assert client.get("/messages").json["items"] == []


def test_who_asks_is_not_another_than_who_writes(client: FlaskClient):
    agent = {"who": {"display": "Anne Annen", "identifier": {"system": urls.HPR, "value": "9144897"}}}
    provenance = json.dumps(
        {
            "resourceType": "Provenance",
            "target": [{"reference": "ServiceRequest/new"}],
            "recorded": "2026-03-04T10:15:00+01:00",
            "agent": [agent],
        }
    )
    answer = send(client, "POST", "ServiceRequest", _need(), token=None, X_Provenance=provenance)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "ServiceRequest.requester")])


def test_a_need_is_seen_in_the_stay_that_runs(client: FlaskClient):
    where = {"source": "urn:her:90998", "type": "ip.patient.admitted", "time": "2026-03-04T10:00:00+01:00"}
    assert post(client, {**changed("ip.patient.admitted"), **where}).status_code == 202
    encounter = client.get("/fhir/Encounter").json["entry"][0]["resource"]
    said = {"reference": f"Encounter/{encounter['id']}"}
    answer = send(client, "POST", "ServiceRequest", _need(encounter=said), token=None)
    assert (answer.status_code, answer.json["encounter"]) == (201, said), answer.text


def _meeting(patient: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "status": "proposed",
        "serviceType": [{"text": "Ansvarsgruppemøte"}],
        "start": "2026-05-20T10:00:00+02:00",
        "end": "2026-05-20T11:00:00+02:00",
        "participant": [
            {"actor": {"reference": f"Patient/{patient}"}, "status": "needs-action"},
            {"actor": {"display": "Rektor ved skolen"}, "status": "needs-action"},
        ],
        **more,
    }


@pytest.mark.parametrize(
    ("more", "code", "place"),
    [
        ({"status": "cancelled"}, "IPK-F036", "Appointment.status"),
        ({"identifier": [{"system": "urn:oid:1.2.3", "value": "m1"}]}, "IPK-F035", "Appointment.identifier[0].system"),
    ],
)  # fmt: skip
def test_a_meeting_is_called_as_it_was_said_or_not(
    client: FlaskClient,
    case: dict[str, Any],
    more: dict[str, Any],
    code: str,
    place: str,
):
    answer = send(client, "POST", "Appointment", _meeting(case["patientId"], **more))
    assert (answer.status_code, issues(answer)) == (422, [(code, place)])


@pytest.mark.parametrize(
    ("more", "element"),
    [
        ({"status": "accepted"}, "status"),
        ({"required": "optional"}, "required"),
        ({"type": [{"coding": [{"code": "ATND"}]}]}, "type"),
        ({"actor": {"reference": "PractitionerRole/other", "display": "Anne Annen"}}, "actor"),
    ],
)
def test_so_is_each_who_is_called_to_it(
    client: FlaskClient, case: dict[str, Any], more: dict[str, Any], element: str
):
    said = _meeting(case["patientId"])
    said["participant"][1].update(more)
    answer = send(client, "POST", "Appointment", said)
    assert (answer.status_code, issues(answer)) == (
        422,
        [("IPK-F035", f"Appointment.participant[1].{element}")],
    )


@pytest.mark.parametrize("status", ["proposed", "pending", "booked"])
def test_who_calls_a_meeting_is_not_called_to_it(client: FlaskClient, case: dict[str, Any], status: str):
    said = _meeting(case["patientId"], status=status)
    caller = {"system": urls.RECIPIENT, "value": "alvdal-saksbehandling"}
    said["participant"].append({"actor": {"identifier": caller, "display": "Vi"}, "status": "accepted"})
    answer = send(client, "POST", "Appointment", said)
    assert answer.status_code == 201, answer.text
    called = [
        one["actor"]["display"] for one in answer.json["participant"] if one.get("required") == "required"
    ]
    assert called == ["Line Danser", "Rektor ved skolen"]


def test_a_meeting_that_was_read_is_called_again_with_all_who_were_called(
    client: FlaskClient, case: dict[str, Any]
):
    said = _meeting(case["patientId"])
    said["participant"].append({"actor": {"type": "Location", "display": "Rom 2"}, "status": "accepted"})
    first = send(client, "POST", "Appointment", said)
    assert first.status_code == 201, first.text
    copied = {k: v for k, v in first.json.items() if k not in {"id", "meta", "identifier"}}
    again = send(
        client,
        "POST",
        "Appointment",
        {**copied, "start": "2026-06-20T10:00:00+02:00", "end": "2026-06-20T11:00:00+02:00"},
    )
    assert again.status_code == 201, again.text
    assert [p["actor"]["display"] for p in again.json["participant"] if "display" in p["actor"]] == [
        p["actor"]["display"] for p in first.json["participant"] if "display" in p["actor"]
    ]


@pytest.mark.parametrize("display", [None, "Gunn Omsorg"])
def test_a_member_of_the_team_is_called_by_the_assignment(
    client: FlaskClient, plan: dict[str, Any], clock: Clock, display: str | None
):
    team = client.get(f"/fhir/{plan['careTeam'][0]['reference']}").json
    made = send(client, "PUT", f"CareTeam/{team['id']}", _appointed(team, "koordinator-ip")).json
    role = made["participant"][-1]["member"]["reference"]
    clock.advance(minutes=1)
    said = _meeting(plan["subject"]["reference"].partition("/")[2])
    actor = {"reference": role, **({"display": display} if display else {})}
    said["participant"][1]["actor"] = actor
    answer = send(client, "POST", "Appointment", said)
    assert answer.status_code == 201, answer.text
    (kept,) = (one for one in answer.json["participant"] if one["actor"].get("reference") == role)
    assert kept["actor"]["display"] == "Gunn Omsorg"
    found = client.get(f"/fhir/Appointment?actor={role}").json["entry"]
    assert [one["resource"]["id"] for one in found] == [answer.json["id"]]
    said["participant"][1]["status"] = "accepted"
    answer = send(client, "POST", "Appointment", said)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "Appointment.participant[1].status")])
