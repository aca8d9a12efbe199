"""POST /events and what was accepted: every row of the contract's table of answers."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter import delivery
from adapter.events import POSTED, TYPES, schemas
from adapter.services import Services
from tests import numbers
from tests.clock import Clock
from tests.web.hands import BATCH, LINE, NEED, STRUCTURED, need, post, told


def test_an_accepted_event_is_202_with_location_and_the_whole_answer(client: FlaskClient):
    answer = post(client, need())
    assert answer.status_code == 202
    body = answer.json
    assert answer.headers["Location"] == f"/events/{body['eventId']}"
    assert set(body) == {"eventId", "status", "case", "effects", "messages", "deadlines", "warnings"}
    assert body["status"] == "accepted"
    assert body["messages"][0]["receiver"]["herId"] == "5079"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_same_event_again_gets_the_first_answer_whichever_mode_it_comes_in(client: FlaskClient):
    first = post(client, need())
    event = need()
    data = event.pop("data")
    headers = {f"ce-{name}": value for name, value in event.items() if name != "datacontenttype"}
    again = client.post("/events", data=json.dumps(data), content_type="application/json", headers=headers)
    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_the_same_id_with_other_content_is_a_conflict(client: FlaskClient):
    told(client)
    answer = post(client, need(("data.urgency", "urgent")))
    assert answer.status_code == 409
    assert answer.json["reason"] == "id-conflict"
    assert answer.json["type"] == "/docs/errors#IPK-E012"


def test_a_transition_that_the_rules_refuse_is_409_with_what_is_allowed(client: FlaskClient):
    melde = told(client)["case"]["meldeId"]
    declined = _continuing("ip.need.declined", melde)
    assert post(client, declined).status_code == 202
    answer = post(client, _continuing("ip.need.accepted", melde))
    assert answer.status_code == 409
    assert answer.json["reason"] == "transition-refused"
    assert isinstance(answer.json["allowed"], list)


def _continuing(type_: str, melde: str) -> dict[str, Any]:
    event = schemas.example(type_)
    event["data"]["continues"] = {"meldeId": melde}
    event["data"]["scope"] = ["coordinator", "individual-plan"]
    event["data"]["patient"] = need()["data"]["patient"]
    event["source"] = "urn:her:5079"
    event["time"] = need()["time"]
    return event


def test_what_continues_nothing_here_is_404(client: FlaskClient):
    answer = post(client, _continuing("ip.need.accepted", "IPK-0000-0000-0"))
    assert answer.status_code == 404
    assert answer.json["errors"][0]["path"] == "$.data.continues"


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        (b"{", "application/cloudevents+json", 400, "IPK-E001"),
        (b"\xff", "application/cloudevents+json", 400, "IPK-E001"),
        (b"{}", "text/plain", 415, "IPK-E002"),
        (b"{}", "application/json", 415, "IPK-E002"),
        (b"{}", "", 415, "IPK-E002"),
        (b"[]", "application/cloudevents+json", 422, "IPK-E007"),
        (b"[" + b"{}," * 1000 + b"{}]", BATCH, 422, "IPK-E019"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(
    client: FlaskClient, body: bytes, media: str, status: int, code: str
):
    answer = client.post("/events", data=body, content_type=media)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"


def test_a_body_of_ten_megabytes_is_413_before_it_is_read(client: FlaskClient):
    answer = client.post("/events", data=b" " * 10_000_000, content_type="application/cloudevents+json")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (413, "IPK-E003")
    assert told(client)


def test_a_body_without_a_length_is_read_to_its_end_and_no_further_than_allowed(client: FlaskClient):
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    media = "application/cloudevents+json"
    for body, status in ((json.dumps(need()).encode(), 202), (b" " * 10_000_000, 413)):
        given = {**chunked, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": ""}
        answer = client.post("/events", content_type=media, environ_overrides=given)
        assert answer.status_code == status


def test_every_fault_is_told_at_once_with_path_rule_and_fix(client: FlaskClient):
    event = need(
        ("type", NEED), ("data.urgency", "soon"), ("data.nonsense", 1), ("data.patient.identifier.value", "x")
    )
    answer = post(client, event)
    assert answer.status_code == 422
    paths = {fault["path"] for fault in answer.json["errors"]}
    assert {"$.data.urgency", "$.data.nonsense", "$.data.patient.identifier.value"} <= paths
    assert all(fault["message"] and fault["rule"] and fault["fix"] for fault in answer.json["errors"])
    assert "soon" not in answer.text


def test_a_field_that_stands_twice_is_422_with_its_place_and_nothing_is_stored(client: FlaskClient):
    whole = json.dumps(need())
    twice = whole.replace('"family":', '"family": "X", "family":', 1)
    single = client.post("/events", data=twice, content_type=STRUCTURED)
    batch = client.post("/events", data=f"[{whole}, {twice}]", content_type=BATCH)
    assert (single.status_code, single.json["errors"][0]["code"]) == (422, "IPK-E030")
    place = single.json["errors"][0]["path"]
    assert place.startswith("$.data.")
    assert [item["httpStatus"] for item in batch.json] == [202, 422]
    assert [f["path"] for f in batch.json[1]["errors"]] == ["$[1]" + place[1:]]
    assert len(client.get("/events").json["items"]) == 1


def test_an_unknown_type_is_422(client: FlaskClient):
    answer = post(client, need(("type", "ip.nothing.known")))
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "IPK-E004")


@pytest.mark.parametrize("path", ["data.patient.identifier.value", "data.reason.text"])
def test_a_number_that_looks_real_is_refused_and_never_repeated(
    client: FlaskClient, path: str, caplog: pytest.LogCaptureFixture
):
    number = numbers.real_looking()
    answer = post(client, need((path, number if "identifier" in path else f"Ring {number} straks")))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["code"] == "IPK-P001"
    assert number not in answer.text + str(answer.headers) + caplog.text
    assert client.get("/events").json["items"] == []


def test_a_source_outside_the_address_book_is_403(client: FlaskClient):
    answer = post(client, need(("source", "urn:her:12345")))
    assert answer.status_code == 403
    assert answer.json["reason"] == "source-unknown"
    assert "12345" not in answer.text


def test_a_batch_answers_200_in_order_and_each_item_stands_alone(client: FlaskClient):
    good, bad = need(), need(("id", "second"), ("data.urgency", "soon"))
    answer = post(client, [bad, good, 7], media=BATCH)
    assert answer.status_code == 200
    first, second, third = answer.json
    assert (first["httpStatus"], second["httpStatus"], third["httpStatus"]) == (422, 202, 422)
    assert first["errors"][0]["path"] == "$[0].data.urgency"
    assert (second["id"], second["source"]) == (good["id"], good["source"])
    assert second["status"] == "accepted"
    assert third["errors"][0]["path"] == "$[2]"
    assert len(client.get("/events").json["items"]) == 1


def test_a_batch_repeats_no_id_that_could_be_a_persons_number(client: FlaskClient):
    answer = post(client, [need(("id", f"a{LINE}"), ("source", f"urn:her:{LINE}"))], media=BATCH)
    assert answer.json[0]["id"] is None
    assert LINE not in answer.text


def test_a_dry_run_shows_the_message_and_stores_nothing(client: FlaskClient):
    answer = post(client, need(), query="?dryRun=true")
    assert answer.status_code == 200
    assert "<MsgHead" in answer.json["messages"][0]["rendered"]
    assert client.get("/events").json["items"] == []
    assert client.get("/messages").json["items"] == []
    assert post(client, need()).status_code == 202


def test_an_event_is_listed_and_read_without_its_data(client: FlaskClient):
    event_id = told(client)["eventId"]
    listed = client.get("/events").json
    assert [each["eventId"] for each in listed["items"]] == [event_id]
    assert client.get(f"/events?since={listed['next']}").json["items"] == []
    assert client.get("/events?type=ip.plan.created").json["items"] == []
    one = client.get(f"/events/{event_id}")
    assert one.json["answer"]["eventId"] == event_id
    assert LINE not in one.text
    assert "Danser" not in one.text


def test_a_message_that_left_is_an_event_without_a_row_of_its_own(client: FlaskClient, services: Services):
    (message,) = told(client)["messages"]
    assert client.get("/events?type=ip.message.left").json["items"] == []
    assert client.get(f"/events/{message['id']}").status_code == 404
    assert delivery.run_once(services)
    listed = client.get("/events?type=ip.message.left").json
    (item,) = listed["items"]
    assert (item["eventId"], item["type"], item["source"]) == (
        message["id"],
        "ip.message.left",
        "urn:adapter",
    )
    assert item["data"]["receiver"] == "5079"
    assert item["data"]["event"] == client.get("/events").json["items"][0]["eventId"]
    assert client.get(f"/events?type=ip.message.left&since={listed['next']}").json["items"] == []
    one = client.get(f"/events/{message['id']}")
    assert (one.json["data"], one.json["answer"]) == (item["data"], None)
    why = client.get(f"/events/{message['id']}/why").json
    assert [p["kind"] for p in why["parts"]] == ["event", "message"]
    assert (why["parts"][0]["facts"]["number"], why["parts"][1]["id"]) == ("E52", message["id"])
    assert not {LINE, "Danser"} & set(one.text.replace('"', " ").split())
    assert len(client.get("/events").json["items"]) == 1


def test_an_event_that_is_not_there_is_404(client: FlaskClient):
    assert client.get("/events/nothing").status_code == 404
    assert client.get(f"/events/{LINE}").status_code == 404
    assert LINE not in client.get(f"/events/{LINE}").text


def test_a_bad_cursor_or_an_unknown_parameter_is_400_without_its_value(client: FlaskClient):
    for path in ("/events", "/feed"):
        answer = client.get(f"{path}?since=%25")
        assert (answer.status_code, answer.json["errors"][0]["path"]) == (400, "since")
    answer = client.get(f"/events?patient={LINE}")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, "IPK-E026")
    assert LINE not in answer.text


def test_faults_are_told_in_english_to_those_who_ask(client: FlaskClient):
    event = need(("type", "ip.nothing.known"))
    assert post(client, event).json["title"] == "Ukjent hendelsestype"
    english = post(client, event, Accept_Language="en-GB,en;q=0.9,nb;q=0.1")
    assert english.json["title"] == "Unknown event type"
    assert english.headers["Content-Language"] == "en"


def test_a_time_in_the_future_is_a_fault_until_the_clock_has_come_there(client: FlaskClient, clock: Clock):
    event = need(("time", "2026-03-04T12:00:00+01:00"))
    assert post(client, event).status_code == 422
    clock.advance(hours=2)
    assert post(client, event).status_code == 202


def test_every_type_has_its_schema_and_example_and_says_whether_it_may_be_posted(client: FlaskClient):
    items = client.get("/schemas/events").json["items"]
    assert [each["type"] for each in items] == list(TYPES)
    assert [each["type"] for each in items if each["posted"]] == list(POSTED)
    for each in items:
        schema = client.get(each["schema"])
        assert schema.content_type == "application/schema+json"
        assert schema.json["$id"] == each["dataschema"]
        assert client.get(each["dataschema"]).json == schema.json
        assert schema.json["examples"]
        assert schema.json.get("readOnly", False) is not each["posted"]
    assert client.get("/schemas/events/ip.nothing.known").status_code == 404
