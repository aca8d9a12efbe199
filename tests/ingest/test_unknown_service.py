"""Mail to a service of our own organisation that the address book does not list is never silent. HIS 80415, E21."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapter import kith, naming
from adapter.kith.apprec import AppRec
from adapter.kith.codes import coded
from adapter.kith.head import Address, Unit
from adapter.mappings import toread
from adapter.model import Case
from tests import otherside
from tests.house import House
from tests.ingest.test_doors import ELSEWHERE, FMR, sent_need

OURS = Unit(name="ST OLAVS HOSPITAL HF", her_id="59")
UNKNOWN = Address(level1=OURS, level2=Unit(name="Ukjent avdeling", her_id="90999"))
NO_SERVICE = Address(level1=OURS)
SERVICE_ALONE = Address(level1=Unit(name="Fysikalsk medisin og rehabilitering", her_id="90998"))
HOME = ("st-olavs-fmr", "st-olavs-ke", "felles-ke")


def receipts(house: House) -> list[AppRec]:
    return [read.body for read in house.sent() if isinstance(read.body, AppRec)]


def to(house: House, receiver: Address, **more: Any) -> bytes:
    return otherside.reply(sent_need(house), "Takk.", receiver=receiver, **more)


def queue(house: House) -> list[str]:
    """Return the reasons of what waits for somebody to read it."""
    case: Case = house.case()
    tasks = [t for t in case.of("Task") if "read-answer" in str(t.get("code"))]
    return [t["description"] for t in tasks if t["status"] not in {"completed", "cancelled"}]


@pytest.mark.parametrize("receiver", [UNKNOWN, NO_SERVICE])
def test_an_unknown_or_missing_service_of_ours_is_refused_with_e21(hospital: House, receiver: Address):
    answer = to(hospital, receiver)
    got = hospital.receive(answer)
    assert (got.outcome, got.code) == ("receipted", "IPK-M006")
    (receipt,) = receipts(hospital)
    assert (receipt.status, [e.v for e in receipt.errors]) == ("2", ["E21"])
    assert receipt.sender.her_ids == receiver.her_ids
    msg_id = kith.read(answer).head.msg_id
    own = receiver.her_ids[1] or receiver.her_ids[0]
    assert receipt.id == naming.uid("apprec", "5079", msg_id, own)
    assert hospital.message(got.id).state == "failed"
    assert {s.business for s in hospital.needs().values()} == {"sent"}


def test_the_refusal_is_the_answer_over_http(hospital: House):
    got = hospital.receive(to(hospital, UNKNOWN), channel="http")
    receipt = kith.read(got.apprec).body
    assert [e.v for e in receipt.errors] == ["E21"]
    assert hospital.send() == []


def test_a_fault_that_must_be_refused_stands_beside_e21(hospital: House):
    hospital.receive(to(hospital, UNKNOWN, msg_id="12345"))
    (receipt,) = receipts(hospital)
    assert [e.v for e in receipt.errors] == ["E10", "E21"]


def test_switched_off_it_is_taken_and_a_person_is_told(build: Any):
    house = build(refuse_unknown_service=False)
    house.receive(to(house, UNKNOWN, thread=False))
    (receipt,) = receipts(house)
    assert receipt.status == "1"
    assert queue(house) == [toread.UNKNOWN_SERVICE]


def test_observe_gives_no_receipt_and_a_person_is_told(build: Any):
    house = build(of={"rows": {key: {"door": "observe"} for key in HOME}})
    got = house.receive(to(house, UNKNOWN, thread=False), channel="copy")
    assert (got.outcome, house.message(got.id).state) == ("copied", "received")
    assert queue(house) == [toread.UNKNOWN_SERVICE]
    assert house.send() == []


def test_beside_an_epj_with_an_inbox_of_the_organisation_nobody_is_refused(build: Any):
    """The service may be one of the EPJ's, which receipts itself: two receipts would be one too many."""
    house = build(of={"rows": {"st-olavs-fmr": {"door": "observe"}}})
    got = house.receive(to(house, UNKNOWN, thread=False))
    assert got.outcome == "copied"
    assert queue(house) == [toread.UNKNOWN_SERVICE]
    assert house.send() == []


def test_an_answer_in_our_thread_counts_whatever_service_it_names(build: Any):
    house = build(of={"rows": {key: {"door": "observe"} for key in HOME}})
    house.receive(otherside.reply(sent_need(house), "Svar: Godtatt", receiver=UNKNOWN), channel="copy")
    assert {s.business for s in house.needs().values()} == {"accepted"}


def test_a_service_named_where_the_organisation_should_stand_is_that_service(hospital: House):
    got = hospital.receive(to(hospital, SERVICE_ALONE))
    (receipt,) = receipts(hospital)
    assert (got.code, receipt.status) == (None, "1")


@pytest.mark.parametrize(
    ("receiver", "copy", "statuses"),
    [
        (FMR, UNKNOWN, {"PRIM": "1", "COP": "2"}),
        (UNKNOWN, FMR, {"PRIM": "2", "COP": "1"}),
        (ELSEWHERE, UNKNOWN, {"COP": "2"}),
        (UNKNOWN, NO_SERVICE, {"PRIM": "2", "COP": "2"}),
    ],
)
def test_each_recipient_gets_its_own_receipt(
    hospital: House, receiver: Address, copy: Address, statuses: dict[str, str]
):
    answer = to(hospital, receiver, copies=((coded("8653", "COP"), copy),), thread=False)
    got = hospital.receive(answer)
    assert {r.role: r.status for r in receipts(hospital)} == statuses
    assert hospital.message(got.id).state == ("received" if "1" in statuses.values() else "failed")


def test_another_service_of_the_organisation_that_the_book_has_as_others_is_left_to_them(build: Any):
    house = build(of={"home": {"st-olavs-fmr", "st-olavs-ke"}})
    joint = replace(UNKNOWN, level2=Unit(name="Felles koordinerende enhet", her_id="91991"))
    assert house.receive(to(house, joint)).outcome == "ignored"
