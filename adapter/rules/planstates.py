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

MOVES: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
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

_OWN_PLAN: Final = "pbrl § 2-5; forskrift om habilitering, rehabilitering og koordinator kapittel 5"
SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ip.plan.created": _OWN_PLAN,
        "ip.plan.updated/draft": f"{_OWN_PLAN}; R4 request-status",
        "ip.plan.updated/active": f"{_OWN_PLAN}; R4 request-status",
        "ip.plan.updated/on-hold": f"{_OWN_PLAN}; R4 request-status",
        "ip.plan.updated": "S4:48, S4:53 (the old one answers until the yes)",
        "ip.goal.changed": "events: E36; domain § 1.7",
        "ip.activity.changed": "events: E37; domain § 1.7",
        "ip.plan.evaluated": "events: E38; domain § 1.7",
        "ip.plan.transferred/requested": "S4:48, S4:53; domain § 1.5",
        "ip.plan.transferred/accepted": "S4:53; domain § 1.5",
        "ip.plan.transferred/declined": "S4:53; domain § 1.5",
        "ip.plan.transferred/withdrawn": "events: E39; domain § 1.5",
        "ip.plan-change.proposed": "domain § 1.5 (who may write)",
        "ip.plan-document.shared": "events: E41; domain § 1.7",
        "ip.plan.closed/completed": "pbrl §§ 2-5 og 4-1; domain § 1.7",
        "ip.plan.closed/revoked": "pbrl §§ 2-5 og 4-1; domain § 1.7",
        "ip.plan.closed/entered-in-error": "GDPR artikkel 5; domain § 1.7",
    }
)
"""Event of the table → what its rows rest on."""

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {(state, event): after for event, before, after in MOVES for state in before}
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
    return tuple(dict.fromkeys(event.partition("/")[0] for event, before, _ in MOVES if state in before))


def explain(before: str, after: str) -> Reason:
    """Return the reason of a move."""
    return anchors.reason("plan-state", after, before=before, after=after)
