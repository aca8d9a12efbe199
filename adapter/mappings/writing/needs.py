"""A ServiceRequest as a need that is reported or withdrawn, and its Task as what the receiver answers. E01, E03-E10."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
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
    """Return ip.need.identified of a ServiceRequest that is active: a draft is not reported yet. E01."""
    said = wish.said
    if said["status"] != "active":
        raise refused(NO_EVENT, "ServiceRequest.status", hint="active")
    kind = views.code_of(said.get("code"), urls.NEED_KIND) or ""
    extensions = {e.get("url"): e.get("valueCode") for e in said.get("extension", ())}
    wanted = extensions.get(urls.PATIENT_WISH) or "unclear"
    if said.get("priority", "routine") not in PRIORITY:
        raise refused(KEPT_NOT, "ServiceRequest.priority")
    stated, at = _consent(wish)
    base = parties.base(wish)
    if not parties.is_author(wish, said.get("requester"), base["author"]):
        raise refused(KEPT_NOT, "ServiceRequest.requester")
    data = {
        **base,
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
    where = {
        **parties.placed(wish),
        "$.data.reason": "ServiceRequest.reasonCode",
        "$.data.wishes": "ServiceRequest.extension",
        "$.data.needs": "ServiceRequest.code",
        "$.data.author": "ServiceRequest.requester",
        **consents.placed("$.data.consent", at),
    }
    return (Told(type="ip.need.identified", data=data, places=where, reads=_REPORTED),)


_REPORTED: Final = frozenset(f"ServiceRequest.{n}" for n in ("status", "requester", "reasonCode", "note"))
"""Elements kept in other words that the report of a need reads whole, or refuses."""


def _reason(said: Resource) -> Json:
    """Return the reasons: codes of reasonCode, and the words of reasonCode and note. Raises Faults IPK-F035.

    A code is kept alone: one of a code system would be another thing without it.
    """
    listed, notes = said.get("reasonCode", ()), said.get("note", ())
    coded = [
        (f"ServiceRequest.reasonCode[{n}].coding[{m}]", coding)
        for n, one in enumerate(listed)
        for m, coding in enumerate(one.get("coding", ()))
    ]
    lost = [
        *_beside(
            [(f"ServiceRequest.reasonCode[{n}]", one) for n, one in enumerate(listed)], "text", "coding"
        ),
        *_beside(coded, "code"),
        *_beside([(f"ServiceRequest.note[{n}]", one) for n, one in enumerate(notes)], "text"),
    ]
    if lost:
        raise refused(KEPT_NOT, *lost)
    words = [w for one in (*listed, *notes) if (w := one.get("text"))]
    return parts.filled(
        {"codes": [one["code"] for _, one in coded if "code" in one], "text": "\n".join(words)}
    )


def _beside(listed: Iterable[tuple[str, Mapping[str, Any]]], *read: str) -> list[str]:
    """Return where elements stand that are not read; `listed` is what holds them, each with its place."""
    return [f"{at}.{name}" for at, one in listed for name in one if name not in {*read, "id"}]


def _consent(wish: Wish) -> tuple[Json, str]:
    said: tuple[Json, str] | None = None
    for number, one in enumerate(wish.said.get("supportingInfo", ())):
        resource, at = wish.behind(one, f"ServiceRequest.supportingInfo[{number}]")
        if resource["resourceType"] != "Consent":
            raise refused(KEPT_NOT, at)
        said = said or (consents.part(wish, resource), at)
    return said or ({"status": "not-asked"}, "ServiceRequest.supportingInfo")


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
    words = _noted(wish)
    data = {**parties.base(wish), "continues": {"needId": wish.said["id"]}, "reasonCode": reason}
    return Told(
        type="ip.need.withdrawn",
        data=parts.filled({**data, "text": words}),
        places={"$.data.reasonCode": "ServiceRequest.status"},
        reads=frozenset({"ServiceRequest.status", "ServiceRequest.note"}),
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
    type_, build, reads = row
    _check_read(wish, reads)
    data = {
        **parties.base(wish),
        "continues": {"needId": request["id"]},
        **build(wish, str(kind)),
    }
    places = {"$.data.question": "Task.note", "$.data.due": "Task.restriction.period.end",
              "$.data.reasonCode": "Task.statusReason", "$.data.links": "Task.output",
              "$.data.from": "Task.executionPeriod.start", "$.data.expectedBy": "Task.restriction.period.end"}  # fmt: skip
    return (Told(type=type_, data=data, places=places, reads=frozenset({*_STATE, *reads})),)


def _check_read(wish: Wish, reads: Collection[str]) -> None:
    """Refuse what this write says anew within an element of which the events read another part alone. Raises Faults IPK-F035."""
    said, old = wish.said, wish.old or {}
    lost = [
        f"{path}.{name}"
        for path in reads
        if (known := _READ.get(path)) is not None
        for name in _anew(said.get(_name(path), {}), old.get(_name(path), {}))
        if name not in known
    ]
    period = said.get("restriction", {}).get("period", {})
    if "Task.restriction" in reads and period.get("start") != old.get("restriction", {}).get(
        "period", {}
    ).get("start"):
        lost.append("Task.restriction.period.start")
    if lost:
        raise refused(KEPT_NOT, *lost)


def _name(path: str) -> str:
    return path.partition(".")[2]


def _anew(said: Mapping[str, Any], old: Mapping[str, Any]) -> list[str]:
    return [name for name, value in said.items() if old.get(name) != value]


def _new_notes(wish: Wish) -> list[Json]:
    """Return the notes that this write adds. Raises Faults IPK-F035 for what one says beside its words."""
    known = [n.get("text") for n in (wish.old or {}).get("note", ())]
    new = [
        (f"{wish.type}.note[{number}]", n)
        for number, n in enumerate(wish.said.get("note", ()))
        if n.get("text") not in known
    ]
    if lost := _beside(new, "text"):
        raise refused(KEPT_NOT, *lost)
    return [n for _, n in new]


def _noted(wish: Wish) -> str | None:
    return "\n".join(n["text"] for n in _new_notes(wish) if n.get("text")) or None


def _words(wish: Wish, codes: Collection[str] = ()) -> str | None:
    """Return the words that this write adds: of the notes, and of the reason where it is none of the codes.

    Raises Faults IPK-F035 for a coding that is none of them.
    """
    said, old = (one.get("statusReason", {}) for one in (wish.said, wish.old or {}))
    coded = [c.get("code") for c in said.get("coding", ())]
    if said.get("coding") != old.get("coding") and (len(coded) > 1 or not set(coded) <= {*codes}):
        raise refused(KEPT_NOT, "Task.statusReason.coding")
    reason = said.get("text")
    found = (_noted(wish), None if reason == old.get("text") or reason in codes else reason)
    return "\n".join(one for one in found if one) or None


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
    coded = [c.get("code") for c in said.get("coding", ())]
    reason = next((code for code in coded if code in REASONS), None)
    reason = reason or next((code for code in REASONS if code == said.get("text")), "not-stated")
    return parts.filled({"scope": [kind], "reasonCode": reason, "text": _words(wish, REASONS)})


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
_STATE: Final = ("Task.status", "Task.businessStatus")
_WORDS: Final = ("Task.note", "Task.statusReason")
_ROWS: Final[tuple[tuple[tuple[str, ...], str, _Build, tuple[str, ...]], ...]] = (
    (
        ("received", "under-assessment"),
        "ip.need.acknowledged",
        _acknowledged,
        ("Task.owner", "Task.restriction"),
    ),
    (("needs-info", "on-hold"), "ip.need.info-requested", _asked, (*_WORDS, "Task.restriction")),
    (("accepted", "in-progress"), "ip.need.accepted", _accepted, ("Task.executionPeriod",)),
    (("declined", "rejected"), "ip.need.declined", _declined, _WORDS),
    (("fulfilled", "completed"), "ip.need.fulfilled", _fulfilled, ("Task.output",)),
    (("withdrawn", "cancelled"), "ip.need.withdrawn", _cancelled, _WORDS),
)
STATES: Final[Mapping[str, tuple[str, _Build, tuple[str, ...]]]] = {
    state: (type_, build, reads) for states, type_, build, reads in _ROWS for state in states
}
"""Task.businessStatus, or Task.status where it stays → the event, what it says besides, and of which elements."""
_READ: Final[Mapping[str, frozenset[str]]] = {
    "Task.owner": frozenset({"display"}),
    "Task.restriction": frozenset({"period"}),
    "Task.executionPeriod": frozenset({"start"}),
    "Task.statusReason": frozenset({"text", "coding"}),
}
"""Element → what of it is read."""
