"""A notice becomes a message: the carrier chosen, the document built, its Communication and DocumentReference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from adapter import ids, kith, naming
from adapter.errors import RoutingError
from adapter.fhir import messages as resources
from adapter.fhir import parts as fhir_parts
from adapter.kith import foresporsel, helsefaglig, innbygger, notat, parts, svar, text
from adapter.kith.codes import coded
from adapter.kith.dialog import Contact, Question
from adapter.kith.head import Address, Conversation, Head, Patient, Person, Unit, person_ident
from adapter.mappings import clocks, common, letter, signing, views
from adapter.mappings.context import Context, Notice
from adapter.mappings.signing import Signed
from adapter.mappings.views import communication_of
from adapter.model import Deadline, Message, Party, Resource, Same
from adapter.rules import carrier as carriers
from adapter.rules import routing

SEX: Final = {"male": "1", "female": "2", "unknown": "0", "other": "9"}
STATUS: Final = {"held": "preparation", "pending": "preparation", "manual": "in-progress"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A message with what it brings along."""

    message: Message
    resources: tuple[Resource, ...]
    deadlines: tuple[Deadline, ...]
    notice: Notice

    @property
    def left_behind(self) -> bool:
        """Whether what was to go along did not, though the receiver takes it: the message had to go by another carrier."""
        receiver, helsefaglig = self.notice.receiver, carriers.HELSEFAGLIG
        takes = not receiver.is_letter and receiver.accepts(helsefaglig, carriers.VERSION[helsefaglig])
        return bool(self.notice.attached) and takes and self.message.type != helsefaglig


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How one notice travels: everything decided before a byte is written."""

    notice: Notice
    carrier: carriers.Carrier
    sender: Party
    msg_id: str
    conversation: Conversation | None
    signed: Signed


def compose(ctx: Context, notice: Notice) -> Composed:
    """Return the message of a notice, released now (or held), checked by our schema and the named rules. Raises MessageError."""
    plan = _planned(ctx, notice)
    message = _row(ctx, plan, _document(ctx, plan))
    return Composed(
        message=message,
        resources=_resources(ctx, notice, message),
        deadlines=clocks.started(ctx, message, days=notice.reply_days),
        notice=notice,
    )


def _planned(ctx: Context, notice: Notice) -> _Plan:
    if ctx.home is None:
        raise RoutingError("IPK-R005", at="$.source")
    sender = routing.answer_party(ctx.book, ctx.home)
    signed = signing.of(ctx, sender, named=notice.named)
    carrier = _carrier(notice, sender, named=bool(signed.with_phone))
    msg_id = naming.msg_id(
        release_event=ctx.event.event_id,
        type_=carrier.type,
        receiver=notice.receiver.address_id,
        generation=0,
    )
    return _Plan(
        notice=notice,
        carrier=carrier,
        sender=sender,
        msg_id=msg_id,
        conversation=_conversation(notice, carrier),
        signed=signed,
    )


def _carrier(notice: Notice, sender: Party, *, named: bool) -> carriers.Carrier:
    if notice.to_patient:
        return carriers.to_patient()
    if notice.care is not None:
        return carriers.care(notice.care.type, conversation=notice.thread is not None)
    return carriers.choose(
        receiver=notice.receiver,
        sender=sender,
        thread=notice.thread,
        wants_reply=notice.wants_reply or notice.asks,
        answers=notice.answers,
        named=named,
        correlated=notice.parent is not None,
    )


def bears_files(ctx: Context, receiver: Party) -> bool:
    """Return whether a plain notice to a party goes, now, by the one carrier that bears attachments. HIS 1077:2017, HIS 1036."""
    if ctx.home is None:
        return False
    sender = routing.answer_party(ctx.book, ctx.home)
    told = Notice(receiver=receiver, title="", text="")
    named = bool(signing.of(ctx, sender, named=None).with_phone)
    return _carrier(told, sender, named=named).type == carriers.HELSEFAGLIG


def _conversation(notice: Notice, carrier: carriers.Carrier) -> Conversation | None:
    if notice.parent is not None:
        return Conversation(parent=notice.parent[0], conversation=notice.parent[1])
    before = notice.answers or notice.thread
    if before is None or not carrier.conversation:
        return None
    return Conversation(parent=before.msg_id, conversation=before.thread or before.msg_id)


def _row(ctx: Context, plan: _Plan, document: bytes) -> Message:
    notice, sender, receiver, conversation = plan.notice, plan.sender, plan.notice.receiver, plan.conversation
    letter_out = plan.carrier.type == carriers.LETTER
    return Message(
        id=plan.msg_id,
        msg_id=plan.msg_id,
        direction="out",
        type=plan.carrier.type,
        version=plan.carrier.version,
        state="held" if notice.held else "manual" if letter_out else "pending",
        owner=ctx.case.owner,
        sender_key=sender.key,
        receiver_key=receiver.key,
        sender=(sender.her_id, sender.unit_her_id),
        receiver=(receiver.her_id, receiver.unit_her_id),
        sender_names=(sender.name, sender.unit_name or ""),
        receiver_names=(receiver.name, receiver.display if receiver.unit_her_id else ""),
        case_key=ctx.patient_id(),
        thread=conversation.conversation if conversation else plan.msg_id,
        parent=conversation.parent if conversation else None,
        gen_date=ctx.now.replace(microsecond=0),
        replaces=notice.replaces.id if notice.replaces else None,
        event_id=ctx.event.event_id,
        melde_id=notice.melde_id,
        wants_reply=notice.wants_reply,
        subject=notice.title,
        body=document,
        why=(*notice.reasons, *plan.carrier.reasons),
    )


# ── the document ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _document(ctx: Context, plan: _Plan) -> bytes:
    notice, sender = plan.notice, plan.sender
    if plan.carrier.type == carriers.LETTER:
        # What the patient reads says itself whom to ring.
        phone = "" if notice.to_patient else routing.phone(ctx.book, sender, on=ctx.today)
        return letter.page(notice, sender, patient(views.patient(ctx.case) or {}), ctx.now, phone=phone)
    head = Head(
        type=parts.message_type(plan.carrier.type),
        gen_date=ctx.now,
        msg_id=plan.msg_id,
        conversation=plan.conversation,
        sender=address(sender),
        receiver=address(notice.receiver),
        patient=patient(views.patient(ctx.case) or {}),
    )
    if notice.care is not None:
        return kith.issue(notice.care.make(head))
    made = _BUILD[plan.carrier.type](ctx, head, plan, _contacts(plan))
    attached = notice.attached if plan.carrier.type == carriers.HELSEFAGLIG else ()
    return kith.issue(made, attached=attached)


Contacts = tuple[Contact, ...]


def _helsefaglig(_ctx: Context, head: Head, plan: _Plan, contacts: Contacts) -> Any:
    return helsefaglig.new(head, subject=plan.notice.title, text=plan.notice.text, contacts=contacts)


def _foresporsel(_ctx: Context, head: Head, plan: _Plan, contacts: Contacts) -> Any:
    said = plan.notice.text
    body = f"{text.INFORMATION}\r\n{said}" if plan.carrier.information else said
    return foresporsel.new(head, asked_by=plan.carrier.request_list or "9154", text=body, contacts=contacts)


def _notat(_ctx: Context, head: Head, plan: _Plan, contacts: Contacts) -> Any:
    return notat.new(head, subject=plan.notice.title, text=plan.notice.text, contacts=contacts)


def _svar(ctx: Context, head: Head, plan: _Plan, contacts: Contacts) -> Any:
    return svar.new(head, text=plan.notice.text, question=question(ctx, plan.notice), contacts=contacts)


def _innbygger(ctx: Context, head: Head, plan: _Plan, contacts: Contacts) -> Any:
    return innbygger.new(head, text=plan.notice.text, question=question(ctx, plan.notice), contacts=contacts)


_BUILD: Final[Mapping[str, Callable[[Context, Head, _Plan, Contacts], Any]]] = {
    "DIALOG_HELSEFAGLIG": _helsefaglig,
    "DIALOG_FORESPORSEL": _foresporsel,
    "DIALOG_NOTAT": _notat,
    "DIALOG_SVAR": _svar,
    "DIALOG_INNBYGGER_KOORDINATOR": _innbygger,
}


def question(ctx: Context, notice: Notice) -> Question:
    """Return the question that an answer echoes, as it was received."""
    asked = notice.answers or notice.thread
    body = ctx.case.bodies.get(asked.id, b"") if asked else b""
    read = kith.read(body).body if body else None
    questions = getattr(read, "questions", ())
    return questions[0] if questions else Question(type=coded("9152", "99"))


def address(party: Party) -> Address:
    """Return a party of the book as a message names it: level 1, and the service or person on level 2. HIS 1153."""
    return _address(Same(party))


@lru_cache(maxsize=1024)
def _address(same: Same[Party]) -> Address:
    party = same.value
    level1 = Unit(name=party.name, her_id=party.her_id)
    if party.person is not None:
        person = Person(
            family=party.person.get("family", ""),
            given=party.person.get("given", ""),
            her_id=party.unit_her_id,
        )
        return Address(level1=level1, person=person)
    return Address(level1=level1, level2=Unit(name=party.unit_name or party.name, her_id=party.unit_her_id))


def patient(resource: Resource) -> Patient:
    """Return the Patient resource as MsgHead's Patient."""
    name = resource.get("name", [{}])[0]
    identifier = resource.get("identifier", [{}])[0]
    middle = next((e["valueString"] for e in name.get("extension", ()) if "valueString" in e), "")
    kind = ids.kith_type(identifier.get("system", ""))
    born = resource.get("birthDate")
    return Patient(
        family=name.get("family", ""),
        given=" ".join(name.get("given", ())),
        middle=middle,
        birth_date=date.fromisoformat(born) if born else None,
        sex=SEX.get(resource.get("gender", "")),
        idents=(person_ident(kind, identifier["value"]),) if identifier.get("value") else (),
    )


