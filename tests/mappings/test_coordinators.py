"""E20, E23, E25: offered, for children, absent and back. domain §§ 1.6, 2.5; hol § 7-2 a, pbrl §§ 2-5 b and c."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.errors import EventError
from adapter.events import schemas
from adapter.fhir import assignments as fhir_assignments
from adapter.mappings import held, views
from adapter.model import Case
from adapter.oversight import why
from tests.house import LINE, House, Reply

AUGUST = copy.deepcopy(schemas.example("ip.coordinator.absent")["data"]["deputy"])
GUNN = copy.deepcopy(schemas.example("ip.coordinator.appointed")["data"]["person"])
CHILD = copy.deepcopy(schemas.example("ip.child-coordinator.appointed")["data"]["patient"])
EXPECTING = LINE | {"expectedChild": True}


@pytest.fixture
def gunn(alvdal: House, arrived: str) -> str:
    """Return the assignmentId of the municipality's coordinator, of whom the hospital has been told."""
    told = alvdal.post("ip.coordinator.appointed", continues={"meldeId": arrived}, **{"from": "2026-03-04"})
    alvdal.send()
    return str(told.case["assignmentId"])


def role(case: Case, id_: str) -> dict[str, Any]:
    found = case.get(f"PractitionerRole/{id_}")
    assert found is not None
    return found


def rules(house: House, told: Reply) -> set[str]:
    """Return the rules that the event's Provenance names."""
    mine = told.body["effects"]
    proofs = [house_resource(house, e["resource"]) for e in mine if e["resource"].startswith("Provenance/")]
    return {
        part["valueCode"] if "valueCode" in part else part["valueString"]
        for proof in proofs
        for explanation in proof.get("extension", ())
        for part in explanation["extension"]
        if part["url"] == "rule"
    }


def house_resource(house: House, reference: str) -> dict[str, Any]:
    (found,) = [r for r in house.current() if f"{r['resourceType']}/{r['id']}" == reference]
    return found


# ── E20 ──


def offer(house: House, answer: str = "pending", **more: Any) -> Reply:
    return house.post(
        "ip.coordinator.offered", **({"continues": None, "answer": answer, "on": "2026-03-04"} | more)
    )


def test_e20_proposes_the_team_and_holds_no_role_yet(alvdal: House):
    told = offer(alvdal)
    case = alvdal.case()
    (group,) = case.of("CareTeam")
    assert group["status"] == "proposed"
    made = role(case, told.case["assignmentId"])
    assert (made["active"], fhir_assignments.state(made), "period" in made) == (False, "offered", False)
    assert views.assignments(case) == ()
    assert (told.messages, told.body["status"]) == ([], "recorded")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("not-asked", "proposed"), ("pending", "offered"), ("accepted", "accepted-by-patient"),
        ("declined", "declined-by-patient"),
    ],
)  # fmt: skip
def test_e20_says_what_the_patient_answered(alvdal: House, answer: str, state: str):
    told = offer(alvdal, answer, candidate=None)
    assert fhir_assignments.state(role(alvdal.case(), told.case["assignmentId"])) == state


def test_e20_goes_on_from_the_offer_it_continues(alvdal: House):
    first = offer(alvdal, "not-asked").case["assignmentId"]
    for answer, state in (("pending", "offered"), ("accepted", "accepted-by-patient")):
        told = offer(alvdal, answer, continues={"assignmentId": first}, candidate=None)
        assert told.case["assignmentId"] == first
        assert fhir_assignments.state(role(alvdal.case(), first)) == state
    assert role(alvdal.case(), first)["practitioner"]["display"] == "Gunn Omsorg"


def test_an_offer_that_was_declined_is_over_and_says_what_is_allowed(alvdal: House):
    first = offer(alvdal, "declined").case["assignmentId"]
    with pytest.raises(EventError) as caught:
        offer(alvdal, "accepted", continues={"assignmentId": first})
    assert (caught.value.code, caught.value.row.http, caught.value.allowed) == ("IPK-E024", 409, ())


def test_an_offer_cannot_be_replaced_ended_or_absent_and_says_what_is_allowed(alvdal: House):
    first = offer(alvdal).case["assignmentId"]
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.coordinator.ended", continues={"assignmentId": first})
    assert caught.value.code == "IPK-E013"
    assert "ip.coordinator.offered" in caught.value.allowed
    assert "ip.coordinator.appointed" in caught.value.allowed


