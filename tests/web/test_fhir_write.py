"""FHIR writes: one resource at a time, and the events they become. R4 http.html; issue 5, point 4."""

from __future__ import annotations

import copy
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter import settings, wiring
from adapter.errortable import TABLE
from adapter.events.examples.parts import PLAN_CONTENT
from adapter.fhir import nine, urls
from adapter.ingest import performing
from adapter.services import Services
from adapter.store import events as stored_events
from adapter.store import migrations
from adapter.transports.memory import Memory
from adapter.web import create_app
from tests import reference
from tests.clock import Clock
from tests.events.samples import changed
from tests.web import writes
from tests.web.hands import FNR, LINE, post, told, trails
from tests.web.writes import ALVDAL, STORVIK, issues, send

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
JSON_PATCH = "application/json-patch+json"
WAYS = ("application/merge-patch+json", "application/fhir+json", "application/json")


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


def _events(services: Services) -> list[str]:
    with services.store.read() as conn:
        page, _ = stored_events.page(conn, since=None, type_=None, count=500)
    return [one.type for one in page]


# ── create ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_create_tells_the_version_by_location_etag_and_date(client: FlaskClient, patient: str):
    answer = send(client, "POST", "CarePlan", writes.plan(patient))
    made = answer.json
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/fhir/CarePlan/{made['id']}/_history/1")
    assert answer.headers["ETag"] == 'W/"1"'
    assert "Last-Modified" in answer.headers
    assert client.get(f"/fhir/CarePlan/{made['id']}").json == made


@pytest.mark.parametrize(
    ("prefer", "shape"),
    [
        ("return=minimal", None),
        ("return=representation", "CarePlan"),
        ("return=OperationOutcome", "OperationOutcome"),
        ("return=presentation", "CarePlan"),
        ("handling=strict; return=minimal", None),
    ],
)
def test_prefer_decides_what_is_returned(client: FlaskClient, patient: str, prefer: str, shape: str | None):
    answer = send(client, "POST", "CarePlan", writes.plan(patient), Prefer=prefer)
    assert answer.status_code == 201
    assert (answer.json["resourceType"] if answer.data else None) == shape


def test_the_examples_of_the_platform_guide_are_taken(client: FlaskClient, plan: dict[str, Any]):
    guide = (reference.ROOT / "docs/guide-ip-platforms.md").read_text(encoding="utf-8")
    goal = re.search(r"<<'GOAL'\n(.*?)\nGOAL\n", guide, re.DOTALL)
    change = re.search(r"-X PATCH '\S+/fhir/(CarePlan\?\S+)'.*?-d '(.*?)'\n", guide, re.DOTALL)
    assert goal
    assert change
    made = send(client, "POST", "Goal", goal[1].encode())
    assert made.status_code == 201, made.text
    assert send(client, "PATCH", change[1], change[2].encode(), token=None, media=WAYS[0]).status_code == 202
    changed = send(client, "PATCH", change[1], change[2].encode(), media=WAYS[0])
    assert (changed.status_code, changed.json["id"]) == (200, plan["id"]), changed.text
    assert {"reference": f"Goal/{made.json['id']}"} in changed.json["goal"]


def test_what_a_plan_lacks_is_named_in_the_outcome(client: FlaskClient, patient: str):
    said = writes.plan(patient)
    said["contained"] = [one for one in said["contained"] if one["resourceType"] != "Goal"]
    said.pop("goal")
    answer = send(client, "POST", "CarePlan", said, Prefer="return=OperationOutcome")
    texts = [one["details"]["text"] for one in answer.json["issue"]]
    assert answer.status_code == 201
    assert any(nine.NINE["goals"][1] in text for text in texts), texts
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("lang", "place"), [("nb", 1), ("en", 2), ("en-GB, nb;q=0.3", 2)])
def test_what_a_plan_lacks_is_named_in_the_language_asked_for(
    client: FlaskClient, patient: str, lang: str, place: int
):
    said = writes.plan(patient)
    said["contained"] = [one for one in said["contained"] if one["resourceType"] != "Goal"]
    said.pop("goal")
    answer = send(client, "POST", "CarePlan", said, Prefer="return=OperationOutcome", Accept_Language=lang)
    texts = [one["details"]["text"] for one in answer.json["issue"]]
    assert any(str(nine.NINE["goals"][place]) in text for text in texts), texts
    assert not any(str(nine.NINE["goals"][3 - place]) in text for text in texts), texts


def test_what_a_search_did_not_understand_is_told_in_the_language_asked_for(client: FlaskClient):
    nb, en = (
        client.get("/fhir/CarePlan?nothing=1", headers={"Accept-Language": lang}).text
        for lang in ("nb", "en")
    )
    assert TABLE["IPK-F004"].nb in nb
    assert TABLE["IPK-F004"].en in en


def test_a_person_who_is_new_here_needs_a_municipality_and_is_told_so(client: FlaskClient):
    person = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "12057900499"}],
        "name": [{"family": "Telokk", "given": ["Gry"]}],
    }
    said = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "contained": [person],
            "subject": {"reference": "#p"}}  # fmt: skip
    answer = send(client, "POST", "CarePlan", said)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-E005", "CarePlan.contained[0]")])
    assert "municipality" in answer.json["issue"][0]["details"]["text"]


