"""What an outside party tells and others wait for: its event sends nothing, so a person here tells them. E05, E08, E09, E15, E66; ADR 122."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from adapter.fhir import needs
from adapter.mappings import common, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.scope import melde_part, scoped
from adapter.model import Party, Resource
from adapter.rules import routing, states

EVENT: Final = "event"
"""Input of the work item: the event by which a person here tells it on."""
TEXTS: Final = MappingProxyType(
    {
        "ip.need.info-supplied": "Melderen har svart på spørsmålet om behovet: send svaret videre til den som spurte",
        "ip.need.withdrawn": "Melderen har trukket behovet: gi beskjed til dem som har fått det herfra",
        "ip.need.declined-by-patient": "Pasienten har takket nei: gi beskjed til dem som har fått behovet herfra",
        "ip.consent.withdrawn": "Samtykket er trukket: gi beskjed til dem som har fått opplysninger herfra",
    }
)
"""Event of an outside party → what a person here is asked to do."""


def own_unit(ctx: Context) -> Party | None:
    """Return the own coordinating unit, else the first home party: it is asked where an outside party acts."""
    return routing.desk(ctx.book, routing.first(ctx.book))


def item(ctx: Context, *, text: str, melde_id: str | None, focus: str | None = None) -> tuple[Resource, ...]:
    """Return a Task for the own unit to tell this event on, by the same event posted here."""
    unit = own_unit(ctx)
    made = common.work_item(
        ctx,
        id_=ctx.id("Task", "review"),
        kind="review",
        owner=unit,
        focus=focus,
        melde_id=melde_id,
        reason=text,
        inputs=((EVENT, ctx.event.type),),
        requester=ctx.party,
    )
    return (*common.parties(*(p for p in (unit, ctx.party) if p)), made)


def owed(ctx: Context, told: Iterable[Notice]) -> Change:
    """Return the Task to tell on what an outside party takes back, where others than its own organisation would be told."""
    source = ctx.party
    if source is None or source.home or ctx.event.origin != "posted":
        return Change()
    others = [n for n in told if n.receiver.level1_id != source.level1_id]
    if not others:
        return Change()
    return Change(resources=item(ctx, text=TEXTS[ctx.event.type], melde_id=others[0].melde_id))


def waiting(ctx: Context) -> Resource | None:
    """Return the open Task that this event of a home party answers."""
    if ctx.home is None:
        return None
    wanted = ctx.event.type
    open_ = (t for t in ctx.case.of("Task") if t["status"] not in views.FINISHED and "requester" in t)
    return next((t for t in open_ if wanted in TEXTS and views.input_of(t, EVENT) == wanted), None)


def done(ctx: Context) -> Change:
    """Return that Task as completed."""
    found = waiting(ctx)
    return Change(
        resources=(needs.moved(found, modified=ctx.now, status="completed"),) if found is not None else ()
    )


def told_on(ctx: Context) -> Change | None:
    """Return what the repeated event changes where its needs have been moved already: the Task is done. None where none waits."""
    return common.author(ctx) + done(ctx) + Change(case=melde_part(chosen(ctx))) if _repeats(ctx) else None


def chosen(ctx: Context) -> tuple[views.Need, ...]:
    """Return the needs that the event names: those it may move, or all that it names where it repeats what another told."""
    return scoped(ctx, opened=not _repeats(ctx))


def _repeats(ctx: Context) -> bool:
    found = waiting(ctx)
    if found is None:
        return False
    named = scoped(ctx, opened=False)
    melde_id = found.get("groupIdentifier", {}).get("value")
    return melde_id in {n.melde_id for n in named} and not any(
        states.permits(n.state, ctx.event.type) for n in named
    )


def others(before: Context, told: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Return the notices without those to the organisation that told it itself."""
    found = waiting(before)
    source = before.book.by_organisation(views.reference_id((found or {}).get("requester")))
    return tuple(n for n in told if source is None or n.receiver.level1_id != source.level1_id)
