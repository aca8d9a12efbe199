"""Who answers for plan and coordinator, and who may write. domain § 1.5."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapter.errors import EventError
from adapter.rules import responsibility
from adapter.rules.anchors import ANCHORS
from adapter.rules.responsibility import Situation


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
    assert responsibility.check_one_plan(None).rule == "plan-one-active"
    with pytest.raises(EventError, match="IPK-E023"):
        responsibility.check_one_plan("active")


def test_only_the_author_writes_the_plan() -> None:
    assert responsibility.check_writer(author="x", writer="x").rule == "plan-writer"
    with pytest.raises(EventError, match="IPK-E025"):
        responsibility.check_writer(author="x", writer="y")


# ── domain § 1.5, row by row ──

M, H = "municipality", "hospital"


@pytest.mark.parametrize(
    ("situation", "plan", "writer", "pending", "coordinators", "rules"),
    [
        ({"municipality": True}, M, M, None, (M,), ["responsible-municipality"]),
        ({"municipality": True, "hospital": True}, M, M, None, (M, H), ["responsible-both"]),
        ({"hospital": True}, H, H, None, (H,), ["responsible-hospital"]),
        ({}, M, M, None, (M,), ["responsible-municipality"]),
        ({"municipality": True, "wants_plan": False}, None, None, None, (M,), ["responsible-no-plan"]),
        (
            {"municipality": True, "wants_coordinator": False}, M, M, None, (),
            ["responsible-municipality", "responsible-no-coordinator"],
        ),
        ({"municipality": True, "child": True}, M, M, None, (M,), ["responsible-child"]),
        ({"hospital": True, "child": True}, M, M, None, (M, H), ["responsible-child"]),
        (
            {"municipality": True, "hospital": True, "plan": "draft", "plan_with": H, "accepted": False},
            M, H, M, (M, H), ["responsible-draft-together"],
        ),
        (
            {"municipality": True, "hospital": True, "plan": "draft", "plan_with": M},
            M, M, None, (M, H), ["responsible-both"],
        ),
        (
            {"municipality": True, "hospital": True, "plan": "active", "plan_with": H},
            H, H, M, (M, H), ["responsible-becomes-municipal"],
        ),
        (
            {"municipality": True, "hospital": True, "plan": "active", "plan_with": H, "transfer": "offered"},
            H, H, M, (M, H), ["responsible-transfer-pending"],
        ),
        (
            {"municipality": True, "plan": "active", "plan_with": M, "transfer": "offered"},
            M, M, M, (M,), ["responsible-transfer-pending"],
        ),
        (
            {"municipality": True, "hospital": True, "plan": "active", "plan_with": H, "transfer": "accepted"},
            M, M, None, (M, H), ["responsible-transferred"],
        ),
        (
            {"municipality": True, "hospital": True, "time_limited": True},
            M, M, None, (M, H), ["responsible-both", "responsible-time-limited"],
        ),
        (
            {"hospital": True, "hospitals": 2},
            H, H, None, (H,), ["responsible-hospital", "responsible-primary-hospital"],
        ),
        ({"private": H}, H, H, None, (H,), ["responsible-hospital", "responsible-private"]),
        ({"private": M}, M, M, None, (M,), ["responsible-municipality", "responsible-private"]),
        (
            {"municipality": True, "joint_unit": True},
            M, M, None, (M,), ["responsible-municipality", "responsible-joint-unit"],
        ),
    ],
)  # fmt: skip
def test_who_answers_follows_the_table_of_the_domain(
    situation: dict[str, Any],
    plan: str | None,
    writer: str | None,
    pending: str | None,
    coordinators: tuple[str, ...],
    rules: list[str],
) -> None:
    found = responsibility.responsible_party(Situation(**situation))
    assert (found.plan, found.writer, found.pending) == (plan, writer, pending)
    assert found.coordinators == coordinators
    assert [r.rule for r in found.reasons] == rules
    assert found.explanation


def test_the_other_level_contributes_and_nobody_contributes_to_no_plan() -> None:
    both = Situation(municipality=True, hospital=True)
    assert responsibility.responsible_party(both).contributes == (H,)
    hospitals = replace(both, plan="active", plan_with="hospital")
    assert responsibility.responsible_party(hospitals).contributes == (M,)
    assert responsibility.responsible_party(replace(both, wants_plan=False)).contributes == ()


def _every_situation() -> Iterator[Situation]:
    flags = (
        "municipality",
        "hospital",
        "wants_plan",
        "wants_coordinator",
        "child",
        "accepted",
        "time_limited",
    )
    for values in itertools.product((False, True), repeat=len(flags)):
        for plan, plan_with in (
            ("none", None),
            ("draft", "hospital"),
            ("draft", M),
            ("active", H),
            ("active", M),
        ):
            for transfer in ("none", "offered", "accepted"):
                yield Situation(
                    **dict(zip(flags, values, strict=True)), plan=plan, plan_with=plan_with, transfer=transfer
                )  # type: ignore[arg-type]


def test_there_is_never_a_second_plan_and_never_a_writer_without_a_plan() -> None:
    for situation in _every_situation():
        found = responsibility.responsible_party(situation)
        assert (found.writer is None) == (found.plan is None)
        assert found.plan is not None or not situation.wants_plan
        assert len(set(found.coordinators)) == len(found.coordinators)
        assert found.main == (found.coordinators[0] if situation.wants_coordinator else None)
        assert found.pending is None or situation.plan != "none" or situation.transfer == "offered"


def test_who_has_the_plan_keeps_it_until_the_other_accepts() -> None:
    for situation in _every_situation():
        if situation.transfer == "offered" and situation.wants_plan and situation.plan == "active":
            assert responsibility.responsible_party(situation).writer == situation.plan_with


def test_every_row_has_a_source_and_a_rule_that_exists() -> None:
    for row in responsibility.PLAN:
        assert row.source
        assert row.checked
        assert row.rule in ANCHORS
    for held in responsibility.COORDINATOR:
        assert held.source
        assert held.checked
        assert not held.rule or held.rule in ANCHORS


def test_the_level_that_the_team_uses_agrees_with_the_whole_table() -> None:
    for municipality, hospital in itertools.product((False, True), repeat=2):
        level, why = responsibility.responsible(
            municipality_involved=municipality, hospital_involved=hospital
        )
        found = responsibility.responsible_party(Situation(municipality=municipality, hospital=hospital))
        assert (found.plan, found.reasons[0]) == (level, why)
