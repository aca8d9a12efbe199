"""AuditEvent of an audit row, served read-only. IHE BALP 1.1: roles swap between Read and Query."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from adapter.fhir import parts, urls
from adapter.fhir.organisations import DEVICE
from adapter.fhir.parts import Json

ACTION: Final[Mapping[str, str]] = {
    "read": "R",
    "vread": "R",
    "history-instance": "R",
    "history-type": "R",
    "history-system": "R",
    "search-type": "E",
    "create": "C",
    "update": "U",
    "patch": "U",
    "delete": "D",
    "transaction": "U",
    "batch": "E",
    "operation": "E",
}
"""R4 restful-interaction → AuditEvent.action."""

_SOURCE: Final = ("110153", "Source Role ID")
_DESTINATION: Final = ("110152", "Destination Role ID")
_BALP_ENTITY: Final = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"


def audit_event(row: Mapping[str, Any]) -> Json:
    """Return the AuditEvent of a row.

    Keys: `id`, `recorded` (aware), `interaction` (of ACTION), `outcome` ("0", "4", "8", "12"); optional: `client`
    (who asked: HER-id uri or client id), `organisation` (display), `user` (reference or None), `patient_id`,
    `entities` (references), `query` (text without person identifiers), `request_id`, `purpose` (9151 code).
    """
    interaction = str(row["interaction"])
    recorded: datetime = row["recorded"]
    return parts.resource(
        "AuditEvent",
        str(row["id"]),
        {
            "type": parts.coding(f"{urls.TERMINOLOGY}/audit-event-type", "rest", "RESTful Operation"),
            "subtype": [parts.coding("http://hl7.org/fhir/restful-interaction", interaction)],
            "action": ACTION[interaction],
            "recorded": parts.instant(recorded),
            "outcome": str(row["outcome"]),
            "purposeOfEvent": [parts.volven("9151", row["purpose"])] if row.get("purpose") else None,
            "agent": _agents(row, interaction),
            "source": {
                "observer": {"reference": DEVICE},
                "type": [parts.coding(f"{urls.TERMINOLOGY}/security-source-type", "4", "Application Server")],
            },
            "entity": _entities(row),
        },
    )


def _agents(row: Mapping[str, Any], interaction: str) -> list[Json]:
    """Client, server and user. On a read the data flows to the client; on all else from it."""
    client, server = (_DESTINATION, _SOURCE) if ACTION[interaction] == "R" else (_SOURCE, _DESTINATION)
    who = {"identifier": {"value": str(row["client"])}} if row.get("client") else {"display": "ukjent"}
    if row.get("organisation"):
        who = {**who, "display": row["organisation"]}
    user = row.get("user")
    agents: list[Json] = [
        {"type": _role(client), "who": who, "requestor": not user},
        {"type": _role(server), "who": {"reference": DEVICE}, "requestor": False},
    ]
    if user:
        agents.append({"who": parts.ref(user), "requestor": True})
    return agents


def _role(coded: tuple[str, str]) -> Json:
    return parts.concept(parts.coding(urls.DICOM, *coded))


def _entity(what: Json | None, type_: str, role: str, **more: Any) -> Json:
    return parts.filled(
        {
            "what": what,
            "type": parts.coding(f"{urls.TERMINOLOGY}/audit-entity-type", type_),
            "role": parts.coding(f"{urls.TERMINOLOGY}/object-role", role),
            **more,
        }
    )


def _entities(row: Mapping[str, Any]) -> list[Json]:
    found: list[Json] = []
    if row.get("patient_id"):
        found.append(_entity({"reference": f"Patient/{row['patient_id']}"}, "1", "1"))
    targets: Sequence[str] = row.get("entities") or ()
    found.extend(_entity({"reference": target}, "2", "4") for target in targets)
    if row.get("query"):
        found.append(_entity(None, "2", "24", query=b64encode(str(row["query"]).encode()).decode()))
    if row.get("request_id"):
        what = {"identifier": {"value": str(row["request_id"])}}
        found.append({"what": what, "type": parts.coding(_BALP_ENTITY, "XrequestId")})
    return found
