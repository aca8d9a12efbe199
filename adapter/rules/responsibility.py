"""Who answers for the plan and the coordinator, and who may write. domain § 1.5; hol §§ 7-1–7-2 a, sphl §§ 2-5–2-5 a."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from adapter.errors import EventError
from adapter.model import Reason
from adapter.rules import anchors

Level = Literal["municipality", "hospital"]

ROWS: Final[Mapping[tuple[bool, bool], tuple[Level, str]]] = MappingProxyType(
    {
        (True, False): ("municipality", "responsible-municipality"),
        (True, True): ("municipality", "responsible-both"),
        (False, True): ("hospital", "responsible-hospital"),
        # Nobody serves the patient yet: the municipality's coordinating unit assesses.
        (False, False): ("municipality", "responsible-municipality"),
    }
)
"""(municipality involved, hospital involved) → level and rule; the same for plan and coordinator."""


def responsible(
    *, municipality_involved: bool, hospital_involved: bool, child_coordinator: bool = False
) -> tuple[Level, Reason]:
    """Return the level that answers for the plan and the coordinator, and why. A child coordinator is the municipality's."""
    if child_coordinator:
        return "municipality", anchors.fixed("responsible-child", "municipality")
    level, rule = ROWS[municipality_involved, hospital_involved]
    return level, anchors.fixed(rule, level)


def check_one_plan(active: int) -> Reason:
    """Return why a plan may be made, given how many active individual plans there are. Raises EventError IPK-E023."""
    if active:
        raise EventError("IPK-E023", at="$.data.plan")
    return anchors.fixed("plan-one-active", "tillatt")


def check_writer(*, author: str, writer: str) -> Reason:
    """Return why an organisation may write a plan (ids of Organizations). Raises EventError IPK-E025 for all but its author."""
    if author != writer:
        raise EventError("IPK-E025", at="$.source")
    return anchors.fixed("plan-writer", "tillatt")
