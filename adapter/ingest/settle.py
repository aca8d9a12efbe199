"""What happened to a message: sent, not sent, overdue; and what a person does with it. Architecture, 'Outbox states'."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from adapter import events, kith, naming, retry, timing
from adapter.access import audit as trail
from adapter.errors import Conflict, EventError, MessageError
from adapter.fhir import parts
from adapter.ingest import leaving as doors
from adapter.ingest import records
from adapter.ingest.accept import accept
from adapter.ingest.commit import Unit, commit, known, retrying
from adapter.kith import text
from adapter.mappings import clocks as mapped
from adapter.mappings import compose, expiring, internal, leaving, views
from adapter.mappings.context import Change
from adapter.model import Case, Deadline, Message
from adapter.rules import clocks, message_states
from adapter.services import Services
from adapter.store import Connection, cases, deadlines, messages

STALE: Final = timedelta(hours=24)
"""A message still unsent after this is rendered again under the next generation when it is claimed."""


def sent(services: Services, message: Message, at: datetime) -> None:
    """Record that a message has left: its state, its Communication, its needs, the clock of 96 hours."""
    retrying(
        services,
        lambda: moved(
            services,
            message.id,
            lambda case, row: internal.sent(case, row, at=at, hours=services.settings.receipt_hours),
            only="leased",
        ),
    )


def handed(services: Services, message: Message, at: datetime) -> None:
    """Record that a message lies ready for the EPJ to send: it counts as sent when the EPJ says so. Door `handover`."""
    book = services.book()
    sender = book.by_key(message.sender_key)
    days = book.clocks.release_days
    if days is None:
        days = sender.release_days if sender else 1
    retrying(
        services,
        lambda: moved(
            services,
            message.id,
            lambda case, row: internal.handed(case, row, at=at, days=days),
            only="leased",
        ),
    )


def unsent(services: Services, message: Message, decision: Any, code: str) -> None:
    """Record that a message has not left: waiting until its next try, or dead with its needs undelivered.

    Stopped where it must not leave any more: consent was withdrawn, say, while it was tried.
    """
    book = services.book()
    asks = doors.asking(services, message, book.by_key(message.receiver_key))

    def change(case: Case, row: Message) -> Change:
        one = asks(case, row)
        why = leaving.obstacle(one)
        if why is not None:
            return leaving.stopped(one, why, book)
        if isinstance(decision, retry.RetryAt):
            waiting = replace(row, state="pending", next_attempt=decision.at, last_error=code)
            return Change(messages=(waiting,))
        return internal.dead(case, replace(row, state="dead", last_error=code, next_attempt=None))

    retrying(services, lambda: moved(services, message.id, change, only="leased"))


def stopped(services: Services, message: Message) -> bool:
    """Return whether a message claimed anew must not leave any more, and is stopped instead.

    A first attempt on the message's own day is not asked about: what stops it finds it waiting. Later a consent may have run out
    while nobody worked: its clocks go first. To a meeting that has begun nobody is called on the first attempt either.
    """
    now = services.clock()
    waited = message.gen_date is not None and timing.day(message.gen_date) < timing.day(now)
    if message.attempts <= 1 and not waited and not leaving.is_invitation(message):
        return False
    for clock in _ends_of_consent(services, message, now):
        overdue(services, clock)
    book = services.book()
    asks = doors.asking(services, message, book.by_key(message.receiver_key))

    def change(case: Case, row: Message) -> Change:
        why = leaving.obstacle(one := asks(case, row))
        return leaving.stopped(one, why, book) if why is not None else Change()

    after = retrying(services, lambda: moved(services, message.id, change, only="leased"))
    return after.state != "leased"


def _ends_of_consent(services: Services, message: Message, now: datetime) -> tuple[Deadline, ...]:
    """Return the clocks of a message's case by which a consent is over, and that no ticker has taken yet. E16."""
    with services.store.read() as conn:
        listed = _case(conn, message, now).deadlines
    return tuple(d for d in listed if d.runs and d.acts and d.acts <= now and expiring.event_type(d))


def renewed(services: Services, message: Message) -> bool:
    """Return whether a claimed message was too old to leave as it is, and now waits as the next generation instead.

    message-rules.md, 'Identity and time'. A receipt of ours never changes.
    """
    now = services.clock()
    too_old = message.gen_date is not None and now - message.gen_date > timedelta(
        hours=services.settings.stale_hours
    )
    if not too_old or message.event_id is None or message.type == "APPREC":
        return False
    fresh = regenerated(message, now)
    retrying(
        services,
        lambda: moved(
            services,
            message.id,
            lambda case, old: succeeded(case, replace(old, state="buried", next_attempt=None), fresh),
            only="leased",
        ),
    )
    return True


