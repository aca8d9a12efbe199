"""A need answered and withdrawn. E03, E04, E06, E07, E09; pbrl § 7-2, message-rules.md 'The text'."""

from __future__ import annotations

from typing import Final

from adapter import timing
from adapter.errors import EventError
from adapter.kith import text, words
from adapter.mappings import asked, common, needread, passing, release, reporting, stopping, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.mappings.scope import melde_part, scoped
from adapter.model import Message, Party, Resource
from adapter.rules import states


def answered(ctx: Context) -> Change:
    """Return the Tasks of the needs answered in their new state; a refused transition raises. E03, E04, E06, E07.

    An answer that was read already moves nothing more: it is told on to who reported. Raises EventError IPK-E110 for a day
    to answer by that had passed when it was asked.
    """
    told = needread.confirmed(ctx)
    if told is not None:
        return common.author(ctx) + told
    _check_due(ctx)
    chosen = scoped(ctx)
    tasks, requests = [], []
    for need in chosen:
        step = states.transition(need.state, ctx.event.type)
        tasks.append(
            common.with_state(
                ctx, need.task, status=step.task_status, business=step.business, reason=_status_reason(ctx)
            )
        )
        requests.append(common.with_request_status(need.request, step.request_status))
    ids = {n.melde_id for n in chosen}
    return (
        common.author(ctx)
        + common.acted(ctx, ids, common.READ)
        + Change(
            resources=(*requests, *tasks, *needread.items(ctx, ids), *asked.to_answer(ctx, chosen)),
            deadlines=stopping.answered(ctx, ids, {n.task["id"] for n in chosen}),
            case=melde_part(chosen),
        )
    )


def _check_due(ctx: Context) -> None:
    """Raise EventError IPK-E110 where the answer was to come before the day of the question; what another party wrote is never refused."""
    due = getattr(ctx.data, "due", None)
    if due is not None and ctx.event.origin == "posted" and due < timing.day(ctx.event.occurred_at):
        raise EventError("IPK-E110", at="$.data.due")


def _status_reason(ctx: Context) -> str | None:
    return getattr(ctx.data, "reason_code", None)


def answered_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the answer to the party that reported, in its thread. E03, E04, E06, E07."""
    return tuple(
        notice
        for melde_id in sorted({n.melde_id for n in scoped(ctx, opened=False)})
        for notice in _answer(ctx, melde_id)
    )


def _answer(ctx: Context, melde_id: str) -> tuple[Notice, ...]:
    title = text.reply_subject(text.TITLES["ip.need.identified"])
    return reporting.told(ctx, melde_id, title=title, lines=_answer_lines(ctx))


ANSWER: Final = {
    "ip.need.acknowledged": "received",
    "ip.need.info-requested": "needs-info",
    "ip.need.accepted": "accepted",
    "ip.need.declined": "declined",
}
"""Event → answer of the text's `Svar` line."""
DECLINED: Final = {
    "not-entitled": "Vilkårene er ikke oppfylt",
    "other-level": "Hører til et annet tjenestenivå",
    "moved": "Pasienten har flyttet",
    "insufficient-information": "Mangelfulle opplysninger",
    "not-stated": "Ikke oppgitt",
}


def _answer_lines(ctx: Context) -> list[tuple[str, str]]:
    """Return `Svar` first, then what the event says, a line each."""
    data = ctx.data
    lines = [text.answer_line(ANSWER[ctx.event.type])]
    handler = getattr(data, "handler", None) or getattr(data, "responsible", None)
    if handler is not None:
        who = (
            getattr(handler, "unit", None),
            getattr(handler, "name", None),
            getattr(handler, "phone", None),
        )
        lines.append((words.HANDLED_BY, ", ".join(w for w in who if w)))
    if getattr(data, "question", None):
        lines.append((words.ASKED, data.question))
    if getattr(data, "due", None):
        lines.append((words.DUE, text.day(data.due)))
    if getattr(data, "scope", None):
        lines.append((words.CONCERNS, text.kinds_text(data.scope)))
    if ctx.event.type == "ip.need.declined":
        why = (DECLINED[data.reason_code], data.text)
        lines += [(words.GROUNDS, ". ".join(w for w in why if w)), text.RIGHT_TO_COMPLAIN]
    return lines


WITHDRAWN: Final = {"entered-in-error": "Feilregistrert", "no-longer-relevant": "Ikke lenger aktuelt"}


def withdrawn(ctx: Context) -> Change:
    """Return the needs withdrawn: request revoked or entered in error, Task cancelled, unsent messages buried. E09.

    What an outside party has withdrawn already moves nothing more: it is told on to who got it from us.
    """
    told = passing.told_on(ctx)
    if told is not None:
        return told
    chosen = scoped(ctx)
    ids = {n.melde_id for n in chosen}
    resources: list[Resource] = []
    for need in chosen:
        step = states.transition(need.state, ctx.event.type, reason_code=ctx.data.reason_code)
        resources += [
            common.with_request_status(need.request, step.request_status),
            common.with_state(
                ctx, need.task, status=step.task_status, business=step.business, reason=ctx.data.reason_code
            ),
        ]
    gone = {n.id for n in chosen}
    closed = ids - {n.melde_id for n in views.open_needs(ctx.case) if n.id not in gone}
    return (
        common.author(ctx)
        + common.work_items_closed(ctx, closed)
        + release.withheld(ctx, ids, gone)
        + Change(resources=tuple(resources), case=melde_part(chosen))
    )


def missed(ctx: Context) -> tuple[Message, ...]:
    """Return the last message to each who got the need and cannot be told of the withdrawal. E09."""
    return common.unlisted(ctx, {n.melde_id for n in passing.chosen(ctx)})


def withdrawn_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the withdrawal to all who got the need, and the message of what stays where it was buried unsent. E09."""
    chosen = passing.chosen(before)
    told = tuple(
        _withdrawal(ctx, message, receiver, tuple(n.kind for n in chosen if n.melde_id == melde_id))
        for melde_id in sorted({n.melde_id for n in chosen})
        for message, receiver in common.recipients(before, melde_id)
    )
    return (*passing.others(before, told), *release.again(ctx, before))


def _withdrawal(ctx: Context, message: Message, receiver: Party, kinds: tuple[str, ...]) -> Notice:
    lines = [
        (words.CONCERNS, text.kinds_text(kinds)),
        (words.REASON, ". ".join(w for w in (WITHDRAWN[ctx.data.reason_code], ctx.data.text) if w)),
        (words.ORIGINAL, common.original(ctx, message).msg_id),
    ]
    title = text.TITLES[ctx.event.type]
    return notice(
        receiver,
        title,
        lines,
        melde_id=message.melde_id,
        thread=message,
    )
