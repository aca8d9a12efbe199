"""What messages and clocks do to a case: sent, receipts, faults, dialogues for a person, deadlines. E53-E58, E62, E69."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from adapter.errors import EventError
from adapter.fhir import messages as resources
from adapter.fhir import needs as tasks_built
from adapter.kith import innbygger, words
from adapter.mappings import (
    clocks,
    common,
    enquiries,
    escalation,
    expiring,
    planclocks,
    posting,
    release,
    takeover,
    views,
)
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.views import communication_of
from adapter.model import Case, Deadline, Message, Party, Resource
from adapter.rules import advice, message_states, routing, states

OUTCOME: Final = {
    "ok": "acknowledged",
    "ok-with-errors": "acknowledged",
    "rejected": "rejected",
    "missing": "unanswered",
}
"""Status of a receipt event → state of the message."""
BY: Final = {
    "acknowledged": "ip.receipt.positive",
    "rejected": "ip.receipt.negative",
    "unanswered": "ip.receipt.missing",
}
"""State after a receipt → the row of the table of messages. rules.message_states."""
COMMUNICATION: Final = {
    "acknowledged": "completed",
    "rejected": "not-done",
    "unanswered": "in-progress",
    "sent": "in-progress",
}
NEEDS_PERSON: Final = frozenset({"ok-with-errors", "rejected", "missing"})
OVERDUE: Final = {"receipt": "ip.receipt.missing"}
"""Kind of deadline → event it becomes, else ip.deadline.breached."""
ONE_CLICK: Final = (
    "ip.need.acknowledged",
    "ip.need.info-requested",
    "ip.coordinator.appointed",
    "ip.need.declined",
    "ip.dialogue.received",
)
ONE_CLICK_OF: Final = {innbygger.TYPE: (enquiries.EVENT,)}
"""Type of message → what answers it, where it is no word about a need."""


def moved(case: Case, message: Message, *, communication: Resource | None = None) -> tuple[Resource, ...]:
    """Return the Tasks of a message's needs in the businessStatus that its state gives, and its Communication.

    One that another went instead of moves them by its arrival alone: how far they are, the other tells.
    """
    tells = message.wants_reply and (message.replaced_by is None or message.state == "acknowledged")
    mine = [n for n in views.open_needs(case) if tells and n.melde_id == message.melde_id]
    tasks = []
    for need in mine:
        if not message.receiver_key or not _owns(case, need, message):
            continue
        step = states.after_message(need.state, message.state)
        if step.business != need.state:
            tasks.append(tasks_built.moved(need.task, modified=case.now, state=step.business))
    return (*tasks, *((communication,) if communication else ()))


def _owns(case: Case, need: views.Need, message: Message) -> bool:
    return (
        f"Organization/{need.owner}"
        in {
            r["reference"]
            for r in (case.get(communication_of(message) or "") or {}).get("recipient", ())
            if "reference" in r
        }
        or communication_of(message) not in case.resources
    )


def handed(case: Case, message: Message, *, at: datetime, days: int) -> Change:
    """Return the message as laid ready for the EPJ to send: its needs wait, and a clock for the EPJ's report. ADR 24."""
    done = replace(message, state="handed", last_error=None, next_attempt=None)
    clock = clocks.handover(done, at=at, days=days)
    return Change(resources=moved(case, done), messages=(done,), deadlines=(clock,))


def sent(case: Case, message: Message, *, at: datetime, hours: int) -> Change:
    """Return the message as sent: its clock of 96 hours, its Communication, its needs' businessStatus."""
    done = replace(message, state="sent", sent_at=at, last_error=None, next_attempt=None)
    old = case.get(communication_of(message) or "")
    settled = resources.settled(old, status="in-progress", sent=at) if old else None
    clock = (
        (clocks.receipt(done, owner=message.owner, sent=at, hours=hours),)
        if message.type not in {"APPREC", "LETTER"}
        else ()
    )
    return Change(resources=moved(case, done, communication=settled), messages=(done,), deadlines=clock)


