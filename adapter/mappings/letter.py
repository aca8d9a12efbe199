"""The letter to whoever has no electronic address: what a message head says, and the same text. message-rules.md, 'Which carrier', 4."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final

from adapter import codes
from adapter.kith.head import Patient
from adapter.kith.text import day
from adapter.kith.time import OSLO
from adapter.mappings.context import Notice
from adapter.model import Party

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<html xmlns="http://www.w3.org/1999/xhtml" lang="nb"><head><meta charset="utf-8"/><title>'
)


def page(notice: Notice, sender: Party, patient: Patient, now: datetime) -> bytes:
    """Return the letter as HTML, everything escaped: receiver, sender, date, title, patient, text.

    In XML syntax, so that it is filed like any document. A sheet of paper has no message head: the letter itself says
    whom it is about.
    """
    title = escape(notice.title)
    receiver = "<br/>".join(map(escape, _place(notice.receiver)))
    sent = f"<p>{escape(sender.name)}, {escape(sender.display)}</p><p>Dato: {day(now.astimezone(OSLO))}</p>"
    said = (*_whom(patient), *notice.text.split("\r\n"))
    body = "".join(f"<p>{escape(line)}</p>" for line in said)
    whole = f"{_HEAD}{title}</title></head><body><address>{receiver}</address>{sent}<h1>{title}</h1>{body}</body></html>"
    return whole.encode()


def _place(to: Party) -> Iterator[str]:
    """Yield the lines of the address that are known."""
    known = to.address or {}
    town = f"{known.get('postal_code', '')} {known.get('city', '')}"
    lines = (to.name, to.unit_name or "", known.get("line", ""), town)
    return (line for line in lines if line.strip())


def _whom(patient: Patient) -> Iterator[str]:
    """Yield name, identifier and birth date, a line each, where they are known."""
    name = " ".join(part for part in (patient.given, patient.middle, patient.family) if part)
    yield f"Pasient: {name}"
    if patient.ident is not None:
        value, kind = patient.ident
        yield f"{codes.display('8116', kind) or kind}: {value}"
    if patient.birth_date is not None:
        yield f"Født: {day(patient.birth_date)}"