def test_the_same_create_again_is_the_same_event(client: FlaskClient, services: Services, patient: str):
    first = send(client, "POST", "CarePlan", writes.plan(patient))
    before = _events(services)
    again = send(client, "POST", "CarePlan", writes.plan(patient))
    assert (again.status_code, again.json, again.headers["Location"]) == (
        201,
        first.json,
        first.headers["Location"],
    )
    assert again.headers["Idempotent-Replayed"] == "true"
    assert _events(services) == before


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_conditional_create_makes_no_second_one(client: FlaskClient, plan: dict[str, Any], how: str):
    one = plan["identifier"][0]
    criteria = f"identifier={one['system']}|{one['value']}"
    other = {**writes.plan(plan["subject"]["reference"].partition("/")[2]), "title": "En annen"}
    answer = (
        send(client, "POST", "CarePlan", other, If_None_Exist=criteria)
        if how == "header"
        else send(client, "POST", f"CarePlan?{criteria}", other)
    )
    assert (answer.status_code, answer.json["id"], answer.json["title"]) == (
        200,
        plan["id"],
        "Individuell plan",
    )


def test_a_conditional_create_makes_the_first_one(client: FlaskClient, patient: str):
    answer = send(client, "POST", "CarePlan", writes.plan(patient), If_None_Exist="identifier=urn:x|nothing")
    assert answer.status_code == 201


@pytest.mark.parametrize("criteria", ["identifier=", "_count=1", "identifier=%20&_sort=_id"])
def test_criteria_that_ask_for_nothing_choose_nothing(
    client: FlaskClient, patient: str, plan: dict[str, Any], criteria: str
):
    put = send(client, "PUT", f"CarePlan?{criteria}", {**writes.plan(patient), "title": "Ny"})
    made = send(client, "POST", "CarePlan", writes.plan(patient), If_None_Exist=criteria)
    gone = send(client, "DELETE", f"CarePlan?{criteria}")
    for answer in (put, made, gone):
        assert (answer.status_code, issues(answer)[0][0]) == (400, "IPK-F004")
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json == plan


def test_a_person_is_never_named_in_criteria(client: FlaskClient, patient: str):
    answer = send(client, "POST", f"CarePlan?patient.identifier={FNR}|{LINE}", writes.plan(patient))
    assert answer.status_code == 400
    assert LINE not in answer.text


def test_the_patient_may_be_named_by_number_in_the_body(client: FlaskClient, patient: str):
    said = writes.plan(patient)
    said["subject"] = {"identifier": {"system": FNR, "value": LINE}}
    answer = send(client, "POST", "CarePlan", said)
    assert answer.status_code == 201, answer.text
    assert answer.json["subject"] == {"reference": f"Patient/{patient}"}


def test_a_patient_who_is_not_here_is_told_by_a_contained_one(client: FlaskClient, clock: Clock):
    clock.advance(days=40)
    said = writes.plan("p")
    said["contained"].append(
        {
            "resourceType": "Patient",
            "id": "p",
            "identifier": [{"system": FNR, "value": LINE}],
            "name": [{"family": "Danser", "given": ["Line"]}],
            "birthDate": "1969-11-13",
            "gender": "female",
            "address": [
                {
                    "use": "home",
                    "_district": {
                        "extension": [
                            {
                                "url": urls.MUNICIPALITY_CODE,
                                "valueCoding": {"system": urls.MUNICIPALITY, "code": "3428"},
                            }
                        ]
                    },
                }
            ],
        }
    )
    text = json.dumps(said).replace('"Patient/p"', '"#p"')
    answer = send(client, "POST", "CarePlan", text.encode())
    assert answer.status_code == 201, answer.text
    assert answer.json["subject"]["reference"].startswith("Patient/")


def test_a_patient_who_is_nowhere_is_a_reference_that_leads_nowhere(client: FlaskClient):
    answer = send(client, "POST", "CarePlan", writes.plan("nobody"))
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F041", "CarePlan.subject")])


# ── a CarePlan and the event have the same effect ────────────────────────────────────────────────────────────────────


@pytest.fixture
def beside(tmp_path: Path, clock: Clock, more_settings: dict[str, Any]) -> Iterator[FlaskClient]:
    """Make a second installation."""
    url = f"sqlite:///{tmp_path / 'beside.db'}"
    migrations.upgrade(url)
    chosen = settings.load(database_url=url, exchange=tmp_path / "beside", **more_settings)
    made = wiring.build(chosen, transport=Memory(), clock=clock, durable=False)
    app = create_app(made)
    app.extensions["services"] = made
    yield app.test_client()
    wiring.close(made)


def _content(client: FlaskClient) -> list[str]:
    """Return every resource of care without ids, and every document."""
    found = []
    for type_ in ("CarePlan", "Goal", "ServiceRequest", "Task", "Appointment", "CareTeam", "Consent", "Communication",
                  "Patient", "Practitioner", "PractitionerRole"):  # fmt: skip
        page = client.get(f"/fhir/{type_}?_count=500").json
        found += [json.dumps(e["resource"]) for e in page.get("entry", ())]
    for message in client.get("/messages").json["items"]:
        found.append(client.get(f"/messages/{message['id']}/document").text)
    return sorted(
        re.sub(r"IPK-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", "MELDE", _UUID.sub("ID", one)) for one in found
    )


HERE = {"resourceType": "Provenance", "recorded": "2026-04-13T11:20:00+02:00"}


