"""Any KITH document read: receipts, messages the adapter supports, and the head of those it does not. HIS 80601."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from lxml import etree

from adapter import xmlsafe
from adapter.errors import Fault, MessageError
from adapter.kith import apprec_read, head, head_read, plan, schemas, tolerance, types
from adapter.kith.apprec import NAMESPACES, AppRec, Version
from adapter.kith.head import Head
from adapter.kith.plan import PlanFacts
from adapter.kith.tree import kind, namespace, text

_H: Final = f"{{{head.NAMESPACE}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A Document after the first: what it says it is. Its content stays in the bytes of the message."""

    mime_type: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Read:
    """A document as read. `head` is None for a receipt; `body` is None for a message type not supported."""

    kind: Literal["message", "apprec"]
    type: str
    """MsgInfo/Type, `APPREC` for a receipt."""
    version: str
    """Version of the payload standard by its namespace, empty where unknown; of AppRec for a receipt."""
    supported: bool
    head: Head | None
    body: types.Body | AppRec | None
    message: types.Message | None
    """The message as its own model, ready to build again."""
    apprec_version: Version
    """The version to receipt with."""
    scope: schemas.Scope
    """What our schema judges of it."""
    faults: tuple[Fault, ...]
    """Faults by our schema, after what we tolerate was put right; the payload of an unsupported type is not judged."""
    attachments: tuple[Attachment, ...]
    plan: PlanFacts | None = None
    """What a Henvisning 2.0 or PLO 2.0 says of plan and coordinator, though its type is not supported."""
    root: etree._Element
    """The tree, with what is tolerated put right. The bytes as received are the caller's to keep."""
    tolerated: tuple[str, ...] = ()
    """Names of what was put right (tolerance.put_right)."""


def read(data: bytes, *, limits: xmlsafe.Limits = xmlsafe.DEFAULT) -> Read:
    """Return what a document says.

    Raises MessageError IPK-M001, IPK-M007, IPK-M008 (xmlsafe.parse), IPK-M003 (no KITH message or receipt),
    IPK-M009 (no sender that a receipt could go to) and IPK-M002 (a receipt, or the facts a receipt must name, missing).
    """
    root = xmlsafe.parse(data, limits=limits)
    tolerated = tolerance.put_right(data, root)
    if namespace(root) in NAMESPACES and kind(root) == "AppRec":
        return _judged(_receipt(root), tolerated)
    if root.tag != f"{_H}MsgHead":
        raise MessageError("IPK-M003", at="/")
    return _judged(_message(root), tolerated)


def _judged(found: Read, tolerated: tuple[str, ...]) -> Read:
    """Return what was read with what was put right; blanks are looked for only where the schema minds something."""
    if found.faults and tolerance.blanks(found.root):
        faults = schemas.faults(found.root, "whole" if found.supported else "head")
        return replace(found, faults=faults, tolerated=(*tolerated, tolerance.BLANKS))
    return replace(found, tolerated=tolerated) if tolerated else found


def _receipt(root: etree._Element) -> Read:
    """Return an AppRec as read."""
    receipt = apprec_read.read(root)
    return Read(
        kind="apprec", type="APPREC", version=receipt.version, supported=True, head=None, body=receipt, message=None,
        apprec_version=receipt.version, scope="whole", faults=schemas.faults(root), attachments=(), root=root,
    )  # fmt: skip


def _message(root: etree._Element) -> Read:
    """Return a MsgHead document as read."""
    known = head_read.read(root)
    payload = payload_of(root)
    space = namespace(payload) if payload is not None else ""
    row = types.row_of(known.type.v, space)
    body = row.read(payload) if row is not None and payload is not None else None
    edition = types.edition(space)
    return Read(
        kind="message",
        type=known.type.v,
        version=edition.version,
        supported=row is not None,
        head=known,
        body=body,
        message=row.parse(known, body) if row is not None and body is not None else None,
        apprec_version=edition.apprec_version,
        scope="whole" if row else "head",
        faults=schemas.faults(root, "whole" if row else "head"),
        attachments=_attachments(root),
        plan=plan.read(payload) if payload is not None else None,
        root=root,
    )


def of_ours(message: types.Message, root: etree._Element) -> Read:
    """Return what reading a message of ours would, from the message itself and the root of its document."""
    edition = types.edition(namespace(payload) if (payload := payload_of(root)) is not None else "")
    return Read(
        kind="message", type=message.head.type.v, version=edition.version, supported=True, head=message.head,
        body=message.body, message=message, apprec_version=edition.apprec_version, scope="whole", faults=(),
        attachments=_attachments(root), root=root,
    )  # fmt: skip


def payload_of(root: etree._Element) -> etree._Element | None:
    """Return the XML instance of the first Document (HIS 80603:2017 3.2)."""
    holder = root.find(f"{_H}Document/{_H}RefDoc/{_H}Content")
    return next(iter(holder), None) if holder is not None else None


def _attachments(root: etree._Element) -> tuple[Attachment, ...]:
    """Return the further Documents."""
    documents = root.findall(f"{_H}Document/{_H}RefDoc")[1:]
    return tuple(
        Attachment(mime_type=text(each, f"{_H}MimeType"), description=text(each, f"{_H}Description"))
        for each in documents
    )
