"""The forms of R4's primitive types, as rows. R4 datatypes.html#primitive.

fhir.resources takes "true" for a boolean, "2" for an integer, blanks for text, ids and codes of any length, a code with blanks
at its ends, a URI with blanks, and any text for base64; and refuses a second 60, which R4 allows.
"""

from __future__ import annotations

import re
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any, Final

_MOST: Final = 2_147_483_647
_LONGEST: Final = 1024 * 1024
"""Characters of a string."""
_YEAR: Final = r"(?!0000)[0-9]{4}"
_DATE: Final = rf"(?P<y>{_YEAR})(?:-(?P<m>0[1-9]|1[0-2])(?:-(?P<d>0[1-9]|[12][0-9]|3[01]))?)?"
_DAY: Final = rf"(?P<y>{_YEAR})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12][0-9]|3[01])"
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATES: Final = re.compile(_DATE)
_INSTANT: Final = re.compile(rf"{_DAY}T{_CLOCK}{_ZONE}")
_TIME: Final = re.compile(_CLOCK)
_CODE: Final = re.compile(r"[^\s]+(?:[ ][^\s]+)*")
_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_URI: Final = re.compile(r"\S+")
_OID: Final = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+")
_UUID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BLANK: Final = re.compile(r"\s+")


def _boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _whole(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= _MOST


def _decimal(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _string(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and not _CONTROL.search(value)


def _like(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _uri(value: Any) -> bool:
    if not isinstance(value, str) or not _URI.fullmatch(value):
        return False
    # An oid or uuid that is none names nothing; R4 asks for lower case.
    if value.startswith("urn:oid:"):
        return _OID.fullmatch(value) is not None
    return not value.lower().startswith("urn:uuid:") or _UUID.fullmatch(value) is not None


def _calendar(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    """Return the check that a date has this form and stands in a calendar."""

    def fits(value: Any) -> bool:
        found = pattern.fullmatch(value) if isinstance(value, str) else None
        return found is not None and _exists(found["y"], found["m"], found["d"])

    return fits


def _exists(year: str, month: str | None, day: str | None) -> bool:
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return False
    return True


def _date_time(value: Any) -> bool:
    return _instant(value) if isinstance(value, str) and "T" in value else _some_date(value)


def _base64(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        a2b_base64(_BLANK.sub("", value), strict_mode=True)
    except (NotBase64, ValueError):
        return False
    return True


_instant: Final = _calendar(_INSTANT)
_some_date: Final = _calendar(_DATES)

PRIMITIVES: Final[Mapping[str, tuple[type | tuple[type, ...], Callable[[Any], bool]]]] = {
    "boolean": (bool, _boolean),
    "integer": (int, _whole(-_MOST - 1)),
    "unsignedInt": (int, _whole(0)),
    "positiveInt": (int, _whole(1)),
    "decimal": ((int, float), _decimal),
    "string": (str, _string),
    "markdown": (str, _string),
    "xhtml": (str, _string),
    "code": (str, _like(_CODE)),
    "id": (str, _like(_ID)),
    "uri": (str, _uri),
    "url": (str, _uri),
    "canonical": (str, _uri),
    "oid": (str, _like(_OID)),
    "uuid": (str, _like(_UUID)),
    "date": (str, _some_date),
    "dateTime": (str, _date_time),
    "instant": (str, _instant),
    "time": (str, _like(_TIME)),
    "base64Binary": (str, _base64),
}
"""Type → (what JSON has, whether a value has its form)."""
_JSON: Final[Mapping[str, str]] = {
    "boolean": "true or false", "integer": "number", "unsignedInt": "number", "positiveInt": "number", "decimal": "number"
}  # fmt: skip


def fault(type_: str, value: Any) -> tuple[str, str]:
    """Return (rule, hint) of what is wrong with a value of a primitive type, both empty where nothing is."""
    kinds, fits = PRIMITIVES[type_]
    if fits(value):
        return "", ""
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        return "structure", _JSON.get(type_, "text")
    return "form", type_
