"""docs/coverage.md: every requirement and event with what holds it, nothing empty without a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapter.events import catalogue
from adapter.rules.requirements import Happening, Requirement, happenings, of, requirements
from tools import coverage

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "fixtures" / "scenarios"


def test_every_requirement_and_every_event_has_its_line():
    assert sorted(requirements()) == [f"R{number:02}" for number in range(1, 44)]
    assert list(happenings()) == [f"E{number:02}" for number in range(1, 73)]
    assert {row.number for row in catalogue.TYPES.values()} <= set(happenings())


def test_nothing_is_empty_without_a_reason():
    assert not [line.id for line in (*coverage.duties(), *coverage.events()) if line.unexplained]


@pytest.mark.parametrize("id_", requirements())
def test_golden_files_of_its_scenarios_name_a_rule_or_the_row_says_why_not(id_: str):
    row = requirements()[id_]
    assert set(row.unshown) == coverage.unshown(row), (
        "unshown: rules and silent scenarios, no more and no fewer"
    )
    assert all(row.unshown.values())


@pytest.mark.parametrize("id_", requirements())
def test_a_reason_for_silence_says_what_is_so_of_this_very_rule_or_scenario(id_: str):
    row = requirements()[id_]
    for name, why in row.unshown.items():
        refused = re.match(r"refused with (IPK-E\d{3})", why)
        assert bool(refused) == name.startswith("bad-"), (id_, name)
        if refused:
            steps = "".join(p.read_text(encoding="utf-8") for p in (SCENARIOS / name).glob("[0-9]*.toml"))
            assert refused[1] in steps, (id_, name)
        clock = re.match(r"expected/deadlines\.json has the (?:agreed )?due time \(`(\w+)`\)", why)
        assert bool(clock) == name.startswith("clock-"), (id_, name)
        if clock:
            held = [(SCENARIOS / s / "expected" / "deadlines.json").read_text("utf-8") for s in row.scenarios]
            assert any(f'"kind": "{clock[1]}"' in each for each in held), (id_, name)
        for code in re.findall(r"bad-[a-z0-9-]+", why):
            assert (SCENARIOS / code).is_dir(), (id_, code)


def test_a_rule_that_no_scenario_names_is_seen():
    row = Requirement(
        says="x", nb="x", source="y", kind="law", rules=("plan-writer", "receiver-unit"),
        scenarios=("e01-outpatient", "e22-hospital-coordinator-appointed"),
    )  # fmt: skip
    assert coverage.unshown(row) == {"plan-writer", "e22-hospital-coordinator-appointed"}


def test_every_line_has_source_and_words():
    for line in (*coverage.duties(), *coverage.events()):
        assert line.source
        assert line.words[0]
    for row in requirements().values():
        assert row.says.endswith(".")
        assert row.nb.endswith(".")


def test_an_event_that_is_mapped_is_held_by_a_test_and_a_scenario():
    for line in coverage.events():
        if coverage.types(line.id):
            assert line.tests, line.id
            assert line.scenarios, line.id


def test_every_event_serves_a_requirement_and_every_requirement_an_event_or_a_reason():
    served = {id_ for row in happenings().values() for id_ in row.requirements}
    for id_, row in requirements().items():
        assert id_ in served or row.tests, id_
    assert all(of(type_) for type_ in catalogue.TYPES)
    assert of("ip.no.such") == ()


@pytest.mark.parametrize("field", ["rules", "tests", "scenarios", "requirements"])
def test_a_name_that_is_none_is_refused(field: str):
    row = Happening(**{"title": "x", "requirements": ("R01",), "source": "y", field: ("no-such",)})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="E01: no such no-such"):
        coverage._check("E01", row)


def test_the_document_is_made_from_what_there_is():
    told = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert told == coverage.markdown(), "run: python -m tools.coverage > docs/coverage.md"
    assert len(re.findall(r"^\| [RE]\d\d \|", told, re.MULTILINE)) == 43 + 72
