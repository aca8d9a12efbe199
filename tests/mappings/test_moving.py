"""E50, E51: a patient who moves is not lost between two municipalities; a death closes everything at once. N7."""

from __future__ import annotations

from typing import Any

import pytest

from adapter import kith
from adapter.errors import EventError
from adapter.events import schemas
from adapter.fhir import walk
from adapter.mappings import answering, keeping, membership, views
from adapter.model import Deadline
from tests import otherside
from tests.house import GIVEN, LINE, House, State, living_in
from tests.houses import Build

AGREED = GIVEN | {"scopes": ["coordinator", "plan-create"]}
GONE = living_in("9901")


def move(house: House, **more: Any) -> Any:
    return house.post(
        "ip.patient.moved", **({"patient": GONE, "movedOn": "2026-03-04", "consent": AGREED} | more)
    )


def die(house: House, **more: Any) -> Any:
    return house.post("ip.patient.deceased", **({"diedOn": "2026-03-04"} | more))


@pytest.fixture
def coordinated(hospital: House) -> House:
    """Make a patient with a coordinator in the municipality, and a plan that is asked for."""
    hospital.need()
    hospital.send()
    hospital.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    return hospital


def follow_up(house: House) -> list[Deadline]:
    """Return the open clocks of moves; a need that waits for its decision has one of the same kind."""
    open_ = [d for d in house.case().deadlines if d.kind == "assessment" and d.state == "open"]
    return [d for d in open_ if d.subject.startswith("Task/")]


# ── E50 ──


def test_the_new_unit_is_told_what_there_is_and_the_old_that_it_keeps_it(coordinated: House):
    told = move(coordinated)
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["5079", "5101"]
    said = {r.head.receiver.her_ids[1]: r.body for r in coordinated.sent()}
    new = said["5101"].questions[0].text
    assert "PASIENT FLYTTET: INDIVIDUELL PLAN ELLER KOORDINATOR FINNES" in new
    for line in (
        "Fra kommune: Alvdal Kommune",
        "Til kommune: Gammeldal Kommune",
        "Flyttedato: 04.03.2026",
        "Behov som ikke er avklart: individuell plan",
    ):
        assert line in new.split("\r\n")
    assert "Gunn Omsorg" in new
    assert "Ansvaret ligger hos dere til den nye kommunen har overtatt" in said["5079"].text
    assert views.municipality(coordinated.case()) == "9901"
    held = next(iter(views.assignments(coordinated.case())))
    assert held.end is None


def test_an_old_unit_that_knows_nothing_of_the_need_is_told_nothing(hospital: House):
    hospital.need(consent=GIVEN | {"status": "not-asked", "scopes": []})
    assert hospital.needs()["coordinator"].business == "consent-pending"
    assert [m["receiver"]["herId"] for m in move(hospital).messages] == ["5101"]


def test_whoever_reported_is_told_by_the_old_municipality(hospital: House, alvdal: House):
    hospital.need()
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    told = move(alvdal, source="urn:her:5079")
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["5101", "90998"]
    said = {r.head.receiver.her_ids[1]: r for r in alvdal.sent()}["90998"]
    lines = said.body.text.split("\r\n")
    assert "Til kommune: Gammeldal Kommune" in lines
    assert "Ansvarlig: Ansvaret ligger hos Alvdal Kommune til den nye kommunen har overtatt" in lines
    assert move(alvdal, source="urn:her:5079").messages == []


def test_a_unit_that_does_not_know_the_patient_keeps_nothing_and_is_not_told_where_to(hospital: House):
    hospital.need()
    (asked,) = hospital.send()
    hospital.receive(otherside.receipt(asked, errors=["E35"]))
    assert [m["receiver"]["herId"] for m in move(hospital).messages] == ["5101"]


def test_a_need_that_did_not_arrive_and_goes_to_another_leaves_no_work_item(hospital: House):
    told = hospital.need()
    (asked,) = hospital.send()
    hospital.receive(otherside.receipt(asked, errors=["E35"]))
    assert len(hospital.items("manual-fallback")) == 1
    hospital.post(
        "ip.need.forwarded",
        continues={"meldeId": told.case["meldeId"]},
        to={"key": "storvik-nord"},
    )
    assert hospital.items("manual-fallback") == []
    assert {s.business for s in hospital.needs().values()} >= {"queued"}


