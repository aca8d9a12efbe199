"""Small readers for elements: text, children, and formatted text (xhtml) as plain text. HISD 1155, HISD 1165."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

_BLOCKS: Final = frozenset(
    [
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "div",
        "hr",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "pre",
    ]
)
_MARKS: Final = {"li": "- ", "br": "\n", "td": "\t", "th": "\t"}
_SILENT: Final = frozenset({"script", "style", "head", "title"})
_BLANKS: Final = re.compile(r"[ \t\r\n]+")


def text(parent: etree._Element | None, tag: str) -> str:
    """Return the text of a child without blanks around it, empty where it is absent."""
    return (parent.findtext(tag) or "").strip() if parent is not None else ""


def kind(element: etree._Element) -> str:
    """Return the local name of an element."""
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str:
    """Return the namespace of an element, empty where it has none."""
    return etree.QName(element).namespace or ""


def content(element: etree._Element | None) -> str:
    """Return the whole text of a string or anyType element.

    Plain text is kept as it stands. Markup is reduced: blocks and `br` become line breaks, list items get `- `,
    cells a tab, scripts and styles vanish, blanks are folded (not in `pre`).
    """
    if element is None:
        return ""
    if not len(element):
        return element.text or ""
    parts: list[str] = []
    _walk(element, parts, keep=False)
    lines = (line.rstrip() for line in "".join(parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _walk(element: etree._Element, parts: list[str], *, keep: bool) -> None:
    """Append the text of an element and its descendants, depth first. Depth is limited by xmlsafe."""
    name = kind(element).lower()
    if name in _SILENT:
        return
    preserve = keep or name == "pre"
    _open(name, parts)
    _add(element.text, parts, keep=preserve)
    for child in element:
        _walk(child, parts, keep=preserve)
        _add(child.tail, parts, keep=preserve)
    if name in _BLOCKS and not _at_line_start(parts):
        parts.append("\n")


def _open(name: str, parts: list[str]) -> None:
    """Append what an opening tag means in plain text."""
    fresh = _at_line_start(parts)
    if name in _BLOCKS and not fresh:
        parts.append("\n")
    mark = _MARKS.get(name)
    if mark and not (mark == "\t" and fresh):
        parts.append(mark)


def _at_line_start(parts: list[str]) -> bool:
    """Whether nothing stands on the current line yet. No part is empty."""
    return not parts or parts[-1].endswith("\n")


def _add(value: str | None, parts: list[str], *, keep: bool) -> None:
    """Append text with blanks folded as a browser would, unless it is preformatted."""
    if not value:
        return
    shown = value if keep else _BLANKS.sub(" ", value)
    if not keep and _at_line_start(parts):
        shown = shown.lstrip(" ")
    if shown:
        parts.append(shown)
