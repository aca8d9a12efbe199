"""The frozen values of a trail: what was stored, the steps it went through, and the whole of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from adapter.model import Message, Resource
from adapter.rules.responsibility import Responsible

Kind = Literal["message", "case", "event"]
At = Literal["event", "requirement", "rule", "consent", "routing", "template", "clock", "receipt"]

ORDER: Final[tuple[At, ...]] = (
    "event", "requirement", "rule", "consent", "routing", "template", "clock", "receipt",
)  # fmt: skip
"""In which order steps are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event as stored: its Provenance, and the versions of Tasks before and after."""

    event_id: str
    id: str
    type: str
    source: str
    at: datetime
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The first answer: status, needs, warnings are read of it."""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Of events about messages and clocks: ids, kinds and times alone are read of it."""
    provenance: tuple[Resource, ...] = field(default=(), repr=False)
    versions: Mapping[str, Resource] = field(default_factory=dict, repr=False)
    """`Task/<id>/_history/<n>` → that version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the thing asked about: events in their order, messages in theirs."""

    kind: Kind
    id: str
    case_id: str | None
    events: tuple[Happened, ...]
    messages: tuple[Message, ...]
    beside: tuple[Message, ...] = field(default=(), repr=False)
    """Other messages of the case: what was decided about them is not told of the event again."""
    responsible: Responsible | None = None
    """Who answers now, where a case is asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision: rule and source, what came out, and what fell away."""

    step: At
    rule: str
    source: str
    kind: str
    """law, agreement, standard, guide or design."""
    outcome: str
    text: str
    fell_away: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An event, a message or the case as it stands, with its steps. `facts` are ids, codes and names of the address book, never a text."""

    kind: Kind
    id: str
    type: str
    title: str
    at: datetime | None
    state: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Why: the whole way of a message, a case or an event. Nothing about the patient but the case id."""

    kind: Kind
    id: str
    case_id: str | None
    parts: tuple[Part, ...]


def as_json(trail: Trail) -> dict[str, Any]:
    """Return the trail as JSON: {kind, id, caseId, parts: [{kind, id, type, title, at, state, facts, steps}]}."""
    return {
        "kind": trail.kind,
        "id": trail.id,
        "caseId": trail.case_id,
        "parts": [
            {
                "kind": part.kind,
                "id": part.id,
                "type": part.type,
                "title": part.title,
                "at": part.at.isoformat() if part.at else None,
                "state": part.state,
                "facts": dict(part.facts),
                "steps": [_step(step) for step in part.steps],
            }
            for part in trail.parts
        ],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.step,
        "rule": step.rule,
        "source": step.source,
        "kind": step.kind,
        "outcome": step.outcome,
        "text": step.text,
        "fellAway": list(step.fell_away),
    }
