"""What patient or relatives say about a need or a plan: kept, and read by whoever is responsible. E67; S4:44, pbrl § 3-1."""

from __future__ import annotations

from typing import Any

from adapter.errors import EventError
from adapter.fhir import parts
from adapter.mappings import common, views
from adapter.mappings.context import Change, Context
from adapter.model import Party, Resource
from adapter.rules import anchors, routing


def recorded(ctx: Context) -> Change:
    """Return the input as a Communication, and a Task for whoever is responsible to read it. Nothing leaves by itself. E67."""
    about, melde_id, owner = _about(ctx)
    said = communication(ctx, about)
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", "read-input"),
        kind="read-input",
        owner=owner,
        focus=parts.of(said),
        melde_id=melde_id,
    )
    return (
        common.person(ctx)
        + common.author(ctx)
        + Change(
            resources=(*common.parties(*filter(None, (owner,))), said, item),
            reasons=(anchors.fixed("input-read", "leses"),),
            case={"meldeId": melde_id} if melde_id else {},
        )
    )


def communication(ctx: Context, about: tuple[str, ...]) -> Resource:
    """Return what was said as a Communication about these. It is no message, so the text stands in it."""
    return parts.resource(
        "Communication",
        ctx.id("Communication", "input"),
        {
            "status": "completed",
            "subject": parts.ref(f"Patient/{ctx.patient_id()}"),
            "about": parts.refs(about),
            "sent": parts.when(ctx.event.occurred_at),
            "received": parts.when(ctx.now),
            "recipient": parts.refs([common.organisation(ctx.party)]),
            "sender": parts.ref(common.author_reference(ctx)),
            "payload": [{"contentString": ctx.data.text}],
        },
    )


def _about(ctx: Context) -> tuple[tuple[str, ...], str | None, Party | None]:
    """Return what it is about, the Melde-id of a need, and who reads it: the home party responsible, else the own unit."""
    which = ctx.data.continues
    if which is None:
        return (), None, _responsible(ctx, None)
    kind, value = which.target
    if kind in {"melde", "need"}:
        named = [n for n in views.needs(ctx.case) if value in (n.melde_id, n.id)]
        if not named:
            raise EventError("IPK-E014", at="$.data.continues")
        return (
            tuple(f"ServiceRequest/{n.id}" for n in named),
            named[0].melde_id,
            _responsible(ctx, named[0].owner),
        )
    if kind == "assignment":
        held = next((a for a in views.assignments(ctx.case) if a.id == value), None)
        return (f"PractitionerRole/{value}",), None, _responsible(ctx, held.organisation if held else None)
    plan = next((p for p in ctx.case.of("CarePlan") if _is(p, value)), None)
    if plan is None:
        raise EventError("IPK-E014", at="$.data.continues")
    return (parts.of(plan),), None, _responsible(ctx, views.reference_id(plan.get("author")))


def _is(plan: Resource, value: Any) -> bool:
    return plan["id"] == value or any(
        (i.get("system"), i["value"]) == value for i in plan.get("identifier", ())
    )


def _responsible(ctx: Context, organisation: str | None) -> Party | None:
    """Return the home party that is responsible; where it is somebody else's, our own unit, for it goes on only by a person."""
    party = ctx.book.by_organisation(organisation) if organisation else None
    if party is not None and party.home:
        return party
    return routing.desk(ctx.book, ctx.home or routing.first(ctx.book))
