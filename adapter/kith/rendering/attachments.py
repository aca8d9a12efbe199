"""What travels with a message: what each attachment says it is, and how large it is; never its content. HIS 1036."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from adapter.kith.rendering import labels, values
from adapter.kith.rendering.body import TOP
from adapter.kith.rendering.document import Section, Table
from adapter.kith.rendering.labels import Lang
from adapter.kith.tree import kind

_TYPES: Final = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG", "text/xml": "XML"}
_UNITS: Final = ((1_000_000, "MB"), (1_000, "kB"))


def documents(root: etree._Element) -> list[etree._Element]:
    """Return all Documents of a message, those of a PatientReport too."""
    return [
        each
        for each in root.iter("{*}Document")
        if kind(each) == "Document" and values.child(each, "RefDoc") is not None
    ]


def payload(document: etree._Element) -> etree._Element | None:
    """Return the XML instance that a Document carries, None for an attachment."""
    content = next(document.iter("{*}Content"), None)
    found = next(iter(content), None) if content is not None else None
    return None if found is None or kind(found) == "Base64Container" else found


def sections(found: list[etree._Element], lang: Lang) -> Iterator[Section]:
    """Return the list of attachments, nothing where there are none."""
    if not found:
        return
    title = labels.word("attachments", lang)
    heads = tuple(labels.word(each, lang) for each in ("about", "type", "size", "date"))
    rows = tuple(_row(each, lang) for each in found)
    yield Section(title, TOP, (Table(title, heads, rows),))


def _row(document: etree._Element, lang: Lang) -> tuple[str, ...]:
    about = values.child(document, "RefDoc")
    mime = values.plain(values.child(about, "MimeType"))
    kind_ = (
        _TYPES.get(mime.lower(), mime)
        or _inside(document)
        or values.code(values.child(about, "MsgType"), lang)
    )
    return _described(document, about), kind_, _size(document, about, lang), _date(about)


def _described(document: etree._Element, about: etree._Element | None) -> str:
    said = (
        values.child(about, "Description"),
        values.child(document, "ContentDescription"),
        values.child(about, "Id"),
    )
    lines = [values.plain(each) for each in said]
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _inside(document: etree._Element) -> str:
    found = payload(document)
    return f"XML ({kind(found)})" if found is not None else ""


def _date(about: etree._Element | None) -> str:
    return values.moment(values.plain(values.child(about, "IssueDate")))


def _size(document: etree._Element, about: etree._Element | None, lang: Lang) -> str:
    """Return how large an attachment is, or where it lies."""
    reference = values.plain(values.child(about, "FileReference"))
    if reference:
        return f"{labels.word('place', lang)}: {reference}"
    held = next(document.iter("{*}Base64Container"), None)
    if held is None:
        return ""
    text = "".join((held.text or "").split())
    count = len(text) * 3 // 4 - text[-2:].count("=")
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}".replace(".", ",")
    return f"{count} {labels.word('bytes', lang)}"
