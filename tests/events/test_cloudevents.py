"""The three modes of CloudEvents over HTTP. CloudEvents 1.0.2, HTTP binding § 3."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from adapter import events
from adapter.errors import EventError, Faults
from adapter.events import cloudevents
from tests.events.samples import NEED, NOW, PEOPLE, changed

STRUCTURED = "application/cloudevents+json; charset=utf-8"
BATCH = "application/cloudevents-batch+json"


def binary(envelope: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    headers = {
        f"ce-{name}": value for name, value in envelope.items() if name not in {"data", "datacontenttype"}
    }
    return headers, orjson.dumps(envelope["data"])


def test_a_structured_event_is_the_body():
    envelope = changed(NEED)
    parsed = cloudevents.read(STRUCTURED, {}, orjson.dumps(envelope))
    assert (parsed.batch, parsed.items) == (False, (envelope,))


def test_a_binary_event_is_its_headers_and_body():
    envelope = changed(NEED)
    headers, body = binary(envelope)
    parsed = cloudevents.read(
        "application/json", {name.upper(): value for name, value in headers.items()}, body
    )
    assert (parsed.batch, parsed.items) == (False, (envelope,))


def test_the_same_event_in_all_modes_has_the_same_content():
    envelope = changed(NEED)
    headers, body = binary(envelope)
    items = (
        *cloudevents.read(STRUCTURED, {}, orjson.dumps(envelope)).items,
        *cloudevents.read(BATCH, {}, orjson.dumps([envelope])).items,
        *cloudevents.read("application/json; charset=UTF-8", headers, body).items,
    )
    digests = {
        events.check(item, now=NOW, people=PEOPLE).digest for item in items if not isinstance(item, Faults)
    }
    assert len(items) == 3
    assert len(digests) == 1


def test_a_batch_keeps_its_order_and_an_item_that_is_none_is_its_faults():
    first, second = changed(NEED, ("id", "a")), changed(NEED, ("id", "b"))
    parsed = cloudevents.read(BATCH, {}, orjson.dumps([first, 17, second]))
    assert parsed.batch
    assert (parsed.items[0], parsed.items[2]) == (first, second)
    broken = parsed.items[1]
    assert isinstance(broken, Faults)
    assert [(fault.code, fault.path) for fault in broken.faults] == [("IPK-E007", "$")]


def test_a_batch_may_be_empty():
    assert cloudevents.read(BATCH, {}, b"[]").items == ()


def test_a_thousand_events_fit_and_one_more_does_not():
    assert len(cloudevents.read(BATCH, {}, orjson.dumps([{}] * 1000)).items) == 1000
    with pytest.raises(EventError, match="IPK-E019"):
        cloudevents.read(BATCH, {}, orjson.dumps([{}] * 1001))


@pytest.mark.parametrize(
    ("content_type", "headers", "body", "code"),
    [
        ("", {}, b"{}", "IPK-E002"),
        ("text/plain", {}, b"{}", "IPK-E002"),
        ("application/json", {}, b"{}", "IPK-E002"),
        ("application/xml", {"ce-id": "1"}, b"<a/>", "IPK-E002"),
        ("application/cloudevents+avro", {}, b"", "IPK-E002"),
        ("application/cloudevents+json; charset=iso-8859-1", {}, b"{}", "IPK-E002"),
        (STRUCTURED, {}, b"", "IPK-E001"),
        (STRUCTURED, {}, b"{", "IPK-E001"),
        (STRUCTURED, {}, b"\xff", "IPK-E001"),
        (STRUCTURED, {}, b'{"a": NaN}', "IPK-E001"),
        (STRUCTURED, {}, b"[" * 100_000, "IPK-E001"),
        (STRUCTURED, {}, b"[]", "IPK-E007"),
        (BATCH, {}, b"{}", "IPK-E007"),
        ("application/json", {"ce-id": "1"}, b"{", "IPK-E001"),
    ],
)
def test_what_cannot_be_read_is_refused_by_code(
    content_type: str, headers: dict[str, str], body: bytes, code: str
):
    with pytest.raises(EventError) as caught:
        cloudevents.read(content_type, headers, body)
    assert caught.value.code == code
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("plain", "plain"),
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
        ('"quoted \\"inside\\""', 'quoted "inside"'),
        ("100%25", "100%"),
        ("%2525", "%25"),
        ("50% off", "50% off"),
        ("Ã¸", "ø"),  # UTF-8 not encoded, as WSGI shows it
    ],
)
def test_a_header_is_unquoted_and_percent_decoded_once(header: str, value: str):
    assert cloudevents.decode(header) == value


@pytest.mark.parametrize("header", ["%FF", "%C0%A0", "\xff", "\ud800"])
def test_a_header_that_is_no_utf8_is_a_fault_at_its_attribute(header: str):
    (item,) = cloudevents.read("application/json", {"ce-id": header, "ce-specversion": "1.0"}, b"{}").items
    assert isinstance(item, Faults)
    assert [(fault.code, fault.path) for fault in item.faults] == [("IPK-E007", "$.id")]


def test_binary_without_body_or_version_is_told_as_missing_fields():
    (item,) = cloudevents.read("application/json", {"ce-id": "1", "ce-data": "x"}, b"").items
    with pytest.raises(Faults) as caught:
        events.check(item, now=NOW, people=PEOPLE)
    assert {("IPK-E005", "$.specversion"), ("IPK-E005", "$.data")} <= {
        (fault.code, fault.path) for fault in caught.value.faults
    }
