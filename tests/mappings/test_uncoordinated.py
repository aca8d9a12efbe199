"""A plan that runs has a coordinator, or a gap that follows from the case. domain § 1.2, R15."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from adapter.events import schemas
from adapter.ingest import overview
from tests.house import House

PLAN = schemas.example("ip.plan.created")["data"]["plan"]


def created(house: House, **more: Any) -> Any:
    said = PLAN | {"consent": PLAN["consent"] | {"date": "2026-03-04"}} | more
    return house.post("ip.plan.created", continues=None, plan=said)


def appointed(house: House) -> Any:
    return house.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})


def ended(house: House, told: Any) -> Any:
    return house.post(
        "ip.coordinator.ended",
        continues={"assignmentId": told.case["assignmentId"]},
        until="2026-03-04",
        reasonCode="right-ceased",
    )


def test_a_plan_that_begins_without_a_coordinator_is_a_gap_with_a_warning_until_one_comes(alvdal: House):
    told = created(alvdal)
    assert "IPK-E028" in [w["code"] for w in told.body["warnings"]]
    assert "gap" in alvdal.clocks()
    alvdal.clock.advance(days=2)
    assert alvdal.tick() == 1
    (item,) = alvdal.items("review")
    assert item["focus"]["reference"] == f"CarePlan/{told.case['planId']}"
    appointed(alvdal)
    assert not [d for d in alvdal.case().deadlines if d.kind == "gap" and d.runs]
    assert alvdal.items("review") == []


def test_a_plan_with_a_coordinator_is_no_gap_and_one_whose_right_has_ceased_leaves_one(alvdal: House):
    one = appointed(alvdal)
    created(alvdal)
    assert "gap" not in alvdal.clocks()
    told = ended(alvdal, one)
    assert "IPK-E028" in [w["code"] for w in told.body["warnings"]]
    assert "gap" in alvdal.clocks()


def test_a_draft_needs_no_coordinator_yet(alvdal: House):
    created(alvdal, status="draft")
    assert "gap" not in alvdal.clocks()


def test_an_evaluation_does_not_end_what_the_gap_has_made(alvdal: House):
    told = created(alvdal)
    alvdal.clock.advance(days=2)
    alvdal.tick()
    alvdal.post(
        "ip.plan.evaluated",
        continues={"planId": told.case["planId"]},
        date=date(2026, 3, 6).isoformat(),
    )
    assert len(alvdal.items("review")) == 1


def test_days_before_a_coordinator_begins_are_a_gap_of_a_plan_that_runs(alvdal: House):
    alvdal.post("ip.coordinator.appointed", continues=None, **{"from": "2026-05-03"})
    told = created(alvdal, period={"start": "2026-03-04"})
    assert "IPK-E028" in [w["code"] for w in told.body["warnings"]]
    assert "gap" in alvdal.clocks()


def test_a_coordinator_who_begins_with_the_plan_leaves_no_gap(alvdal: House):
    alvdal.post("ip.coordinator.appointed", continues=None, **{"from": "2026-04-01"})
    created(alvdal, period={"start": "2026-04-01"})
    assert "gap" not in alvdal.clocks()


@pytest.mark.parametrize("reason", ["deceased", "moved-accepted"])
def test_a_death_or_a_move_that_nobody_has_told_of_leaves_a_gap(alvdal: House, reason: str):
    told = alvdal.post(
        "ip.coordinator.ended",
        continues={"assignmentId": appointed(alvdal).case["assignmentId"]},
        until="2026-03-04",
        reasonCode=reason,
    )
    assert "IPK-E028" in [w["code"] for w in told.body["warnings"]]
    assert "gap" in alvdal.clocks()


# ── beside a contact physician ──


def physician_ended(house: House, told: Any) -> Any:
    return house.post(
        "ip.contact-physician.ended",
        continues={"assignmentId": told.case["assignmentId"]},
        until="2026-03-04",
        reasonCode="other",
    )


def planned(house: House) -> Any:
    """Return the municipality's plan as the hospital is told of it, with nobody who coordinates."""
    need = house.need().case["meldeId"]
    said = PLAN | {"consent": PLAN["consent"] | {"date": "2026-03-04"}}
    return house.post("ip.plan.created", source="urn:her:5079", continues={"meldeId": need}, plan=said)


def gaps(house: House) -> dict[str, str]:
    """Return the gaps that run, by what they are of."""
    return {
        d.subject.partition("/")[0]: d.state for d in house.case().deadlines if d.kind == "gap" and d.runs
    }


def test_a_contact_physicians_gap_leaves_the_plans_as_it_is(hospital: House):
    physician = hospital.post("ip.contact-physician.appointed")
    planned(hospital)
    physician_ended(hospital, physician)
    assert set(gaps(hospital)) == {"CarePlan", "PractitionerRole"}


def test_a_plan_that_begins_beside_a_contact_physicians_gap_has_its_own(hospital: House):
    physician_ended(hospital, hospital.post("ip.contact-physician.appointed"))
    told = planned(hospital)
    assert "IPK-E028" in [w["code"] for w in told.body["warnings"]]
    assert set(gaps(hospital)) == {"CarePlan", "PractitionerRole"}


@pytest.mark.parametrize("role", ["kontaktlege", "kontaktpsykolog"])
def test_the_gap_of_a_contact_physician_asks_for_a_new_one_and_not_for_a_coordinator(
    hospital: House, role: str
):
    physician_ended(hospital, hospital.post("ip.contact-physician.appointed", role=role))
    hospital.clock.advance(days=2)
    hospital.tick()
    (item,) = [t for t in hospital.items("review") if "PractitionerRole" in t["focus"]["reference"]]
    assert item["description"].endswith(f"Oppnevn en ny {role}")
    (row,), _ = overview.listed(hospital.services, overview.Wanted(kind="gap"), count=5)
    assert row.next_step == f"Oppnevn en ny {role}"
