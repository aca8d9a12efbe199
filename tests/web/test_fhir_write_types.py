"""What each type that is written becomes: needs, their Tasks, goals, measures, teams, assignments, consents, meetings. fhir.writable."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.events import TYPES
from adapter.fhir import capability, parts, teams, topics, urls
from adapter.fhir.table import READABLE
from adapter.fhir.writable import WRITABLE
from adapter.services import Services
from adapter.store import events as stored_events
from adapter.web.version import RELEASED, VERSION
from tests.clock import Clock
from tests.web import writes
from tests.web.hands import FNR, LINE, told
from tests.web.writes import issues, send


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


@pytest.fixture
def case(client: FlaskClient, clock: Clock) -> dict[str, Any]:
    """Tell of a need at Alvdal."""
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


def _last(services: Services, count: int = 1) -> list[str]:
    with services.store.read() as conn:
        page, _ = stored_events.page(conn, since=None, type_=None, count=500)
    return [one.type for one in page][-count:]


def _task(client: FlaskClient, need: str) -> dict[str, Any]:
    listed = client.get("/fhir/Task?_count=100").json["entry"]
    return next(
        e["resource"] for e in listed if e["resource"].get("focus", {}).get("reference", "").endswith(need)
    )


# ── needs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _need(**more: Any) -> dict[str, Any]:
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": FNR, "value": LINE}],
        "name": [{"family": "Danser", "given": ["Line"]}],
        "birthDate": "1969-11-13",
        "gender": "female",
        "address": [
            {
                "_district": {
                    "extension": [
                        {
                            "url": urls.MUNICIPALITY_CODE,
                            "valueCoding": parts.coding(urls.MUNICIPALITY, "3428"),
                        }
                    ]
                }
            }
        ],
    }
    consent = {
        **writes.consent("#p", {"status": "given", "scopes": ["coordinator", "plan-create"],
                                "recipients": ["coordinating-unit"], "givenBy": "patient", "method": "oral",
                                "date": "2026-03-04"}),
        "category": [parts.coded(urls.LOINC, "59284-0"), parts.local(urls.CONSENT_SUBJECT, "ip-need")],
    }  # fmt: skip
    return {
        "resourceType": "ServiceRequest",
        "contained": [patient, consent],
        "extension": [{"url": urls.PATIENT_WISH, "valueCode": "yes"}],
        "status": "active",
        "intent": "order",
        "category": [parts.local(urls.NEED_CATEGORY, "behovsmelding")],
        "priority": "routine",
        "code": parts.local(urls.NEED_KIND, "coordinator"),
        "subject": {"reference": "#p"},
        "requester": {"display": "Magnar Koman", "identifier": {"system": urls.HPR, "value": "9144889"}},
        "reasonCode": [{"text": "Behov for langvarige og koordinerte tjenester."}],
        "supportingInfo": [{"reference": "#consent"}],
        **more,
    }


def test_a_need_is_reported_and_a_message_leaves(client: FlaskClient, services: Services):
    answer = send(client, "POST", "ServiceRequest", _need(), token=None)
    assert answer.status_code == 201, answer.text
    assert answer.json["requisition"]["value"].startswith("IPK-")
    assert _last(services) == ["ip.need.identified"]
    assert [m["receiver"]["level2"]["herId"] for m in client.get("/messages").json["items"]] == ["5079"]


def test_a_need_without_consent_waits_and_nothing_leaves(client: FlaskClient):
    said = {
        k: v
        for k, v in _need(code=parts.local(urls.NEED_KIND, "individual-plan")).items()
        if k != "supportingInfo"
    }
    answer = send(client, "POST", "ServiceRequest", {**said, "contained": said["contained"][:1]}, token=None)
    assert answer.status_code == 201, answer.text
    state = _task(client, answer.json["id"])["businessStatus"]["coding"][0]["code"]
    assert (state, client.get("/messages").json["items"]) == ("consent-pending", [])


@pytest.mark.parametrize(
    ("element", "value", "code", "place"),
    [
        ("priority", "stat", "IPK-F035", "ServiceRequest.priority"),
        ("quantityQuantity", {"value": 1}, "IPK-F035", "ServiceRequest.quantityQuantity"),
        ("reasonCode", None, "IPK-E005", "ServiceRequest.reasonCode"),
    ],
)
def test_a_need_that_cannot_be_told_is_refused_by_its_place(
    client: FlaskClient, element: str, value: Any, code: str, place: str
):
    said = (
        _need(**{element: value}) if value is not None else {k: v for k, v in _need().items() if k != element}
    )
    answer = send(client, "POST", "ServiceRequest", said, token=None)
    assert (answer.status_code, issues(answer)) == (422, [(code, place)])


@pytest.mark.parametrize(("status", "code"), [("revoked", 200), ("completed", 422), ("on-hold", 422)])
def test_a_need_is_revoked_and_nothing_else(client: FlaskClient, services: Services, status: str, code: int):
    made = send(client, "POST", "ServiceRequest", _need(), token=None).json
    answer = send(client, "PUT", f"ServiceRequest/{made['id']}", {**made, "status": status}, token=None)
    assert answer.status_code == code, answer.text
    if code == 200:
        assert (answer.json["status"], _last(services)) == ("revoked", ["ip.need.withdrawn"])


def test_a_deleted_need_was_entered_in_error(client: FlaskClient, services: Services):
    made = send(client, "POST", "ServiceRequest", _need(), token=None).json
    assert send(client, "DELETE", f"ServiceRequest/{made['id']}", token=None).status_code == 204
    assert _last(services) == ["ip.need.withdrawn"]
    assert client.get(f"/fhir/ServiceRequest/{made['id']}").status_code == 410


# ── the Task of a need ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "event", "state"),
    [
        ({"businessStatus": "under-assessment"}, "ip.need.acknowledged", "received"),
        ({"status": "on-hold", "note": [{"text": "Hvilke tjenester har pasienten i dag?"}]}, "ip.need.info-requested",
         "needs-info"),
        ({"businessStatus": "accepted", "status": "accepted"}, "ip.need.accepted", "accepted"),
        ({"status": "in-progress"}, "ip.need.accepted", "accepted"),
        ({"status": "rejected", "statusReason": {"text": "not-entitled"}}, "ip.need.declined", "declined"),
    ],
)  # fmt: skip
def test_a_task_is_answered_by_its_state(
    client: FlaskClient,
    services: Services,
    case: dict[str, Any],
    change: dict[str, Any],
    event: str,
    state: str,
):
    task = _task(client, case["needs"][0]["needId"])
    said = {**task, **change}
    if "businessStatus" in change:
        said["businessStatus"] = parts.local(urls.NEED_STATE, change["businessStatus"])
    answer = send(client, "PUT", f"Task/{task['id']}", said)
    assert answer.status_code == 200, answer.text
    assert (_last(services), answer.json["businessStatus"]["coding"][0]["code"]) == ([event], state)


def test_a_task_that_is_done_names_what_fulfils_it(
    client: FlaskClient, services: Services, case: dict[str, Any]
):
    need = next(n for n in case["needs"] if n["kind"] == "individual-plan")
    plan = send(client, "POST", "CarePlan", writes.plan(case["patientId"])).json
    task = _task(client, need["needId"])
    if task["status"] == "completed":  # the plan fulfilled it already
        assert any(o["valueReference"]["reference"] == f"CarePlan/{plan['id']}" for o in task["output"])
        return
    answer = send(client, "PATCH", f"Task/{task['id']}", {"status": "completed"})
    assert issues(answer) == [("IPK-F041", "Task.output")]
    output = [{"type": {"text": "CarePlan"}, "valueReference": {"reference": f"CarePlan/{plan['id']}"}}]
    assert (
        send(client, "PATCH", f"Task/{task['id']}", {"status": "completed", "output": output}).status_code
        == 200
    )
    assert _last(services) == ["ip.need.fulfilled"]


@pytest.mark.parametrize("change", [{"priority": "stat"}, {"status": "failed"}, {"description": "Mer"}])
def test_a_change_of_a_task_that_is_no_answer_is_refused(
    client: FlaskClient, case: dict[str, Any], change: dict[str, Any]
):
    task = _task(client, case["needs"][0]["needId"])
    answer = send(client, "PATCH", f"Task/{task['id']}", change)
    assert (answer.status_code, issues(answer)[0][0]) == (422, "IPK-F036")
    again = send(client, "PATCH", f"Task/{task['id']}", {**change, "status": "received"})
    assert (
        (again.status_code, issues(again)[0][0]) == (422, "IPK-F035") if "status" not in change else (200, "")
    )


def test_a_task_without_a_question_asks_nothing(client: FlaskClient, case: dict[str, Any]):
    task = _task(client, case["needs"][0]["needId"])
    answer = send(client, "PATCH", f"Task/{task['id']}", {"status": "on-hold"})
    assert (answer.status_code, issues(answer)) == (422, [("IPK-E005", "Task.note")])


# ── goals and measures ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_goal_is_added_changed_and_reached(
    client: FlaskClient, services: Services, plan: dict[str, Any], clock: Clock
):
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "planned",
        "description": {"text": "Svømme"},
        "subject": plan["subject"],
        "target": [{"dueDate": "2026-12-01"}],
    }
    made = send(client, "POST", "Goal", goal)
    assert made.status_code == 201, made.text
    assert made.headers["Location"].endswith(f"Goal/{made.json['id']}/_history/1")
    now = client.get(f"/fhir/CarePlan/{plan['id']}").json
    assert now["goal"][-1] == {"reference": f"Goal/{made.json['id']}"}
    clock.advance(minutes=1)
    answer = send(client, "PUT", f"Goal/{made.json['id']}", {**made.json, "lifecycleStatus": "completed"})
    assert (answer.status_code, answer.json["lifecycleStatus"]) == (200, "completed")
    assert _last(services, 2) == ["ip.goal.changed", "ip.goal.changed"]
    lost = send(client, "PATCH", f"Goal/{made.json['id']}", {"achievementStatus": {"text": "nådd"}})
    assert issues(lost) == [("IPK-F035", "Goal.achievementStatus")]


@pytest.mark.parametrize(
    "said",
    [
        {"resourceType": "ServiceRequest", "status": "active", "intent": "plan", "code": {"text": "Ergoterapi"},
         "performer": [{"display": "Ergoterapitjenesten"}]},
        {"resourceType": "Task", "status": "requested", "intent": "plan", "description": "Søke om hjelpemidler",
         "owner": {"display": "Gunn Omsorg"}},
        {"resourceType": "Appointment", "status": "booked", "description": "Utprøving",
         "start": "2026-09-15T00:00:00+02:00", "end": "2026-09-15T23:59:59+02:00"},
    ],
    ids=lambda one: one["resourceType"],
)  # fmt: skip
def test_a_measure_of_the_plan_is_added_and_ended(
    client: FlaskClient, services: Services, plan: dict[str, Any], said: dict[str, Any], clock: Clock
):
    type_ = said["resourceType"]
    subject = plan["subject"]
    if type_ == "Appointment":
        who = [
            {"actor": subject, "status": "accepted"},
            {"actor": {"display": "Gunn Omsorg"}, "status": "accepted"},
        ]
        said = {**said, "participant": who}
    else:
        said = {**said, "for" if type_ == "Task" else "subject": subject}
    made = send(client, "POST", type_, said)
    assert made.status_code == 201, made.text
    assert _last(services) == ["ip.activity.changed"]
    now = client.get(f"/fhir/CarePlan/{plan['id']}").json
    assert now["activity"][-1] == {"reference": {"reference": f"{type_}/{made.json['id']}"}}
    clock.advance(minutes=1)
    assert send(client, "DELETE", f"{type_}/{made.json['id']}").status_code == 204
    assert client.get(f"/fhir/{type_}/{made.json['id']}").status_code == 410


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-09-15T10:00:00+02:00", "2026-09-15T11:00:00+02:00"),
        ("2026-09-15T08:00:00Z", "2026-09-15T09:00:00Z"),
        ("2026-09-15T00:00:00+02:00", "2026-09-16T00:00:00+02:00"),
    ],
)
def test_an_appointment_of_the_plan_keeps_its_time_of_day(
    client: FlaskClient, services: Services, plan: dict[str, Any], clock: Clock, start: str, end: str
):
    said = {
        "resourceType": "Appointment",
        "status": "booked",
        "description": "Utprøving",
        "start": start,
        "end": end,
        "participant": [
            {"actor": plan["subject"], "status": "accepted"},
            {"actor": {"display": "Gunn Omsorg"}, "status": "accepted"},
        ],
    }
    made = send(client, "POST", "Appointment", said)
    assert made.status_code == 201, made.text
    kept = [datetime.fromisoformat(made.json[name]) for name in ("start", "end")]
    assert kept == [datetime.fromisoformat(start), datetime.fromisoformat(end)]
    assert _last(services) == ["ip.activity.changed"]
    clock.advance(minutes=1)
    now = client.get(f"/fhir/CarePlan/{plan['id']}").json
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**now, "title": "Ny"})
    assert answer.status_code == 200, answer.text
    after = client.get(f"/fhir/Appointment/{made.json['id']}").json
    assert [after[name] for name in ("start", "end")] == [made.json[name] for name in ("start", "end")]
    moved = send(client, "PATCH", f"Appointment/{made.json['id']}", {"end": "2026-09-16T12:30:00+02:00"})
    assert (moved.status_code, moved.json.get("end")) == (200, "2026-09-16T12:30:00+02:00"), moved.text


def test_a_fault_of_the_time_of_day_is_told_at_its_element(client: FlaskClient, plan: dict[str, Any]):
    said = {
        "resourceType": "Appointment",
        "status": "booked",
        "description": "Utprøving",
        "start": "2026-09-15T11:00:00+02:00",
        "end": "2026-09-15T10:00:00+02:00",
        "participant": [{"actor": plan["subject"], "status": "accepted"}],
    }
    answer = send(client, "POST", "Appointment", said)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-E010", "Appointment.end")])


def test_a_part_without_a_plan_leads_nowhere(client: FlaskClient, case: dict[str, Any]):
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "planned",
        "description": {"text": "Svømme"},
        "subject": {"reference": f"Patient/{case['patientId']}"},
    }
    assert issues(send(client, "POST", "Goal", goal)) == [("IPK-F041", "Goal.subject")]


# ── the team ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _appointed(team: dict[str, Any], role: str, **more: Any) -> dict[str, Any]:
    contained = [
        {
            "resourceType": "Practitioner",
            "id": "who",
            "identifier": [{"system": urls.HPR, "value": "9876543"}],
            "name": [{"family": "Omsorg", "given": ["Gunn"]}],
        },
        {
            "resourceType": "PractitionerRole",
            "id": "role",
            "practitioner": {"reference": "#who"},
            "organization": {"identifier": {"system": urls.ORGNR, "value": "310001015"}},
            "telecom": [{"system": "phone", "value": "+4762480001"}],
        },
    ]
    one = teams.participant(member="#role", role=role, main=role == "koordinator-ip", **more)
    one["period"] = {"start": "2026-04-13"}
    return {**team, "contained": contained, "participant": [*team["participant"], one]}


def test_a_participant_more_is_a_coordinator_appointed_and_an_end_is_ended(
    client: FlaskClient, services: Services, plan: dict[str, Any], clock: Clock
):
    team = client.get(f"/fhir/{plan['careTeam'][0]['reference']}").json
    answer = send(client, "PUT", f"CareTeam/{team['id']}", _appointed(team, "koordinator-ip"))
    assert answer.status_code == 200, answer.text
    assert _last(services) == ["ip.coordinator.appointed"]
    role = answer.json["participant"][-1]["member"]["reference"]
    assert role.startswith("PractitionerRole/")
    clock.advance(days=1)
    now = answer.json
    last = {**now["participant"][-1], "period": {**now["participant"][-1]["period"], "end": "2026-04-14"}}
    ended = send(
        client, "PUT", f"CareTeam/{team['id']}", {**now, "participant": [*now["participant"][:-1], last]}
    )
    assert ended.status_code == 200, ended.text
    assert _last(services) == ["ip.coordinator.ended"]


def test_an_assignment_ends_by_its_period(
    client: FlaskClient, services: Services, plan: dict[str, Any], clock: Clock
):
    team = client.get(f"/fhir/{plan['careTeam'][0]['reference']}").json
    made = send(client, "PUT", f"CareTeam/{team['id']}", _appointed(team, "koordinator-ip")).json
    role = client.get(f"/fhir/{made['participant'][-1]['member']['reference']}").json
    clock.advance(days=1)
    said = {**role, "period": {**role["period"], "end": "2026-04-14"}}
    answer = send(client, "PUT", f"PractitionerRole/{role['id']}", said)
    assert (answer.status_code, answer.json["period"]["end"]) == (200, "2026-04-14"), answer.text
    assert _last(services) == ["ip.coordinator.ended"]
    other = send(client, "PATCH", f"PractitionerRole/{role['id']}", {"telecom": []})
    assert other.status_code == 422


@pytest.mark.parametrize("start", [None, "2026-04-01"])
def test_the_day_on_which_an_assignment_began_stands(
    client: FlaskClient, plan: dict[str, Any], clock: Clock, start: str | None
):
    team = client.get(f"/fhir/{plan['careTeam'][0]['reference']}").json
    made = send(client, "PUT", f"CareTeam/{team['id']}", _appointed(team, "koordinator-ip")).json
    role = made["participant"][-1]["member"]["reference"]
    clock.advance(days=1)
    answer = send(client, "PATCH", role, {"period": {"start": start, "end": "2026-04-14"}})
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F036", "PractitionerRole.period")])
    period = {k: v for k, v in {"start": start, "end": "2026-04-14"}.items() if v}
    people = [*made["participant"][:-1], {**made["participant"][-1], "period": period}]
    answer = send(client, "PATCH", f"CareTeam/{team['id']}", {"participant": people})
    assert answer.status_code == 422
    assert issues(answer) == [("IPK-F036", f"CareTeam.participant[{len(people) - 1}]")]
    ended = send(client, "PATCH", role, {"period": {"end": "2026-04-14"}})
    assert ended.status_code == 200, ended.text
    again = send(client, "PATCH", role, {"period": {"start": start}})
    assert (again.status_code, issues(again)) == (422, [("IPK-F036", "PractitionerRole.period")])


def test_two_participants_of_one_member_and_role_are_refused(client: FlaskClient, plan: dict[str, Any]):
    """Which of the two was meant nobody could tell; the last one won."""
    team = client.get(f"/fhir/{plan['careTeam'][0]['reference']}").json
    said = _appointed(team, "koordinator-kommune")
    twice = {**said["participant"][-1], "period": {"start": "2026-04-12"}}
    both = {**said, "participant": [*said["participant"], twice]}
    answer = send(client, "PUT", f"CareTeam/{team['id']}", both)
    place = f"CareTeam.participant[{len(both['participant']) - 1}]"
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", place)])
    made = send(client, "PUT", f"CareTeam/{team['id']}", said)
    assert made.status_code == 200, made.text
    people = made.json["participant"]
    answer = send(
        client, "PUT", f"CareTeam/{team['id']}", {**made.json, "participant": [*people, people[-1]]}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("change", [{"name": "Et annet navn"}, {"status": "inactive"}, {"participant": []}])
def test_a_team_is_changed_by_who_is_in_it_alone(
    client: FlaskClient, plan: dict[str, Any], change: dict[str, Any]
):
    team = client.get(f"/fhir/{plan['careTeam'][0]['reference']}").json
    answer = send(client, "PUT", f"CareTeam/{team['id']}", {**team, **change})
    assert answer.status_code == 422
    assert {code for code, _ in issues(answer)} <= {"IPK-F036", "IPK-F045"}


# ── consents ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_consent_is_given_and_withdrawn(
    client: FlaskClient, services: Services, case: dict[str, Any], clock: Clock
):
    patient = f"Patient/{case['patientId']}"
    said = writes.consent(
        patient, {"status": "given", "scopes": ["coordinator", "plan-create"], "recipients": ["coordinating-unit"],
                  "givenBy": "patient", "method": "oral", "date": "2026-04-13"},
    )  # fmt: skip
    said["category"] = [parts.coded(urls.LOINC, "59284-0"), parts.local(urls.CONSENT_SUBJECT, "ip-need")]
    made = send(client, "POST", "Consent", {k: v for k, v in said.items() if k != "id"}, token=None)
    assert made.status_code == 201, made.text
    assert _last(services) == ["ip.consent.given"]
    clock.advance(minutes=1)
    answer = send(client, "PATCH", f"Consent/{made.json['id']}", {"status": "inactive"}, token=None)
    assert answer.status_code == 200, answer.text
    assert answer.json["status"] == "inactive"
    assert _last(services) == ["ip.consent.withdrawn"]
    assert send(client, "DELETE", f"Consent/{made.json['id']}", token=None).status_code == 405


# ── meetings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_meeting_is_called_answered_and_called_off(
    client: FlaskClient, services: Services, plan: dict[str, Any], clock: Clock
):
    said = {
        "resourceType": "Appointment",
        "status": "pending",
        "serviceType": [{"text": "Ansvarsgruppemøte"}],
        "start": "2026-09-15T12:00:00+02:00",
        "end": "2026-09-15T13:30:00+02:00",
        "participant": [
            {"actor": plan["subject"], "required": "information-only", "status": "needs-action"},
            {"actor": {"display": "NAV Alvdal"}, "required": "required", "status": "needs-action"},
        ],
    }
    made = send(client, "POST", "Appointment", said)
    assert made.status_code == 201, made.text
    assert _last(services) == ["ip.meeting.called"]
    clock.advance(minutes=1)
    people = [
        {**one, "status": "accepted"} if one.get("actor", {}).get("display") == "NAV Alvdal" else one
        for one in made.json["participant"]
    ]
    answer = send(client, "PATCH", f"Appointment/{made.json['id']}", {"participant": people})
    assert answer.status_code == 200, answer.text
    assert _last(services) == ["ip.meeting.answered"]
    clock.advance(minutes=1)
    off = send(client, "PATCH", f"Appointment/{made.json['id']}", {"status": "cancelled", "cancelationReason": {"text": "absence"}})  # fmt: skip
    assert (off.status_code, off.json["status"], _last(services)) == (
        200,
        "cancelled",
        ["ip.meeting.cancelled"],
    )


# ── what is offered ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_capability_statement_says_what_is_written_and_as_what():
    found = capability.capability(base="http://x/fhir", version=VERSION, released=RELEASED)["rest"][0]
    rows = {row["type"]: row for row in found["resource"]}
    assert {row["code"] for row in found["interaction"]} >= {"transaction", "batch"}
    for type_, row in rows.items():
        codes = {one["code"] for one in row["interaction"]}
        offered = set(WRITABLE[type_].interactions) if type_ in WRITABLE else set(topics.written(type_))
        assert codes & {"create", "update", "patch", "delete"} == offered, type_
        if type_ in WRITABLE:
            assert row["updateCreate"] is False
    assert "ip.plan.created" in rows["CarePlan"]["documentation"]


def test_every_row_names_events_of_the_catalogue_and_types_that_are_served():
    assert set(WRITABLE) <= set(READABLE)
    for row in WRITABLE.values():
        for event in (*row.create, *row.update, *row.delete):
            assert TYPES[event].posted, event


def test_a_day_for_no_end_is_told_at_its_place(client: FlaskClient, case: dict[str, Any]):
    endless = writes.plan(case["patientId"])
    endless["period"]["end"] = "9999-12-31"
    answer = send(client, "POST", "CarePlan", endless)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-E107", "CarePlan.period.end")])
