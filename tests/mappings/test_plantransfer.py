"""E39: the plan moves when the other organisation says yes, and a hospital begins one in the municipality's name. domain § 1.5."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter import naming
from adapter.errors import EventError, Faults, RoutingError
from adapter.events import schemas
from adapter.mappings import planview
from tests.house import House

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
TO_ALL = PLAN["consent"] | {
    "date": "2026-03-04",
    "recipients": ["coordinating-unit", "st-olavs-fmr", "storvik-nord"],
}
NAMED = {"continues": {"planIdentifier": PLAN["identifier"]}}
OLD = naming.unit_id("alvdal-saksbehandling")
NEW = naming.unit_id("storvik-nord")
HOSPITAL = naming.unit_id("st-olavs-fmr")


@pytest.fixture
def planned(alvdal: House) -> House:
    """Return the municipality with a plan that may be shared."""
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": TO_ALL})
    alvdal.send()
    return alvdal


@pytest.fixture
def begun(hospital: House) -> House:
    """Return the hospital with a draft begun in the municipality's name."""
    hospital.need()
    hospital.send()
    hospital.clock.advance(minutes=5)
    hospital.post("ip.plan.created", source="urn:her:90998", continues=None,
                  plan=PLAN | {"consent": TO_ALL, "status": "draft"})  # fmt: skip
    return hospital


def step(house: House, step: str, **more: Any) -> Any:
    if step != "requested":
        more = {"to": None, "date": None, "reasonCode": None} | more
    return house.post("ip.plan.transferred", **NAMED, step=step, **more)


def plan(house: House) -> dict[str, Any]:
    (found,) = [r for r in house.current() if r["resourceType"] == "CarePlan"]
    return found


def author(house: House) -> str:
    return str(plan(house)["author"]["reference"].partition("/")[2])


def state(house: House) -> str:
    return planview.state(house.case(), plan(house))


def test_a_request_moves_nothing_and_asks_the_other_organisation(planned: House):
    told = step(planned, "requested")
    assert [m["receiver"]["herId"] for m in told.messages] == ["5111"]
    (read,) = planned.sent()
    lines = read.body.text.split("\r\n")
    assert lines[0] == "ANSVAR FOR INDIVIDUELL PLAN"
    assert "Ny ansvarlig: Storvik Kommune" in lines
    assert "Grunn: Pasienten flytter" in lines
    assert (author(planned), state(planned)) == (OLD, "transferred")
    (item,) = planned.items("confirm-transfer")
    assert item["owner"]["reference"] == f"Organization/{NEW}"


def test_the_old_organisation_writes_until_the_new_one_accepts_and_its_version_keeps_the_author(
    planned: House,
):
    step(planned, "requested")
    planned.post("ip.plan.updated", **NAMED, baseVersion=1,
                 plan=PLAN | {"consent": TO_ALL, "responsible": {"key": "storvik-nord", "name": "Storvik"}})  # fmt: skip
    assert author(planned) == OLD
    with pytest.raises(EventError) as caught:
        planned.post("ip.goal.changed", source="urn:her:5111", **NAMED)
    assert caught.value.code == "IPK-E025"


def test_who_handed_a_plan_over_is_reminded_of_its_evaluation_only_when_it_is_long_past(planned: House):
    planned.post("ip.coordinator.appointed", source="urn:her:5079", continues=None, **{"from": "2026-03-04"})
    step(planned, "requested")
    step(planned, "accepted", source="urn:her:5111")
    for day, told in ((datetime(2026, 10, 2, tzinfo=UTC), 0), (datetime(2026, 10, 16, tzinfo=UTC), 1)):
        planned.clock.to(day)
        planned.tick()
        assert planned.events().count("ip.deadline.breached") == told


def test_who_takes_a_plan_over_is_reminded_of_its_evaluation_in_time(planned: House):
    planned.post("ip.coordinator.appointed", source="urn:her:5079", continues=None, **{"from": "2026-03-04"})
    step(planned, "requested")
    step(planned, "accepted", source="urn:her:5111")
    step(planned, "requested", source="urn:her:5111", to={"key": "alvdal-saksbehandling"})
    step(planned, "accepted", source="urn:her:5079")
    planned.clock.to(datetime(2026, 9, 2, tzinfo=UTC))
    planned.tick()
    assert planned.events().count("ip.deadline.breached") == 1


def test_acceptance_by_the_new_organisation_moves_the_plan_and_its_team_and_copies_nothing(planned: House):
    step(planned, "requested")
    planned.send()
    planned.clock.advance(days=1)
    step(planned, "accepted", source="urn:her:5111")
    assert (author(planned), state(planned)) == (NEW, "active")
    (team,) = [r for r in planned.current() if r["resourceType"] == "CareTeam"]
    assert [m["reference"] for m in team["managingOrganization"]] == [f"Organization/{NEW}"]
    assert planned.items("confirm-transfer") == []
    assert "reply" not in planned.clocks()
    with pytest.raises(EventError) as caught:
        planned.post("ip.goal.changed", **NAMED)
    assert caught.value.code == "IPK-E025"


def test_who_hands_over_may_record_the_answer_and_names_who_gave_it(planned: House):
    step(planned, "requested")
    with pytest.raises(EventError) as caught:
        step(planned, "accepted")
    assert (caught.value.code, caught.value.at) == ("IPK-E005", "$.data.answeredBy")
    told = step(planned, "accepted", answeredBy="Sølvi Storvik, saksbehandler")
    assert author(planned) == NEW
    assert [m["receiver"]["herId"] for m in told.messages] == ["5111"]