def _whose(key: str) -> tuple[str | None, str, dict[str, Any], dict[str, str]]:
    """Return token, source, author and header of who writes."""
    if key == "alvdal-saksbehandling":
        name = {"family": "September", "given": "August"}
        return ALVDAL, "urn:her:5079", {"kind": "municipality", "name": name}, {}
    party = writes.BOOK.by_key(key)
    assert party is not None
    who = {
        "display": "Magnar Koman",
        "identifier": {"system": urls.HPR, "value": "9144889"},
    }
    agent = {"who": who, "onBehalfOf": {"reference": f"Organization/{party.organisation_id}"}}
    name = {"family": "Koman", "given": "Magnar"}
    header = {"X_Provenance": json.dumps({**HERE, "agent": [agent]})}
    return None, "urn:her:90998", {"kind": "health-personnel", "hpr": "9144889", "name": name}, header


@pytest.mark.parametrize("key", ["alvdal-saksbehandling", "st-olavs-fmr"])
def test_a_care_plan_and_the_event_have_the_same_effect(
    client: FlaskClient, beside: FlaskClient, clock: Clock, key: str
):
    token, source, author, header = _whose(key)
    one, other = told(client)["case"], told(beside)["case"]
    clock.advance(days=40)
    party = writes.BOOK.by_key(key)
    assert party is not None
    said = writes.plan(one["patientId"])
    said["author"] = {"reference": f"Organization/{party.organisation_id}"}
    made = send(client, "POST", "CarePlan", said, token=token, **header)
    assert made.status_code == 201, made.text
    content = {**PLAN_CONTENT, "responsible": {"key": key, "name": party.name}}
    event = changed(
        "ip.plan.created", ("data.plan", content), ("data.author", author), ("source", source),
        ("time", clock().isoformat()),
    )  # fmt: skip
    del event["data"]["continues"]
    assert post(beside, event).status_code == 202
    assert _content(client) == _content(beside)

    clock.advance(days=1)
    stored = client.get(f"/fhir/CarePlan/{made.json['id']}").json
    put = {**stored, "title": "Plan for høsten", "status": "on-hold"}
    answer = send(client, "PUT", f"CarePlan/{stored['id']}", put, token=token, If_Match='W/"1"', **header)
    assert answer.status_code == 200, answer.text
    plan_id = beside.get("/fhir/CarePlan").json["entry"][0]["resource"]["id"]
    update = changed(
        "ip.plan.updated", ("data.plan", {**content, "title": "Plan for høsten", "status": "on-hold"}),
        ("data.author", author), ("source", source), ("time", clock().isoformat()),
        ("data.continues", {"planId": plan_id}), ("data.baseVersion", 1),
    )  # fmt: skip
    assert post(beside, update).status_code == 202
    assert _content(client) == _content(beside)
    assert other


# ── update ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_update_is_the_next_version(client: FlaskClient, services: Services, plan: dict[str, Any]):
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"}, If_Match='W/"1"')
    assert (answer.status_code, answer.headers["ETag"], answer.json["title"]) == (200, 'W/"2"', "Ny")
    assert _events(services)[-1] == "ip.plan.updated"


def test_goals_keep_their_ids_when_the_plan_is_put_again(client: FlaskClient, plan: dict[str, Any]):
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"})
    assert (answer.json["goal"], answer.json["activity"]) == (plan["goal"], plan["activity"])


def test_a_stale_if_match_is_412_and_changes_nothing(client: FlaskClient, plan: dict[str, Any]):
    send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"}, If_Match='W/"1"')
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Eldre"}, If_Match='W/"1"')
    assert (answer.status_code, issues(answer)[0][0]) == (412, "IPK-F032")
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json["title"] == "Ny"


def test_a_body_that_names_an_older_version_is_409(client: FlaskClient, plan: dict[str, Any]):
    send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"})
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Eldre"})
    assert (answer.status_code, issues(answer)) == (409, [("IPK-F044", "CarePlan.meta.versionId")])


def test_a_body_without_version_is_taken_for_the_current_one(client: FlaskClient, plan: dict[str, Any]):
    said = {k: v for k, v in plan.items() if k != "meta"}
    assert send(client, "PUT", f"CarePlan/{plan['id']}", {**said, "title": "Ny"}).status_code == 200
    assert (
        send(client, "PUT", f"CarePlan/{plan['id']}", {**said, "title": "Nyere"}).headers["ETag"] == 'W/"3"'
    )
    assert send(client, "PUT", f"CarePlan/{plan['id']}", {**said, "title": "Ny"}).headers["ETag"] == 'W/"4"'


def test_a_retried_update_is_the_same_event(client: FlaskClient, services: Services, plan: dict[str, Any]):
    said = {**plan, "title": "Ny"}
    first = send(client, "PUT", f"CarePlan/{plan['id']}", said, If_Match='W/"1"')
    before = _events(services)
    again = send(client, "PUT", f"CarePlan/{plan['id']}", said, If_Match='W/"1"')
    assert (again.status_code, again.json, _events(services)) == (200, first.json, before)


@pytest.mark.parametrize("tag", ['W/"7"', 'W/"13116900216"', "nonsense", "", ",,"])
def test_what_rests_on_a_version_that_never_was_is_no_retry(
    client: FlaskClient, plan: dict[str, Any], tag: str
):
    said = {**plan, "title": "Ny"}
    assert send(client, "PUT", f"CarePlan/{plan['id']}", said, If_Match='W/"1"').status_code == 200
    again = send(client, "PUT", f"CarePlan/{plan['id']}", said, If_Match=tag)
    assert (again.status_code, issues(again)[0][0]) == (412, "IPK-F032")


