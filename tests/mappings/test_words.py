"""What a clinician reads names no type of event and no field: the next step is said in words. Issue 4."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from adapter.rules import anchors
from adapter.rules.requirements import requirements

MAPPINGS = Path(__file__).parents[2] / "adapter" / "mappings"
_SAID = re.compile(r"[a-zæøå]{2,}[.,:)]? \(?[a-zæøå]")
"""A text of words, as against a code or a key."""


def _texts(path: Path) -> list[str]:
    """Return the texts of a module that are in words, without its docstrings."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(n.value) for n in ast.walk(module) if isinstance(n, ast.Expr)}
    found = (n for n in ast.walk(module) if isinstance(n, ast.Constant) and id(n) not in bare)
    return [n.value for n in found if isinstance(n.value, str) and _SAID.search(n.value)]


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.py")), ids=lambda path: path.stem)
def test_a_work_item_names_no_type_of_event(path: Path):
    assert [said for said in _texts(path) if re.search(r"\bip\.[a-z-]+\.", said)] == []


def test_who_lacks_a_coordinator_is_not_taken_for_one_who_is_in_hospital():
    said = [row.nb for row in (*anchors.ANCHORS.values(), *requirements().values())]
    assert [one for one in said if "opphold uten" in one or "listen over opphold" in one] == []
