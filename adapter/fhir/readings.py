"""What a resource's elements say to a search: tokens, references, texts, intervals, quantities. R4 search.html#ptypes.

The index writes these down, the matcher compares them: one reading for both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from adapter.fhir import values
from adapter.fhir.params import Param
from adapter.fhir.urls import PERSON_SYSTEMS
from adapter.fhir.values import Interval

Resource = Mapping[str, Any]

_NAME: Final = ("text", "family", "given", "prefix", "suffix")
_ADDRESS: Final = ("text", "line", "city", "district", "state", "postalCode", "country")
_PARTS: Final = tuple(dict.fromkeys((*_NAME, *_ADDRESS)))
_SOUNDS: Final = {
    **dict.fromkeys("bfpvw", "1"), **dict.fromkeys("cgjkqsxz", "2"), **dict.fromkeys("dt", "3"),
    "l": "4", **dict.fromkeys("mn", "5"), "r": "6",
}  # fmt: skip
_LETTERS: Final = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ł": "l", "ß": "ss"})


class Quantity(NamedTuple):
    """One quantity: its value, and by what it is measured."""

    value: Decimal
    system: str = ""
    code: str = ""
    unit: str = ""


def found(resource: Resource, param: Param) -> Iterator[Any]:
    """Yield what the parameter's elements hold: primitives and objects, lists taken apart."""
    for path in param.paths:
        yield from at(resource, path.split(".") if path else ())


def at(node: Any, path: Sequence[str]) -> Iterator[Any]:
    """Yield what lies at a path below a node."""
    if isinstance(node, list):
        for one in node:
            yield from at(one, path)
    elif not path:
        yield node
    elif isinstance(node, dict) and (inner := node.get(path[0])) is not None:
        yield from at(inner, path[1:])


def tokens(value: Any, param: Param) -> Sequence[tuple[str, str]]:
    """Return (system or empty, code) of a coding, concept, identifier, contact point, code or boolean.

    A person's number is left out: it is held in one place only, as a keyed hash. R4 search.html#token.
    """
    if isinstance(value, str):
        return (("", "true" if param.name == "deceased" else value),)
    if isinstance(value, bool):
        return (("", "true" if value else "false"),)
    if not isinstance(value, dict):
        return ()
    if "coding" in value:
        return [(coding.get("system", ""), coding.get("code", "")) for coding in value["coding"]]
    if "value" in value:
        system = value.get("system", "")
        kept = system not in PERSON_SYSTEMS and (not param.only or system == param.only)
        return (("" if system in _CONTACT else system, value["value"]),) if kept else ()
    return ((value.get("system", ""), value["code"]),) if "code" in value else ()


_CONTACT: Final = frozenset({"phone", "fax", "email", "pager", "url", "sms", "other"})
"""Kinds of contact points, which R4 does not count as the system of a token."""


def texts_of(value: Any) -> Iterator[str]:
    """Yield what a token is called: a concept's text, displays, the text of an identifier's type. R4, `:text`."""
    if isinstance(value, dict):
        for name in ("text", "display"):
            if isinstance(one := value.get(name), str):
                yield one
        for coding in value.get("coding", ()):
            yield from texts_of(coding)
        if "type" in value:
            yield from texts_of(value["type"])


def references(value: Any, param: Param) -> tuple[str, ...]:
    """Return a reference as it stands, without its version; a canonical also without its business version."""
    if type(value) is dict:
        target = value.get("reference")
        if type(target) is not str:
            return ()
        if "/_history/" in target:
            target = target.partition("/_history/")[0]
        if param.only and not f"/{target}".rpartition("/")[0].endswith(f"/{param.only}"):
            return ()
        return (target,)
    if isinstance(value, str):
        return (value, value.partition("|")[0]) if "|" in value else (value,)
    return ()


def identifiers(value: Any, param: Param) -> Iterator[tuple[str, str]]:
    """Yield (system or empty, value) of a reference's identifier, a person's number excepted. R4, `:identifier`."""
    held = value.get("identifier") if isinstance(value, dict) else None
    if param.only and not references(value, param):
        return
    if isinstance(held, dict) and held.get("system") not in PERSON_SYSTEMS and "value" in held:
        yield held.get("system", ""), held["value"]


def strings(value: Any) -> Iterator[str]:
    """Yield a text, or the parts of a name or address."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name in _PARTS:
            inner = value.get(name)
            if isinstance(inner, str):
                yield inner
            elif isinstance(inner, list):
                yield from (one for one in inner if isinstance(one, str))


def uris(value: Any) -> Iterator[str]:
    """Yield an address; of one with a business version (`|`) also that without."""
    if isinstance(value, str):
        yield value
        if "|" in value:
            yield value.partition("|")[0]


@lru_cache(maxsize=8192)
def normal(text: str) -> str:
    """Return a text without capitals, accents and repeated blanks. R4 search.html#string."""
    if not text.isascii():
        parted = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
        text = "".join(char for char in parted if not unicodedata.combining(char))
    return " ".join(text.casefold().split())


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """Return how a word sounds: its first letter and three digits (Soundex), empty for none."""
    letters = [char for char in normal(word) if char.isascii() and char.isalpha()]
    if not letters:
        return ""
    digits, before = [], _SOUNDS.get(letters[0], "")
    for char in letters[1:]:
        digit = _SOUNDS.get(char, "")
        if digit and digit != before:
            digits.append(digit)
        if char not in "hw":
            before = digit
    return letters[0] + "".join(digits)[:3].ljust(3, "0")


def intervals(value: Any) -> Iterator[Interval]:
    """Yield [start, end) of a date, instant, period or timing; what cannot be read is passed over."""
    try:
        if isinstance(value, str):
            yield values.stored(value)
        elif isinstance(value, dict) and ("start" in value or "end" in value):
            yield values.period(dict(value))
        elif isinstance(value, dict):
            yield from _timing(value)
    except (ValueError, OverflowError):
        return


def _timing(value: Resource) -> Iterator[Interval]:
    """Yield the outer limits of a Timing: of its events, else of its bounds."""
    events = [values.stored(one) for one in value.get("event", ()) if isinstance(one, str)]
    bounds = value.get("repeat", {}).get("boundsPeriod")
    if events:
        yield min(start for start, _ in events), max(end for _, end in events)
    elif isinstance(bounds, Mapping):
        yield values.period(dict(bounds))


def quantities(value: Any) -> Iterator[Quantity]:
    """Yield a quantity that has a value."""
    if isinstance(value, dict) and isinstance(number := value.get("value"), int | float):
        yield Quantity(
            Decimal(str(number)), value.get("system", ""), value.get("code", ""), value.get("unit", "")
        )
