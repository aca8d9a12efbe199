"""A received message as resources: its Communication and DocumentReference. fhir-model.md."""

from __future__ import annotations

from adapter.fhir import messages
from adapter.mappings import common, views
from adapter.mappings.context import Change, Context
from adapter.rules import reservation


def filed(ctx: Context) -> Change:
    """Return the Communication and DocumentReference of a received message, with the first event made from it."""
    inbound = ctx.inbound
    if inbound is None or inbound.message.event_id != ctx.event.event_id:
        return Change()
    message = inbound.message
    known = ctx.case.key is not None or getattr(ctx.data, "patient", None) is not None
    patient = f"Patient/{ctx.patient_id()}" if known else None
    document = messages.document_reference(
        id_=ctx.id("DocumentReference", message.msg_id),
        msg_id=message.msg_id,
        type_=message.type,
        url=f"/messages/{message.id}/document",
        patient=patient,
        date=message.gen_date,
        author=common.organisation(inbound.sender),
    )
    communication = messages.communication(
        id_=ctx.id("Communication", message.msg_id),
        msg_id=message.msg_id,
        type_=message.type,
        status="completed",
        patient=patient,
        based_on=tuple(
            f"ServiceRequest/{n.id}"
            for n in views.needs(ctx.case)
            if inbound.melde_id and n.melde_id == inbound.melde_id
        ),
        in_response_to=_answered(ctx, message.parent),
        topic=inbound.topic,
        sent=message.gen_date,
        received=ctx.now,
        sender=common.organisation(inbound.sender),
        recipients=tuple(filter(None, (common.organisation(inbound.receiver),))),
        document=f"DocumentReference/{document['id']}",
        reserved=inbound.reserved,
    )
    why = (reservation.received(),) if inbound.reserved else ()
    listed = common.parties(*(p for p in (inbound.sender, inbound.receiver) if p))
    return Change(resources=(*listed, document, communication), reasons=why)


def _answered(ctx: Context, parent: str | None) -> str | None:
    before = next((m for m in ctx.case.messages if parent and m.msg_id == parent), None)
    return views.communication_of(before)
