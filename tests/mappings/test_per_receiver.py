"""A yes or a no speaks to those it names, under every name of theirs, and of the scopes it names; the later day counts. ADR 164."""

from __future__ import annotations

from typing import Any, Final

import pytest

from adapter.access import members
from adapter.errors import EventError
from adapter.events import schemas
from adapter.mappings import views
from adapter.store import resources
from tests.house import GIVEN, GP, LINE, House

ALVDAL: Final = "alvdal-saksbehandling"
NORD: Final = "urn:her:5111"
WITH_GP: Final = LINE | {"gp": GP}
SCOPES: Final = ["coordinator", "plan-create", "plan-share"]
WHOLE: Final = GIVEN | {"scopes": SCOPES}
PLAN: Final = schemas.example("ip.plan.created")["data"]["plan"]
NAMED: Final = {"continues": {"planIdentifier": PLAN["identifier"]}}
NO_CHANGE: Final = {"to": None, "date": None, "reasonCode": None}


def yes(*scopes: str, to: tuple[str, ...] = ("coordinating-unit",), on: str = "2026-03-04") -> dict[str, Any]:
    return GIVEN | {"scopes": list(scopes), "recipients": list(to), "date": on}


def say(house: House, consent: dict[str, Any], **more: Any) -> Any:
    house.clock.advance(minutes=5)
    return house.post("ip.consent.given", **({"patient": WITH_GP, "consent": consent} | more))


def withdraw(
    house: House, *scopes: str, to: tuple[str, ...] = (), on: str = "2026-03-04", **more: Any
) -> Any:
    house.clock.advance(minutes=5)
    said = {"patient": WITH_GP, "scopes": list(scopes), "recipients": list(to) or None, "date": on}
    return house.post("ip.consent.withdrawn", **(said | more))


def appoint(house: House) -> set[str]:
    """Appoint the hospital's coordinator; who is told."""
    house.send()
    house.clock.advance(minutes=5)
    said = {"patient": WITH_GP, "continues": None, "expectedUntil": None}
    told = house.post("ip.hospital-coordinator.appointed", **said, **{"from": "2026-03-04"})
    return {m["receiver"]["herId"] for m in told.messages}


def shown(house: House, type_: str, key: str = ALVDAL) -> bool:
    """Return whether a party's system may read the first resource of a type."""
    (found, *_) = house.case().of(type_)
    reference = f"{type_}/{found['id']}"
    with house.services.store.read() as conn:
        got = resources.many(conn, (reference,))[reference]
        return bool(
            members.shown(conn, (got,), party_key=key, book=house.services.book(), now=house.clock.now)
        )


@pytest.fixture
def told(hospital: House) -> House:
    """Return a hospital whose need the municipality has got, by a consent to its coordinating unit."""
    hospital.need(patient=WITH_GP, consent=WHOLE)
    hospital.send()
    return hospital


@pytest.fixture
def planned(alvdal: House) -> House:
    """Return a municipality with a plan, by a consent to the coordinating unit alone."""
    said = PLAN["consent"] | {"date": "2026-03-04", "scopes": SCOPES, "recipients": ["coordinating-unit"]}
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": said})
    alvdal.send()
    alvdal.clock.advance(minutes=5)
    return alvdal


# ── whom the coordinating unit is ────────────────────────────────────────────────────────────────────────────────────


def test_a_municipality_that_nobody_named_is_not_the_coordinating_unit(planned: House):
    asked = planned.post("ip.plan.transferred", **NAMED, step="requested")
    assert asked.messages == []
    with pytest.raises(EventError) as caught:
        planned.post("ip.plan.transferred", source=NORD, **NAMED, step="accepted", **NO_CHANGE)
    assert caught.value.code == "IPK-E101"


def test_a_withdrawal_from_who_was_asked_takes_the_question_back(alvdal: House):
    said = PLAN["consent"] | {"date": "2026-03-04", "scopes": SCOPES}
    to = ["coordinating-unit", "st-olavs-fmr", "storvik-nord"]
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": said | {"recipients": to}})
    alvdal.clock.advance(minutes=5)
    alvdal.post("ip.plan.transferred", **NAMED, step="requested")
    alvdal.send()
    withdraw(alvdal, "plan-share", to=("storvik-nord",), source="urn:her:5079", patient=LINE)
    (read,) = [r for r in alvdal.sent() if "Spørsmålet om å overta planen er trukket tilbake" in r.body.text]
    assert read.head.receiver.her_ids[1] == "5111"
    assert alvdal.items("confirm-transfer") == []
    assert not shown(alvdal, "CarePlan", "storvik-nord")


