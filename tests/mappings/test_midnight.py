"""The day is Norway's: what is told in the first hours of it goes by its date, not by the one that UTC still has. domain § 2.7."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapter import timing
from tests.house import GIVEN, Clock, House
from tests.houses import Build

SUMMER = datetime(2026, 7, 4, 22, 30, tzinfo=UTC)
WINTER = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
FIRST_HOURS = [SUMMER, SUMMER + timedelta(minutes=80), WINTER]
"""Half past midnight in Norway, and before two in summer time: in UTC it is yesterday still."""


def of(instant: datetime, **more: str) -> dict[str, object]:
    """Return a consent of an instant's day in Norway."""
    return GIVEN | {"date": timing.day(instant).isoformat()} | more


@pytest.fixture(params=FIRST_HOURS)
def night(request: pytest.FixtureRequest, build: Build) -> House:
    return build(clock=Clock(request.param))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 7, 4, 22, 30, tzinfo=UTC), "2026-07-05"),
        (datetime(2026, 3, 4, 23, 30, tzinfo=UTC), "2026-03-05"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "2027-01-01"),
    ],
)
def test_the_day_begins_at_midnight_in_norway(instant: datetime, day: str):
    assert timing.day(instant).isoformat() == day


def test_a_need_reported_with_a_consent_of_the_day_leaves(night: House):
    told = night.need(consent=of(night.clock.now))
    assert (told.body["status"], len(night.send())) == ("accepted", 1)


def test_a_consent_given_that_day_lets_go_what_waited(night: House):
    night.need(consent=of(night.clock.now, status="not-asked") | {"scopes": []})
    told = night.post("ip.consent.given", consent=of(night.clock.now))
    assert [m["receiver"]["herId"] for m in told.messages] == ["5079"]
    assert len(night.send()) == 1


def test_a_coordinator_appointed_that_night_is_told_under_the_consent_of_the_day(night: House):
    night.need(consent=of(night.clock.now))
    told = night.post("ip.hospital-coordinator.appointed", expectedUntil=None)
    assert "5079" in [m["receiver"]["herId"] for m in told.messages]


def test_a_consent_whose_last_day_was_yesterday_opens_nothing(night: House):
    yesterday = (timing.day(night.clock.now) - timedelta(days=1)).isoformat()
    told = night.need(consent=of(night.clock.now, date=yesterday, validUntil=yesterday))
    assert (told.body["status"], night.send()) == ("held", [])


@pytest.mark.parametrize(("now", "key"), [
    (datetime(2026, 3, 5, 22, 30, tzinfo=UTC), "alvdal-saksbehandling"),
    (datetime(2026, 3, 5, 23, 30, tzinfo=UTC), "nydal-saksbehandling"),
])  # fmt: skip
def test_a_row_of_the_address_book_turns_over_at_midnight(build: Build, now: datetime, key: str):
    house = build(of={"turn": "2026-03-06"}, clock=Clock(now))
    house.need(consent=of(now))
    assert [m.receiver_key for m in house.messages(direction="out")] == [key]
