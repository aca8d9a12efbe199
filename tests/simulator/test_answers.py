"""What the other side answers: valid by our schemas and the official ones, in the thread, under ids that follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapter import kith, naming
from adapter.kith import text
from adapter.kith.apprec import AppRec
from adapter.kith.head import Address, Conversation, Head, Unit
from adapter.kith.types import row_of_model
from adapter.registers import addressbook
from adapter.simulator.answers import answers, plan
from adapter.simulator.script import Manner, Script
from tests.kith import official
from tests.kith.builders import HEAD, HOSPITAL, LINE, MSG_ID, PARENT, REPLY, WHEN, dialogue
from tests.simulator import builders

BOOK = addressbook.load()
NOW = WHEN + timedelta(minutes=3)
EVERY = {
    "need": builders.need(),
    "need in a thread": builders.need(REPLY),
    "need to old software": builders.old_need(),
    "copy to the GP": builders.to_gp(),
    "notice": builders.notice(),
    "note": builders.information(),
}
MANNERS: tuple[Manner, ...] = ("structured", "free-text")


def _read(document: bytes, manner: Manner = "structured") -> list[kith.Read]:
    return [kith.read(data) for _, data in answers(document, manner, NOW, BOOK)]


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("name", EVERY)
def test_every_answer_is_valid_by_our_schemas_and_rules(name: str, manner: Manner):
    for _, data in answers(EVERY[name], manner, NOW, BOOK):
        assert kith.check(data) == ()


@pytest.mark.reference
@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("name", EVERY)
def test_every_answer_is_valid_by_the_official_schemas(name: str, manner: Manner):
    assert all(official.valid(data) for _, data in answers(EVERY[name], manner, NOW, BOOK))


@pytest.mark.parametrize("name", EVERY)
def test_every_message_gets_one_receipt_of_its_own_version(name: str):
    got = kith.read(EVERY[name])
    receipts = [r.body for r in _read(EVERY[name]) if isinstance(r.body, AppRec)]
    assert [(r.version, r.status, r.original.msg_id) for r in receipts] == [(got.apprec_version, "1", MSG_ID)]
    assert got.head is not None
    assert receipts[0].sender.her_ids == got.head.receiver.her_ids
    assert receipts[0].receiver.her_ids == HOSPITAL.her_ids


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("need", ["APPREC", "DIALOG_HELSEFAGLIG", "DIALOG_HELSEFAGLIG"]),
        ("need in a thread", ["APPREC", "DIALOG_HELSEFAGLIG", "DIALOG_HELSEFAGLIG"]),
        ("need to old software", ["APPREC", "DIALOG_SVAR", "DIALOG_SVAR"]),
        ("copy to the GP", ["APPREC"]),
        ("notice", ["APPREC"]),
        ("note", ["APPREC"]),
    ],
)
@pytest.mark.parametrize("manner", MANNERS)
def test_only_a_need_to_a_municipality_is_replied_to_by_its_own_carrier(
    name: str, types: list[str], manner: Manner
):
    assert [r.type for r in _read(EVERY[name], manner)] == types


def test_the_structured_municipality_says_received_then_who_coordinates():
    _, received, appointed = _texts(builders.need())
    assert (received.answer, received.coordinator, received.melde_id) == ("received", None, builders.MELDE_ID)
    assert appointed.coordinator == ("Anna Plan", "Ergoterapeut", "+4762489011")
    assert (appointed.answer, appointed.melde_id) == (None, builders.MELDE_ID)


def test_the_case_handler_writes_prose_that_no_adapter_takes_for_an_answer():
    for parsed in _texts(builders.need(), "free-text"):
        assert (parsed.answer, parsed.coordinator, parsed.melde_id, parsed.title) == (None, None, None, None)


def test_the_case_handler_takes_it_up_on_a_tuesday_and_signs():
    _, received, appointed = (_body(r) for r in _read(builders.need(), "free-text"))
    assert "i møte 17.03." in received
    assert received.endswith("\r\nMvh Siri Saksen, tjenestekontoret")
    assert appointed.startswith("Line Danser har fått koordinator: Anna Plan, ergoterapeut")
    assert "fra 18.03.2026." in appointed


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("name", ["need", "need to old software"])
def test_only_the_coordinator_carries_role_8_with_profession_and_phone(name: str, manner: Manner):
    _, received, appointed = _read(EVERY[name], manner)
    assert received.body is not None
    assert appointed.body is not None
    assert not any(c.role and c.role.among("9034", "8") for c in received.body.contacts)
    (anna,) = appointed.body.contacts
    assert anna.role is not None
    assert anna.role.among("9034", "8")
    assert (anna.family, anna.given, anna.profession and anna.profession.v) == ("Plan", "Anna", "ET")
    assert anna.phone == "+4762489011"


def test_a_new_dialogue_is_answered_in_the_thread_it_began():
    _, first, second = _heads(builders.need())
    assert first.conversation == Conversation(MSG_ID, MSG_ID)
    assert second.conversation == Conversation(first.msg_id, MSG_ID)


def test_a_running_dialogue_is_answered_in_its_thread():
    _, first, _ = _heads(builders.need(REPLY))
    assert first.conversation == Conversation(MSG_ID, PARENT)


def test_an_answer_to_a_question_echoes_it_and_answers_the_question_itself():
    asked = kith.read(builders.old_need()).body
    for read in _read(builders.old_need())[1:]:
        assert asked is not None
        assert read.head is not None
        assert read.head.conversation == Conversation(MSG_ID, MSG_ID)
        (note,) = read.body.notes
        assert note.topic.among("9069", "5")
        assert note.question is not None
        assert note.question.text == asked.questions[0].text


def test_a_reply_goes_the_other_way_about_the_same_patient_and_keeps_the_subject():
    for read in _read(builders.need())[1:]:
        assert read.head is not None
        assert (read.head.sender.her_ids, read.head.receiver.her_ids) == (("99387", "5079"), ("59", "90998"))
        assert read.head.patient == LINE
        assert read.head.gen_date == NOW
        assert read.body.subject == "Re: Melding om behov for individuell plan og/eller koordinator"


def test_ids_follow_from_the_message_and_bytes_from_the_time():
    once, again = (answers(builders.need(), "structured", NOW, BOOK) for _ in range(2))
    later = answers(builders.need(), "structured", NOW + timedelta(days=1), BOOK)
    assert once == again
    assert [name for name, _ in later] == [name for name, _ in once]
    assert once[1][0] == f"{naming.uid('simulator', MSG_ID, 'received')}.xml"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"not xml",
        b"<a/>",
        dialogue(head=replace(HEAD, receiver=HOSPITAL)),
        dialogue(head=replace(HEAD, receiver=Address(level1=Unit(name="X", her_id="1"), level2=Unit(name="Y", her_id="2")))),
        next(data for _, data in answers(builders.need(), "structured", NOW, BOOK)),
    ],
    ids=["empty", "text", "other xml", "to a home party", "to nobody in the book", "a receipt"],
)  # fmt: skip
def test_receipts_mail_for_others_and_what_cannot_be_read_get_no_answer(document: bytes):
    assert answers(document, "structured", NOW, BOOK) == ()


def test_what_must_be_refused_is_refused_with_its_code():
    (receipt,) = _read(dialogue(head=replace(HEAD, msg_id="not-a-uuid")))
    assert isinstance(receipt.body, AppRec)
    assert (receipt.body.status, [e.v for e in receipt.body.errors]) == ("2", ["E10"])


def test_a_tester_chooses_a_rejection_and_gets_nothing_more():
    (part,) = plan(builders.need(), Script(receipt="rejected", error="E36"), BOOK)
    receipt = kith.read(part.build(NOW)).body
    assert isinstance(receipt, AppRec)
    assert (receipt.status, [e.v for e in receipt.errors]) == ("2", ["E36"])


def test_a_tester_chooses_silence():
    assert plan(builders.need(), Script(receipt="silent"), BOOK) == ()


def test_a_late_receipt_comes_after_the_receipt_clock_and_replies_after_it():
    first, *rest = plan(builders.need(), Script(receipt="late"), BOOK)
    assert first.due - WHEN == timedelta(hours=97)
    assert all(part.due > first.due for part in rest)


def test_a_duplicate_receipt_is_the_same_receipt_in_another_file():
    first, again, *rest = plan(builders.need(), Script(receipt="duplicate"), BOOK)
    assert first.name != again.name
    assert first.build(NOW) == again.build(NOW)
    assert len(rest) == 2


def test_answers_keep_their_pace():
    pause = timedelta(seconds=7)
    dues = [part.due - WHEN for part in plan(builders.need(), Script(pause=pause), BOOK)]
    assert dues == [timedelta(0), pause, 2 * pause]


def test_every_type_replied_to_is_one_that_the_other_side_may_send():
    for read in _read(builders.need()) + _read(builders.old_need()):
        if read.message is not None:
            assert BOOK.by_her("5079") is not None
            assert row_of_model(read.message).key in BOOK.by_her("5079").takes


def _texts(document: bytes, manner: Manner = "structured") -> list[text.ParsedText]:
    return [text.parse(_body(read)) for read in _read(document, manner)]


def _body(read: kith.Read) -> str:
    return "" if isinstance(read.body, AppRec) or read.body is None else read.body.text


def _heads(document: bytes) -> list[Head | None]:
    return [read.head for read in _read(document)]
