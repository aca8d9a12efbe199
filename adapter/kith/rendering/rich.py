"""Running text: plain text by its lines, formatted text (XHTML) reduced to headings, paragraphs, lists and tables.

No markup passes through: what remains is text in our own blocks. HISD 1155; XHTML 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from adapter.kith.rendering.document import Block, Table
from adapter.kith.tree import content, kind, namespace

_XHTML: Final = "http://www.w3.org/1999/xhtml"
_TAGS: Final = frozenset(
    {
        "p",
        "div",
        "span",
        "b",
        "i",
        "em",
        "strong",
        "u",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "table",
        "pre",
    }
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BREAKS: Final = frozenset(
    {
        "p",
        "div",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "section",
        "article",
        "blockquote",
        "hr",
        "body",
        "html",
        "tbody",
        "center",
    }
)
_SILENT: Final = frozenset({"script", "style", "head", "title"})
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_MARGIN: Final = re.compile(r"[ \t]+")


def is_markup(element: etree._Element) -> bool:
    """Return whether an element formats text."""
    return namespace(element) == _XHTML or kind(element).lower() in _TAGS


def blocks(element: etree._Element) -> tuple[Block | Table, ...]:
    """Return the running text of an element."""
    if not len(element):
        return _paragraphs(element.text or "")
    found = _Flow()
    _walk(element, found, pre=False)
    found.end()
    return tuple(found.blocks)


def lines(text: str) -> str:
    """Return plain text with the indentation of its XML taken off, its own lines kept."""
    whole = (_MARGIN.sub(" ", line).strip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(whole))


def _paragraphs(text: str) -> tuple[Block, ...]:
    """Return plain text, a paragraph for every empty line."""
    return tuple(
        Block("paragraph", each.strip("\n")) for each in re.split(r"\n{2,}", lines(text)) if each.strip()
    )


class _Flow:
    """Blocks, and the text of the one under way."""

    def __init__(self) -> None:
        self.blocks: list[Block | Table] = []
        self.kind = "paragraph"
        self._parts: list[str] = []

    def add(self, text: str | None, *, pre: bool) -> None:
        """Add text, blanks folded as a browser would."""
        if text:
            self._parts.append(text if pre else _BLANKS.sub(" ", text))

    def end(self, kind_: str = "paragraph") -> None:
        """Close the block under way; the next is of a kind."""
        text = "\n".join(line.strip() for line in "".join(self._parts).split("\n")).strip("\n")
        if text.strip():
            self.blocks.append(_block(self.kind, text))
        self._parts.clear()
        self.kind = kind_


def _block(kind_: str, text: str) -> Block:
    for known in ("heading", "bullet", "number"):
        if kind_ == known:
            return Block(known, text)
    return Block("paragraph", text)


def _walk(element: etree._Element, flow: _Flow, *, pre: bool) -> None:
    """Add an element and its descendants, depth first. Depth is limited by xmlsafe."""
    name = kind(element).lower()
    if name in _SILENT:
        return
    if name == "table":
        flow.end()
        flow.blocks += _table(element)
        return
    starts = _starts(element, name)
    if starts:
        flow.end(starts)
    if name == "br":
        flow.add("\n", pre=True)
    flow.add(element.text, pre=pre or name == "pre")
    for child in element:
        _walk(child, flow, pre=pre or name == "pre")
        flow.add(child.tail, pre=pre or name == "pre")
    if starts:
        flow.end(_after(element))


def _starts(element: etree._Element, name: str) -> str:
    """Return the kind of block that an element begins, empty where it is part of the line."""
    if name in _HEADINGS:
        return "heading"
    if name == "li":
        parent = element.getparent()
        return "number" if parent is not None and kind(parent).lower() == "ol" else "bullet"
    if name == "p" and (within := _after(element)) != "paragraph" and not len(_before(element)):
        return within  # the first paragraph of a list item is the item
    return "paragraph" if name in _BREAKS or name == "pre" else ""


def _before(element: etree._Element) -> list[etree._Element]:
    return list(element.itersiblings(preceding=True))


def _after(element: etree._Element) -> str:
    """Return the kind of the block around an element: a list item goes on after a list within it."""
    around = element.getparent()
    if around is None or kind(around).lower() != "li":
        return "paragraph"
    return _starts(around, "li")


def _table(element: etree._Element) -> Iterator[Table]:
    """Return a table; its first row is its head where it holds th alone. A table within a cell is text."""
    lines_ = [[cell for cell in row if kind(cell).lower() in {"td", "th"}] for row in element.iter("{*}tr")]
    found = [
        (all(kind(cell).lower() == "th" for cell in row), tuple(_cell(cell) for cell in row))
        for row in lines_
        if row
    ]
    if not found:
        return
    caption = next((_cell(each) for each in element if kind(each).lower() == "caption"), "")
    headed = found[0][0] and len(found) > 1
    heads = found[0][1] if headed else ()
    width = max(len(cells) for _, cells in found)
    body = found[1:] if headed else found
    yield Table(
        caption, _padded(heads, width) if heads else (), tuple(_padded(cells, width) for _, cells in body)
    )


def _padded(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells + ("",) * (width - len(cells))


def _cell(element: etree._Element) -> str:
    text = content(element) if len(element) else _BLANKS.sub(" ", element.text or "")
    return text.strip()
