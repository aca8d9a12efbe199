"""A message for one of our parties: receipted by the book, and what it becomes. message-rules.md, 'Doors'."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from adapter import events, kith, naming, timing
from adapter.errors import AdapterError, MessageError, SystemFault
from adapter.ingest import finding, records
from adapter.ingest.accept import owner
from adapter.ingest.commit import audited, commit, known
from adapter.ingest.deciding import Decided, decided_at, duplicates, unit_of
from adapter.ingest.recipients import UNKNOWN_SERVICE, Recipient, addressed, receipts
from adapter.ingest.results import Channel, Received, Result, kept, party_key
from adapter.kith import apprec, reservation
from adapter.kith.apprec import AppRec
from adapter.kith.dialog import Notes
from adapter.kith.head import Address, Head
from adapter.kith.text import ParsedText, parse
from adapter.mappings import received
from adapter.mappings.arrival import Arrival, Derived
from adapter.mappings.context import Inbound
from adapter.model import AddressBook, Case, Message, MessageState, Party
from adapter.services import Services
from adapter.store import messages


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Mail:
    """A message for parties of ours, or for nobody here."""

    read: kith.Read
    head: Head
    data: bytes
    channel: Channel
    book: AddressBook
    ours: tuple[Recipient, ...]
    now: datetime

    @property
    def receiver(self) -> Party | None:
        """The party of ours that decides what it becomes: the primary receiver, else the first copy."""
        return self.ours[0].party if self.ours else None

    @property
    def registered(self) -> bool:
        """Whether that party is the one addressed: else it stands in for a service that the book does not list."""
        return all(one.registered for one in self.ours[:1])

    @property
    def address(self) -> Address:
        """That party's address in the message."""
        return (self.ours[0].copy if self.ours else None) or self.head.receiver


def message(services: Services, read: kith.Read, data: bytes, *, channel: Channel) -> Received:
    """Return what became of a message: receipted, copied, ignored as mail for others, or a duplicate; committed."""
    if read.head is None:
        raise MessageError("IPK-M009", at="/MsgHead/MsgInfo/Sender")
    now = services.clock()
    book = services.books(timing.day(now))
    ours = addressed(book, read.head)
    mail = _Mail(read=read, head=read.head, data=data, channel=channel, book=book, ours=ours, now=now)
    row = _row(mail, owner(book, mail.receiver))
    with services.store.read() as conn:
        if messages.exists_received(conn, row.sender[1] or "", row.msg_id, id_=row.id):
            return Received(outcome="duplicate", id=row.id)
    if not ours:
        commit(services, kept(services, replace(row, state="ignored"), now=now, org=row.owner))
        return Received(outcome="ignored", id=row.id)
    return _ours(services, mail, row)


def _row(mail: _Mail, org: str) -> Message:
    head = mail.head
    sender = head.sender.her_ids
    second = sender[1] or sender[0] or "0"
    conversation = head.conversation
    return Message(
        id=naming.received_id(sender_her=second, msg_id=head.msg_id),
        msg_id=head.msg_id,
        direction="in",
        type=mail.read.type,
        version=mail.read.version,
        state="received",
        owner=org,
        sender_key=party_key(mail.book, sender),
        receiver_key=mail.receiver.key if mail.receiver and mail.registered else None,
        sender=(sender[0], second),
        receiver=mail.address.her_ids,
        sender_names=head.sender.names,
        receiver_names=mail.address.names,
        thread=conversation.conversation if conversation else head.msg_id,
        parent=conversation.parent if conversation else None,
        gen_date=head.gen_date,
        body=mail.data,
    )


