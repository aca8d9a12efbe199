"""Who may report what about a case, and that no message is lost where two would be the same. rules/authority.py."""

from __future__ import annotations

import pytest

from adapter.errors import RoutingError
from tests.house import GIVEN, House

NOT_ASKED = {"status": "not-asked", "scopes": []}
STRANGER = "urn:her:5111"


def test_a_stranger_in_the_book_withdraws_nobodys_need(hospital: House):
    told = hospital.need()
    with pytest.raises(RoutingError) as refused:
        hospital.post(
            "ip.need.withdrawn",
            source=STRANGER,
            continues={"meldeId": told.case["meldeId"]},
            reasonCode="entered-in-error",
        )
    assert refused.value.code == "IPK-R005"
    assert {s.business for s in hospital.needs().values()} == {"queued"}


def test_only_we_ourselves_say_that_a_message_of_ours_was_receipted(hospital: House):
    told = hospital.need()
    with pytest.raises(RoutingError):
        hospital.post(
            "ip.message.receipt", source=STRANGER, msgId=told.messages[0]["id"], status="ok", errors=[]
        )
    assert hospital.message(told.messages[0]["id"]).state == "pending"


def test_who_performs_the_need_may_answer_it(hospital: House):
    told = hospital.need()
    answered = hospital.post(
        "ip.need.acknowledged",
        source="urn:her:5079",
        continues={"meldeId": told.case["meldeId"]},
        handler={"unit": "Saksbehandling"},
    )
    assert {n["state"] for n in answered.case["needs"]} == {"received"}


def test_two_needs_that_one_consent_opens_both_reach_the_receiver(hospital: House):
    first = hospital.need(needs=["coordinator"], consent=NOT_ASKED)
    second = hospital.need(needs=["individual-plan"], consent=NOT_ASKED)
    hospital.post("ip.consent.given", consent=GIVEN)
    hospital.send()
    hospital.tick()
    hospital.send()
    said = {m.melde_id for m in hospital.messages() if m.wants_reply and m.state == "sent"}
    assert said == {first.case["meldeId"], second.case["meldeId"]}
    assert {s.business for s in hospital.needs().values()} == {"sent"}