def ended(case: Case, message: Message) -> Change:
    """Return a message that a person buries (its needs failed, its clocks stopped) or takes another way (`manual`)."""
    over = message.state == "buried"
    watched = f"message/{message.id}"
    failed = tuple(
        tasks_built.moved(n.task, modified=case.now, status=step.task_status, state=step.business)
        for n in views.open_needs(case)
        if over and message.wants_reply and n.melde_id == message.melde_id and n.state in states.OUT
        for step in (states.given_up(n.state),)
    )
    return Change(
        resources=(*(failed if over else moved(case, message)), *items_done(case, message)),
        messages=(message,),
        deadlines=tuple(
            replace(d, state="cancelled")
            for d in case.deadlines
            if d.subject == watched and (over or d.kind in {"release", "receipt", "inform"})
        ),
    )


def again(case: Case, message: Message) -> Change:
    """Return a message that a person sends once more as it is, its work items done, no report waited for meanwhile."""
    watched = ("release", f"message/{message.id}")
    stopped = tuple(replace(d, state="cancelled") for d in case.deadlines if (d.kind, d.subject) == watched)
    return Change(resources=items_done(case, message), messages=(message,), deadlines=stopped)


def items_done(case: Case, message: Message) -> tuple[Resource, ...]:
    """Return the work items about a message as completed: a person has acted on it."""
    return tuple(
        tasks_built.moved(t, modified=case.now, status="completed") for t in views.items_about(case, message)
    )


def dead(case: Case, message: Message) -> Change:
    """Return a message that gave up: its needs undelivered. A person requeues or buries it."""
    return Change(resources=moved(case, message), messages=(message,))


# ── receipts: E53-E56, E69 ───────────────────────────────────────────────────────────────────────────────────────────


def receipt(ctx: Context) -> Change:
    """Return the message with its receipt; a receipt never moves Task.status. E53, E54, E55, E56."""
    return _receipted(ctx, _message(ctx, ctx.data.message_id), ctx.data.status)


def handed_receipt(ctx: Context) -> Change:
    """Return the same for a receipt that the EPJ got itself. E69."""
    return _receipted(ctx, _message(ctx, ctx.data.msg_id), ctx.data.status)


def handed_sent(ctx: Context) -> Change:
    """Return a message that the EPJ sent itself as sent, from the GenDate it tells; once sent it stays as it is. E69."""
    message, at = _message(ctx, ctx.data.msg_id), ctx.data.gen_date
    if message.state not in message_states.before(message_states.REPORTED):
        return Change()
    done = replace(message, gen_date=at)
    reported = sent(ctx.case, done, at=at, hours=ctx.book.clocks.receipt_hours)
    over = Change(resources=items_done(ctx.case, message), deadlines=_reported(ctx.case, message))
    return reported + over


def _reported(case: Case, message: Message) -> tuple[Deadline, ...]:
    """Return the clock of the EPJ's report as met."""
    mine = ("release", f"message/{message.id}")
    return tuple(replace(d, state="met") for d in case.deadlines if (d.kind, d.subject) == mine)


def _message(ctx: Context, id_: str) -> Message:
    found = next((m for m in ctx.case.messages if id_ in (m.id, m.msg_id) and m.direction == "out"), None)
    if found is None:
        raise EventError("IPK-M010", at="$.data.messageId")
    return found


