"""Who coordinates a case now, for the figures that ask for it. domain § 1.8."""

from __future__ import annotations

from typing import Final

from adapter.codes import ROLES
from adapter.mappings import views
from adapter.statistics.values import CaseFacts

COORDINATORS: Final = frozenset(
    {"koordinator-ip", "koordinator-kommune", "koordinator-sphl", "barnekoordinator"}
)
"""Keys of the roles that are a coordinator."""


def has_coordinator(facts: CaseFacts, *roles: str) -> bool:
    """Return whether somebody coordinates now: an assignment without an end, in one of the roles (all, where none is named)."""
    wanted = {(ROLES[key].system, ROLES[key].code) for key in (roles or COORDINATORS)}
    return any(a.end is None and (a.system, a.code) in wanted for a in views.assignments(facts.case))
