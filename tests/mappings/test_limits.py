"""Whom and what the patient excepts: E14. domain § 1.4; pjl § 17."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from adapter import kith
from adapter.errors import Faults
from adapter.events import schemas
from adapter.mappings import membership, sharing
from adapter.model import Party
from tests.house import GIVEN, GP, LINE, House, State
from tests.houses import Build

WITH_GP = LINE | {"gp": GP}
BOTH = GIVEN | {
    "recipients": ["coordinating-unit", "gp"],
    "scopes": ["coordinator", "plan-create", "plan-share"],
}
PLAN = schemas.example("ip.plan.created")["data"]["plan"]
ALVDAL = "alvdal-saksbehandling"


def limit(house: House, **more: Any) -> Any:
    data = {"excluded": None, "topics": None, "date": "2026-03-04", "patient": WITH_GP} | more
    return house.post("ip.consent.limited", **data)


def texts(read: list[kith.Read]) -> list[str]:
    return [r.body.text for r in read]


def receivers(told: Any) -> list[str]:
    return sorted(m["receiver"]["herId"] for m in told.messages)


def appointed(house: House) -> Any:
    return house.post("ip.hospital-coordinator.appointed", patient=WITH_GP)


def test_who_is_excepted_gets_nothing_more_and_the_trail_says_so(hospital: House):
    hospital.need(patient=WITH_GP, consent=BOTH)
    hospital.send()
    limit(hospital, excluded=["gp"])
    hospital.send()
    told = appointed(hospital)
    assert receivers(told) == ["5079"]
    case = hospital.case()
    gp = next(p for p in hospital.services.book().parties if p.unit_her_id == "258521")
    said = {c.content: c for c in sharing.table(case, hospital.services.book()) if c.receiver == gp}
    assert said["coordinator-notice"].outcome == "withheld"
    assert [r.rule for r in said["coordinator-notice"].why] == ["consent-excluded"]


def test_who_was_told_before_hears_once_that_it_is_over_and_nothing_of_the_limit(hospital: House):
    hospital.need(patient=WITH_GP, consent=BOTH)
    hospital.send()
    told = limit(hospital, excluded=["gp"], topics=["background"], note="Kun internt notat")
    assert receivers(told) == ["258521"]
    (text,) = texts(hospital.sent())
    assert text.startswith("SAMTYKKE ENDRET\r\nGjelder: Dere får ikke flere opplysninger om saken herfra")
    for inside in ("fastlege", "bakgrunn", "notat", "reserv", "unntatt"):
        assert inside not in text.casefold()
    again = limit(hospital, excluded=["gp"])
    assert again.messages == []


def test_who_was_never_told_is_not_told_of_a_limit_either(hospital: House):
    hospital.need()
    hospital.send()
    assert limit(hospital, excluded=["gp"]).messages == []


def test_a_message_that_has_not_left_to_who_is_excepted_is_stopped_and_others_go(hospital: House):
    hospital.need(patient=WITH_GP, consent=BOTH)
    told = limit(hospital, excluded=["gp"])
    assert {m["receiver"]["herId"]: m["state"] for m in told.messages} == {"258521": "buried"}
    assert [r.head.receiver.level2.her_id for r in hospital.sent()] == ["5079"]


def test_a_need_that_has_not_left_waits_when_its_receiver_is_excepted(hospital: House):
    hospital.need()
    limit(hospital, excluded=[ALVDAL])
    assert set(hospital.needs().values()) == {State("draft", "consent-pending", "active")}
    assert hospital.send() == []


def test_a_need_that_has_left_is_withdrawn_when_its_receiver_is_excepted(hospital: House):
    hospital.need()
    hospital.send()
    told = limit(hospital, excluded=["coordinating-unit"])
    assert {s.business for s in hospital.needs().values()} == {"withdrawn"}
    assert receivers(told) == ["5079"]
    hospital.send()
    assert (
        hospital.post(
            "ip.consent.withdrawn", scopes=["coordinator"], date="2026-03-04", recipients=None
        ).messages
        == []
    )


def test_a_new_consent_does_not_open_for_who_is_excepted_unless_it_names_them(hospital: House):
    hospital.need(consent={"status": "not-asked", "scopes": []})
    limit(hospital, excluded=[ALVDAL])
    assert hospital.post("ip.consent.given", consent=GIVEN).messages == []
    named = GIVEN | {"recipients": [ALVDAL]}
    assert receivers(hospital.post("ip.consent.given", consent=named)) == ["5079"]
    hospital.send()
    assert receivers(hospital.post("ip.hospital-coordinator.appointed")) == ["5079"]


def test_a_consent_of_an_earlier_day_lifts_no_limit(hospital: House):
    hospital.need(consent={"status": "not-asked", "scopes": []})
    limit(hospital, excluded=[ALVDAL])
    told = hospital.post("ip.consent.given", consent=GIVEN | {"recipients": [ALVDAL], "date": "2026-03-03"})
    assert told.messages == []


def test_what_is_lifted_is_told_again(hospital: House):
    hospital.need(patient=WITH_GP, consent=BOTH)
    hospital.send()
    limit(hospital, excluded=["gp"], topics=["background"])
    hospital.send()
    limit(hospital, lifted=["gp", "background"])
    assert receivers(appointed(hospital)) == ["258521", "5079"]


@pytest.mark.parametrize(
    ("topic", "label"),
    [
        ("background", "Bakgrunn"),
        ("existing", "Eksisterende plan/koordinator"),
        ("preference", "Pasientens ønske om koordinator"),
    ],
)
def test_a_topic_is_left_out_of_a_need_that_has_not_left(hospital: House, topic: str, label: str):
    hospital.need(preference={"text": "Helst en kvinne"}, consent=GIVEN)
    told = limit(hospital, topics=[topic], patient=LINE)
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-C025"]
    (text,) = texts(hospital.sent())
    line = next(row for row in text.split("\r\n") if row.startswith(label))
    assert line == f"{label}: Ikke oppgitt"


def test_goals_are_left_out_of_later_messages_about_the_plan(alvdal: House, hospital: House):
    melde_id = hospital.need().case["meldeId"]
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    limit(alvdal, topics=["goals"], source="urn:her:5079", patient=LINE)
    plan = PLAN | {"consent": PLAN["consent"] | {"date": "2026-03-04"}}
    alvdal.post("ip.plan.created", continues={"meldeId": melde_id}, plan=plan)
    (text,) = texts(alvdal.sent())
    assert text.startswith("INDIVIDUELL PLAN OPPRETTET")
    assert "Mål" not in text
    assert PLAN["goals"][0]["text"] not in text


def test_opposition_closes_the_ordinary_messages_of_care_and_nothing_else(build: Build):
    hospital = build(of={"rows": {"st-olavs-fmr": {"plo": "adapter"}}})
    hospital.need(consent={"status": "refused", "scopes": [], "date": "2026-03-04"})
    book = hospital.services.book()

    def care() -> set[str]:
        return {c.outcome for c in sharing.table(hospital.case(), book) if c.content == "care-message"}

    assert care() == {"sent"}
    limit(hospital, topics=["care-messages"])
    assert care() == {"withheld"}
    rules = {
        r.rule for c in sharing.table(hospital.case(), book) if c.content == "care-message" for r in c.why
    }
    assert rules == {"consent-opposed"}


def test_messages_of_care_stand_in_the_table_for_those_who_get_ours(build: Build, hospital: House):
    ward = build(of={"rows": {"st-olavs-fmr": {"plo": "adapter"}}})
    for house, told in ((ward, {ALVDAL}), (hospital, set())):
        house.need(patient=WITH_GP, consent=BOTH)
        cells = sharing.table(house.case(), house.services.book())
        assert {c.receiver.key for c in cells if c.content == "care-message"} == told


def test_a_consent_without_the_scope_is_not_told_as_one_that_was_never_asked_for(hospital: House):
    hospital.need()
    said = {
        c.content: {r.rule for r in c.why} for c in sharing.table(hospital.case(), hospital.services.book())
    }
    assert said["plan-notice"] == said["plan-pull"] == {"consent-plan-share"}


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({}, "IPK-C024", "$.data.excluded"),
        ({"excluded": ["gp"], "lifted": ["gp"]}, "IPK-E010", "$.data.lifted"),
        ({"excluded": ["gp"], "date": "2026-03-06"}, "IPK-C003", "$.data.date"),
        ({"topics": ["weather"]}, "IPK-E008", "$.data.topics[0]"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(hospital: House, more: dict[str, Any], code: str, path: str):
    with pytest.raises(Faults) as caught:
        limit(hospital, **more)
    assert (code, path) in {(f.code, f.path) for f in caught.value.faults}


@pytest.mark.parametrize("name", ["own-unit", "st-olavs-ke"])
def test_an_own_unit_that_is_excepted_gets_no_task_and_holds_nothing(build: Any, name: str):
    house = build(of={"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality"}}})
    told = house.need(consent=GIVEN | {"excluded": [name]})
    assert house.items("review") == []
    assert [m["state"] for m in told.messages] == ["pending"]


# ── E15: what rests on a scope beside the needs, and who pulls ──


def test_e15_stops_a_notice_that_has_not_left(hospital: House):
    hospital.need(consent=BOTH)
    hospital.send()
    appointed(hospital)
    hospital.post("ip.consent.withdrawn", scopes=["coordinator"], date="2026-03-04", recipients=None)
    assert [t.split("\r\n")[0] for t in texts(hospital.sent())] == ["SAMTYKKE TRUKKET"]


def test_e15_tells_who_was_told_of_a_coordinator_without_a_need(hospital: House):
    hospital.post("ip.consent.given", consent=BOTH)
    hospital.post("ip.hospital-coordinator.appointed")
    hospital.send()
    told = hospital.post("ip.consent.withdrawn", scopes=["coordinator"], date="2026-03-04", recipients=None)
    assert receivers(told) == ["5079"]


def test_after_e15_nothing_is_pulled_by_others(hospital: House):
    hospital.need(consent=BOTH)
    book = hospital.services.book()
    other = book.by_her("5079")
    assert other

    def may(party: Party) -> bool:
        return membership.shown(hospital.case(), party, book, type_="CarePlan", on=date(2026, 3, 4))

    def cell() -> str:
        said = {c.content: c for c in sharing.table(hospital.case(), book) if c.receiver == other}
        return said["plan-pull"].outcome

    assert (may(other), cell()) == (True, "sent")
    hospital.post("ip.consent.withdrawn", scopes=["plan-share"], date="2026-03-04", recipients=None)
    assert (may(other), cell()) == (False, "withheld")


def test_a_case_with_a_strict_address_is_pulled_by_nobody_else(hospital: House):
    hospital.need(consent=BOTH)
    book = hospital.services.book()
    other = book.by_her("5079")
    assert other
    hospital.post("ip.address-protection.changed", level="strictly-confidential")
    case = hospital.case()
    assert membership.is_member(case, other, book, date(2026, 3, 4))
    assert not membership.shown(case, other, book, type_="Patient", on=date(2026, 3, 4))


def test_who_stays_until_a_day_has_a_part_until_then(hospital: House):
    made = hospital.post("ip.coordinator.appointed", source="urn:her:5079", continues=None)
    assignment = {"assignmentId": made.case["assignmentId"]}
    hospital.clock.advance(days=30)
    hospital.post(
        "ip.coordinator.ended", source="urn:her:5079", continues=assignment, until="2026-04-20",
        reasonCode="other", successor=None,
    )  # fmt: skip
    book = hospital.services.book()
    other = book.by_her("5079")
    assert other
    said = [membership.is_member(hospital.case(), other, book, date(2026, 4, day)) for day in (20, 21)]
    assert said == [True, False]


SECRET = {
    "reason": {"codes": [], "text": "Taushet 1"},
    "preference": {"text": "Taushet 2"},
    "existing": {"plan": "exists", "coordinator": "exists", "text": "Taushet 3"},
}
NEED_TOPICS = ["background", "existing", "preference"]


def test_news_of_a_need_leave_out_what_is_excepted_and_nothing_is_sent_where_nothing_is_left(hospital: House):
    hospital.need()
    hospital.send()
    limit(hospital, topics=NEED_TOPICS, patient=LINE)
    assert hospital.need(**SECRET).messages == []
    told = hospital.need(**SECRET, urgency="urgent")
    assert receivers(told) == ["5079"]
    (text,) = texts(hospital.sent())
    assert "Hastegrad: Haster" in text
    assert "Taushet" not in text


def test_news_of_a_need_for_rehabilitation_leave_out_the_function_that_is_excepted(hospital: House):
    hospital.post("ip.rehabilitation-need.reported", consent=GIVEN)
    hospital.send()
    limit(hospital, topics=["background"], patient=LINE)
    hospital.post("ip.rehabilitation-need.reported", consent=GIVEN, function="Taushet 1")
    assert hospital.send() == []


def test_a_need_for_rehabilitation_that_has_not_left_leaves_out_the_function_that_is_excepted(
    hospital: House,
):
    hospital.post("ip.rehabilitation-need.reported", consent=GIVEN, function="Taushet 1")
    limit(hospital, topics=["background"], patient=LINE)
    (text,) = texts(hospital.sent())
    assert "Taushet" not in text


def test_news_that_have_not_left_are_told_anew_without_what_is_excepted(hospital: House):
    hospital.need()
    hospital.send()
    hospital.need(**SECRET, urgency="urgent")
    limit(hospital, topics=NEED_TOPICS, patient=LINE)
    (text,) = texts(hospital.sent())
    assert text.split("\r\n")[:2] == ["NYE OPPLYSNINGER OM MELDT BEHOV", "Hastegrad: Haster"]
    assert "Taushet" not in text


def test_news_that_say_nothing_else_are_stopped(hospital: House):
    hospital.need()
    hospital.send()
    hospital.need(**SECRET)
    told = limit(hospital, topics=NEED_TOPICS, patient=LINE)
    assert [m["state"] for m in told.messages] == ["buried"]
    assert hospital.send() == []


def test_a_plan_as_a_document_that_has_not_left_is_stopped_where_goals_are_excepted(alvdal: House):
    shared = PLAN["consent"] | {
        "date": "2026-03-04",
        "scopes": ["coordinator", "plan-create", "plan-share"],
        "recipients": ["coordinating-unit", "st-olavs-fmr"],
    }
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": shared})
    alvdal.send()
    alvdal.post("ip.plan-document.shared", continues={"planIdentifier": PLAN["identifier"]})
    assert [m.state for m in alvdal.messages(state="pending")] == ["pending"]
    told = limit(alvdal, topics=["goals"], source="urn:her:5079", patient=LINE)
    assert [m["state"] for m in told.messages] == ["buried"]
    assert alvdal.send() == []


@pytest.mark.parametrize(("excluded", "her_id"), [("gp", "258521"), (ALVDAL, "5079")])
def test_who_is_excepted_hears_all_the_same_that_what_it_filed_is_of_the_wrong_patient(
    hospital: House, excluded: str, her_id: str
):
    melde_id = hospital.need(patient=WITH_GP, consent=BOTH).case["meldeId"]
    hospital.send()
    limit(hospital, excluded=[excluded])
    hospital.send()
    hospital.post("ip.need.entered-in-error", patient=WITH_GP, continues={"meldeId": melde_id})
    assert her_id in [r.head.receiver.her_ids[-1] for r in hospital.sent()]
