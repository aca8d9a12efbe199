"""A plan that is written again: its consent stands until it says something else, and its version is that of all its parts.

Issue 5, point 4; decision 91; fhir-model.md, 'individual plan'.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.events.examples.parts import PLAN_CONTENT
from tests.clock import Clock
from tests.events.samples import changed
from tests.web import writes
from tests.web.hands import post
from tests.web.writes import ALVDAL, send


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "clients.toml"
    path.write_text(writes.client_row("alvdal-ip", "alvdal-saksbehandling", ALVDAL))
    return {"clients": path}


def _consents(client: FlaskClient) -> list[dict[str, Any]]:
    """Return the Consents of plans, the oldest first."""
    page = client.get("/fhir/Consent?_sort=_lastUpdated").json
    listed = [one["resource"] for one in page.get("entry", ())]
    return [one for one in listed if any(c["coding"][0]["code"] == "ip-plan" for c in one["category"])]


def _put(client: FlaskClient, plan: dict[str, Any], clock: Clock, **more: Any) -> dict[str, Any]:
    said = {k: v for k, v in plan.items() if k != "meta"} | more
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", said)
    assert answer.status_code == 200, answer.text
    clock.advance(minutes=1)
    found: dict[str, Any] = answer.json
    return found


def _contained(patient: str, plan: dict[str, Any], **consent: Any) -> dict[str, Any]:
    """Return the plan with its consent said anew, in `contained`."""
    said = {**copy.deepcopy(PLAN_CONTENT["consent"]), **consent}
    stated = {k: v for k, v in writes.consent(f"Patient/{patient}", said).items() if k != "meta"}
    return {**plan, "contained": [stated], "supportingInfo": [{"reference": "#consent"}]}


# ── the consent ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_three_updates_of_a_plan_keep_its_one_consent(
    client: FlaskClient, plan: dict[str, Any], clock: Clock
):
    before = _consents(client)
    for title in ("Vår", "Sommer", "Høst"):
        plan = _put(client, plan, clock, title=title)
    assert plan["meta"]["versionId"] == "4"
    assert len(before) == 1
    assert _consents(client) == before
    assert plan["supportingInfo"] == [{"reference": f"Consent/{before[0]['id']}"}]
    history = client.get(f"/fhir/Consent/{before[0]['id']}/_history").json
    assert history["total"] == 1


def test_a_contained_consent_that_says_the_same_keeps_the_one_that_is_there(
    client: FlaskClient, patient: str, plan: dict[str, Any], clock: Clock
):
    before = _consents(client)
    after = _put(client, {**_contained(patient, plan), "title": "Ny"}, clock)
    assert (after["supportingInfo"], _consents(client)) == (plan["supportingInfo"], before)


def test_a_consent_that_says_something_else_is_another_one(
    client: FlaskClient, patient: str, plan: dict[str, Any], clock: Clock
):
    (before,) = _consents(client)
    after = _put(
        client,
        _contained(
            patient, plan, method="written" if PLAN_CONTENT["consent"]["method"] == "oral" else "oral"
        ),
        clock,
    )
    old, new = _consents(client)
    assert (old, after["supportingInfo"]) == (before, [{"reference": f"Consent/{new['id']}"}])
    again = _put(client, {**after, "title": "Ny"}, clock)
    assert again["supportingInfo"] == after["supportingInfo"]
    assert len(_consents(client)) == 2


def test_an_event_that_repeats_the_consent_keeps_it_too(
    client: FlaskClient, plan: dict[str, Any], clock: Clock
):
    before = _consents(client)
    event = changed(
        "ip.plan.updated", ("data.plan", {**PLAN_CONTENT, "title": "Ny"}), ("source", "urn:her:5079"),
        ("time", clock().isoformat()), ("data.continues", {"planId": plan["id"]}), ("data.baseVersion", 1),
    )  # fmt: skip
    answer = post(client, event)
    assert answer.status_code == 202, answer.text
    assert not [one for one in answer.json["effects"] if one["resource"].startswith("Consent/")]
    assert _consents(client) == before


@pytest.mark.parametrize(("date", "listed"), [(None, 1), ("2026-04-14", 2)])
def test_after_a_refusal_a_consent_is_a_new_word_where_it_is_dated_after_and_not_where_it_is_repeated(
    client: FlaskClient, plan: dict[str, Any], clock: Clock, date: str | None, listed: int
):
    refused = changed(
        "ip.need.identified", ("id", "a-need-refused"), ("data.needs", ["rehabilitation"]),
        ("data.consent", {"status": "refused", "scopes": ["plan-share"], "date": "2026-04-13"}),
    )  # fmt: skip
    assert post(client, refused).status_code == 202
    clock.advance(days=1)
    consent = PLAN_CONTENT["consent"] | ({"date": date} if date else {})
    event = changed(
        "ip.plan.updated", ("data.plan", {**PLAN_CONTENT, "title": "Ny", "consent": consent}),
        ("source", "urn:her:5079"), ("time", clock().isoformat()),
        ("data.continues", {"planId": plan["id"]}), ("data.baseVersion", 1),
    )  # fmt: skip
    answer = post(client, event)
    assert answer.status_code == 202
    assert ("IPK-E096" in {w["code"] for w in answer.json["warnings"]}) == (date is None)
    assert len(_consents(client)) == listed


def test_a_consent_that_is_repeated_lifts_no_limit_said_after_it(
    client: FlaskClient, plan: dict[str, Any], clock: Clock
):
    day, named = PLAN_CONTENT["consent"]["date"], PLAN_CONTENT["consent"]["recipients"][0]
    limit = changed("ip.consent.limited", ("data.excluded", [named]), ("data.date", day))
    limit["data"].pop("topics", None)
    assert post(client, limit).status_code == 202
    clock.advance(minutes=1)

    def limits() -> list[Any]:
        page = client.get("/fhir/Consent?_count=50").json["entry"]
        listed = [one["resource"] for one in page]
        return [one for one in listed if any(c["coding"][0]["code"] == "ip-limit" for c in one["category"])]

    before = limits()
    assert before
    event = changed(
        "ip.plan.updated", ("data.plan", {**PLAN_CONTENT, "title": "Ny"}), ("source", "urn:her:5079"),
        ("time", clock().isoformat()), ("data.continues", {"planId": plan["id"]}), ("data.baseVersion", 1),
    )  # fmt: skip
    answer = post(client, event)
    assert answer.status_code == 202, answer.text
    assert limits() == before


# ── the version ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_change_of_a_goal_is_a_new_version_of_the_plan(
    client: FlaskClient, plan: dict[str, Any], clock: Clock
):
    goal = client.get(f"/fhir/{plan['goal'][0]['reference']}").json
    for version, text in enumerate(("Gå en tur hver dag", "Gå to turer", "Gå tre turer"), start=2):
        said = {k: v for k, v in goal.items() if k != "meta"} | {"description": {"text": text}}
        answer = send(client, "PUT", f"Goal/{goal['id']}", said)
        assert answer.status_code == 200, answer.text
        clock.advance(minutes=1)
        assert client.get(f"/fhir/CarePlan/{plan['id']}").json["meta"]["versionId"] == str(version)


def test_a_plan_that_is_put_with_another_goal_is_a_new_version(
    client: FlaskClient, patient: str, plan: dict[str, Any], clock: Clock
):
    whole = writes.plan(patient)
    plain = {k: v for k, v in whole.items() if k != "contributor"}
    first = _put(client, {**plain, "id": plan["id"]}, clock)
    plain["contained"][0]["description"]["text"] = "Et annet mål"
    second = _put(client, {**plain, "id": plan["id"]}, clock)
    assert int(second["meta"]["versionId"]) == int(first["meta"]["versionId"]) + 1


def test_an_update_leaves_the_parts_that_it_repeats_as_they_are(
    client: FlaskClient, plan: dict[str, Any], clock: Clock
):
    parts = [plan["goal"][0]["reference"], *(one["reference"]["reference"] for one in plan["activity"])]
    before = [client.get(f"/fhir/{one}").json for one in parts]
    _put(client, plan, clock, title="Ny")
    assert [client.get(f"/fhir/{one}").json for one in parts] == before


def test_what_changes_nothing_is_no_version(client: FlaskClient, plan: dict[str, Any]):
    goal = client.get(f"/fhir/{plan['goal'][0]['reference']}").json
    assert send(client, "PUT", f"Goal/{goal['id']}", goal).status_code == 200
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json["meta"]["versionId"] == "1"
