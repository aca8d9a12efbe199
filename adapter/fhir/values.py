"""Search values: escapes, tokens, references, dates with their precision. R4 search.html#escaping, #token, #date."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Final

from adapter.errors import FhirError
from adapter.fhir.query import OPEN_END, OPEN_START
from adapter.timing import OSLO

PREFIXES: Final = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
Interval = tuple[int, int]
Token = tuple[str | None, str | None]

_DATE: Final = re.compile(
    r"(?P<y>\d{4})(?:-(?P<m>\d\d)(?:-(?P<d>\d\d)(?:T(?P<h>\d\d):(?P<i>\d\d)(?::(?P<s>\d\d)(?:\.(?P<f>\d{1,9}))?)?"
    r"(?P<z>Z|[+ -]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICRO: Final = timedelta(microseconds=1)
_NEAR: Final = 10
"""`ap` takes in a tenth of the time between now and what is asked for. R4 search.html#prefix."""
_LENGTH: Final = {"s": 1_000_000, "i": 60_000_000}
_NUMBER: Final = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def bad(name: str) -> FhirError:
    """Return the error for a value that cannot be read; the place is the parameter's name."""
    return FhirError("IPK-F005", at=name)


def split(text: str, mark: str) -> list[str]:
    r"""Return the parts of a value between unescaped marks, still escaped. `\,` `\|` `\$` `\\` are escapes."""
    if "\\" not in text:
        return text.split(mark)
    return _parts(text, mark)


def _parts(text: str, mark: str) -> list[str]:
    found, start, place = [], 0, 0
    while place < len(text):
        if text[place] == "\\":
            place += 2
            continue
        if text[place] == mark:
            found.append(text[start:place])
            start = place + 1
        place += 1
    return [*found, text[start:]]


def plain(text: str) -> str:
    """Return a value without its escapes."""
    return re.sub(r"\\([\\,|$])", r"\1", text) if "\\" in text else text


def alternatives(name: str, text: str) -> list[str]:
    """Return the values between commas. Raises IPK-F005 when one is empty, or holds NUL, which PostgreSQL does not take."""
    found = split(text, ",")
    if "\0" in text or not all(part.strip() for part in found):
        raise bad(name)
    return found


def token(name: str, text: str) -> Token:
    """Return (system, code): None is any, an empty system is none. Raises IPK-F005."""
    head, *rest = (plain(part) for part in split(text, "|"))
    if len(rest) > 1 or not (head or any(rest)) or "\0" in text:
        raise bad(name)
    return (None, head) if not rest else (head, rest[0] or None)


def code(name: str, text: str, system: str = "") -> str | None:
    """Return the code of a token whose system is known from the element (status): none of another system's, "" of any.

    Raises IPK-F005.
    """
    said, found = token(name, text)
    return None if said and system and said != system else found or ""


def reference(name: str, text: str, *, type_: str = "Patient") -> str:
    """Return `Type/id` of an id, a relative or an absolute reference. Raises IPK-F005."""
    parts = plain(text).rsplit("/", 2)
    id_, kind = parts[-1], parts[-2] if len(parts) > 1 else type_
    if not _ID.fullmatch(id_) or not kind.isalpha():
        raise bad(name)
    return f"{kind}/{id_}"


def is_id(text: str) -> bool:
    """Return whether a text can be a resource id."""
    return _ID.fullmatch(text) is not None


def id_(name: str, text: str) -> str:
    """Return a resource id. Raises IPK-F005."""
    if not _ID.fullmatch(text):
        raise bad(name)
    return text


def prefixed(name: str, text: str) -> tuple[str, Interval]:
    """Return (prefix, interval) of a date value; no prefix is eq. Raises IPK-F005."""
    prefix, rest = (text[:2], text[2:]) if text[:2].isalpha() else ("eq", text)
    if prefix not in PREFIXES:
        raise bad(name)
    try:
        return prefix, interval(rest)
    except ValueError:
        raise bad(name) from None


