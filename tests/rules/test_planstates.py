"""The table of a plan's states: what leads where, and what is refused with what is allowed. domain § 1.5."""

from __future__ import annotations

import pytest

from adapter.errors import EventError
from adapter.events.catalogue import TYPES
from adapter.rules import planstates
from adapter.rules.planstates import CLOSED, LIVE, STATES, TRANSITIONS

E34, E35, E36, E38, E39 = (
    "ip.plan.created", "ip.plan.updated", "ip.goal.changed", "ip.plan.evaluated", "ip.plan.transferred",
)  # fmt: skip
E40 = "ip.plan.closed"


def test_every_row_names_a_known_event_and_known_states() -> None:
    assert {event.partition("/")[0] for _, event in TRANSITIONS} <= set(TYPES)
    assert {state for state, _ in TRANSITIONS} == set(STATES)
    assert set(TRANSITIONS.values()) <= {*STATES, planstates.OWN}


@pytest.mark.parametrize(
    ("before", "event", "asks", "after"),
    [
        ("draft", E35, "active", "active"),
        ("active", E35, "on-hold", "on-hold"),
        ("on-hold", E35, "active", "active"),
        ("evaluated", E35, "active", "evaluated"),
        ("active", E38, "", "evaluated"),
        ("on-hold", E38, "", "on-hold"),
        ("active", E36, "", "active"),
        ("draft", E39, "requested", "transferred"),
        ("transferred", E36, "", "transferred"),
        ("evaluated", E40, "completed", "completed"),
        ("transferred", E40, "revoked", "revoked"),
        ("completed", E34, "", "draft"),
    ],
)
def test_a_plan_moves_as_the_table_says(before: str, event: str, asks: str, after: str) -> None:
    assert planstates.transition(before, event, asks) == after


@pytest.mark.parametrize(
    ("before", "event", "asks"),
    [
        ("active", E35, "draft"),
        ("draft", E38, ""),
        ("draft", E35, "on-hold"),
        ("active", E39, "accepted"),
        ("transferred", E39, "requested"),
        *((state, event, "") for state in CLOSED for event in (E36, E38)),
        *((state, E40, "completed") for state in CLOSED),
    ],
)
def test_what_the_table_does_not_list_is_409_with_what_is_allowed(before: str, event: str, asks: str) -> None:
    with pytest.raises(EventError) as caught:
        planstates.transition(before, event, asks)
    assert (caught.value.code, caught.value.row.http) == ("IPK-E013", 409)
    assert caught.value.allowed == planstates.allowed(before)
    assert caught.value.allowed


def test_nothing_but_another_plan_follows_a_closed_one() -> None:
    assert {planstates.allowed(state) for state in CLOSED} == {(E34,)}


def test_a_plan_handed_over_stands_so_whatever_its_status_and_a_status_we_do_not_know_is_closed() -> None:
    assert {
        planstates.standing(s, handed_over=True, evaluated=True) for s in ("draft", "active", "on-hold")
    } == {"transferred"}
    assert planstates.standing("completed", handed_over=True, evaluated=True) == "completed"
    assert planstates.standing("active", handed_over=False, evaluated=True) == "evaluated"
    assert planstates.standing("on-hold", handed_over=False, evaluated=True) == "on-hold"
    assert planstates.standing("unknown", handed_over=False, evaluated=False) == "revoked"
    assert set(LIVE).isdisjoint(CLOSED)
