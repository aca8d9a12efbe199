"""What travels with a message: what each attachment says it is, and how large it is; never its content. HIS 1036."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from adapter.kith import attachments
from adapter.kith.rendering import labels, values
from adapter.kith.rendering.body import TOP
from adapter.kith.rendering.document import Section, Table
from adapter.kith.rendering.labels import Lang
from adapter.kith.tree import kind

_TYPES: Final = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "text/xml": "XML",
    **attachments.OTHERS,
}
_END: Final = 100
"""Letters at the end of base64 among which its padding stands."""
_UNITS: Final = ((1_000_000, "MB"), (1_000, "kB"))


def documents(root: etree._Element) -> list[etree._Element]:
    """Return all Documents of a message, those of a PatientReport too."""
    holders = (root, *values.children(root, "PatientReport"))
    return [each for holder in holders for each in values.children(holder, "Document")]


def payloads(document: etree._Element | None) -> list[etree._Element]:
    """Return the XML instances that a Document carries, none for an attachment."""
    return [each for each in _content(document) if kind(each) != "Base64Container"]


def _content(document: etree._Element | None) -> list[etree._Element]:
    content = values.child(values.child(document, "RefDoc"), "Content")
    return list(content) if content is not None else []


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
        _typed(document, mime, lang) or _inside(document) or values.code(values.child(about, "MsgType"), lang)
    )
    return _described(document, about), kind_, _size(document, about, lang), _date(about)


def _typed(document: etree._Element, mime: str, lang: Lang) -> str:
    """Return the type that an attachment says it has; where its first bytes tell another, both."""
    said = attachments.spelt(mime)
    says = _TYPES.get(said, mime)
    held = (each.text or "" for each in _content(document) if kind(each) == "Base64Container")
    is_ = next((attachments.told(content) for content in held if content), said)
    if not attachments.differ(said, is_):
        return says
    found = _TYPES.get(is_) or labels.word("unknown_type", lang)
    return f"{labels.word('stated', lang)} {says}, {labels.word('is', lang)} {found}" if mime else found


def _described(document: etree._Element, about: etree._Element | None) -> str:
    said = (
        values.child(about, "Description"),
        values.child(document, "ContentDescription"),
        values.child(about, "Id"),
    )
    lines = [values.plain(each) for each in said]
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _inside(document: etree._Element) -> str:
    found = ", ".join(kind(each) for each in payloads(document))
    return f"XML ({found})" if found else ""


def _date(about: etree._Element | None) -> str:
    return values.moment(values.plain(values.child(about, "IssueDate")))


def _size(document: etree._Element, about: etree._Element | None, lang: Lang) -> str:
    """Return how large an attachment is, or where it lies."""
    reference = values.plain(values.child(about, "FileReference"))
    if reference:
        return f"{labels.word('place', lang)}: {reference}"
    held = [each.text or "" for each in _content(document) if kind(each) == "Base64Container"]
    if not held:
        return ""
    count = sum(map(_bytes, held))
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}".replace(".", ",")
    return f"{count} {labels.word('bytes', lang)}"


def _bytes(text: str) -> int:
    """Return how many bytes base64 stands for. The text is counted, not copied: it may be most of the message."""
    letters = len(text) - sum(text.count(blank) for blank in " \t\r\n")
    return letters * 3 // 4 - text[-_END:].count("=")
