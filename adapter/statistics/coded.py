"""The national codes a case stands for now: 8705, 9188, 8307, 8473, 9336. Derived, never typed. domain § 1.8.

`derived` is the only way in: what derives codes elsewhere can take its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapter.codes import ROLES
from adapter.mappings import views
from adapter.statistics.values import CaseFacts

LISTS: Final = ("8705", "9188", "8307", "8473", "9336")
COORDINATORS: Final = frozenset(
    {"koordinator-ip", "koordinator-kommune", "koordinator-sphl", "barnekoordinator"}
)
"""Keys of the roles that are a coordinator."""
_SENT: Final = frozenset(
    {
        "delivered",
        "manual",
        "received",
        "under-assessment",
        "needs-info",
        "accepted",
        "in-progress",
        "fulfilled",
    }
)
"""States of a need that the municipality holds: after a positive receipt, or another way confirmed."""
_PLAN_KINDS: Final = frozenset({"individual-plan"})
_COORDINATOR_KINDS: Final = frozenset({"coordinator", "child-coordinator"})
_CURRENT: Final = frozenset({"active", "on-hold"})


def derived(facts: CaseFacts) -> Mapping[str, str]:
    """Return list → code of a case as it is now; a list that says nothing of it is left out."""
    plans = [_stands(facts, n) for n in facts.needs if n.kind in _PLAN_KINDS]
    held = [_stands(facts, n) for n in facts.needs if n.kind in _COORDINATOR_KINDS]
    active = any(p["status"] in _CURRENT for p in facts.case.of("CarePlan"))
    found = {
        "8705": _plan(plans, active=active),
        "9188": _coordinator(held, active=has_coordinator(facts)),
        "8307": "2" if active else "1" if plans else "",
        "8473": _part(facts, plans, active=active),
        "9336": _municipal(plans, active=active),
    }
    return {name: code for name, code in found.items() if code}


def _stands(facts: CaseFacts, need: views.Need) -> str:
    """Return the state of a need; one refused for another reason than the right is only one that has arrived."""
    if need.state != "declined":
        return need.state
    said = [e.data.get("reasonCode") for e in facts.of("ip.need.declined") if e.melde_id == need.melde_id]
    return "declined" if "not-entitled" in said else "received"


def has_coordinator(facts: CaseFacts, *roles: str) -> bool:
    """Return whether somebody coordinates now: an assignment without an end, in one of the roles (all, where none is named)."""
    wanted = {(ROLES[key].system, ROLES[key].code) for key in (roles or COORDINATORS)}
    return any(a.end is None and (a.system, a.code) in wanted for a in views.assignments(facts.case))


def _plan(needs: list[str], *, active: bool) -> str:
    if active:
        return "101"
    if not needs:
        return ""
    by_state = (("declined-by-patient", "103"), ("declined", "104"))
    if any(state in _SENT for state in needs):
        return "105"
    return next((code for state, code in by_state if state in needs), "106")


def _coordinator(needs: list[str], *, active: bool) -> str:
    if active:
        return "1"
    if not needs:
        return ""
    if all(state == "declined-by-patient" for state in needs):
        return "3"
    return "4" if all(state in {"declined", "declined-by-patient"} for state in needs) else "2"


def _part(facts: CaseFacts, needs: list[str], *, active: bool) -> str:
    if has_coordinator(facts, "koordinator-sphl") and active:
        return "23"
    if any(state in _SENT for state in needs):
        return "22"
    return "21" if needs else ""


def _municipal(needs: list[str], *, active: bool) -> str:
    if active:
        return "1"
    if not needs:
        return "9"
    by_state = (("declined-by-patient", "3"), ("declined", "4"))
    return next((code for state, code in by_state if all(one == state for one in needs)), "2")
