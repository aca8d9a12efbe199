"""Rules that schemas cannot say, one row each: its source, what it lets a receiver do, and the error it gives.

Severity: `must` be refused with an AppRec error, `may` be refused, `never` refused (told to the sender of a test only).
"""

from __future__ import annotations

import re
from typing import Final

from adapter.kith import care_rules, innbygger, xhtml
from adapter.kith.apprec import REJECTED, AppRec
from adapter.kith.dialog import Notes, everyone
from adapter.kith.parts import RECEIVER_CONTACT
from adapter.kith.reading import Read
from adapter.kith.rule import CONTENT, INFO, Rule

__all__ = ["RULES", "Rule"]

_CITIZEN: Final = innbygger.TYPE
_ANSWERS: Final = frozenset({"DIALOG_SVAR", "DIALOG_AVVIK"})

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NOTE: Final = f"{CONTENT}/Dialogmelding/Notat"
_QUESTION: Final = f"{CONTENT}/Dialogmelding/Foresporsel"


def _msg_id(read: Read) -> str | None:
    return f"{INFO}/MsgId" if read.head and not _UUID.fullmatch(read.head.msg_id) else None


def _patient(read: Read) -> str | None:
    if read.head is None or (read.head.patient and read.head.patient.identified):
        return None
    return f"{INFO}/Patient"


def _both_levels(read: Read) -> str | None:
    if read.head is None:
        return None
    ends = (("Sender", read.head.sender), ("Receiver", read.head.receiver))
    return next((f"{INFO}/{name}" for name, address in ends if not all(address.her_ids)), None)


def _in_thread(read: Read) -> str | None:
    answers = read.type in _ANSWERS or (read.type == _CITIZEN and bool(_body(read).notes))
    return f"{INFO}/ConversationRef" if answers and read.head and read.head.conversation is None else None


def _receiver_contact(read: Read) -> str | None:
    if read.type != "DIALOG_HELSEFAGLIG" or read.head is None or read.head.conversation is not None:
        return None
    new = [note for note in _body(read).notes if note.topic.among("7322", "6")]
    named = [
        c
        for note in new
        for c in everyone(note.contacts)
        if c.role and c.role.among("9034", RECEIVER_CONTACT)
    ]
    return (
        f"{_NOTE}/RollerRelatertNotat" if new and not any(contact.profession for contact in named) else None
    )


def _text_with_99(read: Read) -> str | None:
    asked = (question for question in _body(read).questions if question.type.v == "99")
    return f"{_QUESTION}/Sporsmal" if any(not question.text.strip() for question in asked) else None


def _subject_and_text(read: Read) -> str | None:
    if read.type != "DIALOG_HELSEFAGLIG":
        return None
    bare = (note for note in _body(read).notes if not (note.subject.strip() and note.text.strip()))
    return f"{_NOTE}/Tema" if next(bare, None) else None


def _only_notes(read: Read) -> str | None:
    wrong = (
        read.type in {"DIALOG_HELSEFAGLIG", "DIALOG_NOTAT", "DIALOG_SVAR", "DIALOG_AVVIK"} and read.supported
    )
    return "/MsgHead/Document/RefDoc/Content/Dialogmelding" if wrong and not _body(read).notes else None


def _only_questions(read: Read) -> str | None:
    wrong = read.type == "DIALOG_FORESPORSEL" and read.supported and not _body(read).questions
    return "/MsgHead/Document/RefDoc/Content/Dialogmelding" if wrong else None


def _echo(read: Read) -> str | None:
    echoes = read.type in {"DIALOG_SVAR", _CITIZEN}
    bare = echoes and any(note.question is None for note in _body(read).notes)
    return f"{_NOTE}/Foresporsel" if bare else None


def _not_to_itself(read: Read) -> str | None:
    ref = read.head.conversation if read.head else None
    itself = read.head is not None and ref is not None and read.head.msg_id in (ref.parent, ref.conversation)
    return f"{INFO}/ConversationRef" if itself else None


def _citizen_ack(read: Read) -> str | None:
    ack = read.head.ack if read.head else None
    return f"{INFO}/Ack" if read.type == _CITIZEN and (ack is None or ack.v != "J") else None


def _errors_given(read: Read) -> str | None:
    bare = isinstance(read.body, AppRec) and read.body.status == REJECTED and not read.body.errors
    return "/AppRec/Error" if bare else None


def _body(read: Read) -> Notes:
    return read.body if isinstance(read.body, Notes) else Notes()


RULES: Final = (
    Rule(name="msgid-uuid", source="HIS 80415:2012, E10", severity="must", code="IPK-M004", test=_msg_id),
    Rule(name="patient-identified", source="HIS 80415:2012, E36; HIS 80603:2017 3.2", severity="must", code="IPK-M005",
         test=_patient),
    Rule(name="both-levels", source="HIS 1153-1 AD2.2-2.4", severity="may", code="IPK-M006", test=_both_levels),
    Rule(name="in-thread", source="HIS 1152, HIS 1151; HITS 1218", severity="never", code="IPK-M002", test=_in_thread),
    Rule(name="receiver-contact", source="HIS 1077:2017", severity="never", code="IPK-M013", test=_receiver_contact),
    Rule(name="text-with-99", source="HIS 1152:2006", severity="never", code="IPK-M014", test=_text_with_99),
    Rule(name="subject-and-text", source="HIS 1077:2017", severity="never", code="IPK-M014", test=_subject_and_text),
    Rule(name="only-notes", source="HIS 80603 3.4.1", severity="never", code="IPK-M014", test=_only_notes),
    Rule(name="only-questions", source="HIS 1152:2006", severity="never", code="IPK-M014", test=_only_questions),
    Rule(name="echo", source="HIS 1152:2006", severity="never", code="IPK-M014", test=_echo),
    Rule(name="not-to-itself", source="HITS 1218", severity="never", code="IPK-M020", test=_not_to_itself),
    Rule(name="citizen-ack", source="HITS 1217:2018", severity="never", code="IPK-M020", test=_citizen_ack),
    Rule(name="error-given", source="HIS 80415:2012", severity="never", code="IPK-M012", test=_errors_given),
    Rule(name="formatted-text", source="HISD 1155, HISD 1165", severity="never", code="IPK-M020",
         test=lambda read: xhtml.foreign(read.root)),
    *care_rules.ROWS,
)  # fmt: skip