def test_a_hospital_in_the_team_reads_the_plan_only_where_consent_names_it(planned: House):
    person = schemas.example("ip.coordinator.appointed")["data"]["person"]
    planned.post(
        "ip.hospital-coordinator.appointed", source="urn:her:5079", continues=None, expectedUntil=None,
        person=person | {"organisation": {"key": "st-olavs-fmr", "name": "St. Olavs"}},
        **{"from": "2026-03-04"},
    )  # fmt: skip
    types = ("CarePlan", "CareTeam", "Patient")
    assert not any(shown(planned, type_, "st-olavs-fmr") for type_ in types)
    named = yes(*SCOPES, to=("st-olavs-fmr",))
    say(planned, named, source="urn:her:5079", patient=LINE)
    assert all(shown(planned, type_, "st-olavs-fmr") for type_ in types)


# ── one party under all of its names ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "taken"), [("coordinating-unit", ALVDAL), (ALVDAL, "coordinating-unit"), (ALVDAL, ALVDAL)]
)
def test_a_withdrawal_closes_by_either_name_of_the_receiver(hospital: House, given: str, taken: str):
    hospital.need(patient=WITH_GP, consent=yes(*SCOPES, to=(given,)))
    hospital.send()
    notices = withdraw(hospital, *SCOPES, to=(taken,)).messages
    assert [m["receiver"]["herId"] for m in notices] == ["5079"]
    assert {s.business for s in hospital.needs().values()} == {"withdrawn"}
    assert not shown(hospital, "Patient")
    assert appoint(hospital) == set()


def test_a_need_that_waits_does_not_leave_after_a_withdrawal_by_the_other_name(hospital: House):
    hospital.need(patient=WITH_GP)
    withdraw(hospital, "coordinator", "plan-create", to=(ALVDAL,))
    assert hospital.send() == []
    assert {s.business for s in hospital.needs().values()} == {"consent-pending"}


def test_a_gp_is_named_by_key_as_by_part(hospital: House):
    hospital.need(patient=WITH_GP, consent=yes(*SCOPES, to=("coordinating-unit", "gp")))
    hospital.send()
    withdraw(hospital, *SCOPES, to=("kattskinnet-lin",))
    assert appoint(hospital) == {"5079"}


def test_a_withdrawal_from_another_service_closes_nothing_of_the_unit(told: House):
    withdraw(told, *SCOPES, to=("alvdal-sykepleie",))
    assert {s.business for s in told.needs().values()} == {"sent"}
    assert appoint(told) == {"5079"}


# ── what is said of one receiver says nothing of another ─────────────────────────────────────────────────────────────


def test_a_yes_for_the_gp_silences_nobody_else(told: House):
    say(told, yes("coordinator", to=("gp",)))
    assert shown(told, "ServiceRequest")
    assert appoint(told) == {"5079", "258521"}


def test_a_no_to_the_gp_closes_the_gp_alone(told: House):
    say(told, yes("coordinator", to=("gp",)))
    withdraw(told, "coordinator", to=("gp",))
    assert shown(told, "Patient")
    assert appoint(told) == {"5079"}


def test_a_yes_that_runs_out_closes_none_to_another(told: House):
    say(told, yes("coordinator", to=("gp",)) | {"validUntil": "2026-03-08"})
    told.clock.advance(days=8)
    told.tick()
    assert shown(told, "Patient")
    assert appoint(told) == {"5079"}


def test_a_yes_for_the_gp_takes_no_question_back(alvdal: House):
    said = PLAN["consent"] | {"date": "2026-03-04", "scopes": SCOPES}
    to = ["coordinating-unit", "storvik-nord"]
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": said | {"recipients": to}})
    alvdal.clock.advance(minutes=5)
    alvdal.post("ip.plan.transferred", **NAMED, step="requested")
    alvdal.send()
    say(alvdal, yes("plan-share", to=("gp",)), source="urn:her:5079", patient=LINE)
    assert len(alvdal.items("confirm-transfer")) == 1


