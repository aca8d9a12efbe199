"""What the other party writes back: receipts, answers with `Svar:` lines, prose, role 8, deviations. Invented texts."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from adapter import kith, naming
from adapter.kith import apprec, avvik, foresporsel, helsefaglig, parts, svar
from adapter.kith.codes import coded
from adapter.kith.dialog import Contact, Notes
from adapter.kith.head import Conversation, Head, Patient, person_ident
from adapter.kith.parts import contact

HANDLER: Final = contact(family="September", given="August", role=None, profession="XX", phone="+4762480000")
COORDINATOR: Final = contact(
    family="Omsorg", given="Gunn", role="8", profession="SP", phone="+4762480001", hpr="9876543"
)
APPOINTED: Final = "Koordinator oppnevnt: Gunn Omsorg; Sykepleier; +4762480001"
ROLAND: Final = Patient(
    family="Gundersen", given="Roland", sex="1", idents=(person_ident("FNR", "15076500565"),)
)
_NUMBER: Final = itertools.count(1)


def new_id() -> str:
    """Return a MsgId of the other side."""
    return str(uuid.uuid5(naming.NAMESPACE, f"other-{next(_NUMBER)}"))


def head(to: bytes, *, at: datetime | None = None, thread: bool = True, **more: Any) -> Head:
    """Return the head of a message back to the sender of a document, one minute later."""
    asked = kith.read(to).head
    assert asked is not None
    before = asked.conversation.conversation if asked.conversation else asked.msg_id
    whole = replace(
        asked,
        gen_date=at or asked.gen_date + timedelta(minutes=1),
        msg_id=new_id(),
        sender=asked.receiver,
        receiver=asked.sender,
        conversation=Conversation(parent=asked.msg_id, conversation=before) if thread else None,
    )
    return replace(whole, **more)


def receipt(
    to: bytes, *, status: str = "1", errors: Sequence[str] = (), id_: str | None = None, **more: Any
) -> bytes:
    """Return the receipt of a document by its receiver."""
    read = kith.read(to)
    assert read.head is not None
    made = apprec.answer(
        read.head,
        version=read.apprec_version,
        id_=id_ or new_id(),
        gen_date=more.pop("at", read.head.gen_date + timedelta(seconds=20)),
        errors=tuple(errors),
    )
    return kith.build(replace(made, status="2" if errors and status == "1" else status, **more))


def reply(
    to: bytes, text: str, *, contacts: Sequence[Contact] = (HANDLER,), subject: str = "Re:", **more: Any
) -> bytes:
    """Return an answer by Helsefaglig dialog, or DIALOG_SVAR to a Forespørsel, in the thread unless told otherwise."""
    read = kith.read(to)
    first = head(to, **more)
    if read.type == "DIALOG_FORESPORSEL" and first.conversation is not None:
        assert isinstance(read.body, Notes)
        question = read.body.questions[0]
        return kith.build(svar.new(first, text=text, question=question, contacts=tuple(contacts)))
    named = tuple(contacts) if first.conversation else (*contacts, parts.receiver_contact("LE"))
    return kith.build(helsefaglig.new(first, subject=subject, text=text, contacts=named))


def consent_needed(to: bytes) -> bytes:
    """Return an answer to a Forespørsel that says: not without the patient's consent (9069/4)."""
    read = kith.read(to)
    assert isinstance(read.body, Notes)
    message = svar.new(
        head(to), text="Samtykke mangler.", question=read.body.questions[0], contacts=(HANDLER,)
    )
    note = replace(message.notes[0], topic=coded("9069", "4"))
    return kith.build(replace(message, notes=(note,)))


def deviation(to: bytes) -> bytes:
    """Return a DIALOG_AVVIK about a document."""
    return kith.build(avvik.new(head(to), deviation="1", text="Feil mottaker.", contacts=(HANDLER,)))


def question(to: bytes, text: str, **more: Any) -> bytes:
    """Return a new Forespørsel to the sender of a document, in no thread."""
    asked = foresporsel.new(head(to, thread=False, **more), asked_by="9152", text=text, contacts=(HANDLER,))
    return kith.build(asked)
