"""Our own XSDs: KITH messages in our words and structure, accepting and refusing what the official schemas do.

Facts: MsgHead-v1_2, dialogmelding 1.0 and 1.1, AppRec 1.0 and 1.1, PLO 1.5 and 1.6 with poKomponent and the EPJ
components they hold, felleskomponent1, kith, kith-base64. Two sets: `core.xsd` for nearly all messages, `all.xsd` where a
payload needs more: it takes four times as long to load and as much memory, in each thread.
Faults are named by kind and place; libxml2's texts quote the document and never leave this module.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

from lxml import etree

from adapter.errors import Fault, MessageError

Scope = Literal["whole", "head"]
"""`whole`: head and payload; `head`: the payload skipped, for message types the adapter does not support."""

_Set = Literal["core", "all", "head"]
_CONTENT: Final = "{http://www.kith.no/xmlstds/msghead/2006-05-24}Content"
_MOST: Final = 100
"""Faults told of one document: telling where each is costs time, and a sender mends the first ones first."""
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_KINDS: Final[Mapping[str, str]] = {
    "SCHEMAV_ELEMENT_CONTENT": "xsd-element",
    "SCHEMAV_CVC_ELT_1": "xsd-root",
    "SCHEMAV_CVC_ELT_2": "xsd-element",
    "SCHEMAV_CVC_ELT_3_1": "xsd-attribute",
    "SCHEMAV_CVC_ELT_4_2": "xsd-type",
    "SCHEMAV_CVC_ELT_4_3": "xsd-type",
    "SCHEMAV_CVC_ELT_5_2_2_2_2": "xsd-fixed",
    "SCHEMAV_CVC_ELT_5_2_2_2_1": "xsd-fixed",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "xsd-value",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_2": "xsd-value",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_3": "xsd-value",
    "SCHEMAV_CVC_PATTERN_VALID": "xsd-value",
    "SCHEMAV_CVC_ENUMERATION_VALID": "xsd-value",
    "SCHEMAV_CVC_TYPE_3_1_1": "xsd-attribute",
    "SCHEMAV_CVC_TYPE_3_1_2": "xsd-element",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_1": "xsd-text",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_2": "xsd-text",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "xsd-text",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_4": "xsd-element",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "xsd-attribute",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "xsd-attribute",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "xsd-attribute",
    "SCHEMAV_CVC_WILDCARD": "xsd-payload",
}
_HINTS: Final[Mapping[str, str]] = {
    "xsd-element": "element missing, unknown or in the wrong place",
    "xsd-root": "unknown element",
    "xsd-value": "value of the wrong form",
    "xsd-fixed": "fixed value expected",
    "xsd-attribute": "attribute not allowed here",
    "xsd-text": "text not allowed here",
    "xsd-payload": "payload of no known schema",
    "xsd-type": "xsi:type not allowed here",
    "xsd": "does not validate",
}
# lxml keeps errors and log contexts in the schema object: one per thread; core takes a millisecond, all four.
_local = threading.local()
_loading = threading.Lock()
_TRIES: Final = 5


def folder() -> Path:
    """Return the folder of the XSDs; all.xsd reaches the rest."""
    return Path(str(resources.files(__name__)))


def faults(root: etree._Element, scope: Scope = "whole") -> tuple[Fault, ...]:
    """Return the schema faults of a document, the first hundred: line, XPath, `rule` xsd-…; nothing of its content."""
    schema = _schema(_needed(root, scope))
    if schema.validate(root):
        return ()
    log: Any = schema.error_log
    return tuple(_fault(entry, root) for entry in islice(log, _MOST))


def require(root: etree._Element) -> None:
    """Raise MessageError IPK-M002 at the first fault of a document that we built."""
    found = faults(root)
    if found:
        raise MessageError("IPK-M002", at=found[0].path, hint=found[0].hint)


def judges(space: str) -> bool:
    """Return whether a payload of this namespace has a schema here, whatever message it stands in."""
    return space in _imported("core") | _imported("all")


def where(element: etree._Element) -> str:
    """Return an XPath of local names, such as `/MsgHead/MsgInfo/Sender`; names no schema knows are written `*`."""
    steps = []
    node: etree._Element | None = element
    while node is not None:
        steps.append(_step(node))
        node = node.getparent()
    return "/" + "/".join(reversed(steps))


def _step(element: etree._Element) -> str:
    """Return one step, with its place among like siblings where there are several."""
    name = etree.QName(element).localname
    # A stranger may hide a value in the name of an element; only names of our schemas are told.
    shown = name if name in _vocabulary() else "*"
    parent = element.getparent()
    alike = parent.findall(element.tag) if parent is not None else [element]
    return f"{shown}[{alike.index(element) + 1}]" if len(alike) > 1 else shown


def _fault(entry: Any, root: etree._Element) -> Fault:
    """Return a fault of ours for one entry of the error log."""
    kind = _KINDS.get(entry.type_name, "xsd")
    place = _place(entry.path, root)
    return Fault(
        code="IPK-M002", path=place, rule=kind, line=entry.line or None, severity="may", hint=_HINTS[kind]
    )


def _place(path: str | None, root: etree._Element) -> str:
    """Return where a fault is, from libxml2's path (an attribute is told by its element)."""
    element = root
    # The first step is the root itself. Not evaluated as XPath: prefixes may mean other namespaces further down.
    for step in (path or "").partition("/@")[0].split("/")[2:]:
        name, _, number = step.rstrip("]").partition("[")
        alike = [child for child in element.iterchildren("*") if name in {"*", _written(child)}]
        place = int(number or 1) - 1
        if place >= len(alike):
            break
        element = alike[place]
    return where(element)