def test_what_says_the_same_is_no_event(client: FlaskClient, services: Services, plan: dict[str, Any]):
    before = _events(services)
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", plan)
    assert (answer.status_code, answer.headers["ETag"], _events(services)) == (200, 'W/"1"', before)


def test_of_two_updates_of_one_version_one_wins(
    services: Services, client: FlaskClient, plan: dict[str, Any]
):
    app = create_app(services)
    found: list[int] = []
    gate = threading.Barrier(4)

    def put(title: str) -> None:
        gate.wait()
        answer = send(
            app.test_client(), "PUT", f"CarePlan/{plan['id']}", {**plan, "title": title}, If_Match='W/"1"'
        )
        found.append(answer.status_code)

    threads = [threading.Thread(target=put, args=(f"Plan {n}",)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(found) == [200, 412, 412, 412]
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json["meta"]["versionId"] == "2"


def test_what_was_judged_and_changed_before_its_case_was_read_is_judged_again(
    services: Services, client: FlaskClient, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    real, first = performing.owner, iter([True])

    def meanwhile(*args: Any, **named: Any) -> Any:
        if next(first, False):
            other = create_app(services).test_client()
            assert send(other, "PUT", where, {**plan, "title": "Først"}, If_Match='W/"1"').status_code == 200
        return real(*args, **named)

    where = f"CarePlan/{plan['id']}"
    monkeypatch.setattr(performing, "owner", meanwhile)
    answer = send(client, "PUT", where, {**plan, "title": "Sist"}, If_Match='W/"1"')
    assert (answer.status_code, issues(answer)[0][0]) == (412, "IPK-F032")
    assert client.get(f"/fhir/{where}").json["title"] == "Først"


def test_an_id_is_not_given_by_the_client(client: FlaskClient, patient: str):
    answer = send(client, "PUT", "CarePlan/mine", {**writes.plan(patient), "id": "mine"})
    assert (answer.status_code, issues(answer)[0][0]) == (405, "IPK-F038")
    assert "GET" in answer.headers["Allow"]


def test_the_id_of_the_body_is_that_of_the_address(client: FlaskClient, plan: dict[str, Any]):
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "id": "other"})
    assert (answer.status_code, issues(answer)[0][0]) == (400, "IPK-F037")


def test_an_update_names_its_id_in_the_body(client: FlaskClient, plan: dict[str, Any]):
    said = {k: v for k, v in plan.items() if k != "id"}
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**said, "title": "Ny"})
    assert (answer.status_code, issues(answer)) == (400, [("IPK-F037", "CarePlan")])
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json == plan


def test_criteria_that_none_meets_create_under_no_id_of_the_clients(client: FlaskClient, patient: str):
    said = {**writes.plan(patient), "id": "mine"}
    one = said["identifier"][0]
    answer = send(client, "PUT", f"CarePlan?identifier={one['system']}|{one['value']}", said)
    assert (answer.status_code, issues(answer)[0][0]) == (405, "IPK-F038")
    assert "entry" not in client.get("/fhir/CarePlan").json


def test_an_update_by_the_writers_own_identifier(client: FlaskClient, patient: str, plan: dict[str, Any]):
    one = plan["identifier"][0]
    where = f"CarePlan?identifier={one['system']}|{one['value']}"
    said = {k: v for k, v in plan.items() if k not in {"id", "meta"}}
    assert send(client, "PUT", where, {**said, "title": "Ny"}).json["id"] == plan["id"]
    assert (
        send(client, "PUT", f"CarePlan?subject=Patient/{patient}", {**said, "title": "Nyere"}).status_code
        == 200
    )
    assert send(client, "PUT", "CarePlan", said).status_code == 400


def test_an_update_by_criteria_that_none_meets_creates(client: FlaskClient, patient: str):
    said = writes.plan(patient)
    one = said["identifier"][0]
    answer = send(client, "PUT", f"CarePlan?identifier={one['system']}|{one['value']}", said)
    assert (answer.status_code, answer.headers["ETag"]) == (201, 'W/"1"')
    assert answer.headers["Location"].endswith(f"CarePlan/{answer.json['id']}/_history/1")


def test_another_organisations_plan_is_not_met_by_criteria(client: FlaskClient, plan: dict[str, Any]):
    one = plan["identifier"][0]
    said = {k: v for k, v in plan.items() if k not in {"id", "meta"}}
    where = f"CarePlan?identifier={one['system']}|{one['value']}"
    answer = send(client, "PUT", where, {**said, "title": "Ny"}, token=STORVIK)
    assert 400 <= answer.status_code < 500
    assert answer.json["resourceType"] == "OperationOutcome"
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json == plan


def test_criteria_that_several_meet_are_412(client: FlaskClient, patient: str, plan: dict[str, Any]):
    for number in (1, 2):
        goal = {
            "resourceType": "Goal",
            "identifier": [{"system": urls.PLAN_PART, "value": f"x{number}"}],
            "lifecycleStatus": "active",
            "description": {"text": "Svømme"},
            "subject": {"reference": f"Patient/{patient}"},
        }
        assert send(client, "POST", "Goal", goal).status_code == 201
    answer = send(client, "DELETE", f"Goal?patient={patient}")
    assert (answer.status_code, issues(answer)[0][0]) == (412, "IPK-F033")
    assert send(client, "DELETE", f"Goal?identifier={urls.PLAN_PART}|x1").status_code == 204
    assert plan


