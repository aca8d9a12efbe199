"""The table of Task states and the moves between them. fhir-model.md, 'Task states'."""

from __future__ import annotations

from typing import get_args

import pytest

from adapter import codes
from adapter.errors import EventError
from adapter.events.catalogue import TYPES
from adapter.model import MessageState
from adapter.rules import states
from adapter.rules.states import (
    AGREED,
    ASSESSED,
    BEGIN,
    CLOSED,
    CONSENT_ASKED,
    NOT_COVERED,
    OPEN,
    OUT,
    STATES,
    STOPPED,
    UNSENT,
)

E02, E03, E04 = "ip.need.forwarded", "ip.need.acknowledged", "ip.need.info-requested"
E06, E07, E09 = "ip.need.accepted", "ip.need.declined", "ip.need.withdrawn"
E05, E08 = "ip.need.info-supplied", "ip.need.declined-by-patient"
E10, E66 = "ip.need.fulfilled", "ip.need.entered-in-error"
E13, E15 = "ip.consent.given", "ip.consent.withdrawn"
E23 = "ip.child-coordinator.appointed"
E21, E34, E35 = "ip.coordinator.appointed", "ip.plan.created", "ip.plan.updated"
ALL = (*OPEN, *CLOSED)

EXPECTED = {
    "consent-pending": "draft",
    **dict.fromkeys(("reported", "queued", "sent", "delivered", "undelivered", "manual"), "requested"),
    **dict.fromkeys(("received", "under-assessment"), "received"),
    "needs-info": "on-hold",
    "accepted": "accepted",
    "in-progress": "in-progress",
    "fulfilled": "completed",
    "forwarded": "completed",
    "declined": "rejected",
    "withdrawn": "cancelled",
    "declined-by-patient": "cancelled",
}

MOVES = {
    E02: dict.fromkeys((*OUT, *ASSESSED), "forwarded"),
    E03: {**dict.fromkeys(OUT, "received"), "needs-info": "under-assessment"},
    E04: dict.fromkeys((*OUT, *ASSESSED), "needs-info"),
    E05: {"needs-info": "under-assessment"},
    E06: dict.fromkeys((*OUT, *ASSESSED), "accepted"),
    E07: dict.fromkeys((*OUT, *ASSESSED), "declined"),
    E08: dict.fromkeys(OPEN, "declined-by-patient"),
    E09: dict.fromkeys(OPEN, "withdrawn"),
    E10: dict.fromkeys(OPEN, "fulfilled"),
    E66: dict.fromkeys(ALL, "withdrawn"),
    E21: {**{s: s for s in CLOSED}, **dict.fromkeys(OPEN, "fulfilled")},
    E23: {**{s: s for s in CLOSED}, **dict.fromkeys(OPEN, "fulfilled")},
    E34: {**{s: s for s in CLOSED}, **dict.fromkeys(OPEN, "fulfilled")},
    E35: {**{s: s for s in CLOSED}, **dict.fromkeys(OPEN, "fulfilled")},
    E13: {**{s: s for s in ALL}, "consent-pending": "reported"},
    E15: {
        **{s: s for s in CLOSED},
        **dict.fromkeys((*OUT, *ASSESSED, *AGREED), "withdrawn"),
        **dict.fromkeys(("consent-pending", *UNSENT), "consent-pending"),
    },
    "ip.patient.deceased": {**{s: s for s in CLOSED}, **dict.fromkeys(OPEN, "withdrawn")},
    BEGIN: dict.fromkeys(AGREED, "in-progress"),
    CONSENT_ASKED: dict.fromkeys((*OUT, *ASSESSED), "consent-pending"),
    NOT_COVERED: {"reported": "consent-pending"},
    STOPPED: dict.fromkeys(UNSENT, "reported"),
}


def test_every_code_of_the_local_system_has_its_state_and_no_other_has() -> None:
    assert set(STATES) == set(codes.LOCAL["need-state"]) == set(EXPECTED) == set(ALL)


