"""A plan told again repeats its consent: that is no new word of the patient, nor is a guardian's of a patient who is 16. Decision 161."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from adapter.events import schemas
from adapter.mappings import grants
from tests.house import LINE, House

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
NAMED = {"continues": {"planIdentifier": PLAN["identifier"]}}
SHARED = PLAN["consent"] | {
    "scopes": ["plan-create", "plan-share"],
    "recipients": ["coordinating-unit", "gp"],
}
CHILD = LINE | {"birthDate": "2010-03-05"}
"""Of sixteen the day after the clock's first."""


def created(house: House, on: str, patient: dict[str, Any] = LINE, **more: Any) -> Any:
    return house.post(
        "ip.plan.created",
        continues=None,
        patient=patient,
        plan=PLAN | {"consent": SHARED | {"date": on} | more},
    )


def updated(house: House, on: str, patient: dict[str, Any] = LINE, **more: Any) -> Any:
    goals = [PLAN["goals"][0] | {"text": "Gå tur hver kveld"}]
    plan = PLAN | {"goals": goals, "consent": SHARED | {"date": on} | more}
    return house.post("ip.plan.updated", **NAMED, patient=patient, plan=plan, baseVersion=1)


def withdraw(house: House, **more: Any) -> None:
    said = {"scopes": ["plan-share"], "recipients": None, "date": "2026-03-04"} | more
    house.post("ip.consent.withdrawn", source="urn:her:5079", **said)


def open_scopes(house: House, patient: dict[str, Any] = LINE) -> set[str]:
    """Return the scopes that some consent of the case still opens."""
    return {
        s
        for g in grants.newest_first(house.case(patient))
        if g.status in {"given", "limited"}
        for s in g.scopes
    }


def codes(told: Any) -> set[str]:
    return {w["code"] for w in told.body["warnings"]}


@pytest.mark.parametrize("note", [None, "Sagt en gang til"])
def test_an_update_on_the_day_of_a_withdrawal_opens_nothing_of_it(alvdal: House, note: str | None):
    created(alvdal, "2026-03-04")
    withdraw(alvdal)
    told = updated(alvdal, "2026-03-04", **({"note": note} if note else {}))
    assert "IPK-E096" in codes(told)
    assert "plan-share" not in open_scopes(alvdal)
    assert told.messages == []


def test_an_update_with_a_consent_of_a_later_day_is_a_new_word(alvdal: House):
    created(alvdal, "2026-03-04")
    withdraw(alvdal)
    alvdal.clock.advance(days=1)
    told = updated(alvdal, "2026-03-05")
    assert "IPK-E096" not in codes(told)
    assert "plan-share" in open_scopes(alvdal)


def test_a_consent_given_on_the_day_of_the_withdrawal_is_a_new_word(alvdal: House):
    created(alvdal, "2026-03-04")
    withdraw(alvdal)
    alvdal.post("ip.consent.given", source="urn:her:5079", consent=SHARED | {"date": "2026-03-04"})
    assert "plan-share" in open_scopes(alvdal)


def test_an_older_consent_in_the_second_of_the_withdrawal_opens_nothing(alvdal: House):
    """The clock stands still: what orders them is what they say, not a second that they share."""
    created(alvdal, "2026-03-03")
    withdraw(alvdal)
    told = updated(alvdal, "2026-03-03")
    assert "IPK-E096" in codes(told)
    assert "plan-share" not in open_scopes(alvdal)


def test_an_exception_is_not_lifted_by_a_repeated_consent_with_another_note(alvdal: House):
    created(alvdal, "2026-03-04")
    alvdal.post("ip.consent.limited", source="urn:her:5079", excluded=["gp"], topics=None, date="2026-03-04")
    updated(alvdal, "2026-03-04", note="Sagt en gang til")
    assert all(
        "gp" in g.excluded for g in grants.newest_first(alvdal.case()) if g.status in {"given", "limited"}
    )


def test_what_a_guardian_said_opens_nothing_once_the_patient_is_sixteen(alvdal: House):
    """Domain E17: at 16 a new consent is required. pbrl § 4-3."""
    created(alvdal, "2026-03-04", CHILD, givenBy="guardian")
    assert "plan-share" in open_scopes(alvdal, CHILD)
    alvdal.clock.advance(days=2)
    alvdal.tick()
    assert open_scopes(alvdal, CHILD) == set()
    told = updated(alvdal, "2026-03-04", CHILD, givenBy="guardian")
    assert "IPK-E100" in codes(told)
    assert open_scopes(alvdal, CHILD) == set()
    assert told.messages == []


def test_a_need_with_what_a_guardian_said_before_waits_for_the_patients_own_word(hospital: House):
    patient = LINE | {"birthDate": date(2010, 3, 4).isoformat()}
    said = SHARED | {"scopes": ["coordinator", "plan-create"], "date": "2026-03-01", "givenBy": "guardian"}
    told = hospital.need(patient=patient, consent=said)
    assert "IPK-E100" in codes(told)
    assert hospital.send() == []
    assert {s.business for s in hospital.needs(patient).values()} == {"consent-pending"}