# ── a no is of what it names ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_no_to_rehabilitation_is_no_no_to_a_coordinator(hospital: House):
    kinds = ["coordinator", "rehabilitation", "individual-plan"]
    melde_id = hospital.need(patient=WITH_GP, needs=kinds, consent=WHOLE).case["meldeId"]
    hospital.send()
    hospital.clock.advance(days=2)
    hospital.post(
        "ip.need.declined-by-patient",
        continues={"meldeId": melde_id}, scope=["rehabilitation"], date="2026-03-06", patient=WITH_GP,
    )  # fmt: skip
    hospital.send()
    hospital.clock.advance(days=4)
    withdraw(hospital, "plan-create", on="2026-03-10")
    assert shown(hospital, "Patient")
    assert appoint(hospital) == {"5079"}


def test_after_a_no_to_rehabilitation_an_older_yes_to_a_coordinator_opens(hospital: House):
    kinds = ["coordinator", "rehabilitation"]
    melde_id = hospital.need(needs=kinds, consent={"status": "not-asked"}).case["meldeId"]
    hospital.clock.advance(days=2)
    hospital.post(
        "ip.need.declined-by-patient",
        continues={"meldeId": melde_id}, scope=["rehabilitation"], date="2026-03-06",
    )  # fmt: skip
    given = say(hospital, yes("coordinator", on="2026-03-05"), patient=LINE)
    assert given.body["warnings"] == []
    assert hospital.needs()["coordinator"].business == "queued"


def test_a_withdrawal_of_another_scope_leaves_what_the_law_opens(hospital: House):
    hospital.need(patient=WITH_GP, consent={"status": "not-required"}, legalBasis="hpl-25-45")
    say(hospital, WHOLE)
    hospital.send()
    hospital.clock.advance(days=2)
    withdraw(hospital, "other-sectors", on="2026-03-06")
    withdraw(hospital, "plan-create", on="2026-03-06")
    assert appoint(hospital) == {"5079"}


def test_a_withdrawal_of_its_scope_closes_what_the_law_opened(hospital: House):
    hospital.need(patient=WITH_GP, consent={"status": "not-required"}, legalBasis="hpl-25-45")
    hospital.send()
    withdraw(hospital, "coordinator")
    assert hospital.needs()["coordinator"].business == "withdrawn"
    assert hospital.needs()["individual-plan"].business == "sent"
    assert appoint(hospital) == set()


def test_a_no_to_the_gp_and_one_to_the_plan_leave_the_unit_its_coordinator(told: House):
    say(told, yes("coordinator", to=("gp",)))
    told.clock.advance(days=2)
    withdraw(told, "coordinator", to=("gp",), on="2026-03-06")
    told.clock.advance(days=2)
    withdraw(told, "plan-create", on="2026-03-08")
    assert appoint(told) == {"5079"}


# ── the later word counts ────────────────────────────────────────────────────────────────────────────────────────────


def test_an_older_no_told_late_leaves_a_newer_yes_and_says_so(hospital: House):
    hospital.need(patient=WITH_GP, consent={"status": "not-asked"})
    hospital.clock.advance(days=2)
    say(hospital, yes("coordinator", "plan-create", on="2026-03-05"))
    late = withdraw(hospital, "coordinator", "plan-create", on="2026-03-04")
    assert [w["code"] for w in late.body["warnings"]] == ["IPK-E104"]
    assert len(hospital.send()) == 1
    assert appoint(hospital) == {"5079"}


def test_a_yes_of_the_day_told_after_a_no_stays_when_something_else_is_withdrawn_later(told: House):
    withdraw(told, "coordinator", "plan-create", "plan-share")
    say(told, WHOLE)
    told.clock.advance(days=2)
    withdraw(told, "plan-share", on="2026-03-06")
    assert appoint(told) == {"5079"}


def test_a_consent_that_is_narrowed_is_no_newer_for_it(told: House):
    told.clock.advance(days=1)
    excepts = yes("coordinator", to=("gp",), on="2026-03-05")
    say(told, excepts | {"status": "limited", "excluded": [ALVDAL]})
    told.clock.advance(days=1)
    withdraw(told, "plan-share", on="2026-03-06")
    kept = [c for c in views.consents(told.case()) if c["status"] == "active"]
    assert len(kept) == 2
    assert "5079" not in appoint(told)
