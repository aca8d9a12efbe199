"""What was closed stays closed: a guardian's word after 16, a consent that a plan repeats, an older yes of the same second. ADR 161."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from adapter.events import schemas
from adapter.fhir import consents as stored
from adapter.mappings import sharing
from tests.house import GIVEN, GP, House
from tests.house import LINE as BARE

LINE: Final = BARE | {"gp": GP}
PLAN: Final = schemas.example("ip.plan.created")["data"]["plan"]
NAMED: Final = {"continues": {"planIdentifier": PLAN["identifier"]}}
ALVDAL: Final = {"source": "urn:her:5079"}
GOAL: Final = {"id": "g1", "status": "active"}
DAY: Final = "2026-03-04"
ALL: Final = ["coordinator", "plan-create", "plan-share"]
SHARED: Final = GIVEN | {"scopes": ALL, "recipients": ["coordinating-unit", "gp", "storvik-nord"]}
NEARLY: Final = LINE | {"birthDate": "2010-03-10"}
"""Becomes 16 six days on."""
SIXTEEN: Final = LINE | {"birthDate": "2010-03-01"}
GUARDIAN: Final = {"givenBy": "guardian", "guardians": "both"}
BIRTHDAY: Final = datetime(2026, 3, 10, 12, tzinfo=UTC)
BEFORE: Final = "2026-02-20"


def block(**more: Any) -> dict[str, Any]:
    return SHARED | more


def created(house: House, patient: dict[str, Any] = LINE, **more: Any) -> Any:
    told = house.post(
        "ip.plan.created", **ALVDAL, continues=None, patient=patient, plan=PLAN | {"consent": block(**more)}
    )
    house.send()
    return told


def updated(house: House, patient: dict[str, Any] = LINE, **more: Any) -> Any:
    """Tell the plan with another goal, and its consent again."""
    return house.post("ip.plan.updated", **ALVDAL, **NAMED, patient=patient, baseVersion=version(house),
                      plan=PLAN | {"consent": block(**more), "goals": [GOAL | {"text": f"Gå i {house.clock.now}"}]})  # fmt: skip


def version(house: House) -> int:
    """Return the version of the plan there is."""
    (plan,) = house.case().of("CarePlan")
    return int(plan["meta"]["versionId"])


def withdraw(house: House, **more: Any) -> Any:
    said = {"scopes": ["plan-share"], "recipients": None, "date": DAY} | more
    told = house.post("ip.consent.withdrawn", **said)
    house.send()
    return told


def codes(told: Any) -> set[str]:
    return {w["code"] for w in told.body["warnings"]} & {"IPK-E096", "IPK-E100", "IPK-C023"}


def statuses(house: House) -> list[str]:
    return sorted(stored.statement(c)["status"] for c in house.case().of("Consent"))


def opened(house: House) -> set[str]:
    """Return what of the plan goes to anybody, or may be pulled."""
    told = sharing.table(house.case(), house.services.book())
    return {c.content for c in told if c.outcome == "sent" and c.content in {"plan-notice", "plan-pull"}}


# ── at 16 ──


def test_a_guardians_consent_that_a_plan_repeats_after_16_stays_expired(alvdal: House):
    created(alvdal, NEARLY, **GUARDIAN)
    assert opened(alvdal) == {"plan-notice", "plan-pull"}
    alvdal.clock.to(BIRTHDAY)
    alvdal.tick()
    for note in (None, "Sagt på nytt"):
        told = updated(alvdal, NEARLY, **GUARDIAN, **({"note": note} if note else {}))
        assert codes(told) == {"IPK-E100"}
        assert told.messages == []
        assert statuses(alvdal) == ["expired"]
        assert opened(alvdal) == set()


@pytest.mark.parametrize("of", ["ip.need.identified", "ip.consent.given"])
def test_what_a_guardian_said_before_16_is_taken_as_expired_and_opens_nothing(hospital: House, of: str):
    told = hospital.post(of, patient=SIXTEEN, consent=GIVEN | GUARDIAN | {"date": BEFORE})
    assert codes(told) >= {"IPK-E100"}
    assert statuses(hospital) == ["expired"]
    assert hospital.send() == []


def test_a_new_plan_with_a_guardians_consent_from_before_16_is_shared_with_nobody(alvdal: House):
    told = created(alvdal, SIXTEEN, **GUARDIAN, date=BEFORE)
    assert (codes(told), told.messages) == ({"IPK-E100"}, [])
    assert (statuses(alvdal), opened(alvdal)) == (["expired"], set())


def test_before_the_birthday_clock_has_run_a_guardians_consent_opens_nothing(alvdal: House):
    created(alvdal, NEARLY, **GUARDIAN)
    alvdal.clock.to(BIRTHDAY)
    assert opened(alvdal) == set()


def test_the_patients_own_word_at_16_opens_whatever_a_guardian_said(alvdal: House):
    created(alvdal, NEARLY, **GUARDIAN)
    alvdal.clock.to(BIRTHDAY)
    alvdal.post("ip.consent.given", **ALVDAL, patient=NEARLY, consent=block(date="2026-03-10"))
    alvdal.clock.advance(minutes=5)
    alvdal.tick()
    updated(alvdal, NEARLY, **GUARDIAN)
    assert opened(alvdal) == {"plan-notice", "plan-pull"}


def test_who_lacks_capacity_has_a_representative_after_16(alvdal: House):
    told = created(alvdal, LINE, givenBy="representative", capacity="lacking")
    assert codes(told) == set()
    assert opened(alvdal) == {"plan-notice", "plan-pull"}


# ── a plan that repeats ──


@pytest.mark.parametrize("date", ["2026-03-03", DAY])
@pytest.mark.parametrize("scopes", [["plan-share"], ALL])
def test_a_plan_that_repeats_a_consent_withdrawn_the_same_day_opens_nothing(
    alvdal: House, date: str, scopes: list[str]
):
    created(alvdal, date=date)
    alvdal.clock.advance(hours=1)
    withdraw(alvdal, scopes=scopes, **ALVDAL)
    before = statuses(alvdal)
    for more in ({}, {"note": "Sagt på nytt"}, {"method": "written"}, {"recipients": ["coordinating-unit"]}):
        alvdal.clock.advance(hours=1)
        told = updated(alvdal, date=date, **more)
        assert codes(told) == {"IPK-E096"}
        assert told.messages == []
        assert (statuses(alvdal), opened(alvdal)) == (before, set())


def test_a_new_consent_opens_though_the_plan_repeats_the_old_one(alvdal: House):
    created(alvdal)
    alvdal.clock.advance(hours=1)
    withdraw(alvdal, **ALVDAL)
    alvdal.clock.advance(hours=1)
    alvdal.post("ip.consent.given", **ALVDAL, consent=block())
    alvdal.clock.advance(hours=1)
    told = updated(alvdal)
    assert opened(alvdal) == {"plan-notice", "plan-pull"}
    assert [m["receiver"]["herId"] for m in told.messages] == ["258521"]


def test_a_plan_whose_consent_is_dated_after_the_withdrawal_opens(alvdal: House):
    created(alvdal)
    withdraw(alvdal, **ALVDAL)
    alvdal.clock.advance(days=1)
    assert codes(updated(alvdal, date="2026-03-05")) == set()
    assert opened(alvdal) == {"plan-notice", "plan-pull"}


def test_a_consent_that_has_run_out_is_renewed_by_another_last_day_only(alvdal: House):
    created(alvdal, validUntil="2026-03-05")
    alvdal.clock.to(datetime(2026, 3, 6, 12, tzinfo=UTC))
    alvdal.tick()
    assert codes(updated(alvdal, validUntil="2026-03-05")) == {"IPK-E096"}
    assert (statuses(alvdal), opened(alvdal)) == (["expired"], set())
    alvdal.clock.advance(minutes=5)
    updated(alvdal, validUntil="2026-06-30")
    assert opened(alvdal) == {"plan-notice", "plan-pull"}


def test_a_plan_that_says_another_note_lifts_no_limit_of_the_day(alvdal: House):
    created(alvdal)
    alvdal.clock.advance(hours=1)
    alvdal.post("ip.consent.limited", **ALVDAL, excluded=["storvik-nord"], topics=None, lifted=None, date=DAY)
    alvdal.send()
    for note in ("Én", "To"):
        alvdal.clock.advance(hours=1)
        updated(alvdal, note=note)
        told = sharing.table(alvdal.case(), alvdal.services.book())
        assert {c.outcome for c in told if c.receiver.key == "storvik-nord"} == {"withheld"}


def test_a_plan_repeated_after_a_narrower_consent_tells_nobody_more(alvdal: House):
    created(alvdal)
    alvdal.clock.advance(hours=1)
    alvdal.post(
        "ip.consent.given",
        **ALVDAL,
        consent=block(status="limited", recipients=["coordinating-unit"], excluded=["storvik-nord"]),
    )
    alvdal.clock.advance(hours=1)
    updated(alvdal)
    told = sharing.table(alvdal.case(), alvdal.services.book())
    assert {c.outcome for c in told if c.receiver.key == "storvik-nord" and c.content == "plan-notice"} == {
        "withheld"
    }


# ── a clock that stands still ──


def test_an_older_yes_told_in_the_second_of_the_withdrawal_opens_nothing(hospital: House):
    hospital.need(consent={"status": "not-asked"})
    hospital.clock.advance(days=7)
    scopes = ["coordinator", "plan-create"]
    withdraw(hospital, scopes=scopes, date="2026-03-10")
    told = hospital.post("ip.consent.given", consent=GIVEN | {"date": "2026-03-05"})
    assert "IPK-E096" in codes(told)
    hospital.post("ip.hospital-coordinator.appointed", **{"from": "2026-03-11"})
    assert hospital.send() == []
    assert {s.business for s in hospital.needs().values()} == {"consent-pending"}
