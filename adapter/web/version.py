"""The version of this program, as /fhir/metadata and /openapi.json tell it; the same as in pyproject.toml."""

from __future__ import annotations

from datetime import date
from typing import Final

VERSION: Final = "0.1.0"
RELEASED: Final = date(2026, 3, 1)
