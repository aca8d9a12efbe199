"""Individual plans: created, updated, closed. E34, E35, E40; hol § 7-1, fhir-model.md 'individual plan'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter import codes
from adapter.errors import EventError, FhirError, RoutingError
from adapter.fhir import nine, plans, teams, urls
from adapter.mappings import (
    common,
    consenting,
    planclocks,
    plannews,
    plantransfer,
    planview,
    proposed,
    team,
    views,
)
from adapter.mappings.context import Change, Context
from adapter.model import Party, Resource
from adapter.rules import planclocks as rules
from adapter.rules import planstates, responsibility

CLOSED: Final = {
    "needs-ended": "completed",
    "moved": "completed",
    "deceased": "completed",
    "patient-withdrew": "revoked",
    "entered-in-error": "entered-in-error",
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
OVER: Final = frozenset({"cancelled", "revoked", "entered-in-error", "noshow"})
"""Statuses of a part that is over already."""
Parts = Mapping[tuple[str, str], Resource]


def created(ctx: Context) -> Change:
    """Return the plan with its goals, activities, consent and team, and the need it fulfils. E34.

    A draft of a hospital in the municipality's name waits for the municipality's yes.
    """
    there = views.plan(ctx.case)
    responsibility.check_one_plan(planview.state(ctx.case, there) if there else None)
    id_ = ctx.id("CarePlan")
    said = ctx.data.plan
    author = ctx.book.by_key(said.responsible.key)
    joint = plantransfer.is_joint(ctx, author)
    made = _written(ctx, id_=id_, created=None)
    asked = plantransfer.asked(ctx, id_, to=author, joint=True) if joint and author else Change()
    return made + asked + _clock(ctx, id_, author)


def _clock(ctx: Context, id_: str, author: Party | None) -> Change:
    """Return the clock of the evaluation that the plan names."""
    own = author.home if author is not None else ctx.home is not None
    return planclocks.evaluation(ctx, id_, ctx.data.plan.next_evaluation, responsible=own)


def updated(ctx: Context) -> Change:
    """Return the whole plan as it is now; 409 when it was changed from an older version. E35."""
    old = planview.continued(ctx)
    planstates.transition(planview.state(ctx.case, old), ctx.event.type, ctx.data.plan.status)
    _check_status(old["status"], ctx.data.plan.status)
    planview.check_writer(ctx, planview.writer(ctx, old))
    planview.check_version(ctx, old)
    made = _written(ctx, id_=old["id"], created=old)
    after = ctx.with_case(ctx.case.having(made.outcome(ctx.case.key)))
    return made + _following(ctx, after, old)


def _check_status(before: str, asked: str) -> None:
    """Refuse a status that the plan's own does not lead to, where it is handed over meanwhile. Raises IPK-E013."""
    planstates.transition(before, planstates.UPDATED, asked)


def _following(ctx: Context, after: Context, old: Resource) -> Change:
    """Return the clocks after a change of the plan: another evaluation, small changes to tell at the end of the day."""
    changed = plannews.changes(after, ctx)
    new = after.case.get(f"CarePlan/{old['id']}") or old
    clock = _clock(ctx, old["id"], planview.author(ctx.book, new)) if "evaluation" in changed else Change()
    if rules.told_at_once(changed):
        return clock + (planclocks.absorbed(ctx, old["id"]) if ctx.may_send else Change())
    return clock + (planclocks.gathered(ctx, old["id"], changed) if changed else Change())


