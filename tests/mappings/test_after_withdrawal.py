"""After a withdrawal: who knows is not told again, the code says what was told, and nobody answers for nothing. E15; ADR 161."""

from __future__ import annotations

from typing import Any, Final

import pytest

from adapter.mappings import standing
from adapter.timing import OSLO
from tests.house import GIVEN, House

DAY: Final = "2026-03-04"
BOTH: Final = ("coordinator", "plan-create")


@pytest.fixture
def sent(hospital: House) -> House:
    """Return a hospital whose need has reached the municipality."""
    hospital.need()
    hospital.send()
    hospital.clock.advance(minutes=5)
    return hospital


def withdraw(house: House, *scopes: str) -> list[str]:
    """Return who is told of a withdrawal."""
    told = house.post("ip.consent.withdrawn", scopes=list(scopes), recipients=None, date=DAY)
    house.send()
    house.clock.advance(minutes=5)
    return [m["receiver"]["herId"] for m in told.messages if m["state"] != "buried"]


def told(house: House) -> dict[str, Any]:
    case = house.case()
    return standing.told(case, {}, house.services.book(), case.now.astimezone(OSLO).date())


def why(house: House) -> str:
    (code,) = [c for c in told(house)["codes"] if c["list"] == "8473"]
    assert code["code"] == "21"
    return str(code["why"]["text"])


def test_who_was_told_of_a_withdrawal_and_got_nothing_since_is_not_told_again(sent: House):
    assert withdraw(sent, *BOTH) == ["5079"]
    assert withdraw(sent, *BOTH) == []
    assert withdraw(sent, "plan-create") == []


def test_another_scope_withdrawn_is_told(sent: House):
    assert withdraw(sent, "coordinator") == ["5079"]
    assert withdraw(sent, "plan-create") == ["5079"]
    assert withdraw(sent, "plan-create") == []


def test_who_got_something_since_is_told_again(sent: House):
    assert withdraw(sent, *BOTH) == ["5079"]
    sent.post("ip.consent.given", consent=GIVEN)
    sent.need()
    sent.send()
    sent.clock.advance(minutes=5)
    assert withdraw(sent, *BOTH) == ["5079"]


def test_a_consent_given_again_and_withdrawn_again_is_told(sent: House):
    assert withdraw(sent, *BOTH) == ["5079"]
    sent.post("ip.consent.given", consent=GIVEN)
    assert withdraw(sent, *BOTH) == ["5079"]


def test_a_need_that_was_told_and_is_withdrawn_is_not_called_never_told(sent: House):
    withdraw(sent, *BOTH)
    assert "ble meldt kommunen og er trukket tilbake" in why(sent)


def test_a_need_that_never_left_is_called_never_told(hospital: House):
    hospital.need(consent={"status": "not-asked"})
    withdraw(hospital, *BOTH)
    assert "behovet er ikke meldt kommunen" in why(hospital)


def test_nobody_answers_where_no_need_plan_or_coordinator_stands(sent: House):
    assert told(sent)["responsible"]["plan"] == "municipality"
    withdraw(sent, *BOTH)
    said = told(sent)["responsible"]
    assert (said["plan"], said["planOrganisation"], said["coordinators"]) == (None, None, [])
    assert [w["rule"] for w in said["why"]] == ["responsible-nothing"]
    sent.post("ip.hospital-coordinator.appointed")
    assert told(sent)["responsible"]["plan"] == "hospital"
