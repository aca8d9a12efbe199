"""A resource against profiles of the guide: cardinality, fixed values and patterns, types, targets, slices, bindings, invariants.

R4 profiling.html. `mustSupport` asks nothing of an instance. An extension that the guide defines is held against its definition
wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from adapter.errors import Fault
from adapter.fhir import definitions, guiderules, snapshot, terminology
from adapter.fhir.references import Scope
from adapter.fhir.snapshot import Node

_CODE: Final = "IPK-F049"
_SEVERITY: Final = {"error": "must", "warning": "may"}
_STEP: Final = re.compile(r"([A-Za-z]+)\('([^']*)'\)|resolve\(\)|[^.()]+")
_INDEX: Final = re.compile(r"\[[0-9]+\]")
_DEEPEST: Final = 64
_NESTED: Final = (dict, list)
_RESOURCES: Final = frozenset({"contained", "resource"})
_EXTENSIONS: Final = frozenset({"extension", "modifierExtension"})


@cache
def known(url: str) -> Node | None:
    """Return the tree of a profile or extension of the guide, None where it has none."""
    found = definitions.by_url(url)
    return snapshot.compiled(found) if found is not None and "snapshot" in found else None


def of(url: str) -> str:
    """Return the type that a profile is of, empty where the guide does not have it."""
    found = definitions.by_url(url)
    return (
        str(found.get("type", ""))
        if found is not None and found["resourceType"] == "StructureDefinition"
        else ""
    )


def further(resource: Mapping[str, Any], path: str, scope: Scope) -> Iterator[Fault]:
    """Yield what the guide says of a resource anyway: its extensions, and the profiles that it claims."""
    for found, place in _extensions(resource, path):
        yield from _defined(found, place, scope)
    meta = resource.get("meta")
    claimed = meta.get("profile") if isinstance(meta, dict) else None
    for number, url in enumerate(claimed if isinstance(claimed, list) else ()):
        if not isinstance(url, str) or not of(url):
            continue  # another's profile is not judged here
        if of(url) != resource.get("resourceType"):
            yield Fault(code=_CODE, path=f"{path}.meta.profile[{number}]", rule="profile-type", hint=of(url))
        else:
            yield from check(resource, url, path=path, scope=scope)


def check(resource: Mapping[str, Any], url: str, *, path: str, scope: Scope) -> Iterator[Fault]:
    """Yield what breaks a profile of the guide; one that it does not have breaks nothing."""
    root = known(url)
    if root is not None:
        yield from against(resource, root, name=_name(url), path=path, scope=scope)


def against(
    resource: Mapping[str, Any], root: Node, *, name: str, path: str, scope: Scope
) -> Iterator[Fault]:
    """Yield what breaks a profile that is compiled already; `name` is what faults call it."""
    yield from _Check(name, scope).node(resource, root, path)


def _name(url: str) -> str:
    return url.partition("|")[0].rpartition("/")[2]


def _extensions(node: Any, path: str, depth: int = 0) -> list[tuple[list[Any], str]]:
    """Return the lists of extensions in a resource, each with its place; each contained or entered resource is asked by itself."""
    found: list[tuple[list[Any], str]] = []
    if depth > _DEEPEST:
        return found
    if isinstance(node, list):
        for number, one in enumerate(node):
            if isinstance(one, _NESTED):
                found += _extensions(one, f"{path}[{number}]", depth + 1)
        return found
    for name, value in node.items():
        if not isinstance(value, _NESTED) or name in _RESOURCES:
            continue
        place = f"{path}.{name.removeprefix('_')}"
        if name in _EXTENSIONS and isinstance(value, list):
            found.append((value, place))
        found += _extensions(value, place, depth + 1)
    return found


def _defined(found: list[Any], place: str, scope: Scope) -> Iterator[Fault]:
    for number, one in enumerate(found):
        url = one.get("url") if isinstance(one, dict) else None
        definition = definitions.by_url(url) if isinstance(url, str) and ":" in url else None
        if definition is None or definition.get("type") != "Extension":
            continue
        at = f"{place}[{number}]"
        yield from check(one, str(url), path=at, scope=scope)
        wanted = {c["expression"] for c in definition.get("context", ()) if c["type"] == "element"}
        if wanted and not _stands(place.rpartition(".")[0], wanted, scope):
            yield Fault(code=_CODE, path=at, rule="extension-context", hint=" ".join(sorted(wanted)))


def _stands(parent: str, wanted: set[str], scope: Scope) -> bool:
    """Return whether an extension may stand at an element: as its path in the document ends, from its own resource on."""
    path = _INDEX.sub("", parent)
    inner = path.rpartition(".resource")[2] if ".resource" in path else path.rpartition(".contained")[2]
    kinds = {str(scope.root.get("resourceType")), *scope.contained.values()}
    return not wanted.isdisjoint({path, *(f"{kind}{inner}" for kind in kinds)})


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of an element."""

    value: Any
    key: str
    """JSON property."""
    place: str
    beside: Any = None
    """What stands beside a primitive."""

    @property
    def parts(self) -> Any:
        """What has elements of its own."""
        return self.value if isinstance(self.value, dict) else self.beside