def test_a_transfer_nobody_accepts_is_escalated_after_fourteen_days(coordinated: House):
    move(coordinated)
    assert coordinated.clocks()["assessment"] == "2026-03-18T22:59:59+00:00"
    coordinated.clock.advance(days=15)
    coordinated.tick()
    (item,) = coordinated.items("transfer")
    assert any(
        t.get("focus", {}).get("reference") == f"Task/{item['id']}" for t in coordinated.items("review")
    )


def test_without_consent_for_it_the_new_unit_is_not_told_until_it_comes(coordinated: House):
    told = move(coordinated, consent=None)
    assert told.body["status"] == "held"
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E078"]
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    coordinated.send()
    again = move(coordinated)
    assert [m["receiver"]["herId"] for m in again.messages] == ["5101"]
    assert len(coordinated.items("transfer")) == 1
    assert move(coordinated).messages == []


def test_an_older_consent_to_the_coordinating_unit_was_for_the_municipality_left(coordinated: House):
    coordinated.post("ip.consent.given", consent=AGREED)
    assert move(coordinated, consent=None).body["status"] == "held"


def test_a_consent_that_names_the_new_unit_is_enough(coordinated: House):
    coordinated.post("ip.consent.given", consent=AGREED | {"recipients": ["gammeldal-saksbehandling"]})
    told = move(coordinated, consent=None)
    assert "5101" in [m["receiver"]["herId"] for m in told.messages]


def test_a_coordinator_of_the_new_municipality_takes_over(coordinated: House):
    move(coordinated)
    person = schemas.example("ip.coordinator.replaced")["data"]["person"]
    person["organisation"] = {"key": "gammeldal-saksbehandling", "name": "Gammeldal kommune"}
    coordinated.post(
        "ip.coordinator.appointed", source="urn:her:5101", continues=None, person=person, patient=GONE,
        main=False, **{"from": "2026-03-04"},
    )  # fmt: skip
    assert coordinated.items("transfer") == []
    assert follow_up(coordinated) == []


@pytest.mark.parametrize("main", [True, False])
def test_the_new_municipalitys_coordinator_overlaps_the_old_one_until_a_person_ends_it(
    coordinated: House, *, main: bool
):
    move(coordinated)
    (old,) = views.assignments(coordinated.case())
    told = appoint(coordinated, "gammeldal-saksbehandling", main=main)
    assert "IPK-E099" in [w["code"] for w in told.body["warnings"]]
    both = {a.id: a for a in views.assignments(coordinated.case())}
    assert [a.end for a in both.values()] == [None, None]
    assert both[told.case["assignmentId"]].main is main
    assert both[old.id].main is (old.main and not main)
    assert "overlap" in coordinated.clocks()
    coordinated.clock.advance(days=30)
    coordinated.tick()
    assert any(
        i["focus"]["reference"] == f"PractitionerRole/{old.id}"
        for i in coordinated.items("review")
        if "focus" in i
    )
    coordinated.post(
        "ip.coordinator.ended",
        continues={"assignmentId": old.id},
        until="2026-04-01",
        reasonCode="moved-accepted",
    )
    assert not [d for d in coordinated.case().deadlines if d.kind == "overlap" and d.runs]
    assert not any(
        f"PractitionerRole/{old.id}" == i.get("focus", {}).get("reference")
        for i in coordinated.items("review")
    )


def appoint(house: House, unit: str, **more: Any) -> Any:
    person = schemas.example("ip.coordinator.appointed")["data"]["person"] | {
        "name": {"family": "Ny", "given": "Nina"},
        "organisation": {"key": unit, "name": "Saksbehandling"},
    }
    person.pop("hpr", None)
    said = {
        "source": "urn:her:5101",
        "patient": GONE,
        "continues": None,
        "person": person,
        "from": "2026-03-05",
    }
    return house.post("ip.coordinator.appointed", **(said | more))


