"""Where the guide's sources, its building site and what is made of it stand."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = ROOT / "ig"
SITE: Final = ROOT / "var" / "ig"
"""Node's packages, the FHIR package cache and what SUSHI writes; may be removed at any time."""
DEFINITIONS: Final = ROOT / "adapter" / "data" / "definitions"
PAGES: Final = ROOT / "adapter" / "data" / "guide"
EXAMPLES: Final = SOURCES / "input" / "examples"
SCENARIOS: Final = ROOT / "fixtures" / "scenarios"


class NotBuilt(Exception):  # noqa: N818 (says what happened)
    """What the build needs is missing, or it found a fault; the text says what to do."""
