"""A question whether we take over a plan, or a patient who has moved: read, answered, and its answer read. E39, E50, E34.

Who is asked gets a Task `confirm-transfer` on the received message; E39 that continues it answers by `Svar:` in the thread.
domain § 1.5; message-rules.md, 'What a received message becomes'; ADR 82.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from adapter import naming
from adapter.errors import EventError
from adapter.fhir import needs as tasks_built
from adapter.fhir import urls
from adapter.kith import text, words
from adapter.kith.text import TITLES, ParsedText
from adapter.kith.titles import JOINT_DRAFT
from adapter.mappings import common, planclocks, plantransfer, planview, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.views import communication_of
from adapter.model import Case, Message, Party, Resource
from adapter.rules import anchors, planstates, responsibility

EVENT: Final = "ip.plan.transferred"
MOVED: Final = TITLES["ip.patient.moved"]
ASKS: Final[Mapping[str, str]] = MappingProxyType(
    {TITLES[EVENT]: words.ASKED_PLAN, JOINT_DRAFT: words.ASKED_PLAN, MOVED: words.ASKED_MOVED}
)
"""Title of a question → what a person is to answer."""
OTHER: Final = frozenset(TITLES.values()) - set(ASKS)
"""Titles of what is no such question."""
TAKES_BACK: Final = frozenset({TITLES[EVENT], TITLES["ip.consent.withdrawn"], TITLES["ip.consent.limited"]})
"""Titles of what may take a question back: that, or that the consent it rested on is no more."""
STEPS: Final = frozenset({"accepted", "declined"})
"""What answers a question: steps of E39, and answers of a `Svar` line."""
WITHDRAWN: Final = "withdrawn"
ASKED: Final = "asked"
"""Input of the Task: the question's title, which the answer bears after `Re: `."""


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def asked(said: ParsedText) -> str | None:
    """Return what a person is to answer where a message begins with a question of this kind, None where it does not."""
    if not said.begins or said.answer is not None or words.REPLY not in said.labels:
        return None
    return ASKS.get(said.title or "")


def takes_back(said: ParsedText, case: Case, sender: Party | None) -> bool:
    """Return whether a message takes back a question that waits for our answer. E39."""
    told = said.labels.get(words.RESULT) == words.TRANSFER_STEPS[WITHDRAWN]
    return said.begins and told and said.title in TAKES_BACK and bool(_waiting(case, sender))


def question_answered(case: Case, message: Message, sender: Party | None, *, subject: str) -> Message | None:
    """Return the question of ours that a received message answers, None where it answers another thing or that is not plain.

    Its Tema says so, else what it refers to: its parent, or without one the last of its thread. To a question of a move a
    yes without such a Tema may as well mean a need that was forwarded in the same thread.
    """
    named = subject.removeprefix("Re: ")
    ours = [
        m for m in case.messages if (m.direction, m.receiver_key) == ("out", sender.key if sender else "")
    ]
    asked = next((m for m in reversed(ours) if m.subject == named), None) if named in ASKS else None
    if asked is not None or named in OTHER:
        return asked
    refers = [
        m
        for m in ours
        if m.msg_id == message.parent or (not message.parent and message.thread in (m.msg_id, m.thread))
    ]
    last = refers[-1] if refers else None
    plain = last is not None and (last.subject != MOVED or message.type == "DIALOG_SVAR")
    return last if last is not None and plain and last.subject in ASKS else None


def plan_asked_of(case: Case, question: Message) -> str | None:
    """Return the id of the plan that a question of ours asks to take over, None where it is answered already."""
    task = case.get(f"Task/{naming.resource_id(question.event_id or '', 'Task', views.CONFIRM)}")
    if task is None or task["status"] in views.FINISHED:
        return None
    type_, _, id_ = str(task.get("focus", {}).get("reference", "")).partition("/")
    return id_ if type_ == "CarePlan" else None


# ── the Task of who is asked ─────────────────────────────────────────────────────────────────────────────────────────


def _waiting(case: Case, sender: Party | None) -> tuple[Resource, ...]:
    """Return the questions of a party that wait for our answer."""
    mine = f"Organization/{sender.organisation_id}" if sender is not None else ""
    return tuple(
        t
        for t in case.of("Task")
        if views.code_of(t.get("code"), urls.TASK_KIND) == views.CONFIRM
        and t["status"] not in views.FINISHED
        and str(t.get("focus", {}).get("reference", "")).startswith("Communication/")
        and t.get("requester", {}).get("reference") == mine
    )