def test_a_coordinator_of_the_old_municipality_does_not(coordinated: House):
    move(coordinated)
    old = next(iter(views.assignments(coordinated.case())))
    coordinated.post(
        "ip.coordinator.ended", patient=GONE, continues={"assignmentId": old.id}, until="2026-03-04"
    )
    assert len(coordinated.items("transfer")) == 1


def test_an_ending_because_the_new_municipality_has_accepted_does(coordinated: House):
    move(coordinated)
    old = next(iter(views.assignments(coordinated.case())))
    coordinated.post(
        "ip.coordinator.ended", patient=GONE, continues={"assignmentId": old.id}, until="2026-03-04",
        reasonCode="moved-accepted",
    )  # fmt: skip
    assert coordinated.items("transfer") == []


@pytest.mark.parametrize("read", [False, True])
def test_whoever_knew_the_coordinator_is_told_of_the_end_the_same_whether_the_yes_was_read_or_told(
    hospital: House, alvdal: House, *, read: bool
):
    melde_id = hospital.need().case["meldeId"]
    (need,) = hospital.send()
    alvdal.receive(need)
    gunn = alvdal.post("ip.coordinator.appointed", continues={"meldeId": melde_id}, **{"from": "2026-03-04"})
    alvdal.send()
    move(alvdal, source="urn:her:5079")
    new = next(d for d in alvdal.send() if kith.read(d).head.receiver.her_ids[1] == "5101")  # type: ignore[union-attr]
    if read:
        alvdal.receive(otherside.reply(new, "Svar: Godtatt"))
        assert {m.receiver_key for m in alvdal.messages(direction="out") if m.state == "pending"} == {
            "gammeldal-saksbehandling"
        }, "its receipt alone"
    ended = alvdal.post(
        "ip.coordinator.ended", patient=GONE, continues={"assignmentId": gunn.case["assignmentId"]},
        until="2026-03-04", reasonCode="moved-accepted",
    )  # fmt: skip
    assert [m["receiver"]["herId"] for m in ended.messages] == ["90998"]
    assert (alvdal.items("transfer"), follow_up(alvdal)) == ([], [])


def test_a_move_from_where_the_patient_does_not_live_is_refused(coordinated: House):
    with pytest.raises(EventError) as refused:
        move(coordinated, **{"from": {"code": "9902"}})
    assert (refused.value.code, refused.value.row.http) == ("IPK-E073", 409)


def test_a_patient_with_nothing_to_take_over_only_moves(hospital: House):
    told = move(hospital)
    assert (told.body["status"], told.messages, hospital.items("transfer")) == ("recorded", [], [])
    assert views.municipality(hospital.case()) == "9901"


def test_a_municipality_that_nobody_serves_is_a_work_item(coordinated: House):
    told = move(coordinated, patient=living_in("1103"), to={"code": "1103"})
    assert told.body["status"] == "unrouted"
    assert len(coordinated.items("transfer")) == 1


# ── E51 ──


def test_a_death_closes_everything_in_one_event_and_stops_every_clock(coordinated: House):
    admitted = coordinated.post("ip.patient.admitted")
    assert admitted.status == 202
    coordinated.need(needs=["habilitation"], consent={"status": "not-asked", "scopes": []})
    die(coordinated)
    assert coordinated.needs()["individual-plan"] == State("cancelled", "withdrawn", "revoked")
    assert coordinated.needs()["habilitation"] == State("cancelled", "withdrawn", "revoked")
    assert coordinated.needs()["coordinator"].business == "fulfilled"
    assert coordinated.clocks() == {}
    current = coordinated.current()
    kinds = {(r["resourceType"], r.get("status")) for r in current}
    assert ("CareTeam", "inactive") in kinds
    assert ("Encounter", "finished") in kinds
    assert not [t for t in current if t["resourceType"] == "Task" and t["status"] in {"requested", "draft"}]
    assert all(a.end == "2026-03-04" for a in views.assignments(coordinated.case()))
    (patient,) = [r for r in current if r["resourceType"] == "Patient"]
    assert patient["deceasedDateTime"] == "2026-03-04"


