"""A patient who dies: everything open closes at once, whoever holds something open is told. E51; domain § 1.4, N7."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from adapter.fhir import encounters, needs, parts, people, teams, urls
from adapter.kith import text, titles, words
from adapter.kith.plo import utskrevet
from adapter.mappings import (
    care,
    common,
    holding,
    passing,
    posting,
    release,
    unlisted,
    views,
)
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.holding import MISTAKEN, TOLD
from adapter.mappings.noticing import notice
from adapter.mappings.passing import DIED
from adapter.model import Deadline, Message, Party, Resource
from adapter.rules import alive, anchors, message_states, states

PLAN_OVER: Final = "completed"
"""CarePlan.status of a plan whose patient is dead. fhir-model.md, E40."""
GOAL_OVER: Final = frozenset({"completed", "cancelled", "entered-in-error", "rejected"})
BURIED: Final = message_states.before(message_states.DEATH)
"""Messages that no longer leave, and must not keep a last word waiting."""
HOSPITAL: Final = "101"
"""Organisation type of list 9040."""


def deceased(ctx: Context) -> Change:
    """Return everything open as closed in one change, every clock stopped; a correction of the day, or of the death. E51."""
    base = common.person(ctx) + common.author(ctx)
    (patient,) = (r for r in base.resources if r["resourceType"] == "Patient")
    if ctx.data.entered_in_error:
        return base + _lives(ctx, patient)
    died = parts.changed(patient, deceasedDateTime=ctx.data.died_on.isoformat())
    why = anchors.fixed("deceased-closes", "avsluttet")
    return (
        base
        + Change(
            resources=(died, *_needs(ctx), *_items(ctx), *_plans(ctx), *_team(ctx), *_stays(ctx)),
            messages=tuple(common.buried(m) for m in _waiting(ctx)),
            deadlines=_stopped(ctx),
            reasons=(why,),
        )
        + passing.done(ctx)
        + _contradicted(ctx)
    )


def _contradicted(ctx: Context) -> Change:
    """Return what says that another day was told before: a warning, and a work item where others have the first day, or this is theirs. ADR 168."""
    before = (views.patient(ctx.case) or {}).get("deceasedDateTime")
    if not before or str(before)[:10] == ctx.data.died_on.isoformat():
        return Change()
    warned = Change(warnings=(common.warn("IPK-E108", "$.data.diedOn"),))
    told = any(holding.tells(m, TOLD) for m in holding.last_words(ctx).values())
    if passing.saying(ctx.case, words.OTHER_DAY) or (not told and ctx.home is not None):
        return warned
    unit = release.own_unit(ctx) or passing.own_unit(ctx)
    item = common.work_item(
        ctx, id_=ctx.id("Task", "day"), kind="review", owner=unit, focus=None, reason=words.OTHER_DAY
    )
    return warned + Change(resources=(*(common.parties(unit) if unit else ()), item))


def _lives(ctx: Context, patient: Resource) -> Change:
    """Return the patient alive again, what told of the death and has not left stopped, and a work item.

    Nothing that closed opens by itself.
    """
    living = parts.changed(patient, deceasedDateTime=None)
    if not views.is_dead(ctx.case):
        return Change(resources=(living,)) + passing.done(ctx)
    unit = release.own_unit(ctx) or ctx.party
    item = common.work_item(
        ctx, id_=ctx.id("Task", "review"), kind="review", owner=unit, focus=None, reason=words.LIVES
    )
    team = views.team(ctx.case)
    again = (parts.changed(team, status="active", period=_begun(team)),) if team else ()
    unsent = [m for m in ctx.case.messages if holding.tells(m, TOLD) and posting.is_unsent(ctx.case, m)]
    owed = (*passing.open_items(ctx, DIED), *unlisted.untold(ctx), *passing.saying(ctx.case, words.OTHER_DAY))
    untold = (needs.moved(t, modified=ctx.now, status="cancelled") for t in owed)
    made = Change(resources=(living, *again, *untold, *(common.parties(unit) if unit else ()), item))
    return posting.stopped(ctx, unsent) + made + passing.done(ctx)


def _begun(resource: Resource) -> dict[str, str] | None:
    """Return the period without its end."""
    return {k: v for k, v in resource.get("period", {}).items() if k != "end"} or None


def _needs(ctx: Context) -> tuple[Resource, ...]:
    changed: list[Resource] = []
    for need in views.open_needs(ctx.case):
        step = states.transition(need.state, ctx.event.type)
        changed += [
            common.with_request_status(need.request, step.request_status),
            common.with_state(
                ctx, need.task, status=step.task_status, business=step.business, reason="deceased"
            ),
        ]
    return tuple(changed)


def _items(ctx: Context) -> tuple[Resource, ...]:
    """Return the open work items as cancelled: nothing is left to do for anybody, but to tell this very death on."""
    listed = (
        *passing.open_items(ctx, DIED),
        *unlisted.untold(ctx),
        *passing.saying(ctx.case, words.OTHER_DAY),
    )
    owed = {t["id"] for t in listed}
    return tuple(
        needs.moved(t, modified=ctx.now, status="cancelled")
        for t in ctx.case.of("Task")
        if views.code_of(t.get("code"), urls.TASK_KIND)
        and t["status"] not in views.FINISHED
        and t["id"] not in owed
    )


def _plans(ctx: Context) -> tuple[Resource, ...]:
    """Return plans as completed and their goals and appointments as cancelled."""
    plans = [
        parts.changed(p, status=PLAN_OVER, period=_over(ctx, p))
        for p in ctx.case.of("CarePlan")
        if p["status"] in {"draft", "active", "on-hold"}
    ]
    goals = [
        parts.changed(g, lifecycleStatus="cancelled")
        for g in ctx.case.of("Goal")
        if g["lifecycleStatus"] not in GOAL_OVER
    ]
    meetings = [
        parts.changed(a, status="cancelled")
        for a in ctx.case.of("Appointment")
        if a["status"] in holding.MEETS
    ]
    return (*plans, *goals, *meetings)


def _team(ctx: Context) -> tuple[Resource, ...]:
    """Return the team as inactive, every part in it ended."""
    team = views.team(ctx.case)
    if team is None:
        return ()
    running = [a for a in views.assignments(ctx.case) if a.lasts(ctx.data.died_on)]
    died = ctx.data.died_on.isoformat()
    ends = {a.id: date.fromisoformat(max(died, a.start[:10])) for a in running}  # a start need not be known
    for held in running:
        team = teams.cut(team, member=f"PractitionerRole/{held.id}", end=ends[held.id])
    over = parts.changed(team, status="inactive", period=_over(ctx, team))
    return (over, *(people.ended_role(a.role, end=ends[a.id]) for a in running))


def _over(ctx: Context, resource: Resource) -> dict[str, str]:
    """Return the period as ended: on the day of death, or where it would begin later on its first day (per-1)."""
    period: dict[str, str] = resource.get("period", {})
    return {**period, "end": max(ctx.data.died_on.isoformat(), period.get("start", "")[:10])}


def _stays(ctx: Context) -> tuple[Resource, ...]:
    ended = ((s, datetime.fromisoformat(s["period"]["start"])) for s in views.stays(ctx.case))
    return tuple(
        encounters.finished(stay, end=max(ctx.event.occurred_at, begun), to=None) for stay, begun in ended
    )


def _waiting(ctx: Context) -> tuple[Message, ...]:
    """Return what has not left, letters that nobody has posted among it; of the word of this very death what this event writes anew."""
    return tuple(
        m
        for m in ctx.case.messages
        if m.direction == "out"
        and (not holding.tells(m, TOLD) or (ctx.may_send and m.type != utskrevet.TYPE))
        and (m.state in BURIED or posting.is_unposted(ctx.case, m))
    )


def _stopped(ctx: Context) -> tuple[Deadline, ...]:
    return tuple(replace(d, state="cancelled") for d in ctx.case.deadlines if d.runs)


def deceased_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the word of the death to whoever holds something open, once; LOG_UTSKREVET of who died in hospital. E51.

    Of a death that was none whoever got that word is told so. Who was told is told of another day by a person, and nothing goes to
    the patient's family. What an outside party told of is told on to those whom the work item names.
    """
    owed = passing.waiting(before)
    if ctx.data.entered_in_error:
        told_on = views.is_dead(before.case) or owed is not None
        return passing.others(before, _mistaken(ctx, before)) if told_on else ()
    if views.is_dead(before.case):
        to = {p.key: p for p in (*passing.receivers(before, owed), *_unheard(before))}
        return tuple(_last_word(ctx, *holding.to(before, party)) for party in to.values())
    stays = views.stays(before.case)
    logistics = tuple(
        replace(n, reasons=(*n.reasons, anchors.fixed(TOLD, n.receiver.key)))
        for n in (care.died(before, stays[0]) if stays else ())
    )
    told = {n.receiver.key for n in logistics}
    return (*logistics, *(_last_word(ctx, *to) for to in holding.holders(before) if to[0].key not in told))


