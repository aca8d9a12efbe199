"""An Appointment as a meeting: called, answered, cancelled, held. E42-E44; an appointment of the plan is its activity (E37)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from adapter.fhir import meetings, parts, people, urls
from adapter.kith import words
from adapter.mappings.writing import parties, places
from adapter.mappings.writing.wish import KEPT_NOT, NO_EVENT, Json, Told, Wish, refused
from adapter.model import Resource

KIND: Final[Mapping[str, str]] = {title: kind for kind, title in words.MEETINGS.items()}
"""Words of Appointment.serviceType → kind of meeting."""
ANSWERS: Final = frozenset({"accepted", "declined", "tentative"})
CALLED: Final = ("proposed", "pending", "booked")
"""Appointment.status of a meeting that is called."""
_READ: Final = ("Appointment.status", "Appointment.participant", "Appointment.identifier")
"""Elements kept in other words that an invitation reads whole, or refuses."""
CANCELLED: Final = "other"
"""Reason of a meeting that is called off, where none of ours is given."""
REASONS: Final = ("moved", "not-needed", "patient-request", "absence", "other")


def is_meeting(resource: Resource) -> bool:
    """Whether an Appointment is a meeting: it is one that was called, or its serviceType is one of ours."""
    return meetings.is_meeting(resource) or _kind(resource) is not None


def _kind(resource: Resource) -> str | None:
    said = [one.get("text") for one in resource.get("serviceType", ())]
    return next((KIND[text] for text in said if text in KIND), None)


def created(wish: Wish) -> tuple[Told, ...]:
    """Return ip.meeting.called of an Appointment. E42."""
    said = wish.said
    kind = _kind(said)
    if kind is None:
        raise refused(NO_EVENT, "Appointment.serviceType", hint=", ".join(KIND))
    if said["status"] not in CALLED:
        raise refused(NO_EVENT, "Appointment.status", hint=", ".join(CALLED))
    key = _key(said) or wish.key
    called, place = _called(wish)
    data = {
        **parties.base(wish),
        "meeting": parts.filled(
            {
                "id": key,
                "kind": kind,
                "start": said.get("start"),
                "end": said.get("end"),
                "place": place,
                "agenda": said.get("comment"),
            }
        ),
        "invitees": called,
    }
    where = {
        **parties.placed(wish),
        **places.of("meeting", "$.data.meeting", wish.type),
        "$.data.invitees": "Appointment.participant",
    }
    return (Told(type="ip.meeting.called", data=data, places=where, reads=frozenset(_READ)),)


def _key(said: Resource) -> str | None:
    """Return the caller's own id of a meeting. Raises Faults IPK-F035 for what of the identifiers nobody would keep."""
    listed = said.get("identifier", ())
    lost = [
        f"Appointment.identifier[{number}].{name}"
        for number, one in enumerate(listed)
        for name, value in one.items()
        if number or name not in {"system", "value", "id"} or (name == "system" and value != urls.MEETING)
    ]
    if lost:
        raise refused(KEPT_NOT, *lost)
    return next((one.get("value") for one in listed), None)


def _called(wish: Wish) -> tuple[list[Json], str | None]:
    """Return the invitees, and the place: a participant who is a Location in words. Who calls is no invitee."""
    found: list[Json] = []
    place = None
    for number, one in enumerate(wish.said.get("participant", ())):
        at, actor = f"Appointment.participant[{number}]", one.get("actor", {})
        inner = wish.find(actor) or {}
        if inner.get("resourceType") == "Patient" or parties.is_patient(wish.said, actor):
            _check(one, at, _PATIENT)
            if one.get("required") != "information-only":
                found.append({"id": f"i{number + 1}", "name": _name(inner), "kind": "patient"})
            continue
        if actor.get("type") == "Location" or inner.get("resourceType") == "Location":
            place = actor.get("display") or inner.get("name")
            continue
        role = inner if inner.get("resourceType") == "PractitionerRole" and "meta" in inner else None
        at_party = wish.party_of(role.get("organization")) if role else wish.party_of(actor)
        party = at_party or wish.book.by_key(meetings.party_of(one))
        own = role is None and party is not None and party.level1_id == wish.party.level1_id
        if own and one.get("status") == "accepted":
            continue
        _check(one, at, _INVITEE)
        name = actor.get("display") or (_held_by(wish, role) if role else party and party.display)
        if not name or ("reference" in actor and party is None and role is None):
            raise refused(KEPT_NOT, f"{at}.actor")
        key = meetings.key_of(one) or f"i{number + 1}"
        kind = "health" if party else "other-sector"
        found.append(
            parts.filled(
                {
                    "id": key,
                    "name": name,
                    "kind": kind,
                    "key": party.key if party else None,
                    "assignmentId": role["id"] if role else None,
                }
            )
        )
    return found, place


