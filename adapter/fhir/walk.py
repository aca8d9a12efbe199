"""A resource against R4's own elements, in one walk: every fault with its FHIRPath place, rule and no value.

Structure (R4 json.html), forms of primitives, cardinality, choices, required bindings, reference targets, invariants. Where
fhir.resources does the same it stops at an element's first fault, and knows neither bindings, targets nor invariants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapter.errors import Fault
from adapter.fhir import primitives, references, shapes
from adapter.fhir.invariants import Rule
from adapter.fhir.references import Scope
from adapter.fhir.shapes import Element, Shape

_NAME: Final = re.compile(r"_?[A-Za-z][A-Za-z]{0,39}")
_DEEPEST: Final = 64
"""Levels of elements; nothing honest nests so far, and the interpreter's stack has an end."""
_CODES: Final[Mapping[str, str]] = {
    "structure": "IPK-F045",
    "min-1": "IPK-F046",
    "form": "IPK-F047",
    "required-binding": "IPK-F010",
}
"""Rule → code; other rules are invariants (IPK-F009), `ref-…` are targets (IPK-F048)."""

_UNREADABLE: Final = (ArithmeticError, LookupError, AttributeError, TypeError, ValueError, RecursionError)

Further = Callable[[Mapping[str, Any], str, Scope], Iterator[Fault]]
"""What else is asked of every resource in a document: of it, its place, its scope."""


def check(resource: Mapping[str, Any], *, further: Further | None = None) -> tuple[Fault, ...]:
    """Return every fault of a resource whose `resourceType` R4 has: its own, and those of what is contained and entered."""
    walk = _Walk(further)
    walk.resource(resource, resource["resourceType"])
    return tuple(walk.faults)


def fault(path: str, rule: str, hint: str) -> Fault:
    """Return a fault under the code of its rule."""
    code = "IPK-F048" if rule.startswith("ref-") and rule != "ref-1" else _CODES.get(rule, "IPK-F009")
    return Fault(code=code, path=path, rule=rule, hint=hint)


