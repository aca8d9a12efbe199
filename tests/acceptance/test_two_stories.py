"""The twelve stories, told between a hospital and a municipality with an adapter each, both ways. Nothing echoes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Final

import pytest

from adapter import ingest, kith
from adapter.errors import EventError
from adapter.events import schemas
from adapter.ingest.mail import CONTRADICTS
from adapter.mappings import views
from tests.acceptance.country import HOMES, Country, Homes, quiet, receipted_once, reported, rested
from tests.house import GIVEN, LINE, House, Reply, living_in
from tests.houses import Build

pytestmark = pytest.mark.acceptance

PLAN: Final[dict[str, Any]] = schemas.example("ip.plan.created")["data"]["plan"]
AUGUST: Final = schemas.example("ip.coordinator.replaced")["data"]["person"]
ALVDAL: Final = "urn:her:5079"
UNIT: Final = "urn:her:91990"
"""The hospital's coordinating unit."""
SHARED: Final = GIVEN | {"scopes": ["coordinator", "plan-create", "plan-share"]}
TO_HOSPITAL: Final = GIVEN | {"recipients": ["coordinating-unit", "st-olavs-ke", "st-olavs-fmr"]}
BOTH: Final = ["individual-plan", "coordinator"]
REMINDERS: Final = 2
"""By clock, to whoever has not answered (domain, E62)."""
STAY: Final = {"encounterId": "2026-000117"}
NORD: Final = living_in("9904", "990401")
CHILD: Final = LINE | {
    "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "10881550003"},
    "name": {"family": "Danser", "given": "Lilje"},
    "birthDate": "2015-08-10",
}
OWN_CARE: Final[Homes] = HOMES | {
    "hospital": HOMES["hospital"] | {"rows": {"st-olavs-fmr": {"plo": "adapter"}}}
}
"""The hospital's logistics and reports leave by the adapter as well."""


@pytest.fixture
def country(build: Build, tmp_path: Path) -> Country:
    return Country(build, tmp_path)


@pytest.fixture
def caring(build: Build, tmp_path: Path) -> Country:
    return Country(build, tmp_path, OWN_CARE)


@pytest.fixture
def three(build: Build, tmp_path: Path) -> Country:
    """Make a country with the district to which a patient moves as well."""
    return Country(build, tmp_path, HOMES | {"nord": {"home": frozenset({"storvik-nord"})}})


# ── what is told in many stories ─────────────────────────────────────────────────────────────────────────────────────


def today(country: Country) -> str:
    return country.clock.now.date().isoformat()


def plan(**more: Any) -> dict[str, Any]:
    return copy.deepcopy(PLAN) | {"consent": PLAN["consent"] | {"date": "2026-03-04"}} | more


def said(country: Country, house: House, type_: str, **more: Any) -> Reply:
    """Post an event; both come to rest, every message has its receipt, and nothing follows."""
    told = house.post(type_, **more)
    rested(country)
    return told


def heard(country: Country, house: House, type_: str, **more: Any) -> None:
    """Record in the other's name what its message said, as whoever reads it does: nothing leaves."""
    before = house.count()
    said(country, house, type_, **more)
    assert house.count() == before


def understood(country: Country, *, failed: int = 0) -> None:
    """Assert that no received message was refused or contradicted what its receiver knew."""
    came = [m for s in country.sides for m in s.house.messages(direction="in")]
    assert len([m for m in came if m.state in {"failed", "unmatched", "ignored"}]) == failed
    assert CONTRADICTS.encode() not in b"".join(r for s in country.sides for r in s.house.resources())


def acknowledged(country: Country, melde_id: str) -> None:
    said(country, country.alvdal, "ip.need.acknowledged", continues={"meldeId": melde_id})
    country.agree()


def accepted(country: Country, melde_id: str) -> None:
    acknowledged(country, melde_id)
    said(country, country.alvdal, "ip.need.accepted", continues={"meldeId": melde_id})
    country.agree()


def appointed(country: Country, melde_id: str) -> str:
    """Return the municipality's assignment, which the hospital's team has too."""
    told = said(
        country, country.alvdal, "ip.coordinator.appointed",
        continues={"meldeId": melde_id}, **{"from": today(country)},
    )  # fmt: skip
    country.agree()
    hospital, alvdal = country.teams()
    assert [a for a in hospital if a[0] == "8"] == alvdal == [("8", True, None)]
    return str(told.case["assignmentId"])


def coordinator_of(house: House) -> str:
    """Return the assignment of the municipality's coordinator, as this side knows it."""
    return next(a.id for a in views.assignments(house.case()) if a.code == "8" and a.end is None)


def passed_on(country: Country, **more: Any) -> str:
    """Return the Melde-id of a need that the municipality has found and sent to the hospital's coordinating unit."""
    melde_id = country.alvdal.need(
        source=ALVDAL, legalBasis="consent", **({"consent": TO_HOSPITAL} | more)
    ).case["meldeId"]
    to = {"key": "st-olavs-ke"}
    patient = more.get("patient", LINE)
    said(
        country, country.alvdal, "ip.need.forwarded",
        source=ALVDAL, continues={"meldeId": melde_id}, to=to, patient=patient,
    )  # fmt: skip
    return str(melde_id)


def left(house: House) -> list[tuple[str, str | None]]:
    """Return what has left, receipts aside: subject and receiver."""
    return [
        (m.subject, m.receiver_key)
        for m in house.messages(direction="out")
        if m.type != "APPREC" and m.state in {"sent", "delivered", "acknowledged"}
    ]


def team(house: House) -> list[tuple[str, str | None]]:
    return sorted((a.key, a.end) for a in views.assignments(house.case()))