def test_e21_closes_the_offer_and_begins_the_team(alvdal: House, arrived: str):
    first = offer(alvdal, "accepted").case["assignmentId"]
    told = alvdal.post("ip.coordinator.appointed", continues={"meldeId": arrived}, **{"from": "2026-03-04"})
    case = alvdal.case()
    assert fhir_assignments.state(role(case, first)) == "active"
    assert told.case["assignmentId"] != first
    (group,) = case.of("CareTeam")
    assert (group["status"], group["period"]["start"]) == ("active", "2026-03-04")
    assert [a.id for a in views.assignments(case)] == [told.case["assignmentId"]]


def test_e21_cannot_continue_an_offer_that_the_patient_declined(alvdal: House):
    first = offer(alvdal, "declined").case["assignmentId"]
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.coordinator.appointed", continues={"assignmentId": first}, **{"from": "2026-03-04"})
    assert caught.value.code == "IPK-E024"


def test_e20_cannot_continue_somebody_who_holds_the_role(alvdal: House, gunn: str):
    with pytest.raises(EventError) as caught:
        offer(alvdal, continues={"assignmentId": gunn})
    assert caught.value.code == "IPK-E056"
    assert "ip.coordinator.replaced" in caught.value.allowed


# ── E23 ──


def child(house: House, **more: Any) -> Reply:
    return house.post("ip.child-coordinator.appointed", **({"from": "2026-03-04"} | more))


def test_e23_is_the_familys_with_the_guardians_who_consented(alvdal: House):
    told = child(alvdal, continues=None)
    case = alvdal.case(person=CHILD)
    (found,) = views.assignments(case)
    assert (found.key, found.main) == ("barnekoordinator", True)
    assert [p["relationship"][0]["text"] for p in case.of("RelatedPerson")] == ["Forelder"]
    assert {"assignment-child-right", "responsible-child"} <= rules(alvdal, told)
    assert "security" not in role(case, found.id)["meta"]


def test_e23_before_birth_is_the_parents_and_restricted(alvdal: House):
    told = child(alvdal, patient=EXPECTING, continues=None)
    case = alvdal.case()
    assert role(case, told.case["assignmentId"])["meta"]["security"][0]["code"] == "R"
    (group,) = case.of("CareTeam")
    assert group["meta"]["security"][0]["code"] == "R"


@pytest.mark.parametrize(
    "patient",
    [LINE, {k: v for k, v in CHILD.items() if k != "birthDate"}, CHILD | {"birthDate": "2008-03-04"}],
)
def test_e23_is_for_a_child_under_18_whose_birth_date_is_stated(alvdal: House, patient: dict[str, Any]):
    with pytest.raises(EventError) as caught:
        child(alvdal, patient=patient, continues=None)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E050", 422)


def test_e23_the_day_before_the_eighteenth_birthday_is_taken(alvdal: House):
    assert child(alvdal, patient=CHILD | {"birthDate": "2008-03-05"}, continues=None).status == 202


def test_e23_is_the_municipalitys(alvdal: House):
    with pytest.raises(EventError) as caught:
        child(alvdal, person=GUNN | {"organisation": {"key": "st-olavs-fmr", "name": "St. Olavs hospital"}})
    assert caught.value.code == "IPK-E051"


def test_a6_a_child_coordinator_beside_the_other_needs_a_reason(alvdal: House):
    alvdal.post(
        "ip.coordinator.appointed", patient=CHILD, continues=None, role="koordinator-kommune", main=False,
        person=AUGUST, **{"from": "2026-03-04"},
    )  # fmt: skip
    with pytest.raises(EventError) as caught:
        child(alvdal)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E052", 409)
    told = child(alvdal, parallelReason="To søsken med hver sin koordinator.")
    assert "assignment-child-parallel" in rules(alvdal, told)


def test_a6_holds_the_other_way_too(alvdal: House):
    child(alvdal)
    with pytest.raises(EventError) as caught:
        alvdal.post(
            "ip.coordinator.appointed", patient=CHILD, continues=None, main=False, **{"from": "2026-03-04"}
        )
    assert caught.value.code == "IPK-E052"


def test_e23_fulfils_the_need_of_a_child_coordinator_and_tells_who_reported(hospital: House, alvdal: House):
    hospital.need(patient=CHILD, needs=["child-coordinator"], consent=GUARDIAN)
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    told = child(alvdal)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    (read,) = alvdal.sent()
    lines = read.body.text.split("\r\n")
    assert lines[0] == "BARNEKOORDINATOR OPPNEVNT"
    assert lines[1] == "Barnekoordinator oppnevnt: Gunn Omsorg; Sykepleier; +4762480001"
    assert "Skal samordne: helse, barnehage, NAV" in lines
    assert told.case["needs"][0]["state"] == "fulfilled"