def overtaken(ctx: Context) -> Change:
    """Return the questions that a received message takes back, or asks anew, as cancelled. E58."""
    inbound = ctx.inbound
    if inbound is None:
        return Change()
    again = inbound.item == views.CONFIRM
    if not again and inbound.suggestion.get("answer") != WITHDRAWN:
        return Change()
    gone = (t for t in _waiting(ctx.case, inbound.sender) if _same_matter(t, ctx, again=again))
    return Change(resources=tuple(tasks_built.moved(t, modified=ctx.now, status="cancelled") for t in gone))


def _same_matter(task: Resource, ctx: Context, *, again: bool) -> bool:
    """Return whether a Task asks what is asked anew, or is about a plan where a question is taken back."""
    return task.get("description") == (ctx.data.reason if again else words.ASKED_PLAN)


# ── answering ────────────────────────────────────────────────────────────────────────────────────────────────────────


def transferred(ctx: Context) -> Change:
    """Return a plan asked for or answered for by its own id, or a received question with our answer. E39."""
    if ctx.data.continues.task_id is None:
        return plantransfer.transferred(ctx)
    task = _task(ctx)
    _may_answer(ctx, task)
    step = ctx.data.step
    done = tasks_built.moved(task, modified=ctx.now, status=plantransfer.ANSWERED[step])
    base = common.person(ctx) + common.author(ctx)
    return base + _taken(ctx, task) + Change(
        resources=(done,), reasons=(anchors.fixed("plan-transfer", step),)
    )  # fmt: skip


def _task(ctx: Context) -> Resource:
    """Return the question that waits. Raises EventError IPK-E014 where it is none, IPK-E087 where nobody waits any more."""
    task = ctx.case.get(f"Task/{ctx.data.continues.task_id}")
    if task is None or task["status"] in views.FINISHED:
        raise EventError("IPK-E087", at="$.data.continues.taskId")
    focus = str(task.get("focus", {}).get("reference", ""))
    kind = views.code_of(task.get("code"), urls.TASK_KIND)
    if kind != views.CONFIRM or not focus.startswith("Communication/"):
        raise EventError("IPK-E014", at="$.data.continues.taskId")
    return task


def _may_answer(ctx: Context, task: Resource) -> None:
    """Refuse an answer by another organisation than the one that was asked. Raises EventError IPK-E025."""
    owner = ctx.book.by_organisation(views.reference_id(task.get("owner")))
    responsibility.check_writer(
        author=owner.level1_id if owner else "", writer=ctx.party.level1_id if ctx.party else ""
    )


def _taken(ctx: Context, task: Resource) -> Change:
    """Return the plan as known here at the one who answers yes, where it was the asker's; nothing otherwise."""
    plan = views.plan(ctx.case)
    mine = common.organisation(ctx.party)
    if ctx.data.step != "accepted" or plan is None or mine is None:
        return Change()
    held, asker = (
        planview.author(ctx.book, plan),
        ctx.book.by_organisation(views.reference_id(task.get("requester"))),
    )
    if held is None or asker is None or held.level1_id != asker.level1_id:
        return Change()
    moved = plantransfer.moved(ctx, plan, {"reference": mine})
    why = planstates.explain(planview.state(ctx.case, plan), str(plan["status"]))
    ladder = planclocks.passed_on(ctx, plan, ours=True)
    return ladder + Change(resources=moved, reasons=(why,), case={"planId": plan["id"]})


def notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the answer to whoever asked, in its thread; for a plan of our own see plantransfer. E39."""
    if ctx.data.continues.task_id is None:
        return plantransfer.notices(ctx, before)
    question = _question(before)
    asker = ctx.book.by_key(question.sender_key) if question is not None else None
    if question is None or asker is None or asker.home:
        return ()
    lines: list[tuple[str, Any]] = [
        text.answer_line(ctx.data.step),
        (words.HANDLED_BY, ctx.party.display if ctx.party else None),
    ]
    return (
        Notice(
            receiver=asker,
            title=text.reply_subject(_title(ctx, before)),
            text=text.notice("", lines, question.melde_id),
            melde_id=question.melde_id,
            thread=question,
            answers=question if question.type == "DIALOG_FORESPORSEL" else None,
            reasons=(anchors.fixed("plan-transfer", ctx.data.step),),
        ),
    )


def _question(before: Context) -> Message | None:
    focus = _task(before)["focus"]["reference"]
    return next((m for m in before.case.messages if communication_of(m) == focus), None)


def _title(ctx: Context, before: Context) -> str:
    """Return the title of the question, as the Task tells what was asked."""
    return views.input_of(_task(before), ASKED) or TITLES[ctx.event.type]
