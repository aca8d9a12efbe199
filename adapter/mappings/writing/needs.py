"""A ServiceRequest as a need that is reported or withdrawn, and its Task as what the receiver answers. E01, E03-E10."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from adapter.fhir import parts, urls
from adapter.mappings import views
from adapter.mappings.writing import consents, parties, planparts
from adapter.mappings.writing.wish import KEPT_NOT, NO_EVENT, NOWHERE, Json, Told, Wish, refused
from adapter.model import Resource

WITHDRAWN: Final[Mapping[str, str]] = {
    "revoked": "no-longer-relevant",
    "entered-in-error": "entered-in-error",
}
"""ServiceRequest.status → reason of E09."""
PRIORITY: Final[Mapping[str, str]] = {"routine": "routine", "urgent": "urgent"}
"""ServiceRequest.priority → urgency; what is more urgent than this service would be lost."""


def is_need(resource: Resource) -> bool:
    """Whether a ServiceRequest is a need: its code is one of need-kind."""
    return views.code_of(resource.get("code"), urls.NEED_KIND) is not None


def is_handling(resource: Resource) -> bool:
    """Whether a Task is the handling of a need: code fulfill, or a state of need-state."""
    return bool(
        views.code_of(resource.get("code"), urls.TASK_CODE) == "fulfill"
        or views.code_of(resource.get("businessStatus"), urls.NEED_STATE)
    )


def created(wish: Wish) -> tuple[Told, ...]:
    """Return ip.need.identified of a ServiceRequest. E01."""
    said = wish.said
    kind = views.code_of(said.get("code"), urls.NEED_KIND) or ""
    extensions = {e.get("url"): e.get("valueCode") for e in said.get("extension", ())}
    wanted = extensions.get(urls.PATIENT_WISH) or "unclear"
    if said.get("priority", "routine") not in PRIORITY:
        raise refused(KEPT_NOT, "ServiceRequest.priority")
    stated, at = _consent(wish)
    data = {
        **parties.base(wish),
        "needs": [kind],
        "wishes": {
            "individualPlan": wanted if kind == "individual-plan" else "unclear",
            "coordinator": wanted if kind != "individual-plan" else "unclear",
        },
        "reason": _reason(said),
        "consent": stated,
        "admitted": "encounter" in said,
        "urgency": PRIORITY[said.get("priority", "routine")],
    }
    places = {
        "$.data.reason": "ServiceRequest.reasonCode",
        "$.data.wishes": "ServiceRequest.extension",
        "$.data.needs": "ServiceRequest.code",
        "$.data.author": "ServiceRequest.requester",
        "$.data.consent": at,
    }
    return (Told(type="ip.need.identified", data=data, places=places),)


def _reason(said: Resource) -> Json:
    """Return the reasons: codes of reasonCode, and the words of note or reasonCode."""
    listed = said.get("reasonCode", ())
    coded = [c.get("code") for one in listed for c in one.get("coding", ())]
    words = [n.get("text") for n in said.get("note", ())] or [one.get("text") for one in listed]
    return parts.filled({"codes": [code for code in coded if code], "text": "\n".join(w for w in words if w)})


def _consent(wish: Wish) -> tuple[Json, str]:
    for number, one in enumerate(wish.said.get("supportingInfo", ())):
        resource, at = wish.behind(one, f"ServiceRequest.supportingInfo[{number}]")
        if resource["resourceType"] != "Consent":
            raise refused(KEPT_NOT, at)
        return consents.part(wish, resource), at
    return {"status": "not-asked"}, "ServiceRequest.supportingInfo"


def updated(wish: Wish) -> tuple[Told, ...]:
    """Return ip.need.withdrawn of a need that is revoked or was entered in error. E09."""
    reason = WITHDRAWN.get(wish.said["status"])
    if reason is None:
        raise refused(NO_EVENT, "ServiceRequest.status", hint="ip.need.withdrawn")
    return (_withdrawn(wish, reason),)


def deleted(wish: Wish) -> tuple[Told, ...]:
    """Return ip.need.withdrawn of a need that was entered in error. E09."""
    return (_withdrawn(wish, "entered-in-error"),)


def _withdrawn(wish: Wish, reason: str) -> Told:
    words = next((n.get("text") for n in _new_notes(wish)), None)
    data = {**parties.base(wish), "continues": {"needId": wish.said["id"]}, "reasonCode": reason}
    return Told(
        type="ip.need.withdrawn",
        data=parts.filled({**data, "text": words}),
        places={"$.data.reasonCode": "ServiceRequest.status"},
    )


# ── the Task of a need ───────────────────────────────────────────────────────────────────────────────────────────────


def answered(wish: Wish) -> tuple[Told, ...]:
    """Return what the receiver of a need says of it, by the state that its Task is put in. E03, E04, E06, E07, E09, E10."""
    said, old = wish.said, wish.old or {}
    state = views.code_of(said.get("businessStatus"), urls.NEED_STATE)
    before = views.code_of(old.get("businessStatus"), urls.NEED_STATE)
    row = STATES.get(state or "") if state != before else STATES.get(said["status"])
    if row is None or (state == before and said["status"] == old.get("status")):
        raise refused(NO_EVENT, "Task.businessStatus", "Task.status", hint=", ".join(STATES))
    request, _ = wish.behind(said.get("focus"), "Task.focus")
    kind = views.code_of(request.get("code"), urls.NEED_KIND)
    type_, build = row
    data = {
        **parties.base(wish),
        "continues": {"needId": request["id"]},
        **build(wish, str(kind)),
    }
    places = {"$.data.question": "Task.note", "$.data.due": "Task.restriction.period.end",
              "$.data.reasonCode": "Task.statusReason", "$.data.links": "Task.output",
              "$.data.from": "Task.executionPeriod.start", "$.data.expectedBy": "Task.restriction.period.end"}  # fmt: skip
    return (Told(type=type_, data=data, places=places),)


def _new_notes(wish: Wish) -> list[Json]:
    """Return the notes that this write adds."""
    known = [n.get("text") for n in (wish.old or {}).get("note", ())]
    return [n for n in wish.said.get("note", ()) if n.get("text") not in known]


def _words(wish: Wish) -> str | None:
    reason = wish.said.get("statusReason", {}).get("text")
    found: str | None = next((n.get("text") for n in _new_notes(wish)), None) or reason
    return found


def _due(wish: Wish) -> str | None:
    """Return the day until which, where this write says another one."""
    until = [(one or {}).get("restriction", {}).get("period", {}).get("end") for one in (wish.said, wish.old)]
    return planparts.day(until[0]) if until[0] and until[0] != until[1] else None


def _acknowledged(wish: Wish, _kind: str) -> Json:
    who = wish.said.get("owner", {}).get("display") or wish.party.display
    return parts.filled({"handler": {"unit": who}, "expectedBy": _due(wish)})


def _asked(wish: Wish, _kind: str) -> Json:
    question = _words(wish)
    if question is None:
        raise refused("IPK-E005", "Task.note")
    return parts.filled({"question": question, "due": _due(wish)})


def _accepted(wish: Wish, kind: str) -> Json:
    start = wish.said.get("executionPeriod", {}).get("start")
    responsible = {"key": wish.party.key, "name": wish.party.name}
    return parts.filled(
        {"scope": [kind], "responsible": responsible, "from": planparts.day(start) if start else None}
    )


REASONS: Final = ("not-entitled", "other-level", "moved", "insufficient-information")
"""Reasons of E07; any other is words."""


def _declined(wish: Wish, kind: str) -> Json:
    said = wish.said.get("statusReason", {})
    coded = (c.get("code") for c in said.get("coding", ()))
    reason = next((code for code in coded if code in REASONS), None)
    reason = reason or next((code for code in REASONS if code == said.get("text")), "not-stated")
    words = _words(wish)
    return parts.filled({"scope": [kind], "reasonCode": reason, "text": words if words != reason else None})


def _fulfilled(wish: Wish, kind: str) -> Json:
    known = [str(o.get("valueReference", {}).get("reference", "")) for o in wish.said.get("output", ())]
    named = {"planId": "CarePlan/", "assignmentId": "PractitionerRole/"}
    links = {
        name: ref.partition("/")[2] for name, head in named.items() for ref in known if ref.startswith(head)
    }
    if not links:
        raise refused(NOWHERE, "Task.output")
    return {"scope": [kind], "links": links}


def _cancelled(wish: Wish, kind: str) -> Json:
    return parts.filled({"scope": [kind], "reasonCode": "no-longer-relevant", "text": _words(wish)})


_Build = Callable[[Wish, str], dict[str, Any]]
_ROWS: Final[tuple[tuple[tuple[str, ...], str, _Build], ...]] = (
    (("received", "under-assessment"), "ip.need.acknowledged", _acknowledged),
    (("needs-info", "on-hold"), "ip.need.info-requested", _asked),
    (("accepted", "in-progress"), "ip.need.accepted", _accepted),
    (("declined", "rejected"), "ip.need.declined", _declined),
    (("fulfilled", "completed"), "ip.need.fulfilled", _fulfilled),
    (("withdrawn", "cancelled"), "ip.need.withdrawn", _cancelled),
)
STATES: Final[Mapping[str, tuple[str, _Build]]] = {
    state: (type_, build) for states, type_, build in _ROWS for state in states
}
"""Task.businessStatus, or Task.status where it stays → the event, and what it says besides."""
