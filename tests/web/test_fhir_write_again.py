"""Writes that come again, and what a client calls its own: keys, identifiers, first answers. ADR 155, 156."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from adapter.store import events as stored_events
from tests.clock import Clock
from tests.web import writes
from tests.web.hands import told
from tests.web.writes import send


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


@pytest.fixture
def plan(client: FlaskClient, clock: Clock) -> dict[str, Any]:
    patient = told(client)["case"]["patientId"]
    clock.advance(days=40)
    answer = send(client, "POST", "CarePlan", writes.plan(patient))
    assert answer.status_code == 201, answer.text
    clock.advance(minutes=1)
    found: dict[str, Any] = answer.json
    return found


def _goal(plan: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Svømme"},
        "subject": plan["subject"],
        **more,
    }


def _measure(plan: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "plan",
        "code": {"text": "Ergoterapi"},
        "subject": plan["subject"],
        "performer": [{"display": "Ergoterapitjenesten"}],
        **more,
    }


def _count(services: Services) -> int:
    with services.store.read() as conn:
        page, _ = stored_events.page(conn, since=None, type_=None, count=500)
    return len(page)


@pytest.mark.parametrize("make", [_goal, _measure])
def test_a_part_is_put_without_the_identifier_that_it_was_given_here(
    client: FlaskClient, plan: dict[str, Any], clock: Clock, make: Any
):
    said = make(plan)
    made = send(client, "POST", said["resourceType"], said).json
    clock.advance(minutes=1)
    name = "description" if make is _goal else "code"
    answer = send(
        client,
        "PUT",
        f"{said['resourceType']}/{made['id']}",
        {**said, "id": made["id"], name: {"text": "Gå"}},
    )
    assert (answer.status_code, answer.headers.get("ETag")) == (200, 'W/"2"'), answer.text
    assert (answer.json["id"], answer.json[name]["text"]) == (made["id"], "Gå")
    listed = client.get(
        f"/fhir/{said['resourceType']}?patient={plan['subject']['reference']}&_count=100"
    ).json
    texts = [e["resource"].get(name, {}).get("text") for e in listed["entry"]]
    assert (texts.count("Gå"), "Svømme" in texts) == (1, False)


@pytest.mark.parametrize("make", [_goal, _measure])
def test_what_was_deleted_may_be_created_again(
    client: FlaskClient, plan: dict[str, Any], clock: Clock, make: Any
):
    said, ids = make(plan), []
    for _ in range(3):
        made = send(client, "POST", said["resourceType"], said)
        assert (made.status_code, made.headers.get("Idempotent-Replayed")) == (201, None), made.text
        retried = send(client, "POST", said["resourceType"], said)
        assert (retried.headers["Idempotent-Replayed"], retried.json["id"]) == ("true", made.json["id"])
        where = f"{said['resourceType']}/{made.json['id']}"
        assert client.get(f"/fhir/{where}").status_code == 200
        ids.append(where)
        clock.advance(minutes=1)
        assert send(client, "DELETE", where).status_code == 204
        clock.advance(minutes=1)
    assert len(set(ids)) == 3
    assert {client.get(f"/fhir/{one}").status_code for one in ids} == {410}


def test_so_may_a_plan(client: FlaskClient, plan: dict[str, Any], clock: Clock):
    said = writes.plan(plan["subject"]["reference"].partition("/")[2])
    assert send(client, "DELETE", f"CarePlan/{plan['id']}").status_code == 204
    clock.advance(minutes=1)
    again = send(client, "POST", "CarePlan", said)
    assert again.status_code == 201, again.text
    assert again.json["id"] != plan["id"]
    assert client.get(f"/fhir/CarePlan/{again.json['id']}").status_code == 200


def test_a_create_again_gets_its_first_answer_whatever_came_after(
    client: FlaskClient, plan: dict[str, Any], clock: Clock
):
    said = _goal(plan)
    first = send(client, "POST", "Goal", said)
    for text in ("Gå", "Løpe"):
        clock.advance(minutes=1)
        now = client.get(f"/fhir/Goal/{first.json['id']}").json
        assert (
            send(client, "PUT", f"Goal/{now['id']}", {**now, "description": {"text": text}}).status_code
            == 200
        )
    again = send(client, "POST", "Goal", said)
    assert again.headers["Idempotent-Replayed"] == "true"
    for name in ("ETag", "Location", "Last-Modified"):
        assert again.headers[name] == first.headers[name]
    assert (again.status_code, again.json) == (201, first.json)


def test_two_equal_entries_of_a_transaction_create_two(
    client: FlaskClient, services: Services, plan: dict[str, Any], clock: Clock
):
    entry = {"request": {"method": "POST", "url": "Goal"}, "resource": _goal(plan)}
    said = {"resourceType": "Bundle", "type": "transaction", "entry": [entry, entry]}
    first = send(client, "POST", "", said)
    assert first.status_code == 200, first.text
    places = [one["response"]["location"] for one in first.json["entry"]]
    assert len(set(places)) == 2
    clock.advance(minutes=1)
    before = _count(services)
    again = send(client, "POST", "", said)
    assert [one["response"]["location"] for one in again.json["entry"]] == places
    assert _count(services) == before


# ── the writer's own identifier ──────────────────────────────────────────────────────────────────────────────────────

OWN = {"system": "https://plan.example/deler", "value": "Del:7/a"}


@pytest.mark.parametrize("make", [_goal, _measure])
def test_a_part_is_known_by_its_writers_own_identifier(
    client: FlaskClient, plan: dict[str, Any], clock: Clock, make: Any
):
    said = make(plan, identifier=[OWN])
    type_, where = (
        said["resourceType"],
        f"{make(plan)['resourceType']}?identifier={OWN['system']}|{OWN['value']}",
    )
    made = send(client, "POST", type_, said)
    assert made.status_code == 201, made.text
    assert OWN in made.json["identifier"]
    found = client.get(f"/fhir/{where}").json
    assert [e["resource"]["id"] for e in found["entry"]] == [made.json["id"]]
    clock.advance(minutes=1)
    name = "description" if make is _goal else "code"
    other = {**said, name: {"text": "Gå"}}
    there = send(client, "POST", type_, other, If_None_Exist=where.partition("?")[2])
    assert (there.status_code, there.json["id"]) == (200, made.json["id"])
    put = send(client, "PUT", where, other)
    assert (put.status_code, put.json["id"], put.json[name]["text"]) == (200, made.json["id"], "Gå"), put.text
    clock.advance(minutes=1)
    bare = send(client, "PUT", f"{type_}/{made.json['id']}", {**make(plan), "id": made.json["id"]})
    assert (bare.status_code, bare.json["identifier"]) == (200, made.json["identifier"]), bare.text
    clock.advance(minutes=1)
    lost = send(
        client, "PUT", f"{type_}/{made.json['id']}",
        {**other, "id": made.json["id"], "identifier": [OWN, {**OWN, "value": "2"}]},
    )  # fmt: skip
    assert lost.status_code == 422, lost.text
    assert send(client, "DELETE", where).status_code == 204
    clock.advance(minutes=1)
    again = send(client, "PUT", where, other)
    assert (again.status_code, OWN in again.json["identifier"]) == (201, True), again.text
    assert again.json["id"] != made.json["id"]


def test_so_is_one_that_comes_with_its_plan(client: FlaskClient, plan: dict[str, Any], clock: Clock):
    assert send(client, "DELETE", f"CarePlan/{plan['id']}").status_code == 204
    clock.advance(minutes=1)
    urn = "urn:uuid:0f6f7f0a-0000-4000-8000-000000000001"
    whole = writes.plan(plan["subject"]["reference"].partition("/")[2])
    whole["goal"] = [{"reference": urn}]
    whole["contained"] = [one for one in whole["contained"] if one["resourceType"] != "Goal"]
    entries = [
        {
            "fullUrl": urn,
            "request": {"method": "POST", "url": "Goal"},
            "resource": _goal(plan, identifier=[OWN]),
        },
        {"request": {"method": "POST", "url": "CarePlan"}, "resource": whole},
    ]
    answer = send(client, "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 200, answer.text
    found = client.get(f"/fhir/Goal?identifier={OWN['system']}|{OWN['value']}").json["entry"]
    assert found[0]["resource"]["id"] in answer.json["entry"][0]["response"]["location"]
