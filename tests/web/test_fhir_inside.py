"""What a Bundle asks: each entry is answered as the same request alone. R4 http.html#transaction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.fhir import urls
from adapter.services import Services
from adapter.web import fhir_bundle
from tests.clock import Clock
from tests.web import writes
from tests.web.hands import told, trails
from tests.web.writes import ALVDAL, STORVIK, issues, send

HOOK = "https://platform.example/hooks"


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms, "hooks_private": True}


@pytest.fixture
def patient(client: FlaskClient, clock: Clock) -> str:
    found: str = told(client)["case"]["patientId"]
    clock.advance(days=40)
    assert send(client, "POST", "CarePlan", writes.plan(found)).status_code == 201
    clock.advance(minutes=1)
    return found


def _asked(
    client: FlaskClient, *entries: tuple[str, str, Any], token: str | None = ALVDAL, type_: str = "batch"
) -> Any:
    listed = [
        {"request": {"method": method, "url": url}} | ({"resource": said} if said is not None else {})
        for method, url, said in entries
    ]
    answer = send(client, "POST", "", {"resourceType": "Bundle", "type": type_, "entry": listed}, token=token)
    assert answer.status_code == 200, answer.text
    return answer.json["entry"]


def _subscription(client: FlaskClient, token: str | None) -> str:
    said = {
        "resourceType": "Subscription", "status": "requested", "reason": "Plans", "criteria": f"{urls.TOPIC}/plan",
        "channel": {"type": "rest-hook", "endpoint": HOOK, "payload": "application/fhir+json",
                    "_payload": {"extension": [{"url": f"{urls.BACKPORT}/backport-payload-content",
                                                "valueCode": "id-only"}]}},
    }  # fmt: skip
    answer = send(client, "POST", "Subscription", said, token=token)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


@pytest.mark.parametrize("type_", ["batch", "transaction"])
@pytest.mark.parametrize(
    "url",
    [
        "_history?_count=3", "CarePlan/_history", "CarePlan/{plan}/_history", "CarePlan/{plan}/_history/1",
        "Patient/{patient}/$everything?_count=5", "Patient/{patient}/%24everything?_count=5", "Subscription/$status",
        "Subscription/{subscription}/$status", "StructureDefinition?name=IpPlan", "metadata",
        "CarePlan/{plan}", "CarePlan?status=active",
    ],
)  # fmt: skip
def test_a_get_inside_a_bundle_is_answered_as_alone(client: FlaskClient, patient: str, url: str, type_: str):
    plan = client.get("/fhir/CarePlan").json["entry"][0]["resource"]["id"]
    place = url.format(patient=patient, plan=plan, subscription=_subscription(client, ALVDAL))
    (entry,) = _asked(client, ("GET", place, None), type_=type_)
    alone = send(client, "GET", place)
    assert (alone.status_code, entry["response"]["status"]) == (200, "200 OK")
    assert entry["resource"] == alone.json


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"ifNoneMatch": 'W/"1"'}, "304 Not Modified"), ({"ifNoneMatch": 'W/"7"'}, "200 OK"),
        ({"ifModifiedSince": "2030-01-01T00:00:00Z"}, "304 Not Modified"),
        ({"ifModifiedSince": "2020-01-01T00:00:00Z"}, "200 OK"), ({"ifModifiedSince": "never"}, "400 Bad Request"),
    ],
)  # fmt: skip
def test_a_read_inside_a_bundle_minds_what_the_client_has(
    client: FlaskClient, condition: dict[str, str], status: str
):
    plan = client.get("/fhir/CarePlan").json["entry"][0]["resource"]["id"]
    entry = {"request": {"method": "GET", "url": f"CarePlan/{plan}", **condition}}
    said = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
    (found,) = send(client, "POST", "", said).json["entry"]
    assert (found["response"]["status"], "resource" in found) == (status, status == "200 OK")


def test_what_is_wrong_is_told_of_an_entry_as_alone(client: FlaskClient, patient: str):
    plan = writes.plan(patient)
    odd = {**plan, "status": "odd"}
    given = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": odd}]}
    for url, said in (
        ("CarePlan/$validate", odd),
        ("CarePlan/$validate", given),
        ("CarePlan/$validate", plan),
    ):
        (entry,) = _asked(client, ("POST", url, said))
        alone = send(client, "POST", url, said)
        assert (entry["response"]["status"], entry["resource"]) == ("200 OK", alone.json)
    stored = client.get("/fhir/CarePlan").json["entry"][0]["resource"]["id"]
    (entry,) = _asked(client, ("POST", f"CarePlan/{stored}/$validate", {**plan, "id": "another"}))
    codes = {one["details"]["coding"][0]["code"] for one in entry["resource"]["issue"]}
    assert "IPK-F052" in codes


def test_an_operation_is_posted_as_alone(client: FlaskClient, patient: str):
    id_ = _subscription(client, ALVDAL)
    wanted = {"resourceType": "Parameters", "parameter": [{"name": "_count", "valueInteger": 4}]}
    entries = _asked(
        client,
        ("POST", f"Subscription/{id_}/$status", {"resourceType": "Parameters"}),
        ("POST", f"Patient/{patient}/$everything", wanted),
    )
    assert [one["resource"]["type"] for one in entries] == ["searchset", "searchset"]
    assert sum(one["search"]["mode"] == "match" for one in entries[1]["resource"]["entry"]) == 4


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "CarePlan/$validate", "405"), ("GET", "Patient/_search", "405"), ("GET", "CarePlan/x/y/z", "404"),
        ("GET", "CarePlan/a%00b", "400"), ("GET", "Subscription/nobody/$status", "404"), ("GET", "", "404"),
        ("POST", "CarePlan/$unknown", "405"), ("GET", "CarePlan/_history?_at=2026", "400"),
        ("GET", "Patient?identifier=13116900216", "400"), ("POST", "CarePlan/$validate", "400"),
    ],
)  # fmt: skip
def test_what_is_not_served_is_refused_in_its_entry_alone(
    client: FlaskClient, patient: str, method: str, url: str, status: str
):
    wrong, right = _asked(client, (method, url, None), ("GET", f"Patient/{patient}", None))
    assert wrong["response"]["status"][:3] == status, wrong
    assert wrong["response"]["outcome"]["issue"][0]["details"]["coding"][0]["code"].startswith("IPK-")
    assert "13116900216" not in json.dumps(wrong)
    assert right["response"]["status"] == "200 OK"


def test_inside_a_bundle_a_client_sees_no_more_than_alone(client: FlaskClient, patient: str):
    own = _subscription(client, None)
    entries = _asked(
        client, ("GET", f"Patient/{patient}/$everything", None), ("GET", "_history", None),
        ("GET", f"Subscription/{own}/$status", None), ("GET", "Subscription/$status", None), token=STORVIK,
    )  # fmt: skip
    assert [one["response"]["status"][:3] for one in entries] == ["404", "200", "404", "200"]
    assert entries[1]["resource"] == send(client, "GET", "_history", token=STORVIK).json
    assert patient not in json.dumps(entries[1])
    assert "entry" not in entries[3]["resource"]


def test_whose_data_was_asked_for_inside_is_audited(client: FlaskClient, services: Services, patient: str):
    _asked(client, ("GET", f"Patient/{patient}/$everything", None))
    last = trails(services)[-1]
    assert last["subtype"][0]["code"] == "batch"
    assert f"Patient/{patient}" in json.dumps(last["entity"])


def test_a_bundle_reads_no_more_than_it_can_hold(
    client: FlaskClient, patient: str, monkeypatch: pytest.MonkeyPatch
):
    """Five hundred searches of a page each would stand in memory at once. What was read before is answered."""
    reads = [("GET", f"Patient/{patient}/$everything?_count=50", None)] * 3
    monkeypatch.setattr(fhir_bundle, "_READ_BYTES", 1)
    first, *rest = _asked(client, *reads)
    assert (first["response"]["status"], first["resource"]["resourceType"]) == ("200 OK", "Bundle")
    told = [
        (one["response"]["status"], one["response"]["outcome"]["issue"][0]["details"]["coding"][0]["code"],
         one["response"]["outcome"]["issue"][0]["expression"])
        for one in rest
    ]  # fmt: skip
    assert told == [("400 Bad Request", "IPK-E115", [f"Bundle.entry[{n}].request.url"]) for n in (1, 2)]
    listed = [{"request": {"method": method, "url": url}} for method, url, _ in reads]
    whole = send(client, "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": listed})
    assert (whole.status_code, issues(whole)) == (400, [("IPK-E115", "Bundle.entry[1].request.url")])
