"""The one table of readable types: routes, search parameters, includes and CapabilityStatement follow from it.

Parameter names and expressions are R4's own (searchparameter-registry.html), only those the lean index can answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from adapter.fhir import urls

Kind = Literal["token", "date", "reference"]
Where = Literal["subject", "status", "date", "token", "person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One search parameter: R4's name, where the index keeps it, and the element it is taken from."""

    name: str
    kind: Kind
    where: Where
    element: str
    many: bool = False
    """Whether the element repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """One type that is served."""

    type: str
    params: tuple[Param, ...] = ()
    includes: Mapping[str, str] = field(default_factory=dict)
    """Include name → dotted path of the references (R4's own parameter names)."""
    mandatory: tuple[str, ...] = ()
    """Elements that `_elements` never takes away (min 1)."""
    profile: str | None = None

    def param(self, name: str) -> Param | None:
        """Return the parameter of this name."""
        return next((p for p in self.params if p.name == name), None)


def _token(name: str, element: str | None = None, *, many: bool = False) -> Param:
    return Param(name=name, kind="token", where="token", element=element or name, many=many)


def _reference(name: str, element: str, *, many: bool = False) -> Param:
    return Param(name=name, kind="reference", where="token", element=element, many=many)


def _status(name: str = "status", element: str | None = None) -> Param:
    return Param(name=name, kind="token", where="status", element=element or name)


def _date(name: str, element: str) -> Param:
    return Param(name=name, kind="date", where="date", element=element)


def _patient(element: str, *names: str) -> tuple[Param, ...]:
    return tuple(
        Param(name=n, kind="reference", where="subject", element=element) for n in ("patient", *names)
    )


_IDENTIFIER: Final = _token("identifier", many=True)
_CATEGORY: Final = _token("category", many=True)
_CODE: Final = _token("code")
_SUBJECT: Final = _patient("subject", "subject")
_ACTIVE: Final = _status("active")
_TO_SUBJECT: Final = {"patient": "subject", "subject": "subject"}

_ROWS: Final = (
    Readable(
        type="CarePlan",
        params=(*_SUBJECT, _status(), _date("date", "period"), _CATEGORY, _IDENTIFIER),
        includes={
            **_TO_SUBJECT,
            "care-team": "careTeam",
            "goal": "goal",
            "activity-reference": "activity.reference",
            "condition": "addresses",
        },
        mandatory=("status", "intent", "subject"),
    ),
    Readable(
        type="CareTeam",
        params=(*_SUBJECT, _status(), _date("date", "period"), _CATEGORY, _IDENTIFIER),
        includes={**_TO_SUBJECT, "participant": "participant.member"},
    ),
    Readable(
        type="Goal",
        params=(
            *_SUBJECT, _status("lifecycle-status", "lifecycleStatus"), _date("start-date", "startDate"), _CATEGORY,
            _IDENTIFIER,
        ),
        includes=_TO_SUBJECT,
        mandatory=("lifecycleStatus", "description", "subject"),
    ),
    Readable(
        type="ServiceRequest",
        params=(
            *_SUBJECT, _status(), _date("authored", "authoredOn"), _CATEGORY, _CODE, _IDENTIFIER, _token("requisition"),
        ),
        includes={**_TO_SUBJECT, "performer": "performer", "requester": "requester", "based-on": "basedOn"},
        mandatory=("status", "intent", "subject"),
    ),
    Readable(
        type="Task",
        params=(
            *_patient("for", "subject"), _status(), _date("authored-on", "authoredOn"), _CODE, _IDENTIFIER,
            _token("group-identifier", "groupIdentifier"), _reference("owner", "owner"),
        ),
        includes={
            "patient": "for", "subject": "for", "owner": "owner", "requester": "requester", "focus": "focus",
            "based-on": "basedOn",
        },
        mandatory=("status", "intent"),
    ),
    Readable(
        type="Patient",
        profile=urls.NO_BASIS_PATIENT,
        params=(Param(name="identifier", kind="token", where="person", element="identifier"), _ACTIVE),
        includes={"general-practitioner": "generalPractitioner", "organization": "managingOrganization"},
    ),
    Readable(type="Practitioner", params=(_IDENTIFIER, _ACTIVE), profile=urls.NO_BASIS_PRACTITIONER),
    Readable(
        type="PractitionerRole",
        profile=urls.NO_BASIS_PRACTITIONER_ROLE,
        params=(
            _reference("practitioner", "practitioner"), _reference("organization", "organization"),
            _date("date", "period"), _ACTIVE, _IDENTIFIER,
        ),
        includes={"practitioner": "practitioner", "organization": "organization", "endpoint": "endpoint"},
    ),
    Readable(
        type="Organization",
        profile=urls.NO_BASIS_ORGANIZATION,
        params=(_IDENTIFIER, _ACTIVE),
        includes={"partof": "partOf", "endpoint": "endpoint"},
    ),
    Readable(
        type="HealthcareService",
        params=(_IDENTIFIER, _ACTIVE),
        includes={"organization": "providedBy", "endpoint": "endpoint"},
    ),
    Readable(
        type="RelatedPerson",
        profile=urls.NO_BASIS_RELATED_PERSON,
        params=(*_patient("patient"), _ACTIVE, _IDENTIFIER),
        includes={"patient": "patient"},
        mandatory=("patient",),
    ),
    Readable(
        type="Consent",
        params=(*_patient("patient"), _status(), _date("date", "dateTime"), _CATEGORY, _IDENTIFIER),
        includes={"patient": "patient", "consentor": "performer", "organization": "organization"},
        mandatory=("status", "scope", "category"),
    ),
    Readable(
        type="Communication",
        params=(*_SUBJECT, _status(), _date("sent", "sent"), _CATEGORY, _IDENTIFIER),
        includes={**_TO_SUBJECT, "sender": "sender", "recipient": "recipient", "based-on": "basedOn"},
        mandatory=("status",),
    ),
    Readable(
        type="Appointment",
        params=(*_patient("participant"), _status(), _date("date", "start"), _IDENTIFIER),
        includes={"patient": "participant.actor", "actor": "participant.actor"},
        mandatory=("status", "participant"),
    ),
    Readable(
        type="Encounter",
        params=(*_SUBJECT, _status(), _date("date", "period"), _IDENTIFIER),
        includes=_TO_SUBJECT,
        mandatory=("status", "class"),
    ),
    Readable(
        type="Observation",
        params=(*_SUBJECT, _status(), _date("date", "effectiveDateTime"), _CATEGORY, _CODE, _IDENTIFIER),
        includes=_TO_SUBJECT,
        mandatory=("status", "code"),
    ),
    Readable(
        type="DocumentReference",
        params=(
            *_SUBJECT, _status(), _date("date", "date"), _CATEGORY, _token("type"), _token("identifier", "masterIdentifier"),
        ),
        includes={**_TO_SUBJECT, "author": "author", "custodian": "custodian"},
        mandatory=("status", "content"),
    ),
    Readable(
        type="Provenance",
        params=(*_patient("target"), _reference("target", "target", many=True), _date("recorded", "recorded")),
        includes={"target": "target", "agent": "agent.who"},
        mandatory=("target", "recorded", "agent"),
    ),
    Readable(
        type="AuditEvent",
        params=(*_patient("entity"), _date("date", "recorded")),
        mandatory=("type", "recorded", "agent", "source"),
    ),
    Readable(
        type="Endpoint",
        params=(_reference("organization", "managingOrganization"), _status(), _IDENTIFIER),
        includes={"organization": "managingOrganization"},
        mandatory=("status", "connectionType", "payloadType", "address"),
    ),
    Readable(
        type="Device",
        params=(*_patient("patient"), _status(), _IDENTIFIER),
        includes={"patient": "patient"},
    ),
    Readable(type="Subscription", params=(_status(),), mandatory=("status", "reason", "criteria", "channel")),
)  # fmt: skip

READABLE: Final[Mapping[str, Readable]] = {row.type: row for row in _ROWS}
"""Type → what is served of it. AuditEvent lives in the audit table; all else in the resource table."""

PERSON_CHAINS: Final = frozenset(
    f"{name}{kind}.identifier" for name in ("patient", "subject") for kind in ("", ":Patient")
)
"""Chained parameters that carry a person's identifier: by POST only."""

NEUTRAL: Final = frozenset({"_format", "_pretty"})
"""Read by the HTTP layer; never an error, never part of a link's meaning."""
