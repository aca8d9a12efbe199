"""Dialogmelding written, both versions: order of elements by the schemas, children of fk1 types with that prefix."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from adapter.kith.codes import Code, write_cs, write_cv
from adapter.kith.dialog import ConnectedUnit, Contact, Dialect, Note, Notes, Question
from adapter.kith.escape import element, escape
from adapter.kith.head import person_ident
from adapter.kith.head_write import ident

FK1: Final = "http://www.kith.no/xmlstds/felleskomponent1"
_F: Final = "fk1:"
_URI_KEPT: Final = "+-/()*#:;,.@=&?!$'~"


def payload(body: Notes, dialect: Dialect) -> str:
    """Return Dialogmelding. What the version cannot say fails our schema, not silently."""
    questions = "".join(_question(question, dialect) for question in body.questions)
    notes = "".join(_note(note, dialect) for note in body.notes)
    return f'<Dialogmelding xmlns="{dialect.namespace}" xmlns:fk1="{FK1}">{questions}{notes}</Dialogmelding>'


def _note(note: Note, dialect: Dialect) -> str:
    """Return Notat."""
    day = note.day.isoformat() if note.day else None
    question = _question(note.question, dialect) if note.question else ""
    return (
        f"<Notat>{write_cv('TemaKodet', note.topic)}{element('Tema', note.subject)}"
        f"{element('TekstNotatInnhold', note.text)}{element('Merknad', note.remark)}"
        f"{element('DokIdNotat', note.doc_id)}{element('DatoNotat', day)}{question}"
        f"{''.join(map(_contact, note.contacts))}</Notat>"
    )


def _question(question: Question, dialect: Dialect) -> str:
    """Return Foresporsel. A subject has no place in 1.0 and is left out there."""
    subject = element("EmneSporsmal", question.subject) if dialect.question_subject else ""
    return (
        f"<Foresporsel>{write_cv('TypeForesp', question.type)}{subject}{element('Sporsmal', question.text)}"
        f"{element('Begrunnelse', question.reason)}{element('DokIdForesp', question.doc_id)}"
        f"{''.join(map(_contact, question.contacts))}</Foresporsel>"
    )


def _contact(contact: Contact) -> str:
    """Return RollerRelatertNotat."""
    unit = _unit(contact.unit) if contact.unit else ""
    person = _person(contact) if contact.has_person else ""
    return (
        f"<RollerRelatertNotat>{write_cv('RolleNotat', contact.note_role)}"
        f"{write_cv('RoleToPatient', contact.role)}{unit}{person}</RollerRelatertNotat>"
    )


def _person(contact: Contact) -> str:
    """Return HealthcareProfessional, or Person, which puts the given name first."""
    hpr = (person_ident("HPR", contact.hpr),) if contact.hpr else ()
    rest = "".join(ident(each, _F) for each in (*hpr, *contact.idents)) + "".join(
        map(_telecom, _addresses(contact))
    )
    family, middle = element("FamilyName", contact.family), element("MiddleName", contact.middle)
    given = element("GivenName", contact.given)
    if not contact.personnel:
        return f"<Person>{given}{middle}{family}{rest}</Person>"
    return (
        f"<HealthcareProfessional>{_profession(contact.profession)}{family}{middle}{given}{rest}"
        "</HealthcareProfessional>"
    )


def _profession(code: Code | None) -> str:
    """Return TypeHealthcareProfessional, a CS."""
    return write_cs("TypeHealthcareProfessional", "9060", code)


def _addresses(contact: Contact) -> tuple[str, ...]:
    """Return the telecom addresses with their schemes, no blanks in them (HISD 1165)."""
    phone = (_uri("tel", contact.phone),) if contact.phone else ()
    email = (_uri("mailto", contact.email),) if contact.email else ()
    return (*phone, *email, *contact.telecoms)


def _uri(scheme: str, value: str) -> str:
    """Return scheme and value without blanks, other characters percent-encoded so that anyURI takes them."""
    return f"{scheme}:{quote(''.join(value.split()), safe=_URI_KEPT)}"


def _telecom(address: str) -> str:
    """Return TeleCom."""
    return f'<TeleCom><fk1:TeleAddress V="{escape(address)}"/></TeleCom>'


def _unit(unit: ConnectedUnit) -> str:
    """Return TilknyttetEnhet; Kontaktenhet is of an fk1 type, and so are all its children."""
    idents = "".join(
        f"<fk1:Ident><fk1:Id>{escape(each.value)}</fk1:Id>{write_cv('fk1:TypeId', each.type)}</fk1:Ident>"
        for each in unit.idents
    )
    phone = (
        f'<fk1:TeleCom><fk1:TeleAddress V="{escape(_uri("tel", unit.phone))}"/></fk1:TeleCom>'
        if unit.phone
        else ""
    )
    return (
        f"<TilknyttetEnhet><Kontaktenhet><fk1:OrganisationName>{escape(unit.name)}</fk1:OrganisationName>"
        f"{idents}{phone}</Kontaktenhet>{element('Merknad', unit.note)}</TilknyttetEnhet>"
    )
