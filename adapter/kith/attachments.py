"""Attachments: PDF, JPEG and PNG in a Base64Container, told by their first bytes and never opened. HIS 1036:2011.

Each is a Document of its own after the first. What is wrong with one never costs the message its text: it is told, and
no receipt refuses for it (docs/decisions/0023-attachments.md).
"""

from __future__ import annotations

import binascii
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lxml import etree

from adapter import xmlsafe
from adapter.errors import Fault, MessageError
from adapter.kith import head, time
from adapter.kith.codes import Code, write_cs
from adapter.kith.escape import element, escape

NAMESPACE: Final = "http://www.kith.no/xmlstds/base64container"
PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
MAIL_LIMIT: Final = 10_000_000
"""Bytes of a whole message that Norsk helsenett's mail carries for everybody."""
_SIGNATURES: Final[Mapping[str, bytes]] = {
    PDF: b"%PDF-",
    JPEG: b"\xff\xd8\xff",
    PNG: b"\x89PNG\r\n\x1a\n",
}
OTHERS: Final[Mapping[str, str]] = {"image/gif": "GIF", "image/tiff": "TIFF", "application/zip": "ZIP"}
"""Types that no message should hold, and what people call them: a reader is told, where the message says otherwise."""
_ALSO_SEEN: Final[Mapping[bytes, str]] = {
    b"GIF8": "image/gif",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"PK\x03\x04": "application/zip",
}
_ALSO_CALLED: Final[Mapping[str, str]] = {
    "image/jpg": JPEG,
    "image/pjpeg": JPEG,
    "application/x-pdf": PDF,
    "image/x-png": PNG,
}
_FIRST: Final = 64
"""Characters of base64 that hold every signature, with blanks before it."""
_BLANKS: Final = (" ", "\n", "\r", "\t")
_H: Final = f"{{{head.NAMESPACE}}}"
_CONTAINER: Final = f"{{{NAMESPACE}}}Base64Container"
_ATTACHED: Final = Code("A", "Vedlegg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An attachment as it stands in a message: what it says it is, what it is, and where."""

    place: str
    """XPath of its container."""
    says: str
    """The MimeType in its usual spelling, empty where it says none."""
    kind: str
    """The MIME type that its first bytes tell, empty where they tell none."""
    size: int
    """Bytes, decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An attachment to send."""

    mime_type: str
    description: str = field(repr=False)
    created: datetime
    content: bytes = field(repr=False)


def found(root: etree._Element) -> tuple[Found, ...]:
    """Return the attachments of a message, as bytes alone; XML documents and references are none."""
    return tuple(_found(number, ref, container) for number, ref, container in _containers(root))


def faults(root: etree._Element, *, limit: int = xmlsafe.DEFAULT.attachment) -> tuple[Fault, ...]:
    """Return what is wrong with the attachments of a message, at most one fault each, of `limit` bytes at most.

    IPK-M033 (empty, not base64), IPK-M032 (too large), IPK-M031 (another type), IPK-M030 (not what it says).
    """
    told = ((each, _wrong(each, limit)) for each in found(root))
    return tuple(
        Fault(code=code, path=each.place, rule="attachment", severity="may") for each, code in told if code
    )


def require(root: etree._Element, *, limit: int) -> None:
    """Raise MessageError IPK-M032 at the first attachment of more than `limit` bytes: as with all else that is too large."""
    for each in found(root):
        if each.size > limit:
            raise MessageError("IPK-M032", at=each.place)


def oversize(data: bytes) -> tuple[Fault, ...]:
    """Return the warning that a message is larger than everybody takes: IPK-M034, never a reason to refuse."""
    if len(data) <= MAIL_LIMIT:
        return ()
    return (Fault(code="IPK-M034", path="/", rule="message-size", severity="never"),)


def containers(root: etree._Element) -> frozenset[etree._Element]:
    """Return the elements whose characters are those of attachments."""
    return frozenset(container for _, _, container in _containers(root))


def unknown(root: etree._Element) -> Iterator[str]:
    """Yield the characters of each container that holds something else: it may be text that somebody reads."""
    for number, ref, container in _containers(root):
        if not _found(number, ref, container).kind:
            yield "".join(map(str, container.itertext())) if len(container) else container.text or ""


def empty(root: etree._Element) -> None:
    """Take the content of the attachments out of a tree that was judged: they are most of it, and the bytes hold them too.

    What was read of it says the same as before, but its message can no longer be built again.
    """
    for _, _, container in _containers(root):
        container.text = None


def document(attachment: Outgoing, *, limit: int = xmlsafe.DEFAULT.attachment) -> str:
    """Return the Document element of an attachment, to stand after the first Document of a message.

    Raises MessageError IPK-M030 to IPK-M033 for what no receiver could show, IPK-M002 for a control character.
    """
    says, content = spelt(attachment.mime_type), attachment.content
    code = _wrong(Found(place="", says=says, kind=_kind(content), size=len(content)), limit)
    if code:
        raise MessageError(code, at="attachment")
    return (
        f'<Document><RefDoc><IssueDate V="{time.write(attachment.created)}"/>{write_cs("MsgType", "8279", _ATTACHED)}'
        f"<MimeType>{escape(says)}</MimeType>{element('Description', attachment.description)}"
        f'<Content><Base64Container xmlns="{NAMESPACE}">{b64encode(content).decode("ascii")}</Base64Container></Content>'
        "</RefDoc></Document>"
    )


def _containers(root: etree._Element) -> list[tuple[int, etree._Element, etree._Element]]:
    """Return the containers of the Documents after the first, each with its number and its RefDoc."""
    further = enumerate(root.findall(f"{_H}Document")[1:], 2)
    refs = ((number, ref) for number, each in further for ref in each.findall(f"{_H}RefDoc"))
    return [(number, ref, one) for number, ref in refs for one in ref.findall(f"{_H}Content/{_CONTAINER}")]


def _found(number: int, ref: etree._Element, container: etree._Element) -> Found:
    text = container.text or ""
    return Found(
        place=f"/MsgHead/Document[{number}]/RefDoc/Content/Base64Container",
        says=spelt(ref.findtext(f"{_H}MimeType") or ""),
        kind=_kind(_start(text)),
        size=_size(text),
    )


def _start(text: str) -> bytes:
    """Return the first bytes, none where they are not base64."""
    first = "".join(text[: 2 * _FIRST].split())[:_FIRST]
    try:
        return binascii.a2b_base64(first[: len(first) // 4 * 4], strict_mode=True)
    except (binascii.Error, ValueError):
        return b""


def _size(text: str) -> int:
    """Return the bytes that base64 stands for, counted and not decoded: a large one is not held again."""
    characters = len(text) - sum(text.count(blank) for blank in _BLANKS)
    return characters * 3 // 4 - text[-8:].count("=")


def _kind(content: bytes) -> str:
    """Return the type that the first bytes tell, empty for none. Some writers begin a PDF with an empty line."""
    first = content[:_FIRST]
    told = (kind for kind, signature in _SIGNATURES.items() if first.startswith(signature))
    return next(told, PDF if first.lstrip().startswith(_SIGNATURES[PDF]) else "")


def told(text: str) -> str:
    """Return the type that the first bytes of base64 tell, of a type that no message should hold too; empty for none known."""
    first = _start(text)
    also = (kind for signature, kind in _ALSO_SEEN.items() if first.startswith(signature))
    return _kind(first) or next(also, "")


def differ(says: str, kind: str) -> bool:
    """Return whether what an attachment says it is and what its first bytes tell contradict each other.

    A type without a signature of its own (text, a document that is a ZIP inside) is taken at its word.
    """
    known = {*_SIGNATURES, *_ALSO_SEEN.values()}
    return says != kind and (says in known or kind in known - {"application/zip"})


def spelt(mime_type: str) -> str:
    """Return a MIME type without parameters, in lower case, under its registered name."""
    plain = mime_type.partition(";")[0].strip().lower()
    return _ALSO_CALLED.get(plain, plain)


def _wrong(each: Found, limit: int) -> str:
    """Return the code of what is wrong with an attachment, empty where nothing is."""
    if each.size <= 0:
        return "IPK-M033"
    if each.size > limit:
        return "IPK-M032"
    if each.says not in _SIGNATURES:
        return "IPK-M031"
    return "" if each.says == each.kind else "IPK-M030"
