"""Who keeps what a patient has who moves, until another municipality has taken over. E50; domain § 1.5, decision 162.

Nobody becomes the keeper by being asked: one that has not answered holds nothing, and the one that does is still the keeper
when the patient moves on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from adapter.kith import titles
from adapter.mappings import posting, views
from adapter.mappings.context import Context
from adapter.model import Case, Message, Party, Resource
from adapter.rules import routing, states

NOT_REACHED: Final = frozenset({"held", "buried", "failed", "ignored", "rejected", "dead"})
"""Messages that told nobody anything."""
KNOWN_THERE: Final = frozenset({*states.ASSESSED, *states.AGREED, "fulfilled", "declined"})
"""Where a need stands once whoever has it has answered, however that came."""
SINCE: Final = "keeper"
"""Input of the work item of a move: the municipality in which the case stood when the first of several moves was told."""
EVENT: Final = "ip.patient.moved"
ASKED: Final = titles.TITLES[EVENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """A move while an earlier one is not taken over."""

    item: Resource
    """The work item of the earlier move."""
    asked: Party | None
    """Who was asked then."""
    keeper: Party | None
    """Who serves the municipality in which the case stood before."""


def onward(ctx: Context, case: Case) -> Onward | None:
    """Return the earlier move that this one overtakes, None where there is none; `case` as it was before."""
    item = views.transfer(case)
    if item is None or views.input_of(item, "to") == ctx.data.to.code:
        return None
    place = since(item)
    served = routing.receiver(ctx.book, municipality=place, district=None, on=ctx.today).party
    held = (p for p in _holders(ctx, known=True) if place in p.municipalities)  # a city: one of its districts
    return Onward(item=item, asked=asked(ctx, item), keeper=served or next(held, None))


def asked(ctx: Context, item: Resource) -> Party | None:
    """Return who is asked to take the patient over."""
    said = (i.get("valueReference") for i in item.get("input", ()) if i["type"].get("text") == "receiver")
    return ctx.book.by_organisation(views.reference_id(next(said, None)))


def since(item: Resource) -> str:
    """Return the municipality from which a work item of a move, or the first of several, set out."""
    return views.input_of(item, SINCE) or views.input_of(item, "from") or ""


def is_back(ctx: Context, new: Party | None, before: Onward | None) -> bool:
    """Return whether the patient moves back to whoever alone holds what there is: there is nothing to take over."""
    if before is None or new is None:
        return False
    held = [p for p in _holders(ctx, known=False) if _is_municipal(ctx, p)]
    return bool(held) and all(_is(p, new) for p in held)


def holds(ctx: Context, party: Party) -> bool:
    """Return whether a party has something of the case now: a need that it knows of, a coordinator, the plan."""
    return any(_is(p, party) for p in _holders(ctx, known=True))


def knows(ctx: Context, party: Party) -> bool:
    """Return whether a party knows of the case: what waits for consent, or was rejected, it knows nothing of."""
    talk = (m for m in ctx.case.messages if party.key in (m.sender_key, m.receiver_key))
    return (
        any(m.type.startswith(("DIALOG_", "LETTER")) and m.state not in NOT_REACHED for m in talk)
        or any(n.owner == party.organisation_id and n.state in KNOWN_THERE for n in views.needs(ctx.case))
        or holds(ctx, party)
    )


def questions(case: Case, party: Party | None) -> tuple[Message, ...]:
    """Return our messages that ask a party to take over somebody who has moved, but those that were stopped."""
    return tuple(
        m
        for m in case.messages
        if party is not None
        and (m.direction, m.receiver_key, m.subject) == ("out", party.key, ASKED)
        and m.state not in {"buried", "held"}
    )


def unsent(case: Case, party: Party | None) -> tuple[Message, ...]:
    """Return those of them that have not left."""
    return tuple(m for m in questions(case, party) if posting.is_unsent(case, m))


def _is_municipal(ctx: Context, party: Party) -> bool:
    return any(one.municipalities for one in ctx.book.parties if one.level1_id == party.level1_id)


def _holders(ctx: Context, *, known: bool) -> list[Party]:
    """Return who has a need (with `known`: only of which it knows), somebody in the team, or the plan."""
    needs = (n for n in views.open_needs(ctx.case) if not known or _is_known(ctx.case, n))
    plan = views.plan(ctx.case)
    ids = [
        *(n.owner for n in needs),
        *(a.organisation for a in views.assignments(ctx.case) if a.lasts(ctx.today)),
        *([views.reference_id(plan.get("author"))] if plan else []),
    ]
    return [party for id_ in ids if (party := ctx.book.by_organisation(id_)) is not None]


def _is_known(case: Case, need: views.Need) -> bool:
    reached = (m for m in case.messages if m.melde_id == need.melde_id and m.wants_reply)
    return need.state in KNOWN_THERE or any(m.state not in NOT_REACHED for m in reached)


def _is(one: Party, other: Party) -> bool:
    """Return whether two parties are of one municipality; of one that has districts each is its own."""
    if one.key == other.key:
        return True
    return one.level1_id == other.level1_id and not any(
        "/" in place for place in (*one.serves, *other.serves)
    )
