"""Fields that stand twice in one JSON object: readers differ in which one they keep, so nothing is. RFC 8259 § 4.

Each member of an object has one colon outside strings. What was decoded is written again and the colons counted: as many
as came means that nothing was dropped. Only where the numbers differ, or an escape may hide a colon, is looked closely.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import orjson

from adapter.errors import Fault
from adapter.events.faults import join

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE: Final = "IPK-E030"
_ESCAPED: Final = b"\\u003"
"""How a colon in a string may be written without one."""


class _Members(list[tuple[str, Any]]):
    """An object as it was written: its members in order, repeated ones too."""


def faults(body: bytes, content: object) -> tuple[Fault, ...]:
    """Return a fault for each field of `body` that stands twice; `content` is what it was decoded to."""
    return tuple(Fault(code=CODE, path=path, rule="event-envelope") for path in paths(body, content))


def paths(body: bytes, content: object) -> tuple[str, ...]:
    """Return the JSONPath of each field that stands twice, once each."""
    return () if _is_whole(body, content) else tuple(dict.fromkeys(_walk(_members(body))))


def _is_whole(body: bytes, content: object) -> bool:
    if _ESCAPED in body:
        return False
    try:
        return body.count(b":") == orjson.dumps(content).count(b":")
    except TypeError:  # too deep to be written
        return False


def _members(body: bytes) -> Any:
    try:
        # Numbers are of no interest, and a long one takes long to read.
        return json.loads(body, object_pairs_hook=_Members, parse_int=len, parse_float=len)
    except RecursionError:  # deeper than any event; that it is refused is what counts
        return _Members([("", None), ("", None)])


def _walk(value: Any) -> Iterator[str]:
    stack: list[tuple[Any, str]] = [(value, "$")]
    while stack:
        item, place = stack.pop()
        if isinstance(item, _Members):
            seen: set[str] = set()
            for name, inner in item:
                if name in seen:
                    yield join(place, name)
                seen.add(name)
                stack.append((inner, join(place, name)))
        elif isinstance(item, list):
            stack.extend((inner, f"{place}[{index}]") for index, inner in enumerate(item))