def test_closing_is_its_own_write(client: FlaskClient, services: Services, plan: dict[str, Any]):
    both = {**plan, "status": "completed", "title": "Ferdig"}
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", both)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F036", "CarePlan.title")])
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "status": "completed"})
    assert answer.status_code == 200, answer.text
    assert answer.json["status"] == "completed"
    assert _events(services)[-1] == "ip.plan.closed"
    again = send(client, "PUT", f"CarePlan/{plan['id']}", {**answer.json, "status": "active"})
    assert (again.status_code, issues(again)[0][0]) == (409, "IPK-E013")


# ── nothing is lost in silence ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("element", "value", "place"),
    [
        ("description", "Mer om planen", "CarePlan.description"),
        ("addresses", [{"display": "En tilstand"}], "CarePlan.addresses"),
        ("language", "nb", "CarePlan.language"),
        ("note", [{"text": "En fri merknad"}], "CarePlan.note[0]"),
        (
            "identifier",
            [PLAN_CONTENT["identifier"], {"system": "urn:x", "value": "2"}],
            "CarePlan.identifier[1]",
        ),
        (
            "supportingInfo",
            [{"reference": "#consent"}, {"reference": "Observation/x"}],
            "CarePlan.supportingInfo[1]",
        ),
    ],
)
def test_an_element_that_no_event_carries_is_refused_by_its_place(
    client: FlaskClient, services: Services, patient: str, element: str, value: Any, place: str | None
):
    before = _events(services)
    answer = send(client, "POST", "CarePlan", {**writes.plan(patient), element: value})
    if place is None:
        assert answer.status_code == 201
        return
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", place)])
    assert _events(services) == before
    assert "Mer om planen" not in answer.text


def test_so_is_one_of_a_contained_resource(client: FlaskClient, patient: str):
    said = writes.plan(patient)
    said["contained"][0]["priority"] = {"text": "høy"}
    answer = send(client, "POST", "CarePlan", said)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F035", "CarePlan.contained[0].priority")])


def test_and_one_of_a_detail(client: FlaskClient, patient: str):
    said = writes.plan(patient)
    said["activity"][1]["detail"]["doNotPerform"] = True
    answer = send(client, "POST", "CarePlan", said)
    assert issues(answer) == [("IPK-F035", "CarePlan.activity[1].detail.doNotPerform")]


def test_a_fault_of_the_event_is_told_by_its_place_in_the_resource(client: FlaskClient, patient: str):
    said = writes.plan(patient)
    said["period"] = {"start": "2026-04"}
    said["contained"][0]["description"]["text"] = "x" * 2001
    answer = send(client, "POST", "CarePlan", said)
    assert answer.status_code == 422
    assert {place for _, place in issues(answer)} == {
        "CarePlan.period.start",
        "CarePlan.contained[0].description.text",
    }


# ── patch ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_json_patch_is_applied_whole(client: FlaskClient, plan: dict[str, Any]):
    patch = [
        {"op": "test", "path": "/status", "value": "active"},
        {"op": "replace", "path": "/title", "value": "Ny"},
    ]
    answer = send(client, "PATCH", f"CarePlan/{plan['id']}", patch, media=f"{JSON_PATCH}; charset=UTF-8",
                  Prefer="return=presentation")  # fmt: skip
    assert (answer.status_code, answer.json["title"]) == (200, "Ny")


@pytest.mark.parametrize("media", WAYS)
def test_any_other_json_is_merged(client: FlaskClient, plan: dict[str, Any], media: str):
    answer = send(client, "PATCH", f"CarePlan/{plan['id']}", {"title": "Ny"}, media=media)
    assert (answer.status_code, answer.json["title"], answer.json["goal"]) == (200, "Ny", plan["goal"])


@pytest.mark.parametrize(
    ("patch", "media", "status", "code"),
    [
        ([{"op": "test", "path": "/status", "value": "draft"}], JSON_PATCH, 422, "IPK-F043"),
        ([{"op": "remove", "path": "/nothing"}], JSON_PATCH, 422, "IPK-F043"),
        ([{"op": "spin", "path": "/title"}], JSON_PATCH, 422, "IPK-F043"),
        ({"op": "add"}, JSON_PATCH, 400, "IPK-F031"),
        ({"title": "\ud800"}, WAYS[0], 400, "IPK-F031"),
        ({"\udfff": 1}, WAYS[0], 400, "IPK-F031"),
        ({"title": 10**30}, WAYS[0], 400, "IPK-F031"),
        ([{"op": "replace", "path": "/title", "value": "\ud800"}], JSON_PATCH, 400, "IPK-F031"),
        ([{"op": "test", "path": "/title", "value": 10**30}], JSON_PATCH, 400, "IPK-F031"),
        ([{"op": "replace", "path": "/id", "value": "other"}], JSON_PATCH, 400, "IPK-F037"),
        ([1], WAYS[0], 400, "IPK-F031"),
        ({"id": "other"}, WAYS[0], 400, "IPK-F037"),
        ({"status": "nonsense"}, WAYS[0], 422, "IPK-F010"),
        ({"resourceType": "Goal"}, WAYS[0], 400, "IPK-F037"),
    ],
)
def test_a_patch_that_does_not_apply_changes_nothing(
    client: FlaskClient, plan: dict[str, Any], patch: Any, media: str, status: int, code: str
):
    answer = send(client, "PATCH", f"CarePlan/{plan['id']}", patch, media=media)
    assert (answer.status_code, issues(answer)[0][0]) == (status, code)
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json == plan


