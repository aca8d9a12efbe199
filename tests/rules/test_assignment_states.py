"""The table of an assignment's states, what each event handles, and the invariants A1-A7. domain § 2.5."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from adapter import codes, errortable
from adapter.errors import EventError
from adapter.events.catalogue import TYPES
from adapter.rules import assignment_states, assignments
from adapter.rules.anchors import ANCHORS
from adapter.rules.assignment_states import (
    APPOINTING,
    E20,
    E24,
    E26,
    E28,
    E29,
    E31,
    E49_ENDED,
    HANDLES,
    INVARIANTS,
    MOVES,
    State,
)
from adapter.rules.assignments import Assignment

STATES = ("", *get_args(State))
KEYS = {(move.event, move.guard) for move in MOVES}
TABLE = {(state, m.event, m.guard): m.after for m in MOVES for state in m.before}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("event", "guard"), sorted(KEYS))
def test_every_move_of_the_table_and_no_other(event: str, guard: str, state: str) -> None:
    after = TABLE.get((state, event, guard))
    if after is not None:
        assert assignment_states.transition(state, event, guard=guard) == after
        return
    with pytest.raises(EventError) as refused:
        assignment_states.transition(state, event, guard=guard)
    assert refused.value.row.http == 409
    assert refused.value.allowed == assignment_states.allowed(state)


@pytest.mark.parametrize(
    "path",
    [
        [(E20, "not-asked", "proposed"), (E20, "pending", "offered"), (E20, "accepted", "accepted-by-patient"),
         ("ip.coordinator.appointed", "", "active"), ("ip.coordinator.absent", "", "absent"),
         ("ip.coordinator.returned", "", "active"), (E24, "", "replaced")],
        [(E20, "pending", "offered"), (E20, "declined", "declined-by-patient")],
        [("ip.hospital-coordinator.appointed", "", "active"), ("ip.hospital-participation.ending", "", "active"),
         (E49_ENDED, "alone", "ended")],
        [("ip.contact-physician.appointed", "", "active"), (E29, "gap", "replacement-pending"), (E28, "", "replaced")],
        [("ip.coordinator.appointed", "", "active"), (E26, "gap", "replacement-pending"), (E26, "alone", "ended")],
        [("ip.team-member.added", "", "active"), (E31, "alone", "ended")],
    ],
)  # fmt: skip
def test_the_machine_of_the_domain(path: list[tuple[str, str, str]]) -> None:
    state = ""
    for event, guard, after in path:
        state = assignment_states.transition(state, event, guard=guard)
        assert state == after


def test_every_state_is_reached_and_every_event_exists() -> None:
    assert {move.after for move in MOVES} == set(get_args(State))
    assert all(TYPES[move.event].posted for move in MOVES)
    assert all(move.source and move.checked for move in MOVES)
    assert len(TABLE) == sum(len(move.before) for move in MOVES)


@pytest.mark.parametrize("state", ["declined-by-patient", "replaced"])
def test_what_is_declined_or_replaced_is_over(state: str) -> None:
    assert assignment_states.allowed(state) == ()


@pytest.mark.parametrize("role", sorted(codes.ROLES))
def test_each_role_is_ended_by_one_kind_of_event(role: str) -> None:
    endings = {event for event in (E26, E29, E31) if assignment_states.handles(event, role)}
    # A GP's time ends with the next one's (E33).
    assert len(endings) == (0 if role == "fastlege" else 1)
    for event in set(HANDLES) | {E31}:
        if not assignment_states.handles(event, role):
            with pytest.raises(EventError) as refused:
                assignment_states.check_handles(event, role, state="active")
            assert refused.value.code == "IPK-E056"
            assert event not in refused.value.allowed


def test_words_are_members_and_nothing_else() -> None:
    assert assignment_states.handles(E31, "")
    assert not assignment_states.handles(E26, "")


def test_appointing_events_handle_what_is_not_there_yet() -> None:
    assert all(assignment_states.handles(event, "koordinator-ip") for event in APPOINTING)


# ── A1-A7 ──

ONE = Assignment(id="1", role="koordinator-kommune", organisation="a", start=date(2026, 1, 1), person="p")


def test_the_invariants_are_seven_with_rule_and_code() -> None:
    assert tuple(INVARIANTS) == tuple(f"A{n}" for n in range(1, 8))
    for invariant in INVARIANTS.values():
        assert invariant.rule in ANCHORS
        assert invariant.source
        assert invariant.checked
        row = errortable.TABLE[invariant.code]
        assert invariant.effect != "refused" or row.http in {409, 422}


def test_a1_a2_a3_refuse_and_record_by_the_codes_of_the_table() -> None:
    with pytest.raises(EventError, match=INVARIANTS["A1"].code):
        assignments.check_new(
            (ONE,), Assignment(id="2", role="koordinator-ip", organisation="a", start=ONE.start)
        )
    with pytest.raises(EventError, match=INVARIANTS["A2"].code):
        assignments.check_end((ONE,), ONE, until=date(2026, 2, 1), reason_code=None)
    late = Assignment(id="2", role="koordinator-kommune", organisation="a", start=date(2026, 3, 1))
    ended = Assignment(
        id="1", role="koordinator-kommune", organisation="a", start=ONE.start, end=date(2026, 2, 1)
    )
    assert INVARIANTS["A3"].rule in {r.rule for r in assignments.check_replace((ended,), ended, late)}


def test_a4_dates_never_overlap_unless_one_is_a_deputy() -> None:
    same = Assignment(id="2", role="koordinator-kommune", organisation="a", start=date(2026, 2, 1))
    with pytest.raises(EventError, match=INVARIANTS["A4"].code):
        assignments.check_new((ONE,), same)
    deputy = Assignment(
        id="3", role="koordinator-kommune", organisation="a", start=date(2026, 2, 1), deputy=True
    )
    assert assignments.check_new((deputy,), same)
    assert [r.rule for r in assignments.check_deputy(ONE, start=date(2026, 2, 1), end=None)] == [
        INVARIANTS["A4"].rule
    ]


@pytest.mark.parametrize("role", sorted(assignments.MUNICIPAL))
def test_a6_either_way_and_only_on_the_same_days(role: str) -> None:
    other = Assignment(id="1", role=role, organisation="a", start=date(2026, 1, 1), end=date(2026, 1, 31))
    child = Assignment(id="2", role="barnekoordinator", organisation="b", start=date(2026, 1, 31))
    for active, new in ((other, child), (child, other)):
        with pytest.raises(EventError, match=INVARIANTS["A6"].code):
            assignments.check_child((active,), new, reason=None)
        assert [r.rule for r in assignments.check_child((active,), new, reason="x")] == [
            INVARIANTS["A6"].rule
        ]
    later = Assignment(id="2", role="barnekoordinator", organisation="b", start=date(2026, 2, 1))
    assert assignments.check_child((other,), later, reason=None) == ()


def test_a6_says_nothing_of_the_hospitals_coordinator() -> None:
    hospital = Assignment(id="1", role="koordinator-sphl", organisation="h", start=date(2026, 1, 1))
    child = Assignment(id="2", role="barnekoordinator", organisation="b", start=date(2026, 1, 1))
    assert assignments.check_child((hospital,), child, reason=None) == ()


def test_the_same_person_in_two_roles_on_the_same_days_overlaps() -> None:
    second = Assignment(id="2", role="kontaktlege", organisation="h", start=date(2026, 1, 2), person="p")
    assert assignments.overlapping((ONE,), second) == (ONE,)
    unknown = Assignment(id="2", role="kontaktlege", organisation="h", start=date(2026, 1, 2))
    assert assignments.overlapping((unknown,), unknown) == ()
