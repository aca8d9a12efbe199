"""The one XML parser: no DTD, no entities, no network, limits on everything; and the one printer.

W3C XML 1.0 (fifth edition) sections 2.2, 2.8 and 4.3.3; OWASP XML External Entity Prevention.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from lxml import etree

from adapter.errors import MessageError

MEBIBYTE: Final = 1024 * 1024
_LIBXML_NODE_LIMIT: Final = 10_000_000
"""Above this a single text node needs libxml2's `huge_tree`; below it the library's own limits stay on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of everything a document may have.

    Beyond these no message is honest, and libxml2 needs quadratic time to tell where faults among siblings are.
    """

    size: int = 35 * MEBIBYTE
    """Bytes."""
    markup: int = 60_000
    """Tags, and attributes, of the whole document."""
    depth: int = 64
    """Levels of elements."""
    siblings: int = 2_000
    """Children of one element."""
    attributes: int = 32
    """Attributes of one element."""
    attachment: int = 27_000_000
    """Bytes of one attachment, decoded. Not of XML: asked by who knows what an attachment is."""


DEFAULT: Final = Limits()

# Encodings whose markup the prolog scan below can read; UTF-7 and EBCDIC would hide a DOCTYPE from it.
_ENCODINGS: Final = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "latin1", "utf-16",
     "utf-16le", "utf-16be"}
)  # fmt: skip
_SINGLE: Final = frozenset({"iso-8859-1", "iso-8859-15", "windows-1252", "latin1"})
_C1: Final = re.compile(rb"[\x80-\x9f]")
_PIECE: Final = MEBIBYTE
_DOCTYPE: Final = b"<!DOCTYPE"
_PROLOG: Final = 65_536
"""Bytes within which the root element begins; no honest document says that much before."""
_LEAST_ATTRIBUTE: Final = 5
"""Bytes of the shortest attribute, with the blank before it."""
_DECLARED: Final = re.compile(rb"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BEFORE_ROOT: Final = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SIGNATURES: Final = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_WIDE: Final = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"\x00\x00\x00<", b"<\x00\x00\x00")


def parse(data: bytes, *, limits: Limits = DEFAULT) -> etree._Element:
    """Return the root of a document.

    Raises MessageError IPK-M001 (not well formed; `at` is `line N`), IPK-M007 (DTD, entities, an encoding that
    could hide one, too deep, too many attributes) and IPK-M008 (too many bytes). Never quotes the document.
    """
    if len(data) > limits.size:
        raise MessageError("IPK-M008")
    _refuse_dtd(data)
    # Counted before parsing: a tree takes thirty times the room of the smallest tags it is made of.
    tags = data.count(b"<")
    if tags > limits.markup:
        raise MessageError("IPK-M007", hint="markup")
    root = _read(data, mislabelled(data))
    if root.getroottree().docinfo.internalDTD is not None:
        raise MessageError("IPK-M007")
    # What the bytes alone rule out is not asked of the tree.
    small = tags <= limits.siblings and len(data) <= limits.markup * _LEAST_ATTRIBUTE
    if _exceeding(limits, small)(root):
        _refuse_excess(root, limits)
    return root


def reread(data: bytes) -> etree._Element:
    """Return the root of a document that was written here a moment ago: well formed or IPK-M001, no attack looked for.

    What a stranger must not do in a document (DTD, depth, numbers of tags) our own builders cannot: all they are given is
    escaped, and bounded by the event it came in.
    """
    return _read(data, "")


def mislabelled(data: bytes) -> str:
    """Return the encoding that a document is in, where that is surely not the one it declares; else nothing.

    Only what declares a single byte for a character is doubted, for such an encoding reads anything. It is UTF-8 where
    all of it is well-formed UTF-8: in Latin-1 that would be text of `Ã` and signs alone. It is windows-1252 where it
    declares ISO-8859 and holds bytes of 0x80 to 0x9F, which are control characters there and quotes here (as WHATWG
    Encoding reads it). A document that declares UTF-8 and is not is refused: nothing tells which letters were meant.
    """
    declared = _DECLARED.match(data)
    name = declared.group(1).decode("ascii").lower() if declared else ""
    if name not in _SINGLE or data.isascii():
        return ""
    if _is_utf8(data):
        return "utf-8"
    return "windows-1252" if name != "windows-1252" and _C1.search(data) else ""


def _is_utf8(data: bytes) -> bool:
    """Return whether all of it is UTF-8, decoded piece by piece: a large document is not held twice."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(view[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def serialise(element: etree._Element) -> bytes:
    """Return the element as a UTF-8 document with an XML declaration."""
    return etree.tostring(element, encoding="UTF-8", xml_declaration=True)


