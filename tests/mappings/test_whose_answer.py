"""An answer moves only the needs of the party that answers: not the copy's reader, not who asked, not who passed it on."""

from __future__ import annotations

from typing import Any

import pytest

from adapter import ingest, kith
from adapter.errors import EventError
from adapter.mappings import views
from tests import otherside
from tests.house import GIVEN, GP, LINE, House, State
from tests.houses import Build

TO_GP = GIVEN | {"recipients": ["coordinating-unit", "gp"]}
PATIENT = LINE | {"gp": GP}


def by_receiver(documents: list[bytes]) -> dict[str | None, bytes]:
    return {kith.read(d).head.receiver.her_ids[1]: d for d in documents if kith.read(d).head}  # type: ignore[union-attr]


def business(house: House) -> set[str]:
    return {s.business for s in house.needs().values()}


# ── the GP, who only got a copy ──


@pytest.mark.parametrize("text", ["Takk for kopien.", "Svar: Mottatt", "Svar: Avslått", "Svar: Godtatt"])
def test_a_gp_who_got_a_copy_answers_for_nobody(hospital: House, text: str):
    hospital.need(patient=PATIENT, consent=TO_GP)
    copy = by_receiver(hospital.send())["258521"]
    hospital.receive(otherside.reply(copy, text))
    assert business(hospital) == {"sent"}
    assert "reply" in hospital.clocks()
    assert len(hospital.items("read-answer")) == 1


def test_a_gp_who_got_a_copy_appoints_no_coordinator(hospital: House):
    hospital.need(patient=PATIENT, consent=TO_GP)
    copy = by_receiver(hospital.send())["258521"]
    hospital.receive(otherside.reply(copy, otherside.APPOINTED, contacts=(otherside.COORDINATOR,)))
    assert business(hospital) == {"sent"}
    assert views.assignments(hospital.case()) == ()


@pytest.mark.parametrize("errors", [(), ("E10",)])
def test_the_receipt_of_the_gps_copy_moves_no_need(hospital: House, errors: tuple[str, ...]):
    hospital.need(patient=PATIENT, consent=TO_GP)
    copy = by_receiver(hospital.send())["258521"]
    hospital.receive(otherside.receipt(copy, errors=errors))
    assert set(hospital.needs().values()) == {State("requested", "sent", "active")}


def test_a_gps_copy_that_is_never_receipted_moves_no_need(hospital: House):
    hospital.need(patient=PATIENT, consent=TO_GP)
    documents = by_receiver(hospital.send())
    hospital.receive(otherside.receipt(documents["5079"]))
    hospital.clock.advance(hours=97)
    hospital.tick()
    assert business(hospital) == {"delivered"}


# ── the party that asked ──


def test_a_notice_of_the_hospital_does_not_acknowledge_the_municipalitys_own_need(
    hospital: House, alvdal: House, arrived: str
):
    hospital.post("ip.hospital-coordinator.appointed")
    (notice,) = hospital.send()
    alvdal.receive(notice)
    assert business(alvdal) == {"reported"}
    told = alvdal.post("ip.need.acknowledged", continues={"meldeId": arrived})
    assert told.status == 202


@pytest.mark.parametrize("line", ["Mottatt", "Godtatt", "Avslått"])
@pytest.mark.usefixtures("arrived")
def test_the_asker_cannot_answer_its_own_question(hospital: House, alvdal: House, line: str):
    (row,) = hospital.messages(direction="out")
    theirs = otherside.reply(
        row.body,
        f"Svar: {line}",
        sender=otherside.head(row.body).receiver,
        receiver=otherside.head(row.body).sender,
    )
    alvdal.receive(theirs)
    assert business(alvdal) == {"reported"}
    assert len(alvdal.items("read-answer")) == 1


