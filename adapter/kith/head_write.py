"""MsgHead 1.2 written: the frame round one payload. HIS 80601:2006; element order of MsgHead-v1_2.xsd."""

from __future__ import annotations

from typing import Final

from adapter.kith import time
from adapter.kith.codes import Code, write_cs, write_cv
from adapter.kith.escape import element, escape
from adapter.kith.head import (
    NAMESPACE,
    Address,
    Conversation,
    Head,
    Ident,
    Patient,
    Person,
    Unit,
    person_ident,
    unit_ident,
)

MIG_VERSION: Final = "v1.2 2006-05-24"
_XML_INSTANCE: Final = '<MsgType V="XML" DN="XML-instans"/>'


def frame(head: Head, payload: str) -> str:
    """Return the whole document round a payload that is already XML."""
    issued = time.write(head.gen_date)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<MsgHead xmlns="{NAMESPACE}">\n{_info(head, issued)}\n'
        f'<Document><RefDoc><IssueDate V="{issued}"/>{_XML_INSTANCE}<Content>\n{payload}\n'
        "</Content></RefDoc></Document>\n</MsgHead>\n"
    )


def _info(head: Head, issued: str) -> str:
    """Return MsgInfo."""
    copies = "".join(f"\n{_copy(role, address)}" for role, address in head.copies)
    patient = f"\n{_patient(head.patient)}" if head.patient else ""
    return (
        f"<MsgInfo>{write_cs('Type', '8279', head.type)}<MIGversion>{MIG_VERSION}</MIGversion>"
        f"<GenDate>{issued}</GenDate><MsgId>{escape(head.msg_id)}</MsgId>{write_cs('Ack', '7304', head.ack)}"
        f"{_conversation(head.conversation)}\n<Sender>{_address(head.sender)}</Sender>\n"
        f"<Receiver>{_address(head.receiver)}</Receiver>{copies}{patient}</MsgInfo>"
    )


def _conversation(ref: Conversation | None) -> str:
    """Return ConversationRef, the parent first as the schema demands."""
    if ref is None:
        return ""
    return (
        f"<ConversationRef><RefToParent>{escape(ref.parent)}</RefToParent>"
        f"<RefToConversation>{escape(ref.conversation)}</RefToConversation></ConversationRef>"
    )


def _copy(role: Code, address: Address) -> str:
    """Return OtherReceiver."""
    return f"<OtherReceiver>{write_cs('RoleReceiver', '8112', role)}{_address(address)}</OtherReceiver>"


def _address(address: Address) -> str:
    """Return Organisation with what lies below it."""
    person = _professional(address.person) if address.person else ""
    below = _unit(address.level2, person) if address.level2 else person
    return _unit(address.level1, below)


def _unit(unit: Unit, below: str) -> str:
    """Return one level of Organisation."""
    own = (("HER", unit.her_id), ("ENH", unit.orgnr))
    idents = [unit_ident(kind, value) for kind, value in own if value]
    return (
        f"<Organisation><OrganisationName>{escape(unit.name)}</OrganisationName>"
        f"{''.join(map(ident, (*idents, *unit.others)))}{below}</Organisation>"
    )


def _professional(person: Person) -> str:
    """Return HealthcareProfessional. A GP's HER-id is written with S of 9051, as the official examples do."""
    idents = [unit_ident("HER", person.her_id)] if person.her_id else []
    idents += [person_ident("HPR", person.hpr)] if person.hpr else []
    return (
        f"<HealthcareProfessional>{write_cs('TypeHealthcareProfessional', '9060', person.profession)}"
        f"{write_cv('RoleToPatient', person.role)}{names(person)}"
        f"{''.join(map(ident, (*idents, *person.others)))}</HealthcareProfessional>"
    )


def names(person: Person | Patient) -> str:
    """Return the names, family name first (MsgHead and HealthcareProfessional; Person of a dialogue differs)."""
    return (
        f"{element('FamilyName', person.family)}{element('MiddleName', person.middle)}"
        f"{element('GivenName', person.given)}"
    )


def ident(value: Ident, prefix: str = "") -> str:
    """Return Ident; `prefix` (with colon) stands before its children only, as in a dialogue."""
    return f"<Ident><{prefix}Id>{escape(value.value)}</{prefix}Id>{write_cv(prefix + 'TypeId', value.type)}</Ident>"


def _patient(patient: Patient) -> str:
    """Return Patient."""
    born = patient.birth_date.isoformat() if patient.birth_date else None
    return (
        f"<Patient>{names(patient)}{element('DateOfBirth', born)}"
        f"{write_cs('Sex', '3101', Code(patient.sex) if patient.sex else None)}"
        f"{''.join(map(ident, patient.idents))}</Patient>"
    )
