"""Who holds something open of a case, and is told when the patient dies. E51; domain § 2.3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from adapter.mappings import common, keeping, meetings, plantransfer, planview, posting, telling, views
from adapter.mappings.context import Context
from adapter.model import Message, Party

TOLD: Final = "deceased-told"
MISTAKEN: Final = "deceased-mistaken"
"""Rules by which a message tells of the death, and that there was none."""
MEETS: Final = frozenset({"proposed", "pending", "booked", "waitlist"})
"""Appointment.status of a meeting that is to be held."""


def holders(before: Context) -> tuple[telling.To, ...]:
    """Return the outside parties with something open, once each.

    A need they got or reported, a coordinator they have or know of, the plan, a question to take over, an invitation to a meeting;
    and whoever was told last that the patient lives.
    """
    found: dict[str, telling.To] = {}
    for one in _all(before):
        if not one[0].home:
            found.setdefault(one[0].key, one)
    return tuple(found.values())


def _all(before: Context) -> Iterator[telling.To]:
    yield from _of_needs(before)
    yield from _of_team(before)
    if views.plan(before.case) is not None:
        yield from telling.reporters(before)
    for party in (*_of_plan(before), *_asked(before), *_invited(before), *_told_alive(before)):
        yield to(before, party)


def to(before: Context, party: Party) -> telling.To:
    """Return a party with the thread that runs with it."""
    latest = views.dialogue(before.case, party.key)
    return party, latest, latest.melde_id if latest else None


def _of_needs(before: Context) -> Iterator[telling.To]:
    for need in views.open_needs(before.case):
        for message, party in common.recipients(before, need.melde_id):
            yield party, message, need.melde_id
        origin = views.reported_by(before.case, need.melde_id)
        reporter = before.book.by_key(origin.sender_key) if origin else None
        if reporter:
            yield reporter, origin, need.melde_id


def _of_team(before: Context) -> Iterator[telling.To]:
    for held in views.assignments(before.case):
        if held.lasts(before.today):
            yield from telling.knew(before, held.id)
            own = before.book.by_organisation(held.organisation)
            if own:
                yield own, None, None


def _of_plan(before: Context) -> Iterator[Party]:
    """Yield who answers for the plan."""
    author = before.book.by_organisation(views.reference_id((views.plan(before.case) or {}).get("author")))
    if author is not None:
        yield author


def _asked(before: Context) -> Iterator[Party]:
    """Yield who has a question to take over: the plan (E39), or a patient who moves (E50)."""
    plan, item = views.plan(before.case), views.transfer(before.case)
    task = (planview.handed_over(before.case, plan) if plan else None) or {}
    owner = before.book.by_organisation(views.reference_id(task.get("owner")))
    left = {(m.receiver_key, m.subject) for m in before.case.messages if posting.has_left(before.case, m)}
    if owner is not None and any((owner.key, title) in left for title in plantransfer.QUESTIONS):
        yield owner
    new = keeping.asked(before, item) if item is not None else None
    if new is not None and (new.key, keeping.ASKED) in left:
        yield new


def _invited(before: Context) -> Iterator[Party]:
    """Yield who is invited to a meeting that has yet to begin."""
    for meeting in before.case.of("Appointment"):
        begins = meeting.get("start")  # an appointment of a plan may have none
        if meeting["status"] in MEETS and begins and datetime.fromisoformat(begins) > before.now:
            keys = (m.receiver_key for m in meetings.invited(before, meeting))
            yield from filter(None, map(before.book.by_key, keys))


def _told_alive(before: Context) -> Iterator[Party]:
    """Yield who was told of a death, and then that there was none."""
    keys = (key for key, message in last_words(before).items() if tells(message, MISTAKEN))
    yield from filter(None, map(before.book.by_key, keys))


def last_words(before: Context) -> dict[str, Message]:
    """Return the last message to each receiver that told of the death, or that there was none."""
    left = (m for m in before.case.messages if posting.has_left(before.case, m) and tells(m, TOLD, MISTAKEN))
    return {m.receiver_key: m for m in left if m.receiver_key}


def tells(message: Message, *rules: str) -> bool:
    """Return whether a message of ours says so by one of these rules."""
    return message.direction == "out" and any(reason.rule in rules for reason in message.why)