GUARDIAN = {
    "status": "given", "scopes": ["coordinator"], "recipients": ["coordinating-unit"], "givenBy": "guardian",
    "method": "oral", "date": "2026-03-04",
}  # fmt: skip


# ── E25 ──


def away(house: House, id_: str, **more: Any) -> Reply:
    data = {"continues": {"assignmentId": id_}, "from": "2026-03-04", "until": "2026-03-31"}
    return house.post("ip.coordinator.absent", **(data | more))


def state(house: House, id_: str) -> str:
    case = house.case()
    (found,) = [a for a in views.assignments(case) if a.id == id_]
    return held.state(case, found, house.clock.now.date())


def test_e25_a_long_absence_has_a_deputy_in_the_team_and_is_told(alvdal: House, gunn: str):
    told = away(alvdal, gunn)
    assert state(alvdal, gunn) == "absent"
    (deputy,) = [a for a in views.assignments(alvdal.case()) if a.deputy]
    assert (deputy.key, deputy.start, deputy.end, deputy.main) == (
        "koordinator-ip", "2026-03-04", "2026-03-31", False,
    )  # fmt: skip
    (read,) = alvdal.sent()
    assert read.body.text.split("\r\n")[:5] == [
        "KOORDINATOR ER BORTE",
        "Koordinator: Gunn Omsorg",
        "Fra dato: 04.03.2026",
        "Til dato: 31.03.2026",
        "Stedfortreder: August September; Ergoterapeut; +4762480000",
    ]
    assert {"assignment-deputy", "assignment-transition"} <= rules(alvdal, told)
    assert any(w["rule"] == "assignment-absence-told" for w in told.messages[0]["why"])


@pytest.mark.parametrize(("until", "told"), [("2026-03-17", 0), ("2026-03-18", 1), (None, 1)])
def test_e25_of_at_most_14_days_is_told_to_nobody(alvdal: House, gunn: str, until: str | None, told: int):
    assert len(away(alvdal, gunn, until=until).messages) == told


def test_e25_without_a_deputy_is_a_gap_that_the_return_closes(alvdal: House, gunn: str):
    told = away(alvdal, gunn, deputy=None)
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E057"]
    assert alvdal.clocks()["gap"] == "2026-03-03T22:59:59+00:00"
    said = [s.text for part in why.of_event(alvdal.services, told.body["eventId"]).parts for s in part.steps]
    assert any(text.endswith("koordinerende enhet etter 7 virkedager.") for text in said)
    assert "assignment-gap" in rules(alvdal, told)
    alvdal.clock.to(datetime(2026, 3, 9, 9, tzinfo=UTC))
    alvdal.post("ip.coordinator.returned", continues={"assignmentId": gunn}, **{"from": "2026-03-09"})
    assert "gap" not in alvdal.clocks()


def test_an_absence_without_deputy_that_becomes_the_end_is_no_gap_any_more(alvdal: House, gunn: str):
    away(alvdal, gunn, deputy=None)
    alvdal.post(
        "ip.coordinator.ended",
        continues={"assignmentId": gunn},
        until="2026-03-10",
        reasonCode="right-ceased",
    )
    assert "gap" not in alvdal.clocks()
    assert state(alvdal, gunn) == "ended"


def test_e25_back_ends_the_deputys_time_and_is_told_to_those_who_knew(alvdal: House, gunn: str):
    away(alvdal, gunn)
    alvdal.send()
    alvdal.clock.to(datetime(2026, 3, 20, 9, tzinfo=UTC))
    told = alvdal.post("ip.coordinator.returned", continues={"assignmentId": gunn}, **{"from": "2026-03-20"})
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    assert state(alvdal, gunn) == "active"
    (deputy,) = [a for a in views.assignments(alvdal.case()) if a.deputy]
    assert deputy.end == "2026-03-19"
    assert deputy.role["period"]["end"] == "2026-03-19"


def test_e25_back_after_a_short_absence_is_told_to_nobody(alvdal: House, gunn: str):
    away(alvdal, gunn, until="2026-03-10")
    alvdal.clock.to(datetime(2026, 3, 11, 9, tzinfo=UTC))
    told = alvdal.post("ip.coordinator.returned", continues={"assignmentId": gunn}, **{"from": "2026-03-11"})
    assert told.messages == []


def test_an_absence_is_over_after_its_last_day(alvdal: House, gunn: str):
    away(alvdal, gunn)
    alvdal.clock.to(datetime(2026, 4, 2, 9, tzinfo=UTC))
    assert state(alvdal, gunn) == "active"