def _written(ctx: Context, *, id_: str, created: Resource | None) -> Change:
    said = ctx.data.plan
    responsible = _responsible(ctx, said)
    reference = f"CarePlan/{id_}"
    there = parts_of(ctx, created)
    goals = tuple(goal(ctx, g, there) for g in said.goals)
    activities = tuple(
        activity(ctx, one, reference, there, at=f"$.data.plan.activities[{i}]")
        for i, one in enumerate(said.activities)
    )
    evaluation = _evaluation(ctx, said, reference, there)
    gone = _dropped(there, (*goals, *activities, *evaluation))
    made = consenting.consent_resource(ctx, said.consent, subject="ip-plan", recipients=telling_parties(ctx))
    stands = consenting.standing(ctx, made)
    given, new = (stands, ()) if stands else (made, (*consenting.speaker(ctx, said.consent), made))
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
    parties = common.parties(*telling_parties(ctx), *_performing(ctx))
    return (
        base
        + Change(
            resources=(
                *parties,
                *new,
                *goals,
                *activities,
                *evaluation,
                *gone,
                team_resource,
                plan,
            ),
            warnings=tuple(common.warn("IPK-E029", "$.data.plan", hint=nine.hint(item)) for item in missing),
            case={"planId": id_},
        )
        + team.fulfilled(ctx, reference, plan_status=said.status)
    )


def _performing(ctx: Context) -> tuple[Party, ...]:
    """Return the parties of the address book that perform an activity of the plan."""
    found = (ctx.book.by_key(one.performer.key) for one in ctx.data.plan.activities)
    return tuple(party for party in found if party is not None)


def telling_parties(ctx: Context) -> tuple[Party, ...]:
    """Return the acting party: whose Organization the plan and its consent name."""
    sender = ctx.inbound.sender if ctx.inbound else ctx.party
    return (sender,) if sender else ()


def _responsible(ctx: Context, said: Any) -> Any:
    waits = _waiting(ctx)
    if waits is not None:
        return waits["author"]
    party = ctx.book.by_key(said.responsible.key) if said.responsible.key else None
    if said.responsible.key and party is None:
        raise EventError("IPK-R003", at="$.data.plan.responsible.key")
    if not plantransfer.is_joint(ctx, party):
        planview.check_writer(ctx, party)
    reference = common.organisation(party) or (common.organisation(ctx.party) if ctx.party else None)
    return reference or {"display": said.responsible.name}


def _waiting(ctx: Context) -> Resource | None:
    """Return the plan that is changed while another's yes is waited for: its author stays. None for any other."""
    if ctx.event.type != planstates.UPDATED:
        return None
    plan = planview.continued(ctx)
    return plan if planview.handed_over(ctx.case, plan) else None


def parts_of(ctx: Context, plan: Resource | None) -> Parts:
    """Return what a stored plan consists of, by type and the writer's own key; nothing for a new plan."""
    listed = [g["reference"] for g in (plan or {}).get("goal", ())]
    listed += [a["reference"]["reference"] for a in (plan or {}).get("activity", ()) if "reference" in a]
    found = (ctx.case.get(reference) for reference in listed)
    return {(r["resourceType"], _key_of(r)): r for r in found if r is not None}


def _key_of(resource: Resource) -> str:
    keys = (i["value"] for i in resource.get("identifier", ()) if i.get("system") == urls.PLAN_PART)
    return EVALUATION if plans.is_evaluation(resource) else next(keys, str(resource["id"]))


def _own(said: Any, there: Parts, type_: str) -> dict[str, Any] | None:
    """Return the writer's own identifier of a part: as said, else as it was."""
    if said.identifier is not None:
        return {"system": said.identifier.system, "value": said.identifier.value}
    return plans.own(there.get((type_, said.id), {}))


def _id(ctx: Context, there: Parts, type_: str, key: str) -> str:
    """Return the id of a part of the plan: as it was, or made by this event."""
    known = there.get((type_, key))
    return str(known["id"]) if known else ctx.id(type_, key)


