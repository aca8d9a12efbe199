"""Documents made from a folder of schemas, official or ours: what is optional stands there now and then.

So nothing that a schema declares goes unseen because no example happens to use it. Invented values only; the same dice
make the same document.
"""

from __future__ import annotations

import random
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_DEEPEST: Final = 12
_VALUES: Final = {
    "string": ("Tekst", "æøå", ""),
    "token": ("1", "A"),
    "boolean": ("true", "0"),
    "date": ("2026-03-04",),
    "dateTime": ("2026-03-04T10:15:00", "2026-03-04T10:15:00.5Z"),
    "gYear": ("2012",),
    "integer": ("3",),
    "decimal": ("1.5",),
    "double": ("2.5", "1E2"),
    "anyURI": ("tel:+4773598600",),
    "base64Binary": ("QUJD",),
    "ID": ("a1",),
}
# What our generator cannot read out of a pattern or a union.
_NAMED: Final = {"oid": "2.16.578.1.12.4.1.1.9034", "moment": "2026-03-04", "truth": "true"}


class _Part(NamedTuple):
    """A piece of a schema, and the namespace it is read in: a file without one takes that of who includes it."""

    node: etree._Element
    space: str


class Grammar:
    """Every global declaration that one schema file reaches."""

    def __init__(self, start: Path) -> None:
        self._globals: dict[tuple[str, str], _Part] = {}
        self._seen: set[tuple[str, str]] = set()
        self._read(start, "")

    def _read(self, path: Path, space: str) -> None:
        root = etree.parse(str(path), etree.XMLParser(load_dtd=False, no_network=True)).getroot()
        space = root.get("targetNamespace", space)
        if (path.name, space) in self._seen:
            return
        self._seen.add((path.name, space))
        for child in root.iterchildren("*"):
            kind = etree.QName(child).localname
            if kind in {"include", "import"} and child.get("schemaLocation"):
                name = child.get("schemaLocation").rpartition("/")[2]
                if (path.parent / name).exists():
                    self._read(path.parent / name, space if kind == "include" else "")
            elif child.get("name"):
                self._globals.setdefault((kind, f"{{{space}}}{child.get('name')}"), _Part(child, space))

    def roots(self, space: str) -> list[str]:
        """Return the names of all global elements of a namespace."""
        return sorted(
            name for kind, name in self._globals if kind == "element" and name.startswith(f"{{{space}}}")
        )

    def names(self, spaces: Sequence[str], without: Container[str]) -> set[str]:
        """Return the names of all elements, global or not, of some namespaces; `without` some and what is in them."""
        return {
            f"{{{part.space}}}{each.get('name')}"
            for (_, name), part in self._globals.items()
            if part.space in spaces and name not in without
            for each in part.node.iter(f"{_XS}element")
            if each.get("name")
        }

    def specimen(self, name: str, dice: random.Random) -> etree._Element:
        """Return an element of that name with what may stand in it."""
        return self._element(self._globals["element", name], dice, 0)

    def _find(self, kind: str, qualified: str, at: _Part) -> _Part:
        return self._globals[kind, self._name(qualified, at)]

    @staticmethod
    def _name(qualified: str, at: _Part) -> str:
        prefix, _, local = qualified.rpartition(":")
        return f"{{{at.node.nsmap.get(prefix or None) or at.space}}}{local}"

    def _element(self, part: _Part, dice: random.Random, depth: int) -> etree._Element:
        element = etree.Element(f"{{{part.space}}}{part.node.get('name')}")
        inner = next(part.node.iterchildren(f"{_XS}complexType", f"{_XS}simpleType"), None)
        if fixed := part.node.get("fixed"):
            element.text = fixed
        elif inner is not None:
            self._fill(element, _Part(inner, part.space), dice, depth)
        elif (type_ := part.node.get("type")) is not None:
            self._typed(element, type_, part, dice, depth)
        return element

    def _typed(self, element: etree._Element, type_: str, at: _Part, dice: random.Random, depth: int) -> None:
        name = self._name(type_, at)
        if name == f"{_XS}anyType":
            etree.SubElement(element, "{http://www.w3.org/1999/xhtml}div").text = "Tekst"
        elif name.startswith(_XS):
            element.text = dice.choice(_VALUES[etree.QName(name).localname])
        elif ("complexType", name) in self._globals:
            self._fill(element, self._globals["complexType", name], dice, depth)
        else:
            element.text = self._simple(self._globals["simpleType", name], dice)

    def _fill(self, element: etree._Element, type_: _Part, dice: random.Random, depth: int) -> None:
        """Give an element what its type says: attributes, then children, or a value."""
        if type_.node.tag == f"{_XS}simpleType":
            element.text = self._simple(type_, dice)
            return
        for child in type_.node.iterchildren("*"):
            part = _Part(child, type_.space)
            kind = etree.QName(child).localname
            if kind in {"attribute", "attributeGroup"}:
                self._attribute(element, part, dice)
            elif kind in {"simpleContent", "complexContent"}:
                more = next(child.iterchildren("*"))
                if more.tag == f"{_XS}extension":
                    self._typed(element, more.get("base"), part, dice, depth)
                self._fill(element, _Part(more, type_.space), dice, depth)
            elif kind in {"sequence", "choice", "group"}:
                element.extend(self._particle(part, dice, depth + 1))

    def _particle(self, part: _Part, dice: random.Random, depth: int) -> Iterator[etree._Element]:
        for _ in range(_times(part.node, dice, depth)):
            kind = etree.QName(part.node).localname
            inner = [
                _Part(each, part.space)
                for each in part.node.iterchildren("*")
                if each.tag != f"{_XS}annotation"
            ]
            if kind == "sequence":
                for each in inner:
                    yield from self._particle(each, dice, depth)
            elif kind == "choice":
                yield from self._particle(dice.choice(inner), dice, depth)
            elif kind == "group":
                group = self._find("group", part.node.get("ref"), part)
                yield from self._particle(
                    _Part(next(group.node.iterchildren(f"{_XS}sequence", f"{_XS}choice")), group.space),
                    dice,
                    depth,
                )
            elif kind == "element" and not part.node.get("ref"):
                yield self._element(part, dice, depth)
            elif kind == "element" and self._name(part.node.get("ref"), part) != _SIGNATURE:
                yield self._element(self._find("element", part.node.get("ref"), part), dice, depth)

    def _attribute(self, element: etree._Element, part: _Part, dice: random.Random) -> None:
        node = part.node
        if node.tag == f"{_XS}attributeGroup":
            group = self._find("attributeGroup", node.get("ref"), part)
            for each in group.node.iterchildren(f"{_XS}attribute", f"{_XS}attributeGroup"):
                self._attribute(element, _Part(each, group.space), dice)
        elif node.get("use") == "required" or dice.random() < 0.7:
            ref = self._find("attribute", node.get("ref"), part) if node.get("ref") else part
            name = self._name(node.get("ref"), part) if node.get("ref") else node.get("name")
            element.set(name, node.get("fixed") or self._value(ref, dice))

    def _value(self, part: _Part, dice: random.Random) -> str:
        """Return a value for an attribute, or for a simple type that it or an element states."""
        inner = next(part.node.iterchildren(f"{_XS}simpleType"), None)
        if inner is not None:
            return self._simple(_Part(inner, part.space), dice)
        name = self._name(part.node.get("type"), part)
        if name.startswith(_XS):
            return dice.choice(_VALUES[etree.QName(name).localname])
        return self._simple(self._globals["simpleType", name], dice)

    def _simple(self, part: _Part, dice: random.Random) -> str:
        if part.node.get("name") in _NAMED:
            return _NAMED[part.node.get("name")]
        listed = [each.get("value") for each in part.node.iter(f"{_XS}enumeration")]
        if listed:
            return dice.choice(listed)
        if next(part.node.iter(f"{_XS}union"), None) is not None:
            return _NAMED["moment"]
        if next(part.node.iter(f"{_XS}pattern"), None) is not None:
            return _NAMED["truth"]
        base = self._name(next(part.node.iter(f"{_XS}restriction")).get("base"), part)
        if base.startswith(_XS):
            return dice.choice(_VALUES[etree.QName(base).localname])
        return self._simple(self._globals["simpleType", base], dice)


def _times(node: etree._Element, dice: random.Random, depth: int) -> int:
    """Return how often a particle occurs this time; what is optional thins out with depth."""
    least = int(node.get("minOccurs", "1"))
    if depth > _DEEPEST or dice.random() > 0.75 - 0.04 * depth:
        return least
    return max(1, least) + (node.get("maxOccurs") == "unbounded" and dice.random() < 0.2)
