"""One final receipt for each recipient, by the book, clause by clause. HIS 80415:2012, HITS 1168; standards/kith § 6."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from adapter import kith
from adapter.kith.apprec import AppRec
from adapter.kith.codes import coded
from adapter.kith.head import Address, Document, Unit
from adapter.kith.time import When
from tests import otherside
from tests.house import House

UNIT = Address(
    level1=Unit(name="ST OLAVS HOSPITAL HF", her_id="59"),
    level2=Unit(name="Koordinerende enhet", her_id="91990"),
)
ELSEWHERE = Address(level1=Unit(name="Annet HF", her_id="62"), level2=Unit(name="Kirurgi", her_id="8605"))
COPY = coded("8653", "COP")


@pytest.fixture
def need(hospital: House) -> bytes:
    """Return the need as it left the hospital."""
    hospital.need()
    (document,) = hospital.send()
    return document


def receipts(house: House) -> list[AppRec]:
    """Return the receipts that leave now."""
    found = [read.body for read in house.sent() if read.kind == "apprec"]
    return [each for each in found if isinstance(each, AppRec)]


def parties(receipt: AppRec) -> tuple[str, str | None]:
    return receipt.role, receipt.sender.her_ids[1]


# ── each recipient, once ──


def test_primary_receiver_and_copy_give_one_receipt_each_and_the_message_is_taken_in_once(
    hospital: House, need: bytes
):
    answer = otherside.reply(need, "Svar: Mottatt", copies=((COPY, UNIT),))
    hospital.receive(answer)
    given = receipts(hospital)
    assert [parties(each) for each in given] == [("PRIM", "90998"), ("COP", "91990")]
    assert len({each.id for each in given}) == 2
    assert hospital.events().count("ip.need.acknowledged") == 1


def test_the_copys_own_copy_of_the_message_is_a_duplicate(hospital: House, need: bytes):
    answer = otherside.reply(need, "Takk.", copies=((COPY, UNIT),))
    hospital.receive(answer)
    receipts(hospital)
    assert hospital.receive(answer).outcome == "duplicate"
    assert receipts(hospital) == []


def test_a_party_named_as_receiver_and_as_copy_is_one_recipient(hospital: House, need: bytes):
    primary = kith.read(otherside.reply(need, "x")).head
    assert primary is not None
    hospital.receive(
        otherside.reply(need, "Takk.", copies=((COPY, primary.receiver), (COPY, UNIT), (COPY, UNIT)))
    )
    assert [parties(each) for each in receipts(hospital)] == [("PRIM", "90998"), ("COP", "91990")]


def test_a_copy_to_others_is_theirs_to_receipt(hospital: House, need: bytes):
    hospital.receive(otherside.reply(need, "Takk.", copies=((COPY, ELSEWHERE),)))
    assert [parties(each) for each in receipts(hospital)] == [("PRIM", "90998")]


def test_a_refusal_is_given_by_each_recipient_too(hospital: House, need: bytes):
    hospital.receive(otherside.reply(need, "Takk.", msg_id="12345", copies=((COPY, UNIT),)))
    given = receipts(hospital)
    assert [(each.role, [e.v for e in each.errors]) for each in given] == [
        ("PRIM", ["E10"]),
        ("COP", ["E10"]),
    ]


def test_a_receipt_that_could_not_leave_for_days_is_still_the_same(hospital: House, need: bytes):
    hospital.receive(otherside.reply(need, "Takk."))
    (before,) = [m for m in hospital.messages(direction="out") if m.type == "APPREC"]
    hospital.clock.advance(days=3)
    (document,) = [each for each in hospital.send() if b"<AppRec" in each]
    assert document == before.body


# ── the message named ──


def test_the_original_is_named_by_its_gen_date_and_not_by_a_date_of_its_document(
    hospital: House, need: bytes
):
    answer = otherside.reply(need, "Takk.", document=Document(issued=When("2020-01-01T00:00:00")))
    head = kith.read(answer).head
    assert head is not None
    hospital.receive(answer)
    (receipt,) = receipts(hospital)
    assert (receipt.original.msg_id, receipt.original.gen_date) == (head.msg_id, head.gen_date)
    assert receipt.original.type.v == "DIALOG_HELSEFAGLIG"


# ── never refused ──

UNKNOWN_CODES = (
    (r'<TemaKodet V="[^"]*"', '<TemaKodet V="4711"'),
    (r'<TemaKodet V="([^"]*)" DN="([^"]*)" S="[^"]*"', r'<TemaKodet V="\1" DN="\2" S="1.2.3.4"'),
    (r'<RoleToPatient V="[^"]*"', '<RoleToPatient V="4711"'),
    (r'<TypeHealthcareProfessional V="[^"]*"', '<TypeHealthcareProfessional V="QQ"'),
    (r'<Sex V="[^"]*"', '<Sex V="7"'),
    (r'<MsgType V="[^"]*"', '<MsgType V="QQ"'),
)


@pytest.mark.parametrize(("known", "unknown"), UNKNOWN_CODES, ids=[each[0][1:14] for each in UNKNOWN_CODES])
def test_a_code_that_nobody_knows_refuses_no_message(hospital: House, need: bytes, known: str, unknown: str):
    answer, count = re.subn(known, unknown, otherside.reply(need, "Takk.").decode())
    assert count
    hospital.receive(answer.encode())
    (receipt,) = receipts(hospital)
    assert (receipt.status, receipt.errors) == ("1", ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Svar: Kanskje",
        "Pasienten er død.",
        "Melde-id: IPK-0000-0000-0",
        "<script>alert(1)</script>",
        "æ" * 5000,
    ],
    ids=["nothing", "no answer of ours", "clinical", "another case", "markup", "long"],
)
def test_what_a_message_says_refuses_no_message(hospital: House, need: bytes, text: str):
    hospital.receive(otherside.reply(need, text))
    (receipt,) = receipts(hospital)
    assert (receipt.status, receipt.errors) == ("1", ())


def test_a_patient_whom_nobody_knows_here_refuses_no_message(hospital: House, need: bytes):
    hospital.receive(otherside.reply(need, "Takk.", patient=replace(otherside.ROLAND)))
    assert [each.status for each in receipts(hospital)] == ["1"]


# ── 96 hours ──


def test_a_message_that_comes_after_96_hours_is_taken_and_receipted_as_positive(hospital: House, need: bytes):
    answer = otherside.reply(need, "Svar: Mottatt")
    hospital.clock.advance(hours=120)
    hospital.receive(answer)
    assert [each.status for each in receipts(hospital)] == ["1"]
    assert "ip.need.acknowledged" in hospital.events()


@pytest.mark.parametrize("hours", [95, 97], ids=["within", "after"])
def test_no_receipt_within_96_hours_counts_as_none_and_a_late_positive_one_still_counts(
    hospital: House, need: bytes, hours: int
):
    hospital.clock.advance(hours=hours)
    hospital.tick()
    (message,) = hospital.messages(direction="out")
    assert message.state == ("unanswered" if hours > 96 else "sent")
    hospital.receive(otherside.receipt(need))
    (message,) = hospital.messages(direction="out")
    assert message.state == "acknowledged"
    assert hospital.events()[-1] == ("ip.receipt.late" if hours > 96 else "ip.receipt.positive")


def test_a_receipt_is_mirrored_down_to_the_identifiers_beside_the_her_id(hospital: House, need: bytes):
    sender = Address(
        level1=Unit(name="Alvdal Kommune", her_id="99387", orgnr="310001015"),
        level2=Unit(name="Saksbehandling", her_id="5079"),
    )
    hospital.receive(otherside.reply(need, "Takk.", sender=sender))
    (receipt,) = receipts(hospital)
    known: Any = kith.read(need).head
    assert (receipt.sender, receipt.receiver) == (known.sender, sender)
