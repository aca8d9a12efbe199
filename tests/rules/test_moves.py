"""A patient who moves, a patient who is dead: what may be told, what counts as taking over. domain §§ 1.4 and 1.5."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from adapter.errors import EventError
from adapter.events.catalogue import TYPES
from adapter.rules import alive, moves
from adapter.rules.consent import Grant

GIVEN = Grant(status="given", scopes=frozenset({"coordinator"}), recipients=frozenset({"coordinating-unit"}))
NAMED = Grant(status="given", scopes=frozenset({"coordinator"}), recipients=frozenset({"new"}))


def test_a_move_begins_where_the_case_knows_the_patient() -> None:
    moves.check_from(known="3428", said="3428")
    moves.check_from(known=None, said="3428")
    with pytest.raises(EventError) as refused:
        moves.check_from(known="3428", said="9901")
    assert refused.value.code == "IPK-E073"


@pytest.mark.parametrize(
    ("type_", "reason", "there", "taken"),
    [
        ("ip.coordinator.appointed", None, True, True),
        ("ip.coordinator.appointed", None, False, False),
        ("ip.need.accepted", None, True, True),
        ("ip.coordinator.ended", "moved-accepted", False, True),
        ("ip.coordinator.ended", "other", True, False),
        ("ip.need.acknowledged", None, True, False),
    ],
)
def test_what_counts_as_taking_over(type_: str, reason: str | None, *, there: bool, taken: bool) -> None:
    data = SimpleNamespace(reason_code=reason)
    assert moves.taken_over(type_, data, acts_there=there) is taken


@pytest.mark.parametrize(
    ("step", "taken"), [("accepted", True), ("requested", False), ("declined", False), ("withdrawn", False)]
)
def test_of_the_answers_to_a_plan_only_a_yes_takes_over(step: str, *, taken: bool) -> None:
    data = SimpleNamespace(reason_code=None, step=step)
    assert moves.taken_over("ip.plan.transferred", data, acts_there=True) is taken


def test_only_a_consent_for_the_new_unit_is_transferable() -> None:
    assert moves.transferable((GIVEN,), stated=None, key="new") is None
    assert moves.transferable((GIVEN, NAMED), stated=None, key="new") == NAMED
    assert moves.transferable((NAMED,), stated=GIVEN, key="new") == GIVEN


def test_an_exclusion_of_the_new_unit_speaks_before_an_older_permission() -> None:
    no = Grant(status="given", excluded=frozenset({"new"}))
    assert moves.transferable((no, NAMED), stated=None, key="new") == no


def test_of_the_living_everything_is_taken() -> None:
    assert all(alive.check(name, dead=False) == () for name in TYPES)


@pytest.mark.parametrize("name", sorted(alive.CORRECTIONS & set(TYPES)))
def test_corrections_are_taken_of_the_dead(name: str) -> None:
    assert [r.rule for r in alive.check(name, dead=True)] == ["alive-correction"]


def test_what_the_adapter_makes_itself_is_taken_of_the_dead() -> None:
    assert all(alive.permits(row.type) for row in TYPES.values() if not row.posted)


@pytest.mark.parametrize("name", sorted(n for n, row in TYPES.items() if row.posted and not alive.permits(n)))
def test_all_else_is_refused_with_what_is_allowed(name: str) -> None:
    with pytest.raises(EventError) as refused:
        alive.check(name, dead=True)
    assert (refused.value.code, refused.value.allowed) == ("IPK-E072", tuple(sorted(alive.CORRECTIONS)))
