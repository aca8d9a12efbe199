"""A notice that its receiver has had the end of: sent again it would be the last word, and wrong. E22 after E26, E34 after E40; ADR 168."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapter import naming
from adapter.fhir import assignments
from adapter.kith import titles
from adapter.mappings import posting, views
from adapter.model import Case, Message, Reason
from adapter.rules import anchors

_TITLES: Final = titles.TITLES
_ENDED: Final = frozenset({_TITLES["ip.coordinator.ended"], _TITLES["ip.hospital-participation.ended"]})
_CHANGED: Final = _ENDED | {_TITLES["ip.coordinator.replaced"]}
_CLOSED: Final = frozenset({_TITLES["ip.plan.closed"]})
BY: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        _TITLES["ip.coordinator.appointed"]: _CHANGED,
        _TITLES["ip.child-coordinator.appointed"]: _CHANGED,
        _TITLES["ip.coordinator.replaced"]: _CHANGED,
        _TITLES["ip.plan.created"]: _CLOSED,
        _TITLES["ip.plan.updated"]: _CLOSED,
    }
)
"""Tema of a notice → those of what ends what it tells of."""


def obstacle(case: Case, message: Message) -> Reason | None:
    """Return that a notice is overtaken: what it tells of is over, and a later word of that has left for the same receiver."""
    ends = BY.get(message.subject)
    if ends is None or not _is_over(case, message, ends):
        return None
    later = any(_tells_later(case, message, m, ends) for m in case.messages)
    return anchors.fixed("notice-overtaken", "stanset") if later else None


def _is_over(case: Case, message: Message, ends: frozenset[str]) -> bool:
    if ends is _CLOSED:
        return views.plan(case) is None
    made = naming.resource_id(message.event_id or "", "PractitionerRole", "person")
    held = next((a for a in views.assignments(case) if a.id == made), None)
    return held is not None and (held.end is not None or assignments.is_replaced(held.role))


def _tells_later(case: Case, message: Message, other: Message, ends: frozenset[str]) -> bool:
    return (
        other.receiver_key == message.receiver_key
        and other.subject in ends
        and posting.has_left(case, other)
        and None not in (other.gen_date, message.gen_date)
        and (other.gen_date or case.now) > (message.gen_date or case.now)
    )
