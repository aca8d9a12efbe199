"""Address protection, and what a person sends: nothing leaves by itself where it is strict. E19; folkeregisterforskriften § 10-4."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from adapter.fhir import messages as resources
from adapter.fhir import protected
from adapter.mappings import common, expiring, internal, patients, views
from adapter.mappings.compose import Composed
from adapter.mappings.context import PATIENT, Change, Context, together
from adapter.mappings.views import communication_of
from adapter.model import Case, Message
from adapter.rules import message_states
from adapter.rules.carrier import LETTER

STRICT: Final = protected.STRICT
TO_POST: Final = "Skriv ut brevet og send det, og registrer at det er sendt."
BY_HAND: Final = "Strengt fortrolig adresse: vurder om og hvordan meldingen kan formidles."


def changed(ctx: Context) -> Change:
    """Return the Patient with its grade; where it is strict, what had not left waits for a person. E19."""
    base = common.person(ctx) + common.author(ctx)
    if ctx.data.level != STRICT:
        return base
    waiting = tuple(
        replace(m, state="manual", next_attempt=None)
        for m in ctx.case.messages
        if m.direction == "out"
        and m.state in message_states.before(message_states.STRICT)
        and m.type != "APPREC"
    )
    moved = tuple(internal.ended(ctx.case, message) for message in waiting)
    return together(base, *moved, items(ctx, waiting))


def is_strict(case: Case) -> bool:
    """Return whether nothing may leave by itself."""
    return protected.is_strict(views.patient(case))


def by_hand(ctx: Context, sent: tuple[Composed, ...]) -> tuple[Composed, ...]:
    """Return the messages for a person to take another way, where the address is strictly confidential."""
    return tuple(map(_manual, sent)) if is_strict(ctx.case) else sent


def _manual(one: Composed) -> Composed:
    if one.message.state != "pending":
        return one
    told = tuple(
        resources.settled(r, status="in-progress") if r["resourceType"] == "Communication" else r
        for r in one.resources
    )
    return replace(one, message=replace(one.message, state="manual"), resources=told)


def items(ctx: Context, messages: tuple[Message, ...]) -> Change:
    """Return a work item per message that a person must take another way: a letter to post, or all of them by hand.

    With a warning where the address is strictly confidential.
    """
    says = getattr(ctx.data, "patient", None) is not None and patients.protection(ctx) == STRICT
    strict = is_strict(ctx.case) or says
    waiting = tuple(m for m in messages if m.state == "manual" and (strict or m.type == LETTER))
    if not waiting:
        return Change()
    owner = expiring.responsible(ctx)
    made = tuple(
        common.work_item(
            ctx,
            id_=ctx.id("Task", f"manual-fallback/{message.id}"),
            kind="manual-fallback",
            owner=owner,
            focus=communication_of(message),
            melde_id=message.melde_id if message.receiver_key != PATIENT.key else None,
            inputs=(("evidence", message.id),),
            reason=BY_HAND if strict else TO_POST,
        )
        for message in waiting
    )
    listed = common.parties(owner) if owner else ()
    told = (common.warn("IPK-P012", "$.data.patient"),) if strict else ()
    return Change(resources=(*listed, *made), warnings=told)
