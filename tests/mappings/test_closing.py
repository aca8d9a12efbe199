"""A refusal, a withdrawal or an exception in a consent block stops what waits and takes back what was told, whichever event brings it. N1."""

from __future__ import annotations

from typing import Final

import pytest

from adapter.events import schemas
from tests import otherside
from tests.house import GIVEN, GP, LINE, House

WITH_GP: Final = LINE | {"gp": GP}
SCOPES: Final = ["coordinator", "plan-create", "plan-share"]
TO_BOTH: Final = GIVEN | {"scopes": SCOPES, "recipients": ["coordinating-unit", "gp"]}
REFUSED: Final = {
    "status": "refused",
    "scopes": [],
    "givenBy": "patient",
    "method": "oral",
    "date": "2026-03-04",
}
WITHOUT_ALVDAL: Final = GIVEN | {
    "status": "limited",
    "recipients": ["gp"],
    "excluded": ["alvdal-saksbehandling"],
}
PLAN: Final = schemas.example("ip.plan.created")["data"]["plan"]
NAMED: Final = {"continues": {"planIdentifier": PLAN["identifier"]}}
OURS: Final = {"source": "urn:her:5079"}


def states(house: House) -> set[str]:
    return {s.business for s in house.needs().values()}


def read(house: House) -> dict[str, list[str]]:
    """Send all that is due: receiver → the lines of its text."""
    return {r.head.receiver.her_ids[1]: r.body.text.split("\r\n") for r in house.sent()}


@pytest.mark.parametrize("scopes", [[], ["coordinator", "plan-create"]])
def test_a_need_that_waits_is_declined_by_a_refusal_told_with_the_same_need(
    hospital: House, scopes: list[str]
):
    hospital.need()
    hospital.clock.advance(minutes=2)
    told = hospital.need(consent=REFUSED | {"scopes": scopes})
    assert told.body["status"] == "recorded"
    assert hospital.send() == []
    assert states(hospital) == {"declined-by-patient"}
    assert hospital.clocks() == {}


def test_who_had_the_need_is_told_of_the_refusal_and_nothing_is_waited_for(hospital: House):
    hospital.need()
    (document,) = hospital.send()
    hospital.receive(otherside.receipt(document))
    hospital.clock.advance(minutes=2)
    hospital.need(consent=REFUSED)
    lines = read(hospital)["5079"]
    assert lines[:3] == [
        "SAMTYKKE TRUKKET",
        "Gjelder: Koordinator, Opprette individuell plan",
        "Fra dato: 04.03.2026",
    ]
    assert states(hospital) == {"declined-by-patient"}
    assert set(hospital.clocks()) == {"receipt"}  # of the word itself


def test_a_refusal_of_one_kind_lets_the_other_go_alone(hospital: House):
    hospital.need()
    hospital.clock.advance(minutes=2)
    hospital.need(needs=["individual-plan"], consent=REFUSED | {"scopes": ["plan-create"]})
    assert hospital.needs()["individual-plan"].business == "declined-by-patient"
    lines = read(hospital)["5079"]
    assert lines[0].startswith("MELDING OM BEHOV")
    assert lines[1].startswith("Gjelder: [ ] Individuell plan  [x] Koordinator")
    assert hospital.needs()["coordinator"].business == "sent"


def test_a_consent_that_excepts_the_receiver_stops_what_waits_for_it(hospital: House):
    hospital.need(patient=WITH_GP, consent=TO_BOTH)
    hospital.clock.advance(minutes=2)
    hospital.post("ip.consent.given", patient=WITH_GP, consent=WITHOUT_ALVDAL)
    assert "5079" not in read(hospital)
    assert states(hospital) == {"consent-pending"}


def test_a_consent_that_excepts_who_had_the_need_takes_it_back(hospital: House):
    hospital.need(patient=WITH_GP, consent=TO_BOTH)
    hospital.send()
    hospital.clock.advance(minutes=2)
    hospital.post("ip.consent.given", patient=WITH_GP, consent=WITHOUT_ALVDAL)
    told = read(hospital)
    assert {key: lines[0] for key, lines in told.items()} == {"5079": "SAMTYKKE TRUKKET"}
    assert states(hospital) == {"withdrawn"}


@pytest.mark.parametrize("status", ["withdrawn", "refused"])
@pytest.mark.parametrize("left", [False, True])
def test_a_plan_told_with_a_no_stops_its_notices_and_tells_who_had_them(
    alvdal: House, status: str, *, left: bool
):
    said = PLAN["consent"] | {
        "date": "2026-03-04",
        "scopes": SCOPES,
        "recipients": ["coordinating-unit", "gp"],
    }
    alvdal.post("ip.plan.created", continues=None, patient=WITH_GP, plan=PLAN | {"consent": said})
    if left:
        alvdal.send()
    alvdal.clock.advance(minutes=5)
    no = {"status": status, "scopes": ["plan-share"], "date": "2026-03-04"}
    if status == "refused":
        no |= {"givenBy": "patient", "method": "oral"}
    alvdal.post("ip.plan.updated", **NAMED, patient=WITH_GP, plan=PLAN | {"consent": no}, baseVersion=1)
    told = read(alvdal)
    assert {k: lines[0] for k, lines in told.items()} == ({"258521": "SAMTYKKE TRUKKET"} if left else {})


def test_a_refusal_that_an_outside_party_tells_is_told_on_by_a_person(hospital: House):
    hospital.need(patient=WITH_GP, consent=TO_BOTH)
    hospital.send()
    hospital.clock.advance(minutes=2)
    hospital.need(patient=WITH_GP, consent=REFUSED, **OURS)
    assert hospital.send() == []
    (item,) = [t for t in hospital.items("review") if "Samtykket er trukket" in t.get("description", "")]
    assert {"type": {"text": "event"}, "valueString": "ip.consent.withdrawn"} in item["input"]
    assert states(hospital) == {"declined-by-patient"}


def test_a_yes_beside_what_is_there_stops_nothing(hospital: House):
    hospital.need(patient=WITH_GP, consent=TO_BOTH)
    hospital.clock.advance(minutes=2)
    hospital.post("ip.consent.given", patient=WITH_GP, consent=GIVEN | {"scopes": ["other-sectors"]})
    assert set(read(hospital)) == {"5079", "258521"}


def test_a_refusal_buries_the_message_of_the_need(hospital: House):
    hospital.need()
    hospital.clock.advance(minutes=1)
    hospital.need(consent=REFUSED)
    assert {m.state for m in hospital.case().messages} == {"buried"}