def test_a_patch_minds_if_match_and_criteria(client: FlaskClient, plan: dict[str, Any]):
    stale = send(client, "PATCH", f"CarePlan/{plan['id']}", {"title": "Ny"}, If_Match='W/"7"')
    assert stale.status_code == 412
    one = plan["identifier"][0]
    answer = send(client, "PATCH", f"CarePlan?identifier={one['system']}|{one['value']}", {"title": "Ny"})
    assert (answer.status_code, answer.json["title"]) == (200, "Ny")
    assert send(client, "PATCH", "CarePlan?identifier=urn:x|nobody", {"title": "Ny"}).status_code == 404


# ── delete ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_deleted_resource_is_gone_and_its_history_stays(client: FlaskClient, plan: dict[str, Any]):
    answer = send(client, "DELETE", f"CarePlan/{plan['id']}")
    assert (answer.status_code, answer.data) == (204, b"")
    gone = client.get(f"/fhir/CarePlan/{plan['id']}")
    assert (gone.status_code, issues(gone)[0][0]) == (410, "IPK-F030")
    assert "entry" not in client.get("/fhir/CarePlan").json
    assert client.get(f"/fhir/CarePlan/{plan['id']}/_history/1").json == plan
    assert client.get(f"/fhir/CarePlan/{plan['id']}/_history/2").status_code == 410
    newest, first = client.get(f"/fhir/CarePlan/{plan['id']}/_history").json["entry"]
    assert (newest["request"]["method"], "resource" in newest, first["resource"]) == ("DELETE", False, plan)


def test_a_plan_that_is_put_as_entered_in_error_is_deleted(client: FlaskClient, plan: dict[str, Any]):
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "status": "entered-in-error"})
    assert answer.status_code == 200, answer.text
    assert client.get(f"/fhir/CarePlan/{plan['id']}").status_code == 410


def test_what_is_gone_is_written_no_more(client: FlaskClient, plan: dict[str, Any]):
    send(client, "DELETE", f"CarePlan/{plan['id']}")
    for method in ("PUT", "PATCH"):
        answer = send(client, method, f"CarePlan/{plan['id']}", plan if method == "PUT" else {"title": "Ny"})
        assert answer.status_code == 410, method


def test_another_plan_may_follow_a_deleted_one(client: FlaskClient, plan: dict[str, Any], clock: Clock):
    send(client, "DELETE", f"CarePlan/{plan['id']}")
    clock.advance(days=1)
    said = writes.plan(plan["subject"]["reference"].partition("/")[2])
    answer = send(client, "POST", "CarePlan", {**said, "title": "Andre forsøk"})
    assert answer.status_code == 201, answer.text


# ── the guide's profiles ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_write_is_held_against_the_guides_profile_of_it(client: FlaskClient, patient: str):
    said = writes.plan(patient)
    said["author"] = {"reference": "PractitionerRole/somebody"}
    answer = send(client, "POST", "CarePlan", said)
    assert answer.status_code == 422
    assert ("IPK-F049", "CarePlan.author") in issues(answer), answer.text


def test_a_patch_is_held_against_the_profile_too(client: FlaskClient, plan: dict[str, Any]):
    answer = send(
        client, "PATCH", f"CarePlan/{plan['id']}", {"author": {"reference": "PractitionerRole/somebody"}}
    )
    assert (answer.status_code, issues(answer)[0]) == (422, ("IPK-F049", "CarePlan.author"))


@pytest.mark.parametrize("left_out", ["identifier", "period", "author", "category"])
def test_what_the_profile_wants_and_we_fill_in_may_be_left_out(
    client: FlaskClient, patient: str, left_out: str
):
    said = {k: v for k, v in writes.plan(patient).items() if k != left_out}
    answer = send(client, "POST", "CarePlan", said)
    assert (answer.status_code, bool(answer.json.get(left_out))) == (201, True), answer.text


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_authors_organisation_writes_a_plan(client: FlaskClient, plan: dict[str, Any]):
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Vår"}, token=None)
    assert (answer.status_code, issues(answer)[0][0]) == (202, "IPK-F080")
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json == plan
    for method, path, body in (
        ("PUT", f"CarePlan/{plan['id']}", {**plan, "status": "completed"}),
        ("DELETE", f"CarePlan/{plan['id']}", None),
        ("PATCH", plan["goal"][0]["reference"], {"lifecycleStatus": "completed"}),
    ):
        answer = send(client, method, path, body, token=None)
        assert (answer.status_code, issues(answer)[0][0]) == (403, "IPK-E025"), path


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_for_who_has_no_part_it_is_not_there(client: FlaskClient, plan: dict[str, Any], method: str):
    answer = send(client, method, f"CarePlan/{plan['id']}", plan if method == "PUT" else {}, token=STORVIK)
    missing = send(
        client, method, "CarePlan/nobody", {**plan, "id": "nobody"} if method == "PUT" else {}, token=STORVIK
    )
    assert (answer.status_code, answer.json) == (missing.status_code, missing.json)
    assert answer.status_code == {"PUT": 405, "PATCH": 404, "DELETE": 204}[method]
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json == plan


