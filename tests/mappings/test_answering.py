"""Who answers in a case, as the case tells it. domain § 1.5, R34."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from adapter.events import schemas
from adapter.mappings import answering
from adapter.rules.responsibility import Responsible
from tests.house import GIVEN, House

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