def _contacts(plan: _Plan) -> Contacts:
    """Return who signs and who is named; in a Helsefaglig dialog the receiver's contact of a new dialogue and its unit."""
    notice, receiver = plan.notice, plan.notice.receiver
    if plan.carrier.type != carriers.HELSEFAGLIG:
        return plan.signed.people
    found = list(plan.signed.with_phone)
    if plan.conversation is None or notice.parent is not None:
        found.append(parts.receiver_contact(notice.contact_profession or receiver.contact_profession))
    if receiver.unit:
        found.append(parts.coordinating_unit(UNIT))
    return tuple(found)


UNIT: Final = "Koordinerende enhet for habilitering og rehabilitering"


# ── its resources ────────────────────────────────────────────────────────────────────────────────────────────────────


def _resources(ctx: Context, notice: Notice, message: Message) -> tuple[Resource, ...]:
    patient_ref = f"Patient/{ctx.patient_id()}"
    letter_out = message.type == carriers.LETTER
    document = resources.document_reference(
        id_=ctx.id("DocumentReference", message.id),
        msg_id=message.msg_id,
        type_=message.type,
        url=f"/messages/{message.id}/document",
        patient=patient_ref,
        date=message.gen_date,
        author=common.organisation(ctx.book.by_key(message.sender_key)),
        content_type="text/html" if letter_out else "application/xml",
    )
    communication = resources.communication(
        id_=ctx.id("Communication", message.id),
        msg_id=message.msg_id,
        type_=message.type,
        status=STATUS[message.state],
        patient=patient_ref,
        based_on=notice.based_on,
        in_response_to=communication_of(notice.answers or notice.thread),
        topic="6" if message.type == carriers.HELSEFAGLIG else None,
        sender=common.organisation(ctx.book.by_key(message.sender_key)),
        recipients=(patient_ref if notice.to_patient else common.organisation(notice.receiver) or "",),
        document=f"DocumentReference/{document['id']}",
        medium="letter" if letter_out else "nhn-edi",
    )
    listed = () if notice.to_patient else common.parties(notice.receiver)
    return (*listed, document, communication)


def copied(communication: Resource, old: Message, fresh: Message) -> tuple[Resource, ...]:
    """Return Communication and DocumentReference of the next generation of a message. fhir-model.md, 'message'."""
    made_by = old.event_id or fresh.id
    document = resources.document_reference(
        id_=naming.resource_id(made_by, "DocumentReference", fresh.id),
        msg_id=fresh.msg_id,
        type_=fresh.type,
        url=f"/messages/{fresh.id}/document",
        patient=communication.get("subject"),
        date=fresh.gen_date,
    )
    again = {
        **communication,
        "id": naming.resource_id(made_by, "Communication", fresh.id),
        "identifier": [fhir_parts.uuid_identifier(fresh.msg_id)],
        "status": "preparation",
        "payload": [{"contentReference": {"reference": f"DocumentReference/{document['id']}"}}],
    }
    gone = {"meta", "sent", "received", "statusReason"}
    return document, {k: v for k, v in again.items() if k not in gone}
