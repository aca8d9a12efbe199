"""The individual plan: CarePlan, Goals, activities and the nine items. Regulation 2022-04-08-625; cpl-3; list 9602."""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from adapter.errors import FhirError
from adapter.fhir import parts, urls
from adapter.fhir.parts import Json, Ref, When
from adapter.timing import OSLO

TITLE: Final = "Individuell plan"
EVALUATION: Final = "Evaluering av individuell plan"
CONTRIBUTIONS: Final = "Bidrag: "
"""Begins the note that says who contributes what (item 4)."""
COOPERATION: Final = "Samarbeid: "
"""Begins the note that says which other providers are needed (item 9)."""

_WITHOUT_TIME: Final = frozenset({"proposed", "cancelled", "waitlist"})
"""Appointment.status that needs no start and end (app-3)."""


def care_plan(
    *,
    id_: str,
    identifier: tuple[str, str],
    status: str,
    patient: Ref,
    author: Ref,
    created: datetime,
    title: str = TITLE,
    start: When | None = None,
    end: When | None = None,
    contributors: Sequence[Ref] = (),
    team: Ref | None = None,
    addresses: Sequence[Ref] = (),
    supporting: Sequence[Ref] = (),
    goals: Sequence[Ref] = (),
    activities: Sequence[Ref] = (),
    contributions: str | None = None,
    cooperation: str | None = None,
) -> Json:
    """Return the CarePlan. `identifier` is the writer's own; `author` the responsible Organization.

    `supporting`: Consent and Observations; `addresses` Conditions only; `activities` ServiceRequest, Task, Appointment.
    """
    codings = (
        parts.local_coding(urls.PLAN_CATEGORY, "individuell-plan"),
        parts.volven_coding("9602", "A02-2"),
    )
    return parts.resource(
        "CarePlan",
        id_,
        {
            "identifier": [parts.identifier(*identifier)],
            "status": status,
            "intent": "plan",
            "category": [parts.concept(*codings, text=TITLE)],
            "title": title,
            "subject": parts.ref(patient),
            "period": parts.period(start=start, end=end),
            "created": parts.when(created),
            "author": parts.ref(author),
            "contributor": parts.refs(contributors),
            "careTeam": parts.refs([team]),
            "addresses": parts.refs(addresses),
            "supportingInfo": parts.refs(supporting),
            "goal": parts.refs(goals),
            "activity": [{"reference": one} for one in parts.refs(activities)],
            "note": notes(contributions=contributions, cooperation=cooperation),
        },
    )


def notes(*, contributions: str | None = None, cooperation: str | None = None) -> list[Json]:
    """Return the plan's notes: who contributes what, and the cooperation needed."""
    rows = ((CONTRIBUTIONS, contributions), (COOPERATION, cooperation))
    return parts.annotate(*(mark + text for mark, text in rows if text))


