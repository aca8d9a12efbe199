"""Whether a resource is what a search asks for, read from the resource alone. R4 search.html#modifiers, #prefix.

The store narrows by its index; this decides where the index cannot, and checks in tests what the index found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

from adapter.fhir import index, readings
from adapter.fhir.criteria import Criterion
from adapter.fhir.params import PHONETIC, Param
from adapter.fhir.query import Op, Row
from adapter.fhir.values import Interval

Resource = Mapping[str, Any]


def matches(resource: Resource, criterion: Criterion, *, patient: str | None = None) -> bool:
    """Return whether a resource fits; `patient` (`Patient/id`) is whose case it is of, as `index` takes it."""
    if criterion.modifier == "missing":
        return _is_missing(resource, criterion.param, patient) is criterion.values[0]
    return _KINDS[criterion.param.kind](resource, criterion, patient)


def fits(row: Row, criteria: Iterable[Criterion]) -> bool:
    """Return whether a stored resource is what all criteria ask for."""
    resource = orjson.loads(row.body)
    patient = None if row.case is None else f"Patient/{row.case}"
    return all(matches(resource, one, patient=patient) for one in criteria)


def _is_missing(resource: Resource, param: Param, patient: str | None) -> bool:
    if param.where == "subject":
        about = index.subject_of(resource, patient=patient)
        return about is None or (bool(param.only) and not about.startswith(f"{param.only}/"))
    held = readings.found(resource, param)
    if param.kind == "reference" and param.only:
        return not any(readings.references(one, param) for one in held)
    if param.kind == "token" and param.only:
        return not any(True for one in held for _ in readings.tokens(one, param))
    if param.kind == "string":
        return not any(True for one in held for _ in readings.strings(one))
    if param.kind == "date":
        return not any(True for one in held for _ in readings.intervals(one))
    return next(held, None) is None


def _token(resource: Resource, criterion: Criterion, patient: str | None) -> bool:  # noqa: ARG001 (one shape for all kinds)
    held = readings.found(resource, criterion.param)
    if criterion.modifier == "text":
        texts = tuple(readings.normal(text) for one in held for text in readings.texts_of(one))
        return any(text.startswith(wanted) for text in texts for wanted in criterion.values)
    pairs = tuple(pair for one in held for pair in readings.tokens(one, criterion.param))
    found = any(_is(pair, wanted) for pair in pairs for wanted in criterion.values)
    return found != (criterion.modifier == "not")


def _is(pair: tuple[str, str], wanted: tuple[str | None, str | None]) -> bool:
    system, code = wanted
    return (system is None or pair[0] == system) and (code is None or pair[1] == code)


def _reference(resource: Resource, criterion: Criterion, patient: str | None) -> bool:
    param = criterion.param
    if criterion.modifier == "identifier":
        pairs = (pair for one in readings.found(resource, param) for pair in readings.identifiers(one, param))
        return any(_is(pair, wanted) for pair in pairs for wanted in criterion.values)
    if param.where == "subject":
        return index.subject_of(resource, patient=patient) in criterion.values
    held = set()
    for value in readings.found(resource, param):
        if (led := readings.references(value, param)) and isinstance(value, dict):
            held.add(value["reference"])  # as it stands: with its version, where one is asked for
        held.update(led)
    return any(one in held for one in criterion.values)


def _string(resource: Resource, criterion: Criterion, patient: str | None) -> bool:  # noqa: ARG001 (one shape for all kinds)
    held = tuple(text for one in readings.found(resource, criterion.param) for text in readings.strings(one))
    if criterion.modifier == "exact":
        return any(text == wanted for text in held for wanted in criterion.values)
    if criterion.param.name == PHONETIC and not criterion.modifier:
        sounds = {readings.sound(word) for text in held for word in text.split()}
        return any(
            all(readings.sound(word) in sounds for word in wanted.split()) for wanted in criterion.values
        )
    plain = tuple(readings.normal(text) for text in held)
    wanted = tuple(readings.normal(text) for text in criterion.values)
    if criterion.modifier == "contains":
        return any(one in text for text in plain for one in wanted)
    return any(text.startswith(one) for text in plain for one in wanted)


def _uri(resource: Resource, criterion: Criterion, patient: str | None) -> bool:  # noqa: ARG001 (one shape for all kinds)
    held = (one for value in readings.found(resource, criterion.param) for one in readings.uris(value))
    fits = _URIS[criterion.modifier]
    return any(fits(one, wanted) for one in held for wanted in criterion.values)


def _same(one: str, wanted: str) -> bool:
    return one == wanted


def _above(one: str, leaf: str) -> bool:
    return _below(leaf, one)


def _below(one: str, root: str) -> bool:
    return one == root or one.startswith(root.rstrip("/") + "/")


_URIS: Final[Mapping[str, Callable[[str, str], bool]]] = {"": _same, "below": _below, "above": _above}


def _date(resource: Resource, criterion: Criterion, patient: str | None) -> bool:  # noqa: ARG001 (one shape for all kinds)
    compare = DATES[criterion.op]
    held: Iterator[Interval] = (
        span for value in readings.found(resource, criterion.param) for span in readings.intervals(value)
    )
    return any(compare(span, wanted) for span in held for wanted in criterion.values)


def _covered(held: Interval, wanted: Interval) -> bool:
    return held[0] >= wanted[0] and held[1] <= wanted[1]


DATES: Final[Mapping[Op, Callable[[Interval, Interval], bool]]] = {
    "eq": _covered,
    "ne": lambda held, wanted: not _covered(held, wanted),
    "gt": lambda held, wanted: held[1] > wanted[1],
    "lt": lambda held, wanted: held[0] < wanted[0],
    "ge": lambda held, wanted: held[1] > wanted[1] or _covered(held, wanted),
    "le": lambda held, wanted: held[0] < wanted[0] or _covered(held, wanted),
    "sa": lambda held, wanted: held[0] >= wanted[1],
    "eb": lambda held, wanted: held[1] <= wanted[0],
    "ap": lambda held, wanted: held[0] < wanted[1] and held[1] > wanted[0],
}
"""Prefix → how the resource's interval lies to the value's; store/search.py says the same in SQL."""


def _quantity(resource: Resource, criterion: Criterion, patient: str | None) -> bool:  # noqa: ARG001 (one shape for all kinds)
    held = tuple(
        one for value in readings.found(resource, criterion.param) for one in readings.quantities(value)
    )
    return any(_measures(one, wanted) for one in held for wanted in criterion.values)


def _measures(held: readings.Quantity, wanted: tuple[Op, Decimal, Decimal, str, str]) -> bool:
    prefix, low, high, system, code = wanted
    if system and held.system != system:
        return False
    if code and code not in ((held.code,) if system else (held.code, held.unit)):
        return False
    return _NUMBERS[prefix](held.value, low, high)


_NUMBERS: Final[Mapping[Op, Callable[[Decimal, Decimal, Decimal], bool]]] = {
    "eq": lambda value, low, high: low <= value < high,
    "ap": lambda value, low, high: low <= value <= high,
    "ne": lambda value, low, high: not low <= value < high,
    "gt": lambda value, low, high: value > (low + high) / 2,
    "lt": lambda value, low, high: value < (low + high) / 2,
    "ge": lambda value, low, high: value >= (low + high) / 2,
    "le": lambda value, low, high: value <= (low + high) / 2,
    "sa": lambda value, low, high: value >= high,  # noqa: ARG005 (one shape for all)
    "eb": lambda value, low, high: value < low,  # noqa: ARG005 (one shape for all)
}
"""Prefix → how a number lies to what the value leaves open; order compares with the value itself. R4 search.html#number."""


def _composite(resource: Resource, criterion: Criterion, patient: str | None) -> bool:
    nodes = (node for node in readings.found(resource, criterion.param) if isinstance(node, Mapping))
    return any(
        all(matches(node, part, patient=patient) for part in parts)
        for node in nodes
        for parts in criterion.values
    )


_KINDS: Final[Mapping[str, Callable[[Resource, Criterion, str | None], bool]]] = {
    "token": _token,
    "reference": _reference,
    "string": _string,
    "uri": _uri,
    "date": _date,
    "quantity": _quantity,
    "composite": _composite,
}
