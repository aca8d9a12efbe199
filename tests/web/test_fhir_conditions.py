"""What a write rests on beside its body, what a deletion finds, and HEAD in a Bundle. RFC 9110 § 13; R4 http.html; decision 0158."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from tests.clock import Clock
from tests.hooks.test_asking import URL, asked
from tests.web import writes
from tests.web.hands import trails
from tests.web.writes import issues, send

LONG_AGO = "Mon, 05 Jan 2026 10:00:00 GMT"
TO_COME = "Sat, 05 Jan 2030 10:00:00 GMT"


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms, "hooks_private": True}


def _bundle(type_: str, *requests: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": type_, "entry": list(requests)}


def _entry(method: str, url: str, resource: Any = None, **request: str) -> dict[str, Any]:
    said: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    return said | ({"resource": resource} if resource else {})


CONDITIONS: list[tuple[dict[str, str], str]] = [
    ({"If_None_Match": "*"}, "IPK-F086"),
    ({"If_None_Match": 'W/"1"'}, "IPK-F086"),
    ({"If_None_Match": 'W/"7", "1"'}, "IPK-F086"),
    ({"If_None_Match": 'W/"7"'}, ""),
    ({"If_Unmodified_Since": LONG_AGO}, "IPK-F086"),
    ({"If_Unmodified_Since": TO_COME}, ""),
    # A date that cannot be read is none. RFC 9110 § 13.1.4.
    ({"If_Unmodified_Since": "yesterday"}, ""),
    # The tag is the better judge. RFC 9110 § 13.2.2.
    ({"If_Match": 'W/"1"', "If_Unmodified_Since": LONG_AGO}, ""),
    ({"If_Match": 'W/"7"', "If_Unmodified_Since": TO_COME}, "IPK-F032"),
    ({"If_Match": 'W/"1"', "If_None_Match": "*"}, "IPK-F086"),
]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(("headers", "code"), CONDITIONS)
def test_a_write_is_done_where_its_conditions_hold(
    client: FlaskClient, plan: dict[str, Any], method: str, headers: dict[str, str], code: str
):
    where = f"CarePlan/{plan['id']}"
    body = {"PUT": {**plan, "title": "Ny"}, "PATCH": {"title": "Ny"}}.get(method)
    answer = send(client, method, where, body, **headers)
    if code:
        assert (answer.status_code, issues(answer)[0][0]) == (412, code)
        assert client.get(f"/fhir/{where}").json == plan
    else:
        assert answer.status_code == (204 if method == "DELETE" else 200), answer.text


def test_last_modified_is_what_a_write_may_rest_on(client: FlaskClient, plan: dict[str, Any], clock: Clock):
    where = f"CarePlan/{plan['id']}"
    read = client.get(f"/fhir/{where}").headers["Last-Modified"]
    first = send(client, "PATCH", where, {"title": "Først"}, If_Unmodified_Since=read)
    again = send(client, "PATCH", where, {"title": "Først"}, If_Unmodified_Since=read)
    clock.advance(minutes=1)
    late = send(client, "PATCH", where, {"title": "Sist"}, If_Unmodified_Since=read)
    # The same write again is the same event.
    assert (first.status_code, again.status_code, late.status_code) == (200, 200, 412)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_write_that_was_done_does_not_meet_if_none_match(client: FlaskClient, plan: dict[str, Any]):
    where, said = f"CarePlan/{plan['id']}", {**plan, "title": "Ny"}
    assert send(client, "PUT", where, said).status_code == 200
    assert send(client, "PUT", where, said, If_None_Match="*").status_code == 412


def test_what_is_absent_is_made_where_nothing_meets_the_criteria(client: FlaskClient, patient: str):
    one = writes.plan(patient)["identifier"][0]
    where = f"CarePlan?identifier={one['system']}|{one['value']}"
    first = send(client, "PUT", where, writes.plan(patient), If_None_Match="*")
    again = send(client, "PUT", where, {**writes.plan(patient), "title": "Ny"}, If_None_Match="*")
    assert (first.status_code, again.status_code) == (201, 412)


@pytest.mark.parametrize("type_", ["transaction", "batch"])
def test_an_entry_may_rest_on_the_same(client: FlaskClient, plan: dict[str, Any], type_: str):
    put = _entry("PUT", f"CarePlan/{plan['id']}", {**plan, "title": "Ny"}, ifNoneMatch="*")
    answer = send(client, "POST", "", _bundle(type_, put))
    status = answer.status_code if type_ == "transaction" else answer.json["entry"][0]["response"]["status"]
    assert str(status).startswith("412")
    assert client.get(f"/fhir/CarePlan/{plan['id']}").json == plan


# ── deletions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _delete(client: FlaskClient, way: str, url: str, **said: str) -> str:
    if way == "alone":
        headers = {"If_Match": said["ifMatch"]} if said else {}
        return str(send(client, "DELETE", url, **headers).status_code)
    answer = send(client, "POST", "", _bundle(way, _entry("DELETE", url, **said)))
    if answer.status_code >= 400:
        return str(answer.status_code)
    return str(answer.json["entry"][0]["response"]["status"])[:3]


@pytest.mark.parametrize("way", ["alone", "transaction", "batch"])
def test_to_delete_what_is_not_there_does_nothing(
    client: FlaskClient, plan: dict[str, Any], services: Services, way: str
):
    where = f"CarePlan/{plan['id']}"
    assert _delete(client, way, "CarePlan/nobody") == "204"
    assert _delete(client, way, "CarePlan?identifier=urn:x|nobody") == "204"
    assert _delete(client, way, "CarePlan/nobody", ifMatch='W/"1"') == "412"
    assert _delete(client, way, where, ifMatch='W/"1"') == "204"
    # The answer may have been lost: it comes again.
    assert _delete(client, way, where) == "204"
    assert _delete(client, way, where, ifMatch='W/"1"') == "204"
    assert _delete(client, way, where, ifMatch='W/"7"') == "412"
    history = client.get(f"/fhir/{where}/_history").json["entry"]
    assert [entry["request"]["method"] for entry in history] == ["DELETE", "POST"]
    assert any(event["action"] == "D" for event in trails(services)) or way != "alone"


@pytest.mark.parametrize("type_", ["Patient", "AuditEvent", "StructureDefinition"])
def test_what_is_deleted_by_nobody_is_405_there_or_not(client: FlaskClient, type_: str):
    assert send(client, "DELETE", f"{type_}/nobody").status_code == 405
    assert send(client, "DELETE", "Basic/nobody").status_code == 404


def test_a_subscription_minds_the_same_conditions(client: FlaskClient, clock: Clock):
    made = client.post("/fhir/Subscription", json=asked(URL))
    assert made.status_code == 201, made.text
    where = f"/fhir/Subscription/{made.json['id']}"
    clock.advance(minutes=1)
    for headers, status in (
        ({"If-None-Match": "*"}, 412),
        ({"If-Unmodified-Since": LONG_AGO}, 412),
        ({"If-Match": 'W/"7"'}, 412),
        ({"If-Match": 'W/"1"', "If-Unmodified-Since": LONG_AGO}, 200),
    ):
        assert client.put(where, json=asked(URL), headers=headers).status_code == status, headers
    assert client.delete(where, headers={"If-None-Match": "*"}).status_code == 412
    assert [client.delete(where).status_code for _ in range(2)] == [204, 204]
    assert client.delete("/fhir/Subscription/nobody").status_code == 204
    assert client.delete("/fhir/Subscription/nobody", headers={"If-Match": "*"}).status_code == 412


# ── HEAD in a Bundle ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("type_", ["transaction", "batch"])
def test_head_in_a_bundle_is_a_get_without_the_resource(
    client: FlaskClient, plan: dict[str, Any], type_: str
):
    where = f"CarePlan/{plan['id']}"
    entries = [
        _entry(method, url) for url in (where, f"CarePlan?_id={plan['id']}") for method in ("GET", "HEAD")
    ]
    answer = send(client, "POST", "", _bundle(type_, *entries))
    assert answer.status_code == 200, answer.text
    got, head, found, counted = answer.json["entry"]
    assert (head, counted) == ({"response": got["response"]}, {"response": found["response"]})
    assert (got["resource"], head["response"]["etag"]) == (plan, 'W/"1"')
    same = send(client, "POST", "", _bundle(type_, _entry("HEAD", where, ifNoneMatch='W/"1"')))
    assert same.json["entry"][0]["response"]["status"].startswith("304")


def test_head_of_what_is_not_there_is_as_get(client: FlaskClient):
    batch = send(client, "POST", "", _bundle("batch", _entry("HEAD", "CarePlan/nobody")))
    assert batch.json["entry"][0]["response"]["status"].startswith("404")
    whole = send(client, "POST", "", _bundle("transaction", _entry("HEAD", "CarePlan/nobody")))
    assert (whole.status_code, issues(whole)[0][0]) == (404, "IPK-F001")
