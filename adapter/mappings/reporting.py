"""The party that reported a need, however it came: by a message, or by an event of its own. message-rules.md, 'Who gets what'; R05."""

from __future__ import annotations

from typing import Final, NamedTuple

from adapter.mappings import grants, views
from adapter.mappings.context import Context, Notice
from adapter.model import Message, Party

OTHER_SECTORS: Final = frozenset({"113", "115"})
"""Types of organisation (list 9040) that give no health care: state administration, others."""
OPENS: Final = frozenset({"given", "limited"})


class Reporter(NamedTuple):
    """Who reported, the latest of the thread with it, and the message that brought the need (None: it posted an event)."""

    party: Party
    thread: Message | None
    first: Message | None


def reporter(ctx: Context, melde_id: str) -> Reporter | None:
    """Return the outside party that reported the need, None for needs of our own."""
    first = views.reported_by(ctx.case, melde_id)
    party = ctx.book.by_key(first.sender_key) if first else _requester(ctx, melde_id)
    if party is None or party.home:
        return None
    return Reporter(party, views.dialogue(ctx.case, party.key, melde_id=melde_id) or first, first)


def _requester(ctx: Context, melde_id: str) -> Party | None:
    asked = (
        ctx.book.by_organisation(views.reference_id(n.task.get("requester")))
        for n in views.needs(ctx.case)
        if n.melde_id == melde_id
    )
    return next((party for party in asked if party is not None), None)


def may_be_told(ctx: Context, party: Party) -> bool:
    """Return whether a reporter may be told more than the answer: another sector by a consent that names it (S1:40, NAV)."""
    if party.type not in OTHER_SECTORS:
        return True
    return any(
        g.status in OPENS and "other-sectors" in g.scopes and party.key in g.recipients - g.excluded
        for g in grants.newest_first(ctx.case)[:1]
    )


def told(ctx: Context, melde_id: str, *, title: str, text: str) -> tuple[Notice, ...]:
    """Return the answer to the party that reported, in its thread; a letter where it has no electronic address."""
    found = reporter(ctx, melde_id)
    if found is None:
        return ()
    asked = found.first is not None and found.first.type == "DIALOG_FORESPORSEL"
    return (
        Notice(
            receiver=found.party,
            title=title,
            text=text,
            melde_id=melde_id,
            thread=found.thread,
            answers=found.first if asked else None,
            based_on=tuple(f"ServiceRequest/{n.id}" for n in views.needs(ctx.case) if n.melde_id == melde_id),
        ),
    )
