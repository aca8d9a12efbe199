"""Who answers for a plan changes: asked, and answered; a plan that a hospital begins in the municipality's name. E39, E34.

The plan itself moves (CarePlan.author), it is never copied; domain § 1.5, hol § 7-1, sphl § 2-5.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from adapter.errors import EventError, RoutingError
from adapter.fhir import needs as tasks_built
from adapter.fhir import parts, teams
from adapter.kith import text, words
from adapter.kith.titles import JOINT_DRAFT
from adapter.mappings import clocks, common, grants, named, planview, telling, tellon, transferread, views
from adapter.mappings import planclocks as evaluations
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Deadline, Party, Resource
from adapter.rules import anchors, consent, planclocks, planstates, responsibility
from adapter.rules.clocks import reply_due

REQUESTED: Final = "requested"
ACCEPTED: Final = "accepted"
WITHDRAWN: Final = "withdrawn"
HOSPITAL: Final = "101"
MUNICIPALITY: Final = "102"
"""Organisation types of list 9040."""
TRANSFERRED: Final = "ip.plan.transferred"
QUESTIONS: Final = frozenset({text.TITLES[TRANSFERRED], JOINT_DRAFT})
"""Tema of what asks whether a plan is taken over."""
ANSWERED: Final = {"accepted": "completed", "declined": "rejected", "withdrawn": "cancelled"}
"""Step → Task.status."""


def transferred(ctx: Context) -> Change:
    """Return a plan that waits for another organisation's answer, or what was answered. E39."""
    plan = planview.continued(ctx)
    read = transferread.waiting(ctx, plan)
    if read is not None:
        return _confirmed(ctx, plan, read)
    before = planview.state(ctx.case, plan)
    after = planstates.transition(before, ctx.event.type, ctx.data.step) or before
    why = planstates.explain(before, after if ctx.data.step == REQUESTED else str(plan["status"]))
    said = common.person(ctx) if ctx.event.origin == "posted" else Change()
    base = said + common.author(ctx) + Change(reasons=(why,), case={"planId": plan["id"]})
    if ctx.data.step == REQUESTED:
        planview.check_writer(ctx, planview.author(ctx.book, plan))
        return base + asked(ctx, plan["id"], to=_next(ctx, plan), joint=False)
    return base + _answered(ctx, plan)


def _confirmed(ctx: Context, plan: Resource, read: Resource) -> Change:
    """Return a yes that was read already as told to the others: the plan has moved, its work item is done. ADR 90."""
    why = anchors.fixed("plan-transfer", ctx.data.step)
    said = Change(resources=(tellon.done(ctx, read),), reasons=(why,), case={"planId": plan["id"]})
    return common.person(ctx) + common.author(ctx) + said


def _next(ctx: Context, plan: Resource) -> Party:
    """Return who is asked to take over. Raises RoutingError IPK-R003 unknown, EventError IPK-E061 the same organisation."""
    party = ctx.book.by_key(ctx.data.to.key)
    if party is None:
        raise RoutingError("IPK-R003", at="$.data.to.key")
    old = planview.author(ctx.book, plan)
    if old is not None and old.level1_id == party.level1_id:
        raise EventError("IPK-E061", at="$.data.to.key")
    return party


def asked(ctx: Context, plan_id: str, *, to: Party, joint: bool) -> Change:
    """Return the question whether a party takes a plan over, with its clock. `joint`: a draft begun in its name."""
    id_ = ctx.id("Task", views.CONFIRM)
    due = reply_due(ctx.now, planclocks.TRANSFER_DAYS)
    task = tasks_built.work_item(
        id_=id_,
        kind=views.CONFIRM,
        authored=ctx.now,
        patient=f"Patient/{ctx.patient_id()}",
        focus=f"CarePlan/{plan_id}",
        requester=common.organisation(ctx.party),
        owner=common.organisation(to),
        due=due,
        inputs=() if joint else (("from", ctx.data.date.isoformat()), ("reason", ctx.data.reason_code)),
    )
    subject = f"Task/{id_}"
    clock = Deadline(
        id=clocks.deadline_id("reply", subject),
        kind="reply",
        due=due,
        subject=subject,
        owner=ctx.case.owner,
        case_key=ctx.patient_id(),
    )
    rule = anchors.fixed("plan-joint-draft", "venter") if joint else anchors.fixed("plan-transfer", "venter")
    again = transferread.asked_again(ctx)
    return Change(resources=(*common.parties(to), task, *again), deadlines=(clock,), reasons=(rule,))


