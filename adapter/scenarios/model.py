"""A scenario as read: its clock, its settings, its steps and what each step must answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

Kind = Literal["event", "message", "clock"]
Channel = Literal["in", "copy", "http"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a step must answer; None where the scenario does not say."""

    status: int | None = None
    """HTTP status as `POST /events` or `POST /messages` would answer."""
    state: str | None = None
    """`status` of an accepted event: accepted, held, unrouted, recorded."""
    outcome: str | None = None
    """What became of a received document."""
    codes: frozenset[str] | None = None
    """Codes of every fault, IPK-…"""
    apprec: tuple[str, ...] | None = None
    """Codes of 8221 in our receipt: empty for a positive one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered file. `content` may hold placeholders and personal data, so it never prints."""

    number: str
    kind: Kind
    path: Path
    content: bytes = field(repr=False)
    expect: Expect = Expect()
    channel: Channel = "in"

    def clock(self, now: datetime) -> datetime:
        """Return the instant a clock step moves to."""
        target = moment(self.content.decode())
        return now + target if isinstance(target, timedelta) else target


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One folder. `expected` need not exist yet."""

    name: str
    folder: Path
    title: str
    clock: datetime
    settings: Mapping[str, Any]
    """Names and values of adapter.settings that differ from the defaults."""
    parties: Mapping[str, Mapping[str, Any]]
    """Key of the address book → fields that differ: home, door, routing, release_days, answer_to, takes, plo, staffed …"""
    steps: tuple[Step, ...]

    @property
    def expected(self) -> Path:
        """The folder of golden files."""
        return self.folder / "expected"


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> datetime | timedelta:
    """Return what a clock step says: `+96h` (s, m, h, d) or an RFC 3339 time with offset. Raises ValueError."""
    word = text.partition("#")[0].strip()
    if word.startswith("+") and word[-1] in _UNITS:
        return timedelta(**{_UNITS[word[-1]]: int(word[1:-1])})
    time = datetime.fromisoformat(word)
    if time.tzinfo is None:
        raise ValueError("offset")
    return time
