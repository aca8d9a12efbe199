"""When things are due, across Easter, 17 May, Christmas and the change of the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.events.messages import DeadlineKind
from adapter.model import Agreement, Clocks, Deadline
from adapter.registers.bookmodel import AgreementRow
from adapter.rules import clocks
from adapter.rules.anchors import ANCHORS
from adapter.settings import Settings
from adapter.timing import OSLO
from tests.rules.books import BOOK, party

REMINDERS = 2
"""Most automatic reminders to a receiver; then a person only. domain § 2.3, E62."""


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
    _, one = clocks.release_days(replace(party("st-olavs-fmr"), release_days=1))
    assert (one.outcome, one.text) == (
        "1 virkedag",
        "Uten svar fra egen enhet slippes meldingen etter 1 virkedag.",
    )
    assert clocks.receipt_reason(1).outcome == "1 time"


def test_a_gap_says_how_long_the_leader_has_it() -> None:
    told = clocks.gap_reason(Clocks(gap_days=1))
    assert (told.outcome, told.text.endswith("enhet etter 1 virkedag.")) == ("1 virkedag", True)


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


# ── the table ──


def test_every_clock_of_the_guide_and_every_kind_of_deadline_has_its_row() -> None:
    assert {c.code for c in clocks.CLOCKS.values()} - {""} == {f"C{n}" for n in range(1, 11)}
    assert {c.kind for c in clocks.CLOCKS.values()} - {None} == set(get_args(DeadlineKind))
    assert all(name == clock.kind for name, clock in clocks.CLOCKS.items() if clock.kind)
    assert {w.kind for w in clocks.WATCHES} <= set(get_args(DeadlineKind))


def test_what_overrides_a_clock_is_a_key_of_the_agreement_and_a_setting() -> None:
    keys = {c.agreement for c in clocks.CLOCKS.values() if c.agreement} | set(clocks.SET_DAYS)
    agreed = {f.name for f in fields(Agreement) if f.name.endswith("_days")}
    assert keys == agreed == {name for name in AgreementRow.model_fields if name.endswith("_days")}
    named = {c.setting for c in clocks.CLOCKS.values() if c.setting} | set(clocks.SET_DAYS)
    assert named <= set(Settings.model_fields)
    assert named == {f.name for f in fields(Clocks)}


def test_only_the_receipt_and_what_is_only_measured_run_in_hours() -> None:
    hours = {name for name, clock in clocks.CLOCKS.items() if clock.unit == "hours"}
    assert hours == {"receipt", "early-notice", "admission-report"}


@pytest.mark.parametrize(
    ("name", "started", "due"),
    [
        ("assessment", "2026-03-05T10:00:00", "2026-03-25T23:59:59+01:00"),
        ("assessment", "2026-03-25T10:00:00", "2026-04-17T23:59:59+02:00"),  # Easter: 2, 3 and 6 April
        ("assessment", "2026-05-02T10:00:00", "2026-05-22T23:59:59+02:00"),  # a Saturday; Ascension Day
        ("coordinator", "2026-12-18T10:00:00", "2027-02-02T23:59:59+01:00"),  # Christmas and New Year
        ("coordinator", "2027-05-14T10:00:00", "2027-06-28T23:59:59+02:00"),  # 17 May
        ("consent", "2026-10-23T23:30:00", "2026-10-30T23:59:59+01:00"),  # over the end of summer time
    ],
)
def test_clocks_count_working_days(name: str, started: str, due: str) -> None:
    days, _ = clocks.days(name, Clocks(), None)
    assert clocks.reply_due(oslo(started), days).isoformat() == due


def test_an_agreement_comes_before_the_setting_and_the_setting_before_the_rule() -> None:
    agreed = Agreement(between=frozenset({"a", "b"}), assessment_days=7, source="avtale 2026-02")
    days, why = clocks.days("assessment", Clocks(assessment_days=10), agreed)
    assert (days, why.source, why.rejected) == (7, "avtale: avtale 2026-02", ("14 virkedager",))
    assert clocks.days("coordinator", Clocks(coordinator_days=20), agreed)[0] == 20
    assert clocks.days("coordinator", Clocks(), agreed)[0] == 30
    assert clocks.set_days(Clocks(gap_days=9), replace(agreed, escalation_days=3)) == {
        "escalation_days": 3,
        "gap_days": 9,
    }


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 40))
def test_worked_counts_what_add_working_days_adds(start: date, n: int) -> None:
    assert clocks.worked(start, clocks.add_working_days(start, n)) == n


# ── the escalation ──


def late(kind: Any, due: str) -> Deadline:
    return Deadline(id="d", kind=kind, due=oslo(due), subject="need/x", owner="59")


def steps(deadline: Deadline, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield whom a deadline goes to and when, until it rests; the first at `now`."""
    at = now
    while True:
        step, deadline = clocks.taken(deadline, at, clocks.SET_DAYS)
        assert step is not None
        yield step.to, at.isoformat()
        if deadline.acts is None:
            return
        at = deadline.acts


