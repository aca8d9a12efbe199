"""A question of the handler, and the sender's answer. E04, E05; message-rules.md, 'Which carrier' and 'The text'."""

from __future__ import annotations

from adapter.fhir import needs, parts
from adapter.kith import text, words
from adapter.mappings import common, escalation, grants, named, passing, patient_input, release, views
from adapter.mappings.clocks import deadline_id
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.scope import melde_part, scoped
from adapter.mappings.views import communication_of
from adapter.model import Message, Party, Resource
from adapter.rules import consent, states

EVENT = "ip.need.info-supplied"
ASKS = "ip.need.info-requested"
ANSWER = "Mottakeren av behovet trenger opplysninger: svar på spørsmålet"
"""What the work item says to whoever reported."""


def to_answer(ctx: Context, chosen: tuple[views.Need, ...]) -> tuple[Resource, ...]:
    """Return a work item per Melde-id for the party of our own that reported, to answer what is asked; one that is open stays. E04."""
    if ctx.event.type != ASKS:
        return ()
    first = {n.melde_id: n for n in reversed(chosen)}
    owed = (
        (n, ctx.book.by_organisation(views.reference_id(n.task.get("requester")))) for n in first.values()
    )
    return tuple(
        common.work_item(
            ctx,
            id_=ctx.id("Task", f"question/{need.melde_id}"),
            kind="review",
            owner=party,
            focus=communication_of(ctx.inbound.message) if ctx.inbound else None,
            melde_id=need.melde_id,
            inputs=((escalation.DEADLINE, _clock(need.melde_id)), ("event", EVENT)),
            reason=ANSWER,
        )
        for need, party in owed
        if party is not None and party.home and not escalation.items_of(ctx.case, _clock(need.melde_id))
    )


def _clock(melde_id: str) -> str:
    return deadline_id("reply", f"question/{melde_id}")


def supplied(ctx: Context) -> Change:
    """Return the needs under assessment again; the clock of the decision goes on, so none is stopped. E05.

    What an outside party has answered already moves nothing more: it is told on to who asked.
    """
    told = passing.told_on(ctx)
    if told is not None:
        return told + _unheard(ctx, passing.chosen(ctx))
    chosen = scoped(ctx)
    tasks = []
    for need in chosen:
        step = states.transition(need.state, ctx.event.type)
        tasks.append(common.with_state(ctx, need.task, status=step.task_status, business=step.business))
    return (
        common.author(ctx)
        + common.acted(ctx, {n.melde_id for n in chosen}, common.READ)
        + _to_read(ctx, chosen)
        + _unheard(ctx, chosen)
        + Change(
            resources=(*tasks, *_answered(ctx, {n.melde_id for n in chosen})),
            case=melde_part(chosen),
        )
    )


def _unheard(ctx: Context, chosen: tuple[views.Need, ...]) -> Change:
    """Return a warning where consent no longer opens for whoever asked."""
    shut = [n for n in chosen if not _goes(ctx, n).open] if ctx.may_send else []
    return Change(
        warnings=(common.warn("IPK-C001", "$.data.continues"),) if shut else (),
        reasons=tuple(dict.fromkeys(r for n in shut for r in _goes(ctx, n).reasons)),
    )


def _answered(ctx: Context, melde_ids: set[str]) -> tuple[Resource, ...]:
    """Return the work items of what was asked as completed."""
    return tuple(
        needs.moved(item, modified=ctx.now, status="completed")
        for melde_id in sorted(melde_ids)
        for item in escalation.items_of(ctx.case, _clock(melde_id))
    )


def _to_read(ctx: Context, chosen: tuple[views.Need, ...]) -> Change:
    """Return the answer that an outside reporter posts, and a Task to read it; a received one comes with its own.

    Where another outside party asked, the own unit tells it on. ADR 122.
    """
    if ctx.home is not None:
        return Change()
    owner = ctx.book.by_organisation(chosen[0].owner)
    here = owner is not None and owner.home
    if ctx.event.origin != "posted":
        focus = communication_of(ctx.inbound.message) if ctx.inbound else None
        return Change() if here else Change(resources=_to_tell(ctx, chosen, focus))
    said = patient_input.communication(ctx, tuple(f"ServiceRequest/{n.id}" for n in chosen))
    if not here:
        return Change(resources=(said, *_to_tell(ctx, chosen, parts.of(said))))
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", "read-answer"),
        kind="read-answer",
        owner=owner,
        focus=parts.of(said),
        melde_id=chosen[0].melde_id,
    )
    return Change(resources=(said, item))


def _to_tell(ctx: Context, chosen: tuple[views.Need, ...], focus: str | None) -> tuple[Resource, ...]:
    return passing.item(ctx, text=passing.TEXTS[EVENT], melde_id=chosen[0].melde_id, focus=focus)


def supplied_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the answer to each party that asked, in the thread of its question, where consent still opens. E05."""
    chosen = [n for n in passing.chosen(before) if n.is_open and _goes(ctx, n).open]
    told = tuple(
        _answer(ctx, party, melde_id, [n for n in chosen if (n.owner, n.melde_id) == (owner, melde_id)])
        for owner, melde_id in sorted({(n.owner, n.melde_id) for n in chosen})
        if (party := ctx.book.by_organisation(owner)) is not None and not party.home
    )
    return passing.others(before, told)


def _goes(ctx: Context, need: views.Need) -> consent.Verdict:
    """Return whether the consent that holds now opens for the one who asked: an answer tells more than the need did."""
    said = release.reported(ctx, need.melde_id)
    return grants.verdict(
        ctx.case,
        said.granted if said else grants.of_needs(ctx.case),
        need.kind,
        named.names(ctx.book.by_organisation(need.owner)),
        legal_basis=said.need.legal_basis if said else ctx.data.legal_basis,
        on=ctx.today,
    )


def _answer(ctx: Context, party: Party, melde_id: str, needs: list[views.Need]) -> Notice:
    asked = question(ctx, party, melde_id)
    return Notice(
        receiver=party,
        title=text.reply_subject(text.TITLES["ip.need.identified"]),
        text=text.notice(text.TITLES[EVENT], [(words.SUPPLIED, ctx.data.text)], melde_id),
        melde_id=melde_id,
        thread=asked or views.dialogue(ctx.case, party.key, melde_id=melde_id),
        answers=asked if asked is not None and asked.type == "DIALOG_FORESPORSEL" else None,
        based_on=tuple(f"ServiceRequest/{n.id}" for n in needs),
        reasons=tuple(dict.fromkeys(r for n in needs for r in _goes(ctx, n).reasons)),
    )


def question(ctx: Context, party: Party, melde_id: str) -> Message | None:
    """Return the latest dialogue message received from a party about a need: what it asked."""
    talk = (
        m
        for m in reversed(ctx.case.messages)
        if (m.direction, m.sender_key, m.melde_id) == ("in", party.key, melde_id)
        and m.type.startswith("DIALOG_")
    )
    return next(talk, None)
