"""The frozen values of time: the day in Norway, a clock that runs, how long clocks run in an installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

OSLO: Final = ZoneInfo("Europe/Oslo")


def day(instant: datetime) -> date:
    """Return the day in Norway of an instant: consents, rows of the address book and clocks go by it. domain § 2.7."""
    return instant.astimezone(OSLO).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How long clocks run in this installation, where no agreement says otherwise."""

    receipt_hours: int = 96
    reply_days: int | None = None
    """Working days; None: as the rule says."""
    release_days: int | None = None
    """Working days; None: as the home party says."""
    assessment_days: int | None = None
    coordinator_days: int | None = None
    consent_days: int | None = None
    gap_days: int | None = None
    escalation_days: int | None = None
    """Working days; None: as the rule says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A clock that runs. `id` follows from kind and subject.

    `state` open → breached (it has passed, and what it waits for is still waited for) → met or cancelled.
    """

    id: str
    kind: Literal[
        "release",
        "receipt",
        "reply",
        "assessment",
        "coordinator",
        "fulfilment",
        "inform",
        "evaluation",
        "gap",
        "overlap",
        "participation",
        "consent",
    ]
    due: datetime
    subject: str
    """`message/<id>` or `Task/<id>` …: what it watches."""
    owner: str
    case_key: str | None = None
    state: Literal["open", "met", "breached", "cancelled"] = "open"
    level: int = 0
    """How many steps of the escalation were taken."""
    next: datetime | None = None
    """When the ticker acts next, where that is not `due`."""
    resting: bool = False
    """Whether nothing more happens by itself: it is paused, or a person has it."""

    @property
    def acts(self) -> datetime | None:
        """When the ticker acts next, None for never."""
        return None if self.resting else self.next or self.due

    @property
    def paused(self) -> bool:
        """Whether it rests until something else has come: it is not late meanwhile, however long that takes."""
        return self.resting and self.state == "open"

    @property
    def runs(self) -> bool:
        """Whether what it waits for is still waited for."""
        return self.state in {"open", "breached"}
