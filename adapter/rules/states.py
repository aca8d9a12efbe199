"""How a need moves: the table of Task states and the events that lead from one to the next. fhir-model.md, 'Task states'.

What the table does not list is refused, never silently ignored. Decided where the design is silent:

- E03 acknowledges once: from any state on the way out it gives `received`; after a question (`needs-info`) it gives
  `under-assessment`, for the answer is then being read; from `received` and `under-assessment` it is refused.
- A late answer never reopens what is closed; E13, E15, E21, E34 and E35 leave a closed need as it is, for they are about consent,
  assignment and plan.
- A need that waits for consent has reached nobody, so nobody can answer it; it may be withdrawn, or fulfilled when the
  coordinator or plan comes about all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from adapter.errors import EventError
from adapter.model import Reason
from adapter.rules import anchors


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a need stands: Task.status, businessStatus (CodeSystem need-state), ServiceRequest.status."""

    task_status: str
    business: str
    request_status: str = "active"


_ROWS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {
        ("draft", "active"): ("consent-pending",),
        ("requested", "active"): ("reported", "queued", "sent", "delivered", "undelivered", "manual"),
        ("received", "active"): ("received", "under-assessment"),
        ("on-hold", "active"): ("needs-info",),
        ("accepted", "active"): ("accepted",),
        ("in-progress", "active"): ("in-progress",),
        ("completed", "completed"): ("fulfilled",),
        ("completed", "active"): ("forwarded",),
        ("rejected", "active"): ("declined",),
        ("cancelled", "revoked"): ("withdrawn", "declined-by-patient"),
    }
)

STATES: Final[Mapping[str, State]] = MappingProxyType(
    {
        business: State(task_status=task, business=business, request_status=request)
        for (task, request), listed in _ROWS.items()
        for business in listed
    }
)
"""businessStatus → the whole state. A withdrawal as entered in error has another ServiceRequest.status, see `transition`."""

UNSENT: Final = ("reported", "queued")
OUT: Final = (*UNSENT, "sent", "delivered", "undelivered", "manual")
"""On the way out: nobody at the receiver has acted yet."""
ASSESSED: Final = ("received", "under-assessment", "needs-info")
AGREED: Final = ("accepted", "in-progress")
OPEN: Final = ("consent-pending", *OUT, *ASSESSED, *AGREED)
CLOSED: Final = ("fulfilled", "forwarded", "declined", "withdrawn", "declined-by-patient")

BEGIN: Final = "work.begun"
"""Somebody works on it: rules.fulfilment says when."""
CONSENT_ASKED: Final = "answer.consent-required"
"""The receiver answered 9069/4: cannot be answered without the patient's consent."""
EXPIRED: Final = "consent.expired"
"""The consent that it rests on has run out. E16."""
NOT_COVERED: Final = "release.not-covered"
"""Let go by the unit or the clock, and no consent opens it any more: it is asked again when the message leaves."""
STOPPED: Final = "message.stopped"
"""Its message was stopped before it left, for another kind that it told of: the need goes in a message of its own. ADR 13."""
JOINED: Final = "report.newer"
"""Reported again while it waits for consent: nobody has been told of it, so the newer report takes its place. E11."""

MOVES: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("ip.need.forwarded", (*OUT, *ASSESSED), "forwarded"),
    ("ip.need.acknowledged", OUT, "received"),
    ("ip.need.acknowledged", ("needs-info",), "under-assessment"),
    ("ip.need.info-requested", (*OUT, *ASSESSED), "needs-info"),
    ("ip.need.info-supplied", ("needs-info",), "under-assessment"),
    ("ip.need.accepted", (*OUT, *ASSESSED), "accepted"),
    ("ip.need.declined", (*OUT, *ASSESSED), "declined"),
    ("ip.need.declined-by-patient", OPEN, "declined-by-patient"),
    ("ip.need.withdrawn", OPEN, "withdrawn"),
    ("ip.need.fulfilled", OPEN, "fulfilled"),
    ("ip.need.entered-in-error", (*OPEN, *CLOSED), "withdrawn"),
    ("ip.consent.given", ("consent-pending",), "reported"),
    ("ip.consent.withdrawn", ("consent-pending", *UNSENT), "consent-pending"),
    ("ip.consent.withdrawn", tuple(s for s in (*OUT, *ASSESSED, *AGREED) if s not in UNSENT), "withdrawn"),
    ("ip.consent.limited", ("consent-pending", *UNSENT), "consent-pending"),
    ("ip.consent.limited", tuple(s for s in (*OUT, *ASSESSED, *AGREED) if s not in UNSENT), "withdrawn"),
    (EXPIRED, ("consent-pending", *UNSENT), "consent-pending"),
    ("ip.coordinator.appointed", OPEN, "fulfilled"),
    ("ip.child-coordinator.appointed", OPEN, "fulfilled"),
    ("ip.plan.created", OPEN, "fulfilled"),
    ("ip.plan.updated", OPEN, "fulfilled"),
    ("ip.patient.deceased", OPEN, "withdrawn"),
    (BEGIN, AGREED, "in-progress"),
    (CONSENT_ASKED, (*OUT, *ASSESSED), "consent-pending"),
    (NOT_COVERED, ("reported",), "consent-pending"),
    (STOPPED, UNSENT, "reported"),
    (JOINED, ("consent-pending",), "withdrawn"),
)
"""(event, from these, to). E21, E34 and E35 stand here as fulfilment; which kinds they fulfil: rules.fulfilment."""

SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ip.need.forwarded": "hpl § 38 a; S2:458-480 (R25)",
        "ip.need.acknowledged": "hpl § 38 a; Veiviser: svar på forespørsel",
        "ip.need.info-requested": "events: E04",
        "ip.need.info-supplied": "events: E05; list 9069",
        "ip.need.accepted": "pbrl §§ 2-5 og 2-5 b",
        "ip.need.declined": "pbrl §§ 2-5, 2-5 b og 7-2",
        "ip.need.declined-by-patient": "pbrl § 4-1; S1:6 (R11)",
        "ip.need.withdrawn": "events: E09",
        "ip.need.fulfilled": "pbrl §§ 2-5 og 2-5 b; events: E10",
        "ip.need.entered-in-error": "GDPR artikkel 5; hpl § 21; domain § 2.5 (N5)",
        "ip.consent.given": "hpl § 22; pbrl § 4-1",
        "ip.consent.withdrawn": "pbrl § 4-1 andre ledd",
        "ip.coordinator.appointed": "message-rules: Who fulfils; pbrl § 2-5 b",
        "ip.plan.created": "message-rules: Who fulfils; pbrl § 2-5",
        "ip.plan.updated": "message-rules: Who fulfils; pbrl § 2-5",
        NOT_COVERED: "message-rules: Consent before anything leaves",
        STOPPED: "message-rules: Consent before anything leaves; decision 13",
        CONSENT_ASKED: "list 9069/4; domain § 1.4",
        JOINED: "events: E11; domain § 2.5 (N6)",
    }
)
"""Event → what its moves rest on; for any other the table of the design."""

TRANSITIONS: Final[Mapping[tuple[str, str], State]] = MappingProxyType(
    {(state, event): STATES[after] for event, before, after in MOVES for state in before}
)
"""(businessStatus, event) → state after."""

UNMOVED: Final = frozenset(
    {
        "ip.consent.given",
        "ip.consent.withdrawn",
        "ip.patient.deceased",
        "ip.consent.limited",
        "ip.coordinator.appointed",
        "ip.child-coordinator.appointed",
        "ip.plan.created",
        "ip.plan.updated",
    }
)
"""Events about something else: where they have no row the need stays as it is, and nothing is refused."""

WITHDRAWN_AS: Final[Mapping[str, str]] = MappingProxyType(
    {"entered-in-error": "entered-in-error", "no-longer-relevant": "revoked"}
)
"""reasonCode of E09 → ServiceRequest.status."""

OPENING: Final[Mapping[str, State]] = MappingProxyType(
    {
        "open": STATES["reported"],
        "held": STATES["consent-pending"],
        "refused": STATES["declined-by-patient"],
    }
)
"""Answer of the consent gate → first state of a need."""

BY_MESSAGE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "held": "reported",
        "pending": "queued",
        "leased": "queued",
        "handed": "queued",  # nobody knows of it until the EPJ has sent it
        "sent": "sent",
        "delivered": "sent",  # the transport's word, not the receiver's
        "acknowledged": "delivered",
        "rejected": "undelivered",
        "unanswered": "undelivered",
        "dead": "undelivered",
        "buried": "undelivered",
        "manual": "manual",
    }
)
"""State of the need's message → businessStatus, while the need is on the way out."""


def transition(state: str, event_type: str, *, reason_code: str | None = None) -> State:
    """Return the state after an event. `reason_code` of E09 sets ServiceRequest.status.

    Raises EventError IPK-E013 with the allowed events.
    """
    after = TRANSITIONS.get((state, event_type))
    if after is None:
        if event_type in UNMOVED and state in STATES:
            return STATES[state]
        raise EventError("IPK-E013", at="$.type", allowed=allowed(state))
    request_status = WITHDRAWN_AS.get(reason_code or "")
    if after.business == "withdrawn" and request_status:
        return replace(after, request_status=request_status)
    return after


def permits(state: str, event_type: str) -> bool:
    """Return whether an event moves a need in this state (to choose the kinds that an answer means)."""
    return (state, event_type) in TRANSITIONS


def allowed(state: str) -> tuple[str, ...]:
    """Return the event types that move a need in this state, in the order of the table."""
    listed = dict.fromkeys(event for event, before, _ in MOVES if state in before)
    return tuple(event for event in listed if event.startswith("ip."))


def after_message(state: str, message_state: str) -> State:
    """Return where a need stands after its message moved. Task.status never changes by it: what has been answered stays."""
    return STATES[BY_MESSAGE.get(message_state, state)] if state in OUT else STATES[state]


def given_up(state: str) -> State:
    """Return the state when a person gives up reaching the receiver. Raises EventError IPK-E013 unless on the way out."""
    if state not in OUT:
        raise EventError("IPK-E013", at="$.type", allowed=allowed(state))
    return State(task_status="failed", business="undelivered")


def explain(before: str, after: State, *, by: Literal["event", "message", "person"] = "event") -> Reason:
    """Return the reason of a move: by an event, by how far its message came, or by a person who gave up."""
    if by == "event":
        return anchors.reason("state-transition", after.business, before=before, after=after.business)
    return anchors.fixed("state-receipt" if by == "message" else "state-given-up", after.business)
