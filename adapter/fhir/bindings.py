"""Required bindings and invariants of the types we write, as rows. R4 value sets and constraints.

fhir.resources enforces neither, so every resource passes here before it is written; it costs microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from adapter.errors import Fault
from adapter.fhir.invariants import RULES, Broken

Resource = Mapping[str, Any]
_Steps = tuple[str, ...]

_REQUEST_STATUS: Final = "draft active on-hold revoked completed entered-in-error unknown"
_PRIORITY: Final = "routine urgent asap stat"
_GENDER: Final = "male female other unknown"
_DAYS: Final = "mon tue wed thu fri sat sun"
_EVENT_STATUS: Final = "preparation in-progress not-done on-hold stopped completed entered-in-error unknown"
_PROVISION: Final = "deny permit"
_INTENT: Final = (
    "proposal plan directive order original-order reflex-order filler-order instance-order option"
)
_APPOINTMENT: Final = (
    "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist"
)
_TASK: Final = "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed entered-in-error"
_GOAL: Final = "proposed planned accepted active on-hold completed cancelled entered-in-error rejected"
_ACTIVITY: Final = (
    "not-started scheduled in-progress on-hold completed cancelled stopped unknown entered-in-error"
)
_ACTIVITY_KIND: Final = (
    "Appointment CommunicationRequest DeviceRequest MedicationRequest NutritionOrder Task ServiceRequest "
    "VisionPrescription"
)
_DEVICE_NAME: Final = (
    "udi-label-name user-friendly-name patient-reported-name manufacturer-name model-name other"
)
_ENCOUNTER: Final = "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
_OBSERVATION: Final = "registered preliminary final amended corrected cancelled entered-in-error unknown"

BINDINGS: Final[tuple[tuple[str, str, str], ...]] = (
    ("CarePlan", "status", _REQUEST_STATUS),
    ("CarePlan", "intent", "proposal plan order option"),
    ("CarePlan", "activity.detail.status", _ACTIVITY),
    ("CarePlan", "activity.detail.kind", _ACTIVITY_KIND),
    ("CareTeam", "status", "proposed active suspended inactive entered-in-error"),
    ("Goal", "lifecycleStatus", _GOAL),
    ("ServiceRequest", "status", _REQUEST_STATUS),
    ("ServiceRequest", "intent", _INTENT),
    ("ServiceRequest", "priority", _PRIORITY),
    ("Task", "status", _TASK),
    ("Task", "intent", f"unknown {_INTENT.replace(' directive', '')}"),
    ("Task", "priority", _PRIORITY),
    ("Patient", "gender", _GENDER),
    ("Patient", "contact.gender", _GENDER),
    ("Practitioner", "gender", _GENDER),
    ("RelatedPerson", "gender", _GENDER),
    ("PractitionerRole", "availableTime.daysOfWeek", _DAYS),
    ("HealthcareService", "availableTime.daysOfWeek", _DAYS),
    ("Consent", "status", "draft proposed active rejected inactive entered-in-error"),
    ("Consent", "provision.type", _PROVISION),
    ("Consent", "provision.provision.type", _PROVISION),
    ("Communication", "status", _EVENT_STATUS),
    ("Communication", "priority", _PRIORITY),
    ("Appointment", "status", _APPOINTMENT),
    ("Appointment", "participant.status", "accepted declined tentative needs-action"),
    ("Appointment", "participant.required", "required optional information-only"),
    ("Encounter", "status", _ENCOUNTER),
    ("Observation", "status", _OBSERVATION),
    ("DocumentReference", "status", "current superseded entered-in-error"),
    ("DocumentReference", "docStatus", "preliminary final amended entered-in-error"),
    ("DocumentReference", "relatesTo.code", "replaces transforms signs appends"),
    ("Provenance", "entity.role", "derivation revision quotation source removal"),
    ("AuditEvent", "action", "C R U D E"),
    ("AuditEvent", "outcome", "0 4 8 12"),
    ("Endpoint", "status", "active suspended error off entered-in-error test"),
    ("Device", "status", "active inactive entered-in-error unknown"),
    ("Device", "deviceName.type", _DEVICE_NAME),
    ("Subscription", "status", "requested active error off"),
    ("Subscription", "channel.type", "rest-hook websocket email sms message"),
)  # fmt: skip
"""(type, element, codes) of the required bindings. R4 4.0.1 value sets, checked 2026-11-22."""

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "CarePlan": ("status", "intent", "subject"),
    "Goal": ("lifecycleStatus", "description", "subject"),
    "ServiceRequest": ("status", "intent", "subject"),
    "Task": ("status", "intent"),
    "RelatedPerson": ("patient",),
    "Consent": ("status", "scope", "category"),
    "Communication": ("status",),
    "Appointment": ("status", "participant"),
    "Encounter": ("status", "class"),
    "Observation": ("status", "code"),
    "DocumentReference": ("status", "content"),
    "Provenance": ("target", "recorded", "agent"),
    "AuditEvent": ("type", "recorded", "agent", "source"),
    "Endpoint": ("status", "connectionType", "payloadType", "address"),
    "Subscription": ("status", "reason", "criteria", "channel"),
}
"""Type → top elements with min 1."""


def check(resource: Resource) -> tuple[Fault, ...]:
    """Return every broken binding (IPK-F010) and invariant (IPK-F009), with a FHIRPath place and no value."""
    faults = [*missing(resource), *unbound(resource)]
    for key, broken in RULES.get(resource["resourceType"], ()):
        faults += _broken(resource, key, broken)
    return tuple(faults)


def check_unsure(resource: Resource) -> tuple[Fault, ...]:
    """Return the same of a resource whose structure may be wrong: an invariant that cannot be read there says nothing."""
    faults = [*missing(resource), *unbound(resource)]
    for key, broken in RULES.get(resource["resourceType"], ()):
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            faults += _broken(resource, key, broken)
    return tuple(faults)


def unbound(resource: Resource) -> Iterator[Fault]:
    """Yield a fault (IPK-F010) for each code outside its required value set, whatever the shape around it."""
    type_ = resource["resourceType"]
    for first, rest, codes in _BY_TYPE.get(type_, ()):
        value = resource.get(first)
        if value is None or (isinstance(value, str) and value in codes):
            continue
        for place in _wrong(value, rest, codes, f"{type_}.{first}"):
            yield Fault(code="IPK-F010", path=place, rule="required-binding")


def _broken(resource: Resource, key: str, broken: Broken) -> list[Fault]:
    type_ = resource["resourceType"]
    return [Fault(code="IPK-F009", path=type_ + place, rule=key, hint=key) for place in broken(resource)]


def missing(resource: Resource) -> Iterator[Fault]:
    """Yield a fault (IPK-F009) for each top element with min 1 that is not there; `_name` stands for a primitive."""
    type_ = resource["resourceType"]
    for name in REQUIRED.get(type_, ()):
        if name not in resource and f"_{name}" not in resource:
            yield Fault(code="IPK-F009", path=f"{type_}.{name}", rule="min-1", hint="required element")


def _wrong(node: Any, steps: _Steps, codes: frozenset[str], path: str) -> Iterator[str]:
    """Places below `node` whose code is outside the value set."""
    if isinstance(node, list):
        for number, one in enumerate(node):
            yield from _wrong(one, steps, codes, f"{path}[{number}]")
    elif steps:
        inner = node.get(steps[0]) if isinstance(node, Mapping) else None
        if inner is not None:
            yield from _wrong(inner, steps[1:], codes, f"{path}.{steps[0]}")
    elif not isinstance(node, str) or node not in codes:
        yield path


def _by_type() -> dict[str, tuple[tuple[str, _Steps, frozenset[str]], ...]]:
    found: dict[str, tuple[tuple[str, _Steps, frozenset[str]], ...]] = {}
    for type_, element, codes in BINDINGS:
        first, *rest = element.split(".")
        found[type_] = (*found.get(type_, ()), (first, tuple(rest), frozenset(codes.split())))
    return found


_BY_TYPE: Final = _by_type()
