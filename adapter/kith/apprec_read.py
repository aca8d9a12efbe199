"""AppRec read, both versions, from any sender. HIS 80415:2004, HIS 80415:2012."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeVar, cast

from lxml import etree

from adapter.errors import MessageError
from adapter.kith import time
from adapter.kith.apprec import NAMESPACES, AppRec, Original, Party, Stated, Status
from adapter.kith.codes import OID_PREFIX, Code, code_of, read_code
from adapter.kith.head import Address, Ident, Person, Unit
from adapter.kith.raw import Raw
from adapter.kith.tree import namespace, text

T = TypeVar("T")
_LISTS: Final = {"HER": "9051", "ENH": "9051", "HPR": "8116"}
_STATUSES: Final = frozenset({"1", "2", "3"})
_NOBODY: Final = Address(level1=Unit(name=""))


def read(root: etree._Element) -> AppRec:
    """Return the receipt. Raises MessageError IPK-M002 where it does not say what became of which message."""
    ns = f"{{{namespace(root)}}}"
    status = read_code(root.find(f"{ns}Status"))
    if status is None or status.v not in _STATUSES:
        raise MessageError("IPK-M002", at="/AppRec/Status")
    role = read_code(root.find(f"{ns}Sender/{ns}Role"))
    errors = (read_code(each) for each in root.findall(f"{ns}Error"))
    return AppRec(
        version=NAMESPACES[namespace(root)],
        id=text(root, f"{ns}Id"),
        gen_date=_needed(time.read(text(root, f"{ns}GenDate")), "GenDate"),
        sender=_party(root.find(f"{ns}Sender/{ns}HCP"), ns),
        receiver=_party(root.find(f"{ns}Receiver/{ns}HCP"), ns),
        role="COP" if role is not None and role.v == "COP" else "PRIM",
        status=cast("Status", status.v),
        errors=tuple(error for error in errors if error is not None),
        original=_original(root.find(f"{ns}OriginalMsgId"), ns),
        stated=_stated(root, ns),
    )


def _stated(root: etree._Element, ns: str) -> Stated:
    """Return what the sender wrote of what we always write alike."""
    found = {
        name: code_of(element)
        for name, path in (
            ("msg_type", f"{ns}MsgType"),
            ("sender_role", f"{ns}Sender/{ns}Role"),
            ("receiver_role", f"{ns}Receiver/{ns}Role"),
            ("status", f"{ns}Status"),
        )
        if (element := root.find(path)) is not None
    }
    return Stated(
        mig_version=text(root, f"{ns}MIGversion"),
        software=text(root, f"{ns}SoftwareName"),
        software_version=text(root, f"{ns}SoftwareVersion"),
        gen_date=text(root, f"{ns}GenDate"),
        issue_date=text(root, f"{ns}OriginalMsgId/{ns}IssueDate"),
        sender=_written(root.find(f"{ns}Sender/{ns}HCP"), ns),
        receiver=_written(root.find(f"{ns}Receiver/{ns}HCP"), ns),
        **found,
    )


def _needed(value: T | None, name: str) -> T:
    """Return the value, or raise IPK-M002 at its place."""
    if value is None or value == "":
        raise MessageError("IPK-M002", at=f"/AppRec/{name}")
    return value


def _original(element: etree._Element | None, ns: str) -> Original:
    """Return OriginalMsgId."""
    found = _needed(element if element is not None and len(element) else None, "OriginalMsgId")
    return Original(
        _needed(read_code(found.find(f"{ns}MsgType")), "OriginalMsgId/MsgType"),
        _needed(time.read(text(found, f"{ns}IssueDate")), "OriginalMsgId/IssueDate"),
        _needed(text(found, f"{ns}Id"), "OriginalMsgId/Id"),
    )


def _party(hcp: etree._Element | None, ns: str) -> Address:
    """Return the address of HCP: Inst with its first Dept and HCPerson, or a professional alone (HCProf)."""
    if hcp is None:
        return _NOBODY
    alone = hcp.find(f"{ns}HCProf")
    if alone is not None:
        return Address(level1=Unit(name=""), person=_person(alone, ns))
    inst = hcp.find(f"{ns}Inst")
    if inst is None:
        return _NOBODY
    dept, person = inst.find(f"{ns}Dept"), inst.find(f"{ns}HCPerson")
    return Address(
        level1=_unit(inst, ns),
        level2=_unit(dept, ns) if dept is not None else None,
        person=_person(person, ns) if person is not None else None,
    )


def _written(hcp: etree._Element | None, ns: str) -> Party | None:
    """Return HCP as it stands, with the address that `_party` reads of it."""
    return Party(_party(hcp, ns), Raw.of(hcp)) if hcp is not None else None


def _idents(element: etree._Element, ns: str) -> tuple[Ident, ...]:
    """Return Id/TypeId and every AdditionalId. Their types are CS: no list is written, only V."""
    pairs = [(text(element, f"{ns}Id"), read_code(element.find(f"{ns}TypeId")))]
    pairs += [
        (text(each, f"{ns}Id"), read_code(each.find(f"{ns}Type")))
        for each in element.findall(f"{ns}AdditionalId")
    ]
    return tuple(Ident(value, _typed(type_)) for value, type_ in pairs if value and type_ is not None)


def _typed(type_: Code) -> Code:
    """Return the type of an identifier with the list it is of, where V alone tells that."""
    number = _LISTS.get(type_.v)
    return replace(type_, s=OID_PREFIX + number) if number and type_.s is None else type_


def _unit(element: etree._Element, ns: str) -> Unit:
    """Return Inst or Dept."""
    return Unit(name=text(element, f"{ns}Name"), idents=_idents(element, ns))


def _person(element: etree._Element, ns: str) -> Person:
    """Return HCPerson or HCProf. Name is one string, given name first: the last word is the family name."""
    given, _, family = text(element, f"{ns}Name").rpartition(" ")
    return Person(family=family, given=given, idents=_idents(element, ns))
