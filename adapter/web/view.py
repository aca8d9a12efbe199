"""A message as its receiver sees it: a plain page from the stored bytes. HIS 80603; Norwegian, for clinicians."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from adapter import kith
from adapter.codes import display
from adapter.errors import AdapterError
from adapter.kith.apprec import AppRec
from adapter.kith.dialog import Contact, Notes
from adapter.kith.head import Address, Head, Patient
from adapter.model import Message
from adapter.web import pages

STATUS: Final = {"1": "OK", "2": "Avvist", "3": "OK, feil i delmelding"}

Row = tuple[str, str]


def page(found: Message) -> str:
    """Return the page of a message; one that cannot be read says so and shows its state only."""
    title = display("8279", found.type) or found.type
    try:
        read = kith.read(found.body)
    except AdapterError:
        return pages.alone("Melding", "<p>Dokumentet kan ikke leses.</p>")
    body = read.body
    rows: list[Row] = []
    if read.head is not None:
        rows += _head(read.head)
    if isinstance(body, AppRec):
        rows += _receipt(body)
    text = _notes(body) if isinstance(body, Notes) else ""
    return pages.alone(title, f"{pages.facts(rows)}{text}{_attached(read)}")


def _head(head: Head) -> list[Row]:
    rows = [("Fra", _address(head.sender)), ("Til", _address(head.receiver))]
    rows += [("Kopi til", _address(copy)) for _, copy in head.copies]
    rows.append(("Sendt", head.gen_date.strftime("%d.%m.%Y %H:%M")))
    if head.patient is not None:
        rows += _patient(head.patient)
    return rows


def _address(address: Address) -> str:
    one, two = address.names
    return ", ".join(part for part in (two, one) if part)


def _patient(patient: Patient) -> list[Row]:
    name = " ".join(part for part in (patient.given, patient.middle, patient.family) if part)
    rows = [("Pasient", name)]
    if patient.ident is not None:
        rows.append((patient.ident[1], patient.ident[0]))
    if patient.birth_date is not None:
        rows.append(("Født", patient.birth_date.strftime("%d.%m.%Y")))
    return rows


def _receipt(receipt: AppRec) -> list[Row]:
    rows = [
        ("Fra", _address(receipt.sender)),
        ("Til", _address(receipt.receiver)),
        ("Kvittering", STATUS.get(receipt.status, receipt.status)),
        ("Gjelder melding", receipt.original.msg_id),
    ]
    return rows + [
        ("Feil", f"{error.v} {display('8221', error.v) or ''}".strip()) for error in receipt.errors
    ]


def _notes(notes: Notes) -> str:
    parts = [pages.text(notes.text)] if notes.text else []
    heading = f"<h2>{escape(notes.subject)}</h2>" if notes.subject else ""
    return f"{heading}{''.join(parts)}{_contacts(notes.contacts)}"


def _contacts(contacts: Iterable[Contact]) -> str:
    rows = [(_role(each), _person(each)) for each in contacts]
    return f"<h2>Kontakter</h2>{pages.facts(rows)}" if rows else ""


def _role(contact: Contact) -> str:
    return (contact.role and (display("9034", contact.role.v) or contact.role.dn)) or "Kontakt"


def _person(contact: Contact) -> str:
    profession = display("9060", contact.profession.v) if contact.profession else ""
    unit = contact.unit.name if contact.unit else ""
    return ", ".join(part for part in (contact.name, profession, unit, contact.phone) if part)


def _attached(read: kith.Read) -> str:
    rows = [("Vedlegg", f"{each.description} ({each.mime_type})") for each in read.attachments]
    return pages.facts(rows) if rows else ""
