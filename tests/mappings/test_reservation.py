"""What a patient's reservation against forwarding stops. HIS 80704:2014, ForbeholdOmVideresending; rules/reservation.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapter import kith
from adapter.errors import AdapterError
from adapter.fhir import messages
from adapter.kith import reservation
from adapter.kith.codes import coded
from adapter.kith.head import Address, Document, Head, Unit
from adapter.kith.plo import dod, helseopplysninger, innlagt
from adapter.kith.plo.message import shipment
from tests import otherside
from tests.house import House
from tests.kith.care import AT, WARD

UNIT = "urn:her:5079"
ELSEWHERE = {"key": "gammeldal-saksbehandling"}
INSIDE = {"key": "alvdal-sykepleie"}
WARD_AT_HOSPITAL = Address(
    level1=Unit(name="ST OLAVS HOSPITAL HF", her_id="59"),
    level2=Unit(name="Koordinerende enhet", her_id="91990"),
)
GP = Address(
    level1=Unit(name="Kattskinnet legesenter", her_id="91096"),
    level2=Unit(name="Kattskinnet", her_id="91101"),
)


@pytest.fixture
def need(hospital: House) -> bytes:
    """Return the need as it left the hospital."""
    hospital.need()
    (document,) = hospital.send()
    return document


def head(need: bytes, **more: Any) -> Head:
    """Return the head of a message of its own from the hospital to the municipality, about the same person."""
    known = kith.read(need).head
    assert known is not None
    return replace(known, msg_id=otherside.new_id(), conversation=None, document=Document(), **more)


def care(need: bytes, withheld: bool | None, **more: Any) -> bytes:  # noqa: FBT001 (the element's own value)
    """Return a message of care with ForbeholdOmVideresending."""
    message = innlagt.new(head(need, **more), at=AT, units=(WARD,))
    return kith.build(replace(message, body=replace(message.body, shipment=shipment(withheld=withheld))))


def forward(house: House, to: dict[str, str] = ELSEWHERE) -> Any:
    (melde_id,) = {m.melde_id for m in house.messages(direction="in") if m.melde_id}
    return house.post("ip.need.forwarded", source=UNIT, continues={"meldeId": melde_id}, to=to)


def refusal(house: House) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        forward(house)
    return caught.value


def test_what_its_sender_told_is_not_forwarded_to_another_organisation(alvdal: House, need: bytes):
    alvdal.receive(need)
    alvdal.clock.advance(hours=1)
    alvdal.receive(care(need, withheld=True))
    error = refusal(alvdal)
    assert (error.code, error.row.http, error.faults[0].rule) == ("IPK-C010", 409, "reservation-stated")
    assert {s.business for s in alvdal.needs().values()} == {"reported"}


def test_a_service_of_the_own_organisation_may_have_it_all_the_same(alvdal: House, need: bytes):
    alvdal.receive(need)
    alvdal.receive(care(need, withheld=True))
    assert forward(alvdal, INSIDE).status == 202


@pytest.mark.parametrize("said", [None, False], ids=["absent", "false"])
def test_only_true_is_a_reservation(alvdal: House, need: bytes, said: bool | None):  # noqa: FBT001 (a case)
    alvdal.receive(need)
    alvdal.receive(care(need, withheld=said))
    assert forward(alvdal).messages


def test_another_service_of_the_same_organisation_reserves_for_all_of_it(alvdal: House, need: bytes):
    alvdal.receive(need)
    alvdal.receive(care(need, withheld=True, sender=WARD_AT_HOSPITAL))
    assert refusal(alvdal).code == "IPK-C010"


def test_the_reservation_of_another_organisation_binds_what_that_one_told(alvdal: House, need: bytes):
    alvdal.receive(need)
    message = dod.new(head(need, sender=GP), at=AT, units=(WARD,))
    reserved = replace(message, body=replace(message.body, shipment=shipment(withheld=True)))
    alvdal.receive(kith.build(reserved))
    assert forward(alvdal).messages


def test_a_need_whose_own_document_says_that_consent_was_not_given_stays(alvdal: House, need: bytes):
    message = kith.read(need).message
    assert message is not None
    said = replace(message.head, document=Document(consent=coded("9064", "4")))
    alvdal.receive(kith.build(replace(message, head=said)))
    assert refusal(alvdal).code == "IPK-C010"


@pytest.mark.parametrize("value", ["1", "2", "3"])
def test_other_consent_codes_stop_nothing(alvdal: House, need: bytes, value: str):
    message = kith.read(need).message
    assert message is not None
    said = replace(message.head, document=Document(consent=coded("9064", value)))
    alvdal.receive(kith.build(replace(message, head=said)))
    assert forward(alvdal).messages


def test_a_consent_recorded_later_lifts_it_and_says_so(alvdal: House, need: bytes):
    alvdal.receive(need)
    alvdal.receive(care(need, withheld=True))
    alvdal.clock.advance(hours=1)
    alvdal.post("ip.consent.given", source=UNIT)
    assert forward(alvdal).messages
    assert "reservation-lifted" in str([r for r in alvdal.current() if r["resourceType"] == "Provenance"])


def test_a_reservation_after_the_consent_holds(alvdal: House, need: bytes):
    alvdal.receive(need)
    alvdal.post("ip.consent.given", source=UNIT)
    alvdal.clock.advance(hours=1)
    alvdal.receive(care(need, withheld=True))
    assert refusal(alvdal).code == "IPK-C010"


def test_a_refusal_lifts_nothing(alvdal: House, need: bytes):
    alvdal.receive(need)
    alvdal.receive(care(need, withheld=True))
    alvdal.clock.advance(hours=1)
    alvdal.post(
        "ip.consent.withdrawn", source=UNIT, scopes=["plan-share"], recipients=None, date="2026-03-04"
    )
    assert refusal(alvdal).code == "IPK-C010"


def test_the_own_need_is_the_own_organisations_to_forward(hospital: House, need: bytes):
    answer = head(need, sender=kith.read(need).head.receiver, receiver=kith.read(need).head.sender)  # type: ignore[union-attr]
    message = dod.new(answer, at=AT, units=(WARD,))
    reserved = replace(message, body=replace(message.body, shipment=shipment(withheld=True)))
    hospital.receive(kith.build(reserved))
    (melde_id,) = {m.melde_id for m in hospital.messages(direction="out") if m.melde_id}
    assert hospital.post("ip.need.forwarded", continues={"meldeId": melde_id}, to=ELSEWHERE).messages


def test_the_communication_is_labelled_for_those_who_pull(alvdal: House, need: bytes):
    alvdal.receive(need)
    alvdal.receive(care(need, withheld=True))
    labelled = [
        r for r in alvdal.current() if r["resourceType"] == "Communication" and messages.is_reserved(r)
    ]
    assert [r["category"][0]["coding"][0]["code"] for r in labelled] == ["LOG_INNLAGT"]
    assert labelled[0]["meta"]["security"][0]["code"] == "NORDSCLCD"


def test_a_message_says_it_by_its_element_or_by_the_consent_of_a_document(need: bytes):
    assert not reservation.stated(kith.read(need))
    assert reservation.stated(kith.read(care(need, withheld=True)))
    attached = Document(consent=coded("9064", "4"), description="Vedlegg")
    message = helseopplysninger.new(head(need, attachments=(attached,)), kind="1", units=(WARD,))
    assert reservation.stated(kith.read(helseopplysninger.build(message).encode()))
