"""The invariants of assignments. domain § 1.6."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter import codes
from adapter.errors import EventError
from adapter.rules import assignments
from adapter.rules.assignments import Assignment

ANNA = Assignment(id="a", role="koordinator-ip", organisation="alvdal", start=date(2026, 3, 10), main=True)
NEW = replace(ANNA, id="b", start=date(2026, 4, 1), main=False)
HOSPITAL = Assignment(id="h", role="koordinator-sphl", organisation="st-olavs", start=date(2026, 3, 1))


def refused(code: str, at: str) -> pytest.RaisesExc[EventError]:
    return pytest.RaisesExc(EventError, check=lambda e: (e.code, e.at) == (code, at))


def test_several_coordinators_across_levels_are_legal() -> None:
    assert assignments.check_new((HOSPITAL,), ANNA)
    assert assignments.check_new((ANNA,), HOSPITAL)


@pytest.mark.parametrize("role", ["koordinator-ip", "koordinator-kommune"])
def test_one_coordinator_per_level_and_organisation(role: str) -> None:
    with refused("IPK-E024", "$.data.role"):
        assignments.check_new((ANNA,), replace(NEW, role=role))


def test_another_organisation_on_the_same_level_may_have_its_own() -> None:
    assert assignments.check_new((HOSPITAL,), replace(HOSPITAL, id="x", organisation="ahus"))


@pytest.mark.parametrize("role", ["kontaktlege", "kontaktpsykolog", "barnekoordinator"])
def test_any_other_role_excludes_only_itself(role: str) -> None:
    held = replace(ANNA, role=role, main=False)
    with refused("IPK-E024", "$.data.role"):
        assignments.check_new((held,), replace(held, id="n"))
    assert assignments.check_new((replace(HOSPITAL, role="koordinator-sphl"), held), replace(NEW, main=False))


def test_at_most_one_main() -> None:
    with refused("IPK-E024", "$.data.main"):
        assignments.check_new((ANNA,), replace(HOSPITAL, main=True))
    assert len(assignments.check_new((HOSPITAL,), ANNA)) == 2


@pytest.mark.parametrize(
    ("end", "start", "fits"),
    [
        (date(2026, 3, 31), date(2026, 4, 1), True),
        (date(2026, 4, 1), date(2026, 4, 1), False),
        (None, date(2030, 1, 1), False),
    ],
)
def test_periods_of_the_same_role_never_overlap(*, end: date | None, start: date, fits: bool) -> None:
    held, new = replace(ANNA, end=end), replace(NEW, start=start)
    if fits:
        assert assignments.check_new((held,), new)
    else:
        with refused("IPK-E024", "$.data.role"):
            assignments.check_new((held,), new)


def test_a_new_one_may_end_before_the_next_begins() -> None:
    later = replace(ANNA, start=date(2026, 6, 1))
    assert assignments.check_new((later,), replace(NEW, end=date(2026, 5, 31)))


def test_the_same_assignment_again_is_no_overlap() -> None:
    assert assignments.check_new((ANNA,), ANNA)


def test_a_replacement_is_one_act_and_hands_over_main() -> None:
    why = assignments.check_replace((ANNA, HOSPITAL), ANNA, NEW)
    assert [r.rule for r in why] == ["assignment-replaced"]
    ended, successor = assignments.replaced(ANNA, NEW)
    assert (ended.end, successor.start, successor.main) == (date(2026, 3, 31), date(2026, 4, 1), True)
    assert assignments.check_new((ended,), successor)


@pytest.mark.parametrize(
    ("end", "left"),
    [(date(2026, 3, 31), False), (date(2026, 3, 30), True), (date(2026, 5, 1), False), (None, False)],
)
def test_a_gap_is_recorded_and_not_raised(*, end: date | None, left: bool) -> None:
    held = replace(ANNA, end=end)
    assert assignments.has_gap(assignments.check_replace((held,), held, NEW)) == left


def test_what_has_ended_cannot_be_replaced_or_ended() -> None:
    with refused("IPK-E024", "$.data.continues"):
        assignments.check_replace((HOSPITAL,), ANNA, NEW)
    with refused("IPK-E024", "$.data.continues"):
        assignments.check_end((HOSPITAL,), ANNA, until=date(2026, 5, 1), reason_code="deceased")


def test_a_successor_does_not_begin_before_its_predecessor() -> None:
    with refused("IPK-E010", "$.data.from"):
        assignments.check_replace((ANNA,), ANNA, replace(NEW, start=date(2026, 3, 9)))


def test_a_successor_must_stand_beside_the_rest() -> None:
    with refused("IPK-E024", "$.data.role"):
        assignments.check_replace((ANNA, HOSPITAL), ANNA, replace(HOSPITAL, id="x", start=NEW.start))


def test_ended_needs_a_reason_and_a_day_after_its_beginning() -> None:
    with refused("IPK-E005", "$.data.reasonCode"):
        assignments.check_end((ANNA,), ANNA, until=date(2026, 5, 1), reason_code=None)
    with refused("IPK-E010", "$.data.until"):
        assignments.check_end((ANNA,), ANNA, until=date(2026, 3, 9), reason_code="other")


@pytest.mark.parametrize(
    ("reason_code", "left"),
    [("patient-declined", False), ("right-ceased", False), ("deceased", False), ("moved-accepted", False),
     ("other", True)],
)  # fmt: skip
def test_an_end_without_successor_leaves_a_gap_unless_nobody_has_to_follow(
    *, reason_code: str, left: bool
) -> None:
    why = assignments.check_end((ANNA,), ANNA, until=date(2026, 5, 1), reason_code=reason_code)
    assert assignments.has_gap(why) == left


def test_a_hospital_may_leave_when_the_municipalitys_coordinator_goes_on() -> None:
    until = date(2026, 5, 1)

    def left(others: tuple[Assignment, ...]) -> bool:
        why = assignments.check_end(
            (HOSPITAL, *others), HOSPITAL, until=until, reason_code="participation-over"
        )
        return assignments.has_gap(why)

    assert not left((ANNA,))
    assert left(())
    assert left((replace(ANNA, end=until),))


@pytest.mark.parametrize(("start", "left"), [(date(2026, 5, 2), False), (date(2026, 5, 3), True)])
def test_an_end_with_successor_leaves_a_gap_only_between_the_two(*, start: date, left: bool) -> None:
    why = assignments.check_end(
        (ANNA,), ANNA, until=date(2026, 5, 1), reason_code="other", successor=replace(NEW, start=start)
    )
    assert assignments.has_gap(why) == left


def test_active_is_what_has_not_ended() -> None:
    ended = replace(ANNA, end=date(2026, 3, 31))
    assert assignments.active_on((ended, NEW), date(2026, 3, 31)) == (ended, NEW)
    assert assignments.active_on((ended, NEW), date(2026, 4, 1)) == (NEW,)


def test_every_coordinator_role_is_in_the_table_of_roles() -> None:
    assert set(codes.ROLES) >= assignments.COORDINATORS
    assert assignments.level("koordinator-sphl") == "hospital"


DATES = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(first=DATES, end=st.none() | DATES, start=DATES)
def test_predecessor_and_successor_never_overlap_but_on_a_first_day(
    first: date, end: date | None, start: date
) -> None:
    if start < first or (end is not None and end < first):
        return
    last = assignments.previous_end(replace(ANNA, start=first, end=end), start=start)
    assert last >= first
    assert last < start or start == first
    assert end is None or last <= end


def test_what_may_stand_is_told_with_its_rule() -> None:
    assert [r.rule for r in assignments.check_new((), replace(ANNA, main=False))] == [
        "assignment-one-per-organisation"
    ]
    assert [r.rule for r in assignments.check_new((), replace(ANNA, main=True))] == [
        "assignment-one-per-organisation",
        "assignment-one-main",
    ]
