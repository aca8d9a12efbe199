"""A profile as a tree of what it asks beyond R4, compiled once from its snapshot. R4 profiling.html, elementdefinition.html."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapter.fhir import definitions, guiderules, shapes

_CORE: Final = "http://hl7.org/fhir/StructureDefinition/"
_NONE: Final = object()


@dataclass(slots=True)
class Node:
    """One element of a profile, or one slice of it."""

    name: str
    """Element name; a choice ends with `[x]`."""
    least: int = 0
    most: int | None = None
    fixed: Any = _NONE
    pattern: Any = _NONE
    types: frozenset[str] = frozenset()
    """Types of a choice that are left; empty: all."""
    targets: frozenset[str] = frozenset()
    """Types a Reference may name; empty: those of R4."""
    profiles: tuple[str, ...] = ()
    """Profiles of the type, of which one must hold."""
    bound: str = ""
    """Required value set."""
    constraints: tuple[tuple[str, str], ...] = ()
    """(key, severity) of the profile's own invariants."""
    kids: dict[str, Node] = field(default_factory=dict)
    slice: str = ""
    slices: list[Node] = field(default_factory=list)
    discriminators: tuple[tuple[str, str], ...] = ()
    """(type, path)."""
    closed: bool = False

    @property
    def is_fixed(self) -> bool:
        """Whether the value is told."""
        return self.fixed is not _NONE

    @property
    def has_pattern(self) -> bool:
        """Whether part of the value is told."""
        return self.pattern is not _NONE


def compiled(definition: Mapping[str, Any]) -> Node:
    """Return the tree of a StructureDefinition with a snapshot, without what R4 says anyway."""
    nodes: dict[str, Node] = {}
    root: Node | None = None
    for element in definition["snapshot"]["element"]:
        node = _node(element)
        nodes[element["id"]] = node
        parent, _, last = element["id"].rpartition(".")
        if ":" in last:
            nodes[f"{parent}.{last.partition(':')[0]}"].slices.append(node)
        elif parent:
            nodes[parent].kids[node.name] = node
        root = root or node
    if root is None:
        return Node("")
    _prune(root)
    return root


def _node(element: Mapping[str, Any]) -> Node:
    base = element.get("base", {})
    slicing = element.get("slicing", {})
    sliced = "sliceName" in element
    types = element.get("type", ())
    most = element.get("max", "*")
    own = _base(base.get("path", element["path"]))
    return Node(
        name=element["path"].rpartition(".")[2],
        least=element.get("min", 0) if sliced or element.get("min", 0) > base.get("min", 0) else 0,
        most=None if most == "*" or (most == base.get("max") and not sliced) else int(most),
        fixed=_told(element, "fixed"),
        pattern=_told(element, "pattern"),
        types=_types(element, own),
        targets=_targets(types, own),
        profiles=tuple(url for one in types for url in one.get("profile", ())) if len(types) == 1 else (),
        bound=_bound(element.get("binding", {})),
        constraints=tuple(_constraints(element)),
        slice=element.get("sliceName", ""),
        discriminators=tuple((one["type"], one["path"]) for one in slicing.get("discriminator", ())),
        closed=slicing.get("rules") == "closed",
    )


def _base(path: str) -> tuple[shapes.Element, ...]:
    """Return R4's properties of an element, of a choice one a type; none where the table does not have it."""
    parent, _, name = path.rpartition(".")
    try:
        found = shapes.shape(parent).elements.values() if parent else ()
    except KeyError:
        return ()
    return tuple(one for one in found if one.label == name.removesuffix("[x]"))


def _types(element: Mapping[str, Any], own: tuple[shapes.Element, ...]) -> frozenset[str]:
    found = frozenset(one["code"] for one in element.get("type", ()))
    return found if element["path"].endswith("[x]") and len(found) < len(own) else frozenset()


def _targets(types: Any, own: tuple[shapes.Element, ...]) -> frozenset[str]:
    urls = [url for one in types if one["code"] == "Reference" for url in one.get("targetProfile", ())]
    named = [_type_of(url) for url in urls]
    if not named or "" in named or "Resource" in named:
        return frozenset()
    found = frozenset(named)
    return frozenset() if any(found == one.targets for one in own) else found


def _type_of(url: str) -> str:
    """Return the type a target profile is of, empty where it cannot be told here."""
    plain = url.partition("|")[0]
    known = definitions.by_url(plain)
    if known is not None:
        return str(known["type"])
    return plain.removeprefix(_CORE) if plain.startswith(_CORE) else ""


def _told(element: Mapping[str, Any], word: str) -> Any:
    return next(
        (value for name, value in element.items() if name.startswith(word) and name[len(word)].isupper()),
        _NONE,
    )


def _bound(binding: Mapping[str, Any]) -> str:
    """Return the required value set, where R4 does not require it anyway."""
    url = str(binding.get("valueSet", ""))
    return url if binding.get("strength") == "required" and definitions.by_url(url) is not None else ""


def _constraints(element: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the invariants that are not R4's own: those have been asked already."""
    return ((c["key"], c["severity"]) for c in element.get("constraint", ()) if c["key"] in guiderules.RULES)


def _prune(node: Node) -> bool:
    """Take away what asks nothing beyond R4; return whether anything is left."""
    node.kids = {name: kid for name, kid in node.kids.items() if _prune(kid)}
    for one in node.slices:
        _prune(one)
    asks = (
        node.least or node.most is not None or node.is_fixed or node.has_pattern or node.types or node.targets
    )
    further = node.profiles or node.bound or node.constraints or node.kids or node.slices or node.closed
    return bool(asks or further)