def test_who_is_away_cannot_go_and_who_is_here_cannot_come_back(alvdal: House, gunn: str):
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.coordinator.returned", continues={"assignmentId": gunn}, **{"from": "2026-03-04"})
    assert caught.value.code == "IPK-E013"
    assert "ip.coordinator.absent" in caught.value.allowed
    away(alvdal, gunn)
    with pytest.raises(EventError) as caught:
        away(alvdal, gunn, **{"from": "2026-03-10"})
    assert caught.value.code == "IPK-E013"
    assert "ip.coordinator.returned" in caught.value.allowed


def test_a4_a_deputy_takes_no_seat_and_has_no_events_of_its_own(alvdal: House, gunn: str):
    away(alvdal, gunn)
    (deputy,) = [a for a in views.assignments(alvdal.case()) if a.deputy]
    with pytest.raises(EventError) as caught:
        alvdal.post("ip.coordinator.ended", continues={"assignmentId": deputy.id}, until="2026-03-10")
    assert caught.value.code == "IPK-E056"
    told = alvdal.post(
        "ip.coordinator.replaced", continues={"assignmentId": gunn}, person=AUGUST, **{"from": "2026-03-16"}
    )
    assert told.status == 202
    (deputy,) = [a for a in views.assignments(alvdal.case()) if a.deputy]
    assert deputy.end == "2026-03-15"


def test_an_absence_before_the_assignment_is_refused(alvdal: House, gunn: str):
    with pytest.raises(EventError) as caught:
        away(alvdal, gunn, **{"from": "2026-03-01"})
    assert (caught.value.code, caught.value.row.http) == ("IPK-E010", 422)


# ── E24, E26: the successor ──


def _replaced(house: House, old: str, **more: Any) -> Reply:
    elsewhere = {"key": "alvdal-sykepleie", "name": "Alvdal Kommune"}
    who = {"person": AUGUST | {"organisation": elsewhere}, "from": "2026-03-05"}
    return house.post("ip.coordinator.replaced", continues={"assignmentId": old}, **(who | more))


def test_e24_a_predecessor_is_replaced_by_a_successor_of_another_organisation_too(alvdal: House, gunn: str):
    told = _replaced(alvdal, gunn)
    alvdal.clock.to(datetime(2026, 3, 9, 9, tzinfo=UTC))
    assert (state(alvdal, gunn), state(alvdal, told.case["assignmentId"])) == ("replaced", "active")
    with pytest.raises(EventError) as caught:
        _replaced(alvdal, gunn, person=GUNN)
    assert caught.value.code == "IPK-E024"


def test_e26_with_a_successor_of_another_organisation_is_replaced_without_one_ended(alvdal: House, gunn: str):
    elsewhere = AUGUST | {"organisation": {"key": "alvdal-sykepleie", "name": "Alvdal Kommune"}}
    ending = {"continues": {"assignmentId": gunn}, "until": "2026-03-04", "reasonCode": "other"}
    told = alvdal.post("ip.coordinator.ended", successor=elsewhere, **ending)
    assert state(alvdal, gunn) == "replaced"
    last = told.case["assignmentId"]
    ending |= {"continues": {"assignmentId": last}, "until": "2026-03-06", "reasonCode": "right-ceased"}
    alvdal.post("ip.coordinator.ended", successor=None, **ending)
    assert state(alvdal, last) == "ended"


def test_e20_cannot_continue_somebody_who_was_replaced(alvdal: House, gunn: str):
    _replaced(alvdal, gunn)
    with pytest.raises(EventError) as caught:
        offer(alvdal, continues={"assignmentId": gunn})
    assert caught.value.code == "IPK-E056"


@pytest.mark.parametrize(
    ("type_", "more"),
    [
        ("ip.coordinator.replaced", {"person": AUGUST, "from": "2026-03-05"}),
        ("ip.coordinator.ended", {"successor": AUGUST, "until": "2026-03-04", "reasonCode": "other"}),
    ],
)
def test_a6_a_successor_stands_beside_a_child_coordinator_with_a_reason(
    alvdal: House, type_: str, more: dict[str, Any]
):
    child(alvdal)
    why = {"parallelReason": "Familien ønsker begge."}
    old = alvdal.post(
        "ip.coordinator.appointed", patient=CHILD, continues=None, main=False, **why, **{"from": "2026-03-04"}
    ).case["assignmentId"]
    said = {"patient": CHILD, "continues": {"assignmentId": old}} | more
    with pytest.raises(EventError) as caught:
        alvdal.post(type_, **said)
    assert (caught.value.code, caught.value.at) == ("IPK-E052", "$.data.parallelReason")
    told = alvdal.post(type_, **said, **why)
    assert "assignment-child-parallel" in rules(alvdal, told)
