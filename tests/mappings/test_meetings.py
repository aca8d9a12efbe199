"""E42, E43, E44: who is called by consent, what an invitation says, answers and their clock, decisions. events E42-E44."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapter import ingest
from adapter.errors import EventError, Faults, RoutingError
from adapter.events import schemas
from adapter.fhir import meetings
from adapter.mappings import escalation
from adapter.rules import planclocks
from tests.house import House

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
CONSENT = PLAN["consent"] | {"date": "2026-03-04"}
MEETING = schemas.example("ip.meeting.called")["data"]["meeting"] | {
    "start": "2026-03-20T12:00:00+01:00",
    "end": "2026-03-20T13:30:00+01:00",
}
INVITEES = schemas.example("ip.meeting.called")["data"]["invitees"]
NAV = {"id": "i3", "name": "Nora Nav", "kind": "other-sector", "key": "brevvik", "organisation": "Nav"}


@pytest.fixture
def planned(alvdal: House) -> House:
    """Return the municipality with a plan that the hospital may have."""
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": CONSENT})
    alvdal.send()
    return alvdal


def call(house: House, *more: dict[str, Any], **meeting: Any) -> Any:
    return house.post("ip.meeting.called", meeting=MEETING | meeting, invitees=[*INVITEES, *more])


def answer(house: House, invitee: str, answer: str = "accepted", **more: Any) -> Any:
    return house.post("ip.meeting.answered", invitee=invitee, answer=answer, **more)


def meeting(house: House) -> dict[str, Any]:
    (found,) = [r for r in house.current() if r["resourceType"] == "Appointment" and meetings.is_meeting(r)]
    return found


def after_it(house: House) -> None:
    house.clock.to(datetime(2026, 3, 20, 13, 0, tzinfo=UTC))


def test_an_invitation_says_kind_time_and_place_and_nothing_of_the_agenda(planned: House):
    told = call(planned)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    (read,) = planned.sent()
    lines = read.body.text.split("\r\n")
    assert lines[0] == "INNKALLING TIL MØTE"
    assert "Formål: Ansvarsgruppemøte" in lines
    assert "Tid: 20.03.2026 kl. 12.00–13.30" in lines
    assert "Sted: Alvdal helsesenter" in lines
    assert "Innkalt: Magnar Koman" in lines
    assert any(line.startswith("Ønsket svar: ") and "11.03.2026" in line for line in lines)
    assert "treningen" not in read.body.text


def test_the_meeting_is_an_appointment_with_its_invitees_waiting_for_the_plan(planned: House):
    call(planned)
    found = meeting(planned)
    assert found["status"] == "pending"
    assert [(p["actor"]["display"], p["status"]) for p in meetings.invitees(found)] == [
        ("Magnar Koman, St. Olavs hospital", "needs-action"),
        ("Line Danser", "needs-action"),
    ]
    assert found["supportingInformation"][0]["reference"].startswith("CarePlan/")
    assert planned.clocks()["reply"] == "2026-03-11T22:59:59+00:00"


def test_the_next_version_of_the_plan_leaves_its_meeting_alone(planned: House):
    call(planned)
    planned.post("ip.plan.updated", continues={"planIdentifier": PLAN["identifier"]}, baseVersion=1,
                 plan=PLAN | {"consent": CONSENT, "activities": []})  # fmt: skip
    assert meeting(planned)["status"] == "pending"


def test_other_sectors_get_a_letter_only_where_consent_names_the_agency(planned: House):
    told = call(planned, NAV)
    assert len(told.messages) == 1
    assert ["IPK-E063", "$.data.invitees[2]"] in [[w["code"], w["path"]] for w in told.body["warnings"]]
    with_nav = CONSENT | {
        "scopes": ["plan-share", "other-sectors"],
        "recipients": ["st-olavs-fmr", "brevvik"],
    }
    planned.clock.advance(minutes=5)
    planned.post("ip.consent.given", source="urn:her:5079", consent=with_nav)
    again = call(planned, NAV, id="m2")
    assert {(m["type"], m["receiver"]["name"]) for m in again.messages} == {
        ("DIALOG_HELSEFAGLIG", "Fysikalsk medisin og rehabilitering"),
        ("LETTER", "Brevvik Kommune"),
    }
    (letter,) = [planned.message(m["id"]).body for m in again.messages if m["type"] == "LETTER"]
    assert "Ansvarsgruppemøte" in letter.decode()
    assert "treningen" not in letter.decode()


def test_the_scope_of_the_plan_is_not_enough_for_another_sector(planned: House):
    named = CONSENT | {"recipients": ["st-olavs-fmr", "brevvik"]}
    planned.clock.advance(minutes=5)
    planned.post("ip.consent.given", source="urn:her:5079", consent=named)
    told = call(planned, NAV)
    assert [m["type"] for m in told.messages] == ["DIALOG_HELSEFAGLIG"]


def test_two_from_one_party_are_one_message(planned: House):
    told = call(planned, {"id": "i9", "name": "Rita Lin", "kind": "health", "key": "st-olavs-fmr"})
    assert len(told.messages) == 1
    (read,) = planned.sent()
    assert "Innkalt: Magnar Koman, Rita Lin" in read.body.text


def test_it_is_booked_when_all_come_and_the_clock_is_met_when_all_have_answered(planned: House):
    call(planned)
    answer(planned, "i1")
    assert meeting(planned)["status"] == "pending"
    assert "reply" in planned.clocks()
    answer(planned, "i2")
    assert meeting(planned)["status"] == "booked"
    assert "reply" not in planned.clocks()


def test_who_does_not_come_may_send_another(planned: House):
    call(planned)
    answer(planned, "i1", "declined", substitute="Rita Lin")
    shown = {p["actor"].get("display"): p["status"] for p in meeting(planned)["participant"]}
    assert shown["Magnar Koman, St. Olavs hospital"] == "declined"
    assert shown["Rita Lin"] == "accepted"


def test_an_answer_that_does_not_come_in_seven_days_is_a_work_item(planned: House):
    planned.post("ip.coordinator.appointed", source="urn:her:5079", continues=None, **{"from": "2026-03-04"})
    call(planned)
    planned.send()
    planned.clock.to(planclocks.end_of_day(datetime(2026, 3, 11, tzinfo=UTC).date()).astimezone(UTC))
    planned.tick()
    (item,) = planned.items("review")
    assert item["focus"]["reference"] == f"Appointment/{meeting(planned)['id']}"


def test_our_answer_goes_to_who_called_where_that_is_another(build: Any):
    hospital = build()
    hospital.need()
    hospital.send()
    hospital.post(
        "ip.meeting.called", source="urn:her:5079", continues=None, meeting=MEETING, invitees=INVITEES
    )
    told = hospital.post("ip.meeting.answered", source="urn:her:90998", invitee="i1", answer="accepted")
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    (read,) = hospital.sent()
    lines = read.body.text.split("\r\n")
    assert lines[0] == "SVAR PÅ INNKALLING TIL MØTE"
    assert "Resultat: Kommer" in lines


def test_an_outside_party_answers_for_its_own_invitees_alone(build: Any):
    """Events E43: the invitee answers the coordinator."""
    hospital = build()
    hospital.need()
    hospital.send()
    theirs = {"id": "i4", "name": "Gunn Omsorg", "kind": "health", "key": "alvdal-saksbehandling"}
    hospital.post(
        "ip.meeting.called", source="urn:her:90998", continues=None, meeting=MEETING, invitees=[*INVITEES, NAV, theirs]
    )  # fmt: skip
    for another in ("i1", "i3"):
        with pytest.raises(RoutingError) as caught:
            hospital.post("ip.meeting.answered", source="urn:her:5079", invitee=another, answer="declined")
        assert (caught.value.code, caught.value.at) == ("IPK-R005", "$.source")
    assert {p["status"] for p in meetings.invitees(meeting(hospital))} == {"needs-action"}
    told = hospital.post("ip.meeting.answered", source="urn:her:5079", invitee="i4", answer="accepted")
    assert told.status == 202


def test_what_a_meeting_decides_becomes_activities_of_the_plan_told_at_the_days_end(planned: House):
    call(planned)
    planned.send()
    after_it(planned)
    told = planned.post("ip.meeting.held")
    assert told.messages == []
    found = meeting(planned)
    assert found["status"] == "fulfilled"
    assert [p["status"] for p in meetings.invitees(found)] == ["accepted", "accepted"]
    (plan,) = [r for r in planned.current() if r["resourceType"] == "CarePlan"]
    listed = [a["reference"]["reference"] for a in plan["activity"]]
    (task,) = [r for r in planned.current() if r["resourceType"] == "Task" and r["intent"] == "plan"]
    assert f"Task/{task['id']}" in listed
    assert "release" in planned.clocks()


def test_who_did_not_come_is_told_apart(planned: House):
    call(planned)
    after_it(planned)
    planned.post("ip.meeting.held", attendance=[{"invitee": "i1", "attended": False}], decisions=None)
    assert [p["status"] for p in meetings.invitees(meeting(planned))] == ["declined", "needs-action"]


def test_those_who_were_called_are_told_that_it_is_cancelled_and_nobody_else(planned: House):
    call(planned)
    planned.send()
    told = planned.post("ip.meeting.cancelled")
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    (read,) = planned.sent()
    assert "Grunn" not in read.body.text
    assert meeting(planned)["status"] == "cancelled"
    assert "reply" not in planned.clocks()


def test_of_the_reason_only_a_move_is_told(planned: House):
    call(planned)
    planned.send()
    planned.post("ip.meeting.cancelled", reasonCode="moved")
    (read,) = planned.sent()
    assert "Grunn: Møtet flyttes, ny innkalling kommer" in read.body.text.split("\r\n")


def test_an_invitation_that_has_not_left_never_does_when_the_meeting_is_cancelled(planned: House):
    call(planned)
    told = planned.post("ip.meeting.cancelled")
    assert [m["state"] for m in told.messages] == ["buried"]
    assert planned.send() == []


@pytest.mark.parametrize("type_", ["ip.meeting.answered", "ip.meeting.held", "ip.meeting.cancelled"])
def test_nothing_happens_to_a_meeting_that_is_cancelled_or_not_known(planned: House, type_: str):
    with pytest.raises(EventError) as unknown:
        planned.post(type_)
    assert (unknown.value.code, unknown.value.at) == ("IPK-E014", "$.data.meeting")
    call(planned)
    planned.post("ip.meeting.cancelled")
    after_it(planned)
    with pytest.raises(EventError) as over:
        planned.post(type_)
    assert (over.value.code, over.value.allowed) == ("IPK-E013", ("ip.meeting.called",))


def test_a_meeting_is_called_once_under_its_id(planned: House):
    call(planned)
    with pytest.raises(EventError) as caught:
        call(planned)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)
    assert "ip.meeting.cancelled" in caught.value.allowed


def test_a_meeting_is_not_held_before_it_begins_nor_called_after(planned: House):
    call(planned)
    with pytest.raises(EventError) as early:
        planned.post("ip.meeting.held")
    assert early.value.code == "IPK-E011"
    after_it(planned)
    with pytest.raises(EventError) as late:
        call(planned, id="m2")
    assert late.value.code == "IPK-E064"


def test_a_meeting_told_of_after_it_began_is_recorded_and_nobody_is_called(planned: House):
    called = planned.clock.now
    after_it(planned)
    told = planned.post("ip.meeting.called", time=called, meeting=MEETING, invitees=[*INVITEES, NAV])
    assert (told.status, told.messages, told.body["deadlines"]) == (202, [], [])
    assert ("IPK-E106", "$.data.meeting.start") in [(w["code"], w["path"]) for w in told.body["warnings"]]
    assert meeting(planned)["status"] == "pending"
    assert "reply" not in planned.clocks()
    assert planned.post("ip.meeting.held").messages == []
    assert meeting(planned)["status"] == "fulfilled"


def test_a_meeting_told_of_just_before_it_begins_is_called_to(planned: House):
    called = planned.clock.now
    planned.clock.to(datetime(2026, 3, 20, 10, 59, tzinfo=UTC))
    told = planned.post("ip.meeting.called", time=called, meeting=MEETING, invitees=INVITEES)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]


def test_somebody_who_was_not_called_neither_answers_nor_comes(planned: House):
    call(planned)
    with pytest.raises(EventError) as caught:
        answer(planned, "i7")
    assert (caught.value.code, caught.value.at) == ("IPK-E014", "$.data.invitee")
    after_it(planned)
    with pytest.raises(EventError) as came:
        planned.post("ip.meeting.held", attendance=[{"invitee": "i7", "attended": True}])
    assert came.value.at == "$.data.attendance[0].invitee"


def test_a_meeting_about_nobody_known_here_and_a_party_the_book_does_not_know_are_refused(alvdal: House):
    with pytest.raises(EventError) as nobody:
        alvdal.post("ip.meeting.called", continues=None, meeting=MEETING, invitees=INVITEES)
    assert nobody.value.at == "$.data.patient"
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": CONSENT})
    with pytest.raises(RoutingError) as unknown:
        call(alvdal, NAV | {"key": "nobody"})
    assert (unknown.value.code, unknown.value.at) == ("IPK-R003", "$.data.invitees[2].key")
    with pytest.raises(EventError) as twice:
        call(alvdal, NAV | {"id": "i1"})
    assert twice.value.code == "IPK-E010"


def test_decisions_without_a_plan_have_nowhere_to_go(hospital: House):
    hospital.need()
    hospital.post(
        "ip.meeting.called", source="urn:her:90998", continues=None, meeting=MEETING, invitees=INVITEES
    )
    after_it(hospital)
    with pytest.raises(EventError) as caught:
        hospital.post("ip.meeting.held", source="urn:her:90998")
    assert caught.value.at == "$.data.decisions"


def test_a_late_answer_is_a_matter_of_who_called(hospital: House):
    hospital.need()
    book = hospital.services.book()
    first, *others = (p for p in book.parties if p.home)
    unit = next(p for p in others if p.organisation_id != first.organisation_id)
    said = {"meeting": MEETING, "invitees": INVITEES, "continues": None}
    hospital.post("ip.meeting.called", source=f"urn:her:{unit.unit_her_id}", **said)
    late = next(d for d in hospital.case().deadlines if d.subject.startswith("Appointment/"))
    assert escalation.about(hospital.case(), book, late).base == unit


# ── an invitation that waited too long ──


@pytest.mark.parametrize(
    ("at", "left"),
    [(datetime(2026, 3, 20, 10, 59, tzinfo=UTC), 1), (datetime(2026, 3, 20, 11, tzinfo=UTC), 0)],
)
def test_an_invitation_that_waited_till_the_meeting_began_is_stopped_and_who_called_is_told(
    planned: House, at: datetime, left: int
):
    call(planned)
    planned.clock.to(at)
    assert len(planned.send()) == left
    (row,) = planned.messages(direction="out", receiver="90998", state="sent" if left else "buried")
    assert row.subject == "Innkalling til møte"
    said = [i["description"] for i in planned.items("review") if "innkallingen" in i["description"]]
    word = "Møtet var begynt da innkallingen skulle gå ut, og den er ikke sendt. Ring den som skulle vært innkalt, telefon +4773598600."
    assert said == ([] if left else [word])


def test_it_is_asked_on_the_first_attempt_of_the_same_day_too(planned: House):
    call(planned, start="2026-03-04T10:30:00+01:00", end="2026-03-04T11:00:00+01:00")
    planned.clock.to(datetime(2026, 3, 4, 9, 31, tzinfo=UTC))
    assert planned.send() == []


def test_nobody_sends_it_again_by_hand(planned: House):
    call(planned)
    planned.send()
    (sent,) = planned.messages(direction="out", receiver="90998", state="sent")
    planned.clock.to(datetime(2026, 3, 20, 12, tzinfo=UTC))
    planned.tick()
    with pytest.raises(Faults) as refused:
        ingest.requeue(planned.services, sent.id)
    assert [(f.code, f.rule) for f in refused.value.faults] == [("IPK-E095", "meeting-begun")]


def test_a_meeting_that_was_held_stops_what_still_waits_to_call_to_it(planned: House):
    call(planned)
    after_it(planned)
    planned.post("ip.meeting.held", decisions=None)
    (row,) = planned.messages(direction="out", receiver="90998", state="buried")
    assert row.subject == "Innkalling til møte"