def test_what_is_late_goes_from_owner_to_leader_to_unit() -> None:
    due = "2026-03-30T23:59:59"
    assert list(steps(late("reply", due), oslo(due))) == [
        ("owner", "2026-03-30T23:59:59+02:00"),
        ("leader", "2026-04-01T23:59:59+02:00"),
        ("coordinating-unit", "2026-04-08T23:59:59+02:00"),  # over Easter
    ]


def test_a_gap_goes_to_the_leader_at_once_and_to_the_unit_after_seven_working_days() -> None:
    due = "2026-08-31T23:59:59"
    assert list(steps(late("gap", due), oslo(due))) == [
        ("leader", "2026-08-31T23:59:59+02:00"),
        ("coordinating-unit", "2026-09-09T23:59:59+02:00"),
    ]


def test_an_evaluation_is_warned_of_thirty_days_before_and_told_again_when_due() -> None:
    due = late("evaluation", "2026-10-01T23:59:59")
    planned = clocks.first_act(due, oslo("2026-03-01T10:00:00"))
    assert planned.acts == due.due - timedelta(days=30)
    _, warned = clocks.taken(planned, planned.acts, clocks.SET_DAYS)
    assert (warned.state, warned.acts) == ("open", due.due)
    step, passed = clocks.taken(warned, due.due, clocks.SET_DAYS)
    assert (step, passed.state) == (clocks.LADDERS["evaluation"][1], "breached")
    assert passed.acts == clocks.reply_due(due.due, 14)


def test_a_warning_whose_time_has_passed_is_left_out() -> None:
    due = late("participation", "2026-03-10T23:59:59")
    planned = clocks.first_act(due, oslo("2026-03-05T10:00:00"))
    assert (planned.level, planned.acts) == (1, due.due)
    assert clocks.first_act(late("reply", "2026-03-10T23:59:59"), oslo("2026-03-05T10:00:00")).level == 0


def test_when_nobody_worked_meanwhile_each_step_still_has_its_time() -> None:
    now = oslo("2026-03-20T10:00:00")
    told = list(steps(late("reply", "2026-03-09T23:59:59"), now))
    assert [at for _, at in told] == [
        now.isoformat(),
        "2026-03-24T23:59:59+01:00",
        "2026-03-26T23:59:59+01:00",
    ]


def test_at_the_end_a_person_has_it_and_nothing_more_happens() -> None:
    end = replace(late("reply", "2026-03-09T23:59:59"), level=3, state="breached")
    step, after = clocks.taken(end, oslo("2026-03-20T10:00:00"), clocks.SET_DAYS)
    assert (step, after.acts, after.state) == (None, None, "breached")


def test_a_receiver_is_reminded_at_most_twice_and_never_at_the_last_step() -> None:
    for kind in get_args(DeadlineKind):
        reminding = [step.reminds for step in clocks.ladder(kind)]
        assert sum(reminding) <= REMINDERS
        assert not (reminding[-1] and len(reminding) > 1)
    assert sum(step.reminds for step in clocks.LADDERS["reply"]) == clocks.REMINDERS == REMINDERS


def test_the_document_names_every_clock_key_and_setting() -> None:
    told = (Path(__file__).parents[2] / "docs" / "clocks.md").read_text(encoding="utf-8")
    for clock in clocks.CLOCKS.values():
        assert not clock.kind or f"`{clock.kind}`" in told
        assert not clock.code or f"| {clock.code} |" in told
        assert not clock.agreement or f"\n{clock.agreement} = " in told
        assert not clock.setting or f"ADAPTER_{clock.setting.upper()}`" in told
    for name in clocks.SET_DAYS:
        assert f"\n{name} = " in told
        assert f"`ADAPTER_{name.upper()}`" in told
