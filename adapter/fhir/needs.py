"""Needs: a ServiceRequest and its Task per kind and performing party, and work items. hpl § 38 a, fhir-model.md."""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapter.fhir import parts, urls
from adapter.fhir.parts import Json, Ref, When


def service_request(
    *,
    id_: str,
    melde_id: str,
    kind: str,
    patient: Ref,
    identified: When,
    recorded: datetime,
    requester: Ref | None = None,
    performer: Ref | None = None,
    wish: str | None = None,
    status: str = "active",
    intent: str = "order",
    priority: str = "routine",
    consent: Ref | None = None,
    reasons: Sequence[Mapping[str, Any]] = (),
    notes: Sequence[str | None] = (),
    encounter: Ref | None = None,
) -> Json:
    """Return the ServiceRequest of one need. `kind` of need-kind; `wish` yes, no, unclear; `reasons` CodeableConcepts."""
    return parts.resource(
        "ServiceRequest",
        id_,
        {
            "extension": [parts.extension(urls.PATIENT_WISH, "valueCode", wish)] if wish else None,
            "requisition": parts.identifier(urls.MELDE_ID, melde_id),
            "status": status,
            "intent": intent,
            "category": [parts.local(urls.NEED_CATEGORY, "behovsmelding")],
            "priority": priority,
            "code": parts.local(urls.NEED_KIND, kind),
            "subject": parts.ref(patient),
            "encounter": parts.ref(encounter),
            "occurrenceDateTime": parts.when(identified),
            "authoredOn": parts.when(recorded),
            "requester": parts.ref(requester),
            "performer": parts.refs([performer]),
            "reasonCode": [dict(reason) for reason in reasons],
            "supportingInfo": parts.refs([consent]),
            "note": parts.annotate(*notes),
        },
    )


def task(
    *,
    id_: str,
    melde_id: str,
    need: Ref,
    patient: Ref,
    status: str,
    state: str,
    authored: datetime,
    modified: datetime | None = None,
    requester: Ref | None = None,
    owner: Ref | None = None,
    due: datetime | None = None,
    priority: str = "routine",
    reason: Mapping[str, Any] | None = None,
    outputs: Sequence[Ref] = (),
    notes: Sequence[str | None] = (),
) -> Json:
    """Return the Task that fulfils a need. `state` of need-state (businessStatus); `reason` a CodeableConcept."""
    return parts.resource(
        "Task",
        id_,
        {
            "basedOn": parts.refs([need]),
            "groupIdentifier": parts.identifier(urls.MELDE_ID, melde_id),
            "status": status,
            "statusReason": reason,
            "businessStatus": parts.local(urls.NEED_STATE, state),
            "intent": "order",
            "priority": priority,
            "code": parts.coded(urls.TASK_CODE, "fulfill"),
            "focus": parts.ref(need),
            "for": parts.ref(patient),
            "authoredOn": parts.when(authored),
            "lastModified": parts.when(modified or authored),
            "requester": parts.ref(requester),
            "owner": parts.ref(owner),
            "note": parts.annotate(*notes),
            "restriction": {"period": {"end": parts.when(due)}} if due else None,
            "output": [_output(one) for one in outputs],
        },
    )


def moved(
    old: Mapping[str, Any],
    *,
    modified: datetime,
    status: str | None = None,
    state: str | None = None,
    reason: Mapping[str, Any] | None = None,
    owner: Ref | None = None,
    due: datetime | None = None,
    outputs: Sequence[Ref] = (),
    note: str | None = None,
) -> Json:
    """Return the Task in another state; what is None stays. Outputs already there are not added twice."""
    known = {o.get("valueReference", {}).get("reference") for o in old.get("output", ())}
    added = [_output(one) for one in outputs if one not in known]
    new: Json = {
        "status": status,
        "businessStatus": parts.local(urls.NEED_STATE, state) if state else None,
        "statusReason": reason,
        "owner": parts.ref(owner),
        "restriction": {"period": {"end": parts.when(due)}} if due else None,
        "output": [*old.get("output", ()), *added] if added else None,
        "note": [*old.get("note", ()), {"text": note}] if note else None,
    }
    return parts.changed(old, lastModified=parts.when(modified), **parts.filled(new))


def closed(old: Mapping[str, Any], *, status: str) -> Json:
    """Return the ServiceRequest as completed, revoked or entered-in-error."""
    return parts.changed(old, status=status)


def _output(target: Ref) -> Json:
    reference = target if isinstance(target, str) else str(target.get("reference", ""))
    return {"type": {"text": reference.partition("/")[0]}, "valueReference": parts.ref(target)}


def _input(row: tuple[str, Any]) -> Json:
    name, value = row
    kind = "valueReference" if isinstance(value, Mapping) else "valueString"
    return {"type": {"text": name}, kind: value}


def work_item(
    *,
    id_: str,
    kind: str,
    authored: datetime,
    modified: datetime | None = None,
    patient: Ref | None = None,
    focus: Ref | None = None,
    based_on: Sequence[Ref] = (),
    owner: Ref | None = None,
    requester: Ref | None = None,
    due: datetime | None = None,
    melde_id: str | None = None,
    status: str = "requested",
    description: str | None = None,
    inputs: Sequence[tuple[str, Any]] = (),
) -> Json:
    """Return a Task for a person. `kind` of task-kind: review, read-answer, confirm-coordinator, route, manual-fallback.

    `inputs` are (name, text or Reference): what the person needs, such as ("evidence", received message's id).
    """
    return parts.resource(
        "Task",
        id_,
        {
            "basedOn": parts.refs(based_on),
            "groupIdentifier": parts.identifier(urls.MELDE_ID, melde_id) if melde_id else None,
            "status": status,
            "intent": "order",
            "code": parts.local(urls.TASK_KIND, kind),
            "description": description,
            "focus": parts.ref(focus),
            "for": parts.ref(patient),
            "authoredOn": parts.when(authored),
            "lastModified": parts.when(modified or authored),
            "requester": parts.ref(requester),
            "owner": parts.ref(owner),
            "restriction": {"period": {"end": parts.when(due)}} if due else None,
            "input": [_input(row) for row in inputs],
        },
    )
