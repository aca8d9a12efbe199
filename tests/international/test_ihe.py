"""IHE PCC: dynamic care planning (DCP) and care team management (DCTM), transaction by transaction. IHE/DCP 2019-05, DCTM.

A contributor of PCC-37 and PCC-45 reads the latest version, merges, writes, and handles the failure of its version.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from adapter.fhir import teams, urls
from tests.international.conftest import World
from tests.web import writes
from tests.web.hands import FNR, search
from tests.web.writes import send

KINDS: Final = ("CarePlan", "CareTeam")


def _changed(world: World) -> str:
    """Let the first plan have a second version; its id."""
    world.told(
        "ip.plan.updated", ("data.patient.identifier.value", world.numbers[0]),
        ("data.continues", {"planIdentifier": {"system": "https://plan.example/individuell-plan", "value": "world-0"}}),
        ("data.plan.identifier.value", "world-0"), ("data.plan.title", "Planen etter evaluering"),
    )  # fmt: skip
    return world.plans[0]


def _send(world: World, method: str, path: str, body: Any, **headers: str) -> TestResponse:
    world.clock.advance(minutes=1)
    return send(world.client, method, path, body, **headers)


def test_dcp_pcc_37_create_care_plan(world: World):
    answer = _send(world, "POST", "CarePlan", writes.plan(world.patients[2]))
    assert (answer.status_code, answer.get_json()["meta"]["versionId"]) == (201, "1")
    assert answer.headers["Location"].endswith(f"/CarePlan/{answer.get_json()['id']}/_history/1")


def test_dcp_pcc_37_update_care_plan(world: World):
    plan = world.client.get(f"/fhir/CarePlan/{world.plans[0]}").get_json()
    answer = _send(world, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Flettet"}, If_Match='W/"1"')
    assert (answer.status_code, answer.get_json()["meta"]["versionId"]) == (200, "2")
    assert (answer.headers["ETag"], answer.get_json()["title"]) == ('W/"2"', "Flettet")


def test_dcp_pcc_37_a_version_that_has_passed_is_told_and_read_again(world: World):
    path = f"CarePlan/{world.plans[0]}"
    mine = world.client.get(f"/fhir/{path}").get_json()
    assert _send(world, "PUT", path, {**mine, "title": "Andres"}, If_Match='W/"1"').status_code == 200
    late = {**mine, "period": {**mine["period"], "end": "2027-06-30"}}
    assert _send(world, "PUT", path, late, If_Match='W/"1"').status_code == 412
    merged = {**world.client.get(f"/fhir/{path}").get_json(), "period": late["period"]}
    answer = _send(world, "PUT", path, merged, If_Match='W/"2"')
    assert (answer.status_code, answer.get_json()["title"]) == (200, "Andres")
    assert answer.get_json()["period"]["end"] == "2027-06-30"


def test_dctm_pcc_45_update_care_team(world: World):
    team = next(one for one in world.all("CareTeam") if world.patients[0] in one["subject"]["reference"])
    who = {
        "resourceType": "Practitioner", "id": "who", "identifier": [{"system": urls.HPR, "value": "9876543"}],
        "name": [{"family": "Ny", "given": ["Kari"]}],
    }  # fmt: skip
    role = {
        "resourceType": "PractitionerRole", "id": "role", "practitioner": {"reference": "#who"},
        "organization": {"identifier": {"system": urls.ORGNR, "value": "310001015"}},
        "telecom": [{"system": "phone", "value": "+4762480001"}],
    }  # fmt: skip
    added = teams.participant(member="#role", role="koordinator-ip", main=True)
    added["period"] = {"start": world.clock().date().isoformat()}
    body = {**team, "contained": [who, role], "participant": [*team["participant"], added]}
    answer = _send(world, "PUT", f"CareTeam/{team['id']}", body, If_Match=f'W/"{team["meta"]["versionId"]}"')
    assert answer.status_code == 200, answer.text
    member = answer.get_json()["participant"][-1]["member"]["reference"]
    assert member.startswith("PractitionerRole/")
    assert int(answer.get_json()["meta"]["versionId"]) == int(team["meta"]["versionId"]) + 1
    other = {**body, "contained": [who, {**role, "telecom": [{"system": "phone", "value": "+4762480002"}]}]}
    stale = _send(world, "PUT", f"CareTeam/{team['id']}", other, If_Match=f'W/"{team["meta"]["versionId"]}"')
    assert stale.status_code == 412


def test_dcp_pcc_38_retrieve_care_plan(world: World):
    plan = _changed(world)
    now = world.client.get(f"/fhir/CarePlan/{plan}")
    before = world.client.get(f"/fhir/CarePlan/{plan}/_history/1")
    assert [one.get_json()["meta"]["versionId"] for one in (now, before)] == ["2", "1"]
    assert [one.headers["ETag"] for one in (now, before)] == ['W/"2"', 'W/"1"']
    assert now.get_json()["title"] != before.get_json()["title"]


def test_dctm_pcc_47_retrieve_care_team(world: World):
    team = world.all("CareTeam")[0]
    assert world.client.get(f"/fhir/CareTeam/{team['id']}").get_json() == team
    version = world.client.get(f"/fhir/CareTeam/{team['id']}/_history/{team['meta']['versionId']}")
    assert version.get_json() == team


@pytest.mark.parametrize(
    "query", ["patient={}", "subject=Patient/{}", "patient=Patient/{}&status=active", "subject:Patient={}"]
)
@pytest.mark.parametrize(("transaction", "type_"), [("dcp-pcc-41", "CarePlan"), ("dctm-pcc-46", "CareTeam")])
def test_ihe_search_by_get(world: World, transaction: str, type_: str, query: str):
    found = world.client.get(f"/fhir/{type_}?{query.format(world.patients[0])}").get_json()
    subjects = [entry["resource"]["subject"]["reference"] for entry in found["entry"]]
    assert subjects == [f"Patient/{world.patients[0]}"], transaction


@pytest.mark.parametrize("type_", KINDS)
def test_ihe_search_by_number_goes_by_post(world: World, type_: str):
    """PCC-41 has it by GET; a national number may not stand in an address, so here a form carries it."""
    asked = {"subject:Patient.identifier": f"{FNR}|{world.numbers[0]}"}
    (entry,) = search(world.client, type_, **asked).get_json()["entry"]
    assert entry["resource"]["subject"]["reference"] == f"Patient/{world.patients[0]}"
    refused = world.client.get(f"/fhir/{type_}", query_string=asked)
    assert (refused.status_code, refused.get_json()["issue"][0]["code"]) == (400, "not-supported")
    assert world.numbers[0] not in refused.text


@pytest.mark.parametrize("type_", KINDS)
def test_dcp_polling_of_history_stands_for_a_subscription(world: World, type_: str):
    """PCC-39 names it as the alternative: what changed since the last look, missing nothing."""
    first = world.client.get(f"/fhir/{type_}/_history?_sort=_lastUpdated&_count=200").get_json()
    seen = {(one["resource"]["id"], one["resource"]["meta"]["versionId"]) for one in first["entry"]}
    _changed(world)
    later = {link["relation"]: link["url"] for link in first["link"]}["monitor"].partition("/fhir/")[2]
    again = world.client.get(f"/fhir/{later}").get_json()
    new = {(one["resource"]["id"], one["resource"]["meta"]["versionId"]) for one in again.get("entry", ())}
    assert not new & seen
    if type_ == "CarePlan":
        assert new == {(world.plans[0], "2")}


# ── content ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_dcp_6_6_1_content_of_a_plan(world: World):
    for plan in world.all("CarePlan"):
        assert plan["identifier"]
        assert plan["category"]
        assert plan["subject"]["reference"].startswith("Patient/")
        assert plan["period"]["start"]
        assert plan["status"] in {
            "draft",
            "active",
            "on-hold",
            "revoked",
            "completed",
            "entered-in-error",
            "unknown",
        }


def test_dcp_6_6_6_content_of_a_team(world: World):
    for team in world.all("CareTeam"):
        assert team["identifier"]
        assert (team["status"], bool(team["name"])) == ("active", True)
        assert team["subject"]["reference"].startswith("Patient/")
        assert team["period"]["start"]
        assert all(one["member"] for one in team["participant"])


def test_mcc_and_xshare_an_activity_is_a_reference(world: World):
    plans = world.all("CarePlan")
    activities = [activity for plan in plans for activity in plan.get("activity", ())]
    assert activities
    assert all(set(activity) == {"reference"} for activity in activities)
    assert all({"careTeam", "goal", "supportingInfo"} <= set(plan) for plan in plans)


def test_mcc_the_patient_is_a_member_without_on_behalf_of(world: World):
    for team in world.all("CareTeam"):
        patients = [
            one
            for one in team["participant"]
            if one["member"].get("reference") == team["subject"]["reference"]
        ]
        assert len(patients) == 1
        assert "onBehalfOf" not in patients[0]


def test_kl_and_kanta_the_intent_is_plan(world: World):
    assert {plan["intent"] for plan in world.all("CarePlan")} == {"plan"}


def test_dk_ehealth_an_answer_tells_its_version_by_etag(world: World):
    for type_ in KINDS:
        one = world.all(type_)[0]
        answer = world.client.get(f"/fhir/{type_}/{one['id']}")
        assert answer.headers["ETag"] == f'W/"{one["meta"]["versionId"]}"'
