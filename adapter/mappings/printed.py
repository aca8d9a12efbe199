"""A need as another adapter printed it, read back as the event that identifies it. message-rules.md, 'What a received message becomes', 8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter.kith.text import ParsedText


def need(said: ParsedText, base: Mapping[str, Any]) -> dict[str, Any]:
    """Return a need as another adapter printed it; consent given by reference to the sender."""
    scopes = [s for s, kinds in _SCOPES if kinds & set(said.kinds)]
    data = {key: value for key, value in base.items() if key != "continues"} | {
        "needs": list(said.kinds),
        "wishes": {"individualPlan": _wish(said.wish_plan), "coordinator": _wish(said.wish_coordinator)},
        "reason": {"codes": [], "text": (said.background or "Ikke oppgitt")[:2000]},
        "consent": {"status": "given", "scopes": scopes, **_consent(said)},
        "admitted": False,
        "urgency": "routine",
    }
    return data | ({"preference": {"text": said.preference[:2000]}} if said.preference else {})


_SCOPES: Final = (
    ("coordinator", {"coordinator", "child-coordinator", "habilitation", "rehabilitation"}),
    ("plan-create", {"individual-plan", "habilitation", "rehabilitation"}),
)


def _wish(value: str | None) -> str:
    return value or "unclear"


def _consent(said: ParsedText) -> dict[str, Any]:
    printed = said.consent
    if printed is None:
        return {}
    facts = {
        "date": printed.date.isoformat() if printed.date else None,
        "method": printed.method,
        "givenBy": printed.given_by,
    }
    return {key: value for key, value in facts.items() if value}
