"""FHIR JSON as FHIR XML, exactly: order, ids, extensions of primitives, the narrative. R4 xml.html, json.html.

What is stored is JSON; who wants XML gets it made anew from the same bytes. Numbers keep their digits. An element that R4
does not have cannot be said in its XML, and is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from lxml import etree

from adapter import xmlsafe
from adapter.errors import MessageError
from adapter.fhir import shapes
from adapter.fhir.shapes import Element

NAMESPACE: Final = "http://hl7.org/fhir"
XHTML: Final = "http://www.w3.org/1999/xhtml"
_FHIR: Final = f"{{{NAMESPACE}}}"
_DIV: Final = f"{{{XHTML}}}div"
_NARRATIVE: Final = "xhtml"
_RESOURCE: Final = "*"
_MAIN: Final[Any] = {None: NAMESPACE}
_OF_XHTML: Final[Any] = {None: XHTML}
"""Default namespaces."""
_STEP: Final = "  "
_NO_CHARACTER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What JSON may hold and XML 1.0 may not (§ 2.2)."""
_ID: Final = ("id",)
_ATTRIBUTES: Final = {"Extension": ("id", "url")}
_REPLACED: Final = "\ufffd"


class _Place(NamedTuple):
    """Where an element stands among its siblings, its name, and its type; a primitive has none."""

    number: int
    name: str
    type: str


_Layout = Mapping[str, _Place]
_Open = tuple[etree._Element, Mapping[str, Any], _Layout]  # noqa: SLF001 (lxml's only name for it)
"""An element that is there and not yet filled."""


@cache
def _layout(path: str) -> _Layout:
    """Return the elements of a type, or of an element with parts, in R4's order."""
    elements = shapes.shape(path).elements
    return {name: _Place(n, name, _kind(one)) for n, (name, one) in enumerate(elements.items())}


def _of_resource(type_: str) -> _Layout:
    """Return the elements of a resource; none where its type is not in the table."""
    return _layout(type_) if shapes.listed(type_) else {}


def _kind(element: Element) -> str:
    if element.inner:
        return _RESOURCE
    return element.type if element.type == _NARRATIVE or not element.primitive else ""


def document(source: bytes, *, pretty: bool = False) -> bytes:
    """Return the XML document of one resource, given as valid FHIR JSON; `pretty` breaks it into lines."""
    # Numbers as they are written: 1.50 is not 1.5 (R4 datatypes.html#decimal).
    resource = json.loads(source, parse_float=str, parse_int=str)
    root = etree.Element(_FHIR + resource["resourceType"], nsmap=_MAIN)
    # A list of what is still to be filled, not a call in a call: extensions may be nested deeply.
    todo: list[_Open] = [(root, resource, _of_resource(resource["resourceType"]))]
    while todo:
        todo += _filled(*todo.pop())
    if pretty:
        _indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _filled(node: etree._Element, content: Mapping[str, Any], layout: _Layout) -> Iterator[_Open]:
    """Put the elements of a resource or complex value into its node, in the order of the standard; yield what they hold."""
    known = {name.removeprefix("_") for name in content} & layout.keys()
    for place in sorted(layout[name] for name in known):
        values, more = content.get(place.name), content.get(f"_{place.name}")
        for value, extra in zip_longest(_listed(values), _listed(more)):
            yield from _added(node, place, value, extra)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _added(node: etree._Element, place: _Place, value: Any, extra: Any) -> Iterator[_Open]:
    """Add one element, or one item of a list; `extra` is what JSON keeps beside a primitive."""
    if place.type == _NARRATIVE:
        node.append(_narrative(value))
        return
    child = etree.SubElement(node, _FHIR + place.name)
    if place.type == _RESOURCE and isinstance(value, Mapping):
        yield from _nested(child, value)
    elif isinstance(value, Mapping):
        yield _complex(child, value, place.type)
    elif value is not None:
        child.set("value", _text(value))
    if isinstance(extra, Mapping):
        yield _complex(child, extra, "Element")


def _nested(node: etree._Element, resource: Mapping[str, Any]) -> Iterator[_Open]:
    type_ = str(resource.get("resourceType"))
    if layout := _of_resource(type_):
        yield etree.SubElement(node, _FHIR + type_), resource, layout


def _complex(node: etree._Element, content: Mapping[str, Any], type_: str) -> _Open:
    """Begin an element that is no resource: its id, and the url of an extension, are attributes there."""
    attributes = _ATTRIBUTES.get(type_, _ID)
    for name in attributes:
        if name in content:
            node.set(name, _text(content[name]))
    rest = {name: value for name, value in content.items() if name not in attributes}
    return node, rest, _layout(type_)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NO_CHARACTER.sub(_REPLACED, str(value))


def _narrative(value: Any) -> etree._Element:
    """Return the div of a narrative; what is no well-formed div stands in one as plain text."""
    try:
        read = xmlsafe.parse(str(value).encode("utf-8", "replace"))
    except MessageError:
        read = None
    if read is not None and read.tag == _DIV:
        return read
    found = etree.Element(_DIV, nsmap=_OF_XHTML)
    found.text = _text(value)
    return found


def _indent(root: etree._Element) -> None:
    """Give each element of FHIR a line of its own; blanks within a narrative are its author's."""
    todo = [(root, "\n")]
    while todo:
        node, line = todo.pop()
        children = list(node)
        if not children or not node.tag.startswith(_FHIR):
            continue
        node.text = line + _STEP
        for child in children:
            child.tail = line + _STEP
            todo.append((child, line + _STEP))
        children[-1].tail = line
