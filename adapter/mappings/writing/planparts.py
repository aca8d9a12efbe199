"""Goals and activities as the parts of a plan that events carry: the way back from fhir.plans. E34-E37; R4 cpl-3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any, Final

from adapter import naming, timing
from adapter.fhir import parts, plans, urls
from adapter.mappings import views
from adapter.mappings.writing import parties
from adapter.mappings.writing.wish import KEPT_NOT, Json, Wish, refused
from adapter.model import Resource

KIND: Final[Mapping[str, str]] = {"ServiceRequest": "service", "Task": "task", "Appointment": "appointment"}
"""Type of resource → kind of activity."""
DETAIL_STATUS: Final[Mapping[str, Mapping[str, str]]] = {
    "not-started": {"ServiceRequest": "draft", "Task": "ready", "Appointment": "proposed"},
    "scheduled": {"ServiceRequest": "active", "Task": "accepted", "Appointment": "booked"},
    "in-progress": {"ServiceRequest": "active", "Task": "in-progress", "Appointment": "arrived"},
    "on-hold": {"ServiceRequest": "on-hold", "Task": "on-hold", "Appointment": "waitlist"},
    "completed": {"ServiceRequest": "completed", "Task": "completed", "Appointment": "fulfilled"},
    "cancelled": {"ServiceRequest": "revoked", "Task": "cancelled", "Appointment": "cancelled"},
    "stopped": {"ServiceRequest": "revoked", "Task": "failed", "Appointment": "cancelled"},
    "unknown": {"ServiceRequest": "unknown", "Task": "ready", "Appointment": "pending"},
    "entered-in-error": dict.fromkeys(KIND, "entered-in-error"),
}
"""care-plan-activity-status → state of the resource that the detail becomes."""
_DETAIL: Final = frozenset(
    {"id", "kind", "code", "status", "scheduledPeriod", "location", "performer", "description"}
)
"""Elements of activity.detail that are read; any other would be lost."""


def key(resource: Resource, number: int) -> str:
    """Return the writer's own id of a part: of its identifier, else its id, else its place in the list."""
    named, own = parties.identifier(resource, urls.PLAN_PART), plans.own(resource)
    if named is None and own is not None:
        return naming.uid("plan-part", own["system"], own["value"])
    listed = resource.get("identifier", ())
    named = named or (listed[0].get("value") if len(listed) == 1 else None)
    return str(named or resource.get("id") or number + 1)


def stored_key(resource: Resource) -> str:
    """Return the writer's own id of a part that is stored."""
    return parties.identifier(resource, urls.PLAN_PART) or str(resource["id"])


def goal(resource: Resource, number: int = 0) -> Json:
    """Return the event's goal of a Goal."""
    due = next((t.get("dueDate") for t in resource.get("target", ()) if t.get("dueDate")), None)
    return parts.filled(
        {
            "id": key(resource, number),
            "text": resource.get("description", {}).get("text"),
            "status": resource.get("lifecycleStatus"),
            "target": due,
            "identifier": plans.own(resource),
        }
    )


def activity(wish: Wish, resource: Resource, number: int = 0) -> Json:
    """Return the event's activity of a ServiceRequest, Task or Appointment."""
    found = _READ[resource["resourceType"]](wish, resource)
    return {
        "id": key(resource, number),
        "kind": KIND[resource["resourceType"]],
        **parts.filled({**found, "status": resource.get("status"), "identifier": plans.own(resource)}),
        "performer": found["performer"] or {"name": wish.party.display},
    }


def _service(wish: Wish, one: Resource) -> Json:
    return {
        "title": _words(one.get("code")),
        "text": _note(one),
        "period": _period(one.get("occurrencePeriod")),
        "performer": performer(wish, next(iter(one.get("performer", ())), None)),
        "place": next((p.get("text") for p in one.get("locationCode", ())), None),
    }


def _task(wish: Wish, one: Resource) -> Json:
    return {
        "title": one.get("description") or _words(one.get("code")),
        "text": _note(one),
        "period": _period(one.get("executionPeriod")),
        "performer": performer(wish, one.get("owner")),
        "place": one.get("location", {}).get("display"),
    }


def _appointment(wish: Wish, one: Resource) -> Json:
    others = [p.get("actor", {}) for p in one.get("participant", ()) if not _patient(wish, p.get("actor"))]
    return {
        "title": one.get("description"),
        "text": one.get("comment"),
        **_time(one),
        "performer": performer(wish, others[0] if others else None),
        "place": others[1].get("display") if len(others) > 1 else None,
    }


def _time(one: Resource) -> Json:
    """Return when an appointment is: in days, where it lasts from the first second of one to the last of another; else by the clock."""
    said = {name: one[name] for name in ("start", "end") if one.get(name)}
    ends = [datetime.fromisoformat(value).astimezone(timing.OSLO).time() for value in said.values()]
    if len(ends) < len(_WHOLE) or tuple(ends) == _WHOLE:
        return {"period": _period(said)}
    return {"slot": said}


_WHOLE: Final = (time(), time(23, 59, 59))
"""How a stored appointment of days begins and ends."""
_READ: Final[Mapping[str, Callable[[Wish, Resource], Json]]] = {
    "ServiceRequest": _service,
    "Task": _task,
    "Appointment": _appointment,
}


def _patient(wish: Wish, actor: Any) -> bool:
    return parties.is_patient(wish.said, actor) or (wish.find(actor) or {}).get("resourceType") == "Patient"


