"""/messages and /feed: what was sent and received, without what it says; and documents handed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from adapter import kith
from adapter.kith import apprec, helsefaglig, parts
from adapter.rules import message_states
from adapter.services import Services
from adapter.store import messages
from adapter.web.messages import ROUTES
from tests import numbers
from tests.web.hands import LINE, told

XML = "application/xml"


def _sent(client: FlaskClient) -> str:
    found: str = told(client)["messages"][0]["id"]
    return found


def test_a_message_is_listed_with_parties_and_state_and_nothing_it_says(client: FlaskClient):
    id_ = _sent(client)
    listed = client.get("/messages")
    (item,) = listed.json["items"]
    assert listed.json["next"] is None
    assert {
        "id", "msgId", "direction", "type", "version", "state", "sender", "receiver", "caseRef", "threadRef",
        "genDate", "generation", "attempts", "lastError", "apprec",
    } <= set(item)  # fmt: skip
    assert (item["id"], item["state"], item["direction"]) == (id_, "pending", "out")
    assert item["receiver"]["level2"] == {"herId": "5079", "name": "Saksbehandling"}
    assert client.get(f"/messages/{id_}").json == item
    assert LINE not in listed.text
    assert "Danser" not in listed.text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=pending", 1),
        ("state=dead", 0),
        ("type=DIALOG_HELSEFAGLIG&direction=out", 1),
        ("receiver=5079", 1),
        ("receiver=5101", 0),
        ("since=2026-03-04T00:00:00Z", 1),
        ("since=2026-03-04T10:00:00%2B01:00", 1),
        ("since=2026-03-04T10:00:00+01:00", 1),
        ("since=2027-01-01T00:00:00Z", 0),
    ],
)
def test_messages_are_found_by_what_the_contract_names(client: FlaskClient, query: str, count: int):
    told(client)
    assert len(client.get(f"/messages?{query}").json["items"]) == count


@pytest.mark.parametrize(
    "query", ["since=soon", "since=2026-03-04T00:00:00", "cursor=%25", "count=0", "colour=red"]
)
def test_what_is_no_filter_is_400(client: FlaskClient, query: str):
    assert client.get(f"/messages?{query}").status_code == 400


def test_documents_views_and_reasons_are_kept_from_caches(client: FlaskClient):
    id_ = _sent(client)
    document = client.get(f"/messages/{id_}/document")
    assert document.content_type == XML
    assert kith.read(document.data).type == "DIALOG_HELSEFAGLIG"
    view = client.get(f"/messages/{id_}/view")
    assert "MELDING OM BEHOV" in view.text
    assert "Danser" not in view.text
    assert "sandbox" in view.headers["Content-Security-Policy"]
    why = client.get(f"/messages/{id_}/why").json["why"]
    assert {"rule", "source", "outcome", "text"} <= set(why[0])
    assert {answer.headers["Cache-Control"] for answer in (document, view)} == {"no-store"}


@pytest.mark.parametrize("path", ["", "/document", "/view", "/why"])
def test_a_message_that_is_not_there_is_404(client: FlaskClient, path: str):
    answer = client.get(f"/messages/{LINE}{path}")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (404, "IPK-M010")
    assert LINE not in answer.text


def test_a_person_may_send_again_what_waits_and_say_that_it_went_another_way(client: FlaskClient):
    id_ = _sent(client)
    assert client.post(f"/messages/{id_}/requeue").json["state"] == "pending"
    taken = client.post(f"/messages/{id_}/manual")
    assert (taken.status_code, taken.json["state"]) == (200, "manual")
    assert client.get(f"/messages/{id_}").json["state"] == "manual"


def test_a_person_may_give_a_message_up_over_http(client: FlaskClient):
    id_ = _sent(client)
    done = client.post(f"/messages/{id_}/bury")
    assert (done.status_code, done.json["state"]) == (200, "buried")
    again = client.post(f"/messages/{id_}/bury")
    assert (again.status_code, again.json["allowed"]) == (409, [])


def test_a_person_may_send_a_message_to_another_party_over_http(client: FlaskClient):
    id_ = _sent(client)
    path = f"/messages/{id_}/remap"
    other = client.post(path, json={"key": "alvdal-sykepleie"})
    assert (other.status_code, other.json["replaces"], other.json["receiver"]["level2"]["herId"]) == (
        200, id_, "5078",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "IPK-E001"), (b"{}", 422, "IPK-E005"), (b'{"key": 1}', 422, "IPK-E005"),
        (b'{"key": "nobody"}', 422, "IPK-R003"),
        (b'{"key": "alvdal-sykepleie", "key": "nobody"}', 422, "IPK-E030"),
    ],
)  # fmt: skip
def test_who_a_message_goes_to_instead_is_told_by_its_key(
    client: FlaskClient, body: bytes, status: int, code: str
):
    answer = client.post(f"/messages/{_sent(client)}/remap", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (status, code)
    assert answer.json["errors"][0]["path"] in {"$", "$.key"}


def test_every_act_that_is_named_as_allowed_has_a_route():
    routed = {route.path.rpartition("/")[2] for route in ROUTES if route.method == "POST"}
    assert set(message_states.ACTS) <= routed


@pytest.mark.parametrize("act", ["requeue", "manual", "bury"])
def test_an_act_that_the_state_does_not_allow_is_409(client: FlaskClient, act: str):
    id_ = _sent(client)
    client.post("/messages", data=_receipt(client, id_), content_type=XML)
    answer = client.post(f"/messages/{id_}/{act}")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (409, "IPK-M011")
    assert answer.json["allowed"] == list(message_states.allowed("acknowledged")) == []
    assert client.post(f"/messages/nothing/{act}").status_code == 404


def test_an_act_that_is_refused_tells_which_are_allowed(client: FlaskClient):
    id_ = _sent(client)
    client.post(f"/messages/{id_}/manual")
    answer = client.post(f"/messages/{id_}/requeue")
    assert (answer.status_code, answer.json["allowed"]) == (409, ["ip.manual-fallback.recorded"])


def test_a_rejected_message_says_why_whose_task_it_is_and_what_to_do(client: FlaskClient):
    id_ = _sent(client)
    assert client.get(f"/messages/{id_}").json["advice"] is None
    client.post("/messages", data=_receipt(client, id_, "E35"), content_type=XML)
    told = client.get(f"/messages/{id_}").json["advice"]
    assert told["cause"] == "Mottakeren kjenner ikke pasienten."
    assert set(told) == {"cause", "owner", "next"}


def test_the_case_says_the_same_of_its_messages_and_nothing_once_it_is_settled(client: FlaskClient):
    id_ = _sent(client)
    case = f"/cases/{client.get(f'/messages/{id_}').json['caseRef']}"
    assert client.get(case).json["advice"] == []
    client.post("/messages", data=_receipt(client, id_, "E35"), content_type=XML)
    (told,) = client.get(case).json["advice"]
    assert (
        told
        == {"messageId": id_, "state": "rejected", "code": "E35"}
        | client.get(f"/messages/{id_}").json["advice"]
    )
    assert client.post(f"/messages/{id_}/manual").status_code == 200
    assert client.get(case).json["advice"] == []


def test_the_case_says_who_answers_and_why(client: FlaskClient):
    case = client.get(f"/messages/{_sent(client)}").json["caseRef"]
    told = client.get(f"/cases/{case}").json["responsible"]
    assert (told["plan"], told["coordinators"], told["pending"]) == ("municipality", ["municipality"], None)
    assert [(w["rule"], bool(w["source"] and w["text"])) for w in told["why"]] == [
        ("responsible-municipality", True)
    ]


def _receipt(client: FlaskClient, id_: str, *errors: str) -> bytes:
    read = kith.read(client.get(f"/messages/{id_}/document").data)
    assert read.head is not None
    made = apprec.answer(
        read.head,
        version=read.apprec_version,
        id_="11111111-2222-4333-8444-555555555555",
        gen_date=datetime(2026, 3, 4, 9, 21, tzinfo=UTC),
        errors=errors,
    )
    return kith.build(made)


def test_a_receipt_is_204_and_so_is_its_repetition(client: FlaskClient, services: Services):
    id_ = _sent(client)
    receipt = _receipt(client, id_)
    for _ in range(2):
        answer = client.post("/messages", data=receipt, content_type=XML)
        assert (answer.status_code, answer.data) == (204, b"")
        assert "Content-Type" not in answer.headers
    with services.store.read() as conn:
        found = messages.get(conn, id_)
    assert found is not None
    assert found.apprec is not None


def _answer(client: FlaskClient, id_: str, msg_id: str, *, other: bool = False) -> bytes:
    """Return a message from the municipality to the hospital, or to somebody else, in the thread of ours."""
    head = kith.read(client.get(f"/messages/{id_}/document").data).head
    assert head is not None
    back = replace(
        head, msg_id=msg_id, sender=head.receiver, receiver=head.receiver if other else head.sender
    )
    contact = parts.contact(
        family="September", given="August", role="21", profession="SP", phone="+4762480000"
    )
    return kith.build(helsefaglig.new(back, subject="Svar", text="Vi ser på saken.", contacts=(contact,)))


def test_a_message_to_us_is_answered_with_its_receipt_and_its_repetition_with_nothing(client: FlaskClient):
    document = _answer(client, _sent(client), "aaaaaaaa-2222-4333-8444-555555555555")
    answer = client.post("/messages", data=document, content_type=XML)
    assert (answer.status_code, answer.content_type) == (200, XML)
    receipt = kith.read(answer.data).body
    assert isinstance(receipt, apprec.AppRec)
    assert (receipt.positive, receipt.original.msg_id) == (True, "aaaaaaaa-2222-4333-8444-555555555555")
    assert client.get(answer.headers["Location"]).json["direction"] == "in"
    assert client.post("/messages", data=document, content_type=XML).status_code == 204


def test_a_message_that_must_be_refused_is_answered_with_a_rejecting_receipt(client: FlaskClient):
    document = _answer(client, _sent(client), "no-uuid")
    answer = client.post("/messages", data=document, content_type=XML)
    assert answer.status_code == 200
    receipt = kith.read(answer.data).body
    assert isinstance(receipt, apprec.AppRec)
    assert [error.v for error in receipt.errors] == ["E10"]


def test_mail_for_others_is_kept_as_ignored(client: FlaskClient):
    document = _answer(client, _sent(client), "bbbbbbbb-2222-4333-8444-555555555555", other=True)
    assert client.post("/messages", data=document, content_type=XML).status_code == 204
    assert len(client.get("/messages?state=ignored").json["items"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"not xml", 400, "IPK-M001"),
        (b"<a><b></a>", 400, "IPK-M001"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>", 400, "IPK-M007"),
        (b"<a/>", 422, "IPK-M003"),
        (b"", 400, "IPK-M001"),
    ],
)
def test_what_is_no_message_is_refused_with_its_code(
    client: FlaskClient, body: bytes, status: int, code: str
):
    answer = client.post("/messages", data=body, content_type=XML)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (status, code)
    assert client.get("/messages").json["items"] == []


def test_a_document_with_a_number_that_looks_real_is_422_without_echo(client: FlaskClient):
    number = numbers.real_looking()
    document = client.get(f"/messages/{_sent(client)}/document").data.replace(LINE.encode(), number.encode())
    answer = client.post("/messages", data=document, content_type=XML)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "IPK-P001")
    assert number not in answer.text


def test_media_type_and_size_of_documents_are_judged_first(client: FlaskClient):
    wrong = client.post("/messages", data=b"<a/>", content_type="application/json")
    assert (wrong.status_code, wrong.json["errors"][0]["code"]) == (415, "IPK-M016")
    large = client.post("/messages", data=b" " * 40_000_000, content_type=XML)
    assert (large.status_code, large.json["errors"][0]["code"]) == (413, "IPK-M008")


def test_the_feed_tells_ids_types_and_states_only(client: FlaskClient):
    told(client)
    first = client.get("/feed?count=2").json
    assert len(first["items"]) == 2
    rest = client.get(f"/feed?since={first['next']}").json
    assert rest["items"]
    assert {frozenset(item) for item in rest["items"]} == {frozenset({"at", "kind", "type", "id", "state"})}
    assert client.get(f"/feed?since={rest['next']}").json == {"items": [], "next": rest["next"]}
    assert client.get("/feed?since=%25").status_code == 400


@pytest.mark.parametrize("query", ["direction=sideways", "state=bogus", "state=leased"])
def test_a_filter_that_nothing_can_pass_is_refused_with_what_it_takes(client: FlaskClient, query: str):
    answer = client.get(f"/messages?{query}")
    assert answer.status_code == 400
    assert answer.json["errors"][0]["code"] == "IPK-E026"
    assert query.partition("=")[2] not in answer.text
    assert client.get("/messages?state=").status_code == 200
