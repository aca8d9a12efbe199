"""AppRec written, both versions: Organisation → Inst, sub-organisation → Dept, professional → HCPerson. HITS 1168 ch. 8."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from adapter.errors import MessageError
from adapter.kith import time
from adapter.kith.apprec import NAMESPACES, REJECTED, AppRec, Original, Party, Stated, Version
from adapter.kith.codes import Code, write_cs, write_cv
from adapter.kith.escape import element, escape
from adapter.kith.head import Address, Ident
from adapter.kith.raw import Raw
from adapter.kith.tree import namespace

_NAMESPACE: Final[Mapping[Version, str]] = {version: namespace for namespace, version in NAMESPACES.items()}
_MIG: Final[Mapping[Version, str]] = {"1.0": "1.0 2004-11-21", "1.1": "v1.1 2012-02-15"}
_SENDER_ROLES: Final[Mapping[tuple[Version, str], Code]] = {
    ("1.1", "PRIM"): Code("PRIM", "Primærmottaker"),
    ("1.1", "COP"): Code("COP", "Kopimottaker"),
    ("1.0", "COP"): Code("COP", "Kopimottaker"),
}
"""1.0 knows REQ, SPR and COP: requester and provider do not fit a dialogue, so the primary receiver states none."""
_RECEIVER_ROLES: Final[Mapping[Version, Code]] = {"1.1": Code("AVS", "Avsender")}


def build(receipt: AppRec) -> str:
    """Return the document as XML text. Raises MessageError IPK-M012 for a rejection without an error."""
    if receipt.status == REJECTED and not receipt.errors:
        raise MessageError("IPK-M012", at="/AppRec/Error")
    stated = receipt.stated or _ours(receipt)
    software = element("SoftwareName", stated.software) + element("SoftwareVersion", stated.software_version)
    errors = "".join(write_cv("Error", error) for error in receipt.errors)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<AppRec xmlns="{_NAMESPACE[receipt.version]}">'
        f"{write_cs('MsgType', '8279', stated.msg_type)}<MIGversion>{escape(stated.mig_version)}</MIGversion>{software}"
        f"<GenDate>{_date(stated.gen_date, receipt.gen_date, time.write)}</GenDate>{element('Id', receipt.id)}"
        f"<Sender>{write_cs('Role', '8112', stated.sender_role)}"
        f"{_hcp(receipt.sender, stated.sender, receipt.version)}</Sender>"
        f"<Receiver>{write_cs('Role', '8112', stated.receiver_role)}"
        f"{_hcp(receipt.receiver, stated.receiver, receipt.version)}"
        f"</Receiver>{write_cs('Status', '8258', _status(receipt, stated))}{errors}"
        f"{_original(receipt.original, stated.issue_date)}</AppRec>\n"
    )


def _ours(receipt: AppRec) -> Stated:
    """Return what we write in every receipt of a version."""
    return Stated(
        msg_type=Code("APPREC"),
        mig_version=_MIG[receipt.version],
        sender_role=_SENDER_ROLES.get((receipt.version, receipt.role)),
        receiver_role=_RECEIVER_ROLES.get(receipt.version),
        status=Code(receipt.status),
    )


def _status(receipt: AppRec, stated: Stated) -> Code:
    """Return the status as it was written, where it still is that status."""
    written = stated.status
    return written if written is not None and written.v == receipt.status else Code(receipt.status)


def _date(written: str, when: datetime, write: Callable[[datetime], str]) -> str:
    """Return a time as it was written, where it still is that time."""
    return written if written and time.read(written) == when else write(when)


def _original(original: Original, issued: str) -> str:
    """Return OriginalMsgId."""
    date = _date(issued, original.gen_date, time.echo)
    return (
        f"<OriginalMsgId>{write_cs('MsgType', '8279', original.type)}"
        f"<IssueDate>{date}</IssueDate><Id>{escape(original.msg_id)}</Id></OriginalMsgId>"
    )


def _hcp(address: Address, stated: Party | None, version: Version) -> str:
    """Return HCP; as it was written where that says more, it still is that address, and in that version."""
    ours = _party(address)
    if stated is None or stated.address != address:
        return ours
    written, space = stated.written, _NAMESPACE[version]
    if namespace(written.element) != space or written == Raw(
        ours.replace("<HCP>", f'<HCP xmlns="{space}">', 1)
    ):
        return ours
    return written.xml


def _party(address: Address) -> str:
    """Return HCP/Inst with what lies below it."""
    dept = f"<Dept>{_identity(address.level2.name, address.level2.idents)}</Dept>" if address.level2 else ""
    person = address.person
    below = f"<HCPerson>{_identity(person.name, person.idents)}</HCPerson>" if person else ""
    own, further = _split(address.level1.idents)
    return f"<HCP><Inst>{element('Name', address.level1.name)}{own}{dept}{further}{below}</Inst></HCP>"


def _identity(name: str, ids: tuple[Ident, ...]) -> str:
    """Return Name, Id, TypeId and AdditionalId."""
    return element("Name", name) + "".join(_split(ids))


def _split(ids: tuple[Ident, ...]) -> tuple[str, str]:
    """Return the first identifier as Id and TypeId, the others as AdditionalId. No S here: the types are CS."""
    if not ids:
        return "", ""
    first = f"<Id>{escape(ids[0].value)}</Id>{_type('TypeId', ids[0].type)}"
    others = (
        f"<AdditionalId><Id>{escape(each.value)}</Id>{_type('Type', each.type)}</AdditionalId>"
        for each in ids[1:]
    )
    return first, "".join(others)


def _type(tag: str, code: Code) -> str:
    """Return the type of an identifier as a CS, DN from the list of its S."""
    return write_cs(tag, code.list or "9051", code)