# ── 1 admitted ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_1_an_admitted_patient_gets_coordinator_and_plan_and_both_end(caring: Country):
    hospital, alvdal = caring.hospital, caring.alvdal
    said(caring, hospital, "ip.patient.admitted", correlation=STAY)
    melde_id = said(
        caring, hospital, "ip.need.identified", admitted=True, consent=SHARED, correlation=STAY
    ).case["meldeId"]
    said(caring, hospital, "ip.contact-physician.appointed")
    acknowledged(caring, melde_id)
    said(caring, alvdal, "ip.need.info-requested", continues={"meldeId": melde_id})
    caring.agree()
    said(caring, hospital, "ip.need.info-supplied", continues={"meldeId": melde_id})
    said(caring, alvdal, "ip.need.accepted", continues={"meldeId": melde_id})
    caring.agree()
    assignment = appointed(caring, melde_id)
    said(caring, hospital, "ip.hospital-coordinator.appointed")
    heard(caring, alvdal, "ip.hospital-coordinator.appointed")
    said(caring, alvdal, "ip.plan.created", continues={"meldeId": melde_id}, plan=plan())
    heard(caring, hospital, "ip.plan.created", continues={"meldeId": melde_id}, plan=plan())
    caring.agree()
    assert set(caring.states()[0].values()) == {("completed", "fulfilled")}
    for type_ in ("ip.patient.discharge-ready", "ip.patient.discharged"):
        said(caring, hospital, type_, correlation=STAY)
    known = {"planIdentifier": PLAN["identifier"]}
    said(caring, alvdal, "ip.plan.closed", continues=known)
    heard(caring, hospital, "ip.plan.closed", continues=known)
    over = {"until": today(caring), "reasonCode": "right-ceased"}
    theirs = coordinator_of(hospital)
    said(caring, alvdal, "ip.coordinator.ended", continues={"assignmentId": assignment}, **over)
    heard(caring, hospital, "ip.coordinator.ended", continues={"assignmentId": theirs}, **over)
    caring.agree()
    assert views.plan(hospital.case()) is None
    assert [a for a in team(hospital) if a[0] != "kontaktlege"] == team(alvdal)
    understood(caring)


def test_1_a_patient_with_a_plan_is_admitted_and_goes_home_with_it(caring: Country):
    melde_id = said(caring, caring.hospital, "ip.need.identified", consent=SHARED).case["meldeId"]
    said(caring, caring.alvdal, "ip.plan.created", continues={"meldeId": melde_id}, plan=plan())
    heard(caring, caring.hospital, "ip.plan.created", continues={"meldeId": melde_id}, plan=plan())
    for type_ in ("admitted", "discharge-ready", "discharged"):
        said(caring, caring.hospital, f"ip.patient.{type_}", correlation=STAY)
    assert caring.states()[0]["individual-plan"] == caring.states()[1]["individual-plan"]
    assert caring.states()[0]["individual-plan"] == ("completed", "fulfilled")
    understood(caring)


def test_1_the_municipality_calls_a_meeting_and_the_hospital_answers(country: Country):
    hospital, alvdal = country.hospital, country.alvdal
    melde_id = said(country, hospital, "ip.need.identified", consent=SHARED).case["meldeId"]
    accepted(country, melde_id)
    appointed(country, melde_id)
    called = {
        "continues": None,
        "meeting": schemas.example("ip.meeting.called")["data"]["meeting"],
        "invitees": schemas.example("ip.meeting.called")["data"]["invitees"][:1],
    }
    said(country, alvdal, "ip.meeting.called", **called)
    heard(country, hospital, "ip.meeting.called", **called)
    said(country, hospital, "ip.meeting.answered", source="urn:her:90998")
    assert left(hospital)[-1] == ("Svar på innkalling til møte", "alvdal-saksbehandling")
    heard(country, alvdal, "ip.meeting.answered", source="urn:her:90998")
    statuses = [
        [r["status"] for r in house.case().of("Appointment") if r.get("participant")]
        for house in (hospital, alvdal)
    ]
    assert statuses == [["booked"], ["booked"]]
    understood(country)


# ── 2 outpatient ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_2_an_outpatient_gets_coordinator_and_plan(country: Country):
    melde_id = said(country, country.hospital, "ip.need.identified", consent=SHARED).case["meldeId"]
    accepted(country, melde_id)
    appointed(country, melde_id)
    said(country, country.hospital, "ip.hospital-coordinator.appointed")
    heard(country, country.alvdal, "ip.hospital-coordinator.appointed")
    said(country, country.alvdal, "ip.plan.created", continues={"meldeId": melde_id}, plan=plan())
    heard(country, country.hospital, "ip.plan.created", continues={"meldeId": melde_id}, plan=plan())
    country.agree()
    assert set(country.states()[0].values()) == {("completed", "fulfilled")}
    assert team(country.hospital) == team(country.alvdal)
    understood(country)


def test_2_two_sides_that_forget_a_patient_for_fourteen_months_remind_their_own_people_alone(
    country: Country,
):
    melde_id = said(country, country.hospital, "ip.need.identified", consent=SHARED).case["meldeId"]
    accepted(country, melde_id)
    appointed(country, melde_id)
    said(country, country.hospital, "ip.hospital-coordinator.appointed")
    said(country, country.alvdal, "ip.plan.created", continues={"meldeId": melde_id}, plan=plan())
    before = [house.count() for house in (country.hospital, country.alvdal)]
    for _ in range(14):
        country.clock.advance(days=30)
        for side in country.sides:
            side.house.tick()
        country.settle()
    assert [house.count() for house in (country.hospital, country.alvdal)] == before
    assert "ip.deadline.breached" in country.hospital.events()
    assert "ip.deadline.breached" in country.alvdal.events()


