"""The one list of rules: complete, used, sourced, and told in docs/rules.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapter.rules import anchors
from adapter.rules.anchors import ANCHORS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "adapter").rglob("*.py")))
KINDS = {"law", "agreement", "standard", "guide", "design"}


@pytest.mark.parametrize("name", ANCHORS)
def test_every_rule_has_source_date_and_text_and_is_used(name: str) -> None:
    row = ANCHORS[name]
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", name)
    assert row.source
    assert row.kind in KINDS
    assert row.nb.endswith(".")
    assert row.en.endswith(".")
    assert f'"{name}"' in SOURCES


def test_every_anchor_that_the_code_names_is_in_the_list() -> None:
    named = set(re.findall(r'(?:anchors\.)?(?:reason|fixed)\(\s*"([a-z0-9-]+)"', SOURCES))
    assert named
    assert named <= set(ANCHORS)


def test_an_unknown_rule_cannot_be_given_as_a_reason() -> None:
    with pytest.raises(KeyError):
        anchors.reason("no-such-rule", "x")


def test_a_reason_carries_source_outcome_and_what_fell_away() -> None:
    why = anchors.reason("clock-reply", "5 virkedager", source="avtale: x", rejected=("3 virkedager",), n=5)
    assert (why.rule, why.source, why.outcome) == ("clock-reply", "avtale: x", "5 virkedager")
    assert "5" in why.text
    assert why.rejected == ("3 virkedager",)


@pytest.mark.parametrize(
    "name", [name for name, row in ANCHORS.items() if "{n}" in row.nb or "{n:" in row.nb]
)
def test_one_is_said_in_the_singular(name: str) -> None:
    """`n` comes with its noun: a place that is the bare number cannot be right for both one and two."""
    assert "{n}" not in ANCHORS[name].nb
    one, two = (anchors.reason(name, "x", n=n).text for n in (1, 2))
    assert re.search(r"\b1 (virkedag|dag|time)\b", one)
    assert re.search(r"\b2 (virkedager|dager|timer)\b", two)


def test_the_document_is_made_from_the_list() -> None:
    told = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert told == anchors.markdown(), "run: python -m adapter.rules.anchors > docs/rules.md"
