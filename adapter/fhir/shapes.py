"""R4's own elements as looked up when JSON is checked: types, cardinalities, targets, required bindings, invariants.

Made from `adapter/data/r4.txt` (R4 4.0.1; `tools/elements.py` tells how), a type at a time, when it is first asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from adapter import data
from adapter.fhir.invariants import RULES, Rule
from adapter.fhir.primitives import PRIMITIVES

_TYPE: Final = re.compile(r"(#?[^(|]+)(?:\(([^)]*)\))?")
_FEW: Final = 16
"""Codes that one message names."""
_NESTED: Final = frozenset({"BackboneElement", "Element"})
_PROFILED: Final = {"SimpleQuantity": "Quantity", "MoneyQuantity": "Quantity"}
_BY_FORM: Final[Mapping[str, re.Pattern[str]]] = {
    "mimetypes": re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}(/[A-Za-z0-9!#$&^_.+*-]{1,127})?(\s*;\s*[^\s;]+)*"),
    "currencies": re.compile(r"[A-Z]{3}"),
}
"""Required value sets without a list. BCP 13 (R4 also says `json` for a format), ISO 4217."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One JSON property: an element, or one type of a choice (`valueString`)."""

    label: str
    """The element's name, a choice without `[x]`."""
    type: str
    least: int
    most: int | None
    """None: no end."""
    many: bool
    """Whether JSON has a list."""
    primitive: bool
    """Whether the value is no object."""
    inner: bool
    """Whether the value is a resource."""
    targets: frozenset[str] = frozenset()
    """Types a Reference may name; empty: any."""
    bound: str = ""
    """Name of the required value set."""
    rules: tuple[tuple[str, Rule], ...] = ()
    fits: Callable[[Any], bool]
    """Whether a primitive value has the form of its type."""


@dataclass(slots=True)
class Shape:
    """What an object of one type, or of one element with parts, may hold."""

    name: str
    resource: bool = False
    elements: dict[str, Element] = field(default_factory=dict)
    """JSON property → element."""
    required: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """(label, properties of which one must be there)."""
    choices: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """(label, properties of which only one may be there)."""
    rules: list[tuple[str, Rule]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Table:
    bases: Mapping[str, str]
    rows: Mapping[str, tuple[tuple[str, ...], ...]]
    """Type or path of what has parts → the words of its rows."""
    keys: Mapping[str, tuple[str, ...]]
    sets: Mapping[str, frozenset[str]]


@cache
def _table() -> _Table:
    bases: dict[str, str] = {}
    rows: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    keys: dict[str, tuple[str, ...]] = {}
    sets: dict[str, frozenset[str]] = {}
    for line in data.read("r4.txt").decode().splitlines():
        path, *words = line.split()
        if path.startswith("="):
            sets[path[1:]] = frozenset(words)
        elif not words or words[0] == ":":
            bases[path] = words[1] if words else ""
        elif words[1] == "-":
            keys[path] = tuple(word[1:] for word in words[2:])
        elif not path.startswith("#"):
            parent, _, name = path.rpartition(".")
            rows[parent].append((name, *words))
    return _Table(bases, {parent: tuple(found) for parent, found in rows.items()}, keys, sets)


def known(type_: str) -> bool:
    """Return whether R4 has this resource type."""
    return type_ in _table().sets["resource-types"] and type_ not in {"Resource", "DomainResource"}


def listed(type_: str) -> bool:
    """Return whether the elements of this type are in the table."""
    return type_ in _table().bases


def codes(name: str) -> frozenset[str]:
    """Return the codes of a value set of R4, empty where it has no list; `system|code` where its elements are no codes."""
    return _table().sets.get(name, frozenset())


@cache
def told(name: str) -> str:
    """Return a value set in words: its codes where they are few, else its name."""
    listed = sorted(codes(name))
    return ", ".join(listed) if 0 < len(listed) <= _FEW else name


def takes(name: str, code: object) -> bool:
    """Return whether a required value set has a code."""
    if name in _BY_FORM:
        return isinstance(code, str) and _BY_FORM[name].fullmatch(code) is not None
    return code in codes(name)


@cache
def shape(path: str) -> Shape:
    """Return the shape of a type (`Period`) or of an element with parts (`CarePlan.activity`). Raises KeyError."""
    table = _table()
    chain = _chain(path)
    kind = path if path in table.bases else "BackboneElement"
    made = Shape(name=path, resource="Resource" in chain)
    for one in chain:
        made.rules += _rules(one, table.keys.get(one, ()))
        for row in table.rows.get(one, ()):
            _add(made, one, row)
    if not made.elements:
        raise KeyError(kind)
    return made


def _chain(path: str) -> list[str]:
    """Return where the elements stand: a type after all it is built on, or the parts of an element after BackboneElement."""
    bases = _table().bases
    if path not in bases:
        return [*_chain("BackboneElement"), path]
    return [*(_chain(bases[path]) if bases[path] else ()), path]


def _rules(place: str, keys: tuple[str, ...]) -> tuple[tuple[str, Rule], ...]:
    found = ((key, RULES.get(f"{place}:{key}") or RULES.get(key)) for key in keys)
    return tuple((key, rule) for key, rule in found if rule is not None)


def _add(made: Shape, parent: str, row: tuple[str, ...]) -> None:
    name, cardinality, types, *rest = row
    least, _, most = cardinality.partition("..")
    keys = tuple(word[1:] for word in rest if word[0] == "!")
    label = name.removesuffix("[x]")
    properties = []
    for code, targets in _TYPE.findall(types):
        kind = _PROFILED.get(code, code)
        property_ = label if label == name else label + kind[0].upper() + kind[1:]
        properties.append(property_)
        type_ = _part(code, f"{parent}.{name}")
        made.elements[property_] = Element(
            label=label,
            type=type_,
            primitive=type_ in PRIMITIVES,
            fits=PRIMITIVES[type_][1] if type_ in PRIMITIVES else _never,
            inner=type_ == "Resource" or known(type_),
            least=int(least),
            most=None if most == "*" else int(most),
            many=most not in {"0", "1"},
            targets=frozenset(targets.split(",")) - {""},
            bound=next((word[1:] for word in rest if word[0] == "="), ""),
            rules=_rules(f"{parent}.{name}", keys),
        )
    if least != "0":
        made.required.append((label, tuple(properties)))
    if len(properties) > 1:
        made.choices.append((label, tuple(properties)))


def _never(_value: Any) -> bool:
    return False


def _part(code: str, path: str) -> str:
    """Return the name of the shape of what has this type at this place."""
    if code[0] == "#":
        return code[1:]
    return path if code in _NESTED and path in _table().rows else code
