"""MsgHead 1.2 written: the frame round one payload. HIS 80601:2006; element order of MsgHead-v1_2.xsd."""

from __future__ import annotations

from adapter.kith import time
from adapter.kith.head import AS_MESSAGE, NAMESPACE, Document, Head
from adapter.kith.head_tables import DOCUMENT, INFO, MIG_VERSION, values
from adapter.kith.time import When


def frame(head: Head, payload: str) -> str:
    """Return the whole document round a payload that is already XML."""
    when = _gen_date(head)
    first = payload + "".join(each.xml for each in head.document.contents)
    info = INFO.content(
        (head.type, MIG_VERSION, when, head.msg_id, head.status, head.priority, head.ack, head.conversation,
         head.sender, head.receiver, _further(head), head.patient)
    )  # fmt: skip
    attached = "".join(f"{_document(each, when, each.contents)}\n" for each in head.attachments)
    signature = f"{head.signature.xml}\n" if head.signature else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<MsgHead xmlns="{NAMESPACE}">\n<MsgInfo>{info}</MsgInfo>\n'
        f"{_document(head.document, when, first)}\n{attached}{signature}</MsgHead>\n"
    )


def _further(head: Head) -> tuple[object, ...]:
    """Return the OtherReceivers: in the order they were read in while they are as many, else organisations first."""
    if len(head.people_at) != len(head.others) or max(head.people_at, default=-1) >= len(
        (*head.copies, *head.others)
    ):
        return (*head.copies, *head.others)
    found: list[object] = list(head.copies)
    for place, other in zip(head.people_at, head.others, strict=True):
        found.insert(place, other)
    return tuple(found)


def _document(document: Document, when: str, contents: object) -> str:
    """Return Document."""
    issued = When(when) if document.issued == AS_MESSAGE else document.issued
    return f"<Document>{DOCUMENT.content(values(document, issued, contents))}</Document>"


def _gen_date(head: Head) -> str:
    """Return GenDate as its sender wrote it, where it still is the time it was."""
    if head.written and time.read(head.written) == head.gen_date:
        return head.written
    return time.write(head.gen_date)
