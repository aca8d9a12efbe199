"""What is late goes from its owner to the leader, then to the coordinating unit. E62; domain §§ 1.6 and 2.3.

One work item follows the steps. The receiver is reminded where an agreement says so, at most twice; then a person only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from adapter import naming, timing
from adapter.fhir import meetings, urls
from adapter.fhir import needs as tasks_built
from adapter.kith import text, words
from adapter.mappings import common, gaps, nextsteps, planclocks, posting, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.mappings.views import communication_of
from adapter.model import AddressBook, Agreement, Case, Deadline, Message, Party, Resource
from adapter.rules import anchors, clocks, routing

DEADLINE: Final = "deadline"
"""Name of the Task.input that says which clock a work item is about."""
TAKEN: Final = frozenset({"sent", "delivered", "acknowledged"})
"""States of a message of which the receiver can be reminded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a clock is about: who has to act on our side, and whom there is to ask."""

    base: Party | None
    other: Party | None = None
    """The outside party that is waited for, None where the next step is our own."""
    melde_id: str | None = None
    message: Message | None = None
    needs: tuple[views.Need, ...] = field(default=(), repr=False)
    focus: str | None = None
    """What a Task is about, where the clock watches one."""
    unposted: Message | None = None
    """What is answered where it is a letter, or a message, that nobody has passed on yet: nobody outside is waited for."""
    role: str | None = None
    """Key of the role, where the clock watches an assignment."""
    held: bool = False
    """Whether the role it watches is held again: a gap that has ended by itself."""
    gone: bool = False
    """Whether what it was about is closed, or the patient dead."""

    def owner(self, book: AddressBook, to: clocks.To) -> Party | None:
        """Return the party that has it at one step: the leader is the owner's own."""
        unit = routing.own_unit(book, self.base) if self.base is not None else None
        return (unit or self.base) if to == "coordinating-unit" else self.base


def about(case: Case, book: AddressBook, clock: Deadline) -> About:
    """Return what a clock watches; the first home party where nothing says whose it is."""
    kind, _, name = clock.subject.partition("/")
    found = _BY_SUBJECT.get(kind, _of_nobody)(case, book, clock, name)
    found = replace(found, gone=found.gone or views.dead(case))
    return found if found.base is not None else replace(found, base=routing.first(book))


def _of_message(case: Case, book: AddressBook, clock: Deadline, id_: str) -> About:
    message = next((m for m in case.messages if m.id == id_), None)
    if message is None:
        return About(base=None)
    sender = _home(book.by_key(message.sender_key))
    # What is held waits for our own unit: the receiver is not to hear of it yet.
    releases = clock.kind == "release"
    unposted = message if posting.is_unposted(case, message) else None
    unit = routing.own_unit(book, sender) if sender is not None and message.state == "held" else None
    return About(
        base=unit or sender,
        other=None if releases or unposted else _outside(book.by_key(message.receiver_key)),
        melde_id=message.melde_id,
        message=message,
        unposted=unposted,
        # A letter is to be posted whatever became of the need: it may be what tells so.
        needs=() if clock.kind == "inform" else _needs(case, message.melde_id),
    )


def _of_need(case: Case, book: AddressBook, clock: Deadline, melde_id: str) -> About:
    found = _needs(case, melde_id)
    if not found:
        return About(base=None, melde_id=melde_id)
    performer = book.by_organisation(found[0].owner)
    asking = _home(book.by_organisation(views.reference_id(found[0].task.get("requester"))))
    if clock.kind == "consent":  # whoever reported must ask the patient
        return About(base=asking or _home(performer), melde_id=melde_id, needs=found)
    other = _outside(performer)
    message = views.dialogue(case, other.key, melde_id=melde_id) if other else None
    return About(
        base=_home(performer) or asking, other=other, melde_id=melde_id, message=message, needs=found
    )