def test_a_plan_and_its_goals_end_with_the_patient(coordinated: House):
    plan = schemas.example("ip.plan.created")["data"]["plan"]
    agreed = plan["consent"] | {"date": "2026-03-04"}
    coordinated.post("ip.plan.created", continues=None, plan=plan | {"consent": agreed})
    die(coordinated)
    states = {r["resourceType"]: r.get("status", r.get("lifecycleStatus")) for r in coordinated.current()}
    assert (states["CarePlan"], states["Goal"], states["Appointment"]) == (
        "completed",
        "cancelled",
        "cancelled",
    )


def test_those_with_something_open_are_told_once_and_nobody_else(coordinated: House):
    told = die(coordinated)
    assert [(m["receiver"]["herId"], m["why"][0]["rule"]) for m in told.messages] == [
        ("5079", "deceased-told")
    ]
    (read,) = coordinated.sent()
    assert read.body.text.startswith("PASIENT DØD\r\nDødsdato: 04.03.2026\r\nMelde-id: ")
    assert die(coordinated, diedOn="2026-03-03").messages == []


def test_a_death_of_a_patient_with_nothing_open_tells_nobody(hospital: House):
    assert die(hospital).messages == []


def test_what_had_not_left_never_leaves_and_does_not_hold_the_last_word(hospital: House):
    hospital.need()
    die(hospital)
    assert [m.state for m in hospital.messages()] == ["buried"]
    hospital.tick()
    assert hospital.send() == []


@pytest.mark.parametrize("type_", ["ip.need.identified", "ip.coordinator.appointed", "ip.patient.admitted"])
def test_what_comes_later_is_refused(hospital: House, type_: str):
    die(hospital)
    with pytest.raises(EventError) as refused:
        hospital.post(type_, **({"continues": None} if "coordinator" in type_ else {}))
    assert (refused.value.code, refused.value.row.http) == ("IPK-E072", 409)
    assert "ip.patient.deceased" in refused.value.allowed


def test_a_receipt_that_comes_later_is_taken(hospital: House):
    told = hospital.need()
    hospital.send()
    die(hospital)
    id_ = told.messages[0]["id"]
    hospital.post("ip.message.receipt", msgId=id_, status="ok", errors=[])
    assert hospital.message(id_).state == "acknowledged"


def test_an_answer_that_comes_later_is_for_a_person_to_read(hospital: House, alvdal: House):
    melde_id = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    die(hospital)
    alvdal.post("ip.need.accepted", continues={"meldeId": melde_id})
    for answer in alvdal.send():
        hospital.receive(answer)
    (item,) = hospital.items("read-answer")
    assert item["description"] == "Pasienten er død; meldingen er lagt til lesing"
    assert hospital.needs()["coordinator"].business == "withdrawn"


def test_another_day_corrects_the_first(hospital: House):
    die(hospital)
    die(hospital, diedOn="2026-03-03")
    assert views.patient(hospital.case())["deceasedDateTime"] == "2026-03-03"  # type: ignore[index]


OTHER_DAY = "Dødsdatoen er nå meldt som en annen enn før"


def other_day(house: House) -> int:
    """Return how many are asked to see to a day of death that contradicts the first."""
    return len([t for t in house.items("review") if t.get("description", "").startswith(OTHER_DAY)])


@pytest.mark.parametrize("source", ["urn:her:90998", "urn:her:5079"])
def test_another_day_after_the_word_has_left_is_for_a_person(coordinated: House, source: str):
    die(coordinated)
    coordinated.send()
    coordinated.clock.advance(hours=1)
    told = die(coordinated, source=source, diedOn="2026-03-03")
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E108"]
    assert coordinated.send() == []
    assert other_day(coordinated) == 1
    die(coordinated, diedOn="2026-03-03")  # told again, it contradicts nothing
    assert other_day(coordinated) == 1
    die(coordinated, enteredInError=True)
    assert other_day(coordinated) == 0


def test_the_same_day_told_by_another_contradicts_nothing(coordinated: House):
    die(coordinated)
    coordinated.send()
    told = die(coordinated, source="urn:her:5079")
    assert told.body["warnings"] == []
    assert other_day(coordinated) == 0


def test_a_day_corrected_before_the_word_has_left_is_the_day_that_is_told(coordinated: House):
    die(coordinated)
    die(coordinated, diedOn="2026-03-03")
    (read,) = coordinated.sent()
    assert read.body.text.startswith("PASIENT DØD\r\nDødsdato: 03.03.2026\r\n")


