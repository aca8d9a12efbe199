"""The table of how a message that goes out moves, and what a refused act is told. domain § 2.5."""

from __future__ import annotations

from typing import get_args

import pytest

from adapter.model import MessageState
from adapter.rules import anchors, assignments, message_states, need_invariants, planstates
from adapter.rules.message_states import MOVES

INWARD = {"received", "unmatched", "ignored", "failed"}


def test_every_state_of_a_message_that_goes_out_is_reached_by_the_table() -> None:
    named = {m.after for m in MOVES} | {state for m in MOVES for state in m.before}
    assert named - {""} == set(get_args(MessageState)) - INWARD


def test_every_row_names_its_source_and_no_two_contradict() -> None:
    seen = [(m.by, state) for m in MOVES for state in m.before if state]
    assert len(seen) == len(set(seen))
    assert all(m.source for m in MOVES)


def test_what_has_been_acknowledged_moves_no_more() -> None:
    assert not [m for m in MOVES if "acknowledged" in m.before]
    assert message_states.allowed("acknowledged") == ()


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        ("pending", ("requeue", "manual", "bury", "remap", "ip.manual-fallback.recorded")),
        ("sent", ("remap", "ip.manual-fallback.recorded")),
        ("manual", ("ip.manual-fallback.recorded",)),
        ("buried", ()),
    ],
)
def test_what_a_person_may_do_follows_from_the_state(state: str, acts: tuple[str, ...]) -> None:
    assert message_states.allowed(state) == acts
    assert message_states.allowed(state, replaced=True) == ()


def test_what_never_left_is_buried_when_another_goes_instead() -> None:
    assert message_states.after("dead", message_states.REMAP) == "buried"
    assert message_states.after("sent", message_states.REMAP) == "sent"


def test_every_invariant_of_needs_has_a_rule_and_a_source() -> None:
    assert list(need_invariants.INVARIANTS) == [f"N{n}" for n in range(1, 9)]
    assert all(one.rule in anchors.ANCHORS and one.source for one in need_invariants.INVARIANTS.values())


def test_every_move_of_a_plan_has_a_source() -> None:
    assert {event for event, *_ in planstates.MOVES} == set(planstates.SOURCES)


@pytest.mark.parametrize(
    ("role", "events"),
    [
        ("koordinator-ip", ("ip.coordinator.replaced", "ip.coordinator.ended")),
        ("kontaktlege", ("ip.contact-physician.replaced", "ip.contact-physician.ended")),
        ("fysioterapeut", ("ip.team-member.removed",)),
    ],
)
def test_one_who_finds_the_seat_taken_is_told_what_makes_way(role: str, events: tuple[str, ...]) -> None:
    assert assignments.instead(role) == events