def _receipted(ctx: Context, message: Message, status: str) -> Change:
    state: Any = OUTCOME[status]
    by = _by(ctx.case, message, state)
    if message.state not in message_states.before(by):
        return Change()
    moved_to: Any = message_states.after(message.state, by)
    codes = tuple(e.code for e in ctx.data.errors)
    at = None if state == "unanswered" else ctx.now
    done = replace(
        message,
        state=moved_to,
        apprec={
            "id": ctx.event.evidence,
            "status": status,
            "errors": [{"code": c} for c in codes],
            "at": at.isoformat() if at else None,
        },
    )
    old = ctx.case.get(communication_of(message) or "")
    settled = (
        resources.settled(
            old,
            status=COMMUNICATION[state],
            received=at if state == "acknowledged" else None,
            reason=codes[0] if codes and state == "rejected" else None,
        )
        if old and by != message_states.REFUSED_LATE
        else None
    )
    told = advice.of(status, codes)
    item = (
        (_item(ctx, done, "manual-fallback", told.line if told else None),) if status in NEEDS_PERSON else ()
    )
    watched = f"message/{message.id}"
    late = state == "unanswered"
    closed = tuple(
        replace(d, state="breached", level=1, resting=True) if late else replace(d, state="met")
        for d in ctx.case.deadlines
        if (d.kind, d.subject) == ("receipt", watched)
    ) + _reported(ctx.case, message)
    other_way = message.state == "manual" or (message.state == "unanswered" and _handled(ctx, message))
    twice = (common.warn("IPK-M015", "$.data"),) if other_way else ()
    look = (_item(ctx, done, "review", words.TWICE),) if other_way and status == "ok" else ()
    needless = _needless(ctx.case, message) if status == "ok" else ()
    return Change(
        resources=(*moved(ctx.case, done, communication=settled), *needless, *item, *look),
        messages=(done,),
        deadlines=closed,
        warnings=twice,
        case={"meldeId": message.melde_id} if message.melde_id else {},
    )


def _by(case: Case, message: Message, state: str) -> str:
    """Return the row of the table of messages by which a receipt moves this one."""
    known = state == "rejected" and posting.confirmed(case, message)
    return message_states.REFUSED_LATE if known else BY[state]


_UNDONE: Final = frozenset({"unanswered", "rejected"})
"""States of which a positive receipt takes back what they asked of a person."""


def _needless(case: Case, message: Message) -> tuple[Resource, ...]:
    """Return the work items about a message that has come after all as cancelled: nobody need send it another way. E53, E56."""
    if message.state not in _UNDONE:
        return ()
    return tuple(
        tasks_built.moved(t, modified=case.now, status="cancelled") for t in views.items_about(case, message)
    )


def _handled(ctx: Context, message: Message) -> bool:
    """Return whether a person has already taken another way: the fallback item of this message is done."""
    return any(
        t["status"] == "completed" and t.get("focus", {}).get("reference") == communication_of(message)
        for t in ctx.case.of("Task")
    )


def _item(ctx: Context, message: Message, kind: str, reason: str | None = None) -> Resource:
    owner = routing.desk(ctx.book, ctx.book.by_key(message.sender_key))
    return common.work_item(
        ctx,
        id_=ctx.id("Task", kind),
        kind=kind,
        owner=owner,
        focus=communication_of(message),
        melde_id=message.melde_id,
        inputs=(("evidence", message.id),),
        reason=reason,
    )


# ── received messages for a person: E57, E58 ─────────────────────────────────────────────────────────────────────────


def dialogue(ctx: Context) -> Change:
    """Return the work item of a received message, and needs that wait for consent again where it says so. E57, E58.

    None where nobody has anything to do with it: the message itself is kept all the same.
    """
    if ctx.inbound is None:
        raise EventError("IPK-E004", at="$.type")
    if ctx.inbound.item is None:
        return Change()
    message = ctx.inbound.message
    owner = _queue(ctx, ctx.inbound)
    clicks = tuple(("event", name) for name in _clicks(ctx.inbound.item, message))
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", ctx.inbound.item),
        kind=ctx.inbound.item,
        owner=owner,
        focus=communication_of(message),
        melde_id=message.melde_id,
        inputs=(("evidence", message.id), *ctx.inbound.suggestion.items(), *clicks),
        reason=ctx.data.reason,
        requester=ctx.inbound.sender if ctx.inbound.item == views.CONFIRM else None,
    )
    waiting = _consent_asked(ctx) if ctx.inbound.consent_asked else Change()
    parties = common.parties(owner) if owner else ()
    person = common.person(ctx) if getattr(ctx.data, "patient", None) is not None else Change()
    return person + takeover.overtaken(ctx) + Change(resources=(*parties, item)) + waiting