def _of_question(case: Case, book: AddressBook, _clock: Deadline, melde_id: str) -> About:
    """Return whose answer is waited for: whoever reported owes it, the one who asked has it where that is somebody outside. E04."""
    found = _needs(case, melde_id)
    reporter = book.by_organisation(views.reference_id(found[0].task.get("requester"))) if found else None
    asking = book.by_organisation(found[0].owner) if found else None
    return About(
        base=_home(reporter) or _home(asking), other=_outside(reporter), melde_id=melde_id, needs=found
    )


def _of_assignment(case: Case, book: AddressBook, clock: Deadline, id_: str) -> About:
    role = case.get(f"PractitionerRole/{id_}") or {}
    whose = book.by_organisation(views.reference_id(role.get("organization")))
    held = next((a.key for a in views.assignments(case) if a.id == id_), None)
    first = gaps.filled(case, book, clock.subject) if clock.kind == gaps.KIND else None
    again = first is not None and first <= case.today
    return About(base=_home(whose), other=_outside(whose), role=held, held=again)


def _of_plan(case: Case, book: AddressBook, _clock: Deadline, id_: str) -> About:
    plan = case.get(f"CarePlan/{id_}") or {}
    responsible = book.by_organisation(views.reference_id(plan.get("author")))
    open_ = plan.get("status") in {"draft", "active", "on-hold"}
    return About(base=_home(responsible), other=_outside(responsible), gone=not open_)


def _of_task(case: Case, book: AddressBook, _clock: Deadline, id_: str) -> About:
    """Return who is asked: to take a plan over (E39), or to follow up somebody who moved (E50), once that party was told."""
    task = case.get(f"Task/{id_}") or {}
    owner, asking = (
        book.by_organisation(views.reference_id(task.get(who))) for who in ("owner", "requester")
    )
    is_move = views.code_of(task.get("code"), urls.TASK_KIND) == "transfer"
    asked = _new_unit(case, book, task) if is_move else owner
    return About(
        base=_home(owner) or _home(asking),
        other=_outside(asked),
        focus=task.get("focus", {}).get("reference"),
        gone=task.get("status") in views.FINISHED,
    )


def _new_unit(case: Case, book: AddressBook, task: Resource) -> Party | None:
    """Return where the patient moved, None where it has not been told: nobody rings about whom it may not know of."""
    said = (i.get("valueReference") for i in task.get("input", ()) if i["type"].get("text") == "receiver")
    party = book.by_organisation(views.reference_id(next(said, None)))
    knows = party is not None and _was_told(case, party)
    return party if knows else None


def _was_told(case: Case, party: Party) -> bool:
    return any(m.receiver_key == party.key and posting.has_left(case, m) for m in case.messages)


def _of_meeting(case: Case, book: AddressBook, _clock: Deadline, id_: str) -> About:
    meeting = case.get(f"Appointment/{id_}") or {}
    over = meeting.get("status") in {"cancelled", "fulfilled", "entered-in-error"}
    told = [m for m in case.messages if _invites(m, id_)]
    parties = (book.by_key(m.receiver_key) for m in told)
    invited = {p.key: p for p in parties if p is not None and not p.home}
    unposted = next((m for m in told if posting.is_unposted(case, m)), None)
    return About(
        base=_home(book.by_key(meetings.called_by(meeting) or "")),
        # Of several nobody knows here whose answer is missing.
        other=next(iter(invited.values())) if len(invited) == 1 and not unposted else None,
        unposted=unposted,
        gone=over,
    )


def _invites(message: Message, id_: str) -> bool:
    return (
        message.event_id is not None and naming.resource_id(message.event_id, "Appointment", "meeting") == id_
    )


def _of_nobody(_case: Case, _book: AddressBook, _clock: Deadline, _id: str) -> About:
    return About(base=None)


_BY_SUBJECT: Final = {
    "message": _of_message,
    "need": _of_need,
    "question": _of_question,
    "PractitionerRole": _of_assignment,
    "CarePlan": _of_plan,
    "Task": _of_task,
    "Appointment": _of_meeting,
}
"""First part of a clock's subject → how what it is about is found."""