def _answered(ctx: Context, plan: Resource) -> Change:
    task = planview.handed_over(ctx.case, plan)
    if task is None:
        raise EventError("IPK-E013", at="$.type", allowed=planstates.allowed(str(plan["status"])))
    _may_answer(ctx, task)
    _check_consent(ctx, task)
    return ended(ctx, plan, task, step=ctx.data.step)


def _check_consent(ctx: Context, task: Resource) -> None:
    """Refuse a yes where the patient's consent does not cover that the plan goes there. Raises EventError IPK-E101."""
    owner = ctx.book.by_organisation(views.reference_id(task.get("owner")))
    outside = owner is not None and not owner.home
    if ctx.data.step == ACCEPTED and outside and owner is not None and not covers(ctx, owner).open:
        raise EventError("IPK-E101", at="$.data.step")


def covers(ctx: Context, party: Party, *, about: str = TRANSFERRED) -> consent.Verdict:
    """Return what consent says now of a party taking a plan over, or what it is `about`; a basis in law was named where it was taken."""
    who = named.called(ctx.case, party)
    if party.key in telling.reporting_keys(ctx.case):
        who = (*who, consent.REPORTER)
    granted, day = grants.newest_first(ctx.case), ctx.today
    return grants.verdict(ctx.case, granted, about, who, legal_basis="hpl-25-45", on=day)


def ended(ctx: Context, plan: Resource, task: Resource, *, step: str) -> Change:
    """Return a question as answered or taken back, the plan at the one who answers for it now, and the clocks."""
    done = tasks_built.moved(task, modified=ctx.now, status=ANSWERED[step])
    clock = clocks.close_subject(ctx, "reply", f"Task/{task['id']}")
    owner = task["owner"] if step == ACCEPTED else task["requester"]
    why = anchors.fixed("plan-transfer", step)
    gone = moved(ctx, plan, owner)
    now = ctx.book.by_organisation(views.reference_id(owner))
    ladder = evaluations.passed_on(ctx, plan, ours=now is not None and now.home) if gone else Change()
    tell = transferread.item(ctx, task)
    return ladder + Change(resources=(*gone, done, *tell), deadlines=clock, reasons=(why,))


def moved(ctx: Context, plan: Resource, owner: Resource) -> tuple[Resource, ...]:
    """Return the plan with its team at the organisation that answers for it now; nothing where it is the same.

    What waited to be told of an earlier move falls away.
    """
    if views.reference_id(plan.get("author")) == views.reference_id(owner):
        return ()
    passed = parts.changed(plan, author=owner)
    team = views.team(ctx.case)
    managed = (teams.managed(team, managing=owner),) if team is not None else ()
    return (passed, *managed, *transferread.overtaken(ctx, plan))


def _may_answer(ctx: Context, task: Resource) -> None:
    """Refuse an answer by who was not asked; the one who asked may record it, and says who gave it.

    Raises EventError IPK-E025 another organisation, IPK-E005 nobody named who answered.
    """
    mine = ctx.party.level1_id if ctx.party is not None else None
    old, new = (ctx.book.by_organisation(views.reference_id(task.get(who))) for who in ("requester", "owner"))
    asked_by, takes_over = (p.level1_id if p is not None else None for p in (old, new))
    if ctx.data.step == "withdrawn":
        responsibility.check_writer(author=asked_by or "", writer=mine or "")
        return
    if mine == takes_over:
        return
    responsibility.check_writer(author=asked_by or "", writer=mine or "")
    if ctx.data.answered_by is None:
        raise EventError("IPK-E005", at="$.data.answeredBy")


def was_asked(before: Context) -> tuple[telling.To, ...]:
    """Return the outside party that an open question asks to take the plan over: it hears that there is nothing to answer. E40."""
    task = planview.handed_over(before.case, planview.continued(before)) or {}
    party = before.book.by_organisation(views.reference_id(task.get("owner")))
    return () if party is None or party.home else (_to(before, party),)


def answering(ctx: Context) -> Party | None:
    """Return whose answer the one who asked records, None for every other event. E39."""
    if getattr(ctx.data, "answered_by", None) is None or ctx.data.continues.task_id is not None:
        return None
    task = planview.handed_over(ctx.case, planview.continued(ctx)) or {}
    return ctx.book.by_organisation(views.reference_id(task.get("owner")))


