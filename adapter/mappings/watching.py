"""Clocks that follow from where the needs stand: whatever event moves a need starts, rests and stops them. domain § 2.7, N3.

`rules.clocks.WATCHES` says which; nothing runs after a need is closed, the patient is dead, or another case has replaced this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from adapter import timing
from adapter.fhir import needs as tasks_built
from adapter.kith import titles
from adapter.mappings import escalation, expiring, twins, views
from adapter.mappings.clocks import deadline_id
from adapter.mappings.context import Change, Context
from adapter.model import Case, Deadline, Message, Party, Resource
from adapter.rules import clocks, national, states

_DUE_ON_TASK: Final = frozenset({"assessment", "coordinator", "fulfilment"})
"""Kinds whose due time is the need's own: Task.restriction.period.end."""


def _is_receipt(clock: Deadline) -> bool:
    return clock.kind == "receipt"


def _receipt_or_end(clock: Deadline) -> bool:
    return _is_receipt(clock) or expiring.event_type(clock) is not None


_RESTS: Final[tuple[tuple[Callable[[Case], bool], Callable[[Deadline], bool]], ...]] = (
    (views.dead, _is_receipt),
    (twins.is_replaced, _receipt_or_end),
)
"""Of which cases all clocks stop, and which go on: a message that left is still receipted, a consent still runs out."""


class Seen(NamedTuple):
    """The needs of one Melde-id as they are now and as they were."""

    now: list[views.Need]
    was: list[views.Need]


def followed(ctx: Context, before: Case, final: Case, change: Change) -> Change:
    """Return what an event that led from `before` to `final` does to clocks: started, resting, met, cancelled.

    With the work items of clocks that are over.
    """
    touched = {t["groupIdentifier"]["value"] for t in _need_tasks(change)}
    goes_on = next((kept for rests, kept in _RESTS if rests(final)), None)
    if not (touched or change.deadlines or goes_on):
        return Change()
    first = (_planned(d, before, ctx.now) for d in change.deadlines)
    listed, was = (views.needs(final), views.needs(before)) if touched else ((), ())
    moved: dict[str, Deadline] = {d.id: d for d in first if d.state == "open"}
    changed = {t["id"] for t in _need_tasks(change)}
    tasks: list[Resource] = []
    for melde_id in sorted(touched):
        seen = Seen([n for n in listed if n.melde_id == melde_id], [n for n in was if n.melde_id == melde_id])
        for watch in clocks.WATCHES:
            clock = _clock(ctx, final, watch, seen)
            if clock is not None:
                moved[clock.id] = clock
                now = [n for n in seen.now if n.task["id"] in changed]
                tasks += _dated(ctx, watch, clock, now)
        moved |= {d.id: d for d in _arrived(ctx, final, melde_id, seen)}
        if not any(n.is_open for n in seen.now):
            moved |= {d.id: d for d in _nothing_to_wait_for(final, melde_id)}
        elif _is_out(seen.was) and not _is_out(seen.now):
            moved |= {d.id: d for d in _all_answered(final, melde_id)}
    if goes_on:
        moved |= {
            d.id: replace(d, state="cancelled")
            for d in (*final.deadlines, *moved.values())
            if d.runs and not goes_on(d)
        }
    own = Change(resources=tuple(tasks), deadlines=tuple(moved.values()))
    return own + _items_over(ctx, before, final, {d.id: d for d in change.deadlines} | moved)


def _planned(clock: Deadline, before: Case, now: datetime) -> Deadline:
    """Return a clock of the event with its first step; one that was moved to a later day begins anew."""
    old = next((d for d in before.deadlines if d.id == clock.id), None)
    if old is not None and clock.runs and clock.due != old.due and clock.due > now:
        clock = replace(clock, state="open", level=0, next=None, resting=False)
    return clocks.first_act(clock, now)


def _need_tasks(change: Change) -> Iterator[Resource]:
    return (r for r in change.resources if r["resourceType"] == "Task" and "businessStatus" in r)


def _clock(ctx: Context, final: Case, watch: clocks.Watch, seen: Seen) -> Deadline | None:
    """Return the clock of one row for one Melde-id where it changes."""
    about = [n for n in seen.now if watch.needs is None or n.kind in watch.needs]
    if not about:
        return None
    subject = f"{watch.about}/{about[0].melde_id}"
    there = next(
        (d for d in final.deadlines if d.runs and (d.kind, d.subject) == (watch.kind, subject)), None
    )
    live = any(
        n.is_open and n.state in watch.states and not (watch.unsent and _carried(ctx, final, n))
        for n in about
    )
    if not live and not any(n.is_open and n.state in watch.paused for n in about):
        return replace(there, state=_end(watch, about)) if there is not None else None
    new = _restated(ctx, watch, there) if there else _started(ctx, watch, subject, about[0])
    changed = _going(ctx, new, _paused_since(watch, seen.was)) if live else _paused(new)
    return changed if changed != there else None


def _carried(ctx: Context, final: Case, need: views.Need) -> bool:
    """Return whether a message of ours carries this need to whoever has it, or is to as soon as another has left."""
    by_message = any(
        m.direction == "out"
        and m.melde_id == need.melde_id
        and m.wants_reply
        and m.state != "buried"
        and _goes_to(ctx, m, need.owner)
        for m in final.messages
    )
    return by_message or any(
        d.runs and (d.kind, d.subject) == ("release", f"need/{need.melde_id}") for d in final.deadlines
    )


def _goes_to(ctx: Context, message: Message, owner: str | None) -> bool:
    party = ctx.book.by_key(message.receiver_key)
    return party is None or party.organisation_id == owner


def _end(watch: clocks.Watch, about: list[views.Need]) -> Any:
    return "met" if any(n.state in watch.met for n in about) else "cancelled"


