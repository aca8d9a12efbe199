"""A patient who moves: the new municipality is told, the old one keeps what it has until then. E50; domain § 1.5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapter.fhir import needs, parts, people
from adapter.kith import text, words
from adapter.kith.titles import MOVES_AWAY, MOVES_BACK
from adapter.mappings import (
    clocks,
    common,
    consenting,
    grants,
    keeping,
    named,
    plantransfer,
    plo_roles,
    posting,
    release,
    telling,
    views,
)
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Deadline, Party, Resource
from adapter.rules import anchors, consent, moves, routing
from adapter.rules import clocks as times

# ── E50 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def moved(ctx: Context) -> Change:
    """Return the patient at the new address and, where there is something to take over, the transfer to follow up. E50."""
    again = _same(ctx, views.transfer(ctx.case))
    known = views.input_of(again, "from") if again else views.municipality(ctx.case)
    moves.check_from(known=known, said=ctx.data.from_.code)
    base = common.person(ctx) + common.author(ctx) + _stated(ctx)
    if not views.stands(ctx.case):
        return base
    new, earlier = _new_unit(ctx), keeping.onward(ctx, ctx.case)
    base += _waiting_there(ctx, new.party)
    if earlier is not None and keeping.is_back(ctx, new.party, earlier):
        return base + _overtaken(ctx, earlier) + Change(reasons=(moves.why(),))
    verdict = _verdict(ctx, new.party) if new.party else None
    item = again or _item(ctx, new.party, earlier)
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
    overtaken = _overtaken(ctx, earlier) if earlier is not None else Change()
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


def _waiting_there(ctx: Context, to: Party | None) -> Change:
    """Return the needs that wait for consent as those of where the patient lives now, where the municipality left knows nothing of them.

    A consent that comes later opens them there. domain § 2.2; decision 18.
    """
    if to is None:
        return Change()
    made: list[Resource] = []
    for need in views.open_needs(ctx.case):
        left = ctx.book.by_organisation(need.owner)
        serves = left is not None and ctx.data.from_.code in left.municipalities
        if left is None or not serves or need.state != "consent-pending" or keeping.knows(ctx, left):
            continue
        there = {"reference": common.organisation(to)}
        made += [
            parts.changed(need.request, performer=[there]),
            parts.changed(need.task, owner=there, lastModified=clocks.stamp(ctx)),
        ]
    return Change(resources=(*common.parties(to), *made)) if made else Change()


def _same(ctx: Context, item: Resource | None) -> Resource | None:
    """Return the open transfer where it is of this very move: told again."""
    return item if item and views.input_of(item, "to") == ctx.data.to.code else None


def _overtaken(ctx: Context, earlier: keeping.Onward) -> Change:
    """Return the transfer to where the patient no longer lives as cancelled, its clock too, and its question where it has not left."""
    watched = ("assessment", f"Task/{earlier.item['id']}")
    return Change(
        resources=(needs.moved(earlier.item, modified=ctx.now, status="cancelled"),),
        deadlines=tuple(
            replace(d, state="cancelled") for d in ctx.case.deadlines if (d.kind, d.subject) == watched
        ),
    ) + posting.stopped(ctx, keeping.unsent(ctx.case, earlier.asked))


def _stated(ctx: Context) -> Change:
    said = ctx.data.consent
    if said is None:
        return Change()
    made = consenting.consent_resource(ctx, said, subject="ip-need", recipients=(_new_unit(ctx).party,))
    return Change(resources=(*consenting.speaker(ctx, said), made))


def _new_unit(ctx: Context) -> routing.Route:
    to = ctx.data.to
    return routing.receiver(ctx.book, municipality=to.code, district=to.district, on=ctx.today)


def _old_unit(ctx: Context) -> Party | None:
    place = ctx.data.from_
    route = routing.receiver(ctx.book, municipality=place.code, district=place.district, on=ctx.today)
    return route.party


def _owner(ctx: Context) -> Party | None:
    return release.own_unit(ctx) or ctx.party


def _item(ctx: Context, to: Party | None, earlier: keeping.Onward | None) -> Resource:
    inputs: tuple[tuple[str, Any], ...] = (
        ("from", ctx.data.from_.code),
        ("to", ctx.data.to.code),
        *(((keeping.SINCE, keeping.since(earlier.item)),) if earlier else ()),
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
    who = named.names(to)
    spoken = grants.speaking(ctx.case, grants.newest_first(ctx.case), what, who)
    given = moves.transferable(spoken, stated=stated, key=to.key) or consent.Grant(status="not-asked")
    return grants.gate(ctx.case, given, what, who, legal_basis=ctx.data.legal_basis, on=ctx.today)


def moved_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the word to the new coordinating unit, to the old one that it keeps what it has until then, and to who reported. E50.

    Posted again, with the consent that was missing, it tells only whom it has not told.
    """
    if not views.stands(ctx.case):
        return ()
    again = _same(ctx, views.transfer(before.case)) is not None
    new, earlier = _new_unit(ctx).party, keeping.onward(ctx, before.case)
    back = keeping.is_back(ctx, new, earlier)
    keep = () if again else _keepers(ctx, before, earlier, back=back)
    told = (
        *(_welcome(ctx, new) if new and not new.home and not back else ()),
        *(n for party in keep for n in _keep(ctx, party, back=back)),
        *(_fallen(ctx, before, earlier, keep) if earlier else ()),
        *_concerned(ctx, keep, new, back=back),
    )
    return tuple(n for n in told if not (again and _has_word(before, n)))