def test_a_day_corrected_by_an_outside_party_lets_the_word_leave(coordinated: House):
    die(coordinated)
    die(coordinated, source="urn:her:5079", diedOn="2026-03-03")
    assert len(coordinated.sent()) == 1


def test_who_is_asked_to_take_over_a_patient_who_moves_hears_of_the_death(hospital: House):
    new = GIVEN | {"recipients": ["gammeldal-saksbehandling"]}
    hospital.need(needs=["coordinator"])
    hospital.send()
    hospital.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    move(hospital, consent=new)
    assert "5101" in [r.head.receiver.level2.her_id for r in hospital.sent()]
    told = die(hospital, patient=GONE)
    assert "5101" in [m["receiver"]["herId"] for m in told.messages]


def test_who_is_asked_and_has_not_got_the_question_hears_nothing_of_a_death(hospital: House):
    hospital.need(needs=["coordinator"])
    hospital.send()
    hospital.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-04"})
    move(hospital, consent=GIVEN | {"recipients": ["gammeldal-saksbehandling"]})
    told = die(hospital, patient=GONE)
    assert "5101" not in [m["receiver"]["herId"] for m in told.messages if m["state"] == "pending"]


SHARED = schemas.example("ip.plan.created")["data"]["plan"]["consent"] | {
    "date": "2026-03-04",
    "scopes": ["coordinator", "plan-create", "plan-share"],
    "recipients": ["coordinating-unit", "st-olavs-fmr", "storvik-nord"],
}


def planned(house: House, **more: Any) -> dict[str, Any]:
    """Return what continues a plan that is there."""
    plan = schemas.example("ip.plan.created")["data"]["plan"]
    house.post("ip.plan.created", continues=None, plan=plan | {"consent": SHARED}, **more)
    house.send()
    return {"continues": {"planIdentifier": plan["identifier"]}}


def test_who_is_asked_to_take_a_plan_over_hears_of_the_death(alvdal: House):
    about = planned(alvdal)
    alvdal.post("ip.plan.transferred", **about, step="requested")
    assert [r.head.receiver.level2.her_id for r in alvdal.sent()] == ["5111"]
    told = die(alvdal, source="urn:her:5079")
    assert "5111" in [m["receiver"]["herId"] for m in told.messages]


def test_who_is_invited_to_a_meeting_that_is_to_come_hears_of_the_death(alvdal: House):
    about = planned(alvdal)
    meeting = schemas.example("ip.meeting.called")["data"]["meeting"]
    hours = {"start": "2026-03-15T12:00:00+02:00", "end": "2026-03-15T13:00:00+02:00"}
    alvdal.post("ip.meeting.called", **about, meeting=meeting | hours)
    called = {r.head.receiver.level2.her_id for r in alvdal.sent()}
    assert called
    told = die(alvdal, source="urn:her:5079")
    assert called <= {m["receiver"]["herId"] for m in told.messages}


def test_who_answers_for_the_plan_hears_of_the_death(hospital: House):
    planned(hospital, source="urn:her:5079")
    assert "5079" in [m["receiver"]["herId"] for m in die(hospital).messages]


def test_a_death_that_was_none_opens_nothing_by_itself(coordinated: House):
    die(coordinated)
    coordinated.send()
    die(coordinated, enteredInError=True)
    assert not views.is_dead(coordinated.case())
    assert coordinated.needs()["individual-plan"].business == "withdrawn"
    (item,) = coordinated.items("review")
    assert item["description"].startswith("Pasienten var meldt død ved en feil")
    assert coordinated.need().status == 202


def test_who_dies_in_hospital_leaves_it_by_the_message_of_care(build: Build):
    ward = build(of={"rows": {"st-olavs-fmr": {"plo": "adapter"}}})
    ward.post("ip.patient.admitted")
    ward.send()
    die(ward)
    (document,) = ward.send()
    read = kith.read(document)
    assert (read.type, read.body.discharged_to.condition.v) == ("LOG_UTSKREVET", "2")
    assert kith.check(document) == ()


