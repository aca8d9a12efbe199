"""When a sending is tried again, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter import errortable, retry
from adapter.retry import BY_CODE, DEFAULT, Dead, Done, Failure, Policy, RetryAt

NOW = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
AWAY = Failure(code="IPK-X", retry=True)
FOLDER = Failure(code="IPK-S005", retry=True)


def test_no_failure_is_done() -> None:
    assert retry.decide(None, attempts=1, now=NOW, jitter=0.5) == Done()


def test_what_cannot_be_mended_by_trying_is_dead_at_once() -> None:
    assert retry.decide(Failure(code="IPK-M002", retry=False), attempts=1, now=NOW, jitter=0.5) == Dead(
        "IPK-M002"
    )


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (10, 512), (11, 900), (39, 900)])
def test_the_longest_wait_doubles_up_to_the_cap(attempts: int, seconds: int) -> None:
    assert retry.ceiling(DEFAULT, attempts) == timedelta(seconds=seconds)
    at = retry.decide(AWAY, attempts=attempts, now=NOW, jitter=1.0)
    assert at == RetryAt(NOW + timedelta(seconds=seconds))


def test_jitter_is_full_but_never_spins() -> None:
    assert retry.decide(AWAY, attempts=5, now=NOW, jitter=0.5) == RetryAt(NOW + timedelta(seconds=8))
    assert retry.decide(AWAY, attempts=5, now=NOW, jitter=0.0) == RetryAt(NOW + DEFAULT.floor)


def test_the_last_attempt_is_dead_with_the_code_of_its_failure() -> None:
    few = Policy(limit=3)
    assert isinstance(retry.decide(AWAY, attempts=2, now=NOW, jitter=1, policy=few), RetryAt)
    assert retry.decide(AWAY, attempts=3, now=NOW, jitter=1, policy=few) == Dead("IPK-X")


def test_a_full_folder_is_waited_for_without_end_at_most_a_minute_apart() -> None:
    for attempts in (1, 41, 100_000):
        decision = retry.decide(FOLDER, attempts=attempts, now=NOW, jitter=1.0)
        assert isinstance(decision, RetryAt)
        assert decision.at <= NOW + timedelta(minutes=1)


def test_what_may_have_left_is_tried_again_under_its_own_id() -> None:
    unsure = Failure(code="IPK-X", retry=True, uncertain=True)
    assert isinstance(retry.decide(unsure, attempts=1, now=NOW, jitter=0.5), RetryAt)


def test_every_code_of_the_table_is_an_error_that_says_retry() -> None:
    assert all(errortable.TABLE[code].retry for code in BY_CODE)


@pytest.mark.parametrize("jitter", [-0.1, 1.1])
def test_jitter_outside_its_range_is_a_mistake_of_ours(jitter: float) -> None:
    with pytest.raises(ValueError, match="jitter"):
        retry.decide(AWAY, attempts=1, now=NOW, jitter=jitter)


@given(attempts=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_a_retry_lies_between_floor_and_cap(attempts: int, jitter: float) -> None:
    decision = retry.decide(FOLDER, attempts=attempts, now=NOW, jitter=jitter)
    assert isinstance(decision, RetryAt)
    policy = BY_CODE["IPK-S005"]
    assert policy.floor <= decision.at - NOW <= policy.cap