def test_2_a_need_that_nobody_answers_is_escalated_at_home_and_answered_by_no_machine(country: Country):
    reported(country)
    for _ in range(12):
        country.clock.advance(days=10)
        for side in country.sides:
            side.house.tick()
        country.settle()
    receipted_once(country)
    assert left(country.alvdal) == []
    assert len(left(country.hospital)) <= 1 + REMINDERS
    assert {s.business for s in country.hospital.needs().values()} == {"delivered"}
    assert {s.business for s in country.alvdal.needs().values()} == {"reported"}
    understood(country)


def test_2_a_yes_that_crosses_a_withdrawal_is_read_and_opens_nothing(country: Country):
    melde_id = reported(country)
    gone = {"continues": {"meldeId": melde_id}, "scope": None, "reasonCode": "no-longer-relevant"}
    country.hospital.post("ip.need.withdrawn", **gone)
    country.alvdal.post("ip.need.accepted", continues={"meldeId": melde_id})
    rested(country)
    assert set(country.states()[0].values()) == {("cancelled", "withdrawn")}
    assert len(country.hospital.items("read-answer")) == len(country.alvdal.items("read-answer")) == 1
    heard(country, country.alvdal, "ip.need.withdrawn", **gone)
    country.agree()
    understood(country)


def test_2_the_municipality_finds_the_need_and_the_hospital_takes_it(country: Country):
    melde_id = passed_on(country)
    said(country, country.hospital, "ip.need.acknowledged", source=UNIT, continues={"meldeId": melde_id})
    country.agree()
    said(country, country.hospital, "ip.need.accepted", source=UNIT, continues={"meldeId": melde_id})
    country.agree()
    said(country, country.hospital, "ip.hospital-coordinator.appointed", continues={"meldeId": melde_id})
    heard(country, country.alvdal, "ip.hospital-coordinator.appointed", continues={"meldeId": melde_id})
    country.agree()
    assert team(country.hospital) == team(country.alvdal) == [("koordinator-sphl", None)]
    understood(country)


# ── 3 a coordinator, no plan ─────────────────────────────────────────────────────────────────────────────────────────


def test_3_the_municipality_says_yes_to_a_coordinator_and_no_to_a_plan(country: Country):
    melde_id = reported(country)
    acknowledged(country, melde_id)
    said(
        country, country.alvdal, "ip.need.declined",
        continues={"meldeId": melde_id}, scope=["individual-plan"],
    )  # fmt: skip
    country.agree()
    said(country, country.alvdal, "ip.need.accepted", continues={"meldeId": melde_id}, scope=["coordinator"])
    country.agree()
    appointed(country, melde_id)
    assert country.states()[0] == {
        "coordinator": ("completed", "fulfilled"),
        "individual-plan": ("rejected", "declined"),
    }
    # The patient's letter about the refusal waits for a person to post it (C8).
    assert [set(side.house.clocks()) for side in country.sides] == [set(), {"inform"}]
    understood(country)


def test_3_the_patient_says_yes_to_a_coordinator_and_no_to_a_plan(country: Country):
    melde_id = reported(country)
    acknowledged(country, melde_id)
    no = {"continues": {"meldeId": melde_id}, "scope": ["individual-plan"], "date": today(country)}
    said(country, country.hospital, "ip.need.declined-by-patient", **no)
    heard(country, country.alvdal, "ip.need.declined-by-patient", **no)
    country.agree()
    appointed(country, melde_id)
    assert country.states()[0]["individual-plan"] == ("cancelled", "declined-by-patient")
    understood(country)


def test_3_a_no_that_crosses_the_patients_own_takes_the_coordinator_with_it_on_neither_side(country: Country):
    melde_id = reported(country)
    acknowledged(country, melde_id)
    no = {"continues": {"meldeId": melde_id}, "scope": ["individual-plan"]}
    country.hospital.post("ip.need.declined-by-patient", date=today(country), **no)
    country.alvdal.post("ip.need.declined", **no)
    rested(country)
    hospital, alvdal = country.states()
    assert hospital["coordinator"] == alvdal["coordinator"] == ("received", "received")
    assert len(country.hospital.items("read-answer")) == len(country.alvdal.items("read-answer")) == 1
    appointed_alone = said(
        country, country.alvdal, "ip.coordinator.appointed",
        continues={"meldeId": melde_id}, **{"from": today(country)},
    )  # fmt: skip
    assert appointed_alone.case["assignmentId"]
    assert country.teams()[0] == country.teams()[1]
    understood(country)


def test_3_the_hospital_says_yes_to_a_coordinator_and_no_to_a_plan(country: Country):
    melde_id = passed_on(country)
    for type_, kind in (("declined", "individual-plan"), ("accepted", "coordinator")):
        said(
            country, country.hospital, f"ip.need.{type_}",
            source=UNIT, continues={"meldeId": melde_id}, scope=[kind],
        )  # fmt: skip
    country.agree()
    assert country.states()[1] == {
        "coordinator": ("accepted", "accepted"),
        "individual-plan": ("rejected", "declined"),
    }
    understood(country)


# ── 4 consent refused ────────────────────────────────────────────────────────────────────────────────────────────────


def test_4_what_the_patient_refuses_never_leaves_the_hospital(country: Country):
    told = said(country, country.hospital, "ip.need.identified", consent=GIVEN | {"status": "refused"})
    assert told.body["status"] == "recorded"
    assert left(country.hospital) == []
    assert country.counts()[1] == (0, 0)
    assert {business for _, business in country.states()[0].values()} == {"declined-by-patient"}


