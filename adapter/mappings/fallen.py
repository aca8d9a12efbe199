"""A question whether a plan is taken over that the patient's consent no longer covers: it falls away, and who was asked is told. E39.

Consent is compared before and after every event, whichever closes it (E14, E15, E16, E17). pbrl § 4-1 andre ledd; ADR 161.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from adapter import naming
from adapter.kith import text, words
from adapter.mappings import plantransfer, planview, posting, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Message, Party, Resource
from adapter.rules import anchors

TITLE: Final = text.TITLES["ip.consent.limited"]
"""Of a notice that says nothing else."""
LINE: Final = (words.RESULT, words.TRANSFER_STEPS[plantransfer.WITHDRAWN])


def followed(ctx: Context, change: Change) -> Change:
    """Return a change with the open question as taken back where consent does not cover it any more; the very change where it stands."""
    asked = _asked(ctx)
    if asked is None:
        return change
    plan, task, owner = asked
    after = ctx.with_case(ctx.case.having(change.outcome(ctx.case.key)))
    listed = tuple(_questions(ctx, task, owner))
    if _asked(after) is None or not _falls(owner, ctx, after, told=bool(listed)):
        return change
    unsent = (m for m in listed if posting.is_unsent(ctx.case, m))
    over = plantransfer.ended(ctx, plan, task, step=plantransfer.WITHDRAWN)
    return change + posting.stopped(ctx, unsent) + over


def notices(before: Context, told: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Return the notices of an event by which a question falls away, with that word to who was asked: a line of its own notice."""
    asked = _asked(before)
    if asked is None:
        return told
    _, task, owner = asked
    had = [m for m in _questions(before, task, owner) if posting.has_left(before.case, m)]
    if not had:
        return told
    if any(n.receiver is owner for n in told):
        return tuple(_with_line(n) if n.receiver is owner else n for n in told)
    why = (anchors.fixed("plan-transfer-fallen", plantransfer.WITHDRAWN),)
    return (*told, notice(owner, TITLE, [LINE], melde_id=had[-1].melde_id, thread=had[-1], reasons=why))


def _asked(ctx: Context) -> tuple[Resource, Resource, Party] | None:
    """Return the plan, the open question and who outside is asked, None where nobody is."""
    plan = views.plan(ctx.case)
    task = planview.handed_over(ctx.case, plan) if plan is not None else None
    owner = ctx.book.by_organisation(views.reference_id((task or {}).get("owner")))
    if plan is None or task is None or owner is None or owner.home:
        return None
    return plan, task, owner


def _falls(owner: Party, before: Context, after: Context, *, told: bool) -> bool:
    """Return whether what opened is closed now. Where it has run out it was so before the event: that it was `told` says it was open."""
    open_ = told or plantransfer.covers(before, owner).open
    return open_ and not plantransfer.covers(after, owner).open


def _questions(ctx: Context, task: Resource, owner: Party) -> Iterator[Message]:
    """Yield the messages that ask it."""
    for m in ctx.case.messages:
        made = naming.resource_id(m.event_id or "", "Task", views.CONFIRM)
        if m.direction == "out" and m.receiver_key == owner.key and made == task["id"]:
            yield m


def _with_line(told: Notice) -> Notice:
    """Return a notice with the line before its Melde-id."""
    lines = told.text.split(text.CRLF)
    at = len(lines) - (1 if told.melde_id else 0)
    said = text.notice("", [LINE], None)
    why = anchors.fixed("plan-transfer-fallen", plantransfer.WITHDRAWN)
    return replace(told, text=text.CRLF.join([*lines[:at], said, *lines[at:]]), reasons=(*told.reasons, why))
