"""E36, E37, E38 and small changes of a plan: who is told, when, and what reminds of an evaluation. events E35-E38."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapter import wiring
from adapter.errors import EventError, Faults, RoutingError
from adapter.events import schemas
from adapter.fhir import plans
from adapter.ingest import overview
from adapter.mappings import nextsteps, planview
from adapter.rules import planclocks
from tests.house import House

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
SOON = PLAN["consent"] | {"date": "2026-03-04"}
NAMED = {"continues": {"planIdentifier": PLAN["identifier"]}}
GOAL = schemas.example("ip.goal.changed")["data"]["goal"]
ACTIVITY = schemas.example("ip.activity.changed")["data"]["activity"]
STORVIK = {**ACTIVITY["performer"], "key": "storvik-nord"}


@pytest.fixture
def planned(hospital: House, alvdal: House) -> House:
    """Return the municipality with a plan for a need that the hospital reported, told."""
    told = hospital.need(needs=["individual-plan"])
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    alvdal.clock.advance(minutes=30)
    created(alvdal, told.case["meldeId"])
    alvdal.send()
    return alvdal


def created(house: House, melde_id: str | None, **more: Any) -> Any:
    continues = {"meldeId": melde_id} if melde_id else None
    return house.post("ip.plan.created", continues=continues, plan=PLAN | {"consent": SOON} | more)


def updated(house: House, base: int = 1, **more: Any) -> Any:
    return house.post("ip.plan.updated", **NAMED, plan=PLAN | {"consent": SOON} | more, baseVersion=base)


def goal(house: House, **more: Any) -> Any:
    return house.post("ip.goal.changed", **NAMED, goal=GOAL | more)


def activity(house: House, **more: Any) -> Any:
    return house.post("ip.activity.changed", **NAMED, activity=copy.deepcopy(ACTIVITY) | more)


def evaluated(house: House, **more: Any) -> Any:
    today = house.clock.now.date()
    said = {"date": today.isoformat(), "nextEvaluation": (today + timedelta(days=90)).isoformat()}
    return house.post("ip.plan.evaluated", **NAMED, **(said | more))


def of(house: House, type_: str) -> list[dict[str, Any]]:
    return [r for r in house.current() if r["resourceType"] == type_]


def end_the_day(house: House) -> list[Any]:
    """Let the day end: what leaves then."""
    house.clock.to(planclocks.digest_due(house.clock.now).astimezone(UTC))
    house.tick()
    return house.sent()


# ── E36 ──


def test_e36_changes_the_goal_in_place_and_tells_nobody_at_once(planned: House):
    told = goal(planned)
    assert told.messages == []
    (found,) = of(planned, "Goal")
    assert (found["lifecycleStatus"], found["meta"]["versionId"]) == ("completed", "2")
    assert [d["kind"] for d in told.body["deadlines"]] == ["release"]


def test_small_changes_that_wait_ask_nothing_of_anybody(planned: House):
    goal(planned)
    listed, _ = overview.listed(planned.services, overview.Wanted(kind="release"), count=5)
    assert [one.next_step for one in listed] == [nextsteps.BY_ITSELF]


def test_e36_of_an_id_the_plan_does_not_have_is_a_new_goal_listed_by_the_plan(planned: House):
    goal(planned, id="g2", text="Tilbake i jobb", status="active")
    (plan,) = of(planned, "CarePlan")
    assert len(plan["goal"]) == len(of(planned, "Goal")) == 2


def test_e36_that_says_what_is_known_waits_for_no_message(planned: House):
    told = goal(planned, **PLAN["goals"][0])
    assert told.body["deadlines"] == []
    assert end_the_day(planned) == []


def test_a_plan_changed_from_before_its_goal_or_activity_changed_is_stale(planned: House):
    goal(planned)
    with pytest.raises(EventError) as caught:
        updated(planned, base=1, contributions="Mer")
    assert caught.value.code == "IPK-E015"
    activity(planned)
    with pytest.raises(EventError) as again:
        updated(planned, base=2, contributions="Mer")
    assert again.value.code == "IPK-E015"


def test_a_goal_entered_in_error_is_not_taken_up_again(planned: House):
    goal(planned, status="entered-in-error")
    with pytest.raises(EventError) as caught:
        goal(planned, status="active")
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)


@pytest.mark.parametrize("post", [goal, activity])
def test_a_change_from_an_older_version_is_409(planned: House, post: Any):
    updated(planned, contributions="Mer")
    type_ = "ip.goal.changed" if post is goal else "ip.activity.changed"
    said = {"goal": GOAL} if post is goal else {"activity": ACTIVITY}
    with pytest.raises(EventError) as caught:
        planned.post(type_, **NAMED, **said, baseVersion=1)
    assert caught.value.code == "IPK-E015"


@pytest.mark.parametrize("post", [goal, activity, evaluated])
def test_nothing_within_a_closed_plan_changes(planned: House, post: Any):
    planned.post("ip.plan.closed", **NAMED)
    with pytest.raises(EventError) as caught:
        post(planned)
    assert (caught.value.code, caught.value.allowed) == ("IPK-E013", ("ip.plan.created",))


@pytest.mark.parametrize("post", [goal, activity, evaluated])
def test_nothing_within_a_plan_that_is_not_here_changes(alvdal: House, post: Any):
    with pytest.raises(EventError) as caught:
        post(alvdal)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E014", 404)


def test_who_does_not_answer_for_the_plan_may_not_change_within_it(hospital: House):
    hospital.need()
    hospital.send()
    created(hospital, None)
    with pytest.raises(EventError) as caught:
        hospital.post("ip.goal.changed", source="urn:her:90998", **NAMED)
    assert caught.value.code == "IPK-E025"


# ── small changes ──


def test_small_changes_of_a_day_are_one_message_that_says_what_kind_of_things_changed(planned: House):
    goal(planned)
    activity(planned, performer=PLAN["activities"][0]["performer"])
    updated(planned, base=3, goals=[GOAL], contributions="Mer", nextEvaluation="2027-03-01")
    assert planned.sent() == []
    (read,) = end_the_day(planned)
    lines = read.body.text.split("\r\n")
    assert lines[0] == "INDIVIDUELL PLAN ENDRET"
    assert "Endret: mål, tiltak, neste evaluering, innhold" in lines
    assert not any("hunden" in line or "Fysioterapi" in line for line in lines)


def test_the_message_of_a_day_goes_once_and_the_next_day_has_its_own(planned: House):
    goal(planned)
    assert len(end_the_day(planned)) == 1
    assert end_the_day(planned) == []
    goal(planned, status="active")
    assert len(end_the_day(planned)) == 1


def test_small_changes_that_wait_survive_a_restart(planned: House):
    planned.post("ip.coordinator.appointed", source="urn:her:5079", continues=None, **{"from": "2026-03-04"})
    planned.send()
    goal(planned)
    book = planned.services.book()
    wiring.close(planned.services)
    planned.services = wiring.build(
        planned.settings, transport=planned.memory, clock=planned.clock, new_id=lambda: "1", random=lambda: 0.0,
        book=book, durable=False,
    )  # fmt: skip
    (read,) = end_the_day(planned)
    assert "Endret: mål" in read.body.text
    assert end_the_day(planned) == []


def test_a_change_in_the_last_second_of_a_day_is_told_the_day_after(planned: House):
    goal(planned)
    assert len(end_the_day(planned)) == 1
    goal(planned, status="active")
    planned.tick()
    assert planned.sent() == []
    assert len(end_the_day(planned)) == 1


def test_what_is_told_at_once_takes_the_small_changes_along(planned: House):
    activity(planned, performer=PLAN["activities"][0]["performer"])
    told = updated(planned, base=2, period={"start": "2026-04-01", "end": "2027-06-30"}, activities=[])
    assert len(told.messages) == 1
    (read,) = planned.sent()
    assert "Endret: periode, tiltak" in read.body.text
    assert end_the_day(planned) == []


def test_consent_is_asked_when_the_day_ends(planned: House):
    goal(planned)
    planned.clock.advance(hours=1)
    planned.post("ip.consent.withdrawn", source="urn:her:5079", scopes=["plan-share"], recipients=None,
                date="2026-03-04")  # fmt: skip
    planned.send()
    assert [read.type for read in end_the_day(planned)] == []


def test_a_platform_that_is_not_ours_makes_no_message_of_small_changes(hospital: House):
    hospital.need()
    hospital.send()
    created(hospital, None)
    told = goal(hospital)
    assert told.body["deadlines"] == []


def test_small_changes_wait_on_paper_too(planned: House):
    told = planned.post("ip.goal.changed", **NAMED, goal=GOAL, channel="paper")
    assert told.body["deadlines"] == []


# ── E37 ──


def test_e37_tells_who_performs_it_in_another_organisation_at_once(planned: House):
    told = activity(planned)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    assert "plan-performer" in {w["rule"] for w in told.messages[0]["why"]}
    (read,) = planned.sent()
    lines = read.body.text.split("\r\n")
    assert lines[0] == "TILTAK I INDIVIDUELL PLAN ENDRET"
    assert "Tiltak: Fysioterapi én gang i uken" in lines
    assert "Status: pågår" in lines


def test_e37_tells_the_time_of_an_appointment_by_the_clock(planned: House):
    slot = {"start": "2026-09-15T08:00:00Z", "end": "2026-09-15T09:30:00Z"}
    activity(planned, id="a9", kind="appointment", status="booked", period=None, slot=slot)
    (read,) = planned.sent()
    assert "Periode: 15.09.2026 kl. 10.00–11.30" in read.body.text.split("\r\n")
    (made,) = (one for one in of(planned, "Appointment") if one.get("start", "").startswith("2026-09-15T10"))
    assert (made["start"], made["end"]) == ("2026-09-15T10:00:00+02:00", "2026-09-15T11:30:00+02:00")


def test_e37_warns_where_consent_does_not_name_who_performs_it(planned: House):
    told = activity(planned, performer=STORVIK)
    assert told.messages == []
    assert "IPK-E063" in {w["code"] for w in told.body["warnings"]}


def test_e37_tells_nobody_of_the_organisation_that_answers_for_the_plan(planned: House):
    told = activity(planned, performer=PLAN["activities"][0]["performer"] | {"key": "alvdal-saksbehandling"})
    assert told.messages == []
    assert "IPK-E063" not in {w["code"] for w in told.body["warnings"]}


def test_e37_tells_who_performed_it_until_now(planned: House):
    activity(planned)
    planned.send()
    told = activity(planned, performer=PLAN["activities"][0]["performer"])
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]


def test_e37_changes_the_activity_in_place_with_the_organisation_that_performs_it(planned: House):
    activity(planned)
    (found,) = [r for r in of(planned, "ServiceRequest") if r["intent"] == "plan"]
    assert found["code"]["text"] == "Fysioterapi én gang i uken"
    assert found["performer"][0]["reference"].startswith("Organization/")


def test_e37_of_another_kind_under_a_known_id_is_refused(planned: House):
    with pytest.raises(EventError) as caught:
        activity(planned, kind="task", status="requested")
    assert (caught.value.code, caught.value.at) == ("IPK-E060", "$.data.activity.kind")


def test_e37_of_a_performer_the_book_does_not_know_is_refused(planned: House):
    with pytest.raises(RoutingError) as caught:
        activity(planned, performer=STORVIK | {"key": "nobody"})
    assert (caught.value.code, caught.value.at) == ("IPK-R003", "$.data.activity.performer.key")


# ── E38 and its clock ──


def test_a_plan_of_our_own_is_reminded_of_thirty_days_before(planned: House):
    (clock,) = [d for d in planned.case().deadlines if d.kind == "evaluation"]
    assert clock.due.date() == date(2026, 10, 1)
    assert clock.acts
    assert clock.acts.date() == date(2026, 9, 1)


def test_of_anothers_plan_only_the_overdue_evaluation_is_seen(hospital: House):
    hospital.need()
    created(hospital, None)
    (clock,) = [d for d in hospital.case().deadlines if d.kind == "evaluation"]
    assert clock.acts
    assert (clock.due.date(), clock.acts.date()) == (date(2026, 10, 1), date(2026, 10, 15))


def test_an_evaluation_not_held_is_found_by_the_ticker_and_is_one_work_item(planned: House):
    planned.post("ip.coordinator.appointed", source="urn:her:5079", continues=None, **{"from": "2026-03-04"})
    for day in (date(2026, 9, 1), date(2026, 10, 1), date(2026, 10, 21)):
        planned.clock.to(planclocks.end_of_day(day).astimezone(UTC))
        planned.tick()
        (item,) = planned.items("review")
        assert "valuer planen" in item["description"]
    assert planned.events().count("ip.deadline.breached") == 3
    assert planned.tick() == 0


def test_e38_holds_the_evaluation_proposes_the_next_and_tells_in_short(planned: House):
    told = evaluated(planned)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    (read,) = planned.sent()
    lines = read.body.text.split("\r\n")
    assert lines[0] == "INDIVIDUELL PLAN EVALUERT"
    assert "Evaluert: 04.03.2026" in lines
    assert "Resultat: Planen fortsetter som den er" in lines
    assert "Deltok: Alvdal kommune" in lines
    assert "hensikten" not in read.body.text
    found = {a["status"]: a for a in of(planned, "Appointment") if plans.is_evaluation(a)}
    assert set(found) == {"fulfilled", "proposed"}
    assert [p["status"] for p in found["fulfilled"]["participant"][1:]] == ["accepted", "declined"]
    (plan,) = of(planned, "CarePlan")
    listed = {a["reference"]["reference"] for a in plan["activity"]}
    assert f"Appointment/{found['proposed']['id']}" in listed
    assert f"Appointment/{found['fulfilled']['id']}" not in listed
    assert planview.state(planned.case(), plan) == "evaluated"


def test_e38_stops_the_clock_and_starts_the_next(planned: House):
    planned.post("ip.coordinator.appointed", source="urn:her:5079", continues=None, **{"from": "2026-03-04"})
    planned.clock.to(datetime(2026, 10, 20, 8, 0, tzinfo=UTC))
    planned.tick()
    assert len(planned.items("review")) == 1
    evaluated(planned, nextEvaluation="2027-03-01")
    assert planned.items("review") == []
    assert [d.due.date() for d in planned.case().deadlines if d.kind == "evaluation"] == [date(2027, 3, 1)]


def test_e38_that_ends_the_plan_needs_no_next_and_stops_the_clock(planned: House):
    evaluated(planned, result="to-be-closed", nextEvaluation=None)
    assert not any(d.kind == "evaluation" for d in planned.case().deadlines)


def test_e38_twice_has_two_held_evaluations_and_one_to_come(planned: House):
    evaluated(planned)
    planned.clock.advance(days=30)
    evaluated(planned)
    found = sorted(a["status"] for a in of(planned, "Appointment") if plans.is_evaluation(a))
    assert found == ["fulfilled", "fulfilled", "proposed"]


def test_e35_after_an_evaluation_keeps_the_next_one_and_its_clock(planned: House):
    evaluated(planned, nextEvaluation="2027-03-01")
    (plan,) = of(planned, "CarePlan")
    updated(planned, base=int(plan["meta"]["versionId"]), nextEvaluation="2027-03-01", contributions="Mer")
    found = sorted(a["status"] for a in of(planned, "Appointment") if plans.is_evaluation(a))
    assert found == ["fulfilled", "proposed"]
    assert [d.due.date() for d in planned.case().deadlines if d.kind == "evaluation"] == [date(2027, 3, 1)]


def test_e35_with_another_date_moves_the_clock_and_without_one_stops_it(planned: House):
    updated(planned, nextEvaluation="2027-03-01")
    assert [d.due.date() for d in planned.case().deadlines if d.kind == "evaluation"] == [date(2027, 3, 1)]
    without = {k: v for k, v in PLAN.items() if k != "nextEvaluation"} | {"consent": SOON}
    planned.post("ip.plan.updated", **NAMED, plan=without, baseVersion=2)
    assert not any(d.kind == "evaluation" for d in planned.case().deadlines)


def test_e40_stops_every_clock_of_the_plan(planned: House):
    goal(planned)
    planned.post("ip.plan.closed", **NAMED)
    planned.send()
    assert not any(d.kind in {"evaluation", "release"} for d in planned.case().deadlines)
    assert end_the_day(planned) == []


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"date": "2026-03-05"}, "IPK-E011", "$.data.date"),
        ({"nextEvaluation": "2026-03-04"}, "IPK-E010", "$.data.nextEvaluation"),
        ({"nextEvaluation": None}, "IPK-E005", "$.data.nextEvaluation"),
    ],
)
def test_an_evaluation_is_past_the_next_is_later_and_there_is_one(
    alvdal: House, more: dict[str, Any], code: str, path: str
):
    with pytest.raises(Faults) as caught:
        evaluated(alvdal, **more)
    assert (code, path) in {(f.code, f.path) for f in caught.value.faults}


# ── states ──


def test_a_plan_in_force_does_not_become_a_draft(planned: House):
    with pytest.raises(EventError) as caught:
        updated(planned, status="draft")
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)
    assert "ip.plan.updated" in caught.value.allowed


def test_a_plan_is_put_on_hold_and_taken_up_again_and_told_with_the_small_changes(planned: House):
    updated(planned, status="on-hold")
    (read,) = end_the_day(planned)
    assert "Endret: status" in read.body.text
    updated(planned, base=2, status="active")
    assert [p["status"] for p in of(planned, "CarePlan")] == ["active"]


def test_a_plan_does_not_begin_on_hold(alvdal: House):
    with pytest.raises(Faults) as caught:
        created(alvdal, None, status="on-hold")
    assert [(f.code, f.path) for f in caught.value.faults] == [("IPK-E008", "$.data.plan.status")]
