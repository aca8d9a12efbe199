"""What people and record systems did with messages: reached another way, filed, an address that no longer holds. E59, E64, E70."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from adapter import naming, timing
from adapter.errors import EventError
from adapter.fhir import messages as resources
from adapter.fhir import needs, parts, urls
from adapter.kith import words
from adapter.mappings import common, internal, views
from adapter.mappings.context import Change, Context
from adapter.mappings.views import communication_of
from adapter.model import Case, Deadline, Message, Party, Resource, Warn
from adapter.rules import anchors, carrier, message_states, routing

MODE: Final = {"phone": "PHONE", "letter": "WRITTEN", "in-person": "FACE", "other": "REMOTE"}
"""How a receiver was reached → v3-ParticipationMode."""
DONE: Final = frozenset({"release", "inform"})
"""Clocks that wait for a message to go, whichever way."""
ADDRESS_GONE: Final = "IPK-M050"


# ── E59 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def fallback(ctx: Context) -> Change:
    """Return the message as taken another way, its clocks running on but one that missed the receipt; completed once confirmed. E59."""
    data = ctx.data
    message = _sent(ctx, data.message_id)
    if message.state in message_states.before(message_states.POSTED) and _may_have_come(message):
        return _told_after_all(ctx, message)
    if message.state not in message_states.before(message_states.BY_HAND):
        allowed = message_states.allowed(message.state, replaced=message.replaced_by is not None)
        raise EventError("IPK-M011", at="$.data.messageId", allowed=allowed)
    done = replace(message, state="manual", next_attempt=None)
    communication = ctx.case.get(communication_of(message) or "")
    told = (_told(ctx, communication),) if communication else ()
    moved = internal.moved(ctx.case, done)
    outcome = "bekreftet" if data.confirmed_by else "ikke bekreftet"
    return common.author(ctx) + Change(
        resources=(*moved, *told, *internal.items_done(ctx.case, message)),
        messages=(done,),
        deadlines=tuple(_over(d) for d in ctx.case.deadlines if _is_over(d, message)),
        reasons=(anchors.fixed("manual-fallback", outcome),),
        warnings=_older(ctx, message),
        case={"meldeId": message.melde_id} if message.melde_id else {},
    )


def _older(ctx: Context, message: Message) -> tuple[Warn, ...]:
    """Return a warning where it was taken another way on a day before it was made: taken, for who tells late tells. IPK-E098."""
    made = message.gen_date
    early = made is not None and timing.day(ctx.data.at) < timing.day(made)
    return (common.warn("IPK-E098", "$.data.at"),) if early else ()


def _may_have_come(message: Message) -> bool:
    """Return whether a person may have told of a message that was stopped: a letter to post, or one that did not arrive when it was sent."""
    return message.type == carrier.LETTER or message.attempts > 0


def _told_after_all(ctx: Context, message: Message) -> Change:
    """Return a message that was stopped here and had been told: its receiver knows, and a person tells what stopped it. ADR 163, 168."""
    communication = ctx.case.get(communication_of(message) or "")
    posted = message.type == carrier.LETTER
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", "review"),
        kind="review",
        owner=ctx.party,
        focus=communication_of(message),
        melde_id=message.melde_id,
        reason=words.POSTED if posted else words.REACHED,
    )
    return common.author(ctx) + Change(
        resources=(*((_told(ctx, communication),) if communication else ()), item),
        messages=(replace(message, state="manual", next_attempt=None),),
        reasons=(anchors.fixed("manual-fallback", f"{'postet' if posted else 'gitt'} før det ble stoppet"),),
        case={"meldeId": message.melde_id} if message.melde_id else {},
    )


def _is_over(clock: Deadline, message: Message) -> bool:
    """Return whether a clock ends with the fallback: the wait for the EPJ or the post, and a receipt clock that has passed already."""
    if clock.subject != f"message/{message.id}":
        return False
    return clock.kind in DONE or (clock.kind == "receipt" and clock.state == "breached")


def _over(clock: Deadline) -> Deadline:
    return replace(clock, state="met" if clock.kind in DONE else "cancelled")


def _told(ctx: Context, communication: Resource) -> Resource:
    """Return the Communication by the way it went: completed and received only when confirmed (8705#105, N2)."""
    data = ctx.data
    confirmed = data.confirmed_by
    who = f"{confirmed.given} {confirmed.family}" if confirmed else None
    said = ", ".join(part for part in (data.reached.name, data.reached.phone) if part)
    note = f"Formidlet til {said}." + (f" Bekreftet av {who}." if who else "")
    changed = resources.settled(
        communication,
        status="completed" if confirmed else "in-progress",
        sent=data.at,
        received=data.at if confirmed else None,
    )
    return parts.changed(
        changed,
        medium=[parts.coded(urls.PARTICIPATION_MODE, MODE[data.how])],
        note=[*communication.get("note", ()), {"time": parts.when(data.at), "text": note}],
        statusReason=None,
    )


def _sent(ctx: Context, id_: str) -> Message:
    """Return the message of ours that an event names, in the bytes of no one. Raises EventError IPK-M010."""
    found = next((m for m in ctx.case.messages if id_ in (m.id, m.msg_id) and m.direction == "out"), None)
    if found is None:
        raise EventError("IPK-M010", at="$.data.messageId")
    return found


# ── E70 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def document_of(message: Message) -> str | None:
    """Return the reference of a message's DocumentReference, None where no event made one."""
    if message.event_id is None:
        return None
    return f"DocumentReference/{naming.resource_id(message.event_id, 'DocumentReference', message.msg_id)}"


def filed(ctx: Context) -> Change:
    """Return the DocumentReference with the record system's own id of the document. E70."""
    message = next((m for m in ctx.case.messages if ctx.data.message_id in (m.id, m.msg_id)), None)
    document = ctx.case.get(document_of(message) or "") if message else None
    if message is None or document is None:
        raise EventError("IPK-M010", at="$.data.messageId")
    identifier = parts.identifier(ctx.data.system or urls.FILED, ctx.data.document_id)
    held = document.get("identifier", [])
    return Change(
        resources=(parts.changed(document, identifier=held if identifier in held else [*held, identifier]),),
        case={"meldeId": message.melde_id} if message.melde_id else {},
    )


# ── E64 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def address_changed(ctx: Context) -> Change:
    """Return the Endpoint of the old address as off; the messages that wait for it follow one by one. E64."""
    party = ctx.book.by_her(ctx.data.her_id)
    if party is None:
        return Change(reasons=(anchors.fixed("address-changed", "ukjent adresse"),))
    listed = common.parties(party)
    over = tuple(
        parts.changed(r, status="off")
        if r["resourceType"] == "Endpoint" and ctx.data.change != "takes"
        else r
        for r in listed
    )
    still = ctx.data.change != "takes"
    warnings = (common.warn(ADDRESS_GONE, "$.data.herId"),) if still else ()
    return Change(resources=over, reasons=(anchors.fixed("address-changed", party.key),), warnings=warnings)


def readdress(case: Case, message: Message, *, event_id: str, owner: Party | None) -> Change:
    """Return one message to an address that no longer holds: what waits stops, and a person gets a work item."""
    stopped = replace(message, state="dead", last_error=ADDRESS_GONE, next_attempt=None)
    waits = message.state in message_states.NEVER_LEFT
    item = needs.work_item(
        id_=naming.resource_id(event_id, "Task", message.id),
        kind="route",
        authored=case.now,
        patient=f"Patient/{case.key}" if case.key else None,
        focus=communication_of(message),
        owner=common.organisation(owner),
        melde_id=message.melde_id,
        inputs=(("evidence", message.id),),
        description="Mottakerens adresse er endret: send på nytt til riktig mottaker",
    )
    moved: tuple[Any, ...] = internal.moved(case, stopped) if waits else ()
    listed = common.parties(owner) if owner else ()
    return Change(resources=(*moved, *listed, item), messages=(stopped,) if waits else ())


def queue(book: Any, message: Message) -> Party | None:
    """Return who gets the work item of a message: the own coordinating unit of its sender, else the sender."""
    return routing.desk(book, book.by_key(message.sender_key))


# ── remapped by a person ─────────────────────────────────────────────────────────────────────────────────────────────


def reassigned(case: Case, message: Message, old: Party | None, to: Party) -> tuple[Resource, ...]:
    """Return the needs of a message, and their Tasks, at the party that a person chose."""
    if not message.wants_reply:
        return ()
    changed: list[Resource] = []
    for need in views.open_needs(case):
        if need.melde_id == message.melde_id and (old is None or need.owner == old.organisation_id):
            there = {"reference": f"Organization/{to.organisation_id}"}
            changed.append(parts.changed(need.request, performer=[there]))
            changed.append(parts.changed(need.task, owner=there))
    return tuple(changed)
