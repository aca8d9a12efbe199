"""Evaluations are reminded of, small changes wait for the end of the day, invitations for an answer. domain § 2.7 C9."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapter.rules import planclocks
from adapter.timing import OSLO

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=OSLO)


def test_small_changes_are_told_at_the_end_of_the_day_and_of_the_next_in_its_last_second() -> None:
    last = datetime(2026, 3, 4, 23, 59, 59, tzinfo=OSLO)
    assert planclocks.digest_due(NOON) == last
    assert planclocks.digest_due(last) == last + timedelta(days=1)
    assert planclocks.digest_due(last + timedelta(seconds=1)) == last + timedelta(days=1)


def test_coordinator_period_and_goals_are_told_at_once_and_everything_in_one_order() -> None:
    assert all(planclocks.told_at_once([name]) for name in ("coordinator", "period", "goals"))
    small = [name for name in planclocks.CHANGES if name not in planclocks.AT_ONCE]
    assert not planclocks.told_at_once(small)
    assert planclocks.in_words(["evaluation", "activities", "activities"]) == "tiltak, neste evaluering"


def test_an_invitation_is_answered_within_seven_days_and_before_the_meeting() -> None:
    assert planclocks.answer_due(NOON, NOON + timedelta(days=30)) == datetime(
        2026, 3, 11, 23, 59, 59, tzinfo=OSLO
    )
    assert planclocks.answer_due(NOON, NOON + timedelta(days=2)) == NOON + timedelta(days=2)