def test_a_municipality_tells_by_log_dod_where_it_is_taken(build: Build):
    rows = {
        "alvdal-saksbehandling": {"plo": "adapter"},
        "st-olavs-fmr": {"takes": ["LOG_DOD/1.6", "DIALOG_HELSEFAGLIG/1.1"]},
    }
    hospital, alvdal = (
        build(),
        build(of={"home": {"alvdal-saksbehandling", "alvdal-sykepleie"}, "rows": rows}),
    )
    hospital.need()
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    die(alvdal, source="urn:her:5079")
    (said,) = alvdal.send()
    assert kith.read(said).type == "LOG_DOD"
    assert kith.check(said) == ()


def test_the_same_person_may_not_be_admitted_dead(hospital: House):
    die(hospital)
    with pytest.raises(EventError):
        hospital.post("ip.patient.admitted", patient=LINE)


def test_a_yes_of_the_new_municipality_takes_over_and_a_person_ends_what_was(coordinated: House):
    move(coordinated)
    new = next(d for d in coordinated.send() if kith.read(d).head.receiver.her_ids[1] == "5101")
    coordinated.receive(otherside.reply(new, "Svar: Godtatt"))
    assert coordinated.items("transfer") == []
    assert follow_up(coordinated) == []
    (item,) = coordinated.items("read-answer")
    assert item["description"] == "Ny kommune har overtatt: avslutt det som er overtatt"


def test_a_yes_of_somebody_else_does_not(coordinated: House):
    move(coordinated)
    old = next(d for d in coordinated.send() if kith.read(d).head.receiver.her_ids[1] == "5079")
    coordinated.receive(otherside.reply(old, "Takk, notert."))
    assert len(coordinated.items("transfer")) == 1


def test_the_word_to_the_new_unit_asks_for_an_answer(coordinated: House):
    told = move(coordinated)
    new = told.message_to("5101")
    assert new["type"] == "DIALOG_FORESPORSEL"
    (read,) = [r for r in coordinated.sent() if r.head.receiver.her_ids[1] == "5101"]
    assert not read.body.questions[0].text.startswith("Til orientering")
    assert "Ønsket svar: «Svar: Godtatt» når dere har overtatt" in read.body.questions[0].text


def test_who_moves_on_before_anybody_took_over_is_followed_to_the_last_place(coordinated: House):
    move(coordinated)
    told = move(coordinated, patient=living_in("9902"), to={"code": "9902"}, **{"from": {"code": "9901"}})
    (item,) = coordinated.items("transfer")
    assert views.input_of(item, "to") == "9902"
    assert "LETTER" in [m["type"] for m in told.messages]
    open_ = follow_up(coordinated)
    assert [d.subject for d in open_] == [f"Task/{item['id']}"]


def test_what_would_begin_after_the_death_ends_on_its_first_day(hospital: House):
    hospital.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-20"})
    die(hospital)
    (held,) = views.assignments(hospital.case())
    assert (held.start, held.end) == ("2026-03-20", "2026-03-20")
    assert all(walk.check(r) == () for r in hospital.current())


def test_who_lives_after_all_has_a_team_that_may_be_filled_again(coordinated: House):
    die(coordinated)
    die(coordinated, enteredInError=True)
    coordinated.post("ip.coordinator.appointed", continues=None, **{"from": "2026-03-05"})
    (team,) = coordinated.case().of("CareTeam")
    assert (team["status"], "end" in team["period"]) == ("active", False)


# ── a protected address ──


@pytest.mark.parametrize("told", ["before", "with the move"])
def test_of_a_protected_address_nobody_is_told_from_where_or_to_where(coordinated: House, told: str):
    if told == "before":
        coordinated.post("ip.address-protection.changed", level="confidential")
        move(coordinated)
    else:
        move(coordinated, patient=GONE | {"protectedAddress": "confidential"})
    said = {r.head.receiver.her_ids[1]: r for r in coordinated.sent()}
    assert set(said) == {"5079", "5101"}
    for read in said.values():
        whole = read.body.text if hasattr(read.body, "text") else read.body.questions[0].text
        assert "kommune:" not in whole
        assert "Flyttedato: 04.03.2026" in whole
    assert "Gammeldal" not in said["5079"].body.text
    assert "Ansvaret ligger hos dere" in said["5079"].body.text