def test_who_has_no_part_in_a_case_begins_no_plan_in_it(client: FlaskClient, patient: str):
    answer = send(client, "POST", "CarePlan", writes.plan(patient), token=STORVIK)
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F041", "CarePlan.subject")])  # ADR 170


def test_a_withdrawn_consent_leaves_the_author_its_own_plan(client: FlaskClient, plan: dict[str, Any]):
    gone = changed(
        "ip.consent.withdrawn", ("data.scopes", ["coordinator", "plan-create", "plan-share"]), ("data.date", "2026-04-13"),
    )  # fmt: skip
    assert post(client, gone).status_code == 202
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"})
    assert (answer.status_code, answer.json["title"]) == (200, "Ny")
    assert send(client, "GET", f"Patient/{plan['subject']['reference'][8:]}").status_code == 404


def test_a_consent_that_was_refused_since_is_not_said_again(
    client: FlaskClient, plan: dict[str, Any], clock: Clock
):
    refused = changed(
        "ip.need.identified",
        ("id", "a-need-refused"),
        ("data.needs", ["rehabilitation"]),
        ("data.consent", {"status": "refused", "scopes": ["plan-share"], "date": "2026-04-13"}),
    )
    told_ = post(client, refused)
    assert told_.status_code == 202, told_.text
    clock.advance(minutes=1)
    head = {"resourceType": "Provenance", "recorded": "2026-04-13T11:00:00+02:00"}
    who = {"who": {"reference": plan["author"]["reference"]}}
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"}, token=None,
                  X_Provenance=json.dumps({**head, "agent": [who]}))  # fmt: skip
    assert (answer.status_code, issues(answer)) == (422, [("IPK-F036", "CarePlan.supportingInfo[0]")])


@pytest.mark.parametrize(
    "no", [{"scopes": ["coordinator"]}, {"scopes": ["plan-share"], "recipients": ["kattskinnet-2"]}]
)
def test_a_no_to_something_else_or_to_somebody_else_leaves_it_as_it_is(
    client: FlaskClient, plan: dict[str, Any], clock: Clock, no: dict[str, Any]
):
    refused = changed(
        "ip.need.identified",
        ("id", "a-need-refused"),
        ("data.needs", ["rehabilitation"]),
        ("data.consent", {"status": "refused", "date": "2026-04-13", **no}),
    )
    assert post(client, refused).status_code == 202
    clock.advance(minutes=1)
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"})
    assert (answer.status_code, answer.json.get("title")) == (200, "Ny"), answer.text


# ── X-Provenance ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_x_provenance_is_kept_in_the_provenance_of_the_write(client: FlaskClient, patient: str):
    said = {
        **HERE,
        "reason": [{"text": "Årlig gjennomgang"}],
        "agent": [
            {
                "who": {"display": "Gunn Omsorg", "identifier": {"system": urls.HPR, "value": "9144900"}},
            },
            {"who": {"display": "Sekretær"}},
        ],
    }
    header = json.dumps(said)
    answer = send(client, "POST", "CarePlan", writes.plan(patient), X_Provenance=header)
    assert answer.status_code == 201, answer.text
    page = client.get(f"/fhir/Provenance?target=CarePlan/{answer.json['id']}").json
    made = page["entry"][0]["resource"]
    assert made["reason"] == said["reason"]
    assert {"who": {"display": "Sekretær"}} in made["agent"]
    assert made["occurredDateTime"] == HERE["recorded"]
    role = client.get(f"/fhir/{answer.json['contributor'][0]['reference']}").json
    assert client.get(f"/fhir/{role['practitioner']['reference']}").json["name"][0]["family"] == "Omsorg"


@pytest.mark.parametrize(
    "header",
    [
        "{",
        "[]",
        '{"resourceType":"Patient"}',
        '{"resourceType":"Provenance"}',
        json.dumps({**HERE, "agent": [], "x": 1}),
    ],
)
def test_a_wrong_x_provenance_is_400(client: FlaskClient, patient: str, header: str):
    answer = send(client, "POST", "CarePlan", writes.plan(patient), X_Provenance=header)
    assert (answer.status_code, issues(answer)[0][0]) == (400, "IPK-F039")


# ── bad input ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"\xff", b'{"resourceType":"CarePlan","resourceType":"CarePlan"}',
     b'{"resourceType":"CarePlan","x":NaN}', b'{"a":' * 100 + b"1" + b"}" * 100],
)  # fmt: skip
def test_what_is_no_json_of_fhir_is_400(client: FlaskClient, body: bytes):
    answer = send(client, "POST", "CarePlan", body)
    assert (answer.status_code, issues(answer)[0][0]) == (400, "IPK-F031")


