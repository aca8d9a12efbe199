"""A message as its receiver sees it: laid out from its XML, then written as HTML, plain text or PDF.

Any MsgHead document and any receipt can be laid out, those the adapter does not support too: elements are looked up in a
table of labels, and one without a row is shown under its own name. Standards: HIS 80601, HIS 80603, HIS 80704, HIS 80415.
"""

from __future__ import annotations

from typing import Final, Literal

from lxml import etree

from adapter import xmlsafe
from adapter.errors import MessageError
from adapter.kith import apprec
from adapter.kith import head as msghead
from adapter.kith.rendering import attachments, body, head, html, labels, masking, receipt, text, values
from adapter.kith.rendering.cells import Reading
from adapter.kith.rendering.document import Document
from adapter.kith.rendering.labels import LANGUAGES, Lang
from adapter.kith.tree import kind, namespace

__all__ = ["FORMATS", "LANGUAGES", "Document", "Format", "Lang", "document", "unreadable", "write"]

Format = Literal["html", "text", "pdf"]
FORMATS: Final[tuple[Format, ...]] = ("html", "text", "pdf")


def document(
    data: bytes, *, lang: Lang = "nb", unmasked: bool = False, limits: xmlsafe.Limits = xmlsafe.DEFAULT
) -> Document:
    """Return a message or receipt laid out. Name and numbers of the patient are there only when `unmasked`.

    Raises MessageError IPK-M001, IPK-M007, IPK-M008 (xmlsafe.parse) and IPK-M003 (no KITH message or receipt).
    """
    root = xmlsafe.parse(data, limits=limits)
    if namespace(root) in apprec.NAMESPACES and kind(root) == "AppRec":
        return _receipt(root, lang)
    if root.tag != f"{{{msghead.NAMESPACE}}}MsgHead":
        raise MessageError("IPK-M003", at="/")
    found = _message(root, Reading(lang, hide=not unmasked))
    return found if unmasked else masking.masked(found, head.patients(root))


def unreadable(lang: Lang) -> Document:
    """Return what is shown in place of bytes that are no message."""
    return Document(lang, labels.word("unreadable", lang), "", ())


def write(found: Document, format_: Format = "html", *, style: str | None = None) -> bytes:
    """Return a laid out message as a file. `style` is the address of the style sheet; without it the page brings it along."""
    if format_ == "pdf":
        from adapter.kith.rendering import pdf  # noqa: PLC0415 (0.2 s, for those who want one)

        return pdf.write(found)
    return (html.page(found, style=style) if format_ == "html" else text.page(found)).encode()


def _receipt(root: etree._Element, lang: Lang) -> Document:
    title = values.code(values.child(root, "MsgType"), lang, number="8279") or kind(root)
    return Document(lang, title, values.plain(values.child(root, "Id")), receipt.sections(root, lang))


def _message(root: etree._Element, reading: Reading) -> Document:
    info = values.child(root, "MsgInfo")
    documents = attachments.documents(root)
    first = documents[0] if documents else None
    payloads = attachments.payloads(first)
    listed = documents[1:] if payloads else documents
    sections = (
        head.section(root, first, reading),
        *head.patient(root, reading),
        *(section for each in payloads for section in body.sections(each, reading)),
        *attachments.sections(listed, reading.lang),
    )
    title = values.code(values.child(info, "Type"), reading.lang) or kind(root)
    return Document(reading.lang, title, values.plain(values.child(info, "MsgId")), sections)