@pytest.mark.parametrize("business", EXPECTED)
def test_task_status_follows_business_status(business: str) -> None:
    assert STATES[business].task_status == EXPECTED[business]
    assert STATES[business].business == business


def test_the_request_is_active_until_withdrawn_or_fulfilled() -> None:
    others = {b: s.request_status for b, s in STATES.items() if s.request_status != "active"}
    assert others == {"fulfilled": "completed", "withdrawn": "revoked", "declined-by-patient": "revoked"}


@pytest.mark.parametrize("state", ALL)
@pytest.mark.parametrize("event", MOVES)
def test_every_move_of_the_table_and_no_other(event: str, state: str) -> None:
    after = MOVES[event].get(state)
    if after is not None:
        assert states.transition(state, event) == STATES[after]
        return
    with pytest.raises(EventError) as refused:
        states.transition(state, event)
    assert refused.value.code == "IPK-E013"
    assert refused.value.allowed == states.allowed(state)
    assert not states.permits(state, event)


@pytest.mark.parametrize("state", ALL)
def test_what_is_allowed_is_what_moves_and_can_be_posted(state: str) -> None:
    for event in states.allowed(state):
        assert states.permits(state, event)
        assert TYPES[event].posted
    # N5: what is closed stays as it is, unless it was about the wrong patient.
    assert (states.allowed(state) == (E66,)) == (state in CLOSED)


def test_an_acknowledgement_is_taken_once() -> None:
    first = states.transition("delivered", E03)
    with pytest.raises(EventError):
        states.transition(first.business, E03)


def test_entered_in_error_and_no_longer_relevant_differ_in_the_request_only() -> None:
    error = states.transition("sent", E09, reason_code="entered-in-error")
    old = states.transition("sent", E09, reason_code="no-longer-relevant")
    assert (error.task_status, error.request_status) == ("cancelled", "entered-in-error")
    assert (old.task_status, old.request_status) == ("cancelled", "revoked")
    assert states.transition("sent", E07, reason_code="moved").request_status == "active"


@pytest.mark.parametrize("message_state", get_args(MessageState))
@pytest.mark.parametrize("state", ALL)
def test_a_message_or_receipt_never_moves_task_status(state: str, message_state: str) -> None:
    after = states.after_message(state, message_state)
    assert after.task_status == STATES[state].task_status
    assert after.request_status == STATES[state].request_status
    if state not in OUT:
        assert after.business == state


@pytest.mark.parametrize(
    ("message_state", "business"),
    [("held", "reported"), ("pending", "queued"), ("leased", "queued"), ("sent", "sent"), ("delivered", "sent"),
     ("acknowledged", "delivered"), ("rejected", "undelivered"), ("unanswered", "undelivered"),
     ("dead", "undelivered"), ("buried", "undelivered"), ("manual", "manual"), ("received", "reported")],
)  # fmt: skip
def test_on_the_way_out_the_need_follows_its_message(message_state: str, business: str) -> None:
    assert states.after_message("reported", message_state).business == business


def test_a_late_positive_receipt_wins() -> None:
    assert states.after_message("undelivered", "acknowledged").business == "delivered"


def test_only_a_persons_giving_up_makes_the_task_failed() -> None:
    assert states.given_up("undelivered") == states.State(task_status="failed", business="undelivered")
    with pytest.raises(EventError):
        states.given_up("received")
    assert all(s.task_status != "failed" for s in STATES.values())


def test_a_move_is_explained() -> None:
    why = states.explain("sent", STATES["received"])
    assert why.rule == "state-transition"
    assert "sent" in why.text
    assert "received" in why.text
    assert states.explain("sent", STATES["delivered"], by="message").rule == "state-receipt"
    assert states.explain("sent", states.given_up("sent"), by="person").rule == "state-given-up"


def test_openings_follow_the_consent_gate() -> None:
    assert {k: s.business for k, s in states.OPENING.items()} == {
        "open": "reported",
        "held": "consent-pending",
        "refused": "declined-by-patient",
    }
