"""A document in the form in which two that say the same are equal.

Canonical XML, with what does not count left out: comments, schemaLocation, prefixes, blanks between elements and round
the text of an element, and the empty display text of a code.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

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
