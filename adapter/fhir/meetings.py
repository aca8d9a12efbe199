"""A meeting as R4 Appointment: who is called, and what they answered. fhir-model.md 'meeting'; no health detail in it."""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from adapter.fhir import parts, urls
from adapter.fhir.parts import Json, Ref

CALLER: Final = "Innkaller"
"""Participation of the party that calls."""


def meeting(
    *,
    id_: str,
    key: str,
    title: str,
    status: str,
    start: datetime,
    end: datetime,
    created: datetime,
    patient: Ref,
    caller: Mapping[str, Any],
    invitees: Sequence[Mapping[str, Any]],
    plan: Ref | None = None,
    place: str | None = None,
    agenda: str | None = None,
) -> Json:
    """Return the Appointment of a meeting; `key` is the caller's own id. The patient is whom it is about, called or not."""
    about = {"actor": parts.ref(patient), "required": "information-only", "status": "needs-action"}
    room = [{"actor": {"type": "Location", "display": place}, "status": "accepted"}] if place else []
    return parts.resource(
        "Appointment",
        id_,
        {
            "identifier": [parts.identifier(urls.MEETING, key)],
            "status": status,
            "serviceType": [{"text": title}],
            "description": title,
            "supportingInformation": parts.refs([plan]),
            "start": parts.instant(start),
            "end": parts.instant(end),
            "created": parts.when(created),
            "comment": agenda,
            "participant": [about, dict(caller), *room, *(dict(one) for one in invitees)],
        },
    )


def participant(
    key: str, display: str, *, party: str | None = None, role: str | None = None, status: str = "needs-action"
) -> Json:
    """Return an invitee; `key` is the caller's own id of them, a logical reference, `party` whose they are in the address book.

    `role`: id of the PractitionerRole in which they are called.
    """
    who = {"reference": f"PractitionerRole/{role}"} if role else {}
    actor = {**who, "identifier": parts.identifier(urls.MEETING, key), "display": display}
    of = {"type": [{"coding": [{"system": urls.RECIPIENT, "code": party}]}]} if party else {}
    return {**of, "actor": actor, "required": "required", "status": status}


def party_of(one: Mapping[str, Any]) -> str | None:
    """Return the address book's key of the party whose invitee this is, None where it was not said."""
    coded = (c for type_ in one.get("type", ()) for c in type_.get("coding", ()))
    return next((str(c["code"]) for c in coded if c.get("system") == urls.RECIPIENT), None)


def caller(key: str, display: str) -> Json:
    """Return the party that calls; `key` is its key of the address book."""
    actor = {"identifier": parts.identifier(urls.RECIPIENT, key), "display": display}
    return {"type": [{"text": CALLER}], "actor": actor, "status": "accepted"}


def key_of(one: Mapping[str, Any], system: str = urls.MEETING) -> str | None:
    """Return the logical id of a participant in a system, None where it has none."""
    said = one.get("actor", {}).get("identifier", {})
    return str(said["value"]) if said.get("system") == system and "value" in said else None


def invitees(appointment: Mapping[str, Any]) -> tuple[Json, ...]:
    """Return who is called to a meeting."""
    return tuple(dict(one) for one in appointment.get("participant", ()) if key_of(one) is not None)


def called_by(appointment: Mapping[str, Any]) -> str | None:
    """Return the address book's key of the party that calls."""
    found = (key_of(one, urls.RECIPIENT) for one in appointment.get("participant", ()))
    return next((key for key in found if key), None)


def answered(
    appointment: Mapping[str, Any], answers: Mapping[str, str], *, status: str, substitute: str | None = None
) -> Json:
    """Return a meeting with answers of invitees (their id → participation status), in a status; a substitute is added."""
    changed = [
        {**one, "status": answers.get(key_of(one) or "", one["status"])} for one in appointment["participant"]
    ]
    more = [{"actor": {"display": substitute}, "status": "accepted"}] if substitute else []
    return parts.changed(appointment, status=status, participant=[*changed, *more])


def is_meeting(resource: Mapping[str, Any]) -> bool:
    """Whether an Appointment is a meeting that was called."""
    return any(i.get("system") == urls.MEETING for i in resource.get("identifier", ()))


def is_called(resource: Mapping[str, Any], key: str) -> bool:
    """Whether an Appointment is the meeting that its caller knows by `key`."""
    return any((i.get("system"), i["value"]) == (urls.MEETING, key) for i in resource.get("identifier", ()))
