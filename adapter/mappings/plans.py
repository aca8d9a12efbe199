"""Individual plans: created, updated, closed. E34, E35, E40; hol § 7-1, fhir-model.md 'individual plan'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from adapter import codes
from adapter.errors import EventError, FhirError
from adapter.fhir import nine, plans, teams, urls
from adapter.kith import text, words
from adapter.mappings import clocks, common, consenting, team, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Party, Resource
from adapter.rules import responsibility

CLOSED: Final = {
    "needs-ended": "completed",
    "moved": "completed",
    "deceased": "completed",
    "patient-withdrew": "revoked",
}
REASON: Final = {
    "needs-ended": "Behovet er opphørt",
    "patient-withdrew": "Pasienten ønsker ikke lenger individuell plan",
    "moved": "Pasienten har flyttet",
    "deceased": "Pasienten er død",
}
TITLE: Final = "Individuell plan"
EVALUATION: Final = "evaluation"
ENDED: Final = {
    "Goal": ("lifecycleStatus", "cancelled"),
    "ServiceRequest": ("status", "revoked"),
    "Task": ("status", "cancelled"),
    "Appointment": ("status", "cancelled"),
}
"""Type of a part of a plan → element and status of one that the plan no longer names."""
Parts = Mapping[tuple[str, str], Resource]


def created(ctx: Context) -> Change:
    """Return the plan with its goals, activities, consent and team, and the need it fulfils. E34."""
    responsibility.check_one_plan(int(views.plan(ctx.case) is not None))
    return _written(ctx, id_=ctx.id("CarePlan"), created=None)


def updated(ctx: Context) -> Change:
    """Return the whole plan as it is now; 409 when it was changed from an older version. E35."""
    old = _continued(ctx)
    if old["meta"]["versionId"] != str(ctx.data.base_version):
        raise EventError("IPK-E015", at="$.data.baseVersion")
    return _written(ctx, id_=old["id"], created=old)


def _continued(ctx: Context) -> Resource:
    which = ctx.data.continues
    found = next((p for p in ctx.case.of("CarePlan") if _named(p, which)), None)
    if found is None:
        raise EventError("IPK-E014", at="$.data.continues")
    if found["status"] in {"completed", "revoked", "entered-in-error"}:
        raise EventError("IPK-E013", at="$.type", allowed=("ip.plan.created",))
    _may_write(ctx, ctx.book.by_organisation(views.reference_id(found.get("author"))))
    return found


def _may_write(ctx: Context, responsible: Party | None) -> None:
    """Refuse a writer of another organisation: others propose. fhir-model.md, 'who may write a plan'."""
    if ctx.party is not None and responsible is not None:
        responsibility.check_writer(author=responsible.level1_id, writer=ctx.party.level1_id)


def _named(plan: Resource, which: Any) -> bool:
    if which.plan_id:
        return bool(plan["id"] == which.plan_id)
    said = which.plan_identifier
    return said is not None and any(
        (i.get("system"), i["value"]) == (said.system, said.value) for i in plan["identifier"]
    )


def _written(ctx: Context, *, id_: str, created: Resource | None) -> Change:
    said = ctx.data.plan
    responsible = _responsible(ctx, said)
    reference = f"CarePlan/{id_}"
    there = _parts(ctx, created)
    goals = tuple(_goal(ctx, g, there) for g in said.goals)
    activities = tuple(_activity(ctx, i, reference, there) for i in range(len(said.activities)))
    evaluation = _evaluation(ctx, said, reference, there)
    gone = _dropped(there, (*goals, *activities, *evaluation))
    given = consenting.consent_resource(ctx, said.consent, subject="ip-plan", recipients=telling_parties(ctx))
    team_resource = _team(ctx, said)
    plan = plans.care_plan(
        id_=id_,
        identifier=(said.identifier.system, said.identifier.value),
        status=said.status,
        patient=f"Patient/{ctx.patient_id()}",
        author=responsible,
        created=ctx.now,
        title=said.title or TITLE,
        start=said.period.start,
        end=said.period.end,
        contributors=(common.author_reference(ctx),),
        team=f"CareTeam/{team_resource['id']}",
        supporting=(f"Consent/{given['id']}",),
        goals=tuple(f"Goal/{g['id']}" for g in goals),
        activities=tuple(f"{a['resourceType']}/{a['id']}" for a in (*activities, *evaluation)),
        contributions=said.contributions,
        cooperation=said.cooperation,
    )
    if created is not None:
        plan = {**plan, "created": created.get("created", plan["created"])}
    missing = nine.missing_items(
        plan, team_resource, activities=(*activities, *evaluation), consents=(given,)
    )
    base = common.person(ctx) + common.author(ctx)
    parties = common.parties(*telling_parties(ctx))
    return (
        base
        + Change(
            resources=(
                *parties,
                *consenting.speaker(ctx, said.consent),
                given,
                *goals,
                *activities,
                *evaluation,
                *gone,
                team_resource,
                plan,
            ),
            warnings=tuple(common.warn("IPK-E029", "$.data.plan", hint=nine.NINE[item]) for item in missing),
            case={"planId": id_},
        )
        + team.fulfilled(ctx, reference, plan_status=said.status)
    )


def telling_parties(ctx: Context) -> tuple[Party, ...]:
    """Return the acting party: whose Organization the plan and its consent name."""
    sender = ctx.inbound.sender if ctx.inbound else ctx.party
    return (sender,) if sender else ()


def _responsible(ctx: Context, said: Any) -> Any:
    party = ctx.book.by_key(said.responsible.key) if said.responsible.key else None
    if said.responsible.key and party is None:
        raise EventError("IPK-R003", at="$.data.plan.responsible.key")
    _may_write(ctx, party)
    reference = common.organisation(party) or (common.organisation(ctx.party) if ctx.party else None)
    return reference or {"display": said.responsible.name}


def _parts(ctx: Context, plan: Resource | None) -> Parts:
    """Return what a stored plan consists of, by type and the writer's own key; nothing for a new plan."""
    listed = [g["reference"] for g in (plan or {}).get("goal", ())]
    listed += [a["reference"]["reference"] for a in (plan or {}).get("activity", ()) if "reference" in a]
    found = (ctx.case.get(reference) for reference in listed)
    return {(r["resourceType"], _key_of(r)): r for r in found if r is not None}


