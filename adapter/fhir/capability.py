"""CapabilityStatement, made from the table of readable types. R4 capabilitystatement.html."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from adapter.fhir import parts, urls, writable
from adapter.fhir.table import READABLE, Param, Readable

_INTERACTIONS: Final = ("read", "vread", "history-instance", "search-type")
_AUDIT_INTERACTIONS: Final = ("read", "search-type")

_COMMON: Final = (
    ("_id", "token", "http://hl7.org/fhir/SearchParameter/Resource-id"),
    ("_lastUpdated", "date", "http://hl7.org/fhir/SearchParameter/Resource-lastUpdated"),
)
_WRITES: Final = (
    "Every write becomes an event, by the same rules as a posted one; a CarePlan is written by its author's organisation "
    "alone. What no event can carry is refused by its place."
)
_BY_POST: Final = (
    "Only by POST [type]/_search with a form body: a person's identifier may not stand in a URL."
)


def capability(*, base: str, version: str, released: date, secured: bool = False) -> dict[str, Any]:
    """Return the CapabilityStatement; `base` is the public FHIR base, `released` the day of this version."""
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{urls.BASE}/CapabilityStatement/ip-adapter",
        "version": version,
        "name": "IpAdapter",
        "title": "IP-adapter",
        "status": "active",
        "date": released.isoformat(),
        "kind": "instance",
        "software": {"name": "IP-adapter", "version": version, "releaseDate": released.isoformat()},
        "implementation": {
            "description": "Individual plan and coordinator: needs, teams and plans",
            "url": base,
        },
        "fhirVersion": urls.FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [_rest(secured=secured)],
    }


def _rest(*, secured: bool) -> dict[str, Any]:
    return {
        "mode": "server",
        "documentation": f"{_WRITES} {_BY_POST}",
        "interaction": [{"code": code} for code in writable.SYSTEM],
        "security": _security(secured=secured),
        "resource": [_resource(row) for row in READABLE.values()],
        "searchParam": [{"name": n, "definition": d, "type": t} for n, t, d in _COMMON],
    }


def _security(*, secured: bool) -> dict[str, Any]:
    if not secured:
        return {"description": "Synthetic mode on loopback: no token is asked for. Every read is audited."}
    service = parts.concept(parts.coding(f"{urls.TERMINOLOGY}/restful-security-service", "OAuth"))
    return {"service": [service], "description": "Bearer token. Every read is audited."}


def _resource(row: Readable) -> dict[str, Any]:
    interactions = _AUDIT_INTERACTIONS if row.type == "AuditEvent" else _INTERACTIONS
    return parts.filled(
        {
            "type": row.type,
            "supportedProfile": [row.profile] if row.profile else None,
            "interaction": [{"code": code} for code in (*interactions, *writable.interactions(row.type))],
            "versioning": "versioned",
            **writable.conditions(row.type),
            "conditionalRead": "not-match",
            "searchInclude": [f"{row.type}:{name}" for name in row.includes]
            + (["*"] if row.includes else []),
            "searchRevInclude": ["Provenance:target"]
            if row.type not in {"Provenance", "AuditEvent"}
            else None,
            "searchParam": [_param(param) for param in row.params] + _chained(row),
        }
    )


def _param(param: Param) -> dict[str, Any]:
    found = {"name": param.name, "type": param.kind}
    return {**found, "documentation": _BY_POST} if param.where == "person" else found


def _chained(row: Readable) -> list[dict[str, Any]]:
    names = [param.name for param in row.params if param.where == "subject"]
    return [
        {"name": f"{name}:Patient.identifier", "type": "token", "documentation": _BY_POST} for name in names
    ]