def performer(wish: Wish, reference: Any) -> Json | None:
    """Return the event's performer of a Reference: the party where the book lists it, and the words."""
    if not reference:
        return None
    party = wish.party_of(reference)
    key_ = reference.get("identifier", {}).get("value") if party is None else party.key
    name = reference.get("display") or (party.display if party else None)
    return parts.filled({"name": name, "key": key_})


def _words(concept: Any) -> str | None:
    said = concept or {}
    return said.get("text") or next((c.get("display") for c in said.get("coding", ())), None)


def _note(one: Resource) -> str | None:
    return next((n.get("text") for n in one.get("note", ())), None)


def _period(said: Any) -> Json | None:
    days = {name: day(value) for name, value in (said or {}).items() if value}
    return days if days.get("start") else None


def day(value: str) -> str:
    """Return the day in Norway of a date or an instant."""
    if "T" not in value:
        return value
    return timing.day(datetime.fromisoformat(value)).isoformat()


def undetailed(plan: Resource) -> Resource:
    """Return a plan whose activity details are contained resources that it refers to: both forms are read as one. cpl-3."""
    listed = plan.get("activity", ())
    if not any("detail" in one for one in listed):
        return plan
    contained, activities = list(plan.get("contained", ())), []
    for number, one in enumerate(listed):
        if "detail" not in one:
            activities.append(one)
            continue
        at = f"CarePlan.activity[{number}].detail"
        odd = [f"{at}.{name}" for name in one["detail"] if name not in _DETAIL]
        if odd:
            raise refused(KEPT_NOT, *odd)
        made = _made(plan, one, number)
        contained.append(made)
        rest = {k: v for k, v in one.items() if k not in {"detail", "id"}}
        activities.append({**rest, "reference": {"reference": f"#{made['id']}"}})
    return {**plan, "contained": contained, "activity": activities}


def origin(path: str, plan: Resource) -> str:
    """Return the place in a plan as it was sent of a place in what `undetailed` made of it."""
    head = "CarePlan.contained["
    number, _, _ = path.removeprefix(head).partition("]")
    own = len(plan.get("contained", ()))
    if not path.startswith(head) or int(number) < own:
        return path
    detailed = [n for n, one in enumerate(plan.get("activity", ())) if "detail" in one]
    return f"CarePlan.activity[{detailed[int(number) - own]}].detail"


def _made(plan: Resource, one: Mapping[str, Any], number: int) -> Resource:
    detail = one["detail"]
    type_ = detail.get("kind", "ServiceRequest")
    if type_ not in KIND:
        raise refused(KEPT_NOT, f"CarePlan.activity[{number}].detail.kind")
    id_ = str(one.get("id") or detail.get("id") or f"activity-{number + 1}")
    known = plans.activity(
        KIND[type_],
        id_=id_,
        patient=plan["subject"],
        title=_words(detail.get("code")) or detail.get("description", ""),
        status=DETAIL_STATUS.get(str(detail.get("status")), DETAIL_STATUS["unknown"])[type_],
        text=detail.get("description") if _words(detail.get("code")) else None,
        performer=next(iter(detail.get("performer", ())), None),
        place=detail.get("location", {}).get("display"),
    ) if type_ != "Appointment" else _slot(plan, detail, id_)  # fmt: skip
    period = detail.get("scheduledPeriod")
    element = {"ServiceRequest": "occurrencePeriod", "Task": "executionPeriod"}.get(type_)
    return {**known, element: period} if period and element else known


def _slot(plan: Resource, detail: Mapping[str, Any], id_: str) -> Resource:
    """Return an appointment of a detail: its time is as it was said."""
    who = [
        plan["subject"],
        *detail.get("performer", ()),
        *([detail["location"]] if "location" in detail else ()),
    ]
    title = _words(detail.get("code"))
    return parts.filled(
        {
            "resourceType": "Appointment",
            "id": id_,
            "status": DETAIL_STATUS.get(str(detail.get("status")), DETAIL_STATUS["unknown"])["Appointment"],
            "description": title or detail.get("description"),
            "start": detail.get("scheduledPeriod", {}).get("start"),
            "end": detail.get("scheduledPeriod", {}).get("end"),
            "comment": detail.get("description") if title else None,
            "participant": [{"actor": one, "status": "accepted"} for one in who],
        }
    )


# ── one part alone ───────────────────────────────────────────────────────────────────────────────────────────────────


def plan_of(wish: Wish) -> Resource:
    """Return the plan that a part belongs to: the one that lists it or that it is based on, else the patient's own.

    Raises Faults IPK-F041.
    """
    me = f"{wish.type}/{wish.said.get('id', '')}"
    said = [*wish.said.get("basedOn", ()), *wish.said.get("supportingInformation", ())]
    named = [one["reference"] for one in said if str(one.get("reference", "")).startswith("CarePlan/")]
    found = wish.case.get(named[0]) if named else None
    listing = (p for p in wish.case.of("CarePlan") if me in listed(p))
    plan = found or next(listing, None) or (None if named else views.plan(wish.case))
    if plan is None:
        raise refused("IPK-F041", f"{wish.type}.basedOn" if named else parties.named(wish.said)[1])
    return plan


def listed(plan: Resource) -> set[str]:
    """Return the references to what a plan consists of."""
    named = [*plan.get("goal", ()), *(a.get("reference", {}) for a in plan.get("activity", ()))]
    return {one.get("reference", "") for one in named}