def _key_of(resource: Resource) -> str:
    keys = (i["value"] for i in resource.get("identifier", ()) if i.get("system") == urls.PLAN_PART)
    return EVALUATION if plans.is_evaluation(resource) else next(keys, str(resource["id"]))


def _id(ctx: Context, there: Parts, type_: str, key: str) -> str:
    """Return the id of a part of the plan: as it was, or made by this event."""
    known = there.get((type_, key))
    return str(known["id"]) if known else ctx.id(type_, key)


def _dropped(there: Parts, kept: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """Return the parts that the plan no longer names, as ended."""
    ids = {r["id"] for r in kept}
    gone = (r for r in there.values() if r["id"] not in ids)
    return tuple({**r, element: status} for r in gone for element, status in (ENDED[r["resourceType"]],))


def _goal(ctx: Context, said: Any, there: Parts) -> Resource:
    return plans.goal(
        id_=_id(ctx, there, "Goal", said.id),
        patient=f"Patient/{ctx.patient_id()}",
        text=said.text,
        status=said.status,
        target=said.target,
        key=said.id,
    )


def _activity(ctx: Context, number: int, plan: str, there: Parts) -> Resource:
    """Return the resource of one activity. Raises IPK-E005 where its status needs a time and none is given (app-3)."""
    try:
        return _activity_of(ctx, ctx.data.plan.activities[number], plan, there)
    except FhirError:
        raise EventError("IPK-E005", at=f"$.data.plan.activities[{number}].period") from None


def _activity_of(ctx: Context, said: Any, plan: str, there: Parts) -> Resource:
    who = ", ".join(w for w in (said.performer.name, said.performer.organisation) if w)
    types = {"service": "ServiceRequest", "task": "Task", "appointment": "Appointment"}
    return plans.activity(
        said.kind,
        id_=_id(ctx, there, types[said.kind], said.id),
        patient=f"Patient/{ctx.patient_id()}",
        title=said.title,
        status=said.status,
        plan=plan,
        text=said.text,
        start=said.period.start if said.period else None,
        end=said.period.end if said.period else None,
        performer={"display": who},
        place=said.place,
        key=said.id,
        authored=ctx.now,
    )


def _evaluation(ctx: Context, said: Any, plan: str, there: Parts) -> tuple[Resource, ...]:
    if said.next_evaluation is None:
        return ()
    id_ = _id(ctx, there, "Appointment", EVALUATION)
    return (
        plans.evaluation(
            id_=id_,
            patient=f"Patient/{ctx.patient_id()}",
            on=said.next_evaluation,
            plan=plan,
            authored=ctx.now,
        ),
    )


def _team(ctx: Context, said: Any) -> Resource:
    """Return the team with the plan's participants by name; a person named twice stands once."""
    members = tuple(
        teams.participant(
            member={"display": ", ".join(w for w in (p.name, p.organisation) if w)},
            role=_role(p.role),
            text=_words(p.role),
        )
        for p in said.participants
    )
    found = views.team(ctx.case)
    if found is None:
        return teams.care_team(
            id_=ctx.id("CareTeam"),
            patient=f"Patient/{ctx.patient_id()}",
            managing=team.responsible_organisation(ctx),
            start=said.period.start,
            participants=members,
        )
    return teams.added(found, *members)


def _role(said: str | None) -> str | None:
    """Return a participant's role where it is one of codes.ROLES."""
    return said if said in codes.ROLES else None


def _words(said: str | None) -> str | None:
    """Return a participant's role in words where it is no code of ours."""
    return None if _role(said) else said or "Deltaker"


def closed(ctx: Context) -> Change:
    """Return the plan completed, or revoked where the patient withdrew. E40."""
    old = _continued(ctx)
    status = CLOSED[ctx.data.reason_code]
    period = {**old.get("period", {}), "end": ctx.now.astimezone(clocks.OSLO).date().isoformat()}
    return (
        common.person(ctx)
        + common.author(ctx)
        + Change(resources=({**old, "status": status, "period": period},), case={"planId": old["id"]})
    )


# ── notices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def created_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the notice to the party that reported and the GP. E34."""
    return telling.notices(ctx, telling.reporters(ctx), text.TITLES[ctx.event.type], _lines(ctx))


def updated_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the notice only when coordinator, period or goals changed. E35."""
    changed = _changes(ctx, before)
    if not changed:
        return ()
    lines = [*_lines(ctx), (words.CHANGED, ", ".join(changed))]
    return telling.notices(ctx, telling.reporters(ctx), text.TITLES[ctx.event.type], lines)


def _changes(ctx: Context, before: Context) -> list[str]:
    old, new = _continued(before), _continued(ctx)
    checks = (
        ("periode", old.get("period") != new.get("period")),
        ("mål", _goals(before, old) != _goals(ctx, new)),
        ("koordinator", _coordinator(before) != _coordinator(ctx)),
    )
    return [name for name, differs in checks if differs]


def _goals(ctx: Context, plan: Resource) -> list[tuple[str, str]]:
    found = (ctx.case.get(g["reference"]) for g in plan.get("goal", ()))
    return [(g["description"]["text"], g["lifecycleStatus"]) for g in found if g]


def closed_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the notice that the plan has ended. E40."""
    plan = next(p for p in ctx.case.of("CarePlan") if _named(p, ctx.data.continues))
    lines = [
        (words.RESPONSIBLE, _party_name(ctx, plan)),
        (words.COORDINATOR, _coordinator(ctx)),
        (words.PERIOD, _period(plan)),
        (words.REASON, REASON[ctx.data.reason_code]),
    ]
    return telling.notices(ctx, telling.reporters(ctx), text.TITLES[ctx.event.type], lines)


def _lines(ctx: Context) -> list[tuple[str, str]]:
    said = ctx.data.plan
    goals = "; ".join(
        g.text for g in said.goals if g.status not in {"cancelled", "entered-in-error", "rejected"}
    )
    evaluation = text.day(said.next_evaluation) if said.next_evaluation else None
    return [
        (words.RESPONSIBLE, said.responsible.name),
        (words.COORDINATOR, _coordinator(ctx)),
        (words.PERIOD, _span(said.period.start, said.period.end)),
        (words.GOALS, goals),
        (words.NEXT_EVALUATION, evaluation),
    ]


def _span(start: date | None, end: date | None) -> str:
    first, last = (text.day(d) if d else "" for d in (start, end))
    return f"{first} – {last}".strip() if last else f"fra {first}"


def _period(plan: Resource) -> str:
    said = plan.get("period", {})
    start, end = (date.fromisoformat(said[k]) if said.get(k) else None for k in ("start", "end"))
    return _span(start, end)


def _party_name(ctx: Context, plan: Resource) -> str:
    organisation = ctx.case.get(plan.get("author", {}).get("reference", ""))
    party = ctx.book.by_organisation(views.reference_id(plan.get("author")))
    return party.name if party else (organisation or {}).get("name", "Ikke oppgitt")


def _coordinator(ctx: Context) -> str | None:
    """Return the name of the coordinator of the plan: the main one that has not ended, else any of role 8."""
    held = [
        a
        for a in views.assignments(ctx.case)
        if a.end is None and (a.main or a.code == codes.ROLES["koordinator-ip"].code)
    ]
    if not held:
        return None
    said = held[0].role.get("practitioner", {}).get("display")
    return str(said) if said else None
