"""CapabilityStatement, made from the table of readable types. R4 capabilitystatement.html."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from adapter.fhir import definitions, parts, topics, urls, writable
from adapter.fhir.asked import AUDIT
from adapter.fhir.params import COMMON, UNDEFINED, definition
from adapter.fhir.rows.definitions import ROWS
from adapter.fhir.table import READABLE, Param, Readable

_INTERACTIONS: Final = ("read", "vread", "history-instance", "history-type", "search-type")
_AUDIT_INTERACTIONS: Final = ("read", "search-type")

_SYSTEM: Final = ("history-system",)
_COMMON: Final = (("_id", "token"), ("_lastUpdated", "date"), *((param.name, param.kind) for param in COMMON))
_WRITES: Final = (
    "Every write becomes an event, by the same rules as a posted one; a CarePlan is written by its author's organisation "
    "alone. What no event can carry is refused by its place."
)
_OPERATIONS: Final = (
    ("Patient", "everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything"),
    ("", "validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"),
)
"""(type or all, name, canonical) of the operations served."""
_BY_POST: Final = "Only by POST [type]/_search with a form body: what names a person may not stand in a URL."


def capability(
    *, base: str, version: str, released: date, secured: bool = False, cors: bool = False
) -> dict[str, Any]:
    """Return the CapabilityStatement; `base` is the public FHIR base, `released` the day of this version.

    `secured`: a token is asked for. `cors`: pages of named other sites may ask.
    """
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
        "implementationGuide": [definitions.GUIDE],
        "fhirVersion": urls.FHIR_VERSION,
        "format": ["application/fhir+json", "json", "application/fhir+xml", "xml"],
        "patchFormat": [writable.JSON_PATCH, writable.MERGE_PATCH],
        "rest": [_rest(secured=secured, cors=cors)],
    }


def _rest(*, secured: bool, cors: bool) -> dict[str, Any]:
    return {
        "mode": "server",
        "documentation": f"{_WRITES} Answers in JSON and XML, bodies in JSON alone. {_BY_POST}",
        "security": {"cors": cors, **_security(secured=secured)},
        "resource": [*map(_resource, READABLE.values()), *map(_definition, definitions.TYPES)],
        "interaction": [{"code": code} for code in (*_SYSTEM, *writable.SYSTEM)],
        "searchParam": [
            {"name": name, "definition": definition("Resource", name), "type": kind} for name, kind in _COMMON
        ],
    }


def _security(*, secured: bool) -> dict[str, Any]:
    if not secured:
        return {"description": "Synthetic mode on loopback: no token is asked for. Every read is audited."}
    # No code of restful-security-service: a token is given out of band, there is no server of OAuth to ask.
    return {"service": [{"text": "Bearer token"}], "description": "Bearer token. Every read is audited."}


def _resource(row: Readable) -> dict[str, Any]:
    interactions = _AUDIT_INTERACTIONS if row.type == "AuditEvent" else _INTERACTIONS
    offered = topics.offered(row.type)
    operations = [(name, canonical) for type_, name, canonical in _OPERATIONS if type_ in {"", row.type}]
    return parts.filled(
        {
            "extension": offered.get("extension"),
            "type": row.type,
            "supportedProfile": [
                *([row.profile] if row.profile else ()),
                *definitions.profiles(row.type),
                *offered.get("supportedProfile", ()),
            ],
            "interaction": [
                {"code": code}
                for code in (*interactions, *writable.interactions(row.type), *topics.written(row.type))
            ],
            "versioning": "versioned" if "vread" in interactions else "no-version",
            **writable.conditions(row.type),
            "conditionalRead": "full-support",
            "searchInclude": [f"{row.type}:{param.name}" for param in row.includes]
            + (["*"] if row.includes else []),
            "searchRevInclude": _referring(row.type),
            "searchParam": [_param(row.type, param) for param in row.params] + _chained(row),
            "operation": [
                *({"name": name, "definition": canonical} for name, canonical in operations),
                *offered.get("operation", ()),
            ],
        }
    )


def _referring(type_: str) -> list[str] | None:
    """Return the references of stored resources that may lead to this type. Of the audit trail there are none."""
    if type_ == AUDIT:
        return None
    return [
        f"{row.type}:{param.name}"
        for row in READABLE.values()
        for param in row.includes
        if row.type != AUDIT and (not param.targets or type_ in param.targets)
    ]


def _param(type_: str, param: Param) -> dict[str, Any]:
    found = {"name": param.name, "definition": definition(type_, param.name), "type": param.kind}
    if (type_, param.name) in UNDEFINED:
        del found["definition"]
    by_post = param.where == "person" or param.personal
    return {**found, "documentation": _BY_POST} if by_post else found


_PATIENTS: Final = frozenset({"patient", "subject"})


def _chained(row: Readable) -> list[dict[str, Any]]:
    names = [param.name for param in row.params if param.where == "subject" and param.name in _PATIENTS]
    return [
        {"name": f"{name}:Patient.identifier", "type": "token", "documentation": _BY_POST} for name in names
    ]


def _definition(type_: str) -> dict[str, Any]:
    """Return what is served of a type of the guide's definitions."""
    return {
        "type": type_,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": [_param(type_, param) for param in ROWS[type_].params],
    }
