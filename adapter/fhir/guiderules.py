"""The invariants of our own profiles, by key: the FHIRPath of the guide said in Python (decision 0077)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from adapter.fhir import urls

Node = Mapping[str, Any]


def _codings(node: Node, *path: str) -> Iterator[Node]:
    """Yield the codings at the end of a path of elements, lists or not."""
    if not path:
        yield from _several(node.get("coding"))
        return
    for one in _several(node.get(path[0])):
        yield from _codings(one, *path[1:])


def _several(found: Any) -> Iterator[Node]:
    return (one for one in (found if isinstance(found, list) else [found]) if isinstance(one, Mapping))


def _coded(system: str, *path: str, code: str = "") -> Callable[[Node], bool]:
    """Return the rule that there is a coding of a system (with a code)."""

    def holds(node: Node) -> bool:
        return any(c.get("system") == system and code in {"", c.get("code")} for c in _codings(node, *path))

    return holds


def _one_in_charge(team: Node) -> bool:
    responsible = _coded(urls.TEAM_FUNCTION, "role", code="hovedansvar")
    current = (one for one in _several(team.get("participant")) if "end" not in (one.get("period") or {}))
    return sum(map(responsible, current)) <= 1


def _agents(provenance: Node) -> bool:
    kinds = [{c.get("code") for c in _codings(one, "type")} for one in _several(provenance.get("agent"))]
    return sum("assembler" in one for one in kinds) == 1 and sum("author" in one for one in kinds) <= 1


def _somebody_or_offer(role: Node) -> bool:
    states = (
        e.get("valueCode") for e in _several(role.get("extension")) if e.get("url") == urls.ASSIGNMENT_STATE
    )
    return "practitioner" in role or any(state != "replaced" for state in states)


RULES: Final[Mapping[str, Callable[[Node], bool]]] = {
    "ip-assignment-1": _somebody_or_offer,
    "ip-consent-1": _coded(urls.CONSENT_SUBJECT, "category"),
    "ip-need-1": _coded(urls.NEED_KIND, "code"),
    "ip-plan-1": _coded(urls.PLAN_CATEGORY, "category", code="individuell-plan"),
    "ip-plan-2": lambda plan: not any("detail" in one for one in _several(plan.get("activity"))),
    "ip-provenance-1": _agents,
    "ip-task-1": _coded(urls.NEED_STATE, "businessStatus"),
    "ip-team-1": _coded(urls.TEAM_FUNCTION, "participant", "role", code="pasient"),
    "ip-team-2": _one_in_charge,
}
"""Key of a constraint → whether it holds of the element it stands at."""