def _held_by(wish: Wish, role: Resource) -> str | None:
    """Return the name of who holds an assignment."""
    return people.spoken(wish.find(role.get("practitioner")) or {}) or role.get("practitioner", {}).get(
        "display"
    )


_PATIENT: Final[Mapping[str, Callable[[Any], bool]]] = {
    "id": lambda _: True,
    "actor": lambda _: True,
    "status": lambda said: said == "needs-action",
    "required": lambda said: said in {"required", "information-only"},
}
_INVITEE: Final[Mapping[str, Callable[[Any], bool]]] = {
    **_PATIENT,
    "required": lambda said: said == "required",
    "type": lambda said: meetings.party_of({"type": said}) is not None,
}
"""Elements of a participant → whether an invitation can say what stands in it."""


def _check(one: Mapping[str, Any], at: str, fits: Mapping[str, Callable[[Any], bool]]) -> None:
    """Refuse each element of a participant that the invitation would lose. Raises Faults IPK-F035."""
    lost = [f"{at}.{name}" for name, value in one.items() if name not in fits or not fits[name](value)]
    if lost:
        raise refused(KEPT_NOT, *lost)


def _name(patient: Mapping[str, Any]) -> str:
    return people.spoken(patient) or "Pasienten"


def updated(wish: Wish) -> tuple[Told, ...]:
    """Return the answers of invitees, or that the meeting is called off or was held. E43, E44."""
    old, said = wish.old or {}, wish.said
    key = next(i["value"] for i in old.get("identifier", ()) if meetings.is_called(old, i["value"]))
    if said["status"] == "cancelled" != old["status"]:
        return (_cancelled(wish, key),)
    before = {meetings.key_of(one): one["status"] for one in meetings.invitees(old)}
    after = {meetings.key_of(one): one.get("status") for one in meetings.invitees(said)}
    if said["status"] == "fulfilled" != old["status"]:
        came = [{"invitee": who, "attended": status == "accepted"} for who, status in after.items()]
        data = {**parties.base(wish), "meeting": key, "attendance": came}
        return (
            Told(type="ip.meeting.held", data=data, places={"$.data.attendance": "Appointment.participant"}),
        )
    told = [
        Told(
            type="ip.meeting.answered",
            data={**parties.base(wish), "meeting": key, "invitee": who, "answer": status},
            places={"$.data.answer": "Appointment.participant"},
        )
        for who, status in after.items()
        if who in before and before[who] != status and status in ANSWERS
    ]
    if not told:
        raise refused(NO_EVENT, "Appointment.participant", "Appointment.status")
    return tuple(told)


def _cancelled(wish: Wish, key: str) -> Told:
    said = wish.said.get("cancelationReason", {})
    coded = [said.get("text"), *(c.get("code") for c in said.get("coding", ()))]
    reason = next((code for code in coded if code in REASONS), CANCELLED)
    data = {**parties.base(wish), "meeting": key, "reasonCode": reason}
    return Told(
        type="ip.meeting.cancelled", data=data, places={"$.data.reasonCode": "Appointment.cancelationReason"}
    )
