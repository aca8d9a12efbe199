"""What waits, what goes again, in which order: requeue, generations, order per case and receiver. message-rules.md."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter import delivery, ingest, kith, naming
from adapter.errors import MessageError
from adapter.retry import Failure
from tests import otherside
from tests.house import GIVEN, GP, LINE, ROLAND, House

DOWN = Failure(code="IPK-S005", retry=True)


def one(house: House, **which: Any):
    (found,) = house.messages(direction="out", **which)
    return found


def test_a_message_that_cannot_leave_waits_with_its_reason(hospital: House):
    hospital.need()
    hospital.memory.broken = DOWN
    delivery.send(hospital.services, owner="w")
    message = one(hospital)
    assert (message.state, message.last_error, message.attempts) == ("pending", "IPK-S005", 1)
    assert message.next_attempt > hospital.clock.now
    assert {s.business for s in hospital.needs().values()} == {"queued"}


def test_it_leaves_by_itself_when_the_folder_is_back_with_the_same_id_and_bytes(hospital: House):
    hospital.need()
    before = one(hospital)
    hospital.memory.broken = DOWN
    delivery.send(hospital.services, owner="w")
    hospital.memory.broken = None
    hospital.clock.advance(minutes=2)
    (data,) = hospital.send()
    after = one(hospital)
    assert (after.id, data, after.last_error) == (before.id, before.body, None)


def test_what_is_unsent_after_24_hours_goes_as_the_next_generation(hospital: House):
    told = hospital.need()
    hospital.clock.advance(hours=24, seconds=1)
    (read,) = hospital.sent()
    event_id = told.body["eventId"]
    assert read.head.msg_id == naming.uid(event_id, "DIALOG_HELSEFAGLIG", "5079", "1")
    assert read.head.gen_date == hospital.clock.now
    old, new = hospital.messages(direction="out")
    assert (old.state, old.replaced_by, new.replaces, new.state) == ("buried", new.id, old.id, "sent")
    assert {s.business for s in hospital.needs().values()} == {"sent"}


def test_what_is_unsent_just_within_24_hours_goes_as_it_is(hospital: House):
    hospital.need()
    hospital.clock.advance(hours=24)
    (read,) = hospital.sent()
    assert read.head.gen_date == hospital.clock.now - timedelta(hours=24)


def test_requeue_of_a_rejected_message_is_the_next_generation_with_the_conversation_kept(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    hospital.receive(otherside.reply(first, "Takk."))
    hospital.post("ip.hospital-coordinator.appointed")
    notice = next(d for d in hospital.send() if kith.read(d).type == "DIALOG_HELSEFAGLIG")
    hospital.receive(otherside.receipt(notice, errors=["E10"]))
    hospital.clock.advance(minutes=9)
    was = kith.read(notice).head
    fresh = ingest.requeue(hospital.services, was.msg_id)
    assert (fresh.generation, fresh.replaces) == (1, was.msg_id)
    (again,) = hospital.sent()
    assert again.head.msg_id == fresh.id
    assert again.head.gen_date == hospital.clock.now
    assert again.head.conversation == was.conversation
    old = hospital.message(was.msg_id)
    assert (old.state, old.replaced_by, old.body) == ("rejected", fresh.id, notice)


def test_a_receipt_of_the_new_generation_delivers_the_need(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    hospital.receive(otherside.receipt(first, errors=["E10"]))
    ingest.requeue(hospital.services, kith.read(first).head.msg_id)
    assert {s.business for s in hospital.needs().values()} == {"queued"}
    (again,) = hospital.send()
    hospital.receive(otherside.receipt(again))
    assert {s.business for s in hospital.needs().values()} == {"delivered"}


def test_an_answer_to_the_old_generation_still_counts(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    hospital.clock.advance(hours=97)
    hospital.tick()
    ingest.requeue(hospital.services, kith.read(first).head.msg_id)
    hospital.send()
    hospital.receive(otherside.reply(first, "Svar: Godtatt"))
    assert {s.business for s in hospital.needs().values()} == {"accepted"}


def test_the_new_generation_has_its_own_receipt_clock_and_reply_clock(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    hospital.receive(otherside.receipt(first, errors=["E10"]))
    fresh = ingest.requeue(hospital.services, kith.read(first).head.msg_id)
    hospital.send()
    running = {(d.kind, d.subject) for d in hospital.case().deadlines if d.state == "open"}
    assert ("receipt", f"message/{fresh.id}") in running
    assert "reply" in {kind for kind, _ in running}


def test_requeue_of_what_never_left_keeps_id_and_bytes(hospital: House):
    hospital.need()
    before = one(hospital)
    hospital.memory.broken = DOWN
    delivery.send(hospital.services, owner="w")
    hospital.memory.broken = None
    again = ingest.requeue(hospital.services, before.id)
    assert again.id == before.id
    (data,) = hospital.send()
    assert data == before.body


@pytest.mark.parametrize("state", ["acknowledged", "sent"])
def test_what_is_on_its_way_or_there_is_not_requeued(hospital: House, state: str):
    hospital.need()
    (first,) = hospital.send()
    if state == "acknowledged":
        hospital.receive(otherside.receipt(first))
    with pytest.raises(MessageError) as caught:
        ingest.requeue(hospital.services, one(hospital).id)
    assert caught.value.code == "IPK-M011"


def test_a_message_requeued_once_is_not_requeued_again_under_its_old_id(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    hospital.receive(otherside.receipt(first, errors=["E10"]))
    old = kith.read(first).head.msg_id
    ingest.requeue(hospital.services, old)
    with pytest.raises(MessageError):
        ingest.requeue(hospital.services, old)


def test_late_word_of_a_message_that_another_went_instead_of_leaves_the_needs_where_the_other_put_them(
    hospital: House,
):
    hospital.need()
    (first,) = hospital.send()
    hospital.clock.advance(hours=97)
    hospital.tick()
    ingest.requeue(hospital.services, kith.read(first).head.msg_id)
    (again,) = hospital.send()
    hospital.receive(otherside.receipt(again))
    hospital.receive(otherside.receipt(first, errors=["E10"]))
    assert {s.business for s in hospital.needs().values()} == {"delivered"}


def test_an_unknown_message_is_not_requeued(hospital: House):
    with pytest.raises(MessageError) as caught:
        ingest.requeue(hospital.services, "3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10")
    assert caught.value.code == "IPK-M010"


# ── order ──


def test_a_later_message_of_the_case_waits_for_a_rejected_one_until_a_person_acts(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    hospital.receive(otherside.receipt(first, errors=["E10"]))
    hospital.post("ip.hospital-coordinator.appointed")
    assert hospital.send() == []
    ingest.bury(hospital.services, kith.read(first).head.msg_id)
    assert len(hospital.send()) == 1


def test_after_requeue_the_message_goes_before_the_later_ones(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    hospital.receive(otherside.receipt(first, errors=["E10"]))
    later = hospital.post("ip.hospital-coordinator.appointed").messages[0]["id"]
    fresh = ingest.requeue(hospital.services, kith.read(first).head.msg_id)
    order = [r.head.msg_id for r in hospital.sent()]
    assert order == [fresh.id, later]


def test_a_later_message_waits_for_an_earlier_pending_one(hospital: House):
    hospital.need()
    hospital.memory.broken = DOWN
    delivery.send(hospital.services, owner="w")
    hospital.memory.broken = None
    hospital.post("ip.hospital-coordinator.appointed")
    assert hospital.send() == []
    hospital.clock.advance(minutes=2)
    assert len(hospital.send()) == 2


def test_sent_without_a_receipt_does_not_hold_others(hospital: House):
    hospital.need()
    hospital.send()
    hospital.post("ip.hospital-coordinator.appointed")
    assert len(hospital.send()) == 1


def test_another_case_and_another_receiver_do_not_wait(hospital: House):
    patient = LINE | {"gp": GP}
    hospital.need(patient=patient, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]})
    documents = hospital.send()
    first = next(d for d in documents if kith.read(d).head.receiver.her_ids[1] == "5079")
    hospital.receive(otherside.receipt(first, errors=["E10"]))
    hospital.need(patient=ROLAND)
    hospital.post("ip.hospital-coordinator.appointed", patient=patient)
    assert [r.head.receiver.her_ids[1] for r in hospital.sent()] == ["5079", "258521"]


def test_manual_ends_the_waiting_and_says_so_on_the_task(hospital: House):
    hospital.need()
    ingest.manual(hospital.services, one(hospital).id)
    assert hospital.send() == []
    assert {s.business for s in hospital.needs().values()} == {"manual"}


def test_a_receipt_of_ours_never_waits_for_the_case(hospital: House):
    hospital.need()
    (first,) = hospital.send()
    hospital.receive(otherside.receipt(first, errors=["E10"]))
    hospital.receive(otherside.reply(first, "Takk."))
    assert [r.type for r in hospital.sent()] == ["APPREC"]


def test_a_message_that_gives_up_is_dead_with_its_needs_undelivered(build: Any):
    house = build(retry_attempts=2)
    house.need()
    house.memory.broken = Failure(code="IPK-S004", retry=True)
    for _ in range(2):
        delivery.send(house.services, owner="w")
        house.clock.advance(hours=1)
    assert one(house).state == "dead"
    assert {s.business for s in house.needs().values()} == {"undelivered"}
    assert {s.task for s in house.needs().values()} == {"requested"}
    house.memory.broken = None
    again = ingest.requeue(house.services, one(house).id)
    assert again.id == one(house).id
    assert len(house.send()) == 1
