"""CloudEvents over HTTP in their three modes: structured, batch and binary. CloudEvents 1.0.2, HTTP binding § 3."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

import orjson

from adapter.errors import EventError, Fault, Faults
from adapter.events import repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
BATCH_LIMIT: Final = 1000

_PREFIX: Final = "ce-"
_JSON: Final = re.compile(r"application/(json|[a-z0-9.-]+\+json)")
_CHARSET: Final = re.compile(r"""charset\s*=\s*"?([^\s";]+)""", re.IGNORECASE)
_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii"})
_QUOTED_PAIR: Final = re.compile(r"\\(.)")
_ATTRIBUTE: Final = re.compile(r"[a-z0-9]{1,40}")
Doubled = tuple[Fault, ...]
"""Faults of fields that stand twice."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a request brought: one event, or a batch; an item that is no event at all, or says something twice, is its faults."""

    batch: bool
    items: tuple[Mapping[str, Any] | Faults, ...]


def read(content_type: str, headers: Mapping[str, str], body: bytes) -> Parsed:
    """Return the events of a request, unchecked. `headers` in any case of letters.

    Raises EventError: E002 media type, E001 not JSON, E007 JSON of the wrong form, E019 more than 1,000 events.
    """
    media, _, parameters = content_type.partition(";")
    media = media.strip().lower()
    charset = _CHARSET.search(parameters)
    if charset and charset[1].lower() not in _UTF8:
        raise EventError("IPK-E002")
    reader = _MODES.get(media)
    if reader:
        content = _json(body)
        return reader(content, repeated.faults(body, content))
    attributes = _attributes(headers)
    if not attributes or not _JSON.fullmatch(media):
        raise EventError("IPK-E002")
    return Parsed(batch=False, items=(_binary(attributes, media, body),))


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise EventError("IPK-E001") from None


def _structured(content: Any, doubled: Doubled) -> Parsed:
    if not isinstance(content, dict):
        raise EventError("IPK-E007")
    return Parsed(batch=False, items=(Faults(doubled) if doubled else content,))


def _batch(content: Any, doubled: Doubled) -> Parsed:
    if not isinstance(content, list):
        raise EventError("IPK-E007")
    if len(content) > BATCH_LIMIT:
        raise EventError("IPK-E019")
    if doubled:
        content = [_sound(item, f"$[{number}]", doubled) for number, item in enumerate(content)]
    return Parsed(batch=True, items=tuple(_item(item) for item in content))


def _sound(item: Any, root: str, doubled: Doubled) -> Any:
    """Return an item of a batch, or its faults, with their places from its own root."""
    own = tuple(
        replace(f, path="$" + f.path[len(root) :])
        for f in doubled
        if f.path.startswith(root) or f.path == "$"
    )
    return Faults(own) if own else item


def _item(item: Any) -> Mapping[str, Any] | Faults:
    return (
        item if isinstance(item, dict | Faults) else Faults((Fault(code="IPK-E007", rule="event-envelope"),))
    )


_MODES: Final[Mapping[str, Callable[[Any, Doubled], Parsed]]] = {STRUCTURED: _structured, BATCH: _batch}


def _attributes(headers: Mapping[str, str]) -> dict[str, str]:
    lowered = ((name.lower(), value) for name, value in headers.items())
    return {name.removeprefix(_PREFIX): value for name, value in lowered if name.startswith(_PREFIX)}


def _binary(attributes: Mapping[str, str], media: str, body: bytes) -> Mapping[str, Any] | Faults:
    """Return the event of `ce-` headers and body. Content-Type is its datacontenttype; an empty body is no data."""
    event: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in attributes.items():
        try:
            event[name] = decode(value)
        except UnicodeDecodeError:
            path = f"$.{name}" if _ATTRIBUTE.fullmatch(name) else "$"
            faults.append(Fault(code="IPK-E007", path=path, rule="event-envelope"))
    event.pop("data", None)
    event["datacontenttype"] = media
    if body:
        event["data"] = data = _json(body)
        faults += (replace(f, path=f"$.data{f.path[1:]}") for f in repeated.faults(body, data))
    return Faults(tuple(faults)) if faults else event


def decode(value: str) -> str:
    """Return a header's value: quotes taken off, then percent-decoded once as UTF-8. HTTP binding § 3.1.3.2.

    Raises UnicodeDecodeError where the bytes are not UTF-8.
    """
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _QUOTED_PAIR.sub(r"\1", value[1:-1])
    try:
        # WSGI gives the bytes of a header as Latin-1; who did not percent-encode sent UTF-8 all the same.
        raw = value.encode("latin-1")
    except UnicodeEncodeError:
        raw = value.encode("utf-8", "surrogatepass")
    return unquote_to_bytes(raw).decode("utf-8")
