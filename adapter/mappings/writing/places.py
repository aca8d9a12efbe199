"""Where the parts of an event stand in the resource that it is read from, field by field: a fault is told at its element. R4 operationoutcome.html."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ACTIVITY: Final = {"id": "identifier", "status": "status"}
ELEMENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "patient": {
        "identifier": "identifier[0]", "identifier.value": "identifier[0].value", "identifier.system": "identifier[0].system",
        "name": "name[0]", "name.family": "name[0].family", "name.given": "name[0].given", "birthDate": "birthDate",
        "gender": "gender",
    },
    "plan": {
        "identifier": "identifier[0]", "identifier.value": "identifier[0].value", "identifier.system": "identifier[0].system",
        "title": "title", "status": "status", "period": "period", "period.start": "period.start", "period.end": "period.end",
        "goals": "goal", "activities": "activity",
    },
    "goal": {
        "id": "identifier", "text": "description.text", "status": "lifecycleStatus", "target": "target[0].due",
    },
    "ServiceRequest": {
        **_ACTIVITY, "title": "code.text", "text": "note[0].text", "period": "occurrence", "performer": "performer[0]",
        "place": "locationCode[0].text",
    },
    "Task": {
        **_ACTIVITY, "title": "description", "text": "note[0].text", "period": "executionPeriod", "performer": "owner",
        "place": "location.display",
    },
    "Appointment": {
        **_ACTIVITY, "title": "description", "text": "comment", "period": "start", "period.end": "end",
        "slot": "start", "slot.start": "start", "slot.end": "end", "performer": "participant", "place": "participant",
    },
    "consent": {
        "status": "status", "date": "dateTime", "validUntil": "provision.period.end", "scopes": "provision.code",
        "recipients": "provision.actor", "excluded": "provision.provision", "givenBy": "performer[0]",
    },
    "meeting": {
        "id": "identifier[0].value", "kind": "serviceType[0].text", "start": "start", "end": "end", "place": "participant",
        "agenda": "comment",
    },
}  # fmt: skip
"""Part of an event (an activity: the type that it is) → its field → the element of the resource."""


def of(part: str, event: str, at: str) -> dict[str, str]:
    """Return JSONPath → FHIRPath of a part of an event that stands at `event`, and in the resource at `at`."""
    return {event: at} | {f"{event}.{field}": f"{at}.{name}" for field, name in ELEMENTS[part].items()}
