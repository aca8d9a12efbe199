"""A CarePlan as the events of its life: created, updated, closed; a Goal and an activity as changes in it. E34-E37, E40."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter.fhir import deletion, parts, plans, teams, urls
from adapter.mappings import views
from adapter.mappings.writing import consents, parties, places, planparts
from adapter.mappings.writing.wish import KEPT_NOT, NO_EVENT, NOWHERE, Json, Told, Wish, refused
from adapter.model import Resource

CLOSED: Final[Mapping[str, str]] = {
    "completed": "needs-ended",
    "revoked": "patient-withdrew",
    "entered-in-error": "entered-in-error",
}
"""CarePlan.status that closes it → reason of E40."""
_NOTES: Final = ((plans.CONTRIBUTIONS, "contributions"), (plans.COOPERATION, "cooperation"))
_CLOSING: Final = frozenset({"status", "period", "meta", "text", "contributor"})
"""Elements that may differ in a plan that is closed."""
ERROR: Final = "entered-in-error"


def created(wish: Wish) -> tuple[Told, ...]:
    """Return ip.plan.created of a CarePlan. E34."""
    return (_told(wish, "ip.plan.created", {}),)


def rewritten(wish: Wish, base: int) -> Told:
    """Return ip.plan.updated of the whole plan, made from a version of it. E35."""
    continues = {"continues": {"planId": (wish.old or {})["id"]}}
    return _told(wish, "ip.plan.updated", {**continues, "baseVersion": base})


def updated(wish: Wish) -> tuple[Told, ...]:
    """Return ip.plan.updated of the whole plan, or ip.plan.closed where only its status says that it is over. E35, E40."""
    old = wish.old or {}
    reason = CLOSED.get(wish.said["status"])
    if reason is None or wish.said["status"] == old["status"]:
        return (rewritten(wish, int(old["meta"]["versionId"])),)
    changed = [n for n in {*wish.said, *old} - _CLOSING if wish.said.get(n) != old.get(n)]
    if changed:
        raise refused(NO_EVENT, *(f"CarePlan.{name}" for name in sorted(changed)), hint="status")
    return _closed(wish, old, reason)


def deleted(wish: Wish) -> tuple[Told, ...]:
    """Return ip.plan.closed of a plan that was written by mistake. E40."""
    return _closed(wish, wish.said, CLOSED[ERROR])


def _closed(wish: Wish, old: Resource, reason: str) -> tuple[Told, ...]:
    data = {**parties.base(wish), "continues": {"planId": old["id"]}, "reasonCode": reason}
    places = {"$.data.reasonCode": "CarePlan.status"}
    return (Told(type="ip.plan.closed", data=data, places=places, reads=frozenset()),)


def _told(wish: Wish, type_: str, more: Json) -> Told:
    where = {
        **parties.placed(wish),
        **places.of("plan", "$.data.plan", wish.type),
        "$.data.author": "CarePlan.contributor",
        "$.data.plan.nextEvaluation": "CarePlan.activity",
        "$.data.plan.period.end": "CarePlan.period.end",
        "$.data.plan.responsible": "CarePlan.author",
        "$.data.plan.contributions": "CarePlan.note",
        "$.data.plan.cooperation": "CarePlan.note",
        "$.data.plan.participants": "CarePlan.careTeam",
    }
    plan = _plan(wish, where)
    return Told(type=type_, data={**parties.base(wish), **more, "plan": plan}, places=where)


def _plan(wish: Wish, where: dict[str, str]) -> Json:
    consent, at = consents.of_plan(wish)
    where |= consents.placed("$.data.plan.consent", at)
    return parts.filled(
        {
            "identifier": _identifier(wish),
            **content(wish, where),
            "responsible": _responsible(wish),
            "participants": _participants(wish),
            "consent": consent,
        }
    )


def content(wish: Wish, where: dict[str, str]) -> Json:
    """Return what a CarePlan says of itself; `where` learns where each part of it stands. Raises Faults IPK-F035, F041."""
    said, (activities, evaluation) = wish.said, _activities(wish, where)
    period, before = said.get("period", {}), (wish.old or {}).get("period", {})
    start = period.get("start") or before.get("start") or wish.today.isoformat()
    return parts.filled(
        {
            "title": said.get("title"),
            "status": said["status"],
            "period": parts.filled({"start": start, "end": period.get("end")}),
            "goals": _goals(wish, where),
            "activities": activities,
            **_notes(wish),
            "nextEvaluation": evaluation,
        }
    )


def _identifier(wish: Wish) -> Json:
    listed = wish.said.get("identifier") or (wish.old or {}).get("identifier")
    found = listed[0] if listed else {"system": urls.URI, "value": f"urn:uuid:{wish.key}"}
    return parts.filled({"system": found.get("system"), "value": found.get("value")})


def _responsible(wish: Wish) -> Json:
    said = wish.said.get("author")
    if not said:
        return {"key": wish.party.key, "name": wish.party.name}
    party = wish.party_of(said)
    if party is None and said.get("reference"):
        raise refused(NOWHERE, "CarePlan.author")
    name = party.name if party else said.get("display")
    return parts.filled({"key": party.key if party else None, "name": name})


def _goals(wish: Wish, where: dict[str, str]) -> list[Json]:
    found: list[Json] = []
    for number, one in enumerate(wish.said.get("goal", ())):
        resource, at = wish.behind(one, f"CarePlan.goal[{number}]")
        where |= _part_at("goal", f"$.data.plan.goals[{number}]", at)
        if resource["resourceType"] != "Goal":
            raise refused(NOWHERE, at)
        found.append(_unique(planparts.goal(resource, number), found))
    return found


def _part_at(part: str, event: str, at: str) -> dict[str, str]:
    """Return where a part stands: element by element where it is contained, whole where the plan refers to it."""
    return places.of(part, event, at) if ".contained[" in at else {event: at}


def _unique(said: Json, others: list[Json]) -> Json:
    """Return a part under an id that no other part of the plan has: a contained one may be named as one that is stored."""
    taken, id_ = {one["id"] for one in others}, said["id"]
    while said["id"] in taken:
        said = {**said, "id": f"{id_}-{len(others) + 1}"}
        id_ = said["id"]
    return said


def _activities(wish: Wish, where: dict[str, str]) -> tuple[list[Json], str | None]:
    """Return the activities, and the day of the next evaluation, which is one of them in R4."""
    found: list[Json] = []
    evaluation = None
    for number, one in enumerate(wish.said.get("activity", ())):
        resource, at = wish.behind(one.get("reference"), f"CarePlan.activity[{number}].reference")
        if resource["resourceType"] not in planparts.KIND:
            raise refused(KEPT_NOT, at)
        if plans.is_evaluation(resource):
            wanted = next((one.get("start") for one in resource.get("requestedPeriod", ())), None)
            evaluation = wanted if resource["status"] == "proposed" else evaluation
            continue
        where |= _part_at(resource["resourceType"], f"$.data.plan.activities[{len(found)}]", at)
        found.append(_unique(planparts.activity(wish, resource, number), found))
    return found, evaluation


def _participants(wish: Wish) -> list[Json]:
    """Return who takes part by a contained team; the team that is stored already is changed by events of its own."""
    listed = wish.said.get("careTeam", ())
    if not listed:
        return []
    team, at = wish.behind(listed[0], "CarePlan.careTeam[0]")
    if len(listed) > 1 or team["resourceType"] != "CareTeam":
        raise refused(KEPT_NOT, "CarePlan.careTeam")
    if "meta" in team:
        mine = (views.team(wish.case) or {}).get("id") == team["id"]
        return [] if mine else _nowhere(at)
    others = (p for p in team.get("participant", ()) if not teams.is_patient(p) and not _patient(wish, p))
    return [_participant(one) for one in others]


def _nowhere(at: str) -> list[Json]:
    raise refused(NOWHERE, at)


def _patient(wish: Wish, one: Mapping[str, Any]) -> bool:
    return (wish.find(one.get("member")) or {}).get("resourceType") == "Patient"


def _participant(one: Mapping[str, Any]) -> Json:
    words = next((r.get("text") for r in one.get("role", ()) if r.get("text")), None)
    return parts.filled({"name": one.get("member", {}).get("display"), "role": teams.role_key(one) or words})


def _notes(wish: Wish) -> Json:
    """Return the notes that R4 has no element for. A note without our mark says what nobody could find again."""
    found: Json = {}
    for number, one in enumerate(wish.said.get("note", ())):
        row = next(((m, name) for m, name in _NOTES if one.get("text", "").startswith(m)), None)
        if row is None or row[1] in found:
            raise refused(KEPT_NOT, f"CarePlan.note[{number}]")
        found[row[1]] = one["text"].removeprefix(row[0])
    return found


def _taken(wish: Wish, plan: Resource, key: str) -> bool:
    """Return whether a part of the plan has the id already: what is created is another one."""
    return any(planparts.stored_key(one) == key for one in _parts(wish, plan) if not deletion.is_error(one))


def _parts(wish: Wish, plan: Resource) -> list[Resource]:
    found = (wish.case.get(one) or wish.stored(one) for one in planparts.listed(plan))
    return [one for one in found if one is not None]


def _created_key(wish: Wish, plan: Resource, key: str) -> str:
    """Return the key of a part that is created: of its identifier, but for one that was deleted under it."""
    if "identifier" not in wish.said:
        return wish.key
    gone = {planparts.stored_key(one) for one in _parts(wish, plan) if deletion.is_error(one)}
    return wish.key if key in gone and parties.identifier(wish.said, urls.PLAN_PART) is None else key


# ── goals and activities alone: E36, E37 ─────────────────────────────────────────────────────────────────────────────


def goal(wish: Wish) -> tuple[Told, ...]:
    """Return ip.goal.changed of a Goal: added, changed, or entered in error. E36."""
    said = planparts.goal(wish.said)
    return (_part(wish, "ip.goal.changed", "goal", _gone(wish, said)),)


def activity(wish: Wish) -> tuple[Told, ...]:
    """Return ip.activity.changed of a measure of the plan. E37."""
    if plans.is_evaluation(wish.said):
        raise refused(NO_EVENT, f"{wish.type}.serviceType", hint="ip.plan.evaluated")
    said = planparts.activity(wish, wish.said)
    return (_part(wish, "ip.activity.changed", "activity", _gone(wish, said)),)


def _gone(wish: Wish, said: Json) -> Json:
    return {**said, "status": ERROR} if wish.interaction == "delete" else said


def _part(wish: Wish, type_: str, name: str, said: Json) -> Told:
    plan = planparts.plan_of(wish)
    if wish.old is not None:  # what is put may leave out the identifier that it was given here
        said = {**said, "id": planparts.stored_key(wish.old)}
    else:
        said = {**said, "id": _created_key(wish, plan, said["id"])}
    if wish.interaction == "create" and _taken(wish, plan, said["id"]):
        raise refused(NO_EVENT, f"{wish.type}.identifier", hint="PUT")
    data = {**parties.base(wish), "continues": {"planId": plan["id"]}, name: said}
    part = "goal" if name == "goal" else wish.type
    return Told(type=type_, data=data, places=places.of(part, f"$.data.{name}", wish.type))
