"""Hospital and municipality, each with an adapter of its own, telling the whole story over two exchange folders. No echo."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from adapter.events import schemas
from adapter.mappings import views
from tests.acceptance.country import Country, quiet, reported, rested
from tests.house import GIVEN, GP, LINE
from tests.houses import Build

pytestmark = pytest.mark.acceptance

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
CONSENT = PLAN["consent"] | {"date": "2026-03-04"}
AUGUST = schemas.example("ip.coordinator.replaced")["data"]["person"]


@pytest.fixture
def country(build: Build, tmp_path: Path) -> Country:
    return Country(build, tmp_path)


def test_a_need_arrives_as_a_need_of_the_same_melde_id(country: Country):
    melde_id = reported(country)
    assert {r["requisition"]["value"] for r in country.alvdal.case().of("ServiceRequest")} == {melde_id}
    assert set(country.alvdal.needs()) == {"individual-plan", "coordinator"}
    assert {s.business for s in country.hospital.needs().values()} == {"delivered"}


def test_the_whole_story(country: Country):
    melde_id = reported(country)
    alvdal = country.alvdal

    alvdal.post("ip.need.acknowledged", continues={"meldeId": melde_id})
    rested(country)
    country.agree()
    assert set(country.states()[0].values()) == {("received", "received")}

    alvdal.post("ip.need.accepted", continues={"meldeId": melde_id})
    rested(country)
    country.agree()

    assignment = alvdal.post(
        "ip.coordinator.appointed", continues={"meldeId": melde_id}, **{"from": "2026-03-05"}
    ).case["assignmentId"]
    rested(country)
    country.agree()
    assert country.states()[0]["coordinator"] == ("completed", "fulfilled")
    teams = [[(a.code, a.main, a.end) for a in views.assignments(s.house.case())] for s in country.sides]
    assert teams[0] == teams[1] == [("8", True, None)]

    alvdal.post("ip.plan.created", continues={"meldeId": melde_id}, plan=PLAN | {"consent": CONSENT})
    rested(country)
    assert country.states()[1]["individual-plan"] == ("completed", "fulfilled")
    assert country.hospital.events()[-1] == "ip.dialogue.received"
    assert len(country.hospital.items("read-answer")) == 1

    alvdal.post(
        "ip.coordinator.replaced",
        continues={"assignmentId": assignment},
        person=AUGUST,
        **{"from": "2026-03-06"},
    )
    rested(country)

    alvdal.post("ip.plan.closed", continues={"planIdentifier": PLAN["identifier"]})
    rested(country)
    types = Counter(m.type for m in country.hospital.messages(direction="in") if m.type != "APPREC")
    assert types == Counter({"DIALOG_HELSEFAGLIG": 6})
    assert [m.state for m in country.alvdal.messages() if m.state in {"failed", "ignored"}] == []


def test_a_question_and_its_answer_go_on_in_the_thread(country: Country):
    melde_id = reported(country)
    country.alvdal.post("ip.need.info-requested", continues={"meldeId": melde_id})
    rested(country)
    country.agree()
    threads = {m.thread for s in country.sides for m in s.house.messages() if m.type != "APPREC"}
    assert len(threads) == 1


def test_a_refusal_and_its_reason_come_back(country: Country):
    melde_id = reported(country)
    country.alvdal.post(
        "ip.need.declined", continues={"meldeId": melde_id}, scope=["individual-plan", "coordinator"]
    )
    rested(country)
    country.agree()
    assert {s.request for s in country.hospital.needs().values()} == {"active"}


def test_a_withdrawal_reaches_a_person_and_answers_nothing(country: Country):
    melde_id = reported(country)
    country.hospital.post("ip.need.withdrawn", continues={"meldeId": melde_id}, scope=None)
    rested(country)
    assert len(country.alvdal.items("read-answer")) == 1


def test_a_withdrawn_consent_reaches_a_person(country: Country):
    reported(country)
    country.hospital.post(
        "ip.consent.withdrawn", scopes=["coordinator", "plan-create"], recipients=None, date="2026-03-04"
    )
    rested(country)
    assert len(country.alvdal.items("read-answer")) == 1


def test_a_hospital_coordinator_is_told_and_becomes_no_assignment_by_itself(country: Country):
    reported(country)
    country.hospital.post("ip.hospital-coordinator.appointed")
    rested(country)
    assert views.assignments(country.alvdal.case()) == ()
    assert len(country.alvdal.items("read-answer")) == 1


def test_a_second_kind_released_later_joins_the_same_need(country: Country):
    told = country.hospital.need(consent=GIVEN | {"scopes": ["coordinator"]})
    rested(country)
    country.alvdal.post("ip.need.acknowledged", continues={"meldeId": told.case["meldeId"]})
    rested(country)
    country.hospital.post("ip.consent.given", consent=GIVEN)
    rested(country)
    assert set(country.alvdal.needs()) == {"coordinator", "individual-plan"} or country.alvdal.items(
        "read-answer"
    )
    assert country.hospital.needs()["individual-plan"].business == "delivered"
    assert country.hospital.needs()["coordinator"].business == "received"


def test_a_copy_to_a_gp_outside_the_two_is_carried_and_awaits_its_receipt(country: Country):
    told = country.hospital.need(
        patient=LINE | {"gp": GP}, consent=GIVEN | {"recipients": ["coordinating-unit", "gp"]}
    )
    country.settle()
    assert country.undelivered == ["DIALOG_HELSEFAGLIG"]
    assert country.hospital.message(told.message_to("258521")["id"]).state == "sent"
    quiet(country)


def test_a_joint_story_of_two_needs_of_one_patient_keeps_them_apart(country: Country):
    first = reported(country)
    country.alvdal.post(
        "ip.need.declined", continues={"meldeId": first}, scope=["individual-plan", "coordinator"]
    )
    rested(country)
    second = country.hospital.need().case["meldeId"]
    rested(country)
    assert second != first
    country.alvdal.post("ip.need.accepted", continues={"meldeId": second})
    rested(country)
    states = [
        sorted((n.melde_id == second, n.kind, n.state) for n in views.needs(s.house.case()))
        for s in country.sides
    ]
    assert states[0] == states[1]
    assert {state for later, _, state in states[0] if later} == {"accepted"}


def test_both_file_every_document_for_their_records_once(country: Country, tmp_path: Path):
    melde_id = reported(country)
    country.alvdal.post("ip.need.acknowledged", continues={"meldeId": melde_id})
    rested(country)
    filed: list[Any] = [
        sorted(p.read_bytes() for p in (tmp_path / name / "epj").glob("*.xml"))
        for name in ("hospital", "alvdal")
    ]
    assert filed[0] == filed[1]
    assert len(filed[0]) == 4