def _needs(case: Case, melde_id: str | None) -> tuple[views.Need, ...]:
    return tuple(n for n in views.needs(case) if melde_id and n.melde_id == melde_id)


def _home(party: Party | None) -> Party | None:
    return party if party is not None and party.home else None


def _outside(party: Party | None) -> Party | None:
    return party if party is not None and not party.home else None


# ── one step ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def taken(ctx: Context, clock: Deadline) -> Change:
    """Return the clock after the step that is due, and the work item with whom has it now. E62."""
    found = about(ctx.case, ctx.book, clock)
    if found.held or over(found):
        return Change(deadlines=(replace(clock, state="met" if found.held else "cancelled"),))
    step, after = clocks.taken(clock, ctx.now, clocks.set_days(ctx.book.clocks, _agreement(ctx, found)))
    if step is None:
        return Change(deadlines=(after,))
    item, listed = _item(ctx, clock, found, step.to)
    why = anchors.reason("clock-escalation", step.to)
    return Change(resources=(*listed, item), deadlines=(after,), reasons=(why,))


def over(found: About) -> bool:
    """Return whether nothing is waited for any more: the needs or the plan it is about are closed, or the patient is dead."""
    return found.gone or (bool(found.needs) and not any(n.is_open for n in found.needs))


def _agreement(ctx: Context, found: About) -> Agreement | None:
    return ctx.book.agreement(found.base.key, found.other.key) if found.base and found.other else None


def _item(
    ctx: Context, clock: Deadline, found: About, to: clocks.To
) -> tuple[Resource, tuple[Resource, ...]]:
    """Return the work item of the clock with its next owner: the one that is open, else a new one."""
    party = found.owner(ctx.book, to)
    owner = _reference(party, to)
    listed = common.parties(party) if party else ()
    said = f"{words.LEVELS[to]}: {next_step(clock, found)}"
    open_ = next(iter(items_of(ctx.case, clock.id)), None)
    if open_ is not None:
        moved = tasks_built.moved(open_, modified=ctx.now, owner=owner)
        return {**moved, "description": said}, listed
    chased = clock.kind == "reply" and found.message is not None
    evidence = (("evidence", found.message.id),) if chased and found.message else ()
    item = tasks_built.work_item(
        id_=ctx.id("Task", "manual-fallback" if chased else clock.kind),
        kind="manual-fallback" if chased else "review",
        authored=ctx.now,
        patient=f"Patient/{ctx.patient_id()}" if ctx.case.key else None,
        focus=_focus(clock, found),
        owner=owner,
        melde_id=found.melde_id,
        description=said,
        inputs=((DEADLINE, clock.id), *evidence),
    )
    return item, listed


def next_step(clock: Deadline, found: About) -> str:
    """Return what a person does next about a clock; nothing about small changes, which go by themselves."""
    if clock.subject.startswith(f"{planclocks.DIGEST}/"):
        return nextsteps.BY_ITSELF
    return nextsteps.next_step(
        clock, outside=found.other is not None, role=found.role, unposted=found.unposted
    )


def _reference(party: Party | None, to: clocks.To) -> Mapping[str, Any] | None:
    """Return the owner as a Task names it; a leader has no Organization of its own."""
    if party is None:
        return None
    reference = {"reference": f"Organization/{party.organisation_id}"}
    return {**reference, "display": f"{words.LEVELS[to]}, {party.display}"} if to == "leader" else reference


def _focus(clock: Deadline, found: About) -> str | None:
    """Return what the work item is about; never a ServiceRequest, whose Tasks are the need itself."""
    kind = clock.subject.partition("/")[0]
    if kind == "message":
        return communication_of(found.message)
    return found.focus or (clock.subject if kind not in {"need", "question"} else None)


def items_of(case: Case, clock_id: str) -> tuple[Resource, ...]:
    """Return the open work items of a clock."""
    return tuple(
        t for t in case.of("Task") if deadline_of(t) == clock_id and t["status"] not in views.FINISHED
    )


