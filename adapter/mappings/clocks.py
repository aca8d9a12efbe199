"""The clocks a change starts and stops. message-rules.md, 'Receipts and clocks'; rules.clocks says when they are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from adapter import naming
from adapter.fhir import parts
from adapter.mappings.context import Context, Notice
from adapter.model import Agreement, Case, Deadline, Message, Party
from adapter.rules import clocks
from adapter.rules.carrier import LETTER
from adapter.timing import OSLO


def stamp(ctx: Context) -> str:
    """Return the instant of the case as resources state it."""
    return parts.instant(ctx.now)


def deadline_id(kind: str, subject: str) -> str:
    """Return the id of a clock: it follows from what it watches."""
    return naming.uid("deadline", kind, subject)


def agreement(ctx: Context, receiver: Party | None) -> Agreement | None:
    """Return the agreement between the party that acts and another."""
    return ctx.book.agreement(ctx.party.key, receiver.key) if ctx.party and receiver else None


def reply_days(ctx: Context, receiver: Party) -> int:
    """Return how many working days this receiver has to reply."""
    return clocks.days("reply", ctx.book.clocks, agreement(ctx, receiver))[0]


def reply_due(ctx: Context, receiver: Party) -> datetime:
    """Return when a reply to a message released now is due."""
    return clocks.reply_due(ctx.now, reply_days(ctx, receiver))


def started(ctx: Context, message: Message, *, days: int | None) -> tuple[Deadline, ...]:
    """Return the clocks of a new message: the reply clock from GenDate, the release clock of a held one, or of a letter until it is posted."""
    if message.state == "held" and ctx.party is not None:
        due = clocks.release_due(ctx.now, _release_days(ctx, message))
        return (_clock(ctx, "release", message, due),)
    if message.state == "manual" and message.type == LETTER and not message.wants_reply:
        posted, _ = clocks.days("inform", ctx.book.clocks, None)
        return (_clock(ctx, "inform", message, clocks.reply_due(ctx.now, posted)),)
    if not message.wants_reply or message.gen_date is None:
        return ()
    return (_clock(ctx, "reply", message, clocks.reply_due(message.gen_date, days)),)


def _release_days(ctx: Context, message: Message) -> int:
    """Return how long a message waits for the own unit: as agreed, else as set, else as the home party says."""
    agreed = agreement(ctx, ctx.book.by_key(message.receiver_key))
    given = (
        agreed.release_days if agreed else None,
        ctx.book.clocks.release_days,
        ctx.party.release_days if ctx.party else None,
    )
    return next((days for days in given if days is not None), clocks.CLOCKS["release"].amount)


def further(ctx: Context, notices: tuple[Notice, ...]) -> tuple[Deadline, ...]:
    """Return a release clock, due at once, for each need message that could not go beside another of this event."""
    return tuple(
        now(replace(ctx.case, key=ctx.patient_id()), notice.melde_id, because=ctx.event.event_id)
        for notice in notices
        if notice.wants_reply and notice.melde_id
    )


def now_id(melde_id: str, *, because: str) -> str:
    """Return the id of the clock of `now`."""
    return deadline_id("release", f"need/{melde_id}/{because}")


def now(case: Case, melde_id: str, *, because: str) -> Deadline:
    """Return a release clock, due at once, of what is reported under a Melde-id; `because` tells it from others."""
    return Deadline(
        id=now_id(melde_id, because=because),
        kind="release",
        due=case.now,
        subject=f"need/{melde_id}",
        owner=case.owner,
        case_key=case.key,
    )


def _clock(ctx: Context, kind: str, message: Message, due: datetime) -> Deadline:
    subject = f"message/{message.id}"
    return Deadline(
        id=deadline_id(kind, subject),
        kind=kind,  # type: ignore[arg-type]
        due=due,
        subject=subject,
        owner=ctx.case.owner,
        case_key=ctx.patient_id(),
    )


def receipt(message: Message, *, owner: str, sent: datetime, hours: int) -> Deadline:
    """Return the receipt clock of a message that has been sent: 96 hours from GenDate, unless set otherwise."""
    subject = f"message/{message.id}"
    return Deadline(
        id=deadline_id("receipt", subject),
        kind="receipt",
        due=clocks.receipt_due(message.gen_date or sent, hours=hours),
        subject=subject,
        owner=owner,
        case_key=message.case_key,
    )


def handover(message: Message, *, at: datetime, days: int) -> Deadline:
    """Return the clock of a document that the EPJ has yet to send: as long as one that is held waits. ADR 24."""
    subject = f"message/{message.id}"
    return Deadline(
        id=deadline_id("release", subject),
        kind="release",
        due=clocks.release_due(at, days),
        subject=subject,
        owner=message.owner,
        case_key=message.case_key,
    )


def gap(ctx: Context, assignment_id: str, until: date) -> tuple[Deadline, ...]:
    """Return the clock of a gap, due on its first day: nobody follows an ended assignment. domain § 1.6, C10."""
    subject = f"PractitionerRole/{assignment_id}"
    return (
        Deadline(
            id=deadline_id("gap", subject),
            kind="gap",
            due=clocks.reply_due(datetime.combine(until, datetime.min.time(), OSLO), 0),
            subject=subject,
            owner=ctx.case.owner,
            case_key=ctx.patient_id(),
        ),
    )


def close(ctx: Context, kind: str, melde_ids: set[str]) -> tuple[Deadline, ...]:
    """Return the open clocks of one kind on messages of these Melde-ids, as met."""
    subjects = {f"message/{m.id}" for m in ctx.case.messages if m.melde_id in melde_ids}
    return tuple(
        replace(d, state="met") for d in ctx.case.deadlines if d.kind == kind and d.subject in subjects
    )


def close_messages(ctx: Context, ids: set[str]) -> tuple[Deadline, ...]:
    """Return every open clock on these messages as cancelled: they never leave."""
    subjects = {f"message/{id_}" for id_ in ids}
    return tuple(replace(d, state="cancelled") for d in ctx.case.deadlines if d.subject in subjects)


def close_subject(ctx: Context, kind: str, subject: str) -> tuple[Deadline, ...]:
    """Return the open clock of one kind on one subject, as met."""
    return tuple(
        replace(d, state="met") for d in ctx.case.deadlines if (d.kind, d.subject) == (kind, subject)
    )
