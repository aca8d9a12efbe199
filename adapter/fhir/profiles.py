"""Which profile of the guide a resource is an instance of, by what it says itself. No resource of ours claims one in `meta`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from adapter.fhir import urls

Resource = Mapping[str, Any]


def _url(id_: str) -> str:
    return f"{urls.BASE}/StructureDefinition/{id_}"


def _says(element: str, system: str) -> Callable[[Resource], bool]:
    """Return the rule that a coding of an element is of a system."""

    def says(resource: Resource) -> bool:
        found = resource.get(element)
        concepts = found if isinstance(found, list) else [found]
        return any(
            isinstance(coding, Mapping) and coding.get("system") == system
            for concept in concepts
            if isinstance(concept, Mapping)
            for coding in concept.get("coding") or ()
        )

    return says


def _has(element: str) -> Callable[[Resource], bool]:
    return lambda resource: bool(resource.get(element))


def _plan(resource: Resource) -> bool:
    return resource.get("intent") == "plan"


def _always(_: Resource) -> bool:
    return True


_ROWS: Final[Mapping[str, tuple[tuple[Callable[[Resource], bool], str], ...]]] = {
    "CarePlan": ((_says("category", urls.PLAN_CATEGORY), "ip-plan"),),
    "CareTeam": ((_says("category", urls.TEAM_CATEGORY), "ip-team"),),
    "Goal": ((_always, "ip-goal"),),
    "ServiceRequest": (
        (_says("category", urls.NEED_CATEGORY), "ip-need"),
        (_says("category", urls.PLAN_CATEGORY), "ip-measure"),
    ),
    "Task": (
        (_says("businessStatus", urls.NEED_STATE), "ip-need-task"),
        (_says("code", urls.TASK_KIND), "ip-work-item"),
        (_plan, "ip-plan-task"),
    ),
    "Consent": ((_says("category", urls.CONSENT_SUBJECT), "ip-consent"),),
    "PractitionerRole": ((_has("code"), "ip-assignment"),),
    "Appointment": ((_always, "ip-meeting"),),
    "Communication": ((_has("identifier"), "ip-message"),),
    "Provenance": ((_always, "ip-provenance"),),
    "AuditEvent": ((_always, "ip-audit"),),
}
"""Type → (what it says, id of the profile); the first row that holds counts."""


def of(resource: Resource) -> str | None:
    """Return the canonical of the profile of a resource, None where the guide has none for it."""
    rows = _ROWS.get(str(resource.get("resourceType")), ())
    return next((_url(id_) for holds, id_ in rows if holds(resource)), None)
