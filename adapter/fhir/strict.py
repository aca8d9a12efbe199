"""JSON of FHIR from outside, read strictly: one object, each name once, nothing that JSON cannot hold, not too deep. R4 json.html; RFC 8259 § 4."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any, Final, NoReturn

import orjson

from adapter.errors import FhirError

DEPTH: Final = 64
"""Levels of nesting that are read."""
VALUES: Final = 250_000
"""Values (elements, items of lists) of one document: some 1,000 plans. Each takes longer to judge than to send."""


def read(data: bytes) -> dict[str, Any]:
    """Return the object. Raises FhirError IPK-F031 for anything else; nothing of it is quoted."""
    found = read_any(data)
    if not isinstance(found, dict):
        raise FhirError("IPK-F031")
    return found


def read_any(data: bytes) -> Any:
    """Return the JSON value, whatever it is. Raises FhirError IPK-F031."""
    try:
        found = json.loads(
            data.decode(), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite
        )
    except (ValueError, RecursionError):
        raise FhirError("IPK-F031") from None
    shallow([found])
    _writable(found)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FhirError("IPK-F031", hint="duplicate name")
    return found


def _no_number(_name: str) -> NoReturn:
    raise FhirError("IPK-F031", hint="number")


def _finite(text: str) -> float:
    found = float(text)
    if not isfinite(found):
        raise FhirError("IPK-F031", hint="number")
    return found


def _writable(value: Any) -> None:
    """Refuse what cannot be written again: half a surrogate pair (RFC 8259 § 8.2), a whole number of more than 64 bits."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise FhirError("IPK-F031", hint="text, number") from None


def shallow(value: Any) -> None:
    """Refuse what is nested too deep, since all else walks it by recursion, or holds too much. Raises FhirError IPK-F031, F012."""
    level, values = [value], 0
    for _ in range(DEPTH):
        inner = [one for each in level for one in (each.values() if isinstance(each, dict) else each)]
        values += len(inner)
        if values > VALUES:
            raise FhirError("IPK-F012", hint=f"{VALUES} values")
        level = [one for one in inner if isinstance(one, dict | list)]
        if not level:
            return
    raise FhirError("IPK-F031", hint="depth")