@dataclass(frozen=True, slots=True)
class _Check:
    profile: str
    scope: Scope

    def fault(self, path: str, rule: str, hint: str = "", severity: str = "must") -> Fault:
        return Fault(
            code=_CODE,
            path=path,
            rule=rule,
            hint=f"{self.profile}: {hint}" if hint else self.profile,
            severity=severity,
        )

    def node(self, value: Any, node: Node, path: str) -> Iterator[Fault]:
        """Check the parts of a value, then the invariants of the whole."""
        if not isinstance(value, dict):
            return
        for kid in node.kids.values():
            yield from self.element(value, kid, path)
        for key, severity in node.constraints:
            if not _true(guiderules.RULES[key], value):
                yield self.fault(path, key, key, _SEVERITY.get(severity, "must"))

    def element(self, parent: Mapping[str, Any], node: Node, path: str) -> Iterator[Fault]:
        found = tuple(_values(parent, node.name, path))
        label = f"{path}.{node.name.removesuffix('[x]')}"
        yield from self.number(len(found), node, label)
        counted = [0] * len(node.slices)
        for one in found:
            yield from self.value(one, node)
            hit = [n for n, each in enumerate(node.slices) if self.matches(one, each, node)]
            for number in hit:
                counted[number] += 1
                yield from self.value(one, node.slices[number])
            if node.closed and not hit:
                yield self.fault(one.place, "slice-closed")
        for count, each in zip(counted, node.slices, strict=True):
            yield from self.number(count, each, label)

    def number(self, count: int, node: Node, label: str) -> Iterator[Fault]:
        if count < node.least:
            yield self.fault(
                label, "slice-min" if node.slice else "profile-min", f"{node.slice} {node.least}".strip()
            )
        if node.most is not None and count > node.most:
            yield self.fault(
                label, "slice-max" if node.slice else "profile-max", f"{node.slice} {node.most}".strip()
            )

    def value(self, found: _Value, node: Node) -> Iterator[Fault]:
        value = found.value
        if node.types and not any(found.key == _choice(node.name, type_) for type_ in node.types):
            yield self.fault(found.place, "profile-type", " ".join(sorted(node.types)))
            return
        if value is not None:
            if node.is_fixed and value != node.fixed:
                yield self.fault(found.place, "profile-fixed")
            if node.has_pattern and not _covers(value, node.pattern):
                yield self.fault(found.place, "profile-pattern")
            if node.bound and not terminology.takes(node.bound, value):
                yield self.fault(found.place, "profile-binding", _name(node.bound))
            if node.targets and self.scope.kind(value) not in {"", *node.targets}:
                yield self.fault(found.place, "profile-target", " ".join(sorted(node.targets)))
        yield from self.typed(value, node, found.place)
        yield from self.node(found.parts, node, found.place)

    def typed(self, value: Any, node: Node, place: str) -> Iterator[Fault]:
        """Check a profile of the type; an extension's is asked wherever the extension stands."""
        trees = [(url, known(url)) for url in node.profiles]
        if not isinstance(value, dict) or len(trees) != 1 or node.name in _EXTENSIONS:
            return
        ((url, tree),) = trees
        if tree is not None:
            yield from _Check(_name(url), self.scope).node(value, tree, place)

    def matches(self, found: _Value, slice_: Node, sliced: Node) -> bool:
        if not sliced.discriminators:
            return not slice_.types or any(found.key == _choice(slice_.name, type_) for type_ in slice_.types)
        return all(self.told(found, slice_, kind, path) for kind, path in sliced.discriminators)

    def told(self, found: _Value, slice_: Node, kind: str, path: str) -> bool:
        """Return whether one discriminator says that a value is of a slice."""
        steps = _steps(path)
        values: list[Any] = [found.value]
        node: Node | None = slice_
        for step in steps:
            values = [inner for value in values for inner in _step(value, step)]
            node = _down(node, step)
        match kind:
            case "exists":
                return (node is None or node.most != 0) == bool(values)
            case "type":
                return self.of_type(found, slice_, values, node)
            case "profile":
                urls = node.profiles if node is not None else ()
                return any(
                    not [*check(v, u, path="", scope=self.scope)]
                    for u in urls
                    for v in values
                    if isinstance(v, dict)
                )
            case _:
                if path == "url" and slice_.profiles:
                    return any(url.partition("|")[0] == value for url in slice_.profiles for value in values)
                return node is not None and any(_is(value, node) for value in values)

    def of_type(self, found: _Value, slice_: Node, values: list[Any], node: Node | None) -> bool:
        if slice_.types or slice_.name.endswith("[x]"):
            return any(found.key == _choice(slice_.name, type_) for type_ in slice_.types)
        targets = node.targets if node is not None and node.targets else slice_.targets
        return any(self.scope.kind(value) in targets for value in values)