def test_4_what_the_patient_refuses_never_leaves_the_municipality(country: Country):
    told = country.alvdal.need(
        source=ALVDAL, legalBasis="consent", consent=TO_HOSPITAL | {"status": "refused"}
    )
    rested(country)
    assert told.messages == []
    assert country.counts()[0] == (0, 0)


def test_4_what_waits_for_consent_leaves_when_it_comes_and_not_before(country: Country):
    waiting = GIVEN | {"status": "not-asked", "scopes": []}
    said(country, country.hospital, "ip.need.identified", consent=waiting)
    assert country.counts()[1] == (0, 0)
    said(country, country.hospital, "ip.consent.given", consent=GIVEN)
    assert set(country.alvdal.needs()) == set(BOTH)
    understood(country)


# ── 5 consent withdrawn ──────────────────────────────────────────────────────────────────────────────────────────────


def test_5_a_consent_withdrawn_at_the_hospital_closes_the_need_on_both_sides(country: Country):
    melde_id = reported(country)
    acknowledged(country, melde_id)
    gone = {"scopes": ["coordinator", "plan-create"], "recipients": None, "date": today(country)}
    said(country, country.hospital, "ip.consent.withdrawn", **gone)
    assert left(country.hospital)[-1] == ("Samtykke trukket", "alvdal-saksbehandling")
    heard(country, country.alvdal, "ip.consent.withdrawn", **gone)
    country.agree()
    assert set(country.states()[0].values()) == {("cancelled", "withdrawn")}
    assert [side.house.clocks() for side in country.sides] == [{}, {}]
    understood(country)


def test_5_a_consent_withdrawn_at_the_municipality_closes_the_need_on_both_sides(country: Country):
    melde_id = reported(country)
    accepted(country, melde_id)
    gone = {"scopes": ["coordinator", "plan-create"], "recipients": None, "date": today(country)}
    said(country, country.alvdal, "ip.consent.withdrawn", source=ALVDAL, **gone)
    assert left(country.alvdal)[-1] == ("Samtykke trukket", "st-olavs-fmr")
    heard(country, country.hospital, "ip.consent.withdrawn", source=ALVDAL, **gone)
    country.agree()
    assert set(country.states()[0].values()) == {("cancelled", "withdrawn")}
    understood(country)


# ── 6 rejected, moved, forwarded ─────────────────────────────────────────────────────────────────────────────────────


def test_6_a_need_rejected_by_the_old_municipality_is_forwarded_to_the_new(three: Country):
    hospital, alvdal, nord = (side.house for side in three.sides)
    three.on_the_way = lambda data: data.replace(b"</MsgInfo>", b"<Ukjent/></MsgInfo>")
    told = hospital.need()
    three.settle()
    three.on_the_way = lambda data: data
    melde_id, spoilt = told.case["meldeId"], told.message_to("5079")["id"]
    assert hospital.message(spoilt).state == "rejected"
    assert len(hospital.items("manual-fallback")) == 1
    assert alvdal.needs() == {}

    consent = GIVEN | {"recipients": ["storvik-nord"]}
    moved = hospital.post(
        "ip.patient.moved",
        to={"code": "9904", "district": "990401"}, movedOn=today(three), patient=NORD, consent=consent,
    )  # fmt: skip
    assert [m["receiver"]["herId"] for m in moved.messages] == ["5111"]
    rested(three, other_than={spoilt})
    hospital.post(
        "ip.need.forwarded", continues={"meldeId": melde_id}, to={"key": "storvik-nord"}, patient=NORD
    )
    rested(three, other_than={spoilt})
    assert set(nord.needs()) == set(BOTH)
    nord.post("ip.need.accepted", source="urn:her:5111", continues={"meldeId": melde_id}, patient=NORD)
    rested(three, other_than={spoilt})
    assert hospital.needs() == nord.needs()
    assert {s.business for s in nord.needs().values()} == {"accepted"}
    assert hospital.items("transfer") == []
    assert hospital.clocks().keys() == nord.clocks().keys() == {"coordinator", "fulfilment"}
    ingest.bury(hospital.services, spoilt)
    rested(three, other_than={spoilt})
    assert hospital.items("manual-fallback") == []
    assert alvdal.events() == []
    understood(three, failed=1)


def test_6_the_old_municipality_forwards_what_it_has_and_tells_the_hospital_of_the_move(three: Country):
    hospital, alvdal, nord = (side.house for side in three.sides)
    melde_id = reported(three)
    acknowledged(three, melde_id)
    move = {"to": {"code": "9904", "district": "990401"}, "movedOn": today(three), "patient": NORD}
    consent = GIVEN | {"recipients": ["storvik-nord"]}
    said(three, alvdal, "ip.patient.moved", source=ALVDAL, consent=consent, **move)
    assert sorted(key for _, key in left(alvdal)[-2:]) == ["st-olavs-fmr", "storvik-nord"]
    heard(three, hospital, "ip.patient.moved", source=ALVDAL, consent=consent, **move)
    assert views.municipality(hospital.case()) == views.municipality(alvdal.case()) == "9904"
    said(
        three, alvdal, "ip.need.forwarded",
        source=ALVDAL, continues={"meldeId": melde_id}, to={"key": "storvik-nord"}, patient=NORD,
    )  # fmt: skip
    said(
        three, nord, "ip.need.accepted",
        source="urn:her:5111", continues={"meldeId": melde_id}, patient=NORD,
    )  # fmt: skip
    assert alvdal.needs() == nord.needs()
    assert {s.business for s in nord.needs().values()} == {"accepted"}
    assert alvdal.items("transfer") == []
    understood(three)