def _refuse_dtd(data: bytes) -> None:
    """Raise IPK-M007 where a DOCTYPE, or an encoding we cannot scan, stands before the root element."""
    text = _as_ascii(data[:_PROLOG])
    declared = _DECLARED.match(text)
    if declared and declared.group(1).decode("ascii").lower() not in _ENCODINGS:
        raise MessageError("IPK-M007", hint="encoding")
    prolog = _BEFORE_ROOT.match(text)
    rest = text[prolog.end() :] if prolog else text
    if rest.startswith(_DOCTYPE):
        raise MessageError("IPK-M007", hint="DOCTYPE")
    if len(data) > _PROLOG and (rest.startswith((b"<!--", b"<?")) or len(rest) < len(_DOCTYPE)):
        raise MessageError("IPK-M007", hint="prolog")
    # libxml2 would detect EBCDIC by itself; what does not begin with markup in ASCII was not scanned.
    if not text.lstrip().startswith(b"<"):
        raise MessageError("IPK-M001", at="line 1")


def _as_ascii(data: bytes) -> bytes:
    """Return the document with its markup readable as ASCII bytes: BOM taken off, UTF-16 turned into UTF-8."""
    if data.startswith(_WIDE):
        raise MessageError("IPK-M007", hint="encoding")
    for mark, encoding in (*_BOMS, *_SIGNATURES):
        if data.startswith(mark):
            rest = data[len(mark) :] if (mark, encoding) in _BOMS else data
            return (
                rest if encoding == "utf-8" else rest.decode(encoding, "replace").encode("utf-8", "replace")
            )
    return data


def _read(data: bytes, encoding: str) -> etree._Element:
    """Return the root as libxml2 reads it, in `encoding` where one is given, or raise with the line alone."""
    # A parser per document costs a microsecond and lets threads parse side by side.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, attribute_defaults=False,
        remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=len(data) > _LIBXML_NODE_LIMIT,
        encoding=encoding or None,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, code = error.lineno, getattr(error, "code", None)
    if code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise MessageError("IPK-M007", hint="limit")
    raise MessageError("IPK-M001", at=f"line {line or 0}")


def _refuse_excess(root: etree._Element, limits: Limits) -> None:
    """Raise IPK-M007 with the name of the limit that the tree exceeds."""
    hint = next(
        name for name, question in _questions(limits).items() if etree.XPath(f"boolean({question})")(root)
    )
    raise MessageError("IPK-M007", hint=hint)


@cache
def _exceeding(limits: Limits, small: bool) -> etree.XPath:  # noqa: FBT001 (a cache takes no keywords cheaply)
    """Return the compiled question whether a tree exceeds any limit; limits are settings, so there are few.

    In a small document there cannot be too many siblings, or attributes in all.
    """
    asked = [
        question
        for name, question in _questions(limits).items()
        if not small or name in {"depth", "attributes"}
    ]
    return etree.XPath(" or ".join(f"boolean({question})" for question in asked))


def _questions(limits: Limits) -> dict[str, str]:
    """Return what to ask of a tree, true where a limit is exceeded: deeper, wider or richer in attributes."""
    return {
        "depth": "/*" * (limits.depth + 1),
        "attributes": f"//@*[{limits.attributes + 1}]",
        "siblings": f"//*[{limits.siblings + 1}]",
        "markup": f"count(//@*) > {limits.markup}",
    }


def said(root: etree._Element, *, without: AbstractSet[etree._Element] = frozenset()) -> str:
    """Return everything a document says, a line per element and attribute.

    Markup within a text does not cut it: `12<b/>34` is said as `1234`, as a reader of the document sees it. The text
    of the elements in `without` is passed over.
    """
    if not (without or _MIXED(root)):
        texts: Any = _TEXTS(root)
        values: Any = _VALUES(root)
        return "\n".join([*(text for text in texts if not text.isspace()), *values])
    lines: list[str] = []
    for node in root.iter():
        if node not in without:
            mixed = len(node) and _is_mixed(node)
            lines.append("".join(map(str, node.itertext())) if mixed else str(node.text or ""))
        if isinstance(node.tag, str):
            lines += [str(value) for value in node.attrib.values()]
    return "\n".join(lines)


def asides(data: bytes) -> str:
    """Return what a document that was parsed holds in comments and processing instructions, a line each; its parser drops them."""
    text = _as_ascii(data)
    if b"<!--" not in text and text.count(b"<?") < 2:  # noqa: PLR2004 (one is its declaration)
        return ""
    # What was parsed closes all that it opens, so each is found in one pass; within CDATA nothing opens.
    found = (one[1] or one[2] for one in _ASIDE.finditer(text))
    return b"\n".join(one for one in found if one).decode("utf-8", "replace")


_ASIDE: Final = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--(.*?)-->|<\?(.*?)\?>", re.DOTALL)
_MIXED: Final = etree.XPath("boolean(//*[*][text()[normalize-space()]])")
_TEXTS: Final = etree.XPath("//text()", smart_strings=False)
_VALUES: Final = etree.XPath("//@*", smart_strings=False)


def _is_mixed(node: etree._Element) -> bool:
    """Return whether an element has text of its own beside its children."""
    return bool((node.text or "").strip()) or any((child.tail or "").strip() for child in node)
