"""Doors own, observe and handover; duplicates, copies, mail for others, and what is refused. message-rules.md, contract.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapter import delivery, ingest, kith, naming
from adapter.errors import AdapterError, MessageError, PersonalIdError
from adapter.kith import helsefaglig
from adapter.kith.apprec import AppRec
from adapter.kith.codes import coded
from adapter.kith.head import Address, Conversation, Person, Unit
from adapter.model import Deadline
from adapter.store import messages
from tests import numbers, otherside
from tests.house import House

GP = Address(
    level1=Unit(name="Kattskinnet legesenter", her_id="56704"),
    person=Person(family="Lin", given="Rita", her_id="258521"),
)
ELSEWHERE = Address(level1=Unit(name="Annet HF", her_id="62"), level2=Unit(name="Kirurgi", her_id="8605"))
FMR = Address(
    level1=Unit(name="ST OLAVS HOSPITAL HF", her_id="59"),
    level2=Unit(name="Fysikalsk medisin og rehabilitering", her_id="90998"),
)


def sent_need(house: House) -> bytes:
    house.need()
    (document,) = house.send()
    return document


def body(read: kith.Read) -> AppRec:
    assert isinstance(read.body, AppRec)
    return read.body


# ── own ──


def test_own_gives_exactly_one_receipt_with_the_id_of_the_rules(hospital: House):
    answer = otherside.reply(sent_need(hospital), "Takk.")
    got = hospital.receive(answer)
    (receipt,) = hospital.sent()
    msg_id = kith.read(answer).head.msg_id
    assert body(receipt).id == naming.uid("apprec", "5079", msg_id, "90998")
    assert (body(receipt).status, body(receipt).original.msg_id) == ("1", msg_id)
    assert (body(receipt).sender.her_ids, body(receipt).receiver.her_ids) == (
        ("59", "90998"),
        ("99387", "5079"),
    )
    assert got.id == naming.uid("in", "5079", msg_id)
    assert hospital.send() == []


def test_the_same_uuid_in_capitals_is_the_same_message(hospital: House):
    answer = otherside.reply(sent_need(hospital), "Svar: Mottatt")
    head = kith.read(answer).head
    assert head is not None
    shouted = answer.replace(f"<MsgId>{head.msg_id}<".encode(), f"<MsgId>{head.msg_id.upper()}<".encode(), 1)
    assert shouted != answer
    first = hospital.receive(shouted)
    (receipt,) = hospital.send()
    assert body(kith.read(receipt)).original.msg_id == head.msg_id.upper(), "as its sender wrote it"
    for again in (answer, shouted):
        got = hospital.receive(again, channel="http")
        assert (got.outcome, got.id, got.apprec) == ("duplicate", first.id, None)
    assert hospital.send() == []


def test_a_receipt_that_names_our_message_in_capitals_is_matched(hospital: House):
    sent = sent_need(hospital)
    receipt = otherside.receipt(sent)
    head = kith.read(sent).head
    assert head is not None
    assert head.msg_id.encode() in receipt
    assert (
        hospital.receive(receipt.replace(head.msg_id.encode(), head.msg_id.upper().encode())).outcome
        == "receipt"
    )
    assert hospital.message(head.msg_id).state == "acknowledged"


def test_a_duplicate_is_not_receipted_again_and_makes_nothing(hospital: House):
    answer = otherside.reply(sent_need(hospital), "Svar: Mottatt")
    hospital.receive(answer)
    hospital.send()
    before = (hospital.count(), hospital.events())
    assert hospital.receive(answer).outcome == "duplicate"
    assert hospital.receive(answer, channel="http").apprec is None
    assert (hospital.count(), hospital.events()) == before
    assert hospital.send() == []


def test_the_same_msg_id_from_another_sender_is_another_message(hospital: House):
    document = sent_need(hospital)
    first = otherside.reply(document, "Takk.")
    msg_id = kith.read(first).head.msg_id
    hospital.receive(first)
    other = otherside.reply(document, "Hei.", sender=GP, msg_id=msg_id)
    assert hospital.receive(other).outcome == "receipted"


def test_over_http_the_receipt_is_the_answer_and_does_not_also_leave(hospital: House):
    answer = otherside.reply(sent_need(hospital), "Takk.")
    got = hospital.receive(answer, channel="http")
    assert body(kith.read(got.apprec)).status == "1"
    assert hospital.send() == []


@pytest.mark.parametrize(("version", "type_"), [("1.1", "DIALOG_HELSEFAGLIG"), ("1.0", "DIALOG_FORESPORSEL")])
def test_the_receipts_version_follows_the_messages(hospital: House, version: str, type_: str):
    document = sent_need(hospital)
    question = (
        otherside.question(document, "Hva nå?")
        if type_ == "DIALOG_FORESPORSEL"
        else otherside.reply(document, "x")
    )
    got = hospital.receive(question, channel="http")
    assert body(kith.read(got.apprec)).version == version


def test_every_document_sent_and_received_is_filed_byte_for_byte(hospital: House):
    document = sent_need(hospital)
    answer = otherside.reply(document, "Takk.")
    receipt = otherside.receipt(document)
    for data in (answer, receipt):
        hospital.receive(data)
    out = hospital.send()
    delivery.file(hospital.services)
    assert sorted(hospital.memory.epj.values()) == sorted([document, answer, receipt, *out])
    for about in hospital.memory.about.values():
        assert "13116900216" not in str(about)
        assert "Danser" not in str(about)


# ── observe and handover ──


def observing(build: Any, door: str = "observe") -> House:
    return build(of={"rows": {"st-olavs-fmr": {"door": door}}})


def test_observe_never_receipts_but_matches(build: Any):
    house = observing(build)
    answer = otherside.reply(sent_need(house), "Svar: Godtatt")
    assert house.receive(answer, channel="copy").outcome == "copied"
    assert {s.business for s in house.needs().values()} == {"accepted"}
    assert house.send() == []


@pytest.mark.parametrize("channel", ["copy", "http", "in"])
def test_observe_receipts_by_no_way(build: Any, channel: str):
    house = observing(build)
    got = house.receive(otherside.reply(sent_need(house), "Takk."), channel=channel)
    assert (got.outcome, got.apprec) == ("copied", None)
    assert house.send() == []


def test_observe_files_what_it_sent_itself_only(build: Any):
    house = observing(build)
    document = sent_need(house)
    house.receive(otherside.reply(document, "Takk."), channel="copy")
    delivery.file(house.services)
    assert list(house.memory.epj.values()) == [document]


def test_a_copy_of_a_message_refused_by_nobody_is_never_refused(build: Any):
    house = observing(build)
    document = sent_need(house)
    old = otherside.reply(document, "Takk.", msg_id="not-a-uuid")
    assert house.receive(old, channel="copy").outcome == "copied"


def test_handover_writes_finished_documents_for_the_epj(build: Any):
    house = observing(build, "handover")
    house.need()
    assert house.send() == []
    (data,) = house.memory.sent["handover"].values()
    assert kith.read(data).type == "DIALOG_HELSEFAGLIG"


def test_handover_counts_as_sent_when_the_epj_says_so(build: Any):
    house = observing(build, "handover")
    id_ = handed(house)
    assert (house.message(id_).state, house.message(id_).sent_at) == ("handed", None)
    assert {s.business for s in house.needs().values()} == {"queued"}
    assert running(house, "receipt") == []
    gen_date = house.clock.now + timedelta(minutes=7)
    house.clock.to(gen_date + timedelta(hours=1))
    assert house.post("ip.message.sent", msgId=id_, genDate=gen_date.isoformat()).status == 202
    now = house.message(id_)
    assert (now.state, now.sent_at, now.gen_date) == ("sent", gen_date, gen_date)
    assert {s.business for s in house.needs().values()} == {"sent"}
    (clock,) = running(house, "receipt")
    assert clock.due == gen_date + timedelta(hours=96)
    assert running(house, "release") == []
    house.post("ip.message.receipt", msgId=id_)
    assert house.message(id_).state == "acknowledged"
    assert {s.business for s in house.needs().values()} == {"delivered"}


def running(house: House, kind: str) -> list[Deadline]:
    """Return the open clocks of a kind."""
    return [d for d in house.case().deadlines if (d.kind, d.state) == (kind, "open")]


def handed(house: House) -> str:
    """Return the id of a need message that lies in handover/."""
    id_: str = house.need().messages[0]["id"]
    house.send()
    return id_


def test_what_lies_in_handover_is_shown_as_pending_with_where_it_lies(build: Any):
    house = observing(build, "handover")
    id_ = handed(house)
    message = house.message(id_)
    assert (message.told, message.place) == ("pending", f"handover/{id_}.xml")
    with house.services.store.read() as conn:
        (one,), _ = messages.page(conn, messages.Filter(state="pending"))
    assert one.id == id_
    house.clock.advance(hours=10)
    assert delivery.send(house.services, owner="again") == 0, "it is laid there once"


def test_a_receipt_that_the_epj_reports_before_the_sending_counts_for_both(build: Any):
    house = observing(build, "handover")
    id_ = handed(house)
    house.post("ip.message.receipt", msgId=id_)
    house.post("ip.message.sent", msgId=id_, genDate=house.clock.now.isoformat())
    assert house.message(id_).state == "acknowledged"
    assert running(house, "receipt") == running(house, "release") == []


def test_a_sending_reported_twice_starts_no_second_clock(build: Any):
    house = observing(build, "handover")
    id_ = handed(house)
    first = house.clock.now
    house.post("ip.message.sent", msgId=id_, genDate=first.isoformat())
    house.post("ip.message.sent", msgId=id_, genDate=(first + timedelta(minutes=1)).isoformat(), id_="again")
    assert house.message(id_).sent_at == first


def test_an_epj_that_never_reports_becomes_a_work_item_and_a_later_report_still_counts(build: Any):
    house = observing(build, "handover")
    id_ = handed(house)
    (clock,) = running(house, "release")
    house.clock.to(clock.due)
    assert house.tick() == 1
    assert house.message(id_).state == "handed"
    assert len(house.items("manual-fallback")) == 1
    house.post("ip.message.sent", msgId=id_, genDate=house.clock.now.isoformat())
    assert house.message(id_).state == "sent"
    assert house.items("manual-fallback") == []


def test_later_messages_of_the_case_wait_until_the_epj_has_reported_the_earlier_one(build: Any):
    house = observing(build, "handover")
    id_ = handed(house)
    house.post("ip.need.withdrawn", continues={"meldeId": house.message(id_).melde_id}, scope=None)
    house.send()
    assert len(house.memory.sent["handover"]) == 1
    house.post("ip.message.sent", msgId=id_, genDate=house.clock.now.isoformat())
    house.send()
    assert len(house.memory.sent["handover"]) == 2


@pytest.mark.parametrize(("hours", "same"), [(1, True), (25, False)])
def test_a_person_has_it_laid_there_again_the_same_while_it_is_fresh(build: Any, hours: int, same: bool):  # noqa: FBT001 (a row of the table)
    house = observing(build, "handover")
    id_ = handed(house)
    house.clock.advance(hours=hours)
    again = ingest.requeue(house.services, id_)
    assert (again.id == id_) is same
    house.send()
    assert house.message(again.id).state == "handed"
    if not same:
        assert house.message(id_).replaced_by == again.id
    assert [c.subject for c in running(house, "release")] == [f"message/{again.id}"]


@pytest.mark.parametrize("act", ["bury", "manual"])
def test_a_person_may_take_another_way_and_the_clock_stops(build: Any, act: str):
    house = observing(build, "handover")
    id_ = handed(house)
    getattr(ingest, act)(house.services, id_)
    assert running(house, "release") == []
    assert house.message(id_).state == {"bury": "buried", "manual": "manual"}[act]


def test_a_report_on_a_message_that_is_not_here_is_404(hospital: House):
    with pytest.raises(AdapterError) as caught:
        hospital.post("ip.message.receipt")
    assert caught.value.row.http == 404


# ── others' mail, copies ──


def test_mail_for_others_is_kept_as_ignored_and_answered_with_nothing(hospital: House):
    answer = otherside.reply(sent_need(hospital), "Svar: Avslått", receiver=ELSEWHERE)
    got = hospital.receive(answer, channel="http")
    assert (got.outcome, got.apprec) == ("ignored", None)
    assert hospital.message(got.id).state == "ignored"
    assert {s.business for s in hospital.needs().values()} == {"sent"}
    assert hospital.send() == []


def test_a_copy_receiver_receipts_as_one(hospital: House):
    document = sent_need(hospital)
    copied = otherside.reply(
        document, "Til orientering.", receiver=ELSEWHERE, copies=((coded("8653", "COP"), FMR),), thread=False
    )
    got = hospital.receive(copied)
    assert got.outcome == "receipted"
    (receipt,) = hospital.sent()
    assert (body(receipt).role, body(receipt).sender.her_ids) == ("COP", ("59", "90998"))


# ── refused, failed ──


def test_a_msg_id_that_is_no_uuid_is_refused_with_e10_and_changes_nothing(hospital: House):
    answer = otherside.reply(sent_need(hospital), "Svar: Godtatt", msg_id="12345")
    got = hospital.receive(answer)
    assert (got.outcome, got.code) == ("receipted", "IPK-M004")
    (receipt,) = hospital.sent()
    assert [e.v for e in body(receipt).errors] == ["E10"]
    assert {s.business for s in hospital.needs().values()} == {"sent"}


def test_a_message_that_does_not_identify_its_patient_is_refused_with_e36(hospital: House):
    document = sent_need(hospital)
    nobody = replace(kith.read(document).head.patient, idents=(), birth_date=None)
    hospital.receive(otherside.reply(document, "Svar: Godtatt", patient=nobody))
    (receipt,) = hospital.sent()
    assert [e.v for e in body(receipt).errors] == ["E36"]
    assert {s.business for s in hospital.needs().values()} == {"sent"}


@pytest.mark.parametrize("data", [b"", b"<MsgHead", b"<a/>", b"\x00\x01", b"<?xml version='1.0'?><a><b></a>"])
def test_what_is_no_message_raises_and_stores_nothing(hospital: House, data: bytes):
    with pytest.raises(MessageError):
        hospital.receive(data)
    assert hospital.messages() == ()


def _real_looking(document: bytes, encoding: str = "utf-8") -> bytes:
    number = numbers.real_looking().encode()
    return (
        document.replace(b"13116900216", number)
        .decode()
        .replace('encoding="UTF-8"', f'encoding="{encoding}"')
        .encode(encoding)
    )


def test_a_number_that_looks_real_is_refused_and_nothing_is_stored(hospital: House):
    document = sent_need(hospital)
    before = hospital.count()
    with pytest.raises(PersonalIdError) as caught:
        hospital.receive(_real_looking(otherside.reply(document, "Takk.")))
    assert caught.value.code == "IPK-P001"
    assert numbers.real_looking() not in repr(caught.value) + str(caught.value)
    assert hospital.count() == before


def test_a_number_that_looks_real_is_seen_in_utf_16_too(hospital: House):
    document = sent_need(hospital)
    before = hospital.count()
    with pytest.raises(AdapterError):
        hospital.receive(_real_looking(otherside.reply(document, "Takk."), "utf-16"))
    assert hospital.count() == before


def test_a_number_that_looks_real_is_seen_through_character_references(hospital: House):
    document = sent_need(hospital)
    number = "".join(f"&#{ord(c)};" for c in numbers.real_looking())
    data = otherside.reply(document, "Takk.").replace(b"Takk.", f"Ring {number}".encode())
    before = hospital.count()
    with pytest.raises(AdapterError):
        hospital.receive(data)
    assert hospital.count() == before


@pytest.mark.parametrize("cut", ["<!-- x -->", "<b/>", "<![CDATA[]]>", "<?x y?>"])
def test_a_number_that_looks_real_is_seen_through_markup_within_it(hospital: House, cut: str):
    document = sent_need(hospital)
    number = numbers.real_looking()
    data = otherside.reply(document, "Takk.").replace(
        b"Takk.", f"Ring {number[:6]}{cut}{number[6:]}".encode()
    )
    before = hospital.count()
    with pytest.raises(AdapterError):
        hospital.receive(data)
    assert hospital.count() == before


@pytest.mark.parametrize("aside", ["<!-- {} -->", "<?x {}?>"])
@pytest.mark.parametrize("outside", [False, True])
def test_a_number_that_looks_real_is_seen_beside_what_is_said(hospital: House, aside: str, outside: bool):  # noqa: FBT001
    document = sent_need(hospital)
    data = otherside.reply(document, "Takk.")
    said = aside.format(numbers.real_looking()).encode()
    at = len(data) if outside else data.rindex(b"</")
    before = hospital.count()
    with pytest.raises(AdapterError):
        hospital.receive(data[:at] + said + data[at:])
    assert hospital.count() == before


def test_a_conversation_in_a_new_message_of_theirs_is_kept_as_the_thread(hospital: House):
    document = sent_need(hospital)
    ref = "5d9a55a2-6a63-4c88-8b02-19a0b8c5a111"
    got = hospital.receive(otherside.reply(document, "x", conversation=Conversation(ref, ref)))
    assert hospital.message(got.id).thread == ref


def test_an_unknown_sender_is_receipted_and_read_by_a_person(hospital: House):
    document = sent_need(hospital)
    got = hospital.receive(otherside.reply(document, "Svar: Avslått", sender=ELSEWHERE, thread=False))
    assert got.outcome == "receipted"
    assert hospital.events()[-1] == "ip.dialogue.received"


def test_a_name_of_a_sender_that_is_empty_is_tolerated(hospital: House):
    document = sent_need(hospital)
    nameless = replace(ELSEWHERE, level2=Unit(name="x", her_id="8605"))
    message = helsefaglig.new(
        otherside.head(document, sender=nameless), subject="", text="Hei", contacts=(otherside.HANDLER,)
    )
    got = hospital.receive(helsefaglig.build(message).encode())
    assert got.outcome == "receipted"