@dataclass(slots=True)
class _Walk:
    further: Further | None
    faults: list[Fault] = field(default_factory=list)
    depth: int = 0
    scope: Scope = field(default_factory=lambda: Scope({}))
    entries: Mapping[str, str] = field(default_factory=dict)
    """fullUrl → type of the entries of the Bundle that the walk is in."""

    def say(self, path: str, rule: str, hint: str) -> None:
        self.faults.append(fault(path, rule, hint))

    def resource(self, node: Any, path: str, *, contained: bool = False) -> None:
        """Check a resource: the document's own, an entry's, or one that shares the scope of what contains it."""
        if not isinstance(node, dict):
            self.say(path, "structure", "object")
            return
        type_ = node.get("resourceType")
        if not isinstance(type_, str):
            self.say(f"{path}.resourceType", "min-1", "required element")
        elif not shapes.known(type_):
            self.say(f"{path}.resourceType", "structure", "unknown type")
        else:
            outer = self.scope
            self.scope = outer if contained else references.scope(node, self.entries)
            self.known(node, type_, path)
            self.scope = outer

    def known(self, node: Mapping[str, Any], type_: str, path: str) -> None:
        if type_ == "Bundle":
            self.entries = references.entries(node)
        if shapes.listed(type_):
            self.object(node, shapes.shape(type_), path)
        else:
            self.blanks(node, path)
        if self.further is not None:
            self.faults += self.further(node, path, self.scope)

    def object(self, node: Any, shape: Shape, path: str) -> None:
        if not isinstance(node, dict) or not node:
            self.say(path, "structure", "empty object" if node == {} else "object")
            return
        if self.depth >= _DEEPEST:
            self.say(path, "structure", "depth")
            return
        self.depth += 1
        for name, value in node.items():
            element = shape.elements.get(name)
            if element is None:
                self.beside(node, name, shape, path)
            elif element.many:
                self.values(node, name, element, f"{path}.{element.label}")
            else:
                self.value(value, element, f"{path}.{element.label}")
        self.cardinality(node, shape, path)
        if shape.rules:
            self.invariants(node, shape.rules, path)
        self.depth -= 1

    def values(self, node: Mapping[str, Any], name: str, element: Element, place: str) -> None:
        found = node[name]
        if not isinstance(found, list) or not found:
            self.say(place, "structure", "empty list" if found == [] else "list")
            return
        if element.most is not None and len(found) > element.most:
            self.say(place, f"max-{element.most}", "too many")
        beside = node.get(f"_{name}") if element.primitive else None
        for number, one in enumerate(found):
            if one is None and isinstance(beside, list) and number < len(beside) and beside[number]:
                continue  # said by its extension alone
            self.value(one, element, f"{place}[{number}]")

    def beside(self, node: Mapping[str, Any], name: str, shape: Shape, path: str) -> None:
        """Check what stands beside a primitive (`_birthDate`); anything else is no element."""
        if name == "resourceType" and shape.resource:
            return
        element = shape.elements.get(name[1:]) if name[:1] == "_" else None
        if element is None or not element.primitive:
            bare = name.removeprefix("_")
            self.say(f"{path}.{bare}" if _NAME.fullmatch(name) else path, "structure", "unknown element")
            return
        place, plain, found = f"{path}.{element.label}", shapes.shape("Element"), node[name]
        if not element.many:
            self.object(found, plain, place)
            return
        if not isinstance(found, list) or not found:
            self.say(place, "structure", "empty list" if found == [] else "list")
            return
        main = node.get(name[1:])
        if isinstance(main, list) and len(main) != len(found):
            self.say(place, "structure", "lists of different length")
        for number, one in enumerate(found):
            if one is not None:
                self.object(one, plain, f"{place}[{number}]")

    def value(self, value: Any, element: Element, place: str) -> None:
        if element.primitive:
            self.primitive(value, element, place)
        elif element.inner:
            self.resource(value, place, contained=element.label == "contained")
        else:
            self.object(value, shapes.shape(element.type), place)
            if isinstance(value, dict):
                self.bound(value, element, place)
                if element.type == "Reference":
                    self.reference(value, element, place)
                if element.rules:
                    self.invariants(value, element.rules, place)

    def primitive(self, value: Any, element: Element, place: str) -> None:
        if value is None or (isinstance(value, str) and (not value or value.isspace())):
            self.say(place, "structure", "empty value")
            return
        if not element.fits(value):
            self.say(place, *primitives.fault(element.type, value))
            return
        if element.bound and not shapes.takes(element.bound, value):
            self.say(place, "required-binding", shapes.told(element.bound))
        if element.rules:
            self.invariants(value, element.rules, place)

    def bound(self, value: Mapping[str, Any], element: Element, place: str) -> None:
        """Check a required binding of a Coding or CodeableConcept: one of its codings is of the set."""
        if not element.bound:
            return
        codings = value.get("coding", ()) if element.type == "CodeableConcept" else (value,)
        listed = codings if isinstance(codings, list | tuple) else ()
        wanted = shapes.codes(element.bound)
        if not any(isinstance(c, dict) and f"{c.get('system')}|{c.get('code')}" in wanted for c in listed):
            self.say(place, "required-binding", shapes.told(element.bound))

    def reference(self, value: Mapping[str, Any], element: Element, place: str) -> None:
        literal = value.get("reference")
        if isinstance(literal, str) and not references.literal(literal, shapes.known):
            self.say(f"{place}.reference", "form", "Type/id, #id or absolute")
            return
        kind = self.scope.kind(value)
        # What is contained and of no known type has been said already.
        if element.targets and kind not in {"", *element.targets} and shapes.known(kind):
            self.say(place, f"ref-{element.label}", ", ".join(sorted(element.targets)))

    def cardinality(self, node: Mapping[str, Any], shape: Shape, path: str) -> None:
        for label, names in shape.required:
            if names[0] not in node and not any(name in node or f"_{name}" in node for name in names):
                self.say(f"{path}.{label}", "min-1", "required element")
        for label, names in shape.choices:
            if sum([name in node or f"_{name}" in node for name in names]) > 1:
                self.say(f"{path}.{label}", "structure", "one type only")

    def invariants(self, node: Any, rules: Iterable[tuple[str, Rule]], path: str) -> None:
        """Say what is broken. Where the structure is wrong, an invariant that cannot be read there says nothing."""
        for key, rule in rules:
            try:
                places = tuple(rule(node, self.scope))
            except _UNREADABLE:
                continue
            if places:
                self.faults += [fault(path + place, key, key) for place in places]

    def blanks(self, node: Any, path: str) -> None:
        """Find what JSON of FHIR may not hold anywhere, in a type whose elements are not listed: empty lists, objects, texts."""
        if self.depth >= _DEEPEST:
            self.say(path, "structure", "depth")
            return
        self.depth += 1
        if isinstance(node, dict):
            for name, value in node.items():
                self.blanks(value, f"{path}.{name}" if _NAME.fullmatch(name) else path)
        elif isinstance(node, list):
            for number, one in enumerate(node):
                if one is not None:
                    self.blanks(one, f"{path}[{number}]")
        if node is None or node in ({}, []) or (isinstance(node, str) and not node.strip()):
            self.say(path, "structure", "empty value")
        self.depth -= 1
