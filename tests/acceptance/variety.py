"""The example of an event told otherwise, as its schema allows: other codes, days and people, about what the case has.

A dice decides, so that a number tells a whole event.
"""

from __future__ import annotations

import copy
import functools
import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from adapter.events import catalogue, schemas

DAYS: Final = (-400, -30, -2, -1, 0, 0, 1, 2, 14, 60)
"""A day as told otherwise, from today."""
HOW_MANY: Final = (0, 0, 1, 2, 3, 5)
"""Things of an event that are told otherwise; often nothing."""
_LEFT: Final = frozenset(
    {"patient", "author", "department", "continues", "correlation", "legalBasis", "profession", "sector"}
)
"""Whom it is about, who says it and what it continues are the test's own business; what somebody is, is the same everywhere."""
_WORDS: Final[Mapping[str, tuple[Any, ...]]] = {
    "recipients": (["coordinating-unit"], ["coordinating-unit", "gp"], ["gp"], ["st-olavs-fmr"], None),
    "excluded": (["gp"], ["coordinating-unit"], ["st-olavs-fmr"], ["alvdal-saksbehandling"], None),
    "code": ("3428", "9901", "9902", "9903", "9904"),
    "key": (
        "alvdal-saksbehandling",
        "storvik-nord",
        "gammeldal-saksbehandling",
        "st-olavs-fmr",
        "st-olavs-ke",
    ),
}
"""Name of a field → words of the address book that may stand there."""

Told = tuple[dict[str, Any], str, tuple[Any, ...]]
"""Where it stands, its name, and what else may stand there; None: nothing."""


def otherwise(type_: str, data: dict[str, Any], *, dice: random.Random, today: date) -> None:
    """Tell some things of an example otherwise, in place."""
    schema = schemas.schema(type_)
    listed = list(_told(schema["properties"]["data"], data, schema["$defs"], today))
    for holder, name, choices in dice.sample(listed, k=min(len(listed), dice.choice(HOW_MANY))):
        value = copy.deepcopy(dice.choice(choices))
        if value is None:
            holder.pop(name, None)
        else:
            holder[name] = value


def _told(
    schema: Mapping[str, Any], data: dict[str, Any], parts: Mapping[str, Any], today: date
) -> Iterator[Told]:
    for name, field in schema["properties"].items():
        kind = _of(field, parts)
        if name in _LEFT:
            continue
        choices = _WORDS.get(name) or _choices(kind, today)
        if choices:
            may_lack = name not in schema.get("required", ())
            yield data, name, (*choices, None) if may_lack else choices
        elif isinstance(data.get(name), dict) and "properties" in kind:
            yield from _told(kind, data[name], parts, today)
        elif isinstance(data.get(name), list) and "properties" in (each := _of(kind.get("items", {}), parts)):
            for one in data[name]:
                yield from _told(each, one, parts, today)


def _of(field: Mapping[str, Any], parts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a field is, its reference followed; of several the first."""
    if "anyOf" in field:
        return _of(field["anyOf"][0], parts)
    return _of(parts[field["$ref"].rpartition("/")[2]], parts) if "$ref" in field else field


def _choices(kind: Mapping[str, Any], today: date) -> tuple[Any, ...]:
    if kind.get("title") == "Person":
        return people()
    if kind.get("format") == "date":
        return tuple((today + timedelta(days=by)).isoformat() for by in DAYS)
    if kind.get("type") == "boolean":
        return (True, False)
    if "enum" in kind.get("items", {}):
        codes = kind["items"]["enum"]
        return (*([code] for code in codes), codes[:2], codes)
    return tuple(kind.get("enum", ()))


@functools.cache
def people() -> tuple[dict[str, Any], ...]:
    """Return everybody who is named as a person in an example."""
    found = {
        person["hpr"]: person
        for type_ in catalogue.POSTED
        for name in ("person", "deputy", "successor", "candidate")
        if (person := schemas.example(type_)["data"].get(name))
        and "organisation" in person
        and "hpr" in person
    }
    return tuple(found.values())
