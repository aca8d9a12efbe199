"""docs/international.md names the tests there are, and every case tested is named there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests import reference

HERE: Final = Path(__file__).parent
NAMED: Final = re.findall(
    r"`(test_\w+…?)`", (reference.ROOT / "docs" / "international.md").read_text("utf-8")
)
MADE: Final = {
    name
    for path in HERE.glob("test_*.py")
    if path.name != Path(__file__).name
    for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
}


def _is(name: str, named: str) -> bool:
    return name.startswith(named[:-1]) if named.endswith("…") else name == named


def test_every_test_named_is_there():
    assert [named for named in NAMED if not any(_is(name, named) for name in MADE)] == []


def test_every_case_tested_is_named():
    assert [name for name in sorted(MADE) if not any(_is(name, named) for named in NAMED)] == []