def test_nobody_else_answers(planned: House):
    step(planned, "requested")
    with pytest.raises(RoutingError) as caught:
        step(planned, "accepted", source="urn:her:90998")
    assert caught.value.code == "IPK-R005"
    assert author(planned) == OLD


@pytest.mark.parametrize(("answer", "source"), [("declined", "urn:her:5111"), ("withdrawn", "urn:her:5079")])
def test_a_no_and_a_withdrawal_leave_the_plan_where_it_is(planned: House, answer: str, source: str):
    step(planned, "requested")
    planned.send()
    step(planned, answer, source=source)
    assert (author(planned), state(planned)) == (OLD, "active")
    assert planned.items("confirm-transfer") == []
    step(planned, "requested")
    assert state(planned) == "transferred"


def test_the_new_organisation_cannot_withdraw_the_question(planned: House):
    step(planned, "requested")
    with pytest.raises(EventError) as caught:
        step(planned, "withdrawn", source="urn:her:5111")
    assert caught.value.code == "IPK-E025"


def test_asking_twice_and_an_answer_that_nobody_asked_for_are_409(planned: House):
    with pytest.raises(EventError) as caught:
        step(planned, "accepted", answeredBy="Noen")
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)
    step(planned, "requested")
    with pytest.raises(EventError) as again:
        step(planned, "requested")
    assert again.value.code == "IPK-E013"


def test_a_plan_is_not_handed_to_the_organisation_that_has_it(planned: House):
    with pytest.raises(EventError) as caught:
        step(planned, "requested", to={"key": "alvdal-sykepleie"})
    assert caught.value.code == "IPK-E061"


def test_who_does_not_answer_within_fourteen_days_is_a_work_item_and_the_old_one_still_answers_for_it(
    planned: House,
):
    planned.post("ip.coordinator.appointed", source="urn:her:5079", continues=None, **{"from": "2026-03-04"})
    step(planned, "requested")
    planned.send()
    planned.clock.to(datetime(2026, 3, 18, 23, 0, tzinfo=UTC))
    planned.tick()
    (item,) = planned.items("review")
    assert item["focus"]["reference"] == f"CarePlan/{plan(planned)['id']}"
    assert item["owner"]["reference"] == f"Organization/{OLD}"
    assert (author(planned), state(planned)) == (OLD, "transferred")


def test_a_closed_plan_calls_the_question_off_and_who_was_asked_hears_it(planned: House):
    asked = step(planned, "requested").messages
    planned.send()
    told = planned.post("ip.plan.closed", **NAMED)
    assert {m["receiver"]["herId"] for m in asked} <= {m["receiver"]["herId"] for m in told.messages}
    assert planned.items("confirm-transfer") == []
    assert "reply" not in planned.clocks()


def test_consent_that_does_not_name_the_new_organisation_keeps_the_question_inside(alvdal: House):
    only = TO_ALL | {"recipients": ["st-olavs-fmr"]}
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": only})
    told = step(alvdal, "requested")
    assert told.messages == []
    assert len(alvdal.items("confirm-transfer")) == 1


def test_a_request_says_by_whom_from_when_and_why(planned: House):
    with pytest.raises(Faults) as caught:
        step(planned, "requested", to=None, date=None, reasonCode=None)
    assert {f.path for f in caught.value.faults} == {"$.data.to", "$.data.date", "$.data.reasonCode"}


# ── begun together ──


def test_a_hospital_begins_a_draft_in_the_municipalitys_name_and_asks_it(begun: House):
    assert (author(begun), state(begun), plan(begun)["status"]) == (OLD, "transferred", "draft")
    (read,) = [r for r in begun.sent() if r.body.text.startswith("UTKAST")]
    assert "Ansvarlig: Alvdal Kommune" in read.body.text.split("\r\n")
    assert len(begun.items("confirm-transfer")) == 1


def test_the_hospital_writes_in_the_draft_until_the_municipality_accepts(begun: House):
    begun.post("ip.plan.updated", source="urn:her:90998", **NAMED, baseVersion=1,
               plan=PLAN | {"consent": TO_ALL, "status": "draft", "contributions": "Mer"})  # fmt: skip
    assert author(begun) == OLD
    step(begun, "accepted", source="urn:her:5079")
    assert (author(begun), state(begun)) == (OLD, "draft")
    with pytest.raises(EventError) as caught:
        begun.post("ip.goal.changed", source="urn:her:90998", **NAMED)
    assert caught.value.code == "IPK-E025"
    begun.post("ip.goal.changed", source="urn:her:5079", **NAMED)


def test_a_municipality_that_says_no_leaves_the_draft_with_the_hospital(begun: House):
    step(begun, "declined", source="urn:her:5079")
    assert author(begun) == HOSPITAL


def test_a_hospital_puts_no_plan_into_force_in_the_municipalitys_name(hospital: House):
    hospital.need()
    with pytest.raises(EventError) as caught:
        hospital.post(
            "ip.plan.created", source="urn:her:90998", continues=None, plan=PLAN | {"consent": TO_ALL}
        )
    assert caught.value.code == "IPK-E025"
