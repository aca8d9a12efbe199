"""The same event is the same content: type, instant and data, however they were written."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from adapter import events, naming
from adapter.errors import Faults
from tests.events.samples import MISSING, NEED, NOW, PEOPLE, changed


def digest(envelope: Any):
    return events.check(envelope, now=NOW, people=PEOPLE).digest


def test_content_is_canonical_json_of_type_time_and_data():
    event = events.check(changed(NEED), now=NOW, people=PEOPLE)
    content = orjson.loads(event.content)
    assert content == {"type": NEED, "time": "2026-03-04T09:15:00Z", "data": changed(NEED)["data"]}
    assert event.content == orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    assert event.digest == hashlib.sha256(event.content).hexdigest()


def test_order_of_fields_and_offset_of_time_do_not_matter():
    envelope = changed(NEED)
    turned = dict(reversed(envelope.items())) | {"data": dict(reversed(envelope["data"].items()))}
    assert digest(turned) == digest(envelope)
    assert digest(changed(NEED, ("time", "2026-03-04T09:15:00Z"))) == digest(envelope)
    assert digest(changed(NEED, ("time", "2026-03-04T04:15:00.000-05:00"))) == digest(envelope)


def test_other_attributes_are_no_content():
    extra = changed(NEED, ("traceparent", "x"), ("datacontenttype", MISSING), ("source", "urn:her:91990"))
    assert digest(extra) == digest(changed(NEED))


@pytest.mark.parametrize("path", ["data.reason.text", "data.author.name.given", "data.department.name"])
def test_any_other_value_is_other_content(path: str):
    assert digest(changed(NEED, (path, "annet"))) != digest(changed(NEED))


def test_event_id_follows_from_source_and_id():
    event = events.check(changed(NEED), now=NOW, people=PEOPLE)
    assert event.event_id == naming.event_id(source="urn:her:90998", id_=event.id)


def test_occurred_at_is_the_time_unless_said():
    plain = events.check(changed(NEED), now=NOW, people=PEOPLE)
    assert plain.occurred_at == plain.time == datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
    said = events.check(
        changed(NEED, ("data.occurredAt", "2026-03-03T12:00:00+01:00")), now=NOW, people=PEOPLE
    )
    assert said.occurred_at == datetime(2026, 3, 3, 11, 0, tzinfo=UTC)


def test_a_melde_id_is_read_into_its_canonical_form_also_as_need_id():
    canonical = changed("ip.need.accepted")["data"]["continues"]["meldeId"]
    for continues in ({"meldeId": canonical.lower()}, {"needId": canonical}):
        event = events.check(
            changed("ip.need.accepted", ("data.continues", continues)), now=NOW, people=PEOPLE
        )
        assert event.data.continues.target == ("melde", canonical)


@pytest.mark.parametrize(
    ("type_", "continues", "target"),
    [
        ("ip.need.accepted", {"needId": "b75895c2-f4fd"}, ("need", "b75895c2-f4fd")),
        ("ip.coordinator.ended", {"assignmentId": "a-1"}, ("assignment", "a-1")),
        ("ip.plan.closed", {"planId": "p-1"}, ("plan", "p-1")),
        ("ip.plan.closed", {"planIdentifier": {"system": "urn:x:y", "value": "7"}},
         ("plan-identifier", ("urn:x:y", "7"))),
    ],
)  # fmt: skip
def test_what_is_continued_says_its_kind(type_: str, continues: dict[str, Any], target: Any):
    event = events.check(changed(type_, ("data.continues", continues)), now=NOW, people=PEOPLE)
    assert event.data.continues.target == target


def made(type_: str, data: dict[str, Any], **changes: Any):
    given = {"source": "urn:her:5079", "id_": "m-1-E58", "time": NOW, "origin": "received", "evidence": "m-1"}
    return events.make(type_=type_, data=data, now=NOW, people=PEOPLE, **(given | changes))


INTERNAL = [
    ("ip.dialogue.received", {"messageId": "m-1", "from": {"herId": "5079", "name": "Saksbehandling"},
                              "reason": "no thread"}),
    ("ip.message.faulted", {"messageId": "m-1", "from": {"herId": "5079", "name": "Saksbehandling"},
                            "reason": "fault"}),
    ("ip.receipt.positive", {"messageId": "m-1", "status": "ok"}),
    ("ip.receipt.negative", {"messageId": "m-1", "status": "rejected", "errors": [{"code": "E21", "text": "?"}]}),
    ("ip.receipt.missing", {"messageId": "m-1", "status": "missing", "errors": []}),
    ("ip.receipt.late", {"messageId": "m-1", "status": "ok"}),
    ("ip.deadline.breached", {"kind": "receipt", "due": "2027-06-01T10:00:00Z", "subject": "message/m-1"}),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "data"), INTERNAL)
def test_the_adapter_makes_its_own_events_by_the_same_checks(type_: str, data: dict[str, Any]):
    event = made(type_, data)
    assert (event.origin, event.evidence, event.time) == ("received", "m-1", NOW)
    with pytest.raises(Faults):
        made(type_, data | {"surprise": 1})


def test_a_clock_posts_as_the_adapter_itself():
    event = made(*INTERNAL[-1], source="urn:adapter", origin="clock", evidence=None)
    assert event.source == "urn:adapter"
    assert event.origin == "clock"


def test_an_event_from_a_message_may_name_the_party_alone_and_what_consent_was_printed():
    data = changed(NEED)["data"]
    data["author"] = {"kind": "municipality", "organisation": {"name": "Alvdal kommune"}}
    data["consent"] = {"status": "given", "scopes": ["coordinator"]}
    assert made(NEED, data).data.author.name is None
    with pytest.raises(Faults) as caught:
        made(NEED, data | {"author": {"kind": "municipality"}})
    assert [fault.path for fault in caught.value.faults] == ["$.data.author.name"]
