"""Needs that nobody has been told of and whose receiver's row of the address book has ended, before anything else is decided. R02.

Municipalities merge, units get new numbers: who serves the place where the patient lives today is to act. message-rules.md, 'Which
carrier'; contract.md, `unrouted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapter.fhir import parts, urls
from adapter.mappings import common, passing, patients, release, views
from adapter.mappings.context import Change, Context
from adapter.model import Case, Party, Resource
from adapter.rules import routing

TELLS: Final = frozenset({"ip.consent.given", "ip.need.forwarded"})
"""Events that let a need go: `unrouted` where it goes to nobody. E13, E02."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted:
    """Needs that have another owner than they had."""

    change: Change
    stranded: frozenset[str] = frozenset()
    """Ids of the Tasks of those that nobody serves: the own unit has them until a person finds who does."""
    unrouted: str | None = None
    """Code of the warning."""


def rerouted(ctx: Context) -> Rerouted:
    """Return the needs as those of whom the book of the day names for the patient's place, else of the own unit."""
    lost = tuple(_lost(ctx))
    if not lost:
        return Rerouted(change=Change())
    municipality, district = patients.place(ctx.case)
    route = routing.receiver(ctx.book, municipality=municipality, district=district, on=ctx.today)
    to = route.party or _desk(ctx)
    if to is None:
        return Rerouted(change=Change())
    return Rerouted(
        change=Change(
            resources=(*common.parties(to), *(r for need in lost for r in _owned(need, to))),
            reasons=route.reasons,
        ),
        stranded=frozenset() if route.party else frozenset(n.task["id"] for n in lost),
        unrouted=route.unrouted,
    )


def _lost(ctx: Context) -> Iterator[views.Need]:
    """Yield the needs of our own that no receiver knows, at a party that the book of the day has not."""
    for need in views.open_needs(ctx.case):
        ended = bool(need.owner) and ctx.book.by_organisation(need.owner) is None
        if ended and need.state in release.BEFORE and views.reported_by(ctx.case, need.melde_id) is None:
            yield need


def _owned(need: views.Need, to: Party) -> tuple[Resource, Resource]:
    """Return the pair at another party; when its state was last changed stays, for nothing is reported by this."""
    there = {"reference": common.organisation(to)}
    return parts.changed(need.request, performer=[there]), parts.changed(need.task, owner=there)


def _desk(ctx: Context) -> Party | None:
    return release.own_unit(ctx) or ctx.home or passing.own_unit(ctx)


def stranded(ctx: Context, found: Rerouted, decided: Change) -> Change:
    """Return the work item to find a receiver for each need that is still nobody's when all is decided, and what the answer says of it."""
    if not found.stranded:
        return Change()
    final = ctx.case.having(decided.outcome(ctx.case.key))
    left = [
        n for n in views.open_needs(final) if n.task["id"] in found.stranded and n.state in release.BEFORE
    ]
    ids = {n.melde_id for n in left} - _asked(final)
    tells = ctx.event.type in TELLS and any(n.state == "reported" for n in left)
    return Change(
        resources=tuple(
            common.work_item(
                ctx,
                id_=ctx.id("Task", f"route/{melde_id}"),
                kind="route",
                owner=_desk(ctx),
                focus=None,
                melde_id=melde_id,
            )
            for melde_id in sorted(ids)
        ),
        warnings=(common.warn(found.unrouted, "$.data.patient"),) if tells and found.unrouted else (),
        status="unrouted" if tells else None,
    )


def _asked(case: Case) -> set[str]:
    """Return the Melde-ids for which a person is asked to find a receiver already."""
    return {
        t.get("groupIdentifier", {}).get("value")
        for t in case.of("Task")
        if views.code_of(t.get("code"), urls.TASK_KIND) == "route" and t["status"] not in views.FINISHED
    }


def routed(ctx: Context) -> tuple[Context, Rerouted]:
    """Return the event at the case with these needs where they belong today, and what that changes."""
    found = rerouted(ctx)
    if not found.change.resources:
        return ctx, found
    return ctx.with_case(ctx.case.having(found.change.outcome(ctx.case.key))), found