def _written(element: etree._Element) -> str:
    """Return the name of an element as the document writes it, with its prefix."""
    name = element.tag.rpartition("}")[2]  # a QName would cost three times as much, and siblings are many
    return f"{element.prefix}:{name}" if element.prefix else name


def _needed(root: etree._Element, scope: Scope) -> _Set:
    """Return the smallest set of schemas that knows root and payloads of a document as well as the largest does."""
    if scope == "head":
        return "head"
    payloads = (each for content in root.iter(_CONTENT) for each in content.iterchildren("*"))
    core = _imported("core")
    return "core" if all(each.tag[1:].partition("}")[0] in core for each in (root, *payloads)) else "all"


@cache
def _imported(needed: _Set) -> frozenset[str | None]:
    """Return the namespaces that a set of schemas imports."""
    imports = etree.parse(str(folder() / f"{needed}.xsd")).iter(f"{_XS}import")
    return frozenset(each.get("namespace") for each in imports)


def _schema(needed: _Set) -> etree.XMLSchema:
    """Return this thread's schema object."""
    schema: etree.XMLSchema | None = getattr(_local, needed, None)
    if schema is None:
        schema = _loaded(needed)
        setattr(_local, needed, schema)
    return schema


def _loaded(needed: _Set) -> etree.XMLSchema:
    """Return a new schema object, whatever other threads parse meanwhile.

    libxml2 has one loader of files for the whole process, which lxml sets and resets around each parse: under load an
    import has been seen to miss its file once.
    """
    with _loading:
        for _ in range(_TRIES - 1):
            try:
                return _load(needed)
            except etree.XMLSchemaParseError:
                continue
        return _load(needed)


def _load(needed: _Set) -> etree.XMLSchema:
    """Return a new schema object; `head` is MsgHead alone with its Content skipped."""
    if needed != "head":
        return etree.XMLSchema(etree.parse(str(folder() / f"{needed}.xsd")))
    document = etree.parse(str(folder() / "msghead-1.2.xsd"))
    for wildcard in document.iter(f"{_XS}any"):
        wildcard.set("processContents", "skip")
    return etree.XMLSchema(document)


@cache
def _vocabulary() -> frozenset[str]:
    """Return the names of all elements our schemas declare."""
    return frozenset(
        name
        for path in folder().glob("*.xsd")
        for element in etree.parse(str(path)).iter(f"{_XS}element")
        if (name := element.get("name"))
    )
