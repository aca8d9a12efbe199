"""Subscribing over REST: what is taken, what is refused and where, what is shown and to whom. Backport IG 1.1; R4 subscription.html."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from adapter.errors import Faults
from adapter.fhir import subscription, urls
from adapter.fhir.subscription import Rules
from adapter.fhir.topics import TOPICS
from adapter.hooks import asking
from adapter.ingest import records
from adapter.services import Services
from adapter.store import subscriptions
from adapter.store.sql import Statement
from adapter.store.tables import subscription as table
from tests.clock import START
from tests.hooks.receiver import NEED, PLAN, asked, set_
from tests.web.hands import trails

URL = "https://93.184.215.14/hook"
ALVDAL, STORVIK = "the-token-of-alvdal", "the-token-of-storvik"
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = {"url": urls.SUBSCRIPTION_SECRET, "valueString": SECRET}
SIX = "131169"


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "clients.toml"
    rows = (("alvdal-ip", "alvdal-saksbehandling", ALVDAL), ("storvik-ip", "storvik-nord", STORVIK))
    path.write_text(
        "".join(
            f'[[client]]\nname = "{name}"\nparty = "{party}"\n'
            f'token_sha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\n'
            for name, party, token in rows
        )
    )
    return {"clients": path}


def _as(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _subscribed(client: FlaskClient, token: str | None = None, **changed: Any) -> dict[str, Any]:
    answer = client.post(
        "/fhir/Subscription", json=asked(URL, **changed), headers=_as(token) if token else {}
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def _codes(answer: TestResponse) -> dict[str, str]:
    body = answer.get_json()
    assert body["resourceType"] == "OperationOutcome", body
    return {
        issue.get("expression", [""])[0]: issue["details"]["coding"][0]["code"] for issue in body["issue"]
    }


def test_a_subscription_is_made_requested_and_its_key_is_shown_once(client: FlaskClient):
    answer = client.post("/fhir/Subscription", json=asked(URL, PLAN))
    made = answer.get_json()
    assert (answer.status_code, made["status"], made["meta"]["versionId"]) == (201, "requested", "1")
    assert answer.headers["Location"].endswith(f"/fhir/Subscription/{made['id']}/_history/1")
    assert answer.headers["ETag"] == 'W/"1"'
    (key,) = [e["valueString"] for e in made["channel"]["extension"] if e["url"] == urls.SUBSCRIPTION_SECRET]
    assert subscription.key(key)
    read = client.get(f"/fhir/Subscription/{made['id']}")
    assert read.status_code == 200
    assert key not in read.text
    assert "extension" not in read.get_json()["channel"]


def test_a_key_and_headers_of_the_subscribers_own_are_never_shown(client: FlaskClient, services: Services):
    made = _subscribed(
        client, header=["Authorization: Bearer hemmelig-hemmelig"], extension=[KEY, set_("timeout", 5)]
    )
    pages = [
        json.dumps(made),
        *(
            client.get(f"/fhir/Subscription{rest}").text
            for rest in ("", f"/{made['id']}", f"/{made['id']}/_history", f"/{made['id']}/$status")
        ),
        json.dumps(trails(services)),
    ]
    assert not [page for page in pages if SECRET in page or "hemmelig" in page]
    assert made["channel"]["extension"] == [set_("timeout", 5)]
    with services.store.read() as conn:
        row = subscriptions.get(conn, made["id"])
    assert row is not None
    assert (row.secret, json.loads(row.headers)) == (SECRET, [["Authorization", "Bearer hemmelig-hemmelig"]])


CHANNEL = "Subscription.channel"
EXTENSION = f"{CHANNEL}.extension"
FILTER = "Subscription.criteria.extension('backport-filter-criteria')"
REFUSED = [
    ({"topic": "https://ip-adapter.example/fhir/SubscriptionTopic/other"}, "Subscription.criteria", "IPK-F065"),
    ({"topic": "CarePlan?status=active"}, "Subscription.criteria", "IPK-F065"),
    ({"content": "full-resource"}, f"{CHANNEL}.payload.extension('backport-payload-content')", "IPK-F067"),
    ({"status": "error"}, "Subscription.status", "IPK-F072"),
    ({"end": "2026-03-04T10:20:00+01:00"}, "Subscription.end", "IPK-F072"),
    ({"extension": [set_("heartbeat-period", 59)]}, f"{EXTENSION}('backport-heartbeat-period')", "IPK-F070"),
    ({"extension": [set_("timeout", 61)]}, f"{EXTENSION}('backport-timeout')", "IPK-F070"),
    ({"extension": [set_("max-count", 1001)]}, f"{EXTENSION}('backport-max-count')", "IPK-F070"),
    ({"extension": [set_("timeout", 5)] * 2}, f"{EXTENSION}('backport-timeout')", "IPK-F070"),
    ({"extension": [{**KEY, "valueString": "whsec_c2hvcnQ="}]}, f"{EXTENSION}('subscription-secret')", "IPK-F071"),
    ({"header": ["Host: elsewhere.example"]}, f"{CHANNEL}.header[0]", "IPK-F071"),
    ({"header": ["X-One: 1", "Content-Length: 1"]}, f"{CHANNEL}.header[1]", "IPK-F071"),
    ({"header": ["X-One: 1\r\nX-Two: 2"]}, f"{CHANNEL}.header[0]", "IPK-F071"),
    ({"header": ["webhook-signature: v1,mine"]}, f"{CHANNEL}.header[0]", "IPK-F071"),
    ({"filters": ["CarePlan?patient=Patient/1"]}, f"{FILTER}[0]", "IPK-F069"),
    ({"filters": ["Task?status=received", "Task?_lastUpdated=gt2026"]}, f"{FILTER}[1]", "IPK-F069"),
    ({"filters": ["patient:Patient.identifier=1"]}, f"{FILTER}[0]", "IPK-F069"),
    ({"filters": ["owner=Organization/1"]}, f"{FILTER}[0]", "IPK-F069"),
    ({"filters": ["patient="]}, f"{FILTER}[0]", "IPK-F069"),
    ({"filters": ["status"]}, f"{FILTER}[0]", "IPK-F069"),
    ({"text": {"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Om</div>'}}, "Subscription.text", "IPK-F079"),
    ({"reason": f"Om {SIX}00216"}, "Subscription.reason", "IPK-P001"),
    ({"reason": f"Om {SIX} 00216"}, "Subscription.reason", "IPK-P001"),
    ({"contact": [{"system": "phone", "value": f"{SIX}00216"}]}, "Subscription.contact[0].value", "IPK-P001"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "place", "code"), REFUSED)
def test_what_is_not_honoured_is_refused_with_its_place(
    client: FlaskClient, changed: dict[str, Any], place: str, code: str
):
    answer = client.post("/fhir/Subscription", json=asked(URL, **changed))
    assert answer.status_code == 422, answer.text
    assert _codes(answer).get(place) == code, answer.text
    assert SIX not in answer.text
    assert client.get("/fhir/Subscription?_total=accurate").get_json()["total"] == 0


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"type": "email"}, "type"),
        ({"payload": "application/fhir+xml"}, "payload"),
        ({"payload": None}, "payload"),
    ],
)
def test_another_channel_or_form_is_refused(client: FlaskClient, changed: dict[str, Any], path: str):
    body = asked(URL)
    body["channel"] = {
        name: value for name, value in (body["channel"] | changed).items() if value is not None
    }
    answer = client.post("/fhir/Subscription", json=body)
    assert answer.status_code == 422
    assert _codes(answer)[f"{CHANNEL}.{path}"] == ("IPK-F066" if path == "type" else "IPK-F067")


ADDRESSES = [
    "http://93.184.215.14/hook",
    "https://127.0.0.1/hook",
    "https://127.1/hook",
    "https://2130706433/hook",
    "https://0x7f.1/hook",
    "https://[::1]/hook",
    "https://[::ffff:127.0.0.1]/hook",
    "https://[64:ff9b::a00:1]/hook",
    "https://10.1.2.3/hook",
    "https://172.16.0.1/hook",
    "https://192.168.0.1/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/hook",
    "https://[fd00::1]/hook",
    "https://[fe80::1]/hook",
    "https://224.0.0.1/hook",
    "https://0.0.0.0/hook",
    "https://localhost/hook",
    "https://localhost./hook",
    "https://epj.internal/hook",
    "https://localhost.localdomain/hook",
    "https://kubernetes.default.svc/hook",
    "https://127.0.0.1./hook",
    "https://0x7f000001./hook",
    "https://127.0.0.1%00.example.com/hook",
    "https://%31%32%37.0.0.1/hook",
    "https://[fe80::1%25eth0]/hook",
    "https://a..example/hook",
    "https://-a.example/hook",
    "https://./hook",
    "https://" + "a" * 64 + ".example/hook",
    "https://" + "a." * 130 + "example/hook",
    "https://93.184.215.14:22/hook",
    "https://93.184.215.14:99999/hook",
    "https://user:word@93.184.215.14/hook",
    "https://93.184.215.14/hook#part",
    "https:///hook",
    "ftp://93.184.215.14/hook",
    "hook",
    "https://blåbær.example/hook",
    "https://93.184.215.14/" + "a" * 2000,
]


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_may_not_be_notified_is_refused(client: FlaskClient, url: str):
    answer = client.post("/fhir/Subscription", json=asked(url))
    assert answer.status_code == 422, answer.text
    assert set(_codes(answer).values()) <= {"IPK-F068", "IPK-F009"}
    assert "hook" not in answer.text


def test_every_fault_is_told_at_once(client: FlaskClient):
    body = asked(
        "http://10.0.0.1/", "elsewhere", "full-resource", status="error", extension=[set_("timeout", 99)]
    )
    found = _codes(client.post("/fhir/Subscription", json=body))
    assert set(found.values()) == {"IPK-F065", "IPK-F067", "IPK-F068", "IPK-F070", "IPK-F072"}


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"{", "application/fhir+json", 400),
        (
            b'{"resourceType":"Subscription","status":"off","status":"requested"}',
            "application/fhir+json",
            400,
        ),
        (b'{"resourceType":"Subscription","reason":"\\ud800"}', "application/fhir+json", 400),
        (b"[" * 30_000, "application/fhir+json", 400),
        (b"[]", "application/fhir+json", 422),
        (b'{"resourceType":"Patient"}', "application/fhir+json", 422),
        (b'{"resourceType":"Subscription","criteria":1}', "application/json", 422),
        (b"<Subscription/>", "application/fhir+xml", 415),
        (b" " * 70_000, "application/fhir+json", 413),
    ],
)
def test_what_is_no_subscription_is_refused(client: FlaskClient, body: bytes, media: str, status: int):
    answer = client.post("/fhir/Subscription", data=body, content_type=media)
    assert answer.status_code == status
    assert answer.get_json()["resourceType"] == "OperationOutcome"


def test_a_change_asks_for_a_new_handshake_and_keeps_what_is_secret(client: FlaskClient, services: Services):
    made = _subscribed(client, header=["X-Key: hemmelig"], extension=[KEY])
    place = f"/fhir/Subscription/{made['id']}"
    shown = client.get(place).get_json()
    shown["channel"]["endpoint"] = "https://93.184.215.14/another"
    answer = client.put(place, json={**shown, "reason": "Annen grunn"}, headers={"If-Match": 'W/"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"2"')
    assert answer.get_json()["reason"] == "Annen grunn"
    with services.store.read() as conn:
        row = subscriptions.get(conn, made["id"])
    assert row is not None
    assert (row.status, row.secret, json.loads(row.headers)) == ("requested", SECRET, [["X-Key", "hemmelig"]])
    shown["channel"]["endpoint"] = "https://93.184.215.15/hook"
    assert client.put(place, json=shown).status_code == 200
    with services.store.read() as conn:
        row = subscriptions.get(conn, made["id"])
    assert row is not None
    assert json.loads(row.headers) == []  # another server never gets what was meant for the first


def test_a_change_of_an_old_version_is_refused(client: FlaskClient):
    made = _subscribed(client)
    place = f"/fhir/Subscription/{made['id']}"
    for tag in ('W/"7"', "seven"):
        assert client.delete(place, headers={"If-Match": tag}).status_code == 412
        answer = client.put(place, json=asked(URL), headers={"If-Match": tag})
        assert (answer.status_code, set(_codes(answer).values())) == (412, {"IPK-F074"})
    assert client.put(place, json=asked(URL, id="another")).status_code == 422


def test_what_is_deleted_is_gone(client: FlaskClient):
    made = _subscribed(client)
    place = f"/fhir/Subscription/{made['id']}"
    assert client.delete(place).status_code == 204
    answers = [
        client.get(place), client.get(f"{place}/$status"), client.get(f"{place}/$events"),
        client.put(place, json=asked(URL)), client.get(f"{place}/_history/2"),
    ]  # fmt: skip
    for answer in answers:
        assert (answer.status_code, set(_codes(answer).values())) == (410, {"IPK-F064"}), answer.text
    assert client.get("/fhir/Subscription?_total=accurate").get_json()["total"] == 0
    assert client.get("/fhir/Subscription/$status").get_json()["total"] == 0


def test_of_what_is_deleted_nothing_is_left_but_whose_it_was(client: FlaskClient, services: Services):
    made = _subscribed(client, ALVDAL, header=["Authorization: Bearer of-the-receiver"])
    place = f"/fhir/Subscription/{made['id']}"
    assert client.delete(place, headers=_as(ALVDAL)).status_code == 204
    assert client.get(place, headers=_as(ALVDAL)).status_code == 410
    assert client.get(place).status_code == 410
    assert client.get(place, headers=_as(STORVIK)).status_code == 404
    assert client.get(f"{place}/_history/1", headers=_as(ALVDAL)).status_code == 404
    history = client.get(f"{place}/_history", headers=_as(ALVDAL)).get_json()
    assert [one["request"]["method"] for one in history["entry"]] == ["DELETE"]
    assert (history["total"], "resource" in history["entry"][0]) == (1, False)
    with services.store.read() as conn:
        assert subscriptions.get(conn, made["id"]) is None
        left = conn.all(Statement(select(table).where(table.c.id == made["id"])), {})
    assert "alvdal-ip" in str(left)
    assert not any(word in str(left) for word in ("93.184.215.14", "of-the-receiver", "whsec_"))


def test_a_client_has_to_do_with_its_own_alone(client: FlaskClient):
    own = _subscribed(client, ALVDAL)["id"]
    others = [_subscribed(client, STORVIK)["id"], _subscribed(client)["id"]]
    for id_ in others:
        place = f"/fhir/Subscription/{id_}"
        for rest in ("", "/_history", "/_history/1", "/$status", "/$events"):
            assert client.get(place + rest, headers=_as(ALVDAL)).status_code == 404, rest
        assert client.put(place, json=asked(URL), headers=_as(ALVDAL)).status_code == 404
        # To delete what is not there for the caller does nothing (decision 0158).
        assert client.delete(place, headers=_as(ALVDAL)).status_code == 204
        assert client.get(place).status_code == 200
    found = client.get("/fhir/Subscription", headers=_as(ALVDAL)).get_json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == [own]
    one = client.get(f"/fhir/Subscription/{own}/$status", headers=_as(ALVDAL)).get_json()
    assert one["link"][0]["url"].endswith(f"/Subscription/{own}/$status")
    status = client.get("/fhir/Subscription/$status", headers=_as(ALVDAL)).get_json()
    assert status["total"] == 1
    whole = client.get("/fhir/Subscription/$status").get_json()
    assert whole["total"] == 3
    assert client.delete(f"/fhir/Subscription/{own}", headers=_as(ALVDAL)).status_code == 204


def test_status_is_asked_by_id_and_by_status(client: FlaskClient):
    one, two = _subscribed(client)["id"], _subscribed(client, topic=PLAN)["id"]
    found = client.get(f"/fhir/Subscription/$status?id={two}").get_json()
    (entry,) = found["entry"]
    said = {p["name"]: next(v for k, v in p.items() if k != "name") for p in entry["resource"]["parameter"]}
    assert said.pop("subscription")["reference"].endswith(f"/fhir/Subscription/{two}")
    assert said == {
        "topic": PLAN, "status": "requested", "type": "query-status", "events-since-subscription-start": "0",
    }  # fmt: skip
    assert client.get("/fhir/Subscription/$status?status=active").get_json()["total"] == 0
    assert (
        client.get(f"/fhir/Subscription/$status?id={one}&id={two}&status=requested").get_json()["total"] == 2
    )
    assert client.get("/fhir/Subscription/$status?status=1").status_code == 400
    assert client.get(f"/fhir/Subscription/{one}/$events?eventsSinceNumber=x").status_code == 400


def test_an_operation_is_asked_by_post_as_by_get(client: FlaskClient):
    one = _subscribed(client)["id"]
    _subscribed(client)

    def asked_for(rest: str, *given: tuple[str, str, Any]) -> TestResponse:
        body = {"resourceType": "Parameters", "parameter": [{"name": n, k: v} for n, k, v in given]}
        return client.post(f"/fhir/Subscription{rest}", json=body)

    assert asked_for("/$status", ("id", "valueId", one)).get_json()["total"] == 1
    assert asked_for("/$status", ("status", "valueCode", "off")).get_json()["total"] == 0
    assert asked_for(f"/{one}/$status").get_json()["total"] == 1
    found = asked_for(f"/{one}/$events", ("eventsSinceNumber", "valueString", "1"))
    assert found.get_json()["entry"][0]["resource"]["parameter"][-1] == {
        "name": "events-since-subscription-start",
        "valueString": "0",
    }
    assert client.post("/fhir/Subscription/$status", json=[]).status_code == 422
    assert (
        client.post(
            "/fhir/Subscription/$status", json={"resourceType": "Parameters", "parameter": 1}
        ).status_code
        == 422
    )
    assert (
        client.post("/fhir/Subscription/$status", data=b"{", content_type="application/json").status_code
        == 400
    )


def _nested(levels: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"url": "urn:a", "valueString": "a"}]
    for _ in range(levels):
        found = [{"url": "urn:a", "extension": found}]
    return found


@pytest.mark.parametrize("levels", [40, 200, 300])
def test_what_is_nested_without_end_is_refused(client: FlaskClient, levels: int):
    answer = client.post("/fhir/Subscription", json=asked(URL, extension=_nested(levels)))
    assert answer.status_code == 400
    assert answer.get_json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("id_", ["%00", "a%00b", "x" * 65, "$status", "%F0%9F%92%A9", "a%2Fb", "-"])
def test_an_id_that_is_none_is_not_found(client: FlaskClient, id_: str):
    for answer in (
        client.put(f"/fhir/Subscription/{id_}", json=asked(URL)),
        client.delete(f"/fhir/Subscription/{id_}"),
        client.get(f"/fhir/Subscription/{id_}/$events"),
        client.get(f"/fhir/Subscription/$status?id={id_}&status=requested"),
    ):
        assert answer.status_code in ({400} if "%00" in id_ else {200, 204, 404, 405}), answer.text
        assert (answer.status_code, id_) == (204, "-") or answer.get_json()["resourceType"] in {
            "OperationOutcome",
            "Bundle",
        }


def test_a_client_has_a_hundred_at_most(client: FlaskClient, services: Services):
    for _ in range(asking.LIMIT):
        asking.create(services, asked(URL), client="alvdal-ip")
    answer = client.post("/fhir/Subscription", json=asked(URL), headers=_as(ALVDAL))
    assert (answer.status_code, set(_codes(answer).values())) == (422, {"IPK-F073"})
    assert client.post("/fhir/Subscription", json=asked(URL)).status_code == 201


def test_writes_are_audited_under_the_clients_name(client: FlaskClient, services: Services):
    made = _subscribed(client, ALVDAL)
    assert client.delete(f"/fhir/Subscription/{made['id']}", headers=_as(ALVDAL)).status_code == 204
    found = [e for e in trails(services) if f"Subscription/{made['id']}" in json.dumps(e)]
    assert [e["action"] for e in found] == ["C", "D"]
    assert all("alvdal-ip" in json.dumps(e) for e in found)


def test_a_page_of_another_site_cannot_subscribe(client: FlaskClient):
    answer = client.post("/fhir/Subscription", json=asked(URL), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_capability_statement_lists_the_topics_and_what_is_done_with_them(client: FlaskClient):
    rest = client.get("/fhir/metadata").get_json()["rest"][0]
    (row,) = [each for each in rest["resource"] if each["type"] == "Subscription"]
    assert {each["valueCanonical"] for each in row["extension"]} == set(TOPICS)
    assert {"create", "update", "delete", "read"} <= {each["code"] for each in row["interaction"]}
    assert {each["name"] for each in row["operation"]} == {"status", "events", "validate"}


def test_every_topic_is_of_what_stands_in_the_feed_and_is_searched_by_its_filters():
    assert NEED in TOPICS
    for topic in TOPICS.values():
        for trigger in topic.triggers:
            assert trigger.type in records.PULLED
            values = {"patient": "Patient/1", "owner": "Organization/1"}
            filters = [f"{trigger.type}?{name}={values.get(name, 'one')}" for name in trigger.filters]
            body = asked(URL, topic.url, filters=filters)
            wanted = subscription.read(body, now=START, rules=Rules())
            assert [name for name, _ in wanted.filters[trigger.type]] == list(trigger.filters)


def test_private_addresses_are_a_setting_and_plain_http_only_in_synthetic_mode():
    body = asked("http://127.0.0.1:8081/hook")
    assert subscription.read(body, now=START, rules=Rules(private=True, plain=True)).endpoint
    with pytest.raises(Faults) as caught:
        subscription.read(body, now=START, rules=Rules(private=True))
    assert [fault.hint for fault in caught.value.faults] == ["https"]
