"""The party that reported a need, however it came: by a message, or by an event of its own. message-rules.md, 'Who gets what'; R05."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from adapter.kith import text
from adapter.mappings import grants, views
from adapter.mappings.context import Context, Notice
from adapter.model import Message, Party
from adapter.rules.consent import YES

OTHER_SECTORS: Final = frozenset({"113", "115"})
"""Types of organisation (list 9040) that give no health care: state administration, others."""


JOINED: Final = "reporter"
"""Name of the Task's input for a party whose report joined the need. E11."""
OF_REPORTS: Final = frozenset({JOINED, "duplicate"})
"""Inputs of a need's Task that say who else reported it, and by which event."""


class Reporter(NamedTuple):
    """Who reported, the latest of the thread with it, the message that brought the need, and the Melde-id it knows.

    `first` is None for a party that posted an event.
    """

    party: Party
    thread: Message | None
    first: Message | None
    melde_id: str


def reporter(ctx: Context, melde_id: str) -> Reporter | None:
    """Return the outside party that reported the need, None for needs of our own."""
    first = views.reported_by(ctx.case, melde_id)
    party = ctx.book.by_key(first.sender_key) if first else _requester(ctx, melde_id)
    if party is None or party.home:
        return None
    return Reporter(party, views.dialogue(ctx.case, party.key, melde_id=melde_id) or first, first, melde_id)


def reporters(ctx: Context, melde_id: str) -> tuple[Reporter, ...]:
    """Return the outside parties that reported the need, those whose report joined it too, once each. E11."""
    first = reporter(ctx, melde_id)
    found = {first.party.key: first} if first else {}
    for need in (n for n in views.needs(ctx.case) if n.melde_id == melde_id):
        for given in need.task.get("input", ()):
            party = ctx.book.by_organisation(views.reference_id(given.get("valueReference")))
            if given["type"].get("text") == JOINED and party is not None and not party.home:
                found.setdefault(party.key, _joined(ctx, party, melde_id))
    return tuple(found.values())


def _joined(ctx: Context, party: Party, melde_id: str) -> Reporter:
    """Return a party whose report joined: in its own thread, under the Melde-id that it gave."""
    brought = next((m for m in reversed(ctx.case.messages) if _brought(m, party)), None)
    own = (brought.melde_id if brought else None) or melde_id
    return Reporter(party, views.dialogue(ctx.case, party.key, melde_id=own) or brought, brought, own)


def _brought(message: Message, party: Party) -> bool:
    return message.direction == "in" and message.sender_key == party.key and message.melde_id is not None


def _requester(ctx: Context, melde_id: str) -> Party | None:
    asked = (
        ctx.book.by_organisation(views.reference_id(n.task.get("requester")))
        for n in views.needs(ctx.case)
        if n.melde_id == melde_id
    )
    return next((party for party in asked if party is not None), None)


def unsent(ctx: Context, melde_id: str) -> bool:
    """Return whether somebody outside reported the need here by an event, and no message of ours has carried it on yet."""
    found = reporter(ctx, melde_id)
    ours = any((m.direction, m.melde_id) == ("out", melde_id) for m in ctx.case.messages)
    return found is not None and found.first is None and not ours


def may_be_told(ctx: Context, party: Party) -> bool:
    """Return whether a reporter may be told more than the answer: another sector by a consent that names it (S1:40, NAV)."""
    if party.type not in OTHER_SECTORS:
        return True
    spoken = grants.speaking(ctx.case, grants.newest_first(ctx.case), "other-sectors", (party.key,))
    return any(g.status in YES and party.key in g.recipients - g.excluded for g in islice(spoken, 1))


def told(
    ctx: Context, melde_id: str, *, title: str, lines: Sequence[tuple[str, str | None]], heading: str = ""
) -> tuple[Notice, ...]:
    """Return the answer to whoever reported, each in its thread; a letter where there is no electronic address.

    `heading` is the text's title line, empty for a reply.
    """
    based_on = tuple(f"ServiceRequest/{n.id}" for n in views.needs(ctx.case) if n.melde_id == melde_id)
    return tuple(
        Notice(
            receiver=found.party,
            title=title,
            text=text.notice(heading, lines, found.melde_id),
            melde_id=found.melde_id,
            thread=found.thread,
            answers=found.first
            if found.first is not None and found.first.type == "DIALOG_FORESPORSEL"
            else None,
            based_on=based_on,
        )
        for found in reporters(ctx, melde_id)
    )
