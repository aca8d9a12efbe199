"""Who answers in a case, as the case tells it. domain § 1.5, R34."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from adapter.events import schemas
from adapter.mappings import answering
from adapter.rules.responsibility import Responsible
from tests.house import GIVEN, House, living_in
from tests.houses import Build

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
AUTHOR = copy.deepcopy(schemas.example("ip.need.identified")["data"]["author"])


def now(house: House) -> Responsible:
    return answering.answers(house.case(), house.services.book(), house.clock.now.date())


def rules(house: House) -> list[str]:
    return [r.rule for r in now(house).reasons]


@pytest.fixture
def reported(hospital: House) -> House:
    hospital.need()
    hospital.send()
    return hospital


def municipal(house: House, **more: Any) -> None:
    house.post("ip.coordinator.appointed", **({"continues": None, "from": "2026-03-04"} | more))


def test_a_need_that_nobody_has_agreed_to_involves_nobody(reported: House):
    assert (now(reported).plan, rules(reported)) == ("municipality", ["responsible-municipality"])
    assert not answering.situation(
        reported.case(), reported.services.book(), reported.clock.now.date()
    ).municipality


def test_the_hospitals_coordinator_alone_is_the_hospitals(reported: House):
    reported.post("ip.hospital-coordinator.appointed")
    assert (now(reported).plan, now(reported).writer, now(reported).main) == (
        "hospital",
        "hospital",
        "hospital",
    )


def test_both_levels_are_the_municipalitys_and_the_hospital_contributes_for_a_time(reported: House):
    reported.post("ip.hospital-coordinator.appointed")
    municipal(reported)
    found = now(reported)
    assert (found.plan, found.coordinators, found.contributes) == (
        "municipality", ("municipality", "hospital"), ("hospital",),
    )  # fmt: skip
    assert rules(reported) == ["responsible-both", "responsible-time-limited"]


def test_when_the_hospital_has_ended_its_part_the_municipality_alone_answers(reported: House):
    municipal(reported)
    id_ = reported.post("ip.hospital-coordinator.appointed").case["assignmentId"]
    reported.post("ip.hospital-participation.ended", continues={"assignmentId": id_}, until="2026-03-04")
    reported.clock.advance(days=1)
    assert (rules(reported), now(reported).contributes) == (["responsible-municipality"], ())


def test_a_draft_that_a_hospital_began_for_both_waits_for_the_municipality(hospital: House):
    own = PLAN | {
        "status": "draft", "responsible": {"key": "st-olavs-fmr", "name": "St. Olavs hospital"},
        "consent": GIVEN | {"scopes": ["plan-create", "plan-share"]},
    }  # fmt: skip
    hospital.post("ip.plan.created", source="urn:her:90998", author=AUTHOR, continues=None, plan=own)
    assert (now(hospital).plan, now(hospital).pending) == ("hospital", None)
    municipal(hospital)
    found = now(hospital)
    assert (found.plan, found.writer, found.pending) == ("municipality", "hospital", "municipality")
    assert rules(hospital)[0] == "responsible-draft-together"


def test_a_refused_plan_is_nobodys_and_the_coordinator_stays(hospital: House):
    hospital.need(consent=GIVEN | {"status": "refused"}, needs=["individual-plan"])
    assert (now(hospital).plan, rules(hospital)) == (None, ["responsible-no-plan"])


def test_a_gp_alone_involves_no_service_of_the_municipality(hospital: House):
    hospital.post("ip.gp.changed", source="urn:her:90998", author=AUTHOR, **{"from": "2026-03-04"})
    hospital.post("ip.hospital-coordinator.appointed")
    assert now(hospital).plan == "hospital"


# ── a transfer, a move, a private institution ──


def hospital_plan(house: House) -> None:
    own = PLAN | {
        "responsible": {"key": "st-olavs-fmr", "name": "St. Olavs hospital"},
        "consent": GIVEN | {"scopes": ["plan-create", "plan-share"],
                            "recipients": ["coordinating-unit", "alvdal-saksbehandling"]},
    }  # fmt: skip
    house.post("ip.plan.created", source="urn:her:90998", author=AUTHOR, continues=None, plan=own)


def handed(house: House, to: str = "alvdal-saksbehandling", **more: Any) -> None:
    house.post("ip.plan.transferred", source="urn:her:90998", author=AUTHOR, step="requested",
               continues={"planIdentifier": PLAN["identifier"]}, to={"key": to},
               reasonCode="municipality-takes-over", **more)  # fmt: skip


def test_a_plan_that_is_offered_is_the_old_ones_until_the_other_accepts(hospital: House):
    hospital_plan(hospital)
    assert (now(hospital).plan, now(hospital).plan_name, now(hospital).pending) == (
        "hospital", "ST OLAVS HOSPITAL HF", None,
    )  # fmt: skip
    handed(hospital)
    found = now(hospital)
    assert (found.plan, found.writer, found.pending) == ("hospital", "hospital", "municipality")
    assert (found.plan_name, found.pending_name) == ("ST OLAVS HOSPITAL HF", "Alvdal Kommune")
    assert rules(hospital)[0] == "responsible-transfer-pending"
    hospital.post("ip.plan.transferred", source="urn:her:5079", step="accepted", to=None, date=None, reasonCode=None,
                  continues={"planIdentifier": PLAN["identifier"]})  # fmt: skip
    assert (now(hospital).plan, now(hospital).plan_name, now(hospital).pending) == (
        "municipality", "Alvdal Kommune", None,
    )  # fmt: skip


def test_after_a_move_the_old_municipality_answers_until_the_new_one_has_taken_over(reported: House):
    municipal(reported)
    assert now(reported).plan_name == "Alvdal Kommune"
    reported.post("ip.patient.moved", movedOn="2026-03-04", patient=living_in("9901"), consent=GIVEN)
    found = now(reported)
    assert (found.plan, found.pending) == ("municipality", "municipality")
    assert (found.plan_name, found.pending_name) == ("Alvdal Kommune", "Gammeldal Kommune")
    assert rules(reported)[0] == "responsible-transfer-pending"


def test_a_draft_begun_in_the_municipalitys_name_waits_for_it(hospital: House):
    joint = PLAN | {"status": "draft", "consent": GIVEN | {"scopes": ["plan-create", "plan-share"]}}
    hospital.need()
    hospital.send()
    hospital.clock.advance(minutes=5)
    hospital.post("ip.plan.created", source="urn:her:90998", author=AUTHOR, continues=None, plan=joint)
    found = now(hospital)
    assert (found.plan, found.writer, found.pending) == ("municipality", "hospital", "municipality")
    assert (rules(hospital)[0], found.pending_name) == ("responsible-draft-together", "Alvdal Kommune")


AGREEMENT = '\n[[agreement]]\nbetween = ["fjellro-rehabilitering", "st-olavs-ke"]\nsource = "avtale 2026"\n'


def test_a_private_institution_has_the_duties_of_whom_it_has_an_agreement_with(build: Build):
    house = build(of={"agreements": AGREEMENT})
    held = {"name": {"family": "Fjell", "given": "Ro"}, "phone": "+4773598611", "hpr": "9144889", "profession": "SP",
            "organisation": {"key": "fjellro-rehabilitering", "name": "Fjellro rehabilitering"}}  # fmt: skip
    house.need()
    house.send()
    house.post("ip.hospital-coordinator.appointed", person=held)
    assert (now(house).plan, rules(house)) == ("hospital", ["responsible-hospital", "responsible-private"])
