"""An outcome as rows: resources stamped with their version, Provenance, the feed and the answer. R4 resource.html#Meta."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from adapter import naming
from adapter.events import Event
from adapter.fhir import deletion, index, meetings, parts, provenance, urls
from adapter.fhir import messages as fhir_messages
from adapter.mappings import views
from adapter.model import Message, Outcome, Resource
from adapter.store import tokens
from adapter.store.feed import FeedItem
from adapter.store.resources import Write

SHARED: Final = frozenset({"Organization", "Endpoint", "Practitioner", "Device"})
"""Types that belong to no case; a Practitioner without HPR is the case's."""
PROVEN: Final = frozenset(
    {"ServiceRequest", "Task", "Consent", "CareTeam", "CarePlan", "Goal", "Appointment", "Encounter"}
)
"""Types whose change is explained by a Provenance."""
PROVEN_ALONE: Final = frozenset({"PractitionerRole"})
"""The same where an event changes none of those: an absence (E25) stands on the role, and `why` must tell of it."""
PART_OVER: Final = frozenset({"cancelled", "revoked", "entered-in-error", "noshow"})
"""Statuses of a plan's part that no later version of the plan takes up again."""
ACTIVITY: Final = {"created": "CREATE", "updated": "UPDATE"}
"""What became of a resource → activity of its Provenance (v3-DataOperation)."""
PULLED: Final = frozenset({"CarePlan", "CareTeam", "ServiceRequest", "Task"})
"""Types that a platform waits for: their changes stand in the feed."""
PLAN: Final = "CarePlan"
HISTORY: Final = frozenset({"DocumentReference", "Provenance"})
"""Types that are never gathered with their case."""


class Effect(NamedTuple):
    """What became of one resource."""

    reference: str
    change: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """Resources ready to be written, and what became of each."""

    writes: tuple[Write, ...]
    effects: tuple[Effect, ...]