def _ours(services: Services, mail: _Mail, row: Message) -> Received:
    """Return a message for parties of ours: imported once, receipted for each whose door is `own`, and what it becomes.

    It is refused where every recipient refuses it.
    """
    to = tuple(r for r in mail.ours if receipts(mail.book, r) and mail.channel != "copy")
    faults = kith.receipt_faults(mail.read) if to else ()
    refusals = tuple(_refusal(services, recipient, faults) for recipient in to)
    given = tuple(_answer(mail, one, errors) for one, errors in zip(to, refusals, strict=True))
    outcome: Result = "receipted" if to else "copied"
    extra = tuple(
        _receipt_out(mail, one, recipient, row, answered=mail.channel == "http" and number == 0)
        for number, (one, recipient) in enumerate(zip(given, to, strict=True))
    )
    errors = faults or (refusals[0] if len(to) == len(mail.ours) and all(refusals) else ())
    if given:
        row = replace(row, apprec=_stated(given[0], refusals[0], mail.now))
    answer = kith.build(given[0]) if given and mail.channel == "http" else None
    # A type that we do not take, and that was refused by nobody here, is read for what it says of plan and coordinator.
    if errors or not (mail.read.supported or mail.read.plan is not None):
        state: MessageState = "failed" if errors else "unmatched"
        over = replace(row, state=state, last_error=_code(errors))
        commit(services, kept(services, over, *extra, now=mail.now, org=row.owner))
        return Received(outcome=outcome, id=row.id, apprec=answer, code=_code(errors))
    _becomes(services, mail, row, extra)
    return Received(outcome=outcome, id=row.id, apprec=answer)


def _refusal(services: Services, recipient: Recipient, faults: tuple[str, ...]) -> tuple[str, ...]:
    """Return why a recipient refuses the message, nothing where it takes it. HIS 80415: E21 is the customer's to switch."""
    unknown = not recipient.registered and services.settings.refuse_unknown_service
    return (*faults, UNKNOWN_SERVICE) if unknown else faults


def _stated(given: AppRec, errors: tuple[str, ...], now: datetime) -> dict[str, Any]:
    """Return what a message row keeps of the receipt given."""
    status = "rejected" if errors else "ok"
    return {"id": given.id, "status": status, "errors": [{"code": c} for c in errors], "at": now.isoformat()}


_BY_APPREC: Final = {
    "T01": "IPK-M001",
    "T02": "IPK-M002",
    "T10": "IPK-M003",
    "E10": "IPK-M004",
    "E21": "IPK-M006",
    "E36": "IPK-M005",
}


def _code(errors: tuple[str, ...]) -> str:
    return _BY_APPREC.get(errors[0], "IPK-M002") if errors else "IPK-M003"


def _answer(mail: _Mail, recipient: Recipient, errors: tuple[str, ...]) -> AppRec:
    """Return the one receipt of this recipient. HIS 80415, message-rules.md 'AppRec Id'."""
    own = recipient.copy or mail.head.receiver
    second = mail.head.sender.her_ids[1] or mail.head.sender.her_ids[0] or "0"
    return apprec.answer(
        mail.head,
        version=mail.read.apprec_version,
        id_=naming.apprec_id(
            sender_her=second, msg_id=mail.head.msg_id, own_her=own.her_ids[1] or own.her_ids[0] or ""
        ),
        gen_date=mail.now,
        errors=errors,
        own=recipient.copy,
        role=recipient.role,
    )


def _receipt_out(
    mail: _Mail, given: AppRec, recipient: Recipient, row: Message, *, answered: bool
) -> Message:
    """Return a receipt as a message of its own: pending, or sent already when it is the answer over HTTP."""
    own = recipient.copy or mail.head.receiver
    return Message(
        id=given.id,
        msg_id=given.id,
        direction="out",
        type="APPREC",
        version=given.version,
        state="sent" if answered else "pending",
        owner=row.owner,
        sender_key=recipient.party.key,
        receiver_key=row.sender_key,
        sender=own.her_ids,
        receiver=row.sender,
        sender_names=own.names,
        receiver_names=row.sender_names,
        parent=row.msg_id,
        gen_date=mail.now.replace(microsecond=0),
        sent_at=mail.now if answered else None,
        body=kith.build(given),
    )


def _becomes(services: Services, mail: _Mail, row: Message, extra: tuple[Message, ...]) -> None:
    """Write the message with every event made from it, in one transaction."""
    text = parse(mail.read.body.text if isinstance(mail.read.body, Notes) else "")
    with services.store.read() as conn:
        found = finding.found(
            conn,
            mail.head,
            row,
            melde_id=text.melde_id,
            sender=mail.book.by_key(row.sender_key),
            now=mail.now,
        )
        case, melde_id, in_thread = found.case, found.melde_id, found.in_thread
        row = replace(row, case_key=case.key, melde_id=melde_id if in_thread else text.melde_id)
        arrival = _arrival(mail, row, text, case, in_thread=in_thread, melde_id=melde_id)
        decided, row = _decide(services, mail, arrival, row)
        there = known(services, conn, case, records.references(d.outcome for d in decided))
    key = next((d.outcome.case_key for d in decided if d.outcome.case_key), case.key)
    whole = (replace(row, case_key=key), *extra)
    unit, _ = unit_of(case, decided, there, org=row.owner, extra=whole)
    commit(services, audited(services, unit))


