"""What an outside party takes back is told on by a person here to whoever got it from us. E08, E09, E14, E15, E51; decision 122."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import EventError
from tests.house import GIVEN, GP, LINE, House

NAV: Any = {
    "kind": "other-sector",
    "name": {"family": "Hansen", "given": "Nils"},
    "phone": "+4762480099",
    "organisation": {"name": "NAV Alvdal", "orgnr": "310001082"},
}
AT_NAV = {"source": "urn:orgnr:310001082", "author": NAV, "department": None}
UNIT = {"source": "urn:her:91990"}
TO_GP = LINE | {"gp": GP}
BOTH = GIVEN | {"recipients": ["coordinating-unit", "gp"]}


def asked(house: House, event: str) -> list[Any]:
    return [t for t in house.items("review") if event in str(t.get("input"))]


@pytest.fixture
def passed(hospital: House) -> tuple[House, Any]:
    """Take a need that NAV reports and pass it on to the municipality."""
    consent = GIVEN | {
        "scopes": ["coordinator", "plan-create", "other-sectors"],
        "recipients": ["coordinating-unit", "nav-alvdal"],
    }
    melde_id = hospital.need(**AT_NAV, consent=consent, legalBasis="consent").case["meldeId"]
    own = {"continues": {"meldeId": melde_id}}
    hospital.post("ip.need.forwarded", **UNIT, **own, to=None)
    hospital.send()
    return hospital, own


def test_a_need_that_its_reporter_withdraws_is_told_on_by_a_person(passed: tuple[House, Any]):
    hospital, own = passed
    told = hospital.post("ip.need.withdrawn", **AT_NAV, **own, scope=None)
    assert told.messages == []
    assert len(asked(hospital, "ip.need.withdrawn")) == 1
    on = hospital.post("ip.need.withdrawn", **UNIT, **own, scope=None)
    assert [m["receiver"]["herId"] for m in on.messages] == ["5079"]
    assert asked(hospital, "ip.need.withdrawn") == []
    assert {s.business for s in hospital.needs().values()} == {"withdrawn"}
    with pytest.raises(EventError) as again:
        hospital.post("ip.need.withdrawn", **UNIT, **own, scope=None)
    assert again.value.code == "IPK-E013"


def test_a_need_that_went_to_nobody_asks_nobody(hospital: House):
    melde_id = hospital.need(**AT_NAV, consent=GIVEN | {"scopes": ["coordinator", "plan-create", "other-sectors"],
        "recipients": ["coordinating-unit", "nav-alvdal"]}, legalBasis="consent").case["meldeId"]  # fmt: skip
    hospital.post("ip.need.withdrawn", **AT_NAV, continues={"meldeId": melde_id}, scope=None)
    assert asked(hospital, "ip.need.withdrawn") == []


def withdraw(house: House, **more: Any) -> Any:
    return house.post(
        "ip.consent.withdrawn",
        scopes=["coordinator", "plan-create"],
        date="2026-03-04",
        recipients=None,
        patient=TO_GP,
        **more,
    )


def test_a_consent_withdrawn_at_the_municipality_is_told_on_to_the_gp_alone(hospital: House):
    hospital.need(patient=TO_GP, consent=BOTH)
    hospital.send()
    assert withdraw(hospital, source="urn:her:5079").messages == []
    assert len(asked(hospital, "ip.consent.withdrawn")) == 1
    told = withdraw(hospital)
    assert [m["receiver"]["herId"] for m in told.messages] == ["258521"]
    assert asked(hospital, "ip.consent.withdrawn") == []


def test_a_no_told_at_the_municipality_is_told_on_to_the_gp_alone(hospital: House):
    melde_id = hospital.need(patient=TO_GP, consent=BOTH).case["meldeId"]
    hospital.send()
    no = {"patient": TO_GP, "continues": {"meldeId": melde_id}, "scope": None, "date": "2026-03-04"}
    assert hospital.post("ip.need.declined-by-patient", source="urn:her:5079", **no).messages == []
    assert len(asked(hospital, "ip.need.declined-by-patient")) == 1
    told = hospital.post("ip.need.declined-by-patient", **no)
    assert [m["receiver"]["herId"] for m in told.messages] == ["258521"]
    assert asked(hospital, "ip.need.declined-by-patient") == []


def die(house: House, **more: Any) -> Any:
    return house.post("ip.patient.deceased", **({"patient": TO_GP, "diedOn": "2026-03-04"} | more))


def receivers(told: Any) -> list[str]:
    return sorted(m["receiver"]["herId"] for m in told.messages)


def test_a_death_told_by_the_municipality_is_told_on_to_the_others_with_something_open(hospital: House):
    hospital.need(patient=TO_GP, consent=BOTH)
    hospital.send()
    assert die(hospital, source="urn:her:5079").messages == []
    (item,) = asked(hospital, "ip.patient.deceased")
    assert item["description"] == "Pasienten er død: gi beskjed til dem som har noe åpent herfra"
    die(hospital, source="urn:her:5079", diedOn="2026-03-03")
    assert asked(hospital, "ip.patient.deceased") == [item], "another day is no other death"
    assert receivers(die(hospital)) == ["258521"]
    assert asked(hospital, "ip.patient.deceased") == []
    hospital.send()
    assert die(hospital).messages == []


def test_a_death_told_on_by_phone_is_done(hospital: House):
    hospital.need(patient=TO_GP, consent=BOTH)
    hospital.send()
    die(hospital, source="urn:her:5079")
    assert die(hospital, channel="oral").messages == []
    assert asked(hospital, "ip.patient.deceased") == []


def test_a_death_that_was_none_is_told_on_to_whoever_got_the_word_from_us(hospital: House):
    hospital.need(patient=TO_GP, consent=BOTH)
    hospital.send()
    die(hospital)
    hospital.send()
    assert die(hospital, source="urn:her:5079", enteredInError=True).messages == []
    (item,) = asked(hospital, "ip.patient.deceased")
    assert item["description"].startswith("Pasienten lever")
    assert receivers(die(hospital, enteredInError=True)) == ["258521"]
    assert asked(hospital, "ip.patient.deceased") == []
    hospital.send()
    assert die(hospital, enteredInError=True).messages == []


def test_a_death_that_was_none_before_anybody_was_told_asks_nobody(hospital: House):
    hospital.need(patient=TO_GP, consent=BOTH)
    hospital.send()
    die(hospital, source="urn:her:5079")
    die(hospital, source="urn:her:5079", enteredInError=True)
    assert asked(hospital, "ip.patient.deceased") == []


def test_who_was_told_that_the_patient_lives_is_told_of_a_death_after_it(hospital: House):
    hospital.need(patient=TO_GP, consent=BOTH)
    hospital.send()
    die(hospital)
    hospital.send()
    die(hospital, enteredInError=True)
    hospital.send()
    assert receivers(die(hospital, diedOn="2026-03-03")) == ["258521", "5079"]


def limit(house: House, **more: Any) -> Any:
    said = {"patient": TO_GP, "excluded": ["gp"], "topics": None, "date": "2026-03-04"}
    return house.post("ip.consent.limited", **(said | more))


def test_a_limit_told_at_the_municipality_is_told_on_to_who_is_excepted_once(hospital: House):
    hospital.need(patient=TO_GP, consent=BOTH)
    hospital.send()
    assert limit(hospital, source="urn:her:5079").messages == []
    assert len(asked(hospital, "ip.consent.limited")) == 1
    assert receivers(limit(hospital)) == ["258521"]
    assert asked(hospital, "ip.consent.limited") == []
    hospital.send()
    assert limit(hospital).messages == []
