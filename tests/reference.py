"""Where the reference material stands: never copied into the project, read by the tests that have it at hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]


def path(*parts: str) -> Path:
    """Return a place in the reference material (`ADAPTER_REFERENCE`); skips the test by name where it is missing."""
    base = Path(os.environ.get("ADAPTER_REFERENCE") or "../shared")
    found = (ROOT / base).joinpath(*parts)
    if not found.exists():
        pytest.skip(f"the reference material has no {'/'.join(parts)} here (ADAPTER_REFERENCE)")
    return found