def goal(
    *,
    id_: str,
    patient: Ref,
    text: str,
    status: str = "active",
    target: date | None = None,
    start: date | None = None,
    key: str | None = None,
    own: Mapping[str, Any] | None = None,
) -> Json:
    """Return a Goal. `status` is Goal.lifecycleStatus; `key` the writer's own id of it, `own` its own identifier."""
    return parts.resource(
        "Goal",
        id_,
        {
            "identifier": _key(key, own),
            "lifecycleStatus": status,
            "description": {"text": text},
            "subject": parts.ref(patient),
            "startDate": parts.when(start),
            "target": [{"dueDate": parts.when(target)}] if target else None,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What is told of one activity of a plan, whatever its kind."""

    id_: str
    patient: Ref
    title: str
    status: str
    plan: Ref | None = None
    text: str | None = None
    start: When | None = None
    end: When | None = None
    performer: Ref | None = None
    place: str | None = None
    key: str | None = None
    own: Mapping[str, Any] | None = None
    authored: datetime | None = None


def activity(kind: str, **known: Any) -> Json:
    """Return the resource of an activity, `known` as `Activity` has it; `kind` (service, task or appointment) picks the builder below."""
    return ACTIVITY[kind](Activity(**known))


def _service(one: Activity) -> Json:
    """Return a measure of the plan as ServiceRequest with intent plan."""
    return parts.resource(
        "ServiceRequest",
        one.id_,
        {
            "identifier": _key(one.key, one.own),
            "basedOn": parts.refs([one.plan]),
            "status": one.status,
            "intent": "plan",
            "category": [parts.local(urls.PLAN_CATEGORY, "individuell-plan")],
            "code": {"text": one.title},
            "subject": parts.ref(one.patient),
            "occurrencePeriod": parts.period(start=one.start, end=one.end),
            "authoredOn": parts.when(one.authored),
            "performer": parts.refs([one.performer]),
            "locationCode": [{"text": one.place}] if one.place else None,
            "note": parts.annotate(one.text),
        },
    )


def _task(one: Activity) -> Json:
    """Return a task of the plan as Task with intent plan."""
    return parts.resource(
        "Task",
        one.id_,
        {
            "identifier": _key(one.key, one.own),
            "basedOn": parts.refs([one.plan]),
            "status": one.status,
            "intent": "plan",
            "description": one.title,
            "for": parts.ref(one.patient),
            "executionPeriod": parts.period(start=one.start, end=one.end),
            "authoredOn": parts.when(one.authored),
            "owner": parts.ref(one.performer),
            "location": {"display": one.place} if one.place else None,
            "note": parts.annotate(one.text),
        },
    )


def _appointment(one: Activity) -> Json:
    """Return an appointment of the plan. Raises IPK-F009 when its status needs a start and none is given (app-3)."""
    if one.start is None and one.status not in _WITHOUT_TIME:
        raise FhirError("IPK-F009", at="Appointment.start", hint="app-3")
    people = [
        (one.patient, "accepted"),
        (one.performer, "accepted"),
        ({"display": one.place} if one.place else None, "accepted"),
    ]
    return parts.resource(
        "Appointment",
        one.id_,
        {
            "identifier": _key(one.key, one.own),
            "status": one.status,
            "description": one.title,
            "supportingInformation": parts.refs([one.plan]),
            "start": parts.instant(_moment(one.start, last=False)) if one.start else None,
            "end": parts.instant(_moment(one.end or one.start, last=True)) if one.start else None,
            "created": parts.when(one.authored),
            "comment": one.text,
            "participant": [{"actor": parts.ref(who), "status": said} for who, said in people if who],
        },
    )


def _moment(value: When | None, *, last: bool) -> datetime:
    """Return an instant as it is; of a date its first or last second in Norway."""
    if isinstance(value, datetime):
        return value
    return datetime.combine(value or date.min, time(23, 59, 59) if last else time(), tzinfo=OSLO)


def evaluation(
    *, id_: str, patient: Ref, on: date, plan: Ref | None = None, authored: datetime | None = None
) -> Json:
    """Return the next evaluation: a proposed Appointment on a day (item 7)."""
    return parts.resource(
        "Appointment",
        id_,
        {
            "status": "proposed",
            "serviceType": [{"text": EVALUATION}],
            "description": EVALUATION,
            "supportingInformation": parts.refs([plan]),
            "created": parts.when(authored),
            "participant": [{"actor": parts.ref(patient), "status": "needs-action"}],
            "requestedPeriod": [parts.period(start=on, end=on)],
        },
    )


def held(one: Mapping[str, Any], *, on: date, comment: str, people: Sequence[tuple[str, bool]] = ()) -> Json:
    """Return an evaluation as held on a day; `people` are those who were to take part, and whether they came."""
    took_part = [
        {"actor": {"display": who}, "status": "accepted" if came else "declined"} for who, came in people
    ]
    return parts.changed(
        one,
        status="fulfilled",
        start=parts.instant(_moment(on, last=False)),
        end=parts.instant(_moment(on, last=True)),
        comment=comment,
        participant=[*one.get("participant", ()), *took_part],
    )


def is_evaluation(one: Mapping[str, Any]) -> bool:
    """Whether a resource is the next evaluation of a plan."""
    return one["resourceType"] == "Appointment" and any(
        t.get("text") == EVALUATION for t in one.get("serviceType", ())
    )


def _key(key: str | None, own: Mapping[str, Any] | None) -> list[Json]:
    return [*([parts.identifier(urls.PLAN_PART, key)] if key else ()), *([dict(own)] if own else ())]


def own(one: Mapping[str, Any]) -> Json | None:
    """Return the writer's own identifier of a part of a plan: {system, value}; None where it has none of its own system."""
    found = (
        i
        for i in one.get("identifier", ())
        if i.get("system") not in {None, urls.PLAN_PART} and i.get("value")
    )
    return next(({"system": i["system"], "value": i["value"]} for i in found), None)


ACTIVITY: Final[Mapping[str, Callable[[Activity], Json]]] = {
    "service": _service,
    "task": _task,
    "appointment": _appointment,
}
"""E34's `activities[].kind` → the builder of its resource."""
