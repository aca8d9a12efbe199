"""How an individual plan moves: the states of a plan and the events that lead from one to the next. domain § 1.5, 1.7.

What the table does not list is refused with what is allowed. `evaluated` is a plan in force whose evaluation has been held;
`transferred` is one handed to another organisation whose yes is waited for: the old one answers for it until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapter.errors import EventError
from adapter.model import Reason
from adapter.rules import anchors

STATES: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "draft": "draft",
        "active": "active",
        "on-hold": "on-hold",
        "evaluated": "active",
        "transferred": None,
        "completed": "completed",
        "revoked": "revoked",
        "entered-in-error": "entered-in-error",
    }
)
"""State → CarePlan.status; None: as it was before it was handed over. R4 request-status."""

RUNNING: Final = ("active", "on-hold", "evaluated")
LIVE: Final = ("draft", *RUNNING)
CLOSED: Final = ("completed", "revoked", "entered-in-error")
OWN: Final = ""
"""Goes on as its own status says."""

UPDATED: Final = "ip.plan.updated"

_MOVES: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("ip.plan.updated/draft", ("draft",), "draft"),
    ("ip.plan.updated/active", ("draft", "active", "on-hold"), "active"),
    ("ip.plan.updated/active", ("evaluated",), "evaluated"),
    ("ip.plan.updated/on-hold", RUNNING, "on-hold"),
    ("ip.plan.updated", ("transferred",), "transferred"),
    ("ip.goal.changed", (*LIVE, "transferred"), OWN),
    ("ip.activity.changed", (*LIVE, "transferred"), OWN),
    ("ip.plan.evaluated", ("active", "evaluated"), "evaluated"),
    ("ip.plan.evaluated", ("on-hold",), "on-hold"),
    ("ip.plan.evaluated", ("transferred",), "transferred"),
    ("ip.plan.transferred/requested", LIVE, "transferred"),
    ("ip.plan.transferred/accepted", ("transferred",), OWN),
    ("ip.plan.transferred/declined", ("transferred",), OWN),
    ("ip.plan.transferred/withdrawn", ("transferred",), OWN),
    ("ip.plan-change.proposed", (*LIVE, "transferred"), OWN),
    ("ip.plan-document.shared", (*LIVE, "transferred"), OWN),
    ("ip.plan.closed/completed", (*LIVE, "transferred"), "completed"),
    ("ip.plan.closed/revoked", (*LIVE, "transferred"), "revoked"),
    ("ip.plan.closed/entered-in-error", (*LIVE, "transferred"), "entered-in-error"),
    ("ip.plan.created", CLOSED, "draft"),
)
"""(event, or event/what it asks for; from these; to). Another plan may follow a closed one: E34."""

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {(state, event): after for event, before, after in _MOVES for state in before}
)
"""(state, event) → state after."""


def standing(status: str, *, handed_over: bool, evaluated: bool) -> str:
    """Return the state of a plan by its CarePlan.status, whether a transfer waits for an answer, and whether it was evaluated."""
    if status not in STATES:
        return "revoked"
    if handed_over and status in LIVE:
        return "transferred"
    return "evaluated" if evaluated and status == "active" else status


def transition(state: str, event_type: str, asks: str = "") -> str:
    """Return the state after an event that asks for a status or an answer. Raises EventError IPK-E013 with what is allowed."""
    wanted = (f"{event_type}/{asks}", event_type) if asks else (event_type,)
    after = next((TRANSITIONS[state, name] for name in wanted if (state, name) in TRANSITIONS), None)
    if after is None:
        raise EventError("IPK-E013", at="$.type", allowed=allowed(state))
    return after or state


def allowed(state: str) -> tuple[str, ...]:
    """Return the event types that a plan in this state takes, in the order of the table."""
    return tuple(dict.fromkeys(event.partition("/")[0] for event, before, _ in _MOVES if state in before))


def explain(before: str, after: str) -> Reason:
    """Return the reason of a move."""
    return anchors.reason("plan-state", after, before=before, after=after)
