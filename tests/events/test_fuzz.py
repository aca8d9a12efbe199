"""Whatever comes in, what comes out is an event or an error of ours."""

from __future__ import annotations

import contextlib
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter import events
from adapter.errors import AdapterError, Faults
from adapter.events import cloudevents
from tests.events.samples import NOW, PEOPLE, changed

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2026-03-04") | st.binary()
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
MEDIA = st.sampled_from(["application/json", cloudevents.STRUCTURED, cloudevents.BATCH]) | st.text()
HEADERS = st.dictionaries(st.text() | st.sampled_from(["ce-id", "CE-Type", "ce-"]), st.text(), max_size=4)


def try_check(envelope: Any) -> None:
    with contextlib.suppress(Faults):
        events.check(envelope, now=NOW, people=PEOPLE)


@given(MEDIA, HEADERS, st.binary() | JSON.map(lambda value: orjson.dumps(repr(value))))
def test_reading_any_request_raises_nothing_but_errors_of_ours(
    media: str, headers: dict[str, str], body: bytes
):
    with contextlib.suppress(AdapterError):
        for item in cloudevents.read(media, headers, body).items:
            if not isinstance(item, Faults):
                try_check(item)


@given(JSON)
def test_checking_anything_raises_nothing_but_faults(value: Any):
    try_check(value)


@settings(max_examples=300)
@given(st.sampled_from(events.POSTED), st.data())
def test_anything_in_any_field_raises_nothing_but_faults(type_: str, data: st.DataObject):
    envelope = changed(type_)
    holder, name = envelope, "data"
    while isinstance(holder[name], dict | list) and holder[name] and data.draw(st.booleans()):
        holder = holder[name]
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        name = data.draw(st.sampled_from(keys))
    holder[name] = data.draw(JSON)
    try_check(envelope)


def test_deep_and_endless_json_is_a_fault():
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    envelope = changed("ip.need.identified")
    envelope["data"]["note"] = deep
    try_check(envelope)
    try_check(envelope | {"extension": deep})


def test_what_has_no_unicode_is_a_fault():
    try_check(changed("ip.need.identified", ("data.note", "\ud800")))
    try_check(changed("ip.need.identified", ("extension", "\ud800"), ("id", "\udfff")))
