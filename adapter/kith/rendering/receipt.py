"""An application receipt in words: who, for which message, with what verdict and why. HIS 80415 (AppRec 1.0 and 1.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from lxml import etree

from adapter.kith.codes import read_code
from adapter.kith.rendering import labels, values
from adapter.kith.rendering.body import TOP
from adapter.kith.rendering.document import Row, Section, Table, facts
from adapter.kith.rendering.labels import Lang
from adapter.kith.tree import kind

_PARTIES: Final = frozenset({"Dept", "HCPerson", "HCProf", "Inst"})


def sections(root: etree._Element, lang: Lang) -> tuple[Section, ...]:
    """Return the verdict first, then whose it is and what it is about."""
    verdict = _row("status", values.code(values.child(root, "Status"), lang, number="8258"), lang)
    faults = values.children(root, "Error")
    return (
        Section(
            labels.word("receipt", lang),
            TOP,
            (*facts(verdict), *((_faults(faults, lang),) if faults else ())),
        ),
        Section(labels.word("head", lang), TOP, facts(_head(root, lang))),
        Section(labels.word("original", lang), TOP, facts(_original(root, lang))),
    )


def _faults(faults: list[etree._Element], lang: Lang) -> Table:
    """Return every fault: code, what it means, what the sender adds."""
    heads = tuple(labels.word(each, lang) for each in ("code", "meaning", "more"))
    rows = tuple(
        ((each.get("V") or "").strip(), _meaning(each, lang), (each.get("OT") or "").strip())
        for each in faults
    )
    return Table(labels.word("faults", lang), heads, rows)


def _meaning(fault: etree._Element, lang: Lang) -> str:
    found = read_code(fault)
    return values.text_of(replace(found, ot=""), lang, number="8221") if found is not None else ""


def _head(root: etree._Element, lang: Lang) -> Iterator[Row]:
    yield from _party("from", values.child(root, "Sender"), lang)
    yield from _party("to", values.child(root, "Receiver"), lang)
    yield from _row("sent", values.moment(values.plain(values.child(root, "GenDate"))), lang)
    yield from _row("id", values.plain(values.child(root, "Id")), lang)
    software = (values.plain(values.child(root, name)) for name in ("SoftwareName", "SoftwareVersion"))
    yield from _row("software", " ".join(part for part in software if part), lang)


def _original(root: etree._Element, lang: Lang) -> Iterator[Row]:
    original = values.child(root, "OriginalMsgId")
    yield from _row(
        "original_type", values.code(values.child(original, "MsgType"), lang, number="8279"), lang
    )
    yield from _row("sent", values.moment(values.plain(values.child(original, "IssueDate"))), lang)
    yield from _row("id", values.plain(values.child(original, "Id")), lang)


def _row(word: str, value: str, lang: Lang) -> Iterator[Row]:
    if value:
        yield Row(labels.word(word, lang), value)


def _party(word: str, party: etree._Element | None, lang: Lang) -> Iterator[Row]:
    holder = values.child(party, "HCP")
    if holder is None:
        return
    role = values.role(values.child(party, "Role"), lang)
    more = [each for each in (_more(child, lang) for child in holder if kind(child) not in _PARTIES) if each]
    lines = [line for each in holder if kind(each) in _PARTIES for line in _levels(each, lang)]
    yield from _row(word, "\n".join(line for line in (*lines, *more, role) if line), lang)


def _more(element: etree._Element, lang: Lang) -> str:
    if kind(element) != "Address":
        return values.code(element, lang)
    phones = [
        f"{label} {value}"
        for label, value in (values.phone(each, lang) for each in values.children(element, "TeleAddress"))
    ]
    return ", ".join(part for part in (values.address(element, lang), *phones) if part)


def _levels(element: etree._Element, lang: Lang) -> list[str]:
    """Return a line for every level, the deepest first."""
    deeper = [line for each in element if kind(each) in _PARTIES for line in _levels(each, lang)]
    ids = [
        _id(element, "TypeId", lang),
        *(_id(each, "Type", lang) for each in values.children(element, "AdditionalId")),
    ]
    said = ", ".join(each for each in ids if each)
    name = values.plain(values.child(element, "Name"))
    profession = values.code(values.child(element, "Type"), lang, number="9060")
    line = ", ".join(part for part in (f"{name} ({said})" if said else name, profession) if part)
    return [*deeper, line]


def _id(element: etree._Element, type_: str, lang: Lang) -> str:
    value = values.plain(values.child(element, "Id"))
    found = values.child(element, type_)
    called = labels.ident(found.get("V", ""), lang) if found is not None else None
    name = called or values.code(found, lang, number="9051")
    return f"{name} {value}".strip() if value else ""