def _arrival(
    mail: _Mail, row: Message, text: ParsedText, case: Case, *, in_thread: bool, melde_id: str | None
) -> Arrival:
    body = mail.read.body if isinstance(mail.read.body, Notes) else None
    sender = mail.book.by_key(row.sender_key)
    return Arrival(
        message=row,
        head=mail.head,
        body=body,
        text=text,
        case=case,
        book=mail.book,
        in_thread=in_thread,
        melde_id=melde_id,
        sender=sender,
        receiver=mail.receiver,
        registered=mail.registered,
        municipality=finding.municipality(case, mail.receiver, sender),
        contacts=body.contacts if body else (),
        plan=mail.read.plan,
    )


def _decide(services: Services, mail: _Mail, arrival: Arrival, row: Message) -> tuple[list[Decided], Message]:
    """Return the events decided in turn at the evolving case, and the message knowing the first of them.

    What cannot be made of it (a fact the event needs is not there) becomes a message for a person: never dropped.
    """
    try:
        listed = [(d, _event(services, row, d)) for d in received.derive(arrival)]
    except AdapterError as error:
        if isinstance(error, SystemFault):
            raise
        plain = received.unreadable(arrival)
        listed = [(plain, _event(services, row, plain))]
    row = replace(row, event_id=listed[0][1].event_id)
    case = arrival.case
    decided: list[Decided] = []
    for derived, event in listed:
        inbound = Inbound(
            message=row,
            melde_id=arrival.melde_id or (arrival.text.melde_id if derived.number == "E01" else None),
            sender=arrival.sender,
            receiver=mail.receiver,
            item=derived.item,
            consent_asked=derived.consent_asked,
            suggestion=derived.suggestion,
            topic=_topic(arrival),
            reserved=reservation.stated(mail.read),
        )
        one = _never_refused(services, mail, arrival, event=event, case=case, inbound=inbound)
        row = replace(row, event_id=decided[0].event.event_id if decided else one.event.event_id)
        again = duplicates(services.people, one, case, mail.book, inbound=inbound)
        decided += [one, *again]
        for each in (one, *again):
            case = case.having(each.outcome)
    return decided, row


def _never_refused(
    services: Services,
    mail: _Mail,
    arrival: Arrival,
    *,
    event: events.Event,
    case: Case,
    inbound: Inbound,
) -> Decided:
    """Return the event decided; one that the rules refuse becomes a work item for a person, for it has been received."""
    try:
        return decided_at(event, case, mail.book, party=arrival.sender, inbound=inbound)
    except AdapterError as error:
        if isinstance(error, SystemFault) or event.type in {"ip.dialogue.received", "ip.message.faulted"}:
            raise
    row = inbound.message
    plain = received.unreadable(arrival)
    said = {**plain.data, "reason": CONTRADICTS}
    derived = replace(plain, number=f"{event.id.rpartition('-')[2]}-E58", data=said)
    instead = _event(services, row, derived)
    first = row.event_id == event.event_id
    again = replace(
        inbound,
        message=replace(row, event_id=instead.event_id) if first else row,
        item=plain.item,
        suggestion={},
    )
    return decided_at(instead, case, mail.book, party=arrival.sender, inbound=again)


CONTRADICTS: Final = "Meldingen må leses: den strider mot det som er kjent i saken"


def _topic(arrival: Arrival) -> str | None:
    topic = arrival.body.topic if arrival.body else None
    return topic.v if topic is not None and topic.list == "7322" else None


def _event(services: Services, row: Message, derived: Derived) -> events.Event:
    now = services.clock()
    return events.make(
        source=f"urn:her:{row.sender[1]}", id_=f"{row.id}-{derived.number}", type_=derived.type, time=now,
        data=derived.data, origin="received", now=now, people=services.people, evidence=row.id,
    )  # fmt: skip
