"""A patient who moves: the new municipality is told, the old one keeps what it has until then. E50; domain § 1.5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapter.fhir import needs, people
from adapter.kith import text, words
from adapter.kith.titles import MOVES_AWAY
from adapter.mappings import (
    clocks,
    common,
    consenting,
    grants,
    plantransfer,
    plo_roles,
    release,
    telling,
    views,
)
from adapter.mappings.clocks import OSLO
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Deadline, Party, Resource
from adapter.rules import anchors, consent, moves, routing, states
from adapter.rules import clocks as times

NOT_REACHED: Final = frozenset({"held", "buried", "failed", "ignored", "rejected", "dead"})
"""Messages that told nobody anything."""
KNOWN_THERE: Final = frozenset({*states.ASSESSED, *states.AGREED, "fulfilled", "declined"})
"""Where a need stands once whoever has it has answered, however that came."""

# ── E50 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def moved(ctx: Context) -> Change:
    """Return the patient at the new address and, where there is something to take over, the transfer to follow up. E50."""
    again = _same(ctx, views.transfer(ctx.case))
    known = views.input_of(again, "from") if again else views.municipality(ctx.case)
    moves.check_from(known=known, said=ctx.data.from_.code)
    base = common.person(ctx) + common.author(ctx) + _stated(ctx)
    if not views.stands(ctx.case):
        return base
    new = _new_unit(ctx)
    verdict = _verdict(ctx, new.party) if new.party else None
    item = again or _item(ctx, new.party)
    due = moves.due(times.reply_due(ctx.now, 0))
    clock = Deadline(
        id=clocks.deadline_id("assessment", f"Task/{item['id']}"),
        kind="assessment",
        due=due,
        subject=f"Task/{item['id']}",
        owner=ctx.case.owner,
        case_key=ctx.patient_id(),
    )
    held = verdict is not None and not verdict.open and new.party is not None and not new.party.home
    warnings = [common.warn("IPK-E078", "$.data.consent")] if held else []
    warnings += [common.warn(new.unrouted, "$.data.to")] if new.unrouted else []
    listed = common.parties(*(p for p in (new.party, _owner(ctx)) if p))
    overtaken = Change() if again else _overtaken(ctx)
    return (
        base
        + overtaken
        + Change(
            resources=(*listed, item),
            deadlines=() if again else (clock,),
            reasons=(moves.why(), *new.reasons, *(verdict.reasons if verdict else ())),
            warnings=tuple(warnings),
            status="unrouted" if new.party is None else "held" if held else None,
        )
    )


def _same(ctx: Context, item: Resource | None) -> Resource | None:
    """Return the open transfer where it is of this very move: told again."""
    return item if item and views.input_of(item, "to") == ctx.data.to.code else None


def _overtaken(ctx: Context) -> Change:
    """Return the transfer to where the patient no longer lives as cancelled, its clock too."""
    item = views.transfer(ctx.case)
    if item is None:
        return Change()
    watched = ("assessment", f"Task/{item['id']}")
    return Change(
        resources=(needs.moved(item, modified=ctx.now, status="cancelled"),),
        deadlines=tuple(
            replace(d, state="cancelled") for d in ctx.case.deadlines if (d.kind, d.subject) == watched
        ),
    )


def _stated(ctx: Context) -> Change:
    said = ctx.data.consent
    if said is None:
        return Change()
    made = consenting.consent_resource(ctx, said, subject="ip-need", recipients=(_new_unit(ctx).party,))
    return Change(resources=(*consenting.speaker(ctx, said), made))


def _new_unit(ctx: Context) -> routing.Route:
    to = ctx.data.to
    return routing.receiver(ctx.book, municipality=to.code, district=to.district, on=ctx.now.date())


def _old_unit(ctx: Context) -> Party | None:
    place = ctx.data.from_
    route = routing.receiver(ctx.book, municipality=place.code, district=place.district, on=ctx.now.date())
    return route.party


def _owner(ctx: Context) -> Party | None:
    return release.own_unit(ctx) or ctx.party


def _item(ctx: Context, to: Party | None) -> Resource:
    inputs: tuple[tuple[str, Any], ...] = (
        ("from", ctx.data.from_.code),
        ("to", ctx.data.to.code),
        *((("receiver", {"reference": f"Organization/{to.organisation_id}"}),) if to else ()),
    )
    return common.work_item(
        ctx,
        id_=ctx.id("Task", "transfer"),
        kind="transfer",
        owner=_owner(ctx),
        focus=None,
        inputs=inputs,
        reason=words.FOLLOW_MOVE,
    )


def _verdict(ctx: Context, to: Party) -> consent.Verdict:
    return _of(ctx, to, ctx.event.type)


def _of(ctx: Context, to: Party, what: str) -> consent.Verdict:
    """Return what consent says of telling the new municipality this: the newest that speaks of it and names the party."""
    stated = grants.stated(ctx.data.consent, ctx) if ctx.data.consent else None
    who = grants.names(to)
    spoken = (g for g in grants.newest_first(ctx.case) if grants.speaks(g, what, who))
    return consent.gate(
        need=what,
        consent=moves.transferable(spoken, stated=stated, key=to.key),
        recipient=who,
        legal_basis=ctx.data.legal_basis,
        on=ctx.now.date(),
    )


def moved_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the word to the new coordinating unit, to the old one that it keeps what it has until then, and to who reported. E50.

    Posted again, with the consent that was missing, it tells only whom it has not told.
    """
    if not views.stands(ctx.case):
        return ()
    again = _same(ctx, views.transfer(before.case)) is not None
    new, old = _new_unit(ctx).party, None if again else _old_unit(ctx)
    told = (
        *(_welcome(ctx, new) if new and not new.home else ()),
        *(_keep(ctx, old) if old else ()),
        *_concerned(ctx, old, new),
    )
    return tuple(n for n in told if not (again and _has_word(before, n)))


