"""Pure functions: an event and a case become resources and messages; a received message becomes events."""

from __future__ import annotations

from typing import Final

VERSION: Final = "1"
"""Raised when the same event would give other bytes; every message row keeps it."""
