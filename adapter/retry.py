"""Whether to try a sending again, and when: exponential with full jitter, bounded. Pure; the jitter is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a sending failed: a stable code, and whether trying again may help."""

    code: str
    retry: bool
    uncertain: bool = False
    """It may have left all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one kind of failure is tried again. `limit` is the number of attempts in all, None for no end."""

    base: timedelta = timedelta(seconds=1)
    factor: int = 2
    cap: timedelta = timedelta(minutes=15)
    floor: timedelta = timedelta(milliseconds=100)
    limit: int | None = 40


DEFAULT: Final = Policy()
"""About a minute of quick attempts, then one every quarter of an hour at most: 40 take some four hours."""

BY_CODE: Final[Mapping[str, Policy]] = MappingProxyType(
    {
        # The folder is full, or not a folder: nothing is wrong with the message, and it waits until a person mends it.
        "IPK-S005": Policy(cap=timedelta(minutes=1), limit=None),
        # The database is away or busy: whatever was sent is settled when it is back.
        "IPK-S001": Policy(cap=timedelta(seconds=30), limit=None),
        "IPK-S002": Policy(cap=timedelta(seconds=30), limit=None),
        "IPK-S003": Policy(base=timedelta(milliseconds=50), cap=timedelta(seconds=5), limit=None),
    }
)
"""Failure code → how it is tried again; every other code by the policy given."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again at this instant, with the same id and the same bytes."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Dead:
    """Given up, with the code of the last failure; a person requeues, remaps or buries it."""

    code: str


@dataclass(frozen=True, slots=True)
class Done:
    """It left."""


Decision = RetryAt | Dead | Done


def decide(
    failure: Failure | None,
    *,
    attempts: int,
    now: datetime,
    jitter: float,
    policy: Policy = DEFAULT,
) -> Decision:
    """Return what follows an attempt. `attempts` counts this one (from 1), `jitter` is in 0..1.

    What may have left all the same (`uncertain`) is tried again under the same MsgId: the receiver drops the second.
    Raises ValueError for a jitter outside 0..1.
    """
    if not 0 <= jitter <= 1:
        msg = "jitter is outside 0..1"
        raise ValueError(msg)
    if failure is None:
        return Done()
    chosen = BY_CODE.get(failure.code, policy)
    if not failure.retry or (chosen.limit is not None and attempts >= chosen.limit):
        return Dead(failure.code)
    return RetryAt(now + max(chosen.floor, jitter * ceiling(chosen, attempts)))


def ceiling(policy: Policy, attempts: int) -> timedelta:
    """Return the longest wait after so many attempts: base × factor^(attempts − 1), at most the cap."""
    wait = policy.base
    for _ in range(attempts - 1):
        if wait >= policy.cap:
            break
        wait *= policy.factor
    return min(wait, policy.cap)
