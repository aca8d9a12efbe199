"""Transactions and batches: all or nothing, or each alone; references between entries. R4 http.html#transaction."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from adapter.store import events as stored_events
from tests.clock import Clock
from tests.web import writes
from tests.web.hands import FNR, LINE, trails
from tests.web.writes import STORVIK, issues, send

URN = "urn:uuid:0f6f7f0a-0000-4000-8000-00000000000"


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


def _events(services: Services) -> list[str]:
    with services.store.read() as conn:
        page, _ = stored_events.page(conn, since=None, type_=None, count=500)
    return [one.type for one in page]


def _bundle(type_: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": type_, "entry": list(entries)}


def _entry(method: str, url: str, resource: Any = None, full: str = "", **request: str) -> dict[str, Any]:
    said: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    return said | ({"resource": resource} if resource else {}) | ({"fullUrl": full} if full else {})


def _apart(patient: str) -> list[dict[str, Any]]:
    """Return the example plan as entries of their own that refer to each other."""
    said = writes.plan(patient)
    contained = said.pop("contained")
    names = {f"#{one['id']}": f"{URN}{number}" for number, one in enumerate(contained)}
    parts = [_entry("POST", one["resourceType"], {k: v for k, v in one.items() if k != "id"}, full=names[f"#{one['id']}"])
             for one in contained]  # fmt: skip
    text = json.dumps(said)
    for name, urn in names.items():
        text = text.replace(f'"{name}"', f'"{urn}"')
    whole = _entry("POST", "CarePlan", json.loads(text), full=f"{URN}9")
    parts[1]["resource"]["basedOn"] = [{"reference": f"{URN}9"}]
    return [*parts, whole]


def test_a_plan_and_its_parts_are_one_transaction_and_one_event(
    client: FlaskClient, services: Services, patient: str
):
    before = len(_events(services))
    answer = send(client, "POST", "", _bundle("transaction", *_apart(patient)))
    assert answer.status_code == 200, answer.text
    assert answer.json["type"] == "transaction-response"
    assert _events(services)[before:] == ["ip.plan.created"]
    said = [one["response"] for one in answer.json["entry"]]
    assert [one["status"] for one in said] == ["201 Created"] * 6
    places = [one["location"].partition("/fhir/")[2].split("/")[0] for one in said]
    assert places == ["Goal", "ServiceRequest", "Appointment", "CareTeam", "Consent", "CarePlan"]
    plan = client.get(f"/fhir/{said[-1]['location'].partition('/fhir/')[2].partition('/_history')[0]}").json
    assert plan["goal"][0]["reference"] in said[0]["location"]
    assert plan["activity"][0]["reference"]["reference"] in said[1]["location"]


def test_what_refers_to_what_is_made_is_written_after_it(
    client: FlaskClient, services: Services, patient: str
):
    task = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "plan",
        "description": "Søke om hjelpemidler",
        "for": {"reference": f"Patient/{patient}"},
        "basedOn": [{"reference": f"{URN}9"}],
        "owner": {"display": "Gunn Omsorg"},
    }
    plan = _entry("POST", "CarePlan", writes.plan(patient), full=f"{URN}9")
    answer = send(
        client, "POST", "", _bundle("transaction", _entry("POST", "Task", task, full=f"{URN}8"), plan)
    )
    assert answer.status_code == 200, answer.text
    assert _events(services)[-2:] == ["ip.plan.created", "ip.activity.changed"]
    made = client.get("/fhir/CarePlan").json["entry"][0]["resource"]
    assert any(one["reference"]["reference"].startswith("Task/") for one in made["activity"])


def test_a_transaction_is_all_or_nothing(client: FlaskClient, services: Services, patient: str):
    before = _events(services)
    bad = {**writes.plan(patient), "description": "Kan ikke bæres"}
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Svømme"},
        "subject": {"reference": f"Patient/{patient}"},
    }
    answer = send(
        client, "POST", "", _bundle("transaction", _entry("POST", "CarePlan", writes.plan(patient)), _entry("POST", "Goal", {**goal, "note": [{"text": "x"}]})),
    )  # fmt: skip
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "Bundle.entry[1].resource.note")])
    assert _events(services) == before
    assert "entry" not in client.get("/fhir/CarePlan").json
    answer = send(client, "POST", "", _bundle("transaction", _entry("POST", "CarePlan", bad)))
    assert issues(answer) == [("IPK-F035", "Bundle.entry[0].resource.description")]


def test_a_fault_of_a_folded_entry_is_told_by_that_entry(client: FlaskClient, patient: str):
    entries = _apart(patient)
    entries[0]["resource"]["priority"] = {"text": "høy"}
    answer = send(client, "POST", "", _bundle("transaction", *entries))
    assert issues(answer) == [("IPK-F035", "Bundle.entry[0].resource.priority")]


def test_faults_of_all_entries_are_told_before_anything_is_begun(client: FlaskClient, patient: str):
    plan = writes.plan(patient)
    answer = send(
        client, "POST", "",
        _bundle("transaction", _entry("POST", "CarePlan", {**plan, "status": "odd"}), _entry("POST", "CarePlan", {**plan, "intent": "odd"})),
    )  # fmt: skip
    assert answer.status_code == 422
    assert {place for _, place in issues(answer)} == {
        "Bundle.entry[0].resource.status", "Bundle.entry[1].resource.intent",
    }  # fmt: skip


def test_a_transaction_updates_patches_deletes_and_reads(client: FlaskClient, patient: str, clock: Clock):
    plan = send(client, "POST", "CarePlan", writes.plan(patient)).json
    clock.advance(minutes=1)
    goal = plan["goal"][0]["reference"]
    patch = base64.b64encode(
        json.dumps([{"op": "replace", "path": "/title", "value": "Ny"}]).encode()
    ).decode()
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": patch}
    answer = send(
        client, "POST", "",
        _bundle("transaction", _entry("GET", f"CarePlan/{plan['id']}"), _entry("PATCH", f"CarePlan/{plan['id']}", binary),
                _entry("DELETE", goal), _entry("GET", "CarePlan?_count=1"), _entry("GET", goal)),
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    said = answer.json["entry"]
    assert [one["response"]["status"][:3] for one in said] == ["200", "200", "204", "200", "410"]
    assert said[0]["resource"]["title"] == "Ny"
    assert said[3]["resource"]["type"] == "searchset"


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("CarePlan?nonsense=1", 400, "IPK-F004"),
        (f"Patient?identifier={FNR}|{LINE}", 400, "IPK-F003"),
        ("CarePlan/nobody", 404, "IPK-F001"),
        ("Medication/1", 404, "IPK-F002"),
        ("a/b/c/d", 422, "IPK-F009"),
    ],
)
def test_a_read_that_is_refused_stops_the_whole_transaction(
    client: FlaskClient, services: Services, patient: str, url: str, status: int, code: str
):
    before = _events(services)
    asked = _bundle("transaction", _entry("POST", "CarePlan", writes.plan(patient)), _entry("GET", url))
    answer = send(client, "POST", "", asked, Prefer="handling=strict")
    assert (answer.status_code, issues(answer)) == (status, [(code, "Bundle.entry[1].request.url")]), (
        answer.text
    )
    assert LINE not in answer.text
    assert _events(services) == before


def test_a_stale_version_stops_the_whole_transaction(client: FlaskClient, patient: str):
    plan = send(client, "POST", "CarePlan", writes.plan(patient)).json
    put = _entry("PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"}, ifMatch='W/"9"')
    answer = send(
        client, "POST", "", _bundle("transaction", put, _entry("DELETE", plan["goal"][0]["reference"]))
    )
    assert (answer.status_code, issues(answer)[0][0]) == (412, "IPK-F032")
    assert client.get(f"/fhir/{plan['goal'][0]['reference']}").status_code == 200


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({}, "IPK-F009"),
        ({"request": {"method": "POST"}}, "IPK-F009"),
        ({"request": {"method": "SPIN", "url": "CarePlan"}}, "IPK-F009"),
        ({"request": {"method": "POST", "url": "CarePlan"}}, "IPK-F009"),
        ({"request": {"method": "DELETE", "url": "CarePlan"}}, "IPK-F009"),
        ({"request": {"method": "PATCH", "url": "CarePlan/nobody"}, "resource": {"resourceType": "Binary", "contentType": "application/merge-patch+json", "data": "eyJ0aXRsZSI6Ik55In0="}}, "IPK-F001"),
        ({"request": {"method": "PUT", "url": "http://other/fhir/CarePlan/1"}, "resource": {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": "Patient/1"}}}, "IPK-F009"),
        ({"request": {"method": "POST", "url": "Patient"}, "resource": {"resourceType": "Patient"}}, "IPK-F034"),
        ({"request": {"method": "POST", "url": "Foo"}, "resource": {"resourceType": "Foo"}}, "IPK-F002"),
        ("entry", "IPK-F009"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("type_", ["transaction", "batch"])
def test_an_entry_that_is_none_is_told_by_its_place(client: FlaskClient, type_: str, entry: Any, code: str):
    answer = send(client, "POST", "", _bundle(type_, entry))
    if type_ == "transaction":
        found = answer
        assert answer.status_code >= 400
        assert code in {one for one, _ in issues(found)}
        assert all(place.startswith("Bundle.entry[0]") for _, place in issues(found))
        return
    assert answer.status_code == 200
    outcome = answer.json["entry"][0]["response"]["outcome"]
    assert code in {one["details"]["coding"][0]["code"] for one in outcome["issue"]}


@pytest.mark.parametrize("type_", ["transaction", "batch"])
@pytest.mark.parametrize(("method", "status"), [("PUT", "200"), ("PATCH", "200"), ("DELETE", "204")])
def test_an_entry_may_mean_what_meets_its_criteria(
    client: FlaskClient, patient: str, clock: Clock, type_: str, method: str, status: str
):
    plan = send(client, "POST", "CarePlan", writes.plan(patient)).json
    clock.advance(minutes=1)
    one = plan["identifier"][0]
    merged = base64.b64encode(json.dumps({"title": "Ny"}).encode()).decode()
    said = {
        "PUT": {**{k: v for k, v in plan.items() if k not in {"id", "meta"}}, "title": "Ny"},
        "PATCH": {"resourceType": "Binary", "contentType": "application/merge-patch+json", "data": merged},
    }.get(method)
    entry = _entry(method, f"CarePlan?identifier={one['system']}|{one['value']}", said)
    answer = send(client, "POST", "", _bundle(type_, entry))
    assert answer.status_code == 200, answer.text
    assert answer.json["entry"][0]["response"]["status"][:3] == status, answer.text
    now = client.get(f"/fhir/CarePlan/{plan['id']}")
    assert now.status_code == 410 if method == "DELETE" else now.json["title"] == "Ny"


def test_two_entries_of_one_full_url_are_refused(client: FlaskClient, services: Services, patient: str):
    before = _events(services)
    plan = _entry("POST", "CarePlan", writes.plan(patient), full=f"{URN}9")
    answer = send(client, "POST", "", _bundle("transaction", plan, plan))
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F009", "Bundle.entry[1].fullUrl")])
    assert _events(services) == before


def test_in_a_batch_each_stands_alone(client: FlaskClient, services: Services, patient: str):
    plan = writes.plan(patient)
    answer = send(
        client, "POST", "",
        _bundle("batch", _entry("POST", "CarePlan", {**plan, "status": "odd"}), _entry("POST", "CarePlan", plan),
                _entry("GET", "CarePlan"), _entry("GET", "CarePlan/nobody")),
        Prefer="return=representation",
    )  # fmt: skip
    assert answer.status_code == 200
    said = answer.json["entry"]
    assert [one["response"]["status"][:3] for one in said] == ["422", "201", "200", "404"]
    assert said[1]["resource"]["resourceType"] == "CarePlan"
    assert said[2]["resource"]["entry"][0]["resource"]["id"] == said[1]["resource"]["id"]
    assert _events(services)[-1] == "ip.plan.created"


def test_a_batch_shows_a_client_no_more_than_a_read_does(client: FlaskClient, patient: str):
    plan = send(client, "POST", "CarePlan", writes.plan(patient)).json
    asked = _bundle("batch", _entry("GET", f"CarePlan/{plan['id']}"), _entry("GET", "CarePlan"))
    said = send(client, "POST", "", asked, token=STORVIK).json["entry"]
    assert said[0]["response"]["status"].startswith("404")
    assert "entry" not in said[1]["resource"]


@pytest.mark.parametrize("count", [501, 10_000])
@pytest.mark.parametrize("type_", ["transaction", "batch"])
def test_too_many_entries_are_413(client: FlaskClient, type_: str, count: int):
    entry = _entry("GET", "CarePlan/1")
    answer = send(client, "POST", "", _bundle(type_, *[entry] * count))
    assert (answer.status_code, issues(answer)) == (413, [("IPK-F040", "Bundle.entry")])


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"resourceType": "Patient"}, 400, "IPK-F037"),
        ({"resourceType": "Bundle", "type": "searchset"}, 422, "IPK-F036"),
        ({"resourceType": "Bundle", "type": "batch", "entry": {}}, 422, "IPK-F009"),
        ([], 400, "IPK-F031"),
    ],
)
def test_what_is_no_bundle_to_perform_is_refused(client: FlaskClient, said: Any, status: int, code: str):
    answer = send(client, "POST", "", said)
    assert (answer.status_code, issues(answer)[0][0]) == (status, code)


def test_references_in_a_ring_lead_nowhere(client: FlaskClient, patient: str):
    one = {**writes.plan(patient), "partOf": [{"reference": f"{URN}2"}]}
    two = {**writes.plan(patient), "partOf": [{"reference": f"{URN}1"}]}
    answer = send(client, "POST", "", _bundle("transaction", _entry("POST", "CarePlan", one, full=f"{URN}1"), _entry("POST", "CarePlan", two, full=f"{URN}2")))  # fmt: skip
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F041", "Bundle.entry[0]")])
    lone = {**writes.plan(patient), "partOf": [{"reference": f"{URN}7"}]}
    answer = send(client, "POST", "", _bundle("transaction", _entry("POST", "CarePlan", lone)))
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F041", "Bundle.entry[0].resource")])


def test_people_who_hold_each_other_are_written_with_nothing(client: FlaskClient):
    role = {"resourceType": "PractitionerRole", "practitioner": {"reference": f"{URN}2"}}
    held = {"url": "https://example.org/role", "valueReference": {"reference": f"{URN}1"}}
    person = {"resourceType": "Practitioner", "extension": [held]}
    ring = (
        _entry("POST", "PractitionerRole", role, full=f"{URN}1"),
        _entry("POST", "Practitioner", person, full=f"{URN}2"),
    )
    answer = send(client, "POST", "", _bundle("transaction", *ring))
    assert (answer.status_code, issues(answer)[0][0]) == (422, "IPK-F041")


def test_an_empty_transaction_changes_nothing(client: FlaskClient):
    answer = send(client, "POST", "", {"resourceType": "Bundle", "type": "transaction"})
    assert answer.json == {"resourceType": "Bundle", "type": "transaction-response"}


def test_a_transaction_again_is_the_same_events(client: FlaskClient, services: Services, patient: str):
    said = _bundle("transaction", *_apart(patient))
    first = send(client, "POST", "", said).json
    before = _events(services)
    again = send(client, "POST", "", said)
    assert (again.status_code, _events(services)) == (200, before)
    assert again.json["entry"][-1]["response"]["location"] == first["entry"][-1]["response"]["location"]


def test_it_is_audited_by_whose_data_it_was(client: FlaskClient, services: Services, patient: str):
    send(client, "POST", "", _bundle("transaction", *_apart(patient)))
    last = trails(services)[-1]
    assert (last["subtype"][0]["code"], last["action"], last["outcome"]) == ("transaction", "U", "0")
    assert f"Patient/{patient}" in json.dumps(last["entity"])


def test_what_a_batch_reads_is_audited_by_whose_data_it_was(
    client: FlaskClient, services: Services, patient: str
):
    read = {"request": {"method": "GET", "url": f"Patient/{patient}"}}
    assert send(client, "POST", "", _bundle("batch", read)).status_code == 200
    last = trails(services)[-1]
    assert (last["subtype"][0]["code"], last["action"], last["outcome"]) == ("batch", "E", "0")
    whats = [each["what"].get("reference") for each in last["entity"]]
    assert whats[:2] == [f"Patient/{patient}", f"Patient/{patient}"]