@pytest.mark.parametrize(
    ("type_", "state"), [("ip.need.accepted", "accepted"), ("ip.need.declined", "declined")]
)
def test_6_whoever_reported_hears_of_the_answer_of_the_one_the_need_was_passed_on_to(
    three: Country, type_: str, state: str
):
    hospital, alvdal, nord = (side.house for side in three.sides)
    melde_id = reported(three)
    acknowledged(three, melde_id)
    said(
        three, alvdal, "ip.need.forwarded",
        source=ALVDAL, continues={"meldeId": melde_id}, to={"key": "storvik-nord"},
    )  # fmt: skip
    before = left(alvdal)
    said(three, nord, type_, source="urn:her:5111", continues={"meldeId": melde_id}, scope=BOTH)
    assert {s.business for s in alvdal.needs().values()} == {state}
    assert left(alvdal) == before, "nothing leaves without a person's act"
    (item,) = alvdal.items("read-answer")
    assert item["description"].startswith("Mottakeren av behovet har svart")
    answered = left(nord)
    told = said(three, alvdal, type_, source=ALVDAL, continues={"meldeId": melde_id}, scope=BOTH)
    assert [m["receiver"]["herId"] for m in told.messages if m["type"] != "LETTER"] == ["90998"]
    assert alvdal.items("read-answer") == []
    assert hospital.needs() == alvdal.needs() == nord.needs()
    assert left(nord) == answered, "nothing echoes"
    with pytest.raises(EventError) as caught:
        alvdal.post(type_, source=ALVDAL, continues={"meldeId": melde_id}, scope=BOTH)
    assert caught.value.code == "IPK-E013"
    understood(three)


@pytest.mark.parametrize("first", ["ip.coordinator.appointed", "ip.plan.created"])
def test_3_a_coordinator_or_a_plan_without_a_receipt_of_the_need_leaves_the_rest_alike(
    country: Country, first: str
):
    melde_id = reported(country)
    more: dict[str, Any] = {"plan": plan()} if first == "ip.plan.created" else {"from": today(country)}
    said(country, country.alvdal, first, continues={"meldeId": melde_id}, **more)
    if first == "ip.plan.created":
        heard(country, country.hospital, first, continues={"meldeId": melde_id}, **more)
    country.agree()
    assert sorted(business for _, business in country.states()[0].values()) == ["fulfilled", "received"]
    assert all("assessment" in side.house.clocks() for side in country.sides)
    understood(country)


def test_6_whoever_reported_is_told_to_whom_the_need_was_passed_on(three: Country):
    hospital, alvdal, nord = (side.house for side in three.sides)
    melde_id = reported(three)
    told = said(
        three, alvdal, "ip.need.forwarded",
        source=ALVDAL, continues={"meldeId": melde_id}, to={"key": "storvik-nord"},
    )  # fmt: skip
    assert sorted(m["receiver"]["herId"] for m in told.messages) == ["5111", "90998"]
    (word,) = [m for m in alvdal.messages(direction="out") if m.receiver_key == "st-olavs-fmr" and m.subject]
    assert "Videresendt til: Storvik Kommune" in kith.read(word.body).body.text  # type: ignore[union-attr]
    assert {s.business for s in hospital.needs().values()} == {"received"}
    assert set(nord.needs()) == set(BOTH)
    understood(three)


# ── 7 no receipt ─────────────────────────────────────────────────────────────────────────────────────────────────────


def holding(country: Country) -> None:
    """Let the post lie."""
    country.on_the_way = lambda _data: None


def brought(country: Country) -> None:
    """Carry the post again."""
    country.on_the_way = lambda data: data
    country.settle()


def waited(country: Country) -> None:
    """Wait longer than for a receipt."""
    country.settle()
    country.clock.advance(hours=97)
    for side in country.sides:
        side.house.tick()
    country.settle()


@pytest.mark.parametrize("by_phone", ["", "phone"])
def test_7_a_need_that_lay_at_the_post_arrives_once_and_its_late_receipt_mends_it(
    country: Country, by_phone: str
):
    hospital = country.hospital
    holding(country)
    told = hospital.need()
    waited(country)
    message = told.message_to("5079")["id"]
    assert hospital.message(message).state == "unanswered"
    assert len(hospital.items("manual-fallback")) == 1
    if by_phone:
        hospital.post("ip.manual-fallback.recorded", messageId=message, at=country.clock.now.isoformat())
        assert hospital.message(message).state == "manual"
    brought(country)
    assert hospital.message(message).state == "acknowledged"
    receipted_once(country)
    quiet(country)
    assert hospital.items("manual-fallback") == []
    acknowledged(country, told.case["meldeId"])
    understood(country)


def test_7_an_answer_that_lay_at_the_post_arrives_once_and_its_late_receipt_mends_it(country: Country):
    melde_id = reported(country)
    holding(country)
    country.alvdal.post("ip.need.acknowledged", continues={"meldeId": melde_id})
    waited(country)
    unanswered = [m.id for m in country.alvdal.messages(direction="out") if m.state == "unanswered"]
    assert len(unanswered) == 1
    assert {s.business for s in country.hospital.needs().values()} == {"delivered"}
    brought(country)
    rested(country)
    country.agree()
    assert country.alvdal.items("manual-fallback") == []
    understood(country)


