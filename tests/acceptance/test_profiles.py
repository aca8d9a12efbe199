"""What events of every type leave, in any order and by anybody, keeps its profile of the guide."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from adapter.fhir import definitions, profiles
from tests.acceptance.test_sequences import EVENTS, chains, ended
from tests.fhir import validator

MOST: Final = 3000
"""Events told at most: what each left is checked once more by the slower, independent validator."""
pytestmark = [pytest.mark.acceptance, pytest.mark.node, pytest.mark.slow]


def test_what_mixed_events_leave_keeps_its_profile(prepared_file: Path, tmp_path: Path):
    left, _ = ended(prepared_file, tmp_path, chains(min(EVENTS, MOST), seed=7), seed=3)
    resources = (one for name, one in left.items() if name not in {"messages", "deadlines"})
    found = [{name: value for name, value in one.items() if value is not None} for one in resources]
    profiled = [validator.claiming(one) for one in found if profiles.of(one)]
    of_cases = {
        row.url for row in definitions.every() if row.profile and row.of in {"CareTeam", "Task", "Consent"}
    }
    assert {profiles.of(one) for one in profiled} >= of_cases - {profiles._url("ip-plan-task")}
    assert validator.errors(profiled, tmp_path) == []
