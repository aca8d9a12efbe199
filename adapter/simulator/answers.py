"""What the other side answers to one document: a receipt, and to a need two replies in its thread. Pure.

Ids follow from the MsgId answered, so the same document is always answered under the same names. A receipt, a message
to somebody the address book does not list, and one to a home party get no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from adapter import kith, naming, timing
from adapter.errors import MessageError
from adapter.kith import apprec, foresporsel, helsefaglig, svar, text, types
from adapter.kith.apprec import Version
from adapter.kith.codes import Code
from adapter.kith.dialog import Notes, Question
from adapter.kith.head import Conversation, Head
from adapter.kith.text import NEED_TITLES
from adapter.model import AddressBook, Party
from adapter.simulator import letters
from adapter.simulator.letters import STEPS, Facts, Step
from adapter.simulator.script import Manner, Script

MUNICIPALITY: Final = "102"
"""Organisation type of those who answer needs, list 9040."""
NONE: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One answer: the name of its file, when it falls due, and how it is written at the instant it is sent."""

    name: str
    due: datetime
    build: Callable[[datetime], bytes]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Got:
    """A message as the other side keeps it until it is answered."""

    head: Head
    receipt: Version
    errors: tuple[str, ...]
    """Codes of 8221 with which it has to be refused."""
    party: Party
    text: str
    subject: str
    question: Question | None

    def uid(self, part: str) -> str:
        """Return the id of one of the answers."""
        return naming.uid("simulator", self.head.msg_id, part)


def answers(
    document: bytes, manner: Manner, now: datetime, book: AddressBook
) -> tuple[tuple[str, bytes], ...]:
    """Return (file name, document) of every answer, in order, all written at `now`. Empty where none is due ever."""
    return tuple((part.name, part.build(now)) for part in plan(document, Script(manner=manner), book))


def plan(document: bytes, script: Script, book: AddressBook) -> tuple[Part, ...]:
    """Return what will be answered and when, in order."""
    got = _got(document, book)
    return _PLANS[script.receipt](got, script) if got else ()


def _got(document: bytes, book: AddressBook) -> Got | None:
    """Return a message to one of the parties played, None for anything else."""
    try:
        read = kith.read(document)
    except MessageError:  # what cannot be read has no sender to answer
        return None
    party = book.by_her(read.head.receiver.her_ids[1]) if read.head else None
    if read.head is None or party is None or party.home:
        return None
    body = read.body if isinstance(read.body, Notes) else Notes()
    return Got(
        head=read.head,
        receipt=read.apprec_version,
        errors=kith.receipt_faults(read),
        party=party,
        text=body.text,
        subject=body.subject,
        question=next(iter(body.questions), None),
    )


def _ok(got: Got, script: Script) -> tuple[Part, ...]:
    return (_receipt(got, NONE, errors=got.errors), *_replies(got, script, after=NONE))


def _late(got: Got, script: Script) -> tuple[Part, ...]:
    return (_receipt(got, script.lateness, errors=got.errors), *_replies(got, script, after=script.lateness))


def _duplicate(got: Got, script: Script) -> tuple[Part, ...]:
    first = _receipt(got, NONE, errors=got.errors)
    again = Part(name=f"{got.uid('again')}.xml", due=first.due + script.pause, build=first.build)
    return (first, again, *_replies(got, script, after=script.pause))


def _rejected(got: Got, script: Script) -> tuple[Part, ...]:
    return (_receipt(got, NONE, errors=(script.error,)),)


def _silent(_got: Got, _script: Script) -> tuple[Part, ...]:
    return ()


_PLANS: Final = {"ok": _ok, "late": _late, "duplicate": _duplicate, "rejected": _rejected, "silent": _silent}


def _receipt(got: Got, after: timedelta, *, errors: tuple[str, ...]) -> Part:
    id_ = got.uid("apprec")
    return Part(
        name=f"{id_}.xml", due=got.head.gen_date + after, build=partial(_write_receipt, got, id_, errors)
    )


def _write_receipt(got: Got, id_: str, errors: tuple[str, ...], now: datetime) -> bytes:
    return kith.build(apprec.answer(got.head, version=got.receipt, id_=id_, gen_date=now, errors=errors))


def _replies(got: Got, script: Script, *, after: timedelta) -> tuple[Part, ...]:
    """Return the answers to a need that was taken by a municipality; a notice wants none."""
    wanted = not got.errors and got.party.type == MUNICIPALITY and text.parse(got.text).title in NEED_TITLES
    write = _CARRIERS.get(got.head.type.v)
    if not wanted or write is None:
        return ()
    return tuple(
        Part(
            name=f"{got.uid(step)}.xml",
            due=got.head.gen_date + after + number * script.pause,
            build=partial(_write_reply, got, step, manner=script.manner, write=write),
        )
        for number, step in enumerate(STEPS, start=1)
    )


_Carrier = Callable[[Got, Head, str, Step], types.Message]


def _write_reply(got: Got, step: Step, now: datetime, *, manner: Manner, write: _Carrier) -> bytes:
    patient = got.head.patient
    facts = Facts(
        patient=f"{patient.given} {patient.family}".strip() if patient else "",
        unit=got.party.display,
        melde_id=text.parse(got.text).melde_id,
        sent=timing.day(got.head.gen_date),
    )
    return kith.build(write(got, _head(got, step, now), letters.letter(manner, step, facts), step))


def _head(got: Got, step: Step, now: datetime) -> Head:
    """Return the head of a reply: the other way, in the thread, answering the reply before or the message itself."""
    asked = got.head
    earlier = STEPS[: STEPS.index(step)]
    parent = got.uid(earlier[-1]) if earlier and got.question is None else asked.msg_id
    thread = asked.conversation.conversation if asked.conversation else asked.msg_id
    return Head(
        type=Code(""),  # the message type sets it
        gen_date=now,
        msg_id=got.uid(step),
        sender=asked.receiver,
        receiver=asked.sender,
        conversation=Conversation(parent, thread),
        patient=asked.patient,
    )


def _dialogue(got: Got, head: Head, words: str, step: Step) -> types.Message:
    """Return a contribution to the dialogue."""
    subject = text.reply_subject(got.subject)
    return helsefaglig.new(head, subject=subject, text=words, contacts=(letters.CONTACTS[step](),))


def _answer(got: Got, head: Head, words: str, step: Step) -> types.Message:
    """Return the answer to a question, which it echoes."""
    if got.question is None:
        raise MessageError("IPK-M002", at="/MsgHead/Document")
    return svar.new(head, text=words, question=got.question, contacts=(letters.CONTACTS[step](),))


_CARRIERS: Final[dict[str, _Carrier]] = {helsefaglig.TYPE: _dialogue, foresporsel.TYPE: _answer}
"""Type received → how it is answered. Any other gets its receipt alone."""