@pytest.mark.parametrize("media", ["text/plain", "application/fhir+xml", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_another_media_type_is_415(client: FlaskClient, method: str, media: str):
    answer = send(client, method, "CarePlan/x" if method != "POST" else "CarePlan", b"x", media=media)
    code = "IPK-F057" if media == "application/fhir+xml" else "IPK-F042"
    assert (answer.status_code, issues(answer)[0][0]) == (415, code)


def test_json_that_says_no_more_is_fhir(client: FlaskClient, patient: str):
    answer = send(client, "POST", "CarePlan", writes.plan(patient), media="application/json")
    assert (answer.status_code, answer.mimetype) == (201, "application/fhir+json")


@pytest.mark.parametrize(
    "type_", ["Patient", "Provenance", "AuditEvent", "Practitioner", "Organization", "Device"]
)
def test_a_type_that_is_not_written_is_405_with_what_is(client: FlaskClient, type_: str):
    answer = send(client, "POST", type_, {"resourceType": type_})
    assert (answer.status_code, issues(answer)[0][0], answer.headers["Allow"]) == (
        405,
        "IPK-F034",
        "GET, HEAD",
    )


def test_a_type_that_is_unknown_is_404(client: FlaskClient):
    answer = send(client, "POST", "Basic", {"resourceType": "Basic"})
    assert (answer.status_code, issues(answer)[0][0]) == (404, "IPK-F002")


def test_every_fault_of_a_resource_is_told_at_once(client: FlaskClient, patient: str):
    said = {**writes.plan(patient), "status": "cancelled", "odd": 1}
    del said["intent"]
    answer = send(client, "POST", "CarePlan", said)
    assert answer.status_code == 422
    assert {place for _, place in issues(answer)} >= {"CarePlan.status", "CarePlan.odd", "CarePlan.intent"}


def test_no_answer_repeats_a_value(client: FlaskClient, patient: str):
    said = copy.deepcopy(writes.plan(patient))
    said["title"] = "Hemmelig overskrift"
    said["status"] = "Hemmelig status"
    assert "Hemmelig" not in send(client, "POST", "CarePlan", said).text


def test_a_body_that_is_too_large_is_413(client: FlaskClient):
    answer = send(client, "POST", "CarePlan", b" " * 5_000_001)
    assert (answer.status_code, issues(answer)[0][0]) == (413, "IPK-F012")


# ── the trail ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_write_is_audited_as_what_it_was(client: FlaskClient, services: Services, plan: dict[str, Any]):
    send(client, "PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"})
    send(client, "PATCH", f"CarePlan/{plan['id']}", {"title": "Nyere"})
    send(client, "PUT", f"CarePlan/{plan['id']}", plan)
    send(client, "DELETE", f"CarePlan/{plan['id']}")
    mine = [one for one in trails(services) if one["subtype"][0]["code"] in {"create", "update", "patch", "delete"}
            and "alvdal-ip" in json.dumps(one["agent"])]  # fmt: skip
    assert [(one["action"], one["subtype"][0]["code"], one["outcome"]) for one in mine] == [
        ("C", "create", "0"), ("U", "update", "0"), ("U", "patch", "0"), ("U", "update", "4"), ("D", "delete", "0"),
    ]  # fmt: skip
    assert all(f"CarePlan/{plan['id']}" in json.dumps(one["entity"]) for one in mine if one["outcome"] == "0")


# ── what is over in a plan ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_may_be_put_again_with_parts_that_are_over(
    client: FlaskClient, plan: dict[str, Any], clock: Clock
):
    goal, service = plan["goal"][0]["reference"], plan["activity"][0]["reference"]["reference"]
    assert send(client, "DELETE", goal).status_code == 204
    clock.advance(minutes=1)
    assert send(client, "PATCH", service, {"status": "revoked"}).status_code == 200
    clock.advance(minutes=1)
    now = client.get(f"/fhir/CarePlan/{plan['id']}").json
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", {**now, "title": "Ny"})
    assert answer.status_code == 200, answer.text
    assert (answer.json["goal"], answer.json["activity"]) == (plan["goal"], plan["activity"])
    assert client.get(f"/fhir/{goal}").status_code == 410
    assert client.get(f"/fhir/{service}").json["status"] == "revoked"
    clock.advance(minutes=1)
    rest = {**answer.json, "activity": answer.json["activity"][1:]}
    assert send(client, "PUT", f"CarePlan/{plan['id']}", rest).status_code == 200
    assert client.get(f"/fhir/{service}").json["status"] == "revoked"


def test_who_wrote_a_plan_without_consent_to_share_reads_finds_and_updates_it(
    client: FlaskClient, patient: str, clock: Clock
):
    """ADR 151: consent to share is about others, not about the author's own plan."""
    said = writes.plan(patient)
    said["contained"] = [
        one for one in said["contained"] if one["resourceType"] not in {"Consent", "Observation"}
    ]
    said["supportingInfo"] = [one for one in said.get("supportingInfo", ()) if "consent" not in str(one)]
    if not said["supportingInfo"]:
        said.pop("supportingInfo")
    made = send(client, "POST", "CarePlan", said)
    assert made.status_code == 201, made.text
    plan_ = made.json
    clock.advance(minutes=1)
    assert send(client, "GET", f"CarePlan/{plan_['id']}").status_code == 200
    assert send(client, "GET", f"CarePlan/{plan_['id']}/_history/1").status_code == 200
    assert len(send(client, "GET", "CarePlan?status=active").json["entry"]) == 1
    for one in (*plan_["goal"], *(a["reference"] for a in plan_["activity"]), *plan_["careTeam"]):
        assert send(client, "GET", one["reference"]).status_code == 200, one
        assert send(client, "GET", one["reference"], token=STORVIK).status_code == 404, one
    assert send(client, "GET", f"CarePlan/{plan_['id']}", token=STORVIK).status_code == 404
    again = send(client, "PUT", f"CarePlan/{plan_['id']}", {**plan_, "title": "Ny tittel"})
    assert again.status_code == 200, again.text
