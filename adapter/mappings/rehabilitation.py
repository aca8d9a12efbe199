"""A need for (re)habilitation alone: a need like any other to the municipality, or a referral that is none. E12; S1:30, R38."""

from __future__ import annotations

from typing import Final

from adapter.fhir import parts, urls
from adapter.mappings import common, joining, needs
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Resource
from adapter.rules import anchors, routing

REFERRAL: Final = "Skriv henvisning til vurderingsenheten i regional koordinerende enhet"


def reported(ctx: Context) -> Change:
    """Return the pairs as for any need, each naming the event; for a private institution a work item alone. E12.

    Referrals to private institutions are assessed by the regional unit (R38): nothing of it is a need for a plan, the
    adapter writes no referral, and nothing leaves.
    """
    if ctx.data.provider == joining.PRIVATE:
        return _referral(ctx)
    made = needs.identified(ctx)
    named = tuple(_naming(ctx, r) if r["resourceType"] == "ServiceRequest" else r for r in made.resources)
    return made + Change(resources=named, reasons=(anchors.fixed("rehabilitation-unit", "kommunen"),))


def _naming(ctx: Context, request: Resource) -> Resource:
    """Return the request naming the event that began it: its text is written again on release."""
    return parts.changed(request, identifier=[parts.identifier(urls.URI, f"urn:uuid:{ctx.event.event_id}")])


def _referral(ctx: Context) -> Change:
    owner = (routing.own_unit(ctx.book, ctx.party) if ctx.party else None) or ctx.party
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", "refer"),
        kind="refer",
        owner=owner,
        focus=None,
        inputs=(("function", ctx.data.function), *(("need", kind) for kind in ctx.data.needs)),
        reason=REFERRAL,
    )
    return (
        common.person(ctx)
        + common.author(ctx)
        + Change(
            resources=(*common.parties(*filter(None, (owner,))), item),
            reasons=(anchors.fixed("rehabilitation-referral", "henvisning"),),
            status="recorded",
        )
    )


def reported_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the need message to the municipality's unit; none for a referral. E12."""
    return () if ctx.data.provider == joining.PRIVATE else joining.identified_notices(ctx, before)
