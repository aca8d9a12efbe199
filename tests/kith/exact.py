"""A document in the form in which two that say the same are equal.

Canonical XML, with what does not count left out: comments, schemaLocation, prefixes, blanks between elements and round
the text of an element, and the empty display text of a code.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from lxml import etree

_LOCATIONS = tuple(
    f"{{{space}}}{name}"
    for space in ("http://www.w3.org/2001/XMLSchema-instance",)
    for name in ("schemaLocation", "noNamespaceSchemaLocation")
)


def canonical(data: bytes) -> str:
    """Return the document as C14N 2.0 with prefixes rewritten."""
    text = ET.canonicalize(
        data.decode("utf-8-sig"), strip_text=True, rewrite_prefixes=True, exclude_attrs=_LOCATIONS
    )
    return text.replace(' DN=""', "").replace("><", ">\n<")


def said(data: bytes) -> str:
    """Return the document without what says nothing (elements and attributes that are empty), booleans as words.

    MIGversion has one value only, and half a ConversationRef stands for both: neither is compared.
    """
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True))
    for element in list(root.iter(etree.Element)):
        name = etree.QName(element).localname
        if name in {"MIGversion", "ConversationRef"} and element.getparent() is not None:
            element.getparent().remove(element)
        element.text = _BOOLEANS.get((element.text or "").strip(), element.text)
        for attribute in [
            key for key, value in element.attrib.items() if key in _LOCATIONS or not value.strip()
        ]:
            del element.attrib[attribute]
    for element in reversed(list(root.iter(etree.Element))):
        empty = not (len(element) or element.attrib or (element.text or "").strip())
        if empty and element.getparent() is not None:
            element.getparent().remove(element)
    return canonical(etree.tostring(root, encoding="UTF-8"))


_BOOLEANS = {"1": "true", "0": "false"}