# ── 8 quits ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_8_a_coordinator_quits_and_the_gap_lasts_until_another_comes(country: Country):
    hospital, alvdal = country.hospital, country.alvdal
    melde_id = reported(country)
    accepted(country, melde_id)
    mine = appointed(country, melde_id)
    theirs = coordinator_of(hospital)
    over = {"until": today(country), "reasonCode": "other"}
    said(country, alvdal, "ip.coordinator.ended", continues={"assignmentId": mine}, **over)
    assert len(hospital.items("read-answer")) == 1
    heard(country, hospital, "ip.coordinator.ended", continues={"assignmentId": theirs}, **over)
    assert country.teams()[0] == country.teams()[1] == [("8", True, today(country))]
    assert [set(side.house.clocks()) for side in country.sides] == [{"gap", "fulfilment"}] * 2
    country.clock.advance(days=20)
    for side in country.sides:
        side.house.tick()
    country.settle()
    new = {"person": AUGUST, "reasonCode": "left", "from": today(country)}
    said(country, alvdal, "ip.coordinator.replaced", continues={"assignmentId": mine}, **new)
    heard(country, hospital, "ip.coordinator.replaced", continues={"assignmentId": theirs}, **new)
    assert country.teams()[0] == country.teams()[1]
    assert [end for _, _, end in country.teams()[0]].count(None) == 1
    assert [set(side.house.clocks()) for side in country.sides] == [{"fulfilment"}] * 2
    understood(country)


def test_8_a_coordinator_who_changes_without_a_gap_changes_on_both_sides(country: Country):
    melde_id = reported(country)
    accepted(country, melde_id)
    mine = appointed(country, melde_id)
    theirs = coordinator_of(country.hospital)
    new = {"person": AUGUST, "reasonCode": "left", "from": "2026-03-05"}
    said(country, country.alvdal, "ip.coordinator.replaced", continues={"assignmentId": mine}, **new)
    assert len(country.hospital.items("confirm-coordinator")) == 1
    heard(country, country.hospital, "ip.coordinator.replaced", continues={"assignmentId": theirs}, **new)
    assert country.teams()[0] == country.teams()[1]
    assert [end for _, _, end in country.teams()[0]] == ["2026-03-04", None]
    assert country.hospital.items("confirm-coordinator") == []
    understood(country)


def test_8_the_hospitals_coordinator_quits_and_the_municipality_is_told(country: Country):
    hospital, alvdal = country.hospital, country.alvdal
    reported(country)
    held = {
        name: house.post("ip.hospital-coordinator.appointed").case["assignmentId"]
        for name, house in (("hospital", hospital), ("alvdal", alvdal))
    }
    rested(country)
    over = {"source": "urn:her:90998", "until": today(country), "reasonCode": "other"}
    said(country, hospital, "ip.coordinator.ended", continues={"assignmentId": held["hospital"]}, **over)
    assert left(hospital)[-1] == ("Koordinator avsluttet", "alvdal-saksbehandling")
    heard(country, alvdal, "ip.coordinator.ended", continues={"assignmentId": held["alvdal"]}, **over)
    assert team(hospital) == team(alvdal) == [("koordinator-sphl", today(country))]
    understood(country)


# ── 9 discharged with an open need ───────────────────────────────────────────────────────────────────────────────────


def test_9_the_ward_is_warned_and_the_municipality_goes_on_with_the_open_need(caring: Country):
    hospital = caring.hospital
    said(caring, hospital, "ip.patient.admitted", correlation=STAY)
    melde_id = said(caring, hospital, "ip.need.identified", admitted=True, correlation=STAY).case["meldeId"]
    for type_ in ("ip.patient.discharge-ready", "ip.patient.discharged"):
        told = said(caring, hospital, type_, correlation=STAY)
        assert [w["code"] for w in told.body["warnings"]].count("IPK-E074") == 2
    assert {business for _, business in caring.states()[0].values()} == {"delivered"}
    accepted(caring, melde_id)
    appointed(caring, melde_id)
    assert caring.states()[1]["individual-plan"] == ("in-progress", "in-progress")
    understood(caring)


# ── 10 a plan changes hands ──────────────────────────────────────────────────────────────────────────────────────────


def asked_over(country: Country, house: House, source: str, *, to: str, why: str) -> None:
    said(
        country, house, "ip.plan.transferred",
        source=source, to={"key": to}, date=today(country), reasonCode=why,
    )  # fmt: skip


def answered_over(country: Country, house: House, source: str, step: str) -> None:
    said(
        country, house, "ip.plan.transferred",
        source=source, step=step, to=None, date=None, reasonCode=None, answeredBy="Saksbehandler i telefonen",
    )  # fmt: skip


def authors(country: Country) -> list[str]:
    return [str((views.plan(side.house.case()) or {}).get("author")) for side in country.sides]


def test_10_a_plan_of_the_hospital_alone_becomes_the_municipalitys(country: Country):
    hospital, alvdal = country.hospital, country.alvdal
    own = plan(responsible={"key": "st-olavs-fmr", "name": "St. Olavs hospital"})
    said(country, hospital, "ip.plan.created", source="urn:her:90998", continues=None, plan=own)
    assert left(hospital) == []
    asked_over(country, hospital, "urn:her:90998", to="alvdal-saksbehandling", why="municipality-takes-over")
    assert "reply" in hospital.clocks()
    answered_over(country, hospital, "urn:her:90998", "accepted")
    said(country, alvdal, "ip.plan.created", continues=None, plan=plan())
    assert authors(country)[0] == authors(country)[1]
    assert "reply" not in hospital.clocks()
    assert left(alvdal) == []
    understood(country)