def overdue(services: Services, deadline: Deadline) -> None:
    """Make an event of a deadline that is due, and accept it like any other."""
    now = services.clock()
    type_ = expiring.event_type(deadline) or internal.OVERDUE.get(deadline.kind, "ip.deadline.breached")
    due = deadline.due
    data: dict[str, Any] = {"kind": deadline.kind, "due": parts.instant(due), "subject": deadline.subject}
    if type_ == "ip.receipt.missing":
        data = {"messageId": deadline.subject.partition("/")[2], "status": "missing", "errors": []}
    elif (
        type_ == "ip.deadline.breached"
        and deadline.kind != "release"
        and deadline.level < len(clocks.ladder(deadline.kind))
    ):
        data["level"] = clocks.ladder(deadline.kind)[deadline.level].to
    at = deadline.acts or due
    event = events.make(
        source="urn:adapter", id_=f"{deadline.id}:{int(at.timestamp())}", type_=type_, time=now, data=data,
        origin="clock", now=now, people=services.people,
    )  # fmt: skip
    try:
        accept(services, event, anchor=deadline.case_key)
    except EventError as error:
        if error.code != _TAKEN:
            raise
    _settled(services, deadline)


_TAKEN: Final = "IPK-E012"
"""The step stands in the log of events already: another process took it, or the clock was moved back."""


def _settled(services: Services, deadline: Deadline) -> None:
    """Let a clock rest whose event changed nothing (its message was answered meanwhile), so that it is not due again."""

    def work(conn: Connection) -> None:
        found = deadlines.get(conn, deadline.id)
        if found is None or not found.runs or found.acts != deadline.acts:
            return
        idle = replace(found, state="cancelled") if found.state == "open" else replace(found, resting=True)
        deadlines.put(conn, (idle,))

    services.store.write(work)


# ── what a person does ───────────────────────────────────────────────────────────────────────────────────────────────


def requeue(services: Services, message_id: str) -> Message:
    """Return the message that goes instead: the same where it never left, else the next generation under a new MsgId.

    Where only a part of it may still leave, a message of that part, by an event of its own. ADR 100.

    Raises MessageError IPK-M010 unknown, IPK-M011 where its state does not allow it; Faults IPK-E095 where the message must
    not leave any more: its need is over, consent closed, the address strict.
    """
    went = retrying(services, lambda: _requeued(services, message_id))
    with services.store.read() as conn:
        clock = deadlines.get(conn, mapped.now_id(went.melde_id or "", because=went.id))
    if clock is None or not clock.runs:
        return went
    overdue(services, clock)
    stopped = one(services, went.id)
    return one(services, stopped.replaced_by) if stopped.replaced_by else stopped


def _requeued(services: Services, message_id: str) -> Message:
    now = services.clock()
    row = one(services, message_id)
    check_act(row, message_states.REQUEUE, once=True)
    asks = doors.asking(services, row, services.book().by_key(row.receiver_key))

    def change(case: Case, old: Message) -> Change:
        one = asks(case, old)
        if leaving.obstacle(one) is not None and leaving.rest(one):
            return leaving.anew(one)
        doors.check(one)
        return internal.again(case, again) if same else succeeded(case, old, again)

    same = row.state == "pending" or _is_fresh(row, now)
    again = replace(row, state="pending", next_attempt=now, attempts=0) if same else regenerated(row, now)
    return moved(services, message_id, change, result=again.id)


def _is_fresh(row: Message, now: datetime) -> bool:
    """Return whether the same document may go: it never left, or the EPJ has it under the same id, and it is of today."""
    return row.state in {"dead", "handed"} and row.sent_at is None and not _stale(row, now)


def _stale(row: Message, now: datetime) -> bool:
    return row.gen_date is not None and now - row.gen_date > STALE


def regenerated(row: Message, now: datetime) -> Message:
    """Return the same document under the next generation: new MsgId and GenDate, ConversationRef kept."""
    if row.event_id is None or not row.body:  # removed when its time was over
        raise MessageError("IPK-M011", at="$.state")
    receiver = row.receiver[1] or row.receiver_key or ""
    msg_id = naming.msg_id(
        release_event=row.event_id, type_=row.type, receiver=receiver, generation=row.generation + 1
    )
    at = now.replace(microsecond=0)
    return replace(
        row,
        id=msg_id,
        msg_id=msg_id,
        state="pending",
        thread=msg_id if row.thread == row.msg_id else row.thread,
        gen_date=at,
        generation=row.generation + 1,
        replaces=row.id,
        body=asked_anew(kith.reissue(row.body, msg_id=msg_id, gen_date=at), at),
        attempts=0,
        next_attempt=None,
        last_error=None,
        sent_at=None,
        apprec=None,
        replaced_by=None,
    )


_REPLY_BY: Final = re.compile(
    rb"(\xc3\x98nsket svar: [^&<]*helst innen )\d\d\.\d\d\.\d{4}( \((\d+) virkedag(?:er)?\))"
)
"""The reply line of our own text: the date is that of the message's release."""


def asked_anew(document: bytes, at: datetime) -> bytes:
    """Return the document asking for a reply counted from its new GenDate."""

    def dated(found: re.Match[bytes]) -> bytes:
        return found[1] + text.day(clocks.reply_due(at, int(found[3])).date()).encode() + found[2]

    return _REPLY_BY.sub(dated, document, count=1)


