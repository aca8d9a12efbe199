"""IHE PCC: dynamic care planning (DCP) and care team management (DCTM), transaction by transaction. IHE/DCP 2019-05, DCTM.

The writing transactions (PCC-37, PCC-45) and the subscriptions (PCC-39, 40, 48, 49) are tested where they are served.
"""

from __future__ import annotations

from typing import Final

import pytest

from tests.international.conftest import World
from tests.web.hands import FNR, search

KINDS: Final = ("CarePlan", "CareTeam")


def _changed(world: World) -> str:
    """Let the first plan have a second version; its id."""
    world.told(
        "ip.plan.updated", ("data.patient.identifier.value", world.numbers[0]),
        ("data.continues", {"planIdentifier": {"system": "https://plan.example/individuell-plan", "value": "world-0"}}),
        ("data.plan.identifier.value", "world-0"), ("data.plan.title", "Planen etter evaluering"),
    )  # fmt: skip
    return world.plans[0]


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