def test_of_a_protected_address_the_item_that_says_where_is_shown_to_no_other(coordinated: House):
    move(coordinated)
    (item,) = coordinated.items("transfer")
    party, book = coordinated.services.book().by_key("alvdal-saksbehandling"), coordinated.services.book()
    assert party is not None
    on = coordinated.clock.now.date()

    def is_shown() -> bool:
        return membership.shown(coordinated.case(), party, book, type_="Task", on=on, said=item)

    assert is_shown()
    coordinated.post("ip.address-protection.changed", patient=GONE, level="confidential")
    assert not is_shown()


# ── on again before anybody took over ──

ONWARD = {"patient": living_in("3401"), "to": {"code": "3401"}, "from": {"code": "9901"}}
BACK = {"patient": LINE, "to": {"code": "3428"}, "from": {"code": "9901"}}


def words_to(house: House) -> dict[str, str]:
    """Return what leaves now, by the receiver's level-2 HER-id."""
    return {r.head.receiver.her_ids[1]: r.body.text or r.body.questions[0].text for r in house.sent()}


def test_who_was_only_asked_hears_that_the_question_is_gone_and_who_keeps_it_where_the_patient_went(
    coordinated: House,
):
    move(coordinated)
    coordinated.send()
    move(coordinated, **ONWARD)
    said = words_to(coordinated)
    assert "Gjelder: Spørsmålet om å overta er falt bort. Dere trenger ikke svare" in said["5101"]
    assert "kommune:" not in said["5101"]
    assert "Ansvaret" not in said["5101"]
    assert "Ansvaret ligger hos dere til den nye kommunen har overtatt" in said["5079"]
    assert "Fra kommune: Gammeldal Kommune" in said["5079"]


def test_a_question_that_had_not_left_is_stopped_and_nobody_hears_that_it_is_gone(coordinated: House):
    move(coordinated)
    move(coordinated, **ONWARD)
    assert "5101" not in words_to(coordinated)


def test_a_third_move_is_still_kept_by_the_first_municipality(coordinated: House):
    move(coordinated)
    coordinated.send()
    move(coordinated, **ONWARD)
    coordinated.send()
    told = move(coordinated, patient=living_in("9902"), to={"code": "9902"}, **{"from": {"code": "3401"}})
    assert "5079" in [m["receiver"]["herId"] for m in told.messages]
    (item,) = coordinated.items("transfer")
    assert keeping.since(item) == "3428"
    found = answering.answers(coordinated.case(), coordinated.services.book(), coordinated.clock.now.date())
    assert "Alvdal" in str(found)


def test_a_move_back_closes_the_question_and_asks_nobody(coordinated: House):
    move(coordinated)
    coordinated.send()
    move(coordinated, **BACK)
    assert coordinated.items("transfer") == []
    assert follow_up(coordinated) == []
    said = words_to(coordinated)
    assert set(said) == {"5079", "5101"}
    assert "PASIENTEN FLYTTER TILBAKE" in said["5079"]
    assert "Ansvaret ligger fortsatt hos dere" in said["5079"]
    assert "Spørsmålet om å overta er falt bort" in said["5101"]


def test_a_municipality_that_got_a_need_of_its_own_meanwhile_keeps_that(coordinated: House):
    move(coordinated)
    coordinated.send()
    coordinated.need(patient=GONE, needs=["rehabilitation"], consent=AGREED)
    coordinated.send()
    move(coordinated, **ONWARD)
    said = words_to(coordinated)
    assert "Ansvaret ligger hos dere til den nye kommunen har overtatt" in said["5101"]
    assert "Ansvaret ligger hos dere til den nye kommunen har overtatt" in said["5079"]


def test_a_city_without_its_district_is_called_by_its_name(coordinated: House):
    move(coordinated, patient=living_in("9904", "990401"), to={"code": "9904", "district": "990401"})
    coordinated.send()
    coordinated.clock.advance(hours=1)
    move(coordinated, patient=LINE, **{"from": {"code": "9904"}, "to": {"code": "3428"}})
    told = "".join(words_to(coordinated).values())
    assert "Fra kommune: Storvik Kommune" in told
    assert "9904" not in told


