"""Days that cannot be, and events that are older than what they continue. IPK-E088, IPK-E098."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.errors import Faults
from adapter.events import schemas
from tests.house import GIVEN, LINE, House, living_in

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
LONG_AGO = "1950-01-01"
OLD = datetime(2025, 1, 1, 9, 0, tzinfo=UTC)


def warned(told: Any) -> list[str]:
    return [w["path"] for w in told.body["warnings"] if w["code"] == "IPK-E098"]


@pytest.mark.parametrize(
    ("type_", "said", "path"),
    [
        ("ip.patient.deceased", {"diedOn": LONG_AGO}, "$.data.diedOn"),
        ("ip.patient.moved", {"movedOn": LONG_AGO, "patient": living_in("9901"), "consent": GIVEN}, "$.data.movedOn"),
        ("ip.hospital-coordinator.appointed", {"from": LONG_AGO}, "$.data.from"),
        ("ip.consent.given", {"consent": {**GIVEN, "date": LONG_AGO}}, "$.data.consent.date"),
        ("ip.need.identified", {"consent": {**GIVEN, "date": LONG_AGO}}, "$.data.consent.date"),
    ],
)  # fmt: skip
def test_a_day_before_the_patient_was_born_is_refused_at_its_place(
    hospital: House, type_: str, said: dict[str, Any], path: str
):
    with pytest.raises(Faults) as caught:
        hospital.post(type_, **said)
    assert [(f.code, f.path) for f in caught.value.faults] == [("IPK-E088", path)]


def test_without_a_birth_date_the_year_1900_is_the_first(hospital: House):
    patient = {k: v for k, v in LINE.items() if k != "birthDate"}
    with pytest.raises(Faults) as caught:
        hospital.post("ip.patient.deceased", patient=patient, diedOn="1899-12-31")
    assert [f.code for f in caught.value.faults] == ["IPK-E088"]


def test_an_answer_that_is_older_than_the_need_is_taken_with_a_warning(hospital: House):
    which = {"meldeId": hospital.need().case["meldeId"]}
    told = hospital.post(
        "ip.need.accepted", source="urn:her:5079", continues=which, scope=["coordinator"], time=OLD
    )
    assert warned(told) == ["$.time"]
    assert warned(hospital.post("ip.need.withdrawn", continues=which, scope=None)) == []


def test_what_is_older_than_the_plan_is_taken_with_a_warning(alvdal: House):
    said = PLAN | {"consent": PLAN["consent"] | {"date": "2026-03-04"}}
    plan = {"planId": alvdal.post("ip.plan.created", continues=None, plan=said).case["planId"]}
    told = alvdal.post("ip.plan.evaluated", continues=plan, date="2020-01-01")
    assert warned(told) == ["$.data.date"]
    assert warned(alvdal.post("ip.plan.closed", continues=plan, time=OLD)) == ["$.time"]
