"""A letter of ours laid out for print: the page as it was written becomes a document, and that a PDF. message-rules.md, 'Which carrier', 4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, cast

from lxml import etree

from adapter import xmlsafe
from adapter.errors import MessageError
from adapter.kith.rendering.document import Block, Document, Prose, Section
from adapter.kith.rendering.labels import Lang
from adapter.kith.tree import kind

_SPACE: Final = "http://www.w3.org/1999/xhtml"
_H: Final = f"{{{_SPACE}}}"
_HEADS: Final = {"nb": ("Til", "Fra", "Brev"), "nn": ("Til", "Frå", "Brev")}


def document(data: bytes, *, limits: xmlsafe.Limits = xmlsafe.DEFAULT) -> Document:
    """Return a letter laid out: to whom, from whom, what it says. Raises MessageError IPK-M003 for another document."""
    root = xmlsafe.parse(data, limits=limits)
    body = root.find(f"{_H}body")
    if root.tag != f"{_H}html" or body is None:
        raise MessageError("IPK-M003", at="/")
    lang = cast("Lang", root.get("lang") if root.get("lang") in _HEADS else "nb")
    title = next((_text(each) for each in body.iter(f"{_H}h1")), "")
    above, below = _parts(body)
    parts = zip(_HEADS[lang], (_lines(body), above, below), strict=True)
    return Document(lang, title, "", tuple(_section(heading, lines) for heading, lines in parts))


def _section(heading: str, lines: Iterable[str]) -> Section:
    return Section(heading, 2, (Prose("", tuple(Block("paragraph", each) for each in lines)),))


def _parts(body: etree._Element) -> tuple[list[str], list[str]]:
    """Return the paragraphs before the title, and those after it."""
    above: list[str] = []
    below: list[str] = []
    now = above
    for each in body:
        if kind(each) == "h1":
            now = below
        elif kind(each) == "p":
            now.append(_text(each))
    return above, below


def _lines(body: etree._Element) -> Iterator[str]:
    """Yield the lines of the address."""
    address = body.find(f"{_H}address")
    if address is not None:
        yield address.text or ""
        yield from (each.tail or "" for each in address)


def _text(element: etree._Element) -> str:
    return "".join(str(each) for each in element.itertext())