def called_off(ctx: Context, plan: Resource) -> Change:
    """Return the question of a plan that has ended as cancelled, with its clock, and what waited to be told of it. E40."""
    untold = Change(resources=transferread.overtaken(ctx, plan))
    task = planview.handed_over(ctx.case, plan)
    if task is None:
        return untold
    clock = clocks.close_subject(ctx, "reply", f"Task/{task['id']}")
    return untold + Change(
        resources=(tasks_built.moved(task, modified=ctx.now, status="cancelled"),),
        deadlines=tuple(replace(d, state="cancelled") for d in clock),
    )


# ── begun together ───────────────────────────────────────────────────────────────────────────────────────────────────


def is_joint(ctx: Context, author: Party | None) -> bool:
    """Return whether a hospital begins a draft in the name of the municipality that is to answer for it. E34."""
    return (
        ctx.event.type == "ip.plan.created"
        and ctx.data.plan.status == "draft"
        and ctx.party is not None
        and author is not None
        and ctx.party.type == HOSPITAL
        and author.type == MUNICIPALITY
    )


def joint_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the question to the municipality in whose name a draft was begun. E34."""
    author = ctx.book.by_key(ctx.data.plan.responsible.key)
    if author is None or author.home or not is_joint(ctx, author):
        return ()
    lines = [
        (words.RESPONSIBLE, author.name),
        (words.FROM_DATE, text.day(ctx.data.plan.period.start)),
        (words.REPLY, words.TAKES_OVER),
    ]
    return tuple(
        replace(n, reasons=(*n.reasons, anchors.fixed("plan-joint-draft", "venter")), asks=True)
        for n in telling.notices(ctx, (_to(ctx, author),), JOINT_DRAFT, lines)
        if n.receiver is author
    )


# ── notices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the question to who is to take over, or the answer to those who know the plan. E39."""
    plan = planview.continued(before)
    title = text.TITLES[ctx.event.type]
    if ctx.data.step == REQUESTED:
        to = ctx.book.by_key(ctx.data.to.key)
        if to is None or to.home:
            return ()
        lines = [
            (words.RESPONSIBLE, telling.responsible_name(ctx, plan)),
            (words.NEW_RESPONSIBLE, to.name),
            (words.FROM_DATE, text.day(ctx.data.date)),
            (words.REASON, words.TRANSFER_REASONS[ctx.data.reason_code]),
            (words.REPLY, words.TAKES_OVER),
        ]
        told = telling.notices(ctx, (_to(ctx, to),), title, lines)
        return tuple(replace(n, asks=True) for n in told if n.receiver is to)
    return _answer_notices(ctx, before, plan, title)


def _answer_notices(ctx: Context, before: Context, plan: Resource, title: str) -> tuple[Notice, ...]:
    """Return the answer to who reported, the GP and the two organisations; not to the one whose written answer it is."""
    read = transferread.waiting(before, plan)
    task = read or planview.handed_over(before.case, plan) or {}
    lines = [
        (words.RESPONSIBLE, telling.responsible_name(ctx, planview.continued(ctx))),
        (words.RESULT, words.TRANSFER_STEPS[ctx.data.step]),
        (words.FROM_DATE, _from(task)),
    ]
    to = {p.key: (p, t, m) for p, t, m in telling.reporters(ctx)}
    if read is None:
        to |= {p.key: _to(ctx, p) for p in _both(ctx, task) if not p.home}
    else:
        to.pop(tellon.answered_by(ctx, read), None)
    return telling.notices(ctx, to.values(), title, lines)


def _both(ctx: Context, task: Resource) -> list[Party]:
    """Return who asked and who was asked."""
    found = (ctx.book.by_organisation(views.reference_id(task.get(who))) for who in ("requester", "owner"))
    return [p for p in found if p is not None]


def _from(task: Resource) -> str | None:
    """Return the day that the question named."""
    said = (i["valueString"] for i in task.get("input", ()) if i["type"]["text"] == "from")
    return next((text.day(date.fromisoformat(day)) for day in said), None)


def _to(ctx: Context, party: Party) -> telling.To:
    latest = views.dialogue(ctx.case, party.key)
    return party, latest, latest.melde_id if latest else None
