"""Which event fulfils which kind of need. message-rules.md, 'Who fulfils'; pbrl §§ 2-5 and 2-5 b."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from adapter.model import Reason
from adapter.rules import anchors

Effect = Literal["fulfilled", "begun"]


@dataclass(frozen=True, slots=True)
class Row:
    """What happens to a need of one kind, and by which rule."""

    effect: Effect
    rule: str


_COORDINATOR: Final = Row("fulfilled", "fulfilled-coordinator")
_PLAN: Final = Row("fulfilled", "fulfilled-plan")
_BEGUN: Final = Row("begun", "fulfilled-begun")

ROWS: Final[Mapping[tuple[str, str, str | None], Row]] = MappingProxyType(
    {
        ("ip.coordinator.appointed", "coordinator", None): _COORDINATOR,
        ("ip.coordinator.appointed", "child-coordinator", None): _COORDINATOR,
        ("ip.coordinator.appointed", "individual-plan", None): _BEGUN,
        ("ip.child-coordinator.appointed", "child-coordinator", None): _COORDINATOR,
        ("ip.child-coordinator.appointed", "coordinator", None): _COORDINATOR,
        ("ip.child-coordinator.appointed", "individual-plan", None): _BEGUN,
        ("ip.plan.created", "individual-plan", "active"): _PLAN,
        ("ip.plan.created", "individual-plan", "draft"): _BEGUN,
        ("ip.plan.updated", "individual-plan", "active"): _PLAN,
    }
)
"""(event, kind of need, CarePlan.status or None) → what it does. A draft that becomes active (E35) fulfils as E34 does.

A hospital coordinator (E22) fulfils nothing: the need was for the municipality's.
"""


def effect(event_type: str, kind: str, *, plan_status: str | None = None) -> tuple[Effect | None, Reason]:
    """Return what an event does to an open need of a kind: fulfilled, begun (states.BEGIN where accepted) or nothing."""
    row = ROWS.get((event_type, kind, plan_status))
    if row is None:
        return None, anchors.fixed("fulfilled-not", kind)
    return row.effect, anchors.fixed(row.rule, kind)


OF_COORDINATOR: Final = ("coordinator", "child-coordinator")
"""Kinds of need that a coordinator fulfils."""
COORDINATORS: Final = frozenset({"koordinator-ip", "koordinator-kommune", "barnekoordinator"})
"""Roles that fulfil a need for a coordinator; a hospital's own (koordinator-sphl) does not."""

_LINKS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("coordinator", "assignment"): "fulfilled-coordinator",
        ("child-coordinator", "assignment"): "fulfilled-coordinator",
        ("individual-plan", "plan"): "fulfilled-plan",
        ("habilitation", "assignment"): "fulfilled-link",
        ("habilitation", "plan"): "fulfilled-link",
        ("rehabilitation", "assignment"): "fulfilled-link",
        ("rehabilitation", "plan"): "fulfilled-link",
    }
)
"""(kind of need, what E10 links to) → the rule by which it fulfils."""


def by_link(kind: str, link: str) -> tuple[bool, Reason]:
    """Return whether an assignment or a plan fulfils a need of a kind, as E10 says, and by which rule."""
    rule = _LINKS.get((kind, link))
    return rule is not None, anchors.fixed(rule or "fulfilled-not", kind)
