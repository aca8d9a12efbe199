"""When things are due, across Easter, 17 May, Christmas and the change of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.model import Agreement
from adapter.rules import clocks
from adapter.rules.anchors import ANCHORS
from adapter.rules.clocks import OSLO
from tests.rules.books import BOOK, party


def oslo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


@pytest.mark.parametrize(
    ("gen_date", "due"),
    [
        ("2026-03-04T10:15:00", "2026-03-08T10:15:00+01:00"),
        ("2026-03-27T10:15:00", "2026-03-31T11:15:00+02:00"),  # summer time begins on the 29th
        ("2026-10-23T10:15:00", "2026-10-27T09:15:00+01:00"),  # and ends on 25 October
        ("2026-12-24T10:15:00", "2026-12-28T10:15:00+01:00"),  # holidays do not count
    ],
)
def test_a_receipt_is_due_after_96_real_hours(gen_date: str, due: str) -> None:
    assert clocks.receipt_due(oslo(gen_date)).isoformat() == due
    assert clocks.receipt_due(oslo(gen_date)) - oslo(gen_date).astimezone(UTC) == timedelta(hours=96)


@pytest.mark.parametrize(
    ("gen_date", "due"),
    [
        ("2026-03-04T10:15:00", "2026-03-09T23:59:59+01:00"),  # Wednesday, over a weekend
        ("2026-03-07T10:15:00", "2026-03-11T23:59:59+01:00"),  # Saturday: Monday is the first
        ("2026-03-31T10:15:00", "2026-04-08T23:59:59+02:00"),  # Easter: 2, 3 and 6 April are holidays
        ("2026-05-13T10:15:00", "2026-05-19T23:59:59+02:00"),  # Ascension Day the 14th, 17 May a Sunday
        ("2027-05-14T10:15:00", "2027-05-20T23:59:59+02:00"),  # 17 May a Monday that is also Whit Monday
        ("2028-05-16T10:15:00", "2028-05-22T23:59:59+02:00"),  # 17 May a Wednesday
        ("2026-12-22T10:15:00", "2026-12-28T23:59:59+01:00"),  # the 24th is a working day, 25–27 are not
        ("2026-12-30T10:15:00", "2027-01-05T23:59:59+01:00"),  # over New Year
        ("2026-03-26T10:15:00", "2026-03-31T23:59:59+02:00"),  # over the change to summer time
    ],
)
def test_a_reply_is_due_at_the_end_of_the_third_working_day(gen_date: str, due: str) -> None:
    assert clocks.reply_due(oslo(gen_date)).isoformat() == due


def test_the_day_is_the_day_in_oslo() -> None:
    late = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    assert clocks.reply_due(late) == clocks.reply_due(oslo("2026-03-04T10:15:00"))


def test_a_zone_less_time_is_oslos() -> None:
    bare = datetime.fromisoformat("2026-07-01T10:00:00")
    assert clocks.receipt_due(bare) == clocks.receipt_due(oslo("2026-07-01T10:00:00"))


@pytest.mark.parametrize("day", ["2026-12-24", "2026-12-31", "2026-05-18", "2026-04-01"])
def test_christmas_eve_new_years_eve_and_days_beside_holidays_are_working_days(day: str) -> None:
    assert clocks.is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    "day",
    ["2026-01-01", "2026-04-02", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-12-25",
     "2027-05-17", "2026-03-07", "2026-03-08", "2038-04-22"],
)  # fmt: skip
def test_public_holidays_and_weekends_are_not(day: str) -> None:
    assert not clocks.is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("held", "days", "due"),
    [
        ("2026-03-04T10:15:00", None, "2026-03-05T10:15:00+01:00"),
        ("2026-03-06T10:15:00", None, "2026-03-09T10:15:00+01:00"),
        ("2026-03-27T10:15:00", None, "2026-03-30T10:15:00+02:00"),
        ("2026-04-01T10:15:00", 2, "2026-04-08T10:15:00+02:00"),
        ("2026-03-04T10:15:00", 0, "2026-03-04T10:15:00+01:00"),
    ],
)
def test_a_held_message_is_released_at_the_same_time_of_a_working_day(
    held: str, days: int | None, due: str
) -> None:
    assert clocks.release_due(oslo(held), days).isoformat() == due


def test_an_agreement_sets_the_days_and_is_named() -> None:
    own = Agreement(between=frozenset({"a", "b"}), reply_days=5, source="avtale 2026-01")
    days, why = clocks.reply_days(own)
    assert (days, why.source, why.rejected) == (5, "avtale: avtale 2026-01", ("3 virkedager",))
    assert clocks.reply_due(oslo("2026-03-04T10:15:00"), days).date() == date(2026, 3, 11)


def test_without_an_agreement_the_guide_counts() -> None:
    days, why = clocks.reply_days(None)
    assert (days, why.rule, why.rejected) == (3, "clock-reply", ())
    assert clocks.reply_days(Agreement(between=frozenset({"a", "b"})))[0] == 3
    assert (
        clocks.reply_days(BOOK.agreement("st-olavs-fmr", "alvdal-saksbehandling"))[1].source
        == "avtale: synthetic"
    )


def test_the_partys_own_release_days_count() -> None:
    days, why = clocks.release_days(replace(party("st-olavs-fmr"), release_days=2))
    assert (days, why.outcome) == (2, "2 virkedager")


def test_every_clock_has_its_rule_with_source_and_date() -> None:
    for clock in clocks.CLOCKS.values():
        assert ANCHORS[clock.rule].source
    assert "96" in clocks.receipt_reason().text


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 10))
def test_n_working_days_hold_n_working_days(start: date, n: int) -> None:
    end = clocks.add_working_days(start, n)
    between = [start + timedelta(days=i) for i in range(1, (end - start).days + 1)]
    assert sum(map(clocks.is_working_day, between)) == n
    assert n == 0 or clocks.is_working_day(end)


def test_a_gap_is_told_after_seven_days_whatever_days_they_are() -> None:
    assert clocks.gap_due(date(2026, 3, 31)).isoformat() == "2026-04-07T23:59:59+02:00"


def test_a_participation_is_told_14_days_before_its_end_and_then_on_its_last_day() -> None:
    last = date(2026, 4, 5)
    early, late = (
        datetime(2026, 3, 1, tzinfo=OSLO),
        datetime(2026, 3, 22, 23, 59, 59, tzinfo=OSLO),
    )
    assert clocks.participation_due(last, now=early).isoformat() == "2026-03-22T23:59:59+01:00"
    assert clocks.participation_due(last, now=late).isoformat() == "2026-04-05T23:59:59+02:00"
