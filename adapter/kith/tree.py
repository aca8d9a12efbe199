"""Small readers for elements: text, names, and formatted text as plain text."""

from __future__ import annotations

from typing import Any

from lxml import etree

from adapter.kith import xhtml


def text(parent: etree._Element | None, tag: str) -> str:
    """Return the text of a child without blanks around it, empty where it is absent."""
    return (parent.findtext(tag) or "").strip() if parent is not None else ""


def kind(element: etree._Element) -> str:
    """Return the local name of an element."""
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str:
    """Return the namespace of an element, empty where it has none."""
    return etree.QName(element).namespace or ""


def line_of(element: etree._Element) -> int | None:
    """Return the line that an element begins at, where it was parsed."""
    line: Any = element.sourceline  # the stubs do not know it
    return line or None


def content(element: etree._Element | None) -> str:
    """Return the whole text of a string or anyType element, markup reduced to plain text."""
    return xhtml.plain(element)
