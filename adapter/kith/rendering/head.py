"""The head as a reader sees it: from whom, to whom on both levels, when, in answer to what, about whom. HIS 80601."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from adapter.kith.rendering import cells, labels, values
from adapter.kith.rendering.body import TOP
from adapter.kith.rendering.cells import Cell, Reading
from adapter.kith.rendering.document import Row, Section, facts
from adapter.kith.tree import kind

_LEVEL: Final = ("Organisation", "HealthcareProfessional", "Patient", "Person")
"""Elements of a party that are parties themselves."""
_SHOWN: Final = frozenset({"OrganisationName", "person", "Ident"})
_HIDDEN: Final = frozenset({"person", "DateOfBirth", "Address", "TeleCom"})
"""What of a patient is shown only when asked; the value of an identifier is hidden beside its type."""
_REFERENCE: Final = (("RefToParent", "answers"), ("RefToConversation", "conversation"))
_LATER: Final = (("ProcessingStatus", "processing"), ("RequestedPriority", "priority"), ("Ack", "ack"))
_DOCUMENT: Final = (
    ("ContentDescription", "about"), ("ContentType", "type"), ("ContentCategory", "category"), ("Consent", "consent"),
    ("Annotation", "note"), ("FromDate", "from_date"), ("ToDate", "to_date"), ("EnquiryRefId", "reference"),
)  # fmt: skip
"""What the first Document says beside its content."""
_FILE: Final = (("IssueDate", "document_date"), ("Description", "about"), ("Id", "reference"))
"""What its RefDoc says."""


def section(root: etree._Element, payload: etree._Element | None, reading: Reading) -> Section:
    """Return the head; `payload` is the Document that carries the message itself."""
    info = values.child(root, "MsgInfo")
    found = [*_message(info, reading), *_document(root, payload, reading)] if info is not None else []
    return Section(labels.word("head", reading.lang), TOP, facts(found))


def _message(info: etree._Element, reading: Reading) -> Iterator[Row]:
    yield from _party("from", values.child(info, "Sender"), reading)
    yield from _party("to", values.child(info, "Receiver"), reading)
    for other in values.children(info, "OtherReceiver"):
        yield from _party("copy", other, reading)
    yield from _row("sent", values.moment(values.plain(values.child(info, "GenDate"))), reading)
    yield from _row("id", values.plain(values.child(info, "MsgId")), reading)
    thread = values.child(info, "ConversationRef")
    for name, word in _REFERENCE:
        yield from _row(word, values.plain(values.child(thread, name)), reading)
    for name, word in _LATER:
        yield from _row(word, values.code(values.child(info, name), reading.lang), reading)


def _row(word: str, value: str, reading: Reading) -> Iterator[Row]:
    if value:
        yield Row(labels.word(word, reading.lang), value)


def _party(word: str, party: etree._Element | None, reading: Reading) -> Iterator[Row]:
    """Return a party: who communicates first, the organisation it belongs to below it, a role of a copy last."""
    if party is None:
        return
    lines = [line for each in party if kind(each) in _LEVEL for line in _levels(each, reading)]
    role = values.role(values.child(party, "RoleReceiver"), reading.lang)
    yield from _row(word, "\n".join(line for line in (*lines, role) if line), reading)


def _levels(element: etree._Element, reading: Reading) -> list[str]:
    """Return a line for every level, the deepest first."""
    deeper = [line for each in element if kind(each) in _LEVEL for line in _levels(each, reading)]
    own = [each for each in element if kind(each) not in _LEVEL]
    return [*deeper, _level(element, own, reading)]


def _level(element: etree._Element, own: list[etree._Element], reading: Reading) -> str:
    """Return one level: `Saksbehandling (HER-id 5079)`, and what else it says of itself."""
    hide = reading.hide and kind(element) == "Patient"
    found = [cell for each in own for cell in cells.of(each, reading)]
    named = cells.merged(found, labels.merges("person")[0], reading.lang)
    name = ", ".join(each.value for each in named if each.name in {"OrganisationName", "person"})
    if hide:
        return labels.word("hidden", reading.lang)
    ids = ", ".join(each.value for each in named if each.name == "Ident")
    more = ", ".join(each.value for each in named if each.name not in _SHOWN)
    whole = f"{name} ({ids})" if ids else name
    return ", ".join(part for part in (whole.strip(), more) if part)


def _document(root: etree._Element, payload: etree._Element | None, reading: Reading) -> Iterator[Row]:
    yield from _row(
        "case", values.plain(values.child(values.child(root, "PatientReport"), "CaseNo")), reading
    )
    for holder, names in ((payload, _DOCUMENT), (values.child(payload, "RefDoc"), _FILE)):
        for name, word in names:
            yield from _row(word, _said(values.child(holder, name), reading), reading)


def _said(element: etree._Element | None, reading: Reading) -> str:
    if element is None:
        return ""
    if element.get("S") is not None or element.get("DN") is not None:
        return values.code(element, reading.lang)
    return values.moment(values.plain(element))


def patient(root: etree._Element, reading: Reading) -> Iterator[Section]:
    """Return the patient; name, numbers, birth date, address and phone are hidden where asked."""
    for element in patients(root):
        found = [_masked(each, reading) for each in cells.of(element, reading)]
        if found:
            yield Section(labels.word("patient", reading.lang), TOP, facts(cells.rows(found)))


def patients(root: etree._Element) -> list[etree._Element]:
    """Return the elements that tell whom the message is about."""
    holders = [each for each in root if kind(each) in {"MsgInfo", "PatientReport"}]
    copies = [other for each in holders for other in values.children(each, "OtherReceiver")]
    return [each for holder in (*holders, *copies) for each in values.children(holder, "Patient")]


def _masked(cell: Cell, reading: Reading) -> Cell:
    if not reading.hide or cell.name not in _HIDDEN:
        return cell
    return Cell(cell.name, cell.label, labels.word("hidden", reading.lang))
