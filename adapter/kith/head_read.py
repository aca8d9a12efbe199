"""MsgHead 1.2 read, from any sender. HIS 80601:2006; what must be there is what a receipt needs (HIS 80415)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, TypeVar

from lxml import etree

from adapter.errors import MessageError
from adapter.kith import time
from adapter.kith.codes import Code
from adapter.kith.head import AS_MESSAGE, Address, Document, Head, Other, Unit
from adapter.kith.head_tables import MESSAGE

T = TypeVar("T")
_NOBODY: Final = Address(level1=Unit(name=""))


def read(root: etree._Element) -> Head:
    """Return the head of a MsgHead document.

    Raises MessageError IPK-M009 (no sender that a receipt could be addressed to) and IPK-M002 (Type, GenDate or
    MsgId missing: a receipt must name them).
    """
    whole = MESSAGE.parse(root)
    info: dict[str, Any] = whole.get("info") or {}
    sender = info.get("sender")
    if sender is None or not (any(sender.her_ids) or sender.level1.orgnr):
        raise MessageError("IPK-M009", at="/MsgHead/MsgInfo/Sender")
    written = info.get("gen_date", "")
    others = info.get("others", ())
    document, *attachments = (_issued(each, written) for each in whole.get("documents", (Document(),)))
    return Head(
        type=_needed(_valued(info.get("type")), "Type"),
        gen_date=_needed(time.read(written), "GenDate"),
        written=written,
        msg_id=_needed(info.get("msg_id"), "MsgId"),
        status=info.get("status"),
        priority=info.get("priority"),
        ack=info.get("ack"),
        conversation=info.get("conversation"),
        sender=sender,
        receiver=info.get("receiver", _NOBODY),
        copies=tuple(each for each in others if not isinstance(each, Other)),
        others=tuple(each for each in others if isinstance(each, Other)),
        people_at=tuple(place for place, each in enumerate(others) if isinstance(each, Other)),
        patient=info.get("patient"),
        # The first of its contents is the message itself, which is read as what it is.
        document=replace(document, contents=document.contents[1:]),
        attachments=tuple(attachments),
        signature=whole.get("signature"),
    )


def _needed(value: T | None, name: str) -> T:
    """Return the value, or raise IPK-M002 at its place."""
    if value is None:
        raise MessageError("IPK-M002", at=f"/MsgHead/MsgInfo/{name}")
    return value


def _valued(code: Code | None) -> Code | None:
    return code if code is not None and (code.v or code.ot) else None


def _issued(document: Document, gen_date: str) -> Document:
    """Return the document, its IssueDate told by reference where it repeats the time of the message."""
    same = document.issued is not None and document.issued.written == gen_date
    return replace(document, issued=AS_MESSAGE) if same else document
