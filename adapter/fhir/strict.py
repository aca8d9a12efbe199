"""JSON of FHIR from outside, read strictly: one object, each name once, no NaN, not too deep. R4 json.html; RFC 8259 § 4."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from adapter.errors import FhirError

DEPTH: Final = 64
"""Levels of nesting that are read."""


def read(data: bytes) -> dict[str, Any]:
    """Return the object. Raises FhirError IPK-F031 for anything else; nothing of it is quoted."""
    found = read_any(data)
    if not isinstance(found, dict):
        raise FhirError("IPK-F031")
    return found


def read_any(data: bytes) -> Any:
    """Return the JSON value, whatever it is. Raises FhirError IPK-F031."""
    try:
        found = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise FhirError("IPK-F031") from None
    _shallow(found)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FhirError("IPK-F031", hint="duplicate name")
    return found


def _no_number(_name: str) -> NoReturn:
    raise FhirError("IPK-F031", hint="number")


def _shallow(value: Any) -> None:
    """Refuse what is nested too deep: all else walks it by recursion."""
    level = [value]
    for _ in range(DEPTH):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise FhirError("IPK-F031", hint="depth")
