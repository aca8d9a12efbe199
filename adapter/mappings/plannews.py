"""What is told of a plan: that it was made, what changed, that it has ended. E34, E35, E40; message-rules.md, 'Who gets what'."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from adapter import codes
from adapter.fhir import plans
from adapter.kith import text, words
from adapter.mappings import planclocks, plantransfer, planview, telling, views
from adapter.mappings.context import Context, Notice
from adapter.model import Resource
from adapter.rules import planclocks as rules

REASON: Final = {
    "needs-ended": "Behovet er opphørt",
    "patient-withdrew": "Pasienten ønsker ikke lenger individuell plan",
    "entered-in-error": "Planen var registrert ved en feil",
    "moved": "Pasienten har flyttet",
    "deceased": "Pasienten er død",
}


def created_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the notice to the party that reported and the GP; of a draft begun together also the question. E34."""
    told = telling.notices(ctx, telling.reporters(ctx), text.TITLES[ctx.event.type], _lines(ctx))
    return (*plantransfer.joint_notices(ctx), *told)


def updated_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the notice when coordinator, period or goals changed, with what else did; the rest waits for a day's end. E35."""
    changed = changes(ctx, before)
    if not rules.told_at_once(changed):
        return ()
    plan_id = planview.continued(before)["id"]
    listed = (*changed, *planclocks.waiting(before, plan_id))
    lines = [*_lines(ctx), (words.CHANGED, rules.in_words(listed))]
    return telling.notices(ctx, telling.reporters(ctx), text.TITLES[ctx.event.type], lines)


def changes(ctx: Context, before: Context) -> tuple[str, ...]:
    """Return what differs between two versions of a plan, by the names of rules.planclocks.CHANGES."""
    old, new = planview.continued(before), planview.continued(ctx)
    checks = (
        ("period", old.get("period") != new.get("period")),
        ("goals", _goals(before, old) != _goals(ctx, new)),
        ("coordinator", _coordinator(before) != _coordinator(ctx)),
        ("status", old["status"] != new["status"]),
        ("activities", _activities(before, old) != _activities(ctx, new)),
        ("evaluation", _next_evaluation(before, old) != _next_evaluation(ctx, new)),
        ("participants", _participants(before) != _participants(ctx)),
        ("content", any(old.get(name) != new.get(name) for name in ("title", "note"))),
    )
    return tuple(name for name, differs in checks if differs)


def _activities(ctx: Context, plan: Resource) -> list[dict[str, Any]]:
    """Return the activities of a plan as they stand, without versions and instants."""
    listed = (ctx.case.get(a["reference"]["reference"]) for a in plan.get("activity", ()))
    passing = {"meta", "authoredOn", "lastModified", "created"}
    return [
        {k: v for k, v in one.items() if k not in passing}
        for one in listed
        if one is not None and not plans.is_evaluation(one)
    ]


def _next_evaluation(ctx: Context, plan: Resource) -> str | None:
    """Return the day of the next evaluation of a plan, as its Appointment states it."""
    listed = (ctx.case.get(a["reference"]["reference"]) for a in plan.get("activity", ()))
    days = (
        one.get("requestedPeriod", [{}])[0].get("start") for one in listed if one and plans.is_evaluation(one)
    )
    return next((str(day) for day in days if day), None)


def _participants(ctx: Context) -> list[tuple[str, str]]:
    """Return who takes part by name alone: coordinators are another matter."""
    listed = (views.team(ctx.case) or {}).get("participant", ())
    return [
        (one["member"].get("display", ""), str(one.get("role")))
        for one in listed
        if "reference" not in one["member"]
    ]


def _goals(ctx: Context, plan: Resource) -> list[tuple[str, str]]:
    found = (ctx.case.get(g["reference"]) for g in plan.get("goal", ()))
    return [(g["description"]["text"], g["lifecycleStatus"]) for g in found if g]


def closed_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the notice that the plan has ended, to who was asked to take it over too. E40, E39."""
    plan = planview.continued(ctx)
    lines = [
        (words.RESPONSIBLE, telling.responsible_name(ctx, plan)),
        (words.COORDINATOR, _coordinator(ctx)),
        (words.PERIOD, _period(plan)),
        (words.REASON, REASON[ctx.data.reason_code]),
    ]
    to = (*telling.reporters(ctx), *plantransfer.was_asked(before))
    return telling.notices(ctx, to, text.TITLES[ctx.event.type], lines)


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


def _coordinator(ctx: Context) -> str | None:
    """Return the name of the coordinator of the plan: the main one that has not ended, else any of role 8."""
    held = [
        a
        for a in views.assignments(ctx.case)
        if a.lasts(ctx.today) and (a.main or a.code == codes.ROLES["koordinator-ip"].code)
    ]
    if not held:
        return None
    said = held[0].role.get("practitioner", {}).get("display")
    return str(said) if said else None
