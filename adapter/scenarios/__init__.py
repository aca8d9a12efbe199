"""Scenario folders: steps in, expected bytes out. contract.md, 'Fixtures: scenario folders'; docs/scenarios.md.

The same folders drive `map`, `replay`, the simulator and the tests. What is wrong with one is told with file and
place, all of it at once (IPK-S013).
"""

from __future__ import annotations

from adapter.scenarios.model import Expect, Scenario, Step
from adapter.scenarios.placeholders import NAMES, fill
from adapter.scenarios.reading import find, read

__all__ = ["NAMES", "Expect", "Scenario", "Step", "fill", "find", "read"]
