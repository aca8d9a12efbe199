"""A field that stands twice in one object is refused: which of the two was meant nobody knows. RFC 8259 § 4."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.errors import Faults
from adapter.events import cloudevents, repeated
from tests.events.samples import NEED, changed

BATCH = "application/cloudevents-batch+json"


def _twice(envelope: dict[str, Any], name: str) -> bytes:
    """Return the event as JSON with the first field of this name standing twice."""
    body = orjson.dumps(envelope)
    return body.replace(b'"%b":' % name.encode(), b'"%b":"x: y","%b":' % (name.encode(), name.encode()), 1)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (b'{"a":1,"b":{"a":2}}', ()),
        (b'[{"a":1},{"a":1}]', ()),
        (b'{"a":1,"a":2}', ("$.a",)),
        (b'{"a":1,"a":2,"a":3}', ("$.a",)),
        (b'{"a" : 1 , "a" :\n 2}', ("$.a",)),
        (b'{"a":{"b":[0,{"c":1,"c":1}]},"d":1,"d":1}', ("$.d", "$.a.b[1].c")),
        (b'{"a":1,"\\u0061":2}', ("$.a",)),
        (b'{"a":"\\u003a","a":2}', ("$.a",)),
        (b'{"b":"\\u003a\\u003A","c":"x:y"}', ()),
        (b'{"a":"::\\"a\\":","c":":"}', ()),
        (b'{"a":{"b":1},"a":{"c":1}}', ("$.a",)),
        (b'{"a":{"b":1,"b":2},"a":1}', ("$.a", "$.a.b")),
        (b'{"A person":1,"A person":2}', ("$",)),
    ],
)
def test_a_name_that_stands_twice_in_one_object_is_named_by_its_place(body: bytes, paths: tuple[str, ...]):
    assert set(repeated.paths(body, orjson.loads(body))) == set(paths)


class _Pairs(list):  # type: ignore[type-arg]
    """An object as the pairs it is written with."""


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(alphabet='a:"\\é\n', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(st.tuples(st.sampled_from("abc"), inner), max_size=4).map(_Pairs)
    ),
    max_leaves=12,
)


def _written(value: Any, *, plain: bool) -> str:
    if isinstance(value, _Pairs):
        return "{" + ",".join(f'"{k}": {_written(v, plain=plain)}' for k, v in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_written(v, plain=plain) for v in value) + "]"
    return json.dumps(value, ensure_ascii=plain)


def _repeats(value: Any) -> bool:
    if isinstance(value, _Pairs):
        names = [name for name, _ in value]
        return len(set(names)) < len(names) or any(_repeats(v) for _, v in value)
    return isinstance(value, list) and any(map(_repeats, value))


@given(_JSON, st.booleans())
def test_the_quick_look_and_the_careful_one_agree_with_what_was_written(value: Any, plain: bool):  # noqa: FBT001 (drawn)
    body = _written(value, plain=plain).encode()
    assert bool(repeated.paths(body, orjson.loads(body))) == _repeats(value)


def test_what_is_too_deep_or_too_long_a_number_to_look_at_ends_in_an_answer():
    deep = b'{"a":1,"a":' + b"[" * 900 + b"]" * 900 + b"}"
    assert repeated.paths(deep, orjson.loads(deep))
    long = b'{"a":1,"a":' + b"9" * 300 + b"}"
    assert repeated.paths(long, orjson.loads(long)) == ("$.a",)


def test_a_batch_too_deep_to_look_at_is_refused_whole():
    deep = b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}"
    items = cloudevents.read(BATCH, {}, b'[%b,{"b":1,"b":2}]' % deep).items
    assert all(isinstance(item, Faults) for item in items)


@pytest.mark.parametrize("name", ["id", "type", "data", "author", "identifier"])
def test_a_structured_event_with_a_field_twice_is_its_faults(name: str):
    (found,) = cloudevents.read(cloudevents.STRUCTURED, {}, _twice(changed(NEED), name)).items
    assert isinstance(found, Faults)
    assert {(f.code, f.path.rpartition(".")[2]) for f in found.faults} == {("IPK-E030", name)}


def test_a_binary_event_with_a_field_twice_is_its_faults():
    envelope = changed(NEED)
    headers = {f"ce-{name}": value for name, value in envelope.items() if isinstance(value, str)}
    body = b'{"consent":{},' + orjson.dumps(envelope["data"])[1:]
    (found,) = cloudevents.read("application/json", headers, body).items
    assert isinstance(found, Faults)
    assert [(f.code, f.path) for f in found.faults] == [("IPK-E030", "$.data.consent")]


def test_in_a_batch_only_the_event_with_a_field_twice_is_refused():
    first, second = changed(NEED, ("id", "a")), changed(NEED, ("id", "b"))
    body = b"[%b,%b,%b]" % (orjson.dumps(first), _twice(second, "author"), orjson.dumps(second))
    items = cloudevents.read(BATCH, {}, body).items
    assert (items[0], items[2]) == (first, second)
    assert isinstance(items[1], Faults)
    assert [f.path for f in items[1].faults] == ["$.data.author"]
