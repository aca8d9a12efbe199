"""Examples to change: a path of names and indices below the event's root, and a value to put there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from adapter import events, ids
from adapter.errors import Fault, Faults

NOW: Final = datetime(2027, 6, 1, 12, 0, tzinfo=UTC)
PEOPLE: Final = ids.People()
MISSING: Final = object()
"""Instead of a value: the field is taken away."""

NEED: Final = "ip.need.identified"
APPOINTED: Final = "ip.coordinator.appointed"
PLAN: Final = "ip.plan.created"


def steps(path: str) -> list[str | int]:
    """Return the steps of `data.needs.0`."""
    return [int(step) if step.isdigit() else step for step in path.split(".")]


def changed(type_: str, *changes: tuple[str, object]) -> dict[str, Any]:
    """Return the example of a type with values put in (or MISSING, taken away)."""
    envelope = events.schemas.example(type_)
    for path, value in changes:
        *parents, last = steps(path)
        holder: Any = envelope
        for step in parents:
            holder = holder[step] if isinstance(step, int) else holder.setdefault(step, {})
        if value is MISSING:
            del holder[last]
        elif isinstance(last, int) and last == len(holder):
            holder.append(value)
        else:
            holder[last] = value
    return envelope


def faults_of(envelope: Any, *, people: ids.People = PEOPLE, now: datetime = NOW) -> tuple[Fault, ...]:
    """Return the faults of an event, none where it is good."""
    try:
        events.check(envelope, now=now, people=people)
    except Faults as error:
        return error.faults
    return ()


def found(envelope: Any) -> set[tuple[str, str]]:
    """Return (code, path) of each fault."""
    return {(fault.code, fault.path) for fault in faults_of(envelope)}
