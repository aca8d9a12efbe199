"""Who answers for plan and coordinator, and who may write. domain § 1.5."""

from __future__ import annotations

import pytest

from adapter.errors import EventError
from adapter.rules import responsibility


@pytest.mark.parametrize(
    ("municipality", "hospital", "level", "rule"),
    [
        (True, False, "municipality", "responsible-municipality"),
        (True, True, "municipality", "responsible-both"),
        (False, True, "hospital", "responsible-hospital"),
        (False, False, "municipality", "responsible-municipality"),
    ],
)
def test_the_municipality_answers_unless_only_the_hospital_is_involved(
    *, municipality: bool, hospital: bool, level: str, rule: str
) -> None:
    found, why = responsibility.responsible(municipality_involved=municipality, hospital_involved=hospital)
    assert (found, why.rule) == (level, rule)


def test_a_child_coordinator_is_the_municipalitys() -> None:
    found, why = responsibility.responsible(
        municipality_involved=False, hospital_involved=True, child_coordinator=True
    )
    assert (found, why.rule) == ("municipality", "responsible-child")


def test_one_active_plan_per_person() -> None:
    assert responsibility.check_one_plan(0).rule == "plan-one-active"
    with pytest.raises(EventError, match="IPK-E023"):
        responsibility.check_one_plan(1)


def test_only_the_author_writes_the_plan() -> None:
    assert responsibility.check_writer(author="x", writer="x").rule == "plan-writer"
    with pytest.raises(EventError, match="IPK-E025"):
        responsibility.check_writer(author="x", writer="y")