def test_10_a_hospital_that_says_no_leaves_the_plan_with_the_municipality(country: Country):
    said(country, country.alvdal, "ip.plan.created", continues=None, plan=plan())
    before = authors(country)[1]
    asked_over(country, country.alvdal, ALVDAL, to="st-olavs-fmr", why="hospital-takes-over")
    answered_over(country, country.alvdal, ALVDAL, "declined")
    assert authors(country)[1] == before
    assert "reply" not in country.alvdal.clocks()
    assert len(left(country.alvdal)) == 2
    assert left(country.hospital) == []
    understood(country)


def question(house: House, patient: dict[str, Any] = LINE) -> dict[str, Any]:
    """Return the Task of the one question whether this side takes over."""
    (found,) = house.items("confirm-transfer", patient)
    return found


def taken_over(country: Country, house: House, source: str, step: str, **more: Any) -> Reply:
    """Answer the question that this side was asked, as its own EPJ does."""
    return said(
        country, house, "ip.plan.transferred",
        source=source, continues={"taskId": question(house)["id"]}, step=step, to=None, date=None, reasonCode=None, **more,
    )  # fmt: skip


@pytest.mark.parametrize("known", [False, True])
def test_10_the_municipality_says_yes_to_the_hospitals_question_in_its_thread(
    country: Country, *, known: bool
):
    hospital, alvdal = country.hospital, country.alvdal
    own = plan(responsible={"key": "st-olavs-fmr", "name": "St. Olavs hospital"})
    if known:
        accepted(country, reported(country))
    said(country, hospital, "ip.plan.created", source="urn:her:90998", continues=None, plan=own)
    needs = country.states()
    before = hospital.count()
    asked_over(country, hospital, "urn:her:90998", to="alvdal-saksbehandling", why="municipality-takes-over")
    assert (
        question(alvdal)["description"]
        == "Avsenderen spør om virksomheten overtar ansvaret for individuell plan"
    )
    assert question(alvdal)["for"]["reference"] == f"Patient/{alvdal.case().key}"
    told = taken_over(country, alvdal, ALVDAL, "accepted")
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    assert alvdal.items("confirm-transfer") == hospital.items("confirm-transfer") == []
    assert hospital.count() == before + 4, "the question, its receipt, the answer, its receipt"
    assert hospital.events()[-1] == "ip.plan.transferred"
    assert "reply" not in hospital.clocks()
    assert hospital.items("read-answer") == []
    assert country.states() == needs, "a yes to the plan is no yes to a need of the same thread"
    said(country, alvdal, "ip.plan.created", continues=None, plan=plan())
    assert authors(country)[0] == authors(country)[1]
    understood(country)


def test_10_the_hospital_says_no_to_the_municipalitys_question_in_its_thread(country: Country):
    hospital, alvdal = country.hospital, country.alvdal
    said(country, alvdal, "ip.plan.created", continues=None, plan=plan())
    before = authors(country)[1]
    asked_over(country, alvdal, ALVDAL, to="st-olavs-fmr", why="hospital-takes-over")
    taken_over(country, hospital, "urn:her:90998", "declined")
    assert authors(country)[1] == before
    assert "reply" not in alvdal.clocks()
    assert alvdal.items("confirm-transfer") == hospital.items("confirm-transfer") == []
    (item,) = alvdal.items("read-answer")
    assert item["description"] == "Virksomheten overtar ikke planen: avtal hvem som har ansvaret videre"
    understood(country)


def test_10_a_question_taken_back_waits_for_nobody_and_one_asked_anew_waits_once(country: Country):
    hospital, alvdal = country.hospital, country.alvdal
    said(country, alvdal, "ip.plan.created", continues=None, plan=plan())
    asked_over(country, alvdal, ALVDAL, to="st-olavs-fmr", why="hospital-takes-over")
    first = question(hospital)["id"]
    answered_over(country, alvdal, ALVDAL, "withdrawn")
    assert hospital.items("confirm-transfer") == []
    with pytest.raises(EventError) as caught:
        hospital.post("ip.plan.transferred", source="urn:her:90998", continues={"taskId": first}, step="accepted",
                      to=None, date=None, reasonCode=None)  # fmt: skip
    assert caught.value.code == "IPK-E087"
    asked_over(country, alvdal, ALVDAL, to="st-olavs-fmr", why="hospital-takes-over")
    assert question(hospital)["id"] != first
    understood(country)


@pytest.mark.parametrize("step", ["accepted", "declined"])
def test_6_the_new_municipality_answers_by_its_own_adapter_whether_it_has_taken_over(
    three: Country, step: str
):
    _, alvdal, nord = (side.house for side in three.sides)
    melde_id = reported(three)
    accepted(three, melde_id)
    move = {"to": {"code": "9904", "district": "990401"}, "movedOn": today(three), "patient": NORD}
    said(
        three,
        alvdal,
        "ip.patient.moved",
        source=ALVDAL,
        consent=GIVEN | {"recipients": ["storvik-nord"]},
        **move,
    )
    assert question(nord)["description"].startswith("Pasienten har flyttet hit")
    needs = alvdal.needs()
    taken_over(three, nord, "urn:her:5111", step, patient=NORD)
    assert nord.items("confirm-transfer") == []
    assert left(nord)[-1] == (
        "Re: Pasient flyttet: individuell plan eller koordinator finnes",
        "alvdal-saksbehandling",
    )
    assert len(alvdal.items("transfer")) == (0 if step == "accepted" else 1), (
        "a no leaves the patient to be followed up"
    )
    (item,) = alvdal.items("read-answer")
    assert ("har ikke overtatt" in item["description"]) == (step == "declined")
    assert alvdal.needs() == needs
    understood(three)


