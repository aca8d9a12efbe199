"""An event that says of the patient otherwise than the case: nothing known is overwritten in silence, nothing goes elsewhere. ADR 131."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import ConsentError, EventError, Faults
from adapter.mappings import views
from adapter.model import Resource
from tests.house import GIVEN, GP, LINE, House, living_in

TO_GP = GIVEN | {"recipients": ["coordinating-unit", "gp"]}
OTHER = LINE | {"name": {"family": "Annen", "given": "Helt"}, "birthDate": "1975-01-01", "gender": "male"}
SAME = {"former": LINE["identifier"], "reasonCode": "facts-corrected"}


def person(house: House) -> Resource:
    return views.patient(house.case()) or {}


def warned(told: Any) -> list[tuple[str, str]]:
    return [(w["code"], w["path"]) for w in told.body["warnings"] if w["code"].startswith("IPK-E09")]


def test_another_name_birth_date_and_gender_are_warned_of_and_given_to_a_person(hospital: House):
    hospital.need()
    before = person(hospital)
    told = hospital.need(patient=OTHER, needs=["rehabilitation"])
    assert warned(told) == [
        ("IPK-E091", "$.data.patient.name"),
        ("IPK-E091", "$.data.patient.birthDate"),
        ("IPK-E091", "$.data.patient.gender"),
    ]
    assert {k: person(hospital)[k] for k in ("name", "birthDate", "gender")} == {
        k: before[k] for k in ("name", "birthDate", "gender")
    }
    (item,) = [t for t in hospital.items("review") if views.input_of(t, "contradicts")]
    assert views.input_of(item, "contradicts") == "name, birthDate, gender"
    assert "Annen" not in str(item)
    hospital.post("ip.consent.given", patient=OTHER)
    assert len([t for t in hospital.items("review") if views.input_of(t, "contradicts")]) == 1, "one waits"


def test_an_event_that_changes_nothing_of_the_patient_is_warned_too(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    told = hospital.post(
        "ip.need.acknowledged", patient=OTHER, continues={"meldeId": melde_id}, handler={"unit": "X"}
    )
    assert {code for code, _ in warned(told)} == {"IPK-E091"}


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"birthDate": None, "gender": None}, {}),
        ({}, {"birthDate": None, "gender": None}),
        ({"gender": "unknown"}, {"gender": "female"}),
        ({}, {"name": {"family": "DANSER", "given": "line"}}),
        ({}, {"name": {"family": "Danser", "given": "Line", "middle": "Marie"}}),
        ({"gp": None}, {"gp": GP}),
    ],
)
def test_what_fills_an_empty_place_is_no_contradiction(hospital: House, first: Any, then: Any):
    def said(change: Any) -> dict[str, Any]:
        return {k: v for k, v in (LINE | change).items() if v is not None}

    hospital.need(patient=said(first))
    told = hospital.need(patient=said(then), needs=["rehabilitation"])
    assert warned(told) == []
    now = person(hospital)
    assert (now["birthDate"], now["gender"]) == ("1969-11-13", "female")
    assert now["name"][0]["family"] == "Danser"


def test_a_spelling_is_corrected_by_e18_with_the_number_it_has(hospital: House):
    hospital.need()
    hospital.need(patient=OTHER, needs=["rehabilitation"])
    told = hospital.post("ip.identity.changed", patient=OTHER, **SAME)
    assert warned(told) == []
    now = person(hospital)
    assert (now["name"][0]["family"], now["birthDate"], now["gender"]) == ("Annen", "1975-01-01", "male")
    assert [i["value"] for i in now["identifier"]] == [LINE["identifier"]["value"]]
    assert not [t for t in hospital.items("review") if views.input_of(t, "contradicts")]
    (fresh,) = hospital.sent()
    assert fresh.head.patient.family == "Annen", "what had not left is written anew"


def test_e18_of_facts_wants_the_number_that_the_case_has(hospital: House):
    with pytest.raises(EventError) as unknown:
        hospital.post("ip.identity.changed", patient=LINE, **SAME)
    assert unknown.value.code == "IPK-E014"
    with pytest.raises(Faults) as wrong:
        hospital.post("ip.identity.changed", patient=LINE, reasonCode="facts-corrected")
    assert [f.code for f in wrong.value.faults] == ["IPK-E010"]


def test_who_consents_is_judged_by_the_birth_date_that_the_case_knows(hospital: House):
    """Pbrl § 4-3: a child does not consent alone because one event says another birth date."""
    child = LINE | {"birthDate": "2014-11-13"}
    hospital.need(patient=child, consent=GIVEN | {"givenBy": "guardian"})
    with pytest.raises(ConsentError) as refused:
        hospital.post("ip.consent.given", patient=LINE, consent=GIVEN)
    assert refused.value.code == "IPK-C020"


def test_another_municipality_is_refused_until_the_patient_has_moved(hospital: House):
    hospital.need()
    hospital.send()
    with pytest.raises(EventError) as refused:
        hospital.need(patient=living_in("9901"), needs=["rehabilitation"])
    assert (refused.value.code, refused.value.row.http) == ("IPK-E090", 409)
    assert "ip.patient.moved" in refused.value.row.fix_en
    assert hospital.send() == []
    hospital.post(
        "ip.patient.moved",
        patient=living_in("9901"),
        consent=None,
        **{"from": {"code": "3428"}, "to": {"code": "9901"}, "movedOn": "2026-03-04"},
    )
    told = hospital.need(patient=living_in("9901"), needs=["rehabilitation"])
    assert told.message_to("5101")
    assert warned(told) == []


def test_an_answer_that_states_another_municipality_is_taken_and_the_case_keeps_its_own(hospital: House):
    """The former municipality ends what it has after a move: it is not refused for where it says the patient lives."""
    melde_id = hospital.need().case["meldeId"]
    told = hospital.post(
        "ip.need.acknowledged",
        patient=living_in("9901"),
        continues={"meldeId": melde_id},
        handler={"unit": "X"},
    )
    assert warned(told) == [("IPK-E090", "$.data.patient.municipality")]
    assert views.municipality(hospital.case()) == "3428"


def test_where_nothing_stands_nobody_hands_over_and_the_new_place_is_taken_with_a_warning(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.post(
        "ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None, reasonCode="no-longer-relevant"
    )
    told = hospital.need(patient=living_in("9901"))
    assert warned(told) == [("IPK-E090", "$.data.patient.municipality")]
    assert told.message_to("5101")
    assert views.municipality(hospital.case()) == "9901"


def test_another_gp_gets_no_copy_and_neither_does_the_one_there_is(hospital: House):
    hospital.need(patient=LINE | {"gp": GP}, consent=TO_GP)
    known = person(hospital)["generalPractitioner"]
    told = hospital.need(patient=LINE | {"gp": {"herId": "91101"}}, needs=["rehabilitation"], consent=TO_GP)
    assert warned(told) == [("IPK-E092", "$.data.patient.gp")]
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    assert person(hospital)["generalPractitioner"] == known
    hospital.post("ip.gp.changed", patient=LINE, gp={"herId": "91101"}, **{"from": "2026-03-04"})
    assert person(hospital)["generalPractitioner"] != known
    assert not [t for t in hospital.items("review") if views.input_of(t, "contradicts")]


@pytest.mark.parametrize(("born", "codes"), [("1969-11-13", []), ("1969-11-12", ["IPK-E093"])])
def test_a_birth_date_that_is_not_the_day_of_the_number_is_told_and_holds(
    hospital: House, born: str, codes: list[str]
):
    told = hospital.need(patient=LINE | {"birthDate": born})
    assert [code for code, _ in warned(told)] == codes
    assert person(hospital)["birthDate"] == born
    assert warned(hospital.need(patient=LINE | {"birthDate": born}, needs=["rehabilitation"])) == []