def deadline_of(task: Mapping[str, Any]) -> str | None:
    """Return the id of the clock that a work item is about."""
    for each in task.get("input", ()):
        if each.get("type", {}).get("text") == DEADLINE:
            return str(each.get("valueString"))
    return None


# ── the reminder ─────────────────────────────────────────────────────────────────────────────────────────────────────


def reminder(ctx: Context, before: Case, clock: Deadline) -> tuple[Notice, ...]:
    """Return the reminder to the party that is waited for, where the step and an agreement ask for one.

    It goes in the thread of the need, says nothing new about the patient, and starts no clock. One tells of all that is due at
    the same instant, and no more than two go.
    """
    found = about(before, ctx.book, clock)
    agreed = _agreement(ctx, found)
    together = _together(before, clock)
    if agreed is None or not agreed.reminders or not together or _reminded(before, found) >= clocks.REMINDERS:
        return ()
    thread = views.dialogue(before, found.other.key, melde_id=found.melde_id) if found.other else None
    if over(found) or found.other is None or thread is None or not _reached(before, found):
        return ()
    open_ = [n for n in found.needs if any(_awaits(one, n) for one in together)]
    title = text.TITLES["ip.deadline.breached"]
    ours = (m for m in before.messages if (m.receiver_key, m.melde_id) == (found.other.key, found.melde_id))
    first = common.original(ctx, next((m for m in ours if m.wants_reply), thread))
    lines = [
        (words.CONCERNS, text.kinds_text(tuple(dict.fromkeys(n.kind for n in open_)))),
        (words.AWAITED, "; ".join(words.AWAITS[one.kind] for one in together)),
        (words.DUE, text.day(timing.day(clock.due))),
        (words.ORIGINAL, first.msg_id),
    ]
    return (
        notice(
            found.other,
            title,
            lines,
            melde_id=found.melde_id,
            thread=thread,
            based_on=tuple(f"ServiceRequest/{n.id}" for n in open_),
            reasons=(anchors.reason("clock-escalation", "påminnelse", source=f"avtale: {agreed.source}"),),
        ),
    )


def _together(case: Case, clock: Deadline) -> tuple[Deadline, ...]:
    """Return the clocks that one reminder tells of, by their kind: none where the step asks for none, or another's has told of it."""
    steps = clocks.ladder(clock.kind)
    if clock.level >= len(steps) or not steps[clock.level].reminds:
        return ()
    same = [d for d in case.deadlines if d.runs and (d.subject, d.due) == (clock.subject, clock.due)]
    listed = tuple(sorted((d for d in same if d.kind in words.AWAITS), key=lambda d: d.kind))
    return () if any(d.level > clock.level for d in listed) else listed


def _awaits(clock: Deadline, need: views.Need) -> bool:
    """Return whether a clock waits for something to become of a need: of the kinds and in the states that it watches."""
    watched = clock.subject.partition("/")[0]
    rows = [w for w in clocks.WATCHES if (w.kind, w.about) == (clock.kind, watched)]
    return need.is_open and (not rows or any(w.watches(need.kind, need.state) for w in rows))


def _reminded(case: Case, found: About) -> int:
    """Return how many reminders of these needs have gone to the party that is waited for."""
    return sum(
        1
        for m in case.messages
        if found.other is not None
        and (m.direction, m.receiver_key, m.melde_id) == ("out", found.other.key, found.melde_id)
        and any(reason.rule == "clock-escalation" for reason in m.why)
    )


def _reached(case: Case, found: About) -> bool:
    """Return whether the need has left for that party: nobody is reminded of what may not have come."""
    return (
        found.other is not None
        and not found.other.is_letter
        and any(
            m.receiver_key == found.other.key
            and m.melde_id == found.melde_id
            and m.wants_reply
            and m.state in TAKEN
            for m in case.messages
        )
    )
