"""Invariants of the types we write, as named rows: R4's own keys, and reference targets under `ref-<element>`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from adapter.fhir import values

Resource = Mapping[str, Any]
Broken = Callable[[Resource], Iterator[str]]
"""Yields the places (below the type) where the rule is broken."""

_WITHOUT_TIME: Final = frozenset({"proposed", "cancelled", "waitlist"})
_PRIVACY: Final = "patient-privacy"


def _each(resource: Resource, name: str) -> Iterator[tuple[str, Resource]]:
    return ((f".{name}[{number}]", one) for number, one in enumerate(resource.get(name, ())))


def _kind(reference: Resource | None) -> str:
    """Return the type a Reference names, empty when it does not say."""
    found = reference or {}
    parts = str(found.get("reference", "")).partition("/_history/")[0].rsplit("/", 2)
    return found.get("type") or (parts[-2] if len(parts) > 1 else "")


def _cpl_3(plan: Resource) -> Iterator[str]:
    return (where for where, one in _each(plan, "activity") if "detail" in one and "reference" in one)


def _ctm_1(team: Resource) -> Iterator[str]:
    for where, one in _each(team, "participant"):
        if "onBehalfOf" in one and _kind(one.get("member")) not in {"", "Practitioner"}:
            yield where


def _gol_1(goal: Resource) -> Iterator[str]:
    for where, one in _each(goal, "target"):
        if any(name.startswith("detail") for name in one) and "measure" not in one:
            yield where


def _prr_1(request: Resource) -> Iterator[str]:
    if "orderDetail" in request and "code" not in request:
        yield ".orderDetail"


def _inv_1(task: Resource) -> Iterator[str]:
    authored, modified = task.get("authoredOn"), task.get("lastModified")
    if authored and modified and values.stored(modified)[1] < values.stored(authored)[0]:
        yield ".lastModified"


def _pat_1(patient: Resource) -> Iterator[str]:
    for where, one in _each(patient, "contact"):
        if not {"name", "telecom", "address", "organization"} & one.keys():
            yield where


def _org_1(organisation: Resource) -> Iterator[str]:
    if not {"identifier", "name"} & organisation.keys():
        yield ""


def _at_home(name: str) -> Broken:
    def broken(organisation: Resource) -> Iterator[str]:
        return (where for where, one in _each(organisation, name) if one.get("use") == "home")

    return broken


def _ppc_1(consent: Resource) -> Iterator[str]:
    if not {"policy", "policyRule"} & consent.keys():
        yield ".policyRule"


def _ppc_2(consent: Resource) -> Iterator[str]:
    codings = consent.get("scope", {}).get("coding", ())
    if "patient" not in consent and any(c.get("code") == _PRIVACY for c in codings):
        yield ".patient"


def _app_1(appointment: Resource) -> Iterator[str]:
    return (where for where, one in _each(appointment, "participant") if not {"type", "actor"} & one.keys())


def _app_2(appointment: Resource) -> Iterator[str]:
    if ("start" in appointment) != ("end" in appointment):
        yield ".start"


def _app_3(appointment: Resource) -> Iterator[str]:
    if appointment.get("status") not in _WITHOUT_TIME and not {"start", "end"} <= appointment.keys():
        yield ".start"


def _app_4(appointment: Resource) -> Iterator[str]:
    if "cancelationReason" in appointment and appointment.get("status") not in {"noshow", "cancelled"}:
        yield ".cancelationReason"


def _obs_6(observation: Resource) -> Iterator[str]:
    if "dataAbsentReason" in observation and any(name.startswith("value") for name in observation):
        yield ".dataAbsentReason"


def _sev_1(event: Resource) -> Iterator[str]:
    return (where for where, one in _each(event, "entity") if {"name", "query"} <= one.keys())


def _per_1(*names: str) -> Broken:
    """Return the rule that no Period starts after its end, in elements or in `element.period` of a list."""

    def broken(resource: Resource) -> Iterator[str]:
        for name in names:
            found = resource.get(name)
            single: tuple[str, Resource] = (f".{name}", found or {})
            rows = _each(resource, name) if isinstance(found, list) else iter((single,))
            for where, one in rows:
                period: Resource = one.get("period", one)
                if "start" in period and "end" in period and not _ordered(period):
                    yield where

    return broken


def _ordered(period: Mapping[str, Any]) -> bool:
    return values.stored(period["start"])[0] < values.stored(period["end"])[1]


def _refers(name: str, *types: str) -> tuple[str, Broken]:
    """Return the rule that an element refers only to some types; a Reference that names no type passes."""
    allowed = {"", *types}

    def broken(resource: Resource) -> Iterator[str]:
        found = resource.get(name)
        if isinstance(found, list):
            return (where for where, one in _each(resource, name) if _kind(one) not in allowed)
        return iter([f".{name}"] if found and _kind(found) not in allowed else ())

    return f"ref-{name}", broken


_REQUESTER: Final = ("Practitioner", "PractitionerRole", "Organization", "Patient", "RelatedPerson", "Device")
_PERFORMER: Final = (*_REQUESTER, "CareTeam", "HealthcareService")
_TO_PATIENT: Final = _refers("subject", "Patient", "Group")

RULES: Final[Mapping[str, tuple[tuple[str, Broken], ...]]] = {
    "CarePlan": (
        ("cpl-3", _cpl_3),
        ("per-1", _per_1("period")),
        _TO_PATIENT,
        _refers("addresses", "Condition"),
        _refers("careTeam", "CareTeam"),
        _refers("goal", "Goal"),
        _refers("author", *_REQUESTER, "CareTeam"),
        _refers("contributor", *_REQUESTER, "CareTeam"),
    ),
    "CareTeam": (
        ("ctm-1", _ctm_1),
        ("per-1", _per_1("period", "participant")),
        _TO_PATIENT,
        _refers("managingOrganization", "Organization"),
    ),
    "Goal": (("gol-1", _gol_1), _refers("subject", "Patient", "Group", "Organization")),
    "ServiceRequest": (
        ("prr-1", _prr_1),
        ("per-1", _per_1("occurrencePeriod")),
        _refers("subject", "Patient", "Group", "Location", "Device"),
        _refers("requester", *_REQUESTER),
        _refers("performer", *_PERFORMER),
    ),
    "Task": (
        ("inv-1", _inv_1),
        ("per-1", _per_1("executionPeriod")),
        _refers("requester", *_REQUESTER),
        _refers("owner", *_PERFORMER),
    ),
    "Patient": (("pat-1", _pat_1),),
    "PractitionerRole": (
        ("per-1", _per_1("period")),
        _refers("practitioner", "Practitioner"),
        _refers("organization", "Organization"),
    ),
    "Organization": (
        ("org-1", _org_1),
        ("org-2", _at_home("address")),
        ("org-3", _at_home("telecom")),
        _refers("partOf", "Organization"),
        _refers("endpoint", "Endpoint"),
    ),
    "RelatedPerson": (("per-1", _per_1("period")), _refers("patient", "Patient")),
    "Consent": (
        ("ppc-1", _ppc_1),
        ("ppc-2", _ppc_2),
        ("per-1", _per_1("provision")),
        _refers("patient", "Patient"),
        _refers("performer", "Organization", "Patient", "Practitioner", "RelatedPerson", "PractitionerRole"),
        _refers("organization", "Organization"),
    ),
    "Communication": (
        _TO_PATIENT,
        _refers("sender", *_PERFORMER),
        _refers("recipient", *_PERFORMER, "Group"),
        _refers("inResponseTo", "Communication"),
    ),
    "Appointment": (("app-1", _app_1), ("app-2", _app_2), ("app-3", _app_3), ("app-4", _app_4)),
    "Encounter": (("per-1", _per_1("period")), _TO_PATIENT),
    "Observation": (("obs-6", _obs_6),),
    "DocumentReference": (
        _refers("author", *_REQUESTER),
        _refers("custodian", "Organization"),
    ),
    "AuditEvent": (("sev-1", _sev_1),),
    "Endpoint": (_refers("managingOrganization", "Organization"),),
}
"""Type → (R4's key, rule). R4 4.0.1 constraints, checked 2026-11-22."""
