"""Who may report what about a case, and that no message is lost where two would be the same. rules/authority.py."""

from __future__ import annotations

import pytest

from adapter.errors import EventError, RoutingError
from tests.house import GIVEN, HANDLER, House

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


# ── two parties with a need each in one case ─────────────────────────────────────────────────────────────────────────

DOCTOR = "urn:her:258521"
OLD = "urn:her:5101"
SAYS = {"kind": "health-personnel", "hpr": "9144900", "name": {"family": "Lin", "given": "Rita"}}
RETRACTS = {
    "ip.need.withdrawn": {"reasonCode": "no-longer-relevant", "scope": None},
    "ip.need.entered-in-error": {"reasonCode": "wrong-patient"},
    "ip.need.declined-by-patient": {"date": "2026-03-04", "scope": None},
}


def _melde_ids(hospital: House) -> tuple[str, str]:
    """Return the Melde-ids of the hospital's two kinds and of what the GP reported of the same patient."""
    ours = hospital.need().case["meldeId"]
    theirs = hospital.need(source=DOCTOR, author=SAYS, department=None, needs=["rehabilitation"])
    return ours, theirs.case["meldeId"]


@pytest.mark.parametrize("type_", RETRACTS)
def test_who_reported_one_need_takes_back_no_other_need_of_the_case(hospital: House, type_: str):
    ours, theirs = _melde_ids(hospital)
    with pytest.raises(RoutingError) as refused:
        hospital.post(
            type_, source=DOCTOR, author=SAYS, department=None, continues={"meldeId": ours}, **RETRACTS[type_]
        )
    assert refused.value.code == "IPK-R005"
    assert {s.request for s in hospital.needs().values()} == {"active"}
    hospital.post(
        type_, source=DOCTOR, author=SAYS, department=None, continues={"meldeId": theirs}, **RETRACTS[type_]
    )
    assert hospital.needs()["individual-plan"].request == "active"


def test_who_performs_one_need_answers_no_other_need_of_the_case(hospital: House):
    ours = hospital.need(needs=["individual-plan"]).case["meldeId"]
    other = hospital.need(needs=["coordinator"]).case["meldeId"]
    hospital.post("ip.need.forwarded", continues={"meldeId": other}, to={"key": "gammeldal-saksbehandling"})
    accepts = {"responsible": {"name": "Gammeldal"}, "source": OLD, "author": HANDLER, "department": None}
    with pytest.raises(RoutingError) as refused:
        hospital.post("ip.need.accepted", continues={"meldeId": ours}, scope=["individual-plan"], **accepts)
    assert refused.value.code == "IPK-R005"
    assert hospital.needs()["individual-plan"].business == "queued"
    done = hospital.post("ip.need.accepted", continues={"meldeId": other}, scope=["coordinator"], **accepts)
    assert {n["state"] for n in done.case["needs"]} == {"accepted"}


def test_of_one_report_at_two_parties_each_answers_its_own_part(hospital: House):
    told = hospital.need()
    melde_id = told.case["meldeId"]
    (moved,) = [n["needId"] for n in told.case["needs"] if n["kind"] == "coordinator"]
    hospital.post("ip.need.forwarded", continues={"needId": moved}, to={"key": "gammeldal-saksbehandling"})
    says = {"source": OLD, "author": HANDLER, "department": None, "continues": {"meldeId": melde_id}}
    hospital.post("ip.need.acknowledged", handler={"unit": "Saksbehandling"}, **says)
    assert hospital.needs()["coordinator"].business == "received"
    assert hospital.needs()["individual-plan"].business == "queued"
    for scope in (["individual-plan"], ["individual-plan", "coordinator"]):
        with pytest.raises((RoutingError, EventError)) as refused:
            hospital.post("ip.need.accepted", scope=scope, responsible={"name": "Gammeldal"}, **says)
        assert refused.value.code == {1: "IPK-R005", 2: "IPK-E018"}[len(scope)]