def _dropped(there: Parts, kept: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """Return the parts that the plan no longer names, as ended."""
    ids = {r["id"] for r in kept}
    gone = ((r, *ENDED[r["resourceType"]]) for r in there.values() if r["id"] not in ids)
    return tuple({**r, element: status} for r, element, status in gone if r[element] not in OVER)


def goal(ctx: Context, said: Any, there: Parts) -> Resource:
    """Return the Goal of a goal as said: the one there is, or a new one."""
    return plans.goal(
        id_=_id(ctx, there, "Goal", said.id),
        patient=f"Patient/{ctx.patient_id()}",
        text=said.text,
        status=said.status,
        target=said.target,
        key=said.id,
        own=_own(said, there, "Goal"),
    )


def activity(ctx: Context, said: Any, plan: str, there: Parts, *, at: str) -> Resource:
    """Return the resource of one activity: the one there is, or a new one; `at` is where it stands in the event.

    Raises EventError IPK-E005 where its status needs a time and none is given (app-3), RoutingError IPK-R003.
    """
    try:
        return _activity(ctx, said, plan, there, at=at)
    except FhirError:
        raise EventError("IPK-E005", at=f"{at}.period") from None


TYPES: Final = {"service": "ServiceRequest", "task": "Task", "appointment": "Appointment"}
"""Kind of activity → type of its resource."""


def performer(ctx: Context, said: Any, *, kind: str, at: str) -> dict[str, Any]:
    """Return who does an activity as a reference: by name, and the organisation where the address book lists it.

    An Appointment may name no Organization (R4 Appointment.participant.actor): there it is a logical reference.
    """
    party = ctx.book.by_key(said.key)
    if said.key and party is None:
        raise RoutingError("IPK-R003", at=f"{at}.performer.key")
    who = ", ".join(w for w in (said.name, said.organisation) if w)
    reference = common.organisation(party)
    if party is not None and kind == "appointment":
        return {"identifier": {"system": urls.RECIPIENT, "value": party.key}, "display": who}
    return {"reference": reference, "display": who} if reference else {"display": who}


def _activity(ctx: Context, said: Any, plan: str, there: Parts, *, at: str) -> Resource:
    when = said.slot or said.period
    made = plans.activity(
        said.kind,
        id_=_id(ctx, there, TYPES[said.kind], said.id),
        patient=f"Patient/{ctx.patient_id()}",
        title=said.title,
        status=said.status,
        plan=plan,
        text=said.text,
        start=when.start if when else None,
        end=when.end if when else None,
        performer=performer(ctx, said.performer, kind=said.kind, at=at),
        place=said.place,
        key=said.id,
        own=_own(said, there, TYPES[said.kind]),
        authored=ctx.now,
    )
    return _begun(made, there)


def _evaluation(ctx: Context, said: Any, plan: str, there: Parts) -> tuple[Resource, ...]:
    if said.next_evaluation is None:
        return ()
    made = plans.evaluation(
        id_=_id(ctx, there, "Appointment", EVALUATION),
        patient=f"Patient/{ctx.patient_id()}",
        on=said.next_evaluation,
        plan=plan,
        authored=ctx.now,
    )
    return (_begun(made, there),)


def _begun(made: Resource, there: Parts) -> Resource:
    """Return a part of the plan as authored when it was first said: a plan that repeats it says nothing new of it."""
    known = there.get((made["resourceType"], _key_of(made)), {})
    return {**made, **{name: known[name] for name in ("authoredOn", "created") if name in known}}


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
    old = planview.continued(ctx)
    status = CLOSED[ctx.data.reason_code]
    before = planview.state(ctx.case, old)
    planstates.transition(before, ctx.event.type, status)
    planview.check_writer(ctx, planview.writer(ctx, old))
    period = old.get("period", {})
    # One that is closed before it begins has no day of its own; R4 wants no end before the start (per-1).
    today = ctx.today.isoformat()
    period = {**period, "end": max(today, period.get("start", today))}
    return (
        common.person(ctx)
        + common.author(ctx)
        + Change(resources=({**old, "status": status, "period": period},), case={"planId": old["id"]})
        + planclocks.stopped(ctx, old)
        + plantransfer.called_off(ctx, old)
        + proposed.called_off(ctx, old)
    )
