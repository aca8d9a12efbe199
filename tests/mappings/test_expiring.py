"""Consent runs out, a need waits for it, a child becomes 16: the clocks of consent. E16, E17; domain §§ B, 1.4."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from adapter.events import age
from tests.house import GIVEN, LINE, House, State

UNTIL = GIVEN | {"validUntil": "2026-06-30"}
SHORT = GIVEN | {"validUntil": "2026-03-09"}
CHILD = LINE | {"birthDate": "2010-03-10"}
BY_GUARDIAN = GIVEN | {"givenBy": "guardian", "guardians": "both"}
HELD = {"rows": {"st-olavs-fmr": {"routing": "ke_then_municipality", "release_days": 20}}}


def consents(house: House) -> list[str]:
    return [r["status"] for r in house.current() if r["resourceType"] == "Consent"]


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").astimezone(UTC)


def due(house: House) -> list[str]:
    return sorted(d.due.isoformat()[:10] for d in house.case().deadlines if d.kind == "consent")


def test_a_consent_with_a_last_day_starts_a_warning_and_its_end(hospital: House):
    told = hospital.need(consent=UNTIL)
    assert sorted(d["due"] for d in told.body["deadlines"] if d["kind"] == "consent") == [
        "2026-05-31T00:00:00+02:00", "2026-07-01T00:00:00+02:00",
    ]  # fmt: skip


def test_thirty_days_before_the_responsible_one_gets_a_work_item(hospital: House):
    hospital.need(consent=UNTIL)
    hospital.send()
    before = len(hospital.items("review"))
    hospital.clock.to(at("2026-05-31"))
    hospital.tick()
    items = hospital.items("review")
    assert len(items) == before + 1
    assert any(i.get("description", "").startswith("Samtykket utløper snart") for i in items)
    assert consents(hospital) == ["active"]


def test_a_consent_for_a_short_time_gives_no_warning(hospital: House):
    hospital.need(consent=GIVEN | {"validUntil": "2026-03-20"})
    assert due(hospital) == ["2026-03-20"]


def test_at_its_end_the_consent_is_inactive_and_what_has_not_left_waits(build: Any):
    house = build(of=HELD)
    house.need(consent=SHORT)
    assert {s.business for s in house.needs().values()} == {"reported"}
    house.clock.to(at("2026-03-10"))
    house.tick()
    assert "ip.consent.expired" in house.events()
    assert consents(house) == ["inactive"]
    assert set(house.needs().values()) == {State("draft", "consent-pending", "active")}
    assert house.send() == []


def test_at_its_end_what_has_been_sent_stays_and_nothing_more_is_told(hospital: House):
    hospital.need(consent=UNTIL)
    hospital.send()
    hospital.clock.to(at("2026-07-01"))
    hospital.tick()
    assert {s.business for s in hospital.needs().values()} <= {"sent", "undelivered"}
    assert hospital.post("ip.hospital-coordinator.appointed").messages == []


def test_a_consent_holds_through_its_last_day(hospital: House):
    hospital.need(consent=UNTIL)
    hospital.clock.to(at("2026-06-30", 21))
    hospital.tick()
    assert consents(hospital) == ["active"]


def test_a_consent_withdrawn_before_its_end_has_no_clock(hospital: House):
    hospital.need(consent=UNTIL)
    hospital.send()
    hospital.post(
        "ip.consent.withdrawn", scopes=["coordinator", "plan-create"], date="2026-03-04", recipients=None
    )
    assert "consent" not in hospital.clocks()


def test_a_need_that_waits_more_than_five_working_days_gives_a_reminder(hospital: House):
    hospital.need(consent={"status": "not-asked", "scopes": []})
    before = len(hospital.items("review"))
    hospital.clock.advance(days=7)
    hospital.tick()
    assert len(hospital.items("review")) == before
    hospital.clock.advance(days=1)
    hospital.tick()
    assert len([i for i in hospital.items("review") if "samtykke" in i.get("description", "")]) == 1


def test_a_need_released_in_time_gives_no_reminder(hospital: House):
    hospital.need(consent={"status": "not-asked", "scopes": []})
    hospital.post("ip.consent.given", consent=GIVEN)
    assert "consent" not in hospital.clocks()


def test_at_16_a_guardians_consent_is_over_and_the_patient_is_asked(build: Any):
    house = build(of=HELD)
    house.need(patient=CHILD, consent=BY_GUARDIAN)
    assert due(house) == ["2026-03-09"]
    house.clock.to(at("2026-03-10"))
    house.tick()
    assert consents(house) == ["inactive"]
    assert {s.business for s in house.needs().values()} == {"consent-pending"}
    assert any("fylt 16 år" in i.get("description", "") for i in house.items("review"))


def test_e17_at_16_does_the_same_at_once(build: Any):
    house = build(of=HELD)
    house.need(patient=CHILD, consent=BY_GUARDIAN)
    house.clock.to(at("2026-03-11"))
    house.post(
        "ip.representative.changed",
        patient=CHILD,
        representative=None,
        reasonCode="reached-16",
        **{"from": "2026-03-10"},
    )
    assert consents(house) == ["inactive"]
    assert {s.business for s in house.needs().values()} == {"consent-pending"}


def test_e17_has_a_consent_by_another_looked_at_again(hospital: House):
    hospital.need(consent=GIVEN | {"givenBy": "representative", "capacity": "lacking"})
    hospital.send()
    before = len(hospital.items("review"))
    hospital.clock.advance(days=10)
    hospital.post("ip.representative.changed")
    assert len(hospital.items("review")) == before + 1
    assert consents(hospital) == ["active"]
    assert any(r["resourceType"] == "RelatedPerson" and "name" in r for r in hospital.current())


def test_16_comes_on_the_birthday_and_for_the_29_of_february_the_day_after():
    assert age.sixteen(date(2012, 2, 29)).isoformat() == "2028-02-29"
    assert age.sixteen(date(2010, 5, 1)).isoformat() == "2026-05-01"


def test_e17_ends_who_could_consent_before(hospital: House):
    hospital.need()
    hospital.post("ip.representative.changed", **{"from": "2026-03-04"})
    hospital.post(
        "ip.representative.changed", representative=None, reasonCode="ended", **{"from": "2026-03-04"}
    )
    (person,) = [r for r in hospital.current() if r["resourceType"] == "RelatedPerson"]
    assert (person["active"], person["period"]) == (False, {"end": "2026-03-04"})


UNBORN = {k: v for k, v in LINE.items() if k != "birthDate"}
SIXTEEN = LINE | {"birthDate": "2009-01-01"}


def test_a_birth_date_learned_later_ends_what_a_guardian_opened(hospital: House):
    hospital.need(patient=UNBORN, consent=BY_GUARDIAN)
    told = hospital.post("ip.hospital-coordinator.appointed", patient=SIXTEEN, continues=None)
    assert consents(hospital) == ["inactive"]
    assert {s.business for s in hospital.needs().values()} == {"consent-pending"}
    assert [m["state"] for m in told.messages] == ["buried"]
    assert hospital.send() == []
    assert any("fylt 16 år" in i.get("description", "") for i in hospital.items("review"))


def test_what_the_patient_opened_goes_on_where_a_guardians_word_falls_away(hospital: House):
    own = GIVEN | {"scopes": ["plan-create"]}
    hospital.need(patient=UNBORN, consent=BY_GUARDIAN)
    hospital.clock.advance(minutes=1)
    hospital.post("ip.consent.given", patient=UNBORN, consent=own)
    hospital.post("ip.hospital-coordinator.appointed", patient=SIXTEEN, continues=None)
    assert {k: s.business for k, s in hospital.needs().items()} == {
        "coordinator": "consent-pending",
        "individual-plan": "reported",
    }
    hospital.tick()
    assert hospital.needs()["individual-plan"].business == "queued"
    (sent,) = hospital.sent()
    assert "[x] Individuell plan  [ ] Koordinator" in sent.body.text


def test_a_birth_date_that_is_corrected_ends_what_a_guardian_opened(hospital: House):
    hospital.need(patient=LINE | {"birthDate": "2011-01-01"}, consent=BY_GUARDIAN)
    hospital.post(
        "ip.identity.changed", patient=SIXTEEN, former=LINE["identifier"], reasonCode="facts-corrected"
    )
    assert consents(hospital) == ["inactive"]
    assert {s.business for s in hospital.needs().values()} == {"consent-pending"}
    assert hospital.send() == []


def test_who_is_16_before_the_clock_has_run_is_asked_by_the_next_event(hospital: House):
    hospital.need(patient=CHILD, consent=BY_GUARDIAN)
    hospital.clock.to(at("2026-03-11"))
    hospital.post("ip.hospital-coordinator.appointed", patient=CHILD, continues=None)
    assert consents(hospital) == ["inactive"]
    items = [i for i in hospital.items("review") if "fylt 16 år" in i.get("description", "")]
    hospital.tick()
    assert [i for i in hospital.items("review") if "fylt 16 år" in i.get("description", "")] == items
    assert len(items) == 1
