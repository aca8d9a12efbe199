"""The clocks of a plan: its evaluation, and small changes that wait for the end of the day. C9; events E35-E38, E62."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from adapter import timing
from adapter.fhir import needs as tasks_built
from adapter.fhir import urls
from adapter.kith import text, words
from adapter.mappings import clocks, planview, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Deadline, Resource
from adapter.rules import planclocks as rules

EVALUATION: Final = "evaluation"
DIGEST: Final = "digest"
OF_PLANS: Final = frozenset({"CarePlan", DIGEST})
"""What a clock's subject begins with where it watches a plan."""
NO_BASIS: Final = "-"


# ── evaluation: C9 ───────────────────────────────────────────────────────────────────────────────────────────────────


def evaluation(ctx: Context, plan_id: str, on: date | None, *, responsible: bool) -> Change:
    """Return the clock of the next evaluation, that of an earlier date stopped; `responsible`: the plan is our own.

    Who does not answer for the plan is told only when it is long past: the ladder begins at that step. C9, rules.clocks.
    """
    clock = _clock(ctx, plan_id, on, responsible=responsible) if on else None
    kept = {clock.id} if clock else set()
    old = tuple(replace(d, state="cancelled") for d in _evaluations(ctx, plan_id) if d.id not in kept)
    return Change(
        deadlines=(*old, *((clock,) if clock else ())),
        reasons=(rules.evaluation_reason(on),) if on else (),
    )


def _clock(ctx: Context, plan_id: str, on: date, *, responsible: bool) -> Deadline:
    subject = f"CarePlan/{plan_id}"
    clock = Deadline(
        id=clocks.deadline_id(EVALUATION, f"{subject}@{on.isoformat()}"),
        kind="evaluation",
        due=rules.end_of_day(on),
        subject=subject,
        owner=ctx.case.owner,
        case_key=ctx.patient_id(),
    )
    there = next((d for d in _evaluations(ctx, plan_id) if d.id == clock.id), None)
    if there is not None:
        return there
    late = rules.end_of_day(on + timedelta(days=rules.LATE_DAYS))
    return clock if responsible else replace(clock, level=rules.LATE_STEP, next=late)


def _evaluations(ctx: Context, plan_id: str) -> tuple[Deadline, ...]:
    wanted = ("evaluation", f"CarePlan/{plan_id}")
    return tuple(d for d in ctx.case.deadlines if d.runs and (d.kind, d.subject) == wanted)


def evaluated(ctx: Context, plan: Resource) -> Change:
    """Return the clocks of an evaluation as met, and what reminded of it as done. E38."""
    return Change(
        resources=_reminders(ctx, plan["id"], "completed"),
        deadlines=tuple(replace(d, state="met") for d in _evaluations(ctx, plan["id"])),
    )


def passed_on(ctx: Context, plan: Resource, *, ours: bool) -> Change:
    """Return the clocks of an evaluation on the ladder of who answers for the plan now: `ours` from its beginning. E39, C9."""
    running = _evaluations(ctx, plan["id"])
    if ours:
        waiting = (d for d in running if d.state == "open" and d.level == rules.LATE_STEP)
        return Change(deadlines=tuple(replace(d, level=0, next=None) for d in waiting))
    early = [d for d in running if d.level < rules.LATE_STEP]
    return Change(
        resources=_reminders(ctx, plan["id"], "cancelled") if early else (),
        deadlines=tuple(replace(d, level=rules.LATE_STEP, next=_late(d.due)) for d in early),
    )


def _late(due: datetime) -> datetime:
    return rules.end_of_day(timing.day(due) + timedelta(days=rules.LATE_DAYS))


def stopped(ctx: Context, plan: Resource) -> Change:
    """Return every clock of a plan that has ended as cancelled, and what reminded of it. E40."""
    return Change(
        resources=_reminders(ctx, plan["id"], "cancelled"),
        deadlines=tuple(
            replace(d, state="cancelled")
            for d in (*_evaluations(ctx, plan["id"]), *_of_plan(ctx, DIGEST, plan["id"]))
        ),
    )


def _of_plan(ctx: Context, prefix: str, plan_id: str) -> tuple[Deadline, ...]:
    begins = f"{prefix}/{plan_id}/"
    return tuple(d for d in ctx.case.deadlines if d.state == "open" and d.subject.startswith(begins))


def _reminders(ctx: Context, plan_id: str, status: str) -> tuple[Resource, ...]:
    """Return the open work items that remind of an evaluation, in another status; what a gap has made goes on."""
    gaps = {d.id for d in ctx.case.deadlines if d.kind == "gap"}
    return tuple(
        tasks_built.moved(t, modified=ctx.now, status=status)
        for t in ctx.case.of("Task")
        if views.code_of(t.get("code"), urls.TASK_KIND) == "review"
        and t.get("focus", {}).get("reference") == f"CarePlan/{plan_id}"
        and t["status"] not in views.FINISHED
        and views.input_of(t, "deadline") not in gaps
    )


# ── small changes: one message a day ─────────────────────────────────────────────────────────────────────────────────


def gathered(ctx: Context, plan_id: str, changed: Iterable[str]) -> Change:
    """Return the clock that tells small changes at the end of the day, with those that wait already. Only what may be sent.

    What changed stands in the clock's subject, so that a restart loses nothing; the clock is one per plan.
    """
    listed = rules.ordered((*changed, *waiting(ctx, plan_id)))
    if not listed or not ctx.may_send:
        return Change()
    running = _of_plan(ctx, DIGEST, plan_id)
    basis = getattr(ctx.data, "legal_basis", None) or NO_BASIS
    clock = Deadline(
        id=clocks.deadline_id("release", f"{DIGEST}/{plan_id}"),
        kind="release",
        due=running[0].due if running else rules.digest_due(ctx.now),
        subject=f"{DIGEST}/{plan_id}/{basis}/{'+'.join(listed)}",
        owner=ctx.case.owner,
        case_key=ctx.patient_id(),
    )
    return Change(deadlines=(clock,), reasons=(rules.digest_reason(),))


def waiting(ctx: Context, plan_id: str) -> tuple[str, ...]:
    """Return the small changes of a plan that wait to be told."""
    return tuple(
        name for d in _of_plan(ctx, DIGEST, plan_id) for name in d.subject.rpartition("/")[2].split("+")
    )


def absorbed(ctx: Context, plan_id: str) -> Change:
    """Return the clock of small changes as met: a message that leaves now tells them too."""
    return Change(deadlines=tuple(replace(d, state="met") for d in _of_plan(ctx, DIGEST, plan_id)))


def told(ctx: Context) -> Change:
    """Return the clock of small changes as met: they are told now. E62."""
    return absorbed(ctx, ctx.data.subject.split("/")[1])


def told_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the one message that tells the small changes of a day, to whom consent opens now. E62."""
    _, plan_id, basis, _ = ctx.data.subject.split("/")
    plan = ctx.case.get(f"CarePlan/{plan_id}")
    changed = waiting(before, plan_id)
    if plan is None or not changed:
        return ()
    lines = [
        (words.RESPONSIBLE, telling.responsible_name(ctx, plan)),
        (words.CHANGED, rules.in_words(changed)),
    ]
    return telling.notices(
        ctx,
        telling.reporters(ctx),
        text.TITLES["ip.plan.updated"],
        lines,
        about="ip.plan.updated",
        basis=None if basis == NO_BASIS else basis,
        gp=planview.gp(ctx),
    )
