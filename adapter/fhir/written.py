"""What is written over FHIR against R4 and the guide's profile of it. R4 validation.html; ADR 86.

What a profile wants to be there is not asked for: a write may leave out what we fill in (identifier, author, period), and
what nobody can do without, the event asks for, with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter.errors import Fault
from adapter.fhir import profiles, r4

FILLED: Final = frozenset({"profile-min", "slice-min"})
"""Rules of a profile that a write need not meet."""


def judged(resource: object, *, profile: str | None = None) -> tuple[Fault, ...]:
    """Return every fault of a resource from a writer, who waits for it: without a second opinion (decision 77)."""
    return r4.check(resource, profile=profile, models=False)


def check(resource: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Return every fault of a resource that is to be written: of R4, and of its profile where the guide has one for it."""
    profile = profiles.of(resource) if isinstance(resource.get("resourceType"), str) else None
    found = judged(resource, profile=profile)
    return tuple(fault for fault in found if fault.rule not in FILLED)
