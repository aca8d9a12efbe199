"""Whom to ring about a clock, and what to do next: by what it watches. Issue 4; `GET /deadlines`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.ingest import overview
from tests.house import GIVEN, LINE, House, living_in
from tests.houses import Build
from tests.mappings.test_meetings import NAV, call
from tests.mappings.test_moving import move
from tests.mappings.test_plantransfer import PLAN, TO_ALL, step


def row(house: House, subject: str, kind: str | None = None) -> dict[str, Any]:
    """Return the one clock on such a subject, as `/deadlines` tells it."""
    listed, _ = overview.listed(house.services, overview.Wanted(kind=kind), count=50)
    (found,) = (each.told() for each in listed if each.deadline.subject.startswith(subject))
    return found


def key(party: dict[str, Any] | None) -> str | None:
    return party["key"] if party else None


@pytest.fixture
def planned(alvdal: House) -> House:
    """Return the municipality with a plan that may be shared."""
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": TO_ALL})
    alvdal.send()
    return alvdal


def test_about_a_move_the_new_municipality_is_rung_once_it_has_been_told(hospital: House):
    hospital.need()
    hospital.send()
    move(hospital, consent=None)
    hospital.send()
    untold = row(hospital, "Task/", "assessment")
    assert (key(untold["waitsFor"]), untold["phone"]) == (None, "+4773598602")
    assert untold["nextStep"].startswith("Avklar hvem som overtar")
    move(hospital)
    hospital.send()
    told = row(hospital, "Task/", "assessment")
    assert (key(told["waitsFor"]), told["phone"]) == ("gammeldal-saksbehandling", "+4762480002")
    assert told["nextStep"].startswith("Ring den nye kommunen")


def test_who_is_asked_to_take_a_plan_over_is_rung_and_the_question_goes_up_the_ladder(planned: House):
    planned.post("ip.coordinator.appointed", source="urn:her:5079", continues=None, **{"from": "2026-03-04"})
    step(planned, "requested")
    planned.send()
    asked = row(planned, "Task/", "reply")
    assert (key(asked["owner"]), key(asked["waitsFor"]), asked["phone"]) == (
        "alvdal-saksbehandling", "storvik-nord", "+4775000001",
    )  # fmt: skip
    assert asked["nextStep"].startswith("Ring den som er spurt")
    planned.clock.to(datetime(2026, 3, 18, 23, 0, tzinfo=UTC))
    planned.tick()
    for days in (2, 4):
        planned.clock.advance(days=days)
        planned.tick()
    assert row(planned, "Task/", "reply")["owner"]["level"] == "coordinating-unit"
    (item,) = planned.items("review")
    assert item["description"].startswith("Koordinerende enhet: Ring den som er spurt")


def test_who_is_called_to_a_meeting_is_asked_whether_they_come(planned: House):
    call(planned)
    planned.send()
    found = row(planned, "Appointment/")
    assert (key(found["waitsFor"]), found["phone"]) == ("st-olavs-fmr", "+4773598600")
    assert found["nextStep"].startswith("Spør dem som er innkalt")


def test_about_a_gap_at_the_municipality_it_is_rung(hospital: House):
    hospital.need()
    hospital.send()
    told = hospital.post("ip.coordinator.appointed", source="urn:her:5079", continues=None)
    hospital.post(
        "ip.coordinator.ended", source="urn:her:5079", continues={"assignmentId": told.case["assignmentId"]},
        until="2026-03-23", reasonCode="other", successor=None,
    )  # fmt: skip
    found = row(hospital, "PractitionerRole/", "gap")
    assert (key(found["waitsFor"]), found["phone"]) == ("alvdal-saksbehandling", "+4762480000")
    assert found["nextStep"].startswith("Ring den som oppnevner")


def test_what_is_held_is_the_own_units_matter_and_nobody_outside_is_rung(build: Build):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    house.need(consent=GIVEN, patient=living_in("3428"))
    found = row(house, "message/", "release")
    assert (key(found["owner"]), key(found["waitsFor"])) == ("st-olavs-ke", None)
    assert found["phone"] == "+4773598602"


def test_about_a_letter_that_nobody_has_posted_nobody_is_rung_until_it_is(hospital: House):
    told = hospital.need(patient=living_in("9902"))
    unposted = row(hospital, "message/", "reply")
    assert (key(unposted["waitsFor"]), unposted["phone"]) == (None, "+4773598600")
    assert unposted["nextStep"].startswith("Skriv ut og post brevet")
    hospital.clock.advance(days=7)
    hospital.tick()
    late = [i["description"] for i in hospital.items("manual-fallback")]
    assert [said for said in late if "Ring" in said] == []
    assert any(said.startswith("Ansvarlig: Skriv ut og post brevet") for said in late)
    hospital.post(
        "ip.manual-fallback.recorded", messageId=told.messages[0]["id"], at=hospital.clock.now.isoformat()
    )
    posted = row(hospital, "message/", "reply")
    assert key(posted["waitsFor"]) == "brevvik"
    assert posted["nextStep"].startswith("Ring mottakeren")


def test_a_message_that_a_person_is_to_pass_on_is_no_letter_to_post(hospital: House):
    hospital.need(patient=LINE | {"protectedAddress": "strictly-confidential"})
    assert row(hospital, "message/", "reply")["nextStep"].startswith("Avklar om og hvordan")


def test_an_invitation_that_nobody_has_posted_is_posted_before_anybody_is_asked_to_come(planned: House):
    scopes = {"scopes": ["plan-share", "other-sectors"], "recipients": ["brevvik"]}
    planned.clock.advance(minutes=5)
    planned.post("ip.consent.given", source="urn:her:5079", consent=TO_ALL | scopes | {"date": "2026-03-04"})
    (letter,) = [m for m in call(planned, NAV).messages if m["type"] == "LETTER"]
    asked = row(planned, "Appointment/", "reply")
    assert (key(asked["waitsFor"]), asked["nextStep"][:30]) == (None, "Skriv ut og post innkallingen ")
    planned.clock.advance(minutes=5)
    at = planned.clock.now.isoformat()
    planned.post("ip.manual-fallback.recorded", source="urn:her:5079", messageId=letter["id"], at=at)
    assert row(planned, "Appointment/", "reply")["nextStep"].startswith("Spør dem som er innkalt")
