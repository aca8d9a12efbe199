"""Documents made wrong by chance, from a seed: bytes, letters, values and structure. The same seed is the same document."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from lxml import etree

DIALOGUE: Final = "http://www.kith.no/xmlstds/dialog/2013-01-23"
NAMESPACES: Final = (
    "", "urn:x", "http://www.w3.org/1999/xhtml", "http://www.kith.no/xmlstds/msghead/2006-05-24", DIALOGUE,
    "http://www.kith.no/xmlstds/dialog/2006-10-11", "http://www.kith.no/xmlstds/felleskomponent1",
    "http://www.kith.no/xmlstds/apprec/2004-11-21", "http://www.kith.no/xmlstds/apprec/2012-02-15",
    "http://www.kith.no/xmlstds/base64container",
)  # fmt: skip
TOKENS: Final = (
    b"<!DOCTYPE a>", b'<!DOCTYPE a [<!ENTITY b "c">]>', b"&b;", b"&#0;", b"&#x1F600;", b"&#xD800;", b"&amp;", b"&lt;",
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x y?>", b"<?xml version='1.0'?>", b"<", b">", b"/>", b'"', b"\x00",
    b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xcc\x8a", b' xmlns=""', b' xmlns:a="urn:a"', b"<a:b/>",
    b' xsi:type="a"', b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"', b"\r\n" * 3, b" " * 999,
    b' xml:space="preserve"', b' xml:base="file:///etc/"', b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>',
)  # fmt: skip
VALUES: Final = (
    "", " ", "\n", "0", "-1", "99", "1" * 11, "1" * 5000, "13116900216", "9" * 400, "a" * 100_000, "æøå", "\u202eabc",
    "𝟙𝟚𝟛", "\U0001f600", "e\u0301", "å" * 3000, "%", "%ZZ", "%E0%A4", "tel:", "mailto:a b", "::", "tel:%00", "2026-03-04",
    "2026-03-04T10:15:01", "9999-12-31T23:59:59", "9999-12-31T24:00:00", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "0000-00-00T00:00:00", "-0001-01-01T00:00:00", "2026-02-30", "2026-03-29T02:30:00",
    "2026-10-25T02:30:00", "2026-03-04T10:15:01." + "9" * 500, "2026-03-04T10:15:01+99:99", " 2026-03-04T10:15:01 ",
    "true", "NaN", "T", "2.16.578.1.12.4.1.1.9034", "2.16.578.1.12.4.1.1.", "2.16.578.1.12.4.1.1." + "9" * 99, "urn:uuid:x",
    "410d63ec-1ece-53fc-abc2-7ed956d69e22", "DIALOG_SVAR", "DIALOG_NOTAT", "DIALOG_HELSEFAGLIG", "DIALOG_FORESPORSEL",
    "LOG_INNLAGT", "APPREC", "HER", "FNR", "59", "90998", "5079", "99387", "COP", "1", "2", "3", "E36", "../../etc/passwd",
    "Svar: kan ta imot\nMelde-id: x", "> " * 20_000, ">" * 20_000 + "a", " " * 50_000 + "a", "\t\n" * 5_000, "a:" * 20_000,
    "[x]" * 10_000, "[ ] " * 10_000, "; " * 20_000, "Koordinator oppnevnt: " + ";" * 20_000, "Samtykke: Innhentet" + ", av " * 5_000,
    "Samtykke: Ikke påkrevd (" + "(" * 20_000, "01.01.01 " * 10_000, "12.12.12.12345-" * 5_000, "-" * 50_000, "<script>", "]]>", "&amp;",
    "JVBERi0xLjcK", "A" * 4 + "=" * 500, "=" * 4, "\x7f\x80\x9f", "\ufffd", "\u2028" * 1000, "\u00ad" * 20_000,
)  # fmt: skip
ENCODINGS: Final = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "iso-8859-1",
    "iso-8859-15",
    "cp1252",
    "utf-32",
    "cp500",
    "utf-7",
)
_MSG_ID: Final = re.compile(rb"<(\w+:)?MsgId>[^<]*<")
_GROWTH: Final = 500_000
"""Bytes that one change may add, more or less: what is larger has tests of its own."""
_WHOLE: Final = 0.85
"""Share of documents that are changed by structure, and so stay well formed."""


def document(bases: Sequence[bytes], base: int, seed: int) -> bytes:
    """Return base number `base` changed as the seed says."""
    chance = Random(seed)
    data = _fresh(bases[base], chance) if chance.random() < 0.8 else bases[base]
    if chance.random() < _WHOLE:
        data = _structure(data, bases, chance)
    for _ in range(chance.choice((0, 0, 0, 0, 0, 1, 1, 3))):
        data = chance.choice(_BYTES)(data, bases, chance)
    return data


def _fresh(data: bytes, chance: Random) -> bytes:
    """Return a message under a new id, so that it is not dropped as a duplicate."""
    id_ = str(uuid.UUID(int=chance.getrandbits(128), version=4)).encode()
    return _MSG_ID.sub(lambda found: b"<" + (found[1] or b"") + b"MsgId>" + id_ + b"<", data, count=1)


# ── bytes ──


def _span(data: bytes, chance: Random, most: int = 200) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.randrange(most))


def _flip(data: bytes, _bases: Sequence[bytes], chance: Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _cut(data: bytes, _bases: Sequence[bytes], chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, _bases: Sequence[bytes], chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[start:end] * chance.choice((2, 3, 50)) + data[end:]


def _insert(data: bytes, _bases: Sequence[bytes], chance: Random) -> bytes:
    start, _ = _span(data, chance)
    token = chance.choice(TOKENS) if chance.random() < 0.8 else chance.randbytes(8)
    return data[:start] + token + data[start:]


def _truncate(data: bytes, _bases: Sequence[bytes], chance: Random) -> bytes:
    return data[: _span(data, chance)[0]]


def _splice(data: bytes, bases: Sequence[bytes], chance: Random) -> bytes:
    other = chance.choice(bases)
    at, (start, end) = _span(data, chance)[0], _span(other, chance, 2000)
    return data[:at] + other[start:end] + data[at:]


def _label(data: bytes, _bases: Sequence[bytes], chance: Random) -> bytes:
    return re.sub(
        rb'encoding="[^"]*"', b'encoding="' + chance.choice(ENCODINGS).encode() + b'"', data, count=1
    )


def _transcode(data: bytes, _bases: Sequence[bytes], chance: Random) -> bytes:
    encoding = chance.choice(ENCODINGS)
    return data.decode("utf-8", "replace").encode(encoding, "replace")


_Change = Callable[[bytes, Sequence[bytes], Random], bytes]
_BYTES: Final[tuple[_Change, ...]] = (_flip, _cut, _repeat, _insert, _truncate, _splice, _label, _transcode)


# ── structure ──


def _structure(data: bytes, bases: Sequence[bytes], chance: Random) -> bytes:
    """Return a document whose tree was changed a few times; bytes that are no document as they are."""
    root = _tree(data)
    if root is None:
        return data
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        elements = list(root.iter(etree.Element))
        if len(elements) > 20_000:
            break
        chance.choice(_TREE)(chance.choice(elements), elements, bases, chance)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _tree(data: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(
            data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        )
    except (etree.XMLSyntaxError, ValueError):
        return None


def _drop(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], _chance: Random) -> None:
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _double(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    parent = one.getparent()
    if parent is None:
        return
    many = chance.choice((1, 1, 2, 3000))
    for _ in range(min(many, _GROWTH // len(etree.tostring(one)))):
        parent.append(_copy(one))


def _copy(one: etree._Element) -> etree._Element:
    return copy.deepcopy(one)


def _reorder(
    one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random
) -> None:
    children = list(one)
    chance.shuffle(children)
    one[:] = children


def _move(one: etree._Element, all_: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    chance.choice(all_).append(_copy(one))


def _graft(one: etree._Element, _all: list[etree._Element], bases: Sequence[bytes], chance: Random) -> None:
    other = _tree(chance.choice(bases))
    if other is not None:
        one.append(_copy(chance.choice(list(other.iter(etree.Element)))))


def _rename(one: etree._Element, all_: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    one.tag = chance.choice(
        ("x", "Fårmål", etree.QName(chance.choice(all_)).localname, chance.choice(all_).tag)
    )


def _estrange(
    one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random
) -> None:
    space, name = chance.choice(NAMESPACES), etree.QName(one).localname
    one.tag = f"{{{space}}}{name}" if space else name


def _say(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    one.text = chance.choice(VALUES)


def _trail(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    if one.getparent() is not None:
        one.tail = chance.choice(VALUES)


def _code(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    names = [
        *map(str, one.attrib),
        "V",
        "S",
        "DN",
        "OT",
        "x",
        "{http://www.w3.org/2001/XMLSchema-instance}type",
    ]
    one.set(chance.choice(names), chance.choice(VALUES))


def _strip(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    for name in [name for name in one.attrib if chance.random() < 0.7]:
        del one.attrib[name]


def _dress(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    for number in range(chance.choice((1, 10, 40, 400))):
        one.set(f"x{number}", "")


def _bury(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    below = one
    for _ in range(chance.choice((3, 20, 60, 200))):
        below = etree.SubElement(
            below, chance.choice(("x", "{http://www.w3.org/1999/xhtml}div", "pre", "li"))
        )
    below.text = "dypt"


def _remark(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], chance: Random) -> None:
    one.insert(0, chance.choice((etree.Comment("x"), etree.ProcessingInstruction("x", "y"))))


def _empty(one: etree._Element, _all: list[etree._Element], _bases: Sequence[bytes], _chance: Random) -> None:
    one.clear(keep_tail=True)


_Grow = Callable[[etree._Element, list[etree._Element], Sequence[bytes], Random], None]
_TREE: Final[tuple[_Grow, ...]] = (
    _drop, _drop, _double, _reorder, _move, _graft, _rename, _estrange, _say, _say, _say, _trail, _code, _code, _strip,
    _dress, _bury, _remark, _empty,
)  # fmt: skip
