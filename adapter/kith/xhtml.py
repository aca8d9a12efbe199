"""Formatted text: read as plain text, cleaned by an allow-list, and built from nothing else. HISD 1155, HISD 1165.

Schemas let anything pass in an anyType, so both ends clean: no scripts, styles, attributes, links or entities. What is
read stays as it was written; it is cleaned where it is shown, and where it would leave again (issuing.issue).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from lxml import etree

from adapter import xmlsafe
from adapter.kith.escape import escape

NAMESPACE: Final = "http://www.w3.org/1999/xhtml"
TAGS: Final = frozenset(
    ["h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "div", "span", "em", "strong", "b", "i", "pre", "hr", "ul", "ol",
     "li", "dl", "table", "tr", "td"]
)  # fmt: skip
"""What the standard lets a message hold. HISD 1155 lists `th` too, HISD 1165 refuses it: read, never written."""
SHOWN: Final = TAGS | {"th", "dt", "dd"}
"""What stays of what others sent."""
_TOLD: Final = TAGS | {"th"}
"""What a message may hold by either standard."""
_SHOWN_AS: Final = {name: name for name in SHOWN}
_SENT_AS: Final = {name: name for name in TAGS} | {"th": "td", "dl": "div", "dt": "p", "dd": "p"}
"""What stays of a text that leaves, and as what: cells are `td`, a list of terms is paragraphs."""
_FORMATTED: Final = ("{*}TekstNotatInnhold", "{*}Sporsmal")
"""The elements of messages that hold formatted text."""
_ANY: Final = f"{{{NAMESPACE}}}*"
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
    return _division(element, _SHOWN_AS)


def _division(element: etree._Element, names: Mapping[str, str]) -> str:
    return f'<div xmlns="{NAMESPACE}">{_cleaned(element, names)}</div>'


def _cleaned(element: etree._Element, names: Mapping[str, str]) -> str:
    parts = [escape(element.text or "")]
    for child in element:
        parts += [_shown(child, names), escape(child.tail or "")]
    return "".join(parts)


def _shown(element: etree._Element, names: Mapping[str, str]) -> str:
    """Return one element as it may be shown, under the name that it then has."""
    name = _name(element)
    if name in _SILENT:
        return ""
    inner = _cleaned(element, names)
    if name in _EMPTY:
        return f"<{name}/>{inner}"
    shown = names.get(name)
    return f"<{shown}>{inner}</{shown}>" if shown else inner


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


# ── what a document holds ──


def foreign(root: etree._Element, *, allowed: AbstractSet[str] = _TOLD) -> str | None:
    """Return the XPath of the first element whose formatted text holds more than allowed elements, None for none.

    HISD 1155, HISD 1165: elements of XHTML out of a short list, and no attribute. XHTML is looked for everywhere.
    """
    for each in root.iter(*_FORMATTED, _ANY):
        if each.tag.startswith(_ANY[:-1]):
            if not _fits(each, allowed):
                return _place(each)
        elif len(each) and not all(_fits(inner, allowed) for inner in each.iterdescendants()):
            return _place(each)
    return None


def mend(root: etree._Element) -> bool:
    """Clean the formatted text of a document that leaves, in its tree; whether anything was amiss. What fits stays untouched.

    XHTML anywhere else is left: `foreign` tells of it.
    """
    found = [each for each in root.iter(*_FORMATTED) if len(each) and foreign(each, allowed=TAGS)]
    for each in found:
        only = each[0] if len(each) == 1 and _name(each[0]) == "div" and not _around(each) else each
        kept = xmlsafe.reread(_division(only, _SENT_AS).encode())
        each.text = None
        each[:] = [kept]
    return bool(found)


def _around(element: etree._Element) -> str:
    """Return the text of an element beside its first child."""
    return f"{element.text or ''}{element[0].tail or ''}".strip()


def _fits(element: etree._Element, allowed: AbstractSet[str]) -> bool:
    name = etree.QName(element)
    return name.namespace == NAMESPACE and name.localname in allowed and not element.attrib


def _place(element: etree._Element) -> str:
    """Return the XPath of the element of the message that an element stands in: names of the standard alone."""
    outer = [element, *element.iterancestors()]
    names = [etree.QName(each) for each in reversed(outer)]
    return "".join(
        f"/{name.localname}" for name in takewhile(lambda name: name.namespace != NAMESPACE, names)
    )


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