def _unheard(before: Context) -> Iterator[Party]:
    """Yield whom the word of the death has not reached: it is written anew, for it may be of another day now."""
    keys = (m.receiver_key for m in _waiting(before) if holding.tells(m, TOLD))
    yield from filter(None, map(before.book.by_key, keys))


def _mistaken(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the word that the patient lives to each outside party whom the last word of the case told of the death."""
    last = holding.last_words(before)
    told = ((ctx.book.by_key(key), message) for key, message in last.items() if holding.tells(message, TOLD))
    return tuple(
        notice(
            party,
            titles.NOT_DEAD,
            [(words.CONCERNS, words.NOT_DEAD)],
            melde_id=message.melde_id,
            thread=views.dialogue(ctx.case, party.key),
            reasons=(anchors.fixed(MISTAKEN, party.key),),
        )
        for party, message in told
        if party is not None and not party.home
    )


def _last_word(ctx: Context, party: Party, thread: Message | None, melde_id: str | None) -> Notice:
    """Return LOG_DOD from the municipality to whoever takes it, else a notice in the thread. domain § 2.3 E51."""
    home = ctx.home
    why = anchors.fixed(TOLD, party.key)
    if home and home.plo == care.BY_ADAPTER and home.type != HOSPITAL and party.accepts("LOG_DOD", "1.6"):
        return care.dead(ctx, party, (why,))
    title = text.TITLES[ctx.event.type]
    latest = views.dialogue(ctx.case, party.key) or thread
    return notice(
        party,
        title,
        [(words.DIED, text.day(ctx.data.died_on))],
        melde_id=melde_id,
        thread=latest,
        reasons=(why,),
    )


def is_alive(ctx: Context) -> Change:
    """Return why the event may be taken of this patient. Raises EventError IPK-E072 when the patient is dead."""
    return Change(reasons=alive.check(ctx.event.type, dead=views.is_dead(ctx.case)))
