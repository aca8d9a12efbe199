"""Who may know of what is asked per receiver and per kind, of the newest consent that speaks of it: not of the newest of all."""

from __future__ import annotations

from typing import Any, Final

from adapter import kith
from tests.house import GIVEN, LINE, House, living_in
from tests.houses import Build

WITH_GP: Final = LINE | {"gp": {"herId": "258521"}}
STAY: Final = {"encounterId": "s1"}
NEW: Final = "storvik-nord"
COORDINATOR: Final = ("coordinator", {"individualPlan": "no", "coordinator": "yes"}, ["coordinator"])
PLAN: Final = ("individual-plan", {"individualPlan": "yes", "coordinator": "yes"}, ["plan-create"])


def need(house: House, about: tuple[str, Any, list[str]], recipients: list[str], **more: Any) -> None:
    kind, wishes, scopes = about
    house.need(
        needs=[kind], wishes=wishes, consent=GIVEN | {"scopes": scopes, "recipients": recipients}, **more
    )
    house.clock.advance(hours=1)
    house.send()


def texts(documents: list[bytes], her_id: str) -> str:
    reads = [kith.read(d) for d in documents]
    return "\n".join(r.body.text for r in reads if r.head.receiver.her_ids[1] == her_id)


def test_the_gp_is_told_at_discharge_of_the_need_that_its_consent_covers_alone(hospital: House):
    need(hospital, COORDINATOR, ["coordinating-unit", "gp"], patient=WITH_GP)
    need(hospital, PLAN, ["coordinating-unit"], patient=WITH_GP)
    hospital.post("ip.patient.admitted", patient=WITH_GP, correlation=STAY)
    hospital.send()
    hospital.clock.advance(hours=1)
    hospital.post("ip.patient.discharged", patient=WITH_GP, correlation=STAY)
    sent = hospital.send()
    assert "koordinator, individuell plan" in texts(sent, "5079")
    told = texts(sent, "258521")
    assert "koordinator" in told
    assert "ndividuell plan" not in told


def test_a_new_municipality_is_told_of_the_need_whose_consent_names_it_alone(hospital: House):
    need(hospital, COORDINATOR, ["coordinating-unit", NEW])
    need(hospital, PLAN, ["coordinating-unit"])
    gone = living_in("9904", "990401")
    hospital.post(
        "ip.patient.moved",
        patient=gone,
        to={"code": "9904", "district": "990401"},
        movedOn="2026-03-01",
        consent=None,
    )
    told = texts(hospital.send(), "5111")
    assert "Behov som ikke er avklart: koordinator" in told
    assert "koordinator, individuell plan" not in told


def test_a_no_newer_than_the_consent_that_names_the_new_municipality_counts(hospital: House):
    need(hospital, COORDINATOR, ["coordinating-unit", NEW])
    hospital.need(needs=["individual-plan"], consent={"status": "refused", "date": "2026-03-04"})
    hospital.clock.advance(hours=1)
    gone = living_in("9904", "990401")
    told = hospital.post(
        "ip.patient.moved",
        patient=gone,
        to={"code": "9904", "district": "990401"},
        movedOn="2026-03-01",
        consent=None,
    )
    assert told.messages == []
    assert texts(hospital.send(), "5111") == ""
    assert hospital.needs()["coordinator"].business == "withdrawn"


def test_a_consent_about_something_else_does_not_stop_what_the_unit_holds(build: Build):
    hospital = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    melde_id = hospital.need().case["meldeId"]
    hospital.clock.advance(hours=1)
    hospital.post("ip.consent.given", consent=GIVEN | {"scopes": ["plan-share"]})
    hospital.post("ip.need.forwarded", source="urn:her:91990", continues={"meldeId": melde_id}, to=None)
    assert len(hospital.send()) == 1
    assert {s.business for s in hospital.needs().values()} == {"sent"}
