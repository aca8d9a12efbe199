"""Formatted text: read as plain text, cleaned by an allow-list, and built from nothing else. HISD 1155, HISD 1165.

Schemas let anything pass in an anyType, so both ends clean: no scripts, styles, attributes, links or entities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from adapter.kith.escape import escape

NAMESPACE: Final = "http://www.w3.org/1999/xhtml"
TAGS: Final = frozenset(
    ["h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "div", "span", "em", "strong", "b", "i", "pre", "hr", "ul", "ol",
     "li", "dl", "table", "tr", "td"]
)  # fmt: skip
"""What the standard lets a message hold. HISD 1155 lists `th` too, HISD 1165 refuses it: read, never written."""
SHOWN: Final = TAGS | {"th", "dt", "dd"}
"""What stays of what others sent."""
_EMPTY: Final = frozenset({"br", "hr"})
_BLOCKS: Final = frozenset(
    ["h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "hr", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "pre"]
)  # fmt: skip
_MARKS: Final = {"li": "- ", "br": "\n", "td": "\t", "th": "\t"}
_SILENT: Final = frozenset({"script", "style", "head", "title"})
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_LINE: Final = re.compile(r"\r\n|\r|\n")
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n\s*")


# ── read ──


def plain(element: etree._Element | None) -> str:
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


def clean(element: etree._Element) -> str:
    """Return the content of an element as one `div` of allowed elements without attributes.

    Other elements give way to their content, scripts and styles vanish with theirs; all other text stays.
    """
    return f'<div xmlns="{NAMESPACE}">{_cleaned(element)}</div>'


def _cleaned(element: etree._Element) -> str:
    parts = [escape(element.text or "")]
    for child in element:
        parts += [_shown(child), escape(child.tail or "")]
    return "".join(parts)


def _shown(element: etree._Element) -> str:
    """Return one element as it may be shown."""
    name = _name(element)
    if name in _SILENT:
        return ""
    inner = _cleaned(element)
    if name in _EMPTY:
        return f"<{name}/>{inner}"
    return f"<{name}>{inner}</{name}>" if name in SHOWN else inner


def _name(element: etree._Element) -> str:
    """Return the local name in lower case. The parser has left elements alone: no comments, no entities."""
    return etree.QName(element).localname.lower()


def _walk(element: etree._Element, parts: list[str], *, keep: bool) -> None:
    """Append the text of an element and its descendants, depth first. Depth is limited by xmlsafe."""
    name = _name(element)
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


# ── write ──


@dataclass(frozen=True, slots=True, repr=False)
class Heading:
    """A heading of level 1 to 6."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Paragraph:
    """Lines of text."""

    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Items:
    """A list, numbered or not."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Rows of cells."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Items | Table


def build(*blocks: Block) -> str:
    """Return blocks as one `div`, from the allow-list alone. Raises MessageError IPK-M002 (a control character)."""
    return f'<div xmlns="{NAMESPACE}">{"".join(map(_block, blocks))}</div>'


def formatted(text: str) -> str:
    """Return plain text as one `div`: a paragraph for each part between empty lines, its line breaks kept."""
    parts = (part for part in _PARAGRAPH.split("\n".join(_LINE.split(text.strip()))) if part)
    return build(*map(Paragraph, parts))


def _block(block: Block) -> str:
    match block:
        case Heading():
            return _tag(f"h{min(max(block.level, 1), 6)}", _text(block.text))
        case Paragraph():
            return _tag("p", _text(block.text))
        case Items():
            return _tag(
                "ol" if block.numbered else "ul", "".join(_tag("li", _text(each)) for each in block.items)
            )
        case Table():
            return _tag(
                "table", "".join(_tag("tr", "".join(_tag("td", _text(c)) for c in r)) for r in block.rows)
            )


def _text(value: str) -> str:
    return "<br/>".join(escape(line) for line in _LINE.split(value))


def _tag(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"