def references(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """Return every resource that outcomes mention, once, as `Type/id`."""
    return tuple(dict.fromkeys(parts.of(r) for o in outcomes for r in o.resources))


def stamp(
    resources: Sequence[Resource],
    *,
    known: Mapping[str, Resource],
    org: str,
    case_key: str | None,
    now: datetime,
) -> Stamped:
    """Return the changed resources in their next version; what says the same as before is unchanged.

    A plan of which a part has changed is a new version all the same.
    """
    at = parts.instant(now)
    micros = int(now.timestamp()) * 1_000_000
    writes, effects = [], []
    for said in resources:
        reference = parts.of(said)
        before = known.get(reference)
        resource = _whole(said, before)
        version = int(before["meta"]["versionId"]) if before else 0
        if (
            before is not None
            and _same(before, resource)
            and not (said["resourceType"] == PLAN and _moved(said, resources, known))
        ):
            effects.append(Effect(reference=reference, change="unchanged", version=version))
            continue
        stamped = _stamped(resource, version + 1, at)
        writes.append(_write(stamped, version + 1, org=org, case_key=case_key, updated=micros))
        effects.append(
            Effect(reference=reference, change="updated" if before else "created", version=version + 1)
        )
    return Stamped(writes=tuple(writes), effects=tuple(effects))


def _whole(said: Resource, before: Resource | None) -> Resource:
    """Return a professional with what earlier events told and this one leaves out: who is named by HPR is everybody's.

    What was deleted over FHIR stays so as long as it says that it was entered in error.
    """
    if before is not None and deletion.lasts(before, said):
        return deletion.marked(said)
    if before is None or said["resourceType"] != "Practitioner":
        return said
    missing = {name: value for name, value in before.items() if name not in said and name != "meta"}
    return {**said, **missing} if missing else said


def _same(before: Resource, resource: Resource) -> bool:
    """Return whether nothing but the version and the instant of change differs."""
    return _plain(before) == _plain(resource)


def _moved(plan: Resource, resources: Sequence[Resource], known: Mapping[str, Resource]) -> bool:
    """Return whether a part of a plan changes with it: `baseVersion`, ETag and topic are the plan's, and stand for all of it."""
    listed = {one.get("reference") for one in (*plan.get("goal", ()), *plan.get("careTeam", ()))}
    listed |= {one.get("reference", {}).get("reference") for one in plan.get("activity", ())}
    mine = (one for one in resources if parts.of(one) in listed)
    return any(parts.of(one) not in known or not _same(known[parts.of(one)], one) for one in mine)


def _plain(resource: Resource) -> Resource:
    rest = resource.copy()
    if rest["resourceType"] == "Task":
        rest.pop("lastModified", None)
    meta = _lasting(rest.pop("meta", None))
    if meta:
        rest["meta"] = meta
    return rest


def _lasting(meta: dict[str, Any] | None) -> dict[str, Any]:
    """Return what of `meta` outlasts a version: profile and security labels."""
    return {k: v for k, v in meta.items() if k not in {"versionId", "lastUpdated"}} if meta else {}


def _stamped(resource: Resource, version: int, at: str) -> Resource:
    meta = {"versionId": str(version), "lastUpdated": at, **_lasting(resource.get("meta"))}
    head = {"resourceType": resource["resourceType"], "id": resource["id"], "meta": meta}
    return {**head, **resource, "meta": meta}


def _write(resource: Resource, version: int, *, org: str, case_key: str | None, updated: int) -> Write:
    found = index.index(resource, patient=None if case_key is None else f"Patient/{case_key}")
    return Write(
        type=resource["resourceType"],
        id=resource["id"],
        version=version,
        body=orjson.dumps(resource),
        updated=updated,
        org=org,
        case_key=None if is_shared(resource) else case_key,
        open=_open(resource),
        subject=found.subject,
        status=found.status,
        date_start=found.date_start,
        date_end=found.date_end,
        **tokens.kept(found.tokens),
    )


def is_shared(resource: Resource) -> bool:
    """Return whether a resource belongs to no case: a Practitioner without HPR does."""
    if resource["resourceType"] == "Practitioner":
        return bool(resource.get("identifier"))
    return resource["resourceType"] in SHARED


def _open(resource: Resource) -> bool:
    """Return whether a later event of the case may need it: needs and plans always, work items until they are done."""
    type_ = resource["resourceType"]
    if type_ in HISTORY:
        return False
    if type_ == "Appointment" and meetings.is_meeting(resource):
        return True
    if type_ == "Appointment" or (resource.get("intent") == "plan" and type_ != "CarePlan"):
        return resource["status"] not in PART_OVER
    if type_ == "Encounter":
        return bool(resource["status"] == "in-progress")
    if type_ == "Communication":
        # What the patient reserved against is asked of as long as the case lasts.
        return resource["status"] in {"preparation", "in-progress"} or fhir_messages.is_reserved(resource)
    is_item = views.code_of(resource.get("code"), urls.TASK_KIND) is not None if type_ == "Task" else False
    return not (is_item and resource["status"] in views.FINISHED)


# ── provenance ───────────────────────────────────────────────────────────────────────────────────────────────────────


def proven(  # noqa: PLR0913 (all by name)
    event: Event,
    outcome: Outcome,
    effects: Sequence[Effect],
    *,
    author: str,
    org: str | None,
    now: datetime,
    told: Resource | None = None,
) -> tuple[Resource, ...]:
    """Return one Provenance for what the event created and one for what it updated, each naming its targets' versions.

    `told` is one that came with the write.
    """
    versions = {e.reference: e for e in effects}
    groups = _groups(outcome, versions, PROVEN) or _groups(outcome, versions, PROVEN_ALONE, but=author)
    legal = getattr(event.data, "legal_basis", None)
    made = (
        provenance.provenance(
            id_=naming.resource_id(event.event_id, "Provenance", listed[0].partition("/")[2]),
            targets=[(reference, versions[reference].version) for reference in listed],
            recorded=now,
            activity=activity,
            occurred=event.occurred_at,
            legal_basis=legal,
            author=author,
            on_behalf_of=org,
            sources=[(event.event_id, event.type)],
            reasons=dict.fromkeys(outcome.reasons),
        )
        for activity, listed in groups.items()
    )
    return tuple(provenance.with_told(one, told) if told else one for one in made)


def _groups(
    outcome: Outcome, versions: Mapping[str, Effect], types: frozenset[str], *, but: str = ""
) -> dict[str, list[str]]:
    """Return activity → the resources of these types, `but` one, that were so changed."""
    groups: dict[str, list[str]] = {}
    for resource in outcome.resources:
        reference = parts.of(resource)
        change = versions[reference].change if reference in versions else "unchanged"
        if resource["resourceType"] in types and change != "unchanged" and reference != but:
            groups.setdefault(ACTIVITY[change], []).append(reference)
    return groups


# ── answer and feed ──────────────────────────────────────────────────────────────────────────────────────────────────


def answer(event: Event, outcome: Outcome, effects: Sequence[Effect], *, lang: str = "nb") -> dict[str, Any]:
    """Return the body of a 202: eventId, status, case, effects, messages, deadlines, warnings. contract.md."""
    return {
        "eventId": event.event_id,
        "status": outcome.status,
        "case": dict(outcome.case),
        "effects": [{"resource": e.reference, "change": e.change, "version": e.version} for e in effects],
        "messages": [_said(m) for m in outcome.messages if m.direction == "out"],
        "deadlines": [
            {"kind": d.kind, "due": parts.instant(d.due)} for d in outcome.deadlines if d.state == "open"
        ],
        "warnings": [
            {"code": w.code, "path": w.path, "message": w.text_nb if lang == "nb" else w.text_en}
            for w in outcome.warnings
        ],
    }


def _said(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "type": message.type,
        "receiver": {
            "herId": message.receiver[1] or message.receiver[0],
            "name": message.receiver_names[1] or message.receiver_names[0],
        },
        "state": message.told,
        "why": why(message),
    }


def why(message: Message) -> list[dict[str, Any]]:
    """Return why a message goes as it does: [{rule, source, outcome, text}]."""
    return [{"rule": r.rule, "source": r.source, "outcome": r.outcome, "text": r.text} for r in message.why]


def feed(
    events: Iterable[tuple[Event, str]],
    messages: Iterable[Message],
    writes: Iterable[Write],
    *,
    org: str,
    now: datetime,
) -> tuple[FeedItem, ...]:
    """Return what is new, by id, type and state only: events, documents sent and received, what a platform pulls."""
    items = [
        FeedItem(org=org, at=now, kind="event", type=event.type, id=event.event_id, state=status)
        for event, status in events
    ]
    items += [FeedItem(org=org, at=now, kind="message", type=m.type, id=m.id, state=m.told) for m in messages]
    items += [
        FeedItem(org=org, at=now, kind="resource", type=w.type, id=w.id, state=w.status, version=w.version)
        for w in writes
        if w.type in PULLED
    ]
    return tuple(items)


def numbered(messages: Sequence[Message], known: frozenset[str], first: int) -> tuple[Message, ...]:
    """Return the messages with new ones numbered in the order of the case, from `first`."""
    out, number = [], first
    for message in messages:
        if message.id in known or message.seq:  # the next generation keeps its place
            out.append(message)
        else:
            out.append(replace(message, seq=number))
            number += 1
    return tuple(out)