def _has_word(before: Context, notice: Notice) -> bool:
    return any(
        (m.direction, m.receiver_key, m.subject) == ("out", notice.receiver.key, notice.title)
        and m.state != "buried"
        for m in before.case.messages
    )


def _welcome(ctx: Context, to: Party) -> tuple[Notice, ...]:
    verdict = _verdict(ctx, to)
    if not verdict.open:
        return ()
    title = text.TITLES[ctx.event.type]
    melde_id = _melde_id(ctx)
    lines = [
        *_where(ctx),
        *_held(ctx, to),
        (words.REPLY, words.ANSWER_ACCEPTED),
    ]
    return (
        notice(
            to,
            title,
            lines,
            melde_id=melde_id,
            thread=views.dialogue(ctx.case, to.key),
            asks=True,
            reasons=verdict.reasons,
        ),
    )


def _melde_id(ctx: Context) -> str | None:
    listed = [n.melde_id for n in views.open_needs(ctx.case)] or [n.melde_id for n in views.needs(ctx.case)]
    return next(iter(listed), None)


def _where(ctx: Context) -> list[tuple[str, str | None]]:
    """Return from where and to where, and the day; of a protected address the day alone. E19."""
    day = (words.MOVED_ON, text.day(ctx.data.moved_on))
    if _is_hidden(ctx):
        return [day]
    names = {place: (p.name if p else place) for place, p in _names(ctx).items()}
    return [
        (words.MOVED_FROM, names[ctx.data.from_.code]),
        (words.MOVED_TO, names[ctx.data.to.code]),
        day,
    ]


def _is_hidden(ctx: Context) -> bool:
    return people.is_hidden(people.grade(views.patient(ctx.case)))


def _names(ctx: Context) -> Mapping[str, Party | None]:
    return {ctx.data.from_.code: _old_unit(ctx), ctx.data.to.code: _new_unit(ctx).party}


def _held(ctx: Context, to: Party) -> list[tuple[str, str | None]]:
    """Return what there is to take over: coordinator, plan, open needs; of the plan no more than that there is one."""
    found = plo_roles.holders(ctx.case, {}, ctx.now.astimezone(OSLO).date())
    kinds = [k for k in sorted({n.kind for n in views.open_needs(ctx.case)}) if _of(ctx, to, k).open]
    of_plan = any(_of(ctx, to, what).open for what in ("individual-plan", "ip.plan.created"))
    rows = [
        *plo_roles.lines(found),
        (
            words.PLAN,
            words.EXISTENCE["exists"].capitalize() if of_plan and views.plan(ctx.case) else None,
        ),
        (words.OPEN_NEEDS, text.kinds_text(kinds) or None),
    ]
    return [(label, value) for label, value in rows if value]


def _keep(ctx: Context, old: Party) -> tuple[Notice, ...]:
    """Return the word to the party that has the case: it keeps it until another has accepted. It holds the case already.

    One that knows nothing of it keeps nothing, and is not told where the patient went.
    """
    if old.home or not _reached(ctx, old):
        return ()
    latest = views.dialogue(ctx.case, old.key)
    title = MOVES_AWAY
    melde_id = latest.melde_id if latest else None
    lines = [*_where(ctx), (words.RESPONSIBLE, words.KEEPS)]
    return (
        notice(
            old,
            title,
            lines,
            melde_id=melde_id,
            thread=latest,
            reasons=(moves.why(),),
        ),
    )


def _concerned(ctx: Context, old: Party | None, new: Party | None) -> tuple[Notice, ...]:
    """Return the word to whoever reported, a hospital above all, and to the GP, as consent opens: E50's receivers."""
    both = {p.key for p in (old, new) if p}
    to = tuple(one for one in telling.reporters(ctx) if one[0].key not in both)
    stays = words.STAYS.format(unit=old.name) if old else None
    lines = [*_where(ctx), *([] if _is_hidden(ctx) else [(words.RESPONSIBLE, stays)])]
    return telling.notices(ctx, to, MOVES_AWAY, lines)


def _reached(ctx: Context, old: Party) -> bool:
    """Return whether the old party knows of the case: what waits for consent, or was rejected, it knows nothing of."""
    talk = (m for m in ctx.case.messages if old.key in (m.sender_key, m.receiver_key))
    return (
        any(m.type.startswith(("DIALOG_", "LETTER")) and m.state not in NOT_REACHED for m in talk)
        or any(n.owner == old.organisation_id and n.state in KNOWN_THERE for n in views.needs(ctx.case))
        or any(a.organisation == old.organisation_id and a.end is None for a in views.assignments(ctx.case))
    )


# ── taking over ──────────────────────────────────────────────────────────────────────────────────────────────────────


def taken_over(ctx: Context) -> Change:
    """Return the transfer as done and its clock stopped, where this event takes it over; nothing otherwise."""
    item = views.transfer(ctx.case)
    if item is None:
        return Change()
    acts = ctx.inbound.sender if ctx.inbound else plantransfer.answering(ctx) or ctx.party
    there = acts is not None and views.input_of(item, "to") in acts.municipalities
    said = there and ctx.inbound is not None and ctx.inbound.suggestion.get("answer") == "accepted"
    if not said and not moves.taken_over(ctx.event.type, ctx.data, acts_there=there):
        return Change()
    return Change(
        resources=(needs.moved(item, modified=ctx.now, status="completed"),),
        deadlines=clocks.close_subject(ctx, "assessment", f"Task/{item['id']}"),
        reasons=(anchors.fixed("move-accepted", "overtatt"),),
    )
