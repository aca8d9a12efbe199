"""A person gets another number: found by both, told by the new one. E18; docs/decisions/0032."""

from __future__ import annotations

from typing import Final

from adapter.errors import EventError
from adapter.fhir import people
from adapter.mappings import common, expiring, protecting, release
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Resource
from adapter.rules import message_states

TWO_CASES: Final = (
    "To numre er samme person, og begge har en sak her. Samle oppfølgingen på det nye nummeret og avslutt den gamle saken: "
    "ingenting sendes lenger av seg selv derfra."
)


def changed(ctx: Context) -> Change:
    """Return the Patient by the new number, or with what was wrong; where both numbers have a case, the link. E18.

    The case of the former number rests: what had not left waits for a person, who has a work item to end it. In the case of
    the new number the same is told by an event of ours.

    Raises EventError IPK-E014 where there is no such patient here.
    """
    if ctx.case.key is None:
        raise EventError("IPK-E014", at="$.data.former")
    said, former = ctx.data.patient.identifier, ctx.data.former
    new, old = (said.system, said.value), (former.system, former.value)
    base = common.person(ctx) + common.author(ctx)
    person = next(r for r in base.resources if r["resourceType"] == "Patient")
    if ctx.case.twin is None:
        by = () if new == old else (people.renumbered(person, identifier=new, former=old),)
        return base + Change(resources=by) + release.withheld(ctx, release.waiting(ctx), set())
    other = f"Patient/{ctx.case.twin}"
    if ctx.event.origin != "posted":
        return base + Change(resources=(people.replacing(person, other),))
    linked = Change(
        resources=(people.renumbered(person, identifier=new, former=old, by=other), *_item(ctx, other)),
        warnings=(common.warn("IPK-P011", "$.data.former"),),
    )
    return base + linked + protecting.handed_over(ctx, message_states.REPLACED, protecting.FORMER)


def changed_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the need messages that had not left, by the new number. E18."""
    return release.again(ctx, before)


def _item(ctx: Context, other: str) -> tuple[Resource, ...]:
    owner = expiring.responsible(ctx)
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", "identity"),
        kind="review",
        owner=owner,
        focus=f"Patient/{ctx.patient_id()}",
        inputs=(("patient", {"reference": other}),),
        reason=TWO_CASES,
    )
    return (*(common.parties(owner) if owner else ()), item)
