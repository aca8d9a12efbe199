"""The gap of an assignment ends on the first day on which somebody holds the role again. domain §§ 1.6, 2.5 (A3); ADR 167."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

import pytest

from adapter.errors import EventError
from adapter.events import schemas
from adapter.model import Deadline
from adapter.timing import OSLO
from tests.house import GIVEN, House, Reply, living_in

OTHER = copy.deepcopy(schemas.example("ip.coordinator.absent")["data"]["deputy"])
NORD = living_in("9904", "990401")


def at(house: House, day: str) -> None:
    """Move to the morning of a day in Norway, and act on what was due until then."""
    house.clock.to(datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=OSLO))
    while house.tick():
        pass


def gap(house: House) -> Deadline | None:
    """Return the gap that runs."""
    running = [d for d in house.case().deadlines if d.kind == "gap" and d.runs]
    assert len(running) <= 1
    return running[0] if running else None


def codes(told: Reply) -> list[str]:
    return [w["code"] for w in told.body["warnings"]]


def appointed(house: House, first: str = "2026-03-04", **more: Any) -> str:
    told = house.post("ip.coordinator.appointed", **({"continues": None, "from": first} | more))
    return str(told.case["assignmentId"])


def away(house: House, id_: str, first: str, last: str | None) -> Reply:
    return house.post(
        "ip.coordinator.absent",
        continues={"assignmentId": id_},
        deputy=None,
        until=last,
        **{"from": first},
    )


def back(house: House, id_: str, first: str) -> Reply:
    return house.post("ip.coordinator.returned", continues={"assignmentId": id_}, **{"from": first})


def ended(house: House, id_: str, until: str = "2026-03-20", reason: str = "other") -> Reply:
    return house.post("ip.coordinator.ended", continues={"assignmentId": id_}, until=until, reasonCode=reason)


def replaced(house: House, id_: str, first: str) -> Reply:
    return house.post(
        "ip.coordinator.replaced", continues={"assignmentId": id_}, person=OTHER, **{"from": first}
    )


def of(key: str) -> dict[str, Any]:
    """Return somebody who works for a party."""
    return OTHER | {"organisation": {"key": key, "name": "Kommune"}}


# ── absences ──


def test_the_gap_of_an_absence_ends_with_its_last_day(alvdal: House):
    away(alvdal, appointed(alvdal), "2026-03-09", "2026-03-13")
    at(alvdal, "2026-03-09")
    assert len(alvdal.items("review")) == 1
    at(alvdal, "2026-03-13")
    assert gap(alvdal) is not None
    at(alvdal, "2026-03-14")
    assert gap(alvdal) is None
    assert alvdal.items("review") == []


def test_the_gap_of_a_long_absence_ends_after_the_unit_has_it_too(alvdal: House):
    away(alvdal, appointed(alvdal), "2026-03-09", "2026-04-30")
    at(alvdal, "2026-03-09")
    at(alvdal, "2026-03-19")
    found = gap(alvdal)
    assert found is not None
    assert found.level == 2
    at(alvdal, "2026-05-01")
    assert gap(alvdal) is None


def test_an_absence_told_when_it_is_over_leaves_no_gap(alvdal: House):
    id_ = appointed(alvdal)
    at(alvdal, "2026-03-16")
    away(alvdal, id_, "2026-03-09", "2026-03-13")
    assert gap(alvdal) is None


def test_who_was_away_until_friday_is_back_on_monday(alvdal: House):
    id_ = appointed(alvdal)
    away(alvdal, id_, "2026-03-09", "2026-03-13")
    at(alvdal, "2026-03-16")
    assert back(alvdal, id_, "2026-03-16").status == 202
    assert gap(alvdal) is None


def test_who_was_back_weeks_ago_cannot_come_back(alvdal: House):
    id_ = appointed(alvdal)
    away(alvdal, id_, "2026-03-09", "2026-03-13")
    at(alvdal, "2026-03-25")
    with pytest.raises(EventError) as caught:
        back(alvdal, id_, "2026-03-25")
    assert caught.value.code == "IPK-E013"


def test_a_return_told_ahead_ends_the_gap_on_its_day(alvdal: House):
    id_ = appointed(alvdal)
    away(alvdal, id_, "2026-03-09", None)
    at(alvdal, "2026-03-10")
    back(alvdal, id_, "2026-03-12")
    assert gap(alvdal) is not None
    at(alvdal, "2026-03-12")
    assert gap(alvdal) is None


# ── who follows ──


def test_a_coordinator_of_another_service_of_the_municipality_ends_the_gap(alvdal: House):
    ended(alvdal, appointed(alvdal))
    at(alvdal, "2026-03-23")
    assert len(alvdal.items("review")) == 1
    appointed(alvdal, "2026-03-23", person=of("alvdal-sykepleie"))
    assert gap(alvdal) is None
    assert alvdal.items("review") == []


def test_a_coordinator_of_where_the_patient_moved_ends_the_gap(hospital: House):
    need = hospital.need().case["meldeId"]
    alvdal = {"source": "urn:her:5079"}
    id_ = appointed(hospital, continues={"meldeId": need}, **alvdal)
    hospital.post(
        "ip.coordinator.ended", continues={"assignmentId": id_}, until="2026-03-04", reasonCode="other", **alvdal
    )  # fmt: skip
    hospital.post(
        "ip.patient.moved",
        patient=NORD,
        movedOn="2026-03-04",
        to={"code": "9904", "district": "990401"},
        consent={**GIVEN, "recipients": ["storvik-nord", "coordinating-unit"]},
        **alvdal,
    )
    at(hospital, "2026-03-05")
    assert gap(hospital) is not None
    new = {"source": "urn:her:5111", "patient": NORD, "person": of("storvik-nord")}
    appointed(hospital, "2026-03-05", **new)
    assert gap(hospital) is None


def test_the_hospitals_coordinator_does_not_end_the_municipalitys_gap(hospital: House):
    need = hospital.need().case["meldeId"]
    id_ = appointed(hospital, continues={"meldeId": need}, source="urn:her:5079")
    hospital.post(
        "ip.coordinator.ended", source="urn:her:5079", continues={"assignmentId": id_}, until="2026-03-04",
        reasonCode="other",
    )  # fmt: skip
    hospital.post("ip.hospital-coordinator.appointed", **{"from": "2026-03-05"})
    assert gap(hospital) is not None


# ── who begins later ──


def test_a_successor_who_begins_in_months_leaves_the_gap_until_then(alvdal: House):
    id_ = appointed(alvdal)
    ended(alvdal, id_)
    at(alvdal, "2026-03-23")
    told = replaced(alvdal, id_, "2026-06-01")
    assert "IPK-E028" in codes(told)
    assert gap(alvdal) is not None
    assert len(alvdal.items("review")) == 1
    at(alvdal, "2026-05-29")
    found = gap(alvdal)
    assert found is not None
    assert found.level == 2
    at(alvdal, "2026-06-01")
    assert gap(alvdal) is None
    assert alvdal.items("review") == []


def test_an_appointment_for_later_leaves_the_gap_until_then(alvdal: House):
    ended(alvdal, appointed(alvdal))
    at(alvdal, "2026-03-23")
    told = alvdal.post("ip.coordinator.appointed", continues=None, person=OTHER, **{"from": "2026-06-01"})
    assert "IPK-E028" in codes(told)
    assert gap(alvdal) is not None
    at(alvdal, "2026-06-01")
    assert gap(alvdal) is None


def test_a_successor_from_the_day_after_leaves_no_gap(alvdal: House):
    id_ = appointed(alvdal)
    ended(alvdal, id_)
    assert gap(alvdal) is not None
    told = replaced(alvdal, id_, "2026-03-21")
    assert codes(told) == []
    assert gap(alvdal) is None


@pytest.mark.parametrize(("first", "is_gap"), [("2026-12-01", True), ("2026-04-01", False)])
def test_a_coordinator_who_begins_after_the_day_by_which_one_was_due_is_a_gap_until_then(
    alvdal: House, *, first: str, is_gap: bool
):
    need = {"meldeId": alvdal.need(source="urn:her:5079").case["meldeId"]}
    alvdal.post("ip.need.accepted", source="urn:her:5079", continues=need)
    (due,) = [d.due for d in alvdal.case().deadlines if d.kind == "coordinator"]
    told = alvdal.post("ip.coordinator.appointed", continues=need, **{"from": first})
    assert alvdal.needs()["coordinator"].business == "fulfilled"
    found = gap(alvdal)
    assert ("IPK-E028" in codes(told), found is not None) == (is_gap, is_gap)
    if found is not None:
        assert found.due == due
        at(alvdal, first)
        assert gap(alvdal) is None