def _clicks(item: str, message: Message) -> tuple[str, ...]:
    """Return the events that a person may answer a message with."""
    return ONE_CLICK_OF.get(message.type, ONE_CLICK) if item == "read-answer" else ()


def _queue(ctx: Context, inbound: Any) -> Party | None:
    return routing.desk(ctx.book, inbound.receiver)


def _consent_asked(ctx: Context) -> Change:
    sender = common.organisation(ctx.inbound.sender) if ctx.inbound else None
    mine = [
        n
        for n in views.open_needs(ctx.case)
        if ctx.inbound and n.melde_id == ctx.inbound.melde_id and f"Organization/{n.owner}" == sender
    ]
    tasks = []
    for need in mine:
        if states.permits(need.state, states.CONSENT_ASKED):
            step = states.transition(need.state, states.CONSENT_ASKED)
            tasks.append(common.with_state(ctx, need.task, status=step.task_status, business=step.business))
    return Change(resources=tuple(tasks), deadlines=clocks.close(ctx, "reply", {n.melde_id for n in mine}))


# ── clocks: E62 ──────────────────────────────────────────────────────────────────────────────────────────────────────


def breached(ctx: Context) -> Change:
    """Return the clock after what follows: one more step of the escalation, or the release of a held message. E62."""
    if _watches(ctx.data.subject) == planclocks.DIGEST:
        return planclocks.told(ctx)
    clock = _due(ctx)
    if clock is None:
        return Change()
    if clock.kind == "release":
        return _release(ctx, clock)
    return expiring.warned(ctx, clock) if expiring.warns(clock) else escalation.taken(ctx, clock)


def _due(ctx: Context) -> Deadline | None:
    """Return the clock that the event names, while something is to be done about it now."""
    same = (d for d in ctx.case.deadlines if (d.kind, d.subject) == (ctx.data.kind, ctx.data.subject))
    clock = next(same, None)
    return clock if clock is not None and clock.acts is not None and clock.acts <= ctx.now else None


def _watches(subject: str) -> str:
    """Return what kind of thing a clock watches."""
    return subject.partition("/")[0]


def _watched(ctx: Context, clock: Deadline) -> Message | None:
    id_ = clock.subject.partition("/")[2]
    return next((m for m in ctx.case.messages if m.id == id_), None)


def _release(ctx: Context, clock: Deadline) -> Change:
    held = _watched(ctx, clock)
    if held is not None and held.state == "handed":
        late = replace(clock, state="breached", level=1, resting=True)
        return Change(deadlines=(late,)) + _chase(ctx, clock)
    let = Change(deadlines=(replace(clock, state="met"),))
    if held is None or held.state != "held" or held.melde_id is None:
        return let
    return let + release.let_go(ctx, {held.melde_id})


def _chase(ctx: Context, clock: Deadline) -> Change:
    message = _watched(ctx, clock)
    return Change(resources=(_item(ctx, message, "manual-fallback"),)) if message is not None else Change()


def breached_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return what a release clock lets go, the small changes of a day, or the reminder of what is late. E62."""
    if _watches(ctx.data.subject) == planclocks.DIGEST:
        return planclocks.told_notices(ctx, before)
    kind, _, name = ctx.data.subject.partition("/")
    if ctx.data.kind == "release" and kind == "need":
        return release.rest(ctx, name)
    if ctx.data.kind != "release":
        clock = _due(before)
        return escalation.reminder(ctx, before.case, clock) if clock is not None else ()
    held = next((m for m in before.case.messages if f"message/{m.id}" == ctx.data.subject), None)
    if held is None or held.state != "held" or held.melde_id is None:
        return ()
    return release.released(ctx, held.melde_id)