@cache
def _steps(path: str) -> tuple[re.Match[str], ...]:
    return tuple(step for step in _STEP.finditer(path) if step[0] != "$this")


def _true(rule: Callable[[Mapping[str, Any]], bool], value: Mapping[str, Any]) -> bool:
    try:
        return rule(value)
    except (AttributeError, TypeError):
        return True  # what cannot be read has a fault of its own


def _choice(name: str, type_: str) -> str:
    return name.removesuffix("[x]") + type_[0].upper() + type_[1:]


def _values(parent: Mapping[str, Any], name: str, path: str) -> Iterator[_Value]:
    """Yield the values of an element, those that only say why they are absent too."""
    label = name.removesuffix("[x]")
    if label == name:
        keys = [name] if name in parent or f"_{name}" in parent else []
    else:
        bare = dict.fromkeys(key.removeprefix("_") for key in parent)
        keys = [key for key in bare if key.startswith(label) and key[len(label) : len(label) + 1].isupper()]
    for key in keys:
        found, beside = parent.get(key), parent.get(f"_{key}")
        if isinstance(found, list) or isinstance(beside, list):
            values, extras = _list(found), _list(beside)
            for number in range(max(len(values), len(extras))):
                yield _Value(_at(values, number), key, f"{path}.{label}[{number}]", _at(extras, number))
        else:
            yield _Value(found, key, f"{path}.{label}", beside)


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _at(found: list[Any], number: int) -> Any:
    return found[number] if number < len(found) else None


def _step(value: Any, step: re.Match[str]) -> Iterator[Any]:
    if step[0] == "resolve()":
        yield value
    elif isinstance(value, dict):
        inner = value.get(step[1] or step[0])
        for one in inner if isinstance(inner, list) else [inner]:
            if one is not None and (not step[1] or (isinstance(one, dict) and one.get("url") == step[2])):
                yield one


def _down(node: Node | None, step: re.Match[str]) -> Node | None:
    if node is None or step[0] == "resolve()":
        return node
    kid = node.kids.get(step[1] or step[0]) or node.kids.get(f"{step[0]}[x]")
    if kid is None or not step[1]:
        return kid
    return next((one for one in kid.slices if step[2] in one.profiles), None)


def _is(value: Any, node: Node) -> bool:
    """Return whether a value is what an element of a slice tells: its fixed value, pattern or value set, or its parts'."""
    if node.is_fixed:
        return bool(value == node.fixed)
    if node.has_pattern:
        return _covers(value, node.pattern)
    if node.bound:
        return terminology.takes(node.bound, value)
    telling = [kid for kid in node.kids.values() if _tells(kid)]
    if not telling or not isinstance(value, dict):
        return False
    return all(any(_is(one.value, kid) for one in _values(value, kid.name, "")) for kid in telling)


def _tells(node: Node) -> bool:
    return bool(node.is_fixed or node.has_pattern or node.bound) or any(map(_tells, node.kids.values()))


def _covers(value: Any, pattern: Any) -> bool:
    """Return whether a value has all that a pattern has; each item of a list in some item."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(_covers(value.get(name), one) for name, one in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(_covers(one, wanted) for one in value) for wanted in pattern
        )
    return bool(value == pattern)
