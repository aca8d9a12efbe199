"""MsgHead 1.2 read, from any sender. HIS 80601:2006; what must be there is what a receipt needs (HIS 80415)."""

from __future__ import annotations

from typing import Final, TypeVar

from lxml import etree

from adapter.errors import MessageError
from adapter.kith import time
from adapter.kith.codes import Code, read_code
from adapter.kith.head import NAMESPACE, Address, Conversation, Head, Ident, Patient, Person, Unit
from adapter.kith.tree import text

T = TypeVar("T")
_N: Final = f"{{{NAMESPACE}}}"


def read(root: etree._Element) -> Head:
    """Return the head of a MsgHead document.

    Raises MessageError IPK-M009 (no sender that a receipt could be addressed to) and IPK-M002 (Type, GenDate or
    MsgId missing: a receipt must name them).
    """
    info = root.find(f"{_N}MsgInfo")
    sender = _address(_party(info, "Sender"))
    if sender is None or not (any(sender.her_ids) or sender.level1.orgnr):
        raise MessageError("IPK-M009", at="/MsgHead/MsgInfo/Sender")
    type_ = _needed(read_code(_child(info, "Type")), "Type")
    return Head(
        type=type_,
        gen_date=_needed(time.read(text(info, f"{_N}GenDate")), "GenDate"),
        msg_id=_needed(text(info, f"{_N}MsgId") or None, "MsgId"),
        sender=sender,
        receiver=_address(_party(info, "Receiver")) or Address(level1=Unit(name="")),
        conversation=_conversation(_child(info, "ConversationRef")),
        copies=_copies(info),
        patient=_patient(_child(info, "Patient")),
        ack=read_code(_child(info, "Ack")),
    )


def _needed(value: T | None, name: str) -> T:
    """Return the value, or raise IPK-M002 at its place."""
    if value is None:
        raise MessageError("IPK-M002", at=f"/MsgHead/MsgInfo/{name}")
    return value


def _child(parent: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child of that name in the head's namespace."""
    return parent.find(_N + name) if parent is not None else None


def _party(info: etree._Element | None, name: str) -> etree._Element | None:
    """Return the Organisation of Sender or Receiver."""
    return _child(_child(info, name), "Organisation")


def _conversation(ref: etree._Element | None) -> Conversation | None:
    """Return the thread. Found by name: some senders write the two in the other order."""
    parent, conversation = text(ref, f"{_N}RefToParent"), text(ref, f"{_N}RefToConversation")
    if not (parent or conversation):
        return None
    return Conversation(parent or conversation, conversation or parent)


def _copies(info: etree._Element | None) -> tuple[tuple[Code, Address], ...]:
    """Return the organisations among OtherReceiver, with their role."""
    found = []
    for other in info.findall(f"{_N}OtherReceiver") if info is not None else ():
        role, address = read_code(_child(other, "RoleReceiver")), _address(_child(other, "Organisation"))
        if role is not None and address is not None:
            found.append((role, address))
    return tuple(found)


def _address(organisation: etree._Element | None) -> Address | None:
    """Return both levels of a party, None where there is no Organisation."""
    if organisation is None:
        return None
    second = _child(organisation, "Organisation")
    holder = second if _child(second, "HealthcareProfessional") is not None else organisation
    return Address(
        level1=_unit(organisation),
        level2=_unit(second) if second is not None else None,
        person=_professional(_child(holder, "HealthcareProfessional")),
    )


def _unit(element: etree._Element) -> Unit:
    """Return one level of Organisation."""
    known, others = _sorted(idents(element, _N), ("HER", "ENH"))
    return Unit(
        name=text(element, f"{_N}OrganisationName"),
        her_id=known.get("HER"),
        orgnr=known.get("ENH"),
        others=others,
    )


def _professional(element: etree._Element | None) -> Person | None:
    """Return HealthcareProfessional of an Organisation. Its HER-id may stand under 9051 or 8116."""
    if element is None:
        return None
    known, others = _sorted(idents(element, _N), ("HER", "HPR"))
    return Person(
        family=text(element, f"{_N}FamilyName"),
        given=text(element, f"{_N}GivenName"),
        middle=text(element, f"{_N}MiddleName"),
        her_id=known.get("HER"),
        hpr=known.get("HPR"),
        role=read_code(_child(element, "RoleToPatient")),
        profession=read_code(_child(element, "TypeHealthcareProfessional")),
        others=others,
    )


def _patient(element: etree._Element | None) -> Patient | None:
    """Return Patient."""
    if element is None:
        return None
    sex = read_code(_child(element, "Sex"))
    return Patient(
        family=text(element, f"{_N}FamilyName"),
        given=text(element, f"{_N}GivenName"),
        middle=text(element, f"{_N}MiddleName"),
        birth_date=time.read_date(text(element, f"{_N}DateOfBirth")),
        sex=sex.v if sex else None,
        idents=idents(element, _N),
    )


def idents(element: etree._Element, outer: str, inner: str | None = None) -> tuple[Ident, ...]:
    """Return the identifiers of a party: Ident in namespace `outer`, its children in `inner` (default the same)."""
    within = outer if inner is None else inner
    found = []
    for each in element.findall(f"{outer}Ident"):
        value, type_ = text(each, f"{within}Id"), read_code(each.find(f"{within}TypeId"))
        if value and type_ is not None:
            found.append(Ident(value, type_))
    return tuple(found)


def _sorted(all_: tuple[Ident, ...], kinds: tuple[str, ...]) -> tuple[dict[str, str], tuple[Ident, ...]]:
    """Return the first value of each kind, and all other identifiers in their order."""
    known: dict[str, str] = {}
    others = []
    for each in all_:
        if each.kind in kinds and each.kind not in known:
            known[each.kind] = each.value
        else:
            others.append(each)
    return known, tuple(others)