# ── what waits for consent ──

NOT_ASKED = {"status": "not-asked", "scopes": []}


@pytest.mark.parametrize("named", ["coordinating-unit", "gammeldal-saksbehandling"])
def test_a_need_that_waits_for_consent_goes_to_where_the_patient_lives_when_it_is_given(
    hospital: House, named: str
):
    hospital.need(consent=NOT_ASKED)
    move(hospital, consent=None)
    assert {s.business for s in hospital.needs(GONE).values()} == {"consent-pending"}
    hospital.clock.advance(days=1)
    given = GIVEN | {"date": "2026-03-05", "recipients": [named]}
    hospital.post("ip.consent.given", patient=GONE, consent=given)
    assert [r.head.receiver.level2.her_id for r in hospital.sent()] == ["5101"]
    assert len(hospital.needs(GONE)) == 2


def test_a_need_that_the_municipality_left_knows_of_stays_there(hospital: House):
    hospital.need()
    hospital.send()
    hospital.clock.advance(days=1)
    hospital.need(needs=["rehabilitation"], consent=NOT_ASKED)
    move(hospital, consent=None)
    there = hospital.services.book().by_key("alvdal-saksbehandling")
    assert there is not None
    assert {n.owner for n in views.open_needs(hospital.case())} == {there.organisation_id}


def test_a_need_that_waits_follows_a_patient_who_moves_back(hospital: House):
    hospital.need(consent=NOT_ASKED)
    move(hospital, consent=None)
    hospital.clock.advance(hours=1)
    back = {"from": {"code": "9901"}, "to": {"code": "3428"}}
    move(hospital, patient=LINE, consent=None, **back)
    hospital.post("ip.consent.given", patient=LINE, consent=GIVEN)
    assert [r.head.receiver.level2.her_id for r in hospital.sent()] == ["5079"]


# ── a death that was none ──


def test_whoever_was_told_of_a_death_that_was_none_is_told_so_once(coordinated: House):
    die(coordinated)
    coordinated.send()
    told = die(coordinated, enteredInError=True)
    assert [(m["receiver"]["herId"], m["why"][0]["rule"]) for m in told.messages] == [
        ("5079", "deceased-mistaken")
    ]
    (read,) = coordinated.sent()
    assert read.head.conversation is not None
    assert "MELDINGEN OM DØDSFALL VAR FEIL" in read.body.text
    assert "Gjelder: Pasienten lever." in read.body.text
    assert len(coordinated.items("review")) == 1
    assert die(coordinated, enteredInError=True).messages == []
    for said in ({}, {"enteredInError": True}):
        again = die(coordinated, **said)
        assert [m["receiver"]["herId"] for m in again.messages] == ["5079"], "and of the next one as well"
        coordinated.send()


def test_a_word_of_a_death_that_was_none_never_leaves_where_it_had_not(coordinated: House):
    die(coordinated)
    told = die(coordinated, enteredInError=True)
    assert [m["state"] for m in told.messages] == ["buried"]
    assert coordinated.send() == []


def test_of_a_strict_address_a_person_tells_that_the_death_was_none(coordinated: House):
    die(coordinated)
    coordinated.send()
    coordinated.post("ip.address-protection.changed", level="strictly-confidential")
    assert [m["state"] for m in die(coordinated, enteredInError=True).messages] == ["manual"]
    assert coordinated.send() == []


def test_who_got_a_message_of_care_of_a_death_that_was_none_gets_a_note(build: Build):
    rows = {
        "alvdal-saksbehandling": {"plo": "adapter"},
        "st-olavs-fmr": {"takes": ["LOG_DOD/1.6", "DIALOG_HELSEFAGLIG/1.1"]},
    }
    hospital = build()
    alvdal = build(of={"home": {"alvdal-saksbehandling", "alvdal-sykepleie"}, "rows": rows})
    hospital.need()
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    die(alvdal, source="urn:her:5079")
    alvdal.send()
    die(alvdal, source="urn:her:5079", enteredInError=True)
    (said,) = alvdal.sent()
    assert said.type == "DIALOG_HELSEFAGLIG"
    assert "MELDINGEN OM DØDSFALL VAR FEIL" in said.body.text
