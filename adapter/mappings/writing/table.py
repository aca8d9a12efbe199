"""The table of writes: type, what it is, interaction → the builder of its events. A new writable type is a row. fhir.writable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from adapter.fhir import plans as fhir_plans
from adapter.fhir import proposals as fhir_proposals
from adapter.mappings.writing import consents, meetings, needs, plans, proposals, team
from adapter.mappings.writing.wish import NO_EVENT, Interaction, Told, Wish, refused
from adapter.model import Resource

Build = Callable[[Wish], tuple[Told, ...]]
Row = tuple[str, Callable[[Resource], bool], Mapping[Interaction, Build], tuple[str, ...]]


def _any(_resource: Resource) -> bool:
    return True


def _closed(resource: Resource) -> bool:
    return resource.get("status") in plans.CLOSED


def _over(resource: Resource) -> bool:
    return resource.get("status") == "inactive"


def _planned(resource: Resource) -> bool:
    return resource.get("intent") == "plan"


_TOLD: Final = "Consent.verification.verificationDate"
"""Holds the instant at which a consent was told, once it is narrowed or withdrawn."""

_ACTIVITY: Final[Mapping[Interaction, Build]] = {
    "create": plans.activity, "update": plans.activity, "delete": plans.activity,
}  # fmt: skip
_GOAL: Final[Mapping[Interaction, Build]] = {"create": plans.goal, "update": plans.goal, "delete": plans.goal}
_ROWS: Final[tuple[Row, ...]] = (
    ("CarePlan", _closed, {"update": plans.updated}, ("CarePlan.contributor", "CarePlan.period")),
    ("CarePlan", _any, {"create": plans.created, "update": proposals.updated, "delete": plans.deleted},
     ("CarePlan.contributor", "CarePlan.created")),
    ("Goal", _any, _GOAL, ()),
    ("ServiceRequest", needs.is_need, {"create": needs.created, "update": needs.updated, "delete": needs.deleted},
     ("ServiceRequest.requester", "ServiceRequest.reasonCode", "ServiceRequest.note", "ServiceRequest.encounter",
      "ServiceRequest.status", "ServiceRequest.authoredOn")),
    ("ServiceRequest", fhir_proposals.is_proposal, {"create": proposals.created, "update": proposals.withdrawn},
     ("ServiceRequest.requester", "ServiceRequest.authoredOn", "CarePlan.contributor", "CarePlan.created")),
    ("ServiceRequest", _planned, _ACTIVITY, ("ServiceRequest.authoredOn",)),
    ("Task", needs.is_handling, {"update": needs.answered},
     ("Task.status", "Task.businessStatus", "Task.statusReason", "Task.note", "Task.owner", "Task.restriction",
      "Task.executionPeriod", "Task.lastModified", "Task.output", "Task.requester")),
    ("Task", proposals.is_question, {"update": proposals.answered},
     ("Task.status", "Task.statusReason", "Task.lastModified", "Task.requester")),
    ("Task", _planned, _ACTIVITY, ("Task.authoredOn", "Task.lastModified")),
    ("Appointment", meetings.is_meeting, {"create": meetings.created, "update": meetings.updated},
     ("Appointment.status", "Appointment.participant", "Appointment.cancelationReason", "Appointment.identifier")),
    ("Appointment", lambda one: not fhir_plans.is_evaluation(one), _ACTIVITY, ("Appointment.created",)),
    ("Consent", _over, {"update": consents.updated}, ("Consent.extension", _TOLD)),
    ("Consent", lambda one: "id" in one, {"create": consents.created, "update": consents.updated}, (_TOLD,)),
    ("Consent", _any, {"create": consents.created, "update": consents.updated}, ()),
    ("CareTeam", _any, {"update": team.updated}, ("CareTeam.participant",)),
    ("PractitionerRole", _any, {"update": team.role_updated}, ("PractitionerRole.period", "PractitionerRole.active")),
)  # fmt: skip
"""(type, whether it is this row's, interaction → builder, elements that are read but kept in other words)."""

IDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str | None]]] = {
    "CarePlan": lambda answer: answer["case"].get("planId"),
    "ServiceRequest": lambda answer: next((n["needId"] for n in answer["case"].get("needs", ())), None),
}
"""Type → the id of what a create made or joined, by the event's answer, where no effect says it."""


def told(wish: Wish) -> tuple[Told, ...]:
    """Return the events that a write becomes. Raises Faults IPK-F034-F041 with the place of what stands against it."""
    row = _row(wish.said)
    build = row[2].get(wish.interaction) if row is not None else None
    if build is None:
        raise refused(NO_EVENT, wish.type)
    return build(wish)


OURS: Final = frozenset({"contributor", "created", "authoredOn", "lastModified"})
"""Elements that the server fills in, whatever is said of them: who and when stand in the Provenance."""


def compared(
    resource: Resource, old: Resource | None = None, told: Sequence[Told] = ()
) -> tuple[Resource, tuple[str, ...]]:
    """Return what of a resource is compared with what was stored, and which elements of it are not.

    A stored Consent that a plan or need rests on may be said again, by a Consent of its own. What is said again as it was in
    `old` is not compared, nor what the events that were `told` have read; anything else said of it would be lost.
    """
    row = _row(resource)
    rest = [one for one in resource.get("supportingInfo", ()) if not _stored_consent(one)]
    said = {**resource, "supportingInfo": rest} if "supportingInfo" in resource else resource
    skip = row[3] if row is not None else ()
    reads = [one.reads for one in told if one.reads is not None]
    if len(reads) < max(1, len(told)):
        return said, skip
    return said, tuple(one for one in skip if _skipped(one, said, old or {}, frozenset().union(*reads)))


def _skipped(path: str, said: Resource, old: Resource, reads: frozenset[str]) -> bool:
    name = path.partition(".")[2]
    return path in reads or name in OURS or said.get(name) == old.get(name)


def _stored_consent(reference: Mapping[str, Any]) -> bool:
    return str(reference.get("reference", "")).startswith("Consent/")


def _row(resource: Resource) -> Row | None:
    return next((row for row in _ROWS if row[0] == resource["resourceType"] and row[1](resource)), None)
