"""A question whether a plan, or a patient who has moved, is taken over that consent no longer covers: it falls away. E39, E50.

Consent is compared before and after every event, whichever closes it (E14, E15, E16, E17). pbrl § 4-1 andre ledd; ADR 161.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from adapter import naming
from adapter.kith import text, words
from adapter.mappings import expiring, keeping, plantransfer, planview, posting, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Message, Party, Reason, Resource
from adapter.rules import anchors

TITLE: Final = text.TITLES["ip.consent.limited"]
"""Of a notice that says nothing else."""
OF_PLAN: Final = (words.RESULT, words.TRANSFER_STEPS[plantransfer.WITHDRAWN])
OF_MOVE: Final = (words.RESULT, words.NOT_TO_TAKE_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """An open question: its Task, what its event is judged as, who outside is asked, the messages that ask it, how it is taken back."""

    task: Resource
    about: str
    owner: Party
    messages: tuple[Message, ...]
    line: tuple[str, str]

    def falls(self, before: Context, after: Context) -> bool:
        """Return whether what opened is closed now. What has run out was closed before its event (E16): that it was told says it was open."""
        ran_out = before.event.type == expiring.EXPIRED and bool(self.messages)
        open_ = ran_out or plantransfer.covers(before, self.owner, about=self.about).open
        return open_ and not plantransfer.covers(after, self.owner, about=self.about).open


def followed(ctx: Context, change: Change) -> Change:
    """Return a change with the open questions as taken back that consent does not cover any more; the very change where all stand.

    Of a move, which a person goes on following, the work item stays: nobody is asked by it any more, see `moving.taken_over`.
    """
    for one in _falling(ctx, change):
        change += posting.stopped(ctx, (m for m in one.messages if posting.is_unsent(ctx.case, m)))
        plan = views.plan(ctx.case)
        if one.line == OF_PLAN and plan is not None:
            change += plantransfer.ended(ctx, plan, one.task, step=plantransfer.WITHDRAWN)
    return change


def _falling(ctx: Context, decided: Change) -> tuple[_Question, ...]:
    """Return the questions that fall away by what is decided, of those that it leaves open."""
    asked = tuple(_asked(ctx))
    if not asked:
        return ()
    after = ctx.with_case(ctx.case.having(decided.outcome(ctx.case.key)))
    open_ = {one.task["id"] for one in _asked(after)}
    return tuple(one for one in asked if one.task["id"] in open_ and one.falls(ctx, after))


def notices(before: Context, decided: Change, told: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Return the notices of an event by which questions fall away, with that word to who was asked: a line of its own notice."""
    for one in _falling(before, decided):
        had = [m for m in one.messages if posting.has_left(before.case, m)]
        if not had:
            continue
        if any(n.receiver is one.owner for n in told):
            told = tuple(_with_line(n, one.line) if n.receiver is one.owner else n for n in told)
        else:
            last = had[-1]
            word = notice(
                one.owner, TITLE, [one.line], melde_id=last.melde_id, thread=last, reasons=(_why(),)
            )
            told = (*told, word)
    return told


def _asked(ctx: Context) -> Iterator[_Question]:
    """Yield the open questions to a party outside."""
    plan = views.plan(ctx.case)
    task = planview.handed_over(ctx.case, plan) if plan is not None else None
    owner = ctx.book.by_organisation(views.reference_id((task or {}).get("owner")))
    if task is not None and owner is not None and not owner.home:
        asked = tuple(_of_plan(ctx, task, owner))
        yield _Question(task=task, about=plantransfer.TRANSFERRED, owner=owner, messages=asked, line=OF_PLAN)
    item = views.transfer(ctx.case)
    party = keeping.asked(ctx, item) if item is not None else None
    if item is not None and party is not None and not party.home:
        asked = keeping.questions(ctx.case, party)
        if asked:
            yield _Question(task=item, about=keeping.EVENT, owner=party, messages=asked, line=OF_MOVE)


def _of_plan(ctx: Context, task: Resource, owner: Party) -> Iterator[Message]:
    """Yield the messages that ask whether the plan is taken over."""
    for m in ctx.case.messages:
        made = naming.resource_id(m.event_id or "", "Task", views.CONFIRM)
        if m.direction == "out" and m.receiver_key == owner.key and made == task["id"]:
            yield m


def _why() -> Reason:
    return anchors.fixed("plan-transfer-fallen", plantransfer.WITHDRAWN)


def _with_line(told: Notice, line: tuple[str, str]) -> Notice:
    """Return a notice with the line before its Melde-id."""
    lines = told.text.split(text.CRLF)
    at = len(lines) - (1 if told.melde_id else 0)
    said = text.notice("", [line], None)
    return replace(
        told, text=text.CRLF.join([*lines[:at], said, *lines[at:]]), reasons=(*told.reasons, _why())
    )
