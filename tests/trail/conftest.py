"""The installations of these tests, each on an embedded database of its own."""

from __future__ import annotations

from tests.houses import alvdal, build, hospital

__all__ = ["alvdal", "build", "hospital"]