@pytest.mark.usefixtures("arrived")
def test_the_same_need_sent_again_under_a_new_msg_id_is_no_second_need(hospital: House, alvdal: House):
    (row,) = hospital.messages(direction="out")
    hospital.clock.advance(hours=97)
    hospital.tick()
    ingest.requeue(hospital.services, row.id)
    (again,) = hospital.send()
    alvdal.clock.advance(hours=97)
    alvdal.receive(again)
    assert len(alvdal.case().of("ServiceRequest")) == 2
    assert business(alvdal) == {"reported"}


# ── a need that was passed on ──


def test_after_forwarding_the_first_party_answers_no_more_for_the_second(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    (first,) = hospital.send()
    hospital.post(
        "ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "gammeldal-saksbehandling"}
    )
    (second,) = hospital.send()
    hospital.receive(otherside.reply(first, "Svar: Avslått"))
    assert business(hospital) == {"sent"}
    hospital.receive(otherside.reply(second, "Svar: Godtatt"))
    assert business(hospital) == {"accepted"}


# ── nothing twice ──


def test_e02_to_nobody_of_what_has_been_released_is_refused(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    with pytest.raises(EventError) as caught:
        hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)
    assert "ip.need.withdrawn" in caught.value.allowed
    assert "ip.need.forwarded" not in caught.value.allowed
    assert len(hospital.send()) == 1


def test_e02_twice_releases_once(build: Build):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    melde_id = house.need().case["meldeId"]
    house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    with pytest.raises(EventError) as caught:
        house.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=None)
    assert caught.value.code == "IPK-E013"
    assert len(house.send()) == 1


@pytest.mark.parametrize("ending", ["ip.need.withdrawn", "ip.consent.withdrawn"])
def test_what_ended_while_held_is_not_released_by_the_clock(build: Build, ending: str):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    melde_id = house.need().case["meldeId"]
    more: dict[str, Any] = {
        "ip.need.withdrawn": {"continues": {"meldeId": melde_id}, "scope": None},
        "ip.consent.withdrawn": {
            "scopes": ["coordinator", "plan-create"],
            "recipients": None,
            "date": "2026-03-04",
        },
    }[ending]
    house.post(ending, **more)
    house.clock.advance(days=3)
    house.tick()
    assert house.send() == []


def test_e13_while_the_message_is_held_for_the_unit_makes_no_second(build: Build):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    house.need()
    house.post("ip.consent.given", consent=GIVEN)
    assert [m.state for m in house.messages(direction="out")] == ["held"]


def test_consent_that_has_run_out_at_release_opens_nothing(build: Build):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality", "release_days": 3}}})
    house.need(consent=GIVEN | {"validUntil": "2026-03-05"})
    house.clock.advance(days=6)
    house.tick()
    assert house.send() == []


def test_a_municipality_that_identifies_a_need_itself_tells_nobody_outside(alvdal: House):
    told = alvdal.need(source="urn:her:5079", author={
        "kind": "municipality", "name": {"family": "September", "given": "August"}, "phone": "+4762480000",
    })  # fmt: skip
    assert told.messages == []
    assert business(alvdal) == {"reported"}


def test_e22_in_no_thread_begins_a_dialogue_with_the_municipality(hospital: House):
    hospital.post("ip.consent.given", consent=GIVEN)
    told = hospital.post("ip.hospital-coordinator.appointed")
    assert [(m["type"], m["receiver"]["herId"]) for m in told.messages] == [("DIALOG_HELSEFAGLIG", "5079")]
    (read,) = hospital.sent()
    assert read.head is not None
    assert read.head.conversation is None
    assert "24" in {c.role.v for c in read.body.contacts if c.role}  # type: ignore[union-attr]


def test_a_clock_of_the_sender_that_is_ahead_stops_nothing(hospital: House):
    hospital.need()
    (document,) = hospital.send()
    later = kith.read(document).head.gen_date.replace(day=9)  # type: ignore[union-attr]
    text = f"Svar: Mottatt\r\n{otherside.APPOINTED}"
    hospital.receive(otherside.reply(document, text, contacts=(otherside.COORDINATOR,), at=later))
    assert hospital.needs()["coordinator"].business == "fulfilled"
