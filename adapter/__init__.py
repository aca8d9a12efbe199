"""ip-adapter: carries needs, coordinators and individual plans between hospitals and municipalities."""

from __future__ import annotations

__version__ = "0.1.0"
