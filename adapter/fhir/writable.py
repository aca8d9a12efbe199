"""The one table of what may be written over FHIR, and the events it becomes: CapabilityStatement and guide follow. R4 http.html."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

JSON_PATCH: Final = "application/json-patch+json"
MERGE_PATCH: Final = "application/merge-patch+json"
ENTRIES: Final = 500
"""Entries of one transaction or batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writable:
    """One type: the events that a create, an update (or patch) and a delete of it may become. None: not offered."""

    type: str
    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()

    @property
    def interactions(self) -> tuple[str, ...]:
        """Return the type-restful-interaction codes that it offers."""
        offered = (
            ("create", self.create),
            ("update", self.update),
            ("patch", self.update),
            ("delete", self.delete),
        )
        return tuple(code for code, events in offered if events)

    @property
    def documentation(self) -> str:
        """Return which event each interaction becomes, for the CapabilityStatement."""
        said = (("create", self.create), ("update, patch", self.update), ("delete", self.delete))
        return "Written as events: " + "; ".join(
            f"{code} = {', '.join(events)}" for code, events in said if events
        )


_ACTIVITY: Final = "ip.activity.changed"
_PROPOSED: Final = "ip.plan-change.proposed"
_ANSWERED: Final = "ip.plan-change.answered"
_ANSWERS: Final = (
    "ip.need.acknowledged", "ip.need.info-requested", "ip.need.accepted", "ip.need.declined", "ip.need.fulfilled",
    "ip.need.withdrawn",
)  # fmt: skip
_TEAM: Final = (
    "ip.coordinator.appointed", "ip.hospital-coordinator.appointed", "ip.contact-physician.appointed",
    "ip.team-member.added",
)  # fmt: skip
_ENDS: Final = ("ip.coordinator.ended", "ip.contact-physician.ended", "ip.team-member.removed")

_ROWS: Final = (
    Writable(
        type="CarePlan",
        create=("ip.plan.created",),
        update=("ip.plan.updated", "ip.plan.closed", _PROPOSED),
        delete=("ip.plan.closed",),
    ),
    Writable(type="Goal", create=("ip.goal.changed",), update=("ip.goal.changed",), delete=("ip.goal.changed",)),
    Writable(
        type="ServiceRequest",
        create=("ip.need.identified", _ACTIVITY, _PROPOSED),
        update=("ip.need.withdrawn", _ACTIVITY, _ANSWERED),
        delete=("ip.need.withdrawn", _ACTIVITY),
    ),
    Writable(
        type="Task",
        create=(_ACTIVITY,),
        update=(*_ANSWERS, _ACTIVITY, _ANSWERED, "ip.plan.updated", "ip.plan.transferred"),
        delete=(_ACTIVITY,),
    ),
    Writable(
        type="Appointment",
        create=("ip.meeting.called", _ACTIVITY),
        update=("ip.meeting.answered", "ip.meeting.held", "ip.meeting.cancelled", _ACTIVITY),
        delete=(_ACTIVITY,),
    ),
    Writable(type="Consent", create=("ip.consent.given",), update=("ip.consent.withdrawn",)),
    Writable(type="CareTeam", update=(*_TEAM, *_ENDS)),
    Writable(type="PractitionerRole", update=_ENDS),
)  # fmt: skip

WRITABLE: Final[Mapping[str, Writable]] = {row.type: row for row in _ROWS}
"""Type → what may be written of it. All else comes of events alone, or is ours (Provenance, AuditEvent)."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "Patient": "ip.identity.changed, ip.address-protection.changed, ip.gp.changed",
    "Practitioner": "CareTeam.participant.member",
    "RelatedPerson": "ip.representative.changed, ip.team-member.added",
    "Encounter": "ip.patient.admitted, ip.patient.discharged",
    "Observation": "ip.patient-input.recorded",
    "Communication": "ip.patient-input.recorded",
}
"""Type that is not written → the events, or the element, that change it."""


SYSTEM: Final = ("transaction", "batch")
"""Interactions of the whole system."""


def interactions(type_: str) -> tuple[str, ...]:
    """Return the codes of what may be written of a type; none for one that is read only."""
    row = WRITABLE.get(type_)
    return row.interactions if row is not None else ()


def conditions(type_: str) -> dict[str, Any]:
    """Return what the CapabilityStatement says of writing a type besides its interactions. R4 capabilitystatement.html."""
    row = WRITABLE.get(type_)
    if row is None:
        return {}
    return {
        "documentation": row.documentation,
        "updateCreate": False,
        "conditionalCreate": bool(row.create),
        "conditionalUpdate": bool(row.update),
        "conditionalDelete": "single" if row.delete else "not-supported",
    }