def _started(ctx: Context, watch: clocks.Watch, subject: str, need: views.Need) -> Deadline:
    one, other = _pair(ctx, need)
    agreed = ctx.book.agreement(one.key, other.key) if one and other else None
    days, _ = clocks.days(watch.kind, ctx.book.clocks, agreed)
    return Deadline(
        id=deadline_id(watch.kind, subject),
        kind=watch.kind,
        due=_stated(ctx, watch) or clocks.reply_due(ctx.now, days),
        subject=subject,
        owner=ctx.case.owner,
        case_key=ctx.patient_id(),
    )


def _stated(ctx: Context, watch: clocks.Watch) -> datetime | None:
    """Return the end of the day that the event names, where it is the one that sets the clock."""
    day = ctx.data.due if ctx.event.type == watch.stated else None
    return clocks.end_of_day(day) if day else None


def _restated(ctx: Context, watch: clocks.Watch, clock: Deadline) -> Deadline:
    """Return a clock that runs, from the beginning where the event names another day for it."""
    due = _stated(ctx, watch)
    if due is None or due == clock.due:
        return clock
    return replace(clock, due=due, state="open", level=0, next=None, resting=False)


def _paused(clock: Deadline) -> Deadline:
    """Return a clock that rests: it is late no more, until it goes on."""
    return replace(clock, state="open", next=None, resting=True)


def _pair(ctx: Context, need: views.Need) -> tuple[Party | None, Party | None]:
    asking = ctx.book.by_organisation(views.reference_id(need.task.get("requester")))
    return asking, ctx.book.by_organisation(need.owner)


def _going(ctx: Context, clock: Deadline, since: datetime | None) -> Deadline:
    """Return a clock that runs; one that rested is due later by the working days it did."""
    if not clock.resting or since is None:
        return clock
    later = replace(clock, due=_later(clock.due, since, ctx.now), resting=False)
    if later.due > ctx.now:
        return replace(later, state="open", level=0, next=None)
    if later.level >= len(clocks.ladder(clock.kind)):
        return replace(later, state="breached", resting=True)
    return replace(later, state="breached", next=clocks.reply_due(ctx.now, 1))


def _paused_since(watch: clocks.Watch, old: list[views.Need]) -> datetime | None:
    """Return since when all was paused: a Task is changed by what puts it there, not by being asked once more."""
    if any(n.state in watch.states for n in old):
        return None
    stamps = [n.task["lastModified"] for n in old if n.state in watch.paused]
    return max(map(datetime.fromisoformat, stamps), default=None)


def _later(due: datetime, since: datetime, now: datetime) -> datetime:
    rested = clocks.worked(timing.day(since), timing.day(now))
    return clocks.reply_due(due, rested) if rested else due


def _dated(ctx: Context, watch: clocks.Watch, clock: Deadline, moved: list[views.Need]) -> list[Resource]:
    """Return the Tasks that this event moved with the time they are due by."""
    if watch.kind not in _DUE_ON_TASK or not clock.runs:
        return []
    return [
        tasks_built.moved(n.task, modified=ctx.now, due=clock.due)
        for n in moved
        if n.state in watch.states and (watch.needs is None or n.kind in watch.needs)
    ]


def _arrived(ctx: Context, final: Case, melde_id: str, seen: Seen) -> tuple[Deadline, ...]:
    """Return the receipt clocks of need messages whose receiver has answered, as met: who answers a need has it. N2, ADR 98."""
    owners = {n.owner for n in seen.now if n.state in national.ANSWERED}
    answered = {
        f"message/{m.id}"
        for m in final.messages
        if owners
        and (m.direction, m.melde_id, m.wants_reply) == ("out", melde_id, True)
        and (party := ctx.book.by_key(m.receiver_key)) is not None
        and party.organisation_id in owners
    }
    return tuple(
        replace(d, state="met")
        for d in final.deadlines
        if d.runs and d.kind == "receipt" and d.subject in answered
    )


def _nothing_to_wait_for(final: Case, melde_id: str) -> tuple[Deadline, ...]:
    """Return the clocks on this Melde-id's messages as cancelled: none of its needs is open."""
    subjects = {f"message/{m.id}" for m in final.messages if m.melde_id == melde_id}
    return tuple(
        replace(d, state="cancelled")
        for d in final.deadlines
        if d.runs and d.kind in clocks.WAITING and d.subject in subjects | {f"need/{melde_id}"}
    )


def _is_out(needs: list[views.Need]) -> bool:
    """Return whether nobody at the receiver has acted yet on one of these."""
    return any(n.is_open and n.state in states.OUT for n in needs)


def _all_answered(final: Case, melde_id: str) -> tuple[Deadline, ...]:
    """Return the reply clocks on this Melde-id's messages as met: what of it is still open, somebody has acted on. ADR 168."""
    subjects = {
        f"message/{m.id}"
        for m in final.messages
        if (m.direction, m.melde_id) == ("out", melde_id) and m.subject in titles.NEED_TITLES
    }
    return tuple(
        replace(d, state="met")
        for d in final.deadlines
        if d.runs and d.kind == "reply" and d.subject in subjects
    )


def _items_over(ctx: Context, before: Case, final: Case, now: dict[str, Deadline]) -> Change:
    """Return the open work items of clocks that are over, or rest, as cancelled: nobody has to act on them."""
    over = {d.id for d in before.deadlines if d.id in now and (now[d.id].paused or not now[d.id].runs)}
    if not over:
        return Change()
    return Change(
        resources=tuple(
            tasks_built.moved(item, modified=ctx.now, status="cancelled")
            for item in final.of("Task")
            if escalation.deadline_of(item) in over and item["status"] not in views.FINISHED
        )
    )
