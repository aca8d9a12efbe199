"""The letter to whoever has no electronic address, and to the patient: what a message head says, and the same text.

message-rules.md, 'Which carrier', 4. In the language of the receiver's municipality, or the patient's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final

from adapter import codes
from adapter.kith import nynorsk
from adapter.kith.head import Patient
from adapter.kith.text import day
from adapter.mappings.context import Notice
from adapter.model import Party
from adapter.timing import OSLO

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<html xmlns="http://www.w3.org/1999/xhtml" lang="{lang}"><head><meta charset="utf-8"/><title>'
)


def page(notice: Notice, sender: Party, patient: Patient, now: datetime, *, phone: str = "") -> bytes:
    """Return the letter as HTML, everything escaped: receiver, sender and its `phone`, date, title, patient, text.

    In XML syntax, so that it is filed like any document. A sheet of paper has no message head: the letter itself says
    whom it is about.
    """
    lang = notice.lang or notice.receiver.language
    said = nynorsk.title if lang == "nn" else _same
    title = escape(said(notice.title))
    to = _home_of(patient, notice, lang) if notice.to_patient else _place(notice.receiver)
    receiver = "<br/>".join(map(escape, to))
    ring = f"<p>Telefon: {escape(phone)}</p>" if phone else ""
    sent = f"<p>{escape(sender.name)}, {escape(sender.display)}</p>{ring}<p>Dato: {day(now.astimezone(OSLO))}</p>"
    lines = (*_whom(patient), *notice.text.split("\r\n"))
    body = "".join(f"<p>{escape(_in(lang, line))}</p>" for line in lines)
    head = _HEAD.format(lang=lang)
    whole = f"{head}{title}</title></head><body><address>{receiver}</address>{sent}<h1>{title}</h1>{body}</body></html>"
    return whole.encode()


def _same(text: str) -> str:
    return text


def _in(lang: str, line: str) -> str:
    return nynorsk.line(line) if lang == "nn" else line


def _name(patient: Patient) -> tuple[str, ...]:
    """Return the patient's name; the address is the record's to add."""
    return (" ".join(part for part in (patient.given, patient.middle, patient.family) if part),)


GUARDIANS: Final = {
    "nb": "Den eller de som har foreldreansvar for",
    "nn": "Den eller dei som har foreldreansvar for",
}


def _home_of(patient: Patient, notice: Notice, lang: str) -> tuple[str, ...]:
    """Return whom a letter to the patient's home addresses: the patient, or those with parental responsibility."""
    return (GUARDIANS[lang], *_name(patient)) if notice.to_guardians else _name(patient)


def _place(to: Party) -> Iterator[str]:
    """Yield the lines of the address that are known."""
    known = to.address or {}
    town = f"{known.get('postal_code', '')} {known.get('city', '')}"
    lines = (to.name, to.unit_name or "", known.get("line", ""), town)
    return (line for line in lines if line.strip())


def _whom(patient: Patient) -> Iterator[str]:
    """Yield name, identifier and birth date, a line each, where they are known."""
    yield f"Pasient: {_name(patient)[0]}"
    if patient.ident is not None:
        value, kind = patient.ident
        yield f"{codes.display('8116', kind) or kind}: {value}"
    if patient.birth_date is not None:
        yield f"Født: {day(patient.birth_date)}"