def test_10_whoever_reported_is_told_by_a_person_that_the_municipality_asked_said_yes(three: Country):
    hospital, alvdal, nord = (side.house for side in three.sides)
    melde_id = reported(three)
    accepted(three, melde_id)
    to_all = PLAN["consent"] | {"date": "2026-03-04", "recipients": ["st-olavs-fmr", "storvik-nord"]}
    told = said(
        three,
        alvdal,
        "ip.plan.created",
        source=ALVDAL,
        continues={"meldeId": melde_id},
        plan=plan(consent=to_all),
    )
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    asked_over(three, alvdal, ALVDAL, to="storvik-nord", why="moved")
    before = left(alvdal)
    taken_over(three, nord, "urn:her:5111", "accepted")
    assert left(alvdal) == before, "nothing leaves without a person's act"
    (item,) = alvdal.items("read-answer")
    assert item["description"].startswith("Virksomheten har overtatt planen")
    counted, answered = len(hospital.events()), left(nord)
    answer: dict[str, Any] = {"to": None, "date": None, "reasonCode": None}
    told = said(three, alvdal, "ip.plan.transferred", source=ALVDAL, step="accepted", **answer)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    assert alvdal.items("read-answer") == []
    assert left(nord) == answered, "nothing echoes"
    assert hospital.events()[counted:][0] == "ip.dialogue.received"
    assert hospital.items("confirm-transfer") == []
    understood(three)


# ── 11 death ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first", ["hospital", "alvdal"])
def test_11_a_death_stops_every_clock_on_both_sides(country: Country, first: str):
    source = {"hospital": "urn:her:90998", "alvdal": ALVDAL}[first]
    one, other = (country.hospital, country.alvdal)[:: 1 if first == "hospital" else -1]
    melde_id = reported(country)
    accepted(country, melde_id)
    assert [set(side.house.clocks()) for side in country.sides] == [{"coordinator", "fulfilment"}] * 2
    died = {"source": source, "diedOn": today(country)}
    said(country, one, "ip.patient.deceased", **died)
    assert one.clocks() == {}
    heard(country, other, "ip.patient.deceased", **died)
    country.agree()
    assert set(country.states()[0].values()) == {("cancelled", "withdrawn")}
    for _ in range(4):
        country.clock.advance(days=30)
        quiet(country)
    understood(country)


def test_11_an_answer_that_crosses_the_word_of_a_death_is_read_and_changes_nothing(country: Country):
    melde_id = reported(country)
    country.hospital.post("ip.patient.deceased", diedOn=today(country))
    country.alvdal.post("ip.need.accepted", continues={"meldeId": melde_id})
    rested(country)
    assert set(country.states()[0].values()) == {("cancelled", "withdrawn")}
    assert len(country.hospital.items("read-answer")) == 1
    heard(country, country.alvdal, "ip.patient.deceased", source="urn:her:90998", diedOn=today(country))
    country.agree()
    understood(country)


# ── 12 a child ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_12_a_child_gets_a_child_coordinator(country: Country):
    hospital, alvdal = country.hospital, country.alvdal
    by_guardian = GIVEN | {"scopes": ["coordinator"], "givenBy": "guardian"}
    no_plan = {"individualPlan": "no", "coordinator": "yes"}
    melde_id = said(
        country, hospital, "ip.need.identified",
        patient=CHILD, needs=["child-coordinator"], wishes=no_plan, consent=by_guardian,
    ).case["meldeId"]  # fmt: skip
    known = {"patient": CHILD, "continues": {"meldeId": melde_id}}
    said(country, alvdal, "ip.need.acknowledged", **known)
    said(country, alvdal, "ip.need.accepted", scope=["child-coordinator"], **known)
    assert hospital.needs(CHILD) == alvdal.needs(CHILD)
    begun = known | {"from": today(country)}
    said(country, alvdal, "ip.child-coordinator.appointed", **begun)
    assert len(hospital.items("read-answer", CHILD)) == 1
    heard(country, hospital, "ip.child-coordinator.appointed", **begun)
    assert hospital.needs(CHILD) == alvdal.needs(CHILD)
    assert hospital.needs(CHILD)["child-coordinator"].business == "fulfilled"
    keys = [[a.key for a in views.assignments(house.case(CHILD))] for house in (hospital, alvdal)]
    assert keys == [["barnekoordinator"], ["barnekoordinator"]]
    assert hospital.items("read-answer", CHILD) == []
    understood(country)


def test_12_the_municipality_asks_the_hospital_to_habilitate_a_child_and_to_coordinate(country: Country):
    by_guardian = TO_HOSPITAL | {"scopes": ["coordinator"], "givenBy": "guardian"}
    no_plan = {"individualPlan": "no", "coordinator": "yes"}
    asked = ["habilitation", "coordinator"]
    melde_id = passed_on(country, patient=CHILD, needs=asked, wishes=no_plan, consent=by_guardian)
    known = {"source": UNIT, "patient": CHILD, "continues": {"meldeId": melde_id}}
    said(country, country.hospital, "ip.need.acknowledged", scope=None, **known)
    # One tick box stands for both: the hospital reads rehabilitation.
    said(country, country.hospital, "ip.need.declined", scope=["rehabilitation"], **known)
    assert country.alvdal.needs(CHILD)["habilitation"].business == "declined"
    assert country.alvdal.needs(CHILD)["coordinator"].business == "received"
    said(country, country.hospital, "ip.need.accepted", scope=["coordinator"], **known)
    assert country.hospital.needs(CHILD)["coordinator"] == country.alvdal.needs(CHILD)["coordinator"]
    assert country.alvdal.needs(CHILD)["coordinator"].business == "accepted"
    understood(country)