def _reply_clock(case: Case, old: Message, fresh: Message) -> tuple[Deadline, ...]:
    """Return the reply clock of the old message as cancelled, and the new one's, counted from its GenDate."""
    running = next((d for d in case.deadlines if (d.kind, d.subject) == ("reply", f"message/{old.id}")), None)
    asked = _REPLY_BY.search(fresh.body)
    if running is None or fresh.gen_date is None or asked is None:
        return ()
    subject = f"message/{fresh.id}"
    due = clocks.reply_due(fresh.gen_date, int(asked[3]))
    fresh_id = naming.uid("deadline", "reply", subject)
    again = replace(
        running, id=fresh_id, due=due, subject=subject, state="open", level=0, next=None, resting=False
    )
    return replace(running, state="cancelled"), again


def succeeded(case: Case, old: Message, fresh: Message) -> Change:
    """Return the old message as replaced, the new one with its Communication, its needs on the way again."""
    communication = case.get(views.communication_of(old) or "")
    copied = compose.copied(communication, old, fresh) if communication else ()
    return Change(
        resources=(*internal.moved(case, fresh), *copied, *internal.items_done(case, old)),
        messages=(replace(old, replaced_by=fresh.id, body=b""), fresh),
        deadlines=(
            *(
                replace(d, state="cancelled")
                for d in case.deadlines
                if d.kind in {"receipt", "release"} and d.subject == f"message/{old.id}"
            ),
            *_reply_clock(case, old, fresh),
        ),
    )


def bury(services: Services, message_id: str) -> Message:
    """Return the message as given up by a person; later ones of its case go on. Raises MessageError IPK-M010, IPK-M011."""
    return retrying(services, lambda: _ended(services, message_id, message_states.BURY))


def manual(services: Services, message_id: str) -> Message:
    """Return the message as taken another way by a person (phone, post). Raises MessageError IPK-M010, IPK-M011."""
    return retrying(services, lambda: _ended(services, message_id, message_states.MANUAL))


def check_act(row: Message, act: str, *, once: bool = False) -> None:
    """Raise MessageError IPK-M011 with what is allowed where a person may not do this; `once` where another went instead."""
    gone = once and row.replaced_by is not None
    if row.direction != "out" or gone or row.state not in message_states.before(act):
        out = row.direction == "out"
        allowed = message_states.allowed(row.state, replaced=row.replaced_by is not None) if out else ()
        raise MessageError("IPK-M011", at="$.state", allowed=allowed)


def _ended(services: Services, message_id: str, act: str) -> Message:
    row = one(services, message_id)
    check_act(row, act)
    state: Any = message_states.after(row.state, act)
    done = replace(row, state=state, next_attempt=None, body=b"")
    return moved(
        services,
        message_id,
        lambda case, _old: internal.ended(case, done),
    )


def one(services: Services, message_id: str) -> Message:
    """Return a message. Raises MessageError IPK-M010."""
    with services.store.read() as conn:
        row = messages.get(conn, message_id)
    if row is None:
        raise MessageError("IPK-M010", at="$.id")
    return row


# ── one message, one transaction ─────────────────────────────────────────────────────────────────────────────────────


def moved(
    services: Services,
    message_id: str,
    change: Callable[[Case, Message], Change],
    *,
    only: str | None = None,
    result: str | None = None,
) -> Message:
    """Return the message after a change of its own, written with what follows for its case. Raises Conflict.

    With `only` nothing happens unless the message is in that state: somebody else settled it.
    """
    now = services.clock()
    with services.store.read() as conn:
        row = messages.get(conn, message_id)
        if row is None:
            raise MessageError("IPK-M010", at="$.id")
        if only is not None and row.state != only:
            return row
        case = _case(conn, row, now)
        made = change(case, replace(row, body=b""))
        there = known(services, conn, case, records.references((made.outcome(case.key),)))
    stamped = records.stamp(
        made.resources, known={**there, **case.resources}, org=row.owner, case_key=case.key, now=now
    )
    unit = Unit(
        case=case,
        case_key=case.key,
        now=now,
        org=row.owner,
        writes=stamped.writes,
        messages=made.messages,
        deadlines=made.deadlines,
        feed=records.feed((), made.messages, stamped.writes, org=row.owner, now=now),
        audit=(
            trail.handled(
                services, entities=(f"DocumentReference/{row.id}",), case_key=case.key, org=row.owner, at=now
            ),
        ),
        states={row.id: row.state},
    )
    commit(services, unit)
    return next((m for m in made.messages if m.id == (result or message_id)), row)


def _case(conn: Connection, row: Message, now: datetime) -> Case:
    if row.case_key is None:
        return Case(key=None, version=0, now=now, owner=row.owner)
    case = cases.gather(conn, org=row.owner, now=now, case_key=row.case_key)
    if case.key is None:
        raise Conflict
    return case
