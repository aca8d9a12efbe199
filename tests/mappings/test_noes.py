"""An older yes told after a newer no opens nothing of what was refused; what it says otherwise, and a yes after the no, holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from tests.house import GIVEN, House

BOTH: Final = ["coordinator", "plan-create"]
LATE: Final = {"time": datetime(2026, 3, 5, 9, tzinfo=UTC)}


def yes(on: str, **more: Any) -> dict[str, Any]:
    return GIVEN | {"date": on} | more


def withdraw(house: House, scopes: list[str], **more: Any) -> None:
    house.post(
        "ip.consent.withdrawn", **({"scopes": scopes, "recipients": None, "date": "2026-03-10"} | more)
    )
    house.send()
    house.clock.advance(hours=1)


@pytest.fixture
def waiting(hospital: House) -> House:
    """Return a hospital with needs whose patient was not asked, six days on."""
    hospital.need(consent={"status": "not-asked"})
    hospital.clock.advance(days=7)
    return hospital


def test_a_withdrawal_without_a_consent_closes_what_is_older(waiting: House):
    withdraw(waiting, BOTH)
    told = waiting.post("ip.consent.given", consent=yes("2026-03-05"))
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E096"]
    assert waiting.send() == []
    assert {s.business for s in waiting.needs().values()} == {"consent-pending"}


def test_a_yes_of_the_day_of_the_no_or_later_opens(waiting: House):
    withdraw(waiting, BOTH)
    told = waiting.post("ip.consent.given", consent=yes("2026-03-10"))
    assert told.body["warnings"] == []
    assert len(waiting.send()) == 1


def test_only_what_was_refused_is_held(waiting: House):
    withdraw(waiting, ["plan-create"])
    waiting.post("ip.consent.given", consent=yes("2026-03-05"))
    assert {k: s.business for k, s in waiting.needs().items()} == {
        "individual-plan": "consent-pending",
        "coordinator": "queued",
    }


def test_a_no_to_some_receivers_holds_no_other(waiting: House):
    withdraw(waiting, BOTH, recipients=["gp"])
    waiting.post("ip.consent.given", consent=yes("2026-03-05"))
    assert len(waiting.send()) == 1


def test_what_a_withdrawal_took_a_late_consent_does_not_give_back_to_notices(hospital: House):
    hospital.post("ip.consent.given", consent=yes("2026-03-04", scopes=[*BOTH, "plan-share"]))
    hospital.clock.advance(days=7)
    withdraw(hospital, [*BOTH, "plan-share"])
    told = hospital.post("ip.consent.given", consent=yes("2026-03-05"), **LATE)
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E096"]
    hospital.post("ip.hospital-coordinator.appointed")
    assert hospital.send() == []


def test_a_need_older_than_the_patients_no_waits(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.clock.advance(days=6)
    hospital.post(
        "ip.need.declined-by-patient",
        continues={"meldeId": melde_id},
        scope=["individual-plan"],
        date="2026-03-09",
    )
    hospital.send()
    told = hospital.need(needs=["individual-plan"], consent=yes("2026-03-05"))
    assert told.body["status"] == "held"
    assert "IPK-E096" in {w["code"] for w in told.body["warnings"]}
    assert hospital.send() == []


def test_an_older_yes_told_late_takes_nothing_from_a_newer_one(waiting: House):
    withdraw(waiting, BOTH)
    waiting.post("ip.consent.given", consent=yes("2026-03-10"))
    waiting.send()
    waiting.clock.advance(hours=1)
    waiting.post("ip.consent.given", consent=yes("2026-03-05"), **LATE)
    waiting.post("ip.hospital-coordinator.appointed")
    assert len(waiting.send()) == 1


def test_a_yes_in_the_second_of_a_no_opens_nothing_when_it_is_told_either(hospital: House):
    """What is told now is judged as it will be judged once it is stored: else a need left that the case says is withheld."""
    hospital.need(consent={"status": "not-asked", "date": "2026-03-04"})
    hospital.clock.advance(minutes=1)
    hospital.post("ip.consent.withdrawn", scopes=["coordinator"], recipients=None, date="2026-03-04")
    told = hospital.post("ip.consent.given", consent=GIVEN)
    assert "IPK-E096" in [w["code"] for w in told.body["warnings"]]
    assert {k: n.business for k, n in hospital.needs().items()} == {
        "coordinator": "consent-pending",
        "individual-plan": "queued",
    }
    hospital.clock.advance(seconds=1)
    hospital.post("ip.consent.given", consent=GIVEN)
    assert hospital.needs()["coordinator"].business == "queued"