def _keepers(
    ctx: Context, before: Context, earlier: keeping.Onward | None, *, back: bool
) -> tuple[Party, ...]:
    """Return who keeps what there is until another takes over: the municipality left, or the one that held it before all moves.

    One that was only asked to take over keeps nothing.
    """
    old = _old_unit(ctx)
    if earlier is None:
        return (old,) if old else ()
    left = old if old and not back and keeping.holds(before, old) else None
    found = {p.key: p for p in (earlier.keeper, left) if p is not None}
    return tuple(found.values())


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
    """Return a party of each place, by whose municipality it is named: of a city without district any of its districts."""
    found = {ctx.data.from_.code: _old_unit(ctx), ctx.data.to.code: _new_unit(ctx).party}
    any_of = {
        place: next((p for p in ctx.book.parties if place in p.municipalities), None) for place in found
    }
    return {place: party or any_of[place] for place, party in found.items()}


def _held(ctx: Context, to: Party) -> list[tuple[str, str | None]]:
    """Return what there is to take over: coordinator, plan, open needs; of the plan no more than that there is one."""
    found = plo_roles.holders(ctx.case, {}, ctx.today)
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


def _keep(ctx: Context, keeper: Party, *, back: bool) -> tuple[Notice, ...]:
    """Return the word to the party that has the case: it keeps it until another has accepted. It holds the case already.

    One that knows nothing of it keeps nothing, and is not told where the patient went.
    """
    if keeper.home or not keeping.knows(ctx, keeper):
        return ()
    says = (words.RESPONSIBLE, words.KEEPS_STILL if back else words.KEEPS)
    return _word(ctx, keeper, MOVES_BACK if back else MOVES_AWAY, [*_where(ctx), says])


def _fallen(
    ctx: Context, before: Context, earlier: keeping.Onward, keep: tuple[Party, ...]
) -> tuple[Notice, ...]:
    """Return the word to who was asked to take over and is not any more: no more than that. It hears it once, where it was asked."""
    asked, keys = earlier.asked, {p.key for p in keep}
    if asked is None or asked.home or asked.key in keys:
        return ()
    if not set(keeping.questions(before.case, asked)) - set(keeping.unsent(before.case, asked)):
        return ()
    return _word(ctx, asked, MOVES_AWAY, [(words.CONCERNS, words.NOT_TO_TAKE_OVER)])


def _word(ctx: Context, to: Party, title: str, lines: list[tuple[str, str | None]]) -> tuple[Notice, ...]:
    latest = views.dialogue(ctx.case, to.key)
    melde_id = latest.melde_id if latest else None
    return (notice(to, title, lines, melde_id=melde_id, thread=latest, reasons=(moves.why(),)),)


def _concerned(ctx: Context, keep: tuple[Party, ...], new: Party | None, *, back: bool) -> tuple[Notice, ...]:
    """Return the word to whoever reported, a hospital above all, and to the GP, as consent opens: E50's receivers."""
    told = {p.key for p in (*keep, new) if p}
    to = tuple(one for one in telling.reporters(ctx) if one[0].key not in told)
    says = (words.STAYS_STILL if back else words.STAYS).format(unit=" og ".join(p.name for p in keep))
    responsible = [(words.RESPONSIBLE, says if keep else None)]
    lines = [*_where(ctx), *([] if _is_hidden(ctx) else responsible)]
    return telling.notices(ctx, to, MOVES_BACK if back else MOVES_AWAY, lines)


# ── taking over ──────────────────────────────────────────────────────────────────────────────────────────────────────


def taken_over(ctx: Context) -> Change:
    """Return the transfer as done and its clock stopped, where this event takes it over; nothing otherwise."""
    item = views.transfer(ctx.case)
    if item is None:
        return Change()
    acts = ctx.inbound.sender if ctx.inbound else plantransfer.answering(ctx) or ctx.party
    there = acts is not None and views.input_of(item, "to") in acts.municipalities
    said = ctx.inbound is not None and ctx.inbound.suggestion.get("answer") == "accepted"
    said = said and there and acts is not None and plantransfer.covers(ctx, acts, about=keeping.EVENT).open
    if not said and not moves.taken_over(ctx.event.type, ctx.data, acts_there=there):
        return Change()
    return Change(
        resources=(needs.moved(item, modified=ctx.now, status="completed"),),
        deadlines=clocks.close_subject(ctx, "assessment", f"Task/{item['id']}"),
        reasons=(anchors.fixed("move-accepted", "overtatt"),),
    )
