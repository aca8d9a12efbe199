"""An assignment whose end is to come is held until then: whoever holds it is told what the others are. ADR 18, A1."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapter.errors import EventError
from adapter.mappings import views
from tests.house import GIVEN, LINE, House, living_in

ALVDAL = "urn:her:5079"
LATER = datetime(2026, 3, 20, 7, 0, tzinfo=UTC)
NORD = living_in("9904", "990401")


@pytest.fixture
def leaving(hospital: House) -> House:
    """Make a patient of whom all there is a municipal coordinator, and that one's last day is told: the end of the year."""
    told = hospital.need(
        needs=["coordinator"], wishes={"individualPlan": "no", "coordinator": "yes"}, consent=GIVEN
    )
    hospital.send()
    held = hospital.post(
        "ip.coordinator.appointed",
        source=ALVDAL,
        continues={"meldeId": told.case["meldeId"]},
        **{"from": "2026-03-04"},
    )
    hospital.post(
        "ip.coordinator.ended",
        source=ALVDAL,
        continues={"assignmentId": held.case["assignmentId"]},
        until="2026-12-31",
        reasonCode="right-ceased",
    )
    hospital.clock.to(LATER)
    return hospital


def test_who_will_not_begin_is_ended_on_the_first_day_and_not_before(alvdal: House):
    made = alvdal.post("ip.coordinator.appointed", continues=None, **{"from": "2026-04-01"})
    ended = {"continues": {"assignmentId": made.case["assignmentId"]}, "reasonCode": "right-ceased"}
    with pytest.raises(EventError) as refused:
        alvdal.post("ip.coordinator.ended", **ended, until="2026-03-20")
    assert (refused.value.code, refused.value.at, refused.value.row.http) == ("IPK-E111", "$.data.until", 422)
    alvdal.post("ip.coordinator.ended", **ended, until="2026-04-01")
    (held,) = views.assignments(alvdal.case())
    assert (held.start, held.end) == ("2026-04-01", "2026-04-01")


def test_a_stay_is_told_to_whoever_coordinates_until_a_day_to_come(leaving: House):
    for type_ in ("ip.patient.admitted", "ip.patient.discharged"):
        told = leaving.post(type_, occurredAt=None)
        assert "5079" in [m["receiver"]["herId"] for m in told.messages], type_


def test_a_move_asks_the_new_municipality_to_follow_a_coordinator_who_is_there_until_a_day_to_come(
    leaving: House,
):
    told = leaving.post(
        "ip.patient.moved",
        movedOn="2026-03-20",
        patient=NORD,
        to={"code": "9904", "district": "990401"},
        consent=GIVEN | {"recipients": ["storvik-nord", "coordinating-unit"]},
    )
    assert {m["receiver"]["herId"] for m in told.messages} == {"5079", "5111"}
    assert views.transfer(leaving.case()) is not None
    assert [d for d in leaving.case().deadlines if d.kind == "assessment" and d.runs]


def test_a_death_is_told_and_ends_what_would_have_lasted(leaving: House):
    told = leaving.post("ip.patient.deceased", diedOn="2026-03-19")
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    (held,) = [a for a in views.assignments(leaving.case()) if a.code == "8" or "koordinator" in a.key]
    assert held.end == "2026-03-19"
    assert held.role["period"]["end"] == "2026-03-19"


def test_a_death_leaves_an_assignment_that_had_ended_before_as_it_was(leaving: House):
    leaving.clock.to(datetime(2027, 2, 1, 9, 0, tzinfo=UTC))
    leaving.post("ip.patient.deceased", diedOn="2027-01-30", patient=LINE)
    ends = {a.end for a in views.assignments(leaving.case()) if "koordinator" in a.key}
    assert ends == {"2026-12-31"}


def test_a_death_ends_the_part_of_a_gp_whose_first_day_nobody_told(leaving: House):
    leaving.post("ip.gp.changed", **{"from": "2026-05-01"})
    assert "" in {a.start for a in views.assignments(leaving.case())}
    leaving.post("ip.patient.deceased", diedOn="2026-03-19")
    assert {a.end for a in views.assignments(leaving.case()) if not a.start} == {"2026-03-19"}