def instant(name: str, text: str) -> int:
    """Return the start, in microseconds, of an instant or date (`_since`). Raises IPK-F005."""
    try:
        return interval(text)[0]
    except ValueError:
        raise bad(name) from None


def near(span: Interval, now: int) -> Interval:
    """Return the interval that is about the same, seen from an instant."""
    reach = abs(now - (span[0] + span[1]) // 2) // _NEAR
    return span[0] - reach, span[1] + reach


def boolean(name: str, text: str) -> bool:
    """Return what `:missing` asks for. Raises IPK-F005."""
    if text not in {"true", "false"}:
        raise bad(name)
    return text == "true"


def number(name: str, text: str) -> tuple[str, Decimal, Decimal]:
    """Return (prefix, lowest, first above) of a number: as far as its digits leave it open. R4 search.html#number."""
    prefix, rest = (text[:2], text[2:]) if text[:2].isalpha() else ("eq", text)
    if prefix not in PREFIXES or not _NUMBER.fullmatch(rest):
        raise bad(name)
    value = Decimal(rest)
    half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
    reach = abs(value) / _NEAR if prefix == "ap" else half
    return prefix, value - reach, value + reach


def interval(text: str) -> Interval:
    """Return [start, end) in microseconds of a date, partial date or instant; without zone it is Norway's.

    Raises ValueError when it is none.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError
    given = found.groupdict()
    try:
        return _span(given)
    except OverflowError:  # the last day that the calendar has, or the first
        raise ValueError from None


def _span(given: dict[str, str | None]) -> Interval:
    start = _start(given)
    if given["f"]:
        return start, start + 10 ** max(0, 6 - len(given["f"]))
    fixed = next((size for unit, size in _LENGTH.items() if given[unit]), None)
    return (start, start + fixed) if fixed else (start, _next(given))


def _start(given: dict[str, str | None]) -> int:
    fraction = (given["f"] or "0")[:6].ljust(6, "0")
    moment = datetime(
        int(given["y"] or 0),
        int(given["m"] or 1),
        int(given["d"] or 1),
        int(given["h"] or 0),
        int(given["i"] or 0),
        int(given["s"] or 0),
        int(fraction),
        tzinfo=_zone(given["z"]),
    )
    return micros(moment)


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return OSLO
    # A plus that came undecoded through a form is a blank.
    return datetime.fromisoformat(f"2000-01-01T00:00{text.replace(' ', '+')}").tzinfo


def _next(given: dict[str, str | None]) -> int:
    year, month, day = int(given["y"] or 0), given["m"], given["d"]
    if day:
        return micros(datetime(year, int(month or 1), int(day), tzinfo=OSLO) + timedelta(days=1))
    last = int(month) if month else 12
    after = (year + 1, 1) if last == 12 else (year, last + 1)  # noqa: PLR2004 (December)
    return micros(datetime(*after, 1, tzinfo=OSLO))


def micros(moment: datetime) -> int:
    """Return whole microseconds since 1970 UTC of an aware instant."""
    return (moment - _EPOCH) // _MICRO


def stored(text: str) -> Interval:
    """Return the interval of a dateTime of a resource, fast for instants in whole seconds with a zone."""
    if len(text) in {20, 25} and text[10] == "T":
        start = int(datetime.fromisoformat(text).timestamp()) * 1_000_000
        return start, start + 1_000_000
    return _day(text)


@lru_cache(maxsize=4096)
def _day(text: str) -> Interval:
    """Keep the intervals of dates: the zone's rules cost more than all else of an index, and days repeat."""
    return interval(text)


def period(found: dict[str, str]) -> Interval:
    """Return the interval of a Period; what it does not say is open."""
    start, end = found.get("start"), found.get("end")
    return stored(start)[0] if start else OPEN_START, stored(end)[1] if end else OPEN_END
