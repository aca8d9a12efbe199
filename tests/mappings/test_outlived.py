"""What did not arrive and may not be sent any more holds no later message up; a notice in a person's hands stays there. ADR 168."""

from __future__ import annotations

from typing import Any, Final

import pytest

from adapter.errors import EventError
from adapter.web import create_app
from tests import otherside
from tests.house import GIVEN, House

DAY: Final = "2026-03-04"
OURS: Final = {"source": "urn:her:90998"}
ENDS: Final[dict[str, dict[str, Any]]] = {
    "ip.need.withdrawn": {"scope": None},
    "ip.need.declined-by-patient": {"scope": None, "date": DAY},
    "ip.need.entered-in-error": {},
    "ip.consent.withdrawn": {"scopes": ["coordinator", "plan-create"], "recipients": None, "date": DAY},
}


def ends(house: House, type_: str, melde_id: str) -> None:
    house.clock.advance(hours=1)
    named = {} if type_ == "ip.consent.withdrawn" else {"continues": {"meldeId": melde_id}}
    house.post(type_, **OURS, **ENDS[type_], **named)


def titles(house: House) -> list[str]:
    """Send all that is due: the first line of each."""
    return [r.body.text.split("\r\n")[0] for r in house.sent()]


@pytest.fixture
def rejected(hospital: House) -> tuple[House, str]:
    """Return a hospital whose need the receiver's system has refused, and its Melde-id."""
    melde_id = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    hospital.receive(otherside.receipt(document, errors=("E21",)))
    return hospital, melde_id


@pytest.fixture
def refused_notice(hospital: House) -> tuple[House, str]:
    """Return a hospital whose need arrived, and whose word of its coordinator the receiver's system has refused."""
    melde_id = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    hospital.receive(otherside.receipt(document))
    hospital.clock.advance(minutes=5)
    hospital.post("ip.hospital-coordinator.appointed", **{"from": DAY}, expectedUntil=None)
    (document,) = hospital.send()
    hospital.receive(otherside.receipt(document, errors=("E21",)))
    return hospital, melde_id


@pytest.mark.parametrize("type_", ENDS)
def test_a_refused_need_that_is_over_holds_nothing_up(rejected: tuple[House, str], type_: str):
    house, melde_id = rejected
    ends(house, type_, melde_id)
    assert len(titles(house)) == 1  # the word of the end itself
    assert [m.state for m in house.case().messages if m.direction == "out"] == ["buried", "sent"]
    house.clock.advance(days=1)
    house.need(consent=GIVEN | {"date": "2026-03-05"})
    (title,) = titles(house)
    assert title.startswith("MELDING OM BEHOV")


def test_why_tells_what_gave_it_up(rejected: tuple[House, str]):
    house, melde_id = rejected
    told = house.post(
        "ip.need.withdrawn", **OURS, **ENDS["ip.need.withdrawn"], continues={"meldeId": melde_id}
    )
    client = create_app(house.services).test_client()
    why = client.get(f"/events/{told.body['eventId']}/why", headers={"Accept": "text/plain"}).get_data(
        as_text=True
    )
    assert "need-over: stanset" in why


def test_a_refusal_in_the_consent_of_another_event_does_the_same(rejected: tuple[House, str]):
    house, _ = rejected
    house.clock.advance(hours=1)
    no = {"status": "refused", "scopes": [], "givenBy": "patient", "method": "oral", "date": DAY}
    house.need(consent=no)
    assert titles(house) == ["SAMTYKKE TRUKKET"]


def test_a_refused_need_of_which_one_kind_stands_is_still_for_a_person(rejected: tuple[House, str]):
    house, _ = rejected
    house.clock.advance(hours=1)
    house.post("ip.consent.withdrawn", **OURS, scopes=["plan-create"], recipients=None, date=DAY)
    assert titles(house) == []
    assert len(house.items("manual-fallback")) == 1
    assert house.case().messages[0].state == "rejected"


def test_a_refused_notice_stays_with_a_person_when_the_need_is_withdrawn(refused_notice: tuple[House, str]):
    house, melde_id = refused_notice
    ends(house, "ip.need.withdrawn", melde_id)
    assert titles(house) == []
    (item,) = house.items("manual-fallback")
    assert item["groupIdentifier"]["value"] == melde_id


@pytest.mark.parametrize("type_", ["ip.consent.withdrawn", "ip.need.entered-in-error"])
def test_a_refused_notice_that_consent_covers_no_more_holds_nothing_up(
    refused_notice: tuple[House, str], type_: str
):
    house, melde_id = refused_notice
    ends(house, type_, melde_id)
    assert len(titles(house)) == 1
    assert house.items("manual-fallback") == []


def test_that_somebody_had_rung_the_receiver_is_a_fact_still(rejected: tuple[House, str]):
    house, melde_id = rejected
    message = house.case().messages[0]
    ends(house, "ip.consent.withdrawn", melde_id)
    house.send()
    house.clock.advance(hours=1)
    said = {"messageId": message.id, "how": "phone", "at": "2026-03-04T10:20:00+01:00"}
    told = house.post("ip.manual-fallback.recorded", **OURS, **said)
    assert told.status == 202
    assert house.message(message.id).state == "manual"
    assert {n.business for n in house.needs().values()} == {"withdrawn"}
    assert [t for t in house.items("review") if t.get("description", "").startswith("Mottakeren hadde fått")]


def test_what_never_left_was_told_by_nobody(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    message = hospital.case().messages[0]
    ends(hospital, "ip.need.withdrawn", melde_id)
    with pytest.raises(EventError) as caught:
        hospital.post(
            "ip.manual-fallback.recorded", **OURS, messageId=message.id, at="2026-03-04T10:20:00+01:00"
        )
    assert caught.value.code == "IPK-M011"


@pytest.mark.parametrize("type_", ENDS)
def test_who_never_got_a_need_whose_address_changed_is_told_nothing(hospital: House, type_: str):
    """E64 gave the message up before it was tried: there is nobody to tell, and nothing to wait behind."""
    melde_id = hospital.need().case["meldeId"]
    hospital.post("ip.address.changed", herId="5079", newHerId="5078", change="her-id", **{"from": DAY})
    ends(hospital, type_, melde_id)
    assert titles(hospital) == []
    assert [m.state for m in hospital.case().messages] == ["buried"]
    hospital.clock.advance(days=1)
    hospital.need(consent=GIVEN | {"date": "2026-03-05"})
    assert len(titles(hospital)) == 1


@pytest.mark.parametrize("type_", ENDS)
def test_nobody_is_late_with_what_may_not_be_sent_again(hospital: House, type_: str):
    """Left without a receipt, and over since: the deadlines named it for ever, with "send again" as the next step."""
    melde_id = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    hospital.clock.advance(hours=97)
    hospital.tick()
    ends(hospital, type_, melde_id)
    assert [d.kind for d in hospital.case().deadlines if d.state == "breached"] == []
    assert hospital.items("manual-fallback") == []
    assert hospital.case().messages[0].state == "unanswered"
    hospital.receive(otherside.receipt(document))
    assert hospital.case().messages[0].state == "acknowledged"
