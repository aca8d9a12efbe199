"""A need forwarded by the own unit: released, or passed on to a named party. E02; hpl § 38 a."""

from __future__ import annotations

from typing import Any

from adapter.errors import EventError
from adapter.fhir import parts
from adapter.kith import text, words
from adapter.mappings import clocks, common, grants, joining, needtext, release, reporting, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.scope import melde_part, scoped
from adapter.model import Party, Reason, Resource
from adapter.rules import reservation, states


def forwarded(ctx: Context) -> Change:
    """Return the old Tasks completed as forwarded and new ones at the named party; without `to` only a release. E02.

    Who has a need already does not get it again: where it waits it is released.
    Raises EventError IPK-E013 when there is nobody to forward to and nothing to release, Faults IPK-C010
    where the patient has reserved against it.
    """
    chosen, target = _meant(ctx)
    ids = {n.melde_id for n in chosen}
    if target is None and not _held(ctx, ids):
        raise EventError("IPK-E013", at="$.data.to", allowed=_otherwise(ctx, chosen[0]))
    base = (
        common.author(ctx)
        + common.acted(ctx, ids, common.PASSED)
        + release.let_go(ctx, ids)
        + Change(deadlines=clocks.close(ctx, "release", ids), case=melde_part(chosen))
    )
    if target is None:
        return base
    there = {n.kind for n in joining.at_target(ctx) if n.state != "consent-pending"}
    moved = tuple(r for n in chosen for r in _moved(ctx, n, target, joins=n.kind in there))
    return (
        base
        + common.acted(ctx, ids, common.UNDELIVERED)
        + Change(
            resources=(*common.parties(target), *moved),
            deadlines=clocks.close(ctx, "reply", ids),
            reasons=_passable(ctx, chosen, target),
            warnings=(common.warn("IPK-E027", "$.data.to.key"),) if there else (),
        )
    )


def _meant(ctx: Context) -> tuple[tuple[views.Need, ...], Party | None]:
    """Return the needs that go to the party named, less those it has; where it has all of them, it is named for nothing. N6."""
    chosen, target = scoped(ctx), _target(ctx)
    if target is None:
        return chosen, None
    new = tuple(n for n in chosen if not _has(n, target))
    return (new, target) if new else (chosen, None)


def _has(need: views.Need, target: Party) -> bool:
    """Return whether this party has the need. One of its kind that another report began there is joined (`_moved`)."""
    return need.owner == target.organisation_id and need.state != "consent-pending"


def _passable(ctx: Context, chosen: tuple[views.Need, ...], target: Party) -> tuple[Reason, ...]:
    """Return why the needs may leave for another organisation in spite of a reservation. Raises Faults IPK-C010."""
    if ctx.party is not None and target.level1_id == ctx.party.level1_id:
        return ()
    made = [at for need in chosen for at in views.reservations(ctx.case, need, ctx.book)]
    return reservation.check(made, grants.recorded(ctx.case))


def _held(ctx: Context, melde_ids: set[str]) -> set[str]:
    """Return which of these needs have a message that waits for the unit, or none yet (the unit got them itself)."""
    held = {m.melde_id for m in ctx.case.messages if m.melde_id and m.state == "held"}
    return melde_ids & held | {i for i in melde_ids if reporting.unsent(ctx, i)}


def _otherwise(ctx: Context, need: views.Need) -> tuple[str, ...]:
    """Return what else may happen to a need that has been released."""
    return tuple(type_ for type_ in states.allowed(need.state) if type_ != ctx.event.type)


def _forwarded(ctx: Context) -> needtext.Forwarded | None:
    return needtext.Forwarded(by=ctx.party, words=ctx.data.text) if ctx.party else None


def _target(ctx: Context) -> Party | None:
    if ctx.data.to is None:
        return None
    party = ctx.book.by_key(ctx.data.to.key)
    if party is None:
        raise EventError("IPK-R003", at="$.data.to.key")
    return party


def _moved(ctx: Context, need: views.Need, target: Party, *, joins: bool) -> tuple[Resource, ...]:
    """Return the old Task forwarded and the new one; none where the need joins one that is open there (N6)."""
    step = states.transition(need.state, ctx.event.type)
    old = common.with_state(ctx, need.task, status=step.task_status, business=step.business)
    asked = parts.changed(need.request, performer=[{"reference": f"Organization/{target.organisation_id}"}])
    if joins:
        return old, asked
    first = states.OPENING["open" if release.opens(ctx, need, target) else "held"]
    fresh = common.need_task(
        ctx,
        id_=ctx.id("Task", f"{need.kind}/{target.key}"),
        melde_id=need.melde_id,
        request=need.request,
        status=first.task_status,
        business=first.business,
        owner=target,
        due=None,
    )
    fresh = parts.changed(fresh, **_asking(ctx, need))
    return old, fresh, asked


def _asking(ctx: Context, need: views.Need) -> dict[str, Any]:
    """Return who asked of a need that an outside party reported, those whose report joined too: they are answered as before."""
    party = ctx.book.by_organisation(views.reference_id(need.task.get("requester")))
    joined = [i for i in need.task.get("input", ()) if i["type"].get("text") in reporting.OF_REPORTS]
    kept = {"requester": need.task["requester"]} if party is not None and not party.home else {}
    return kept | ({"input": joined} if joined else {})


def forwarded_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the message that was held, released; or with `to` the need message to the named party. E02."""
    chosen, target = _meant(before)
    ids = {n.melde_id for n in chosen}
    if target is None:
        return tuple(
            n
            for melde_id in sorted(_held(before, ids))
            for n in release.released(ctx, melde_id, forwarded=_forwarded(ctx))
        )
    if target.home:
        return ()
    return tuple(
        n
        for melde_id in sorted(ids)
        for n in (*_passed_on(ctx, melde_id, target), *_reported(ctx, melde_id, target))
    )


def _reported(ctx: Context, melde_id: str, target: Party) -> tuple[Notice, ...]:
    """Return the word to whoever reported the need, in its thread: who has it now. No more, so no scope is needed."""
    lines = [
        text.answer_line("received"),
        (words.HANDLED_BY, target.display),
        (words.FORWARDED_TO, target.name),
    ]
    title = text.reply_subject(text.TITLES["ip.need.identified"])
    told = reporting.told(ctx, melde_id, title=title, lines=lines)
    return tuple(n for n in told if n.receiver.level1_id != target.level1_id)


def _passed_on(ctx: Context, melde_id: str, target: Party) -> tuple[Notice, ...]:
    reported = release.reported(ctx, melde_id)
    mine = [
        n
        for n in views.open_needs(ctx.case)
        if n.melde_id == melde_id and n.owner == target.organisation_id and n.state == "reported"
    ]
    if reported is None or not mine:
        return ()
    return (release.need_notice(ctx, reported, mine, receiver=target, forwarded=_forwarded(ctx)),)
