"""A receipt for a message of ours: matched, or kept and shown. HIS 80415; message-rules.md, 'Receipts and clocks'."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from adapter import events, kith, naming, timing
from adapter.errors import MessageError
from adapter.ingest import records
from adapter.ingest.accept import owner
from adapter.ingest.commit import audited, commit, known
from adapter.ingest.deciding import decided_at, unit_of
from adapter.ingest.results import Received, kept, party_key
from adapter.kith.apprec import AppRec
from adapter.model import AddressBook, Message
from adapter.services import Services
from adapter.store import cases, messages

RECEIPT: Final = {"1": "ok", "2": "rejected", "3": "ok-with-errors"}
"""Status of list 8258 → status of the receipt event."""
RECEIPT_EVENT: Final = {
    ("ok", False): ("ip.receipt.positive", "E53"),
    ("ok-with-errors", False): ("ip.receipt.positive", "E53"),
    ("rejected", False): ("ip.receipt.negative", "E54"),
    ("ok", True): ("ip.receipt.late", "E56"),
    ("ok-with-errors", True): ("ip.receipt.late", "E56"),
    ("rejected", True): ("ip.receipt.negative", "E54"),
}
NOBODY: Final = "0"
"""Stands for a sender without HER-id, so that its documents too are kept once."""
_CODE: Final = re.compile("[A-Z0-9]{1,10}")
"""What an error code looks like: what does not is kept in the bytes only."""


def receipt(services: Services, read: kith.Read, data: bytes) -> Received:
    """Return a receipt matched with the message it names; for nothing we sent it is kept and shown. Row 1."""
    receipt = read.body
    if not isinstance(receipt, AppRec) or read.faults:
        raise MessageError("IPK-M002", at=read.faults[0].path if read.faults else "/")
    now = services.clock()
    book = services.books(timing.day(now))
    her = receipt.sender.her_ids[1] or receipt.sender.her_ids[0] or NOBODY
    id_ = naming.received_id(sender_her=her, msg_id=receipt.id)
    with services.store.read() as conn:
        if messages.exists_received(conn, her, receipt.id, id_=id_):
            return Received(outcome="duplicate", id=id_)
        org = owner(book, book.by_her(receipt.receiver.her_ids[1]))
        original = messages.by_receipt(conn, org, naming.same(receipt.original.msg_id))
        row = _row(receipt, data, book, id_=id_, org=org, original=original)
        if original is None or original.direction != "out" or not _from_receiver(original, receipt):
            commit(services, kept(services, row, now=now, org=org))
            return Received(outcome="receipt", id=id_)
        case = cases.gather(conn, org=org, now=now, case_key=original.case_key)
        event = _receipt_event(services, receipt, original, id_=id_, now=now)
        decided = decided_at(event, case, book, party=book.by_key(original.sender_key))
        there = known(services, conn, case, records.references((decided.outcome,)))
    unit, _ = unit_of(case, [decided], there, org=org, extra=(replace(row, event_id=event.event_id),))
    commit(services, audited(services, unit))
    return Received(outcome="receipt", id=id_)


def _from_receiver(original: Message, receipt: AppRec) -> bool:
    """Return whether the receipt comes from the organisation the message went to, and is addressed to its sender."""
    sender, receiver = receipt.sender.her_ids, receipt.receiver.her_ids
    ours = receiver[1] in (None, original.sender[1])
    return ours and (sender[0] in (None, original.receiver[0]) or sender[1] == original.receiver[1])


def _receipt_event(
    services: Services, receipt: AppRec, original: Message, *, id_: str, now: datetime
) -> events.Event:
    status = RECEIPT.get(receipt.status, "rejected")
    type_, number = RECEIPT_EVENT[status, _late(original)]
    her = receipt.sender.her_ids[1] or receipt.sender.her_ids[0] or NOBODY
    data: dict[str, Any] = {
        "messageId": original.id,
        "status": status,
        "errors": [{"code": e.v} for e in receipt.errors if _CODE.fullmatch(e.v)],
    }
    return events.make(
        source=f"urn:her:{her}", id_=f"{id_}-{number}", type_=type_, time=now, data=data, origin="received",
        now=now, people=services.people, evidence=id_,
    )  # fmt: skip


def _late(original: Message) -> bool:
    """Return whether the receipt was given up before it came, whatever a person has done since: E56."""
    missing = (original.apprec or {}).get("status") == "missing"
    return original.state == "unanswered" or (original.state == "manual" and missing)


def _row(
    receipt: AppRec, data: bytes, book: AddressBook, *, id_: str, org: str, original: Message | None
) -> Message:
    sender, receiver = receipt.sender.her_ids, receipt.receiver.her_ids
    return Message(
        id=id_,
        msg_id=receipt.id,
        direction="in",
        type="APPREC",
        version=receipt.version,
        state="received" if original else "unmatched",
        owner=org,
        sender_key=party_key(book, sender),
        receiver_key=party_key(book, receiver),
        sender=sender if sender[1] else (sender[0], sender[0] or NOBODY),
        receiver=receiver,
        sender_names=receipt.sender.names,
        receiver_names=receipt.receiver.names,
        case_key=original.case_key if original else None,
        parent=receipt.original.msg_id,
        gen_date=receipt.gen_date,
        body=data,
    )
