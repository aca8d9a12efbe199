"""Dialogmelding read, both versions, all text and roles kept. HIS 80603:2006 and HIS 80603:2017."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from lxml import etree

from adapter.kith import time
from adapter.kith.codes import Code, read_code
from adapter.kith.dialog import ConnectedUnit, Contact, Note, Notes, Question
from adapter.kith.dialog_write import FK1
from adapter.kith.head_read import idents
from adapter.kith.tree import content, namespace, text

_F: Final = f"{{{FK1}}}"
_UNKNOWN: Final = Code("")
"""Stands where a coded element that the schema demands is missing; the schema fault is reported beside it."""


def read(payload: etree._Element) -> Notes:
    """Return what a Dialogmelding holds. Nothing is refused here: faults are the schema's and the rules' to find."""
    ns = f"{{{namespace(payload)}}}"
    return Notes(
        notes=tuple(_note(each, ns) for each in payload.findall(f"{ns}Notat")),
        questions=tuple(_question(each, ns) for each in payload.findall(f"{ns}Foresporsel")),
    )


def _note(element: etree._Element, ns: str) -> Note:
    """Return Notat."""
    question = element.find(f"{ns}Foresporsel")
    return Note(
        topic=read_code(element.find(f"{ns}TemaKodet")) or _UNKNOWN,
        subject=text(element, f"{ns}Tema"),
        text=content(element.find(f"{ns}TekstNotatInnhold")),
        remark=content(element.find(f"{ns}Merknad")),
        doc_id=text(element, f"{ns}DokIdNotat"),
        day=time.read_date(text(element, f"{ns}DatoNotat")),
        question=_question(question, ns) if question is not None else None,
        contacts=_contacts(element, ns),
    )


def _question(element: etree._Element, ns: str) -> Question:
    """Return Foresporsel."""
    return Question(
        type=read_code(element.find(f"{ns}TypeForesp")) or _UNKNOWN,
        text=content(element.find(f"{ns}Sporsmal")),
        subject=text(element, f"{ns}EmneSporsmal"),
        reason=content(element.find(f"{ns}Begrunnelse")),
        doc_id=text(element, f"{ns}DokIdForesp"),
        contacts=_contacts(element, ns),
    )


def _contacts(parent: etree._Element, ns: str) -> tuple[Contact, ...]:
    """Return the people and units of a note or question; a person named inside TilknyttetEnhet comes after it."""
    found = []
    for element in parent.findall(f"{ns}RollerRelatertNotat"):
        found.append(_contact(element, element, ns))
        inner = element.find(f"{ns}TilknyttetEnhet")
        if inner is not None and _person(inner, ns) is not None:
            found.append(_contact(inner, element, ns))
    return tuple(found)


def _person(parent: etree._Element, ns: str) -> etree._Element | None:
    """Return HealthcareProfessional or Person below an element."""
    professional = parent.find(f"{ns}HealthcareProfessional")
    return professional if professional is not None else parent.find(f"{ns}Person")


def _contact(holder: etree._Element, roles: etree._Element, ns: str) -> Contact:
    """Return one contact: the person in `holder` with the roles that stand in `roles`."""
    person = _person(holder, ns)
    unit = _unit(holder.find(f"{ns}TilknyttetEnhet"), ns)
    role = read_code(roles.find(f"{ns}RoleToPatient"))
    note_role = read_code(roles.find(f"{ns}RolleNotat"))
    if person is None:
        return Contact(role=role, note_role=note_role, unit=unit)
    all_ = idents(person, ns, _F)
    hpr = next((each for each in all_ if each.kind == "HPR"), None)
    phone, email, others = _telecoms(person, ns)
    return Contact(
        role=role or read_code(person.find(f"{ns}RoleToPatient")),
        note_role=note_role,
        profession=read_code(person.find(f"{ns}TypeHealthcareProfessional")),
        family=text(person, f"{ns}FamilyName"),
        given=text(person, f"{ns}GivenName"),
        middle=text(person, f"{ns}MiddleName"),
        hpr=hpr.value if hpr else None,
        idents=tuple(each for each in all_ if each is not hpr),
        phone=phone,
        email=email,
        telecoms=others,
        unit=unit,
        personnel=person.tag == f"{ns}HealthcareProfessional",
    )


def _telecoms(element: etree._Element, ns: str) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return the first phone, the first mail address, and all further addresses as written."""
    first: dict[str, str] = {}
    others = []
    for address in element.iterfind(f"{ns}TeleCom/{_F}TeleAddress"):
        value = "".join((address.get("V") or "").split())
        scheme, colon, rest = value.partition(":")
        if not colon and value:
            scheme, rest = "tel", value
        if scheme.lower() in {"tel", "mailto"} and scheme.lower() not in first and rest:
            first[scheme.lower()] = unquote(rest)
        elif value:
            others.append(value)
    return first.get("tel"), first.get("mailto"), tuple(others)


def _unit(element: etree._Element | None, ns: str) -> ConnectedUnit | None:
    """Return TilknyttetEnhet/Kontaktenhet."""
    organisation = element.find(f"{ns}Kontaktenhet") if element is not None else None
    if organisation is None:
        return None
    return ConnectedUnit(
        name=text(organisation, f"{_F}OrganisationName"),
        idents=idents(organisation, _F),
        phone=_telecoms(organisation, _F)[0],
        note=text(element, f"{ns}Merknad"),
    )
