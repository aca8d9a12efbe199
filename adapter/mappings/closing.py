"""A consent that an event carries and that closes what an older one opened: a refusal, a withdrawal, an exception. E01, E13, E34, E35.

Consent is compared before and after the event: what has not left stops, what was told is taken back as by E15.
message-rules.md, 'Consent before anything leaves'; domain § 2.5 (N1); ADR 164.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from adapter.events.consent import Consent
from adapter.kith import text, titles, words
from adapter.mappings import (
    common,
    consents,
    grants,
    named,
    posting,
    release,
    resting,
    stopping,
    telling,
    unlisted,
    views,
)
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Message, Party, Resource
from adapter.rules import anchors, consent, states

WITHDRAWN: Final = "ip.consent.withdrawn"
DECLINED: Final = "ip.need.declined-by-patient"
_ASKED_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "coordinator": "coordinator",
        "plan-create": "individual-plan",
        "plan-share": "ip.plan.updated",
        "other-sectors": "other-sectors",
    }
)
"""Scope → what the consent table is asked for it."""
_TAKEN_WHERE_STATED: Final = "hpl-25-45"
"""A basis in law was named where the consent was taken; it is not asked for again."""


def _stated(ctx: Context) -> tuple[Consent, ...]:
    """Return the consents of a posted event, its own and its plan's, that say no, or except somebody."""
    if ctx.event.origin != "posted" or ctx.case.key is None:
        return ()
    listed = (getattr(ctx.data, "consent", None), getattr(getattr(ctx.data, "plan", None), "consent", None))
    return tuple(
        one for one in listed if isinstance(one, Consent) and (one.status in consent.NO or one.excluded)
    )


# ── what has not left, and what needs become ─────────────────────────────────────────────────────────────────────────


def followed(ctx: Context, change: Change) -> Change:
    """Return a change with what the event's consent closes as stopped or over; the very change where it closes nothing."""
    if not _stated(ctx):
        return change
    after = ctx.with_case(ctx.case.having(change.outcome(ctx.case.key)))
    gone = _needs(ctx, after)
    waiting = tuple(m for m in ctx.case.messages if _stops(ctx, after, m))
    if not gone and not waiting:
        return change
    ids, melde_ids = {n.id for n in gone}, {n.melde_id for n in gone}
    return (
        change
        + release.over(ctx, ids)
        + release.withheld(ctx, melde_ids, ids)
        + _declined(ctx, tuple(n for n in gone if _is_refused(ctx, n)))
        + posting.stopped(ctx, waiting)
        + Change(
            resources=tuple(r for n in gone for r in _moved(ctx, n)),
            reasons=(anchors.fixed("consent-stops", "trukket"),),
        )
    )


def _is_refused(ctx: Context, need: views.Need) -> bool:
    """Return whether the patient refuses this very need: one of the kinds that the event is of. Others lose their consent with it."""
    asked = getattr(ctx.data, "needs", None) or (need.kind,)
    return need.kind in asked and any(one.status == "refused" for one in _stated(ctx))


def _needs(ctx: Context, after: Context) -> tuple[views.Need, ...]:
    """Return the open needs that consent opened for their party before, and does not any more."""
    left = {(n.id, n.state) for n in views.open_needs(after.case)}
    return tuple(
        n
        for n in views.open_needs(ctx.case)
        if n.state != "consent-pending"
        and (n.id, n.state) in left
        and views.reported_by(ctx.case, n.melde_id) is None
        and _is_asked(ctx, n)
        and _opens(ctx, n)
        and not _opens(after, n)
    )


def _is_asked(ctx: Context, need: views.Need) -> bool:
    """Return whether consent is asked for a need at its party: at one of ours only a refusal counts. hpl § 38 a."""
    party = ctx.book.by_organisation(need.owner)
    return party is None or not party.home or _is_refused(ctx, need)


def _opens(ctx: Context, need: views.Need, party: Party | None = None) -> bool:
    """Return whether consent opens a need for a party, for the one that it is at where none is named."""
    said = release.reported(ctx, need.melde_id)
    basis = said.need.legal_basis if said is not None else _TAKEN_WHERE_STATED
    who = named.called(ctx.case, party) if party else named.names(ctx.book.by_organisation(need.owner))
    granted = grants.of_needs(ctx.case)
    return grants.verdict(ctx.case, granted, need.kind, who, legal_basis=basis, on=ctx.today).open


def _stops(ctx: Context, after: Context, message: Message) -> bool:
    """Return whether a notice, or the copy of a need, that has not left may not leave any more."""
    if not posting.is_unsent(ctx.case, message):
        return False
    if resting.scopes(ctx, message):
        return resting.opens(ctx, message) and not resting.opens(after, message)
    party = ctx.book.by_key(message.receiver_key)
    if message.subject not in titles.NEED_TITLES or message.wants_reply or party is None:
        return False
    told = [n for n in views.needs(ctx.case) if n.melde_id == message.melde_id]
    return any(_opens(ctx, n, party) and not _opens(after, n, party) for n in told)


def _moved(ctx: Context, need: views.Need) -> tuple[Resource, ...]:
    step = states.transition(posting.state(ctx.case, need), DECLINED if _is_refused(ctx, need) else WITHDRAWN)
    request = common.with_request_status(need.request, step.request_status)
    return request, common.with_state(ctx, need.task, status=step.task_status, business=step.business)


def _declined(ctx: Context, gone: tuple[views.Need, ...]) -> Change:
    """Return the work items and clocks of needs that the patient refuses as over, as by E08."""
    ids = {n.id for n in gone}
    whole = {n.melde_id for n in gone} - {n.melde_id for n in views.open_needs(ctx.case) if n.id not in ids}
    return common.work_items_closed(ctx, whole) + Change(deadlines=stopping.stopped(ctx, gone, state="met"))


# ── who is told ──────────────────────────────────────────────────────────────────────────────────────────────────────


def notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the word to who was told what it may not know any more, and what of a stopped message still holds."""
    if not _stated(ctx):
        return ()
    return (*_told(ctx, before), *release.again(ctx, before))


def missed(ctx: Context, before: Context) -> tuple[Message, ...]:
    """Return the last message to each whom that word cannot reach: it has left the address book."""
    if not _stated(ctx):
        return ()
    return tuple(
        m for key, m in _last(before).items() if unlisted.is_gone(before, m) and _lost(ctx, before, key)
    )


def _told(ctx: Context, before: Context) -> Iterator[Notice]:
    on: Any = max((one.date for one in _stated(ctx) if one.date is not None), default=ctx.today)
    for key, message in _last(before).items():
        party, lost = ctx.book.by_key(key), _lost(ctx, before, key)
        if party is None or party.home or not lost:
            continue
        said = ", ".join(label for scope, label in consents.SCOPE.items() if scope in lost)
        yield notice(
            party,
            text.TITLES[WITHDRAWN],
            [(words.CONCERNS, said), (words.FROM_DATE, text.day(on))],
            melde_id=message.melde_id,
            thread=message,
            reasons=(anchors.fixed("consent-stopped-told", party.key),),
        )


def _last(ctx: Context) -> Mapping[str, Message]:
    """Return the last message that told something and left, by receiver."""
    return {m.receiver_key: m for m in ctx.case.messages if m.receiver_key and _tells(ctx, m)}


def _lost(ctx: Context, before: Context, key: str) -> frozenset[str]:
    """Return the scopes that are closed now for a receiver, where it knows of any of them."""
    lost = _allowed(before, key) - _allowed(ctx, key)
    return frozenset() if lost.isdisjoint(_knows(before, key)) else lost


def _tells(ctx: Context, message: Message) -> frozenset[str]:
    """Return the scopes that what a message of ours has told rests on."""
    if message.type == "APPREC" or not posting.has_left(ctx.case, message):
        return frozenset()
    kinds = (n.kind for n in views.needs(ctx.case) if n.melde_id == message.melde_id)
    rows = (row for kind in kinds if (row := consent.NEEDS.get(kind)) is not None)
    return resting.scopes(ctx, message).union(*(row.scopes for row in rows))


def _knows(ctx: Context, key: str) -> frozenset[str]:
    mine = (_tells(ctx, m) for m in ctx.case.messages if m.receiver_key == key)
    return frozenset[str]().union(*mine)


def _allowed(ctx: Context, key: str) -> frozenset[str]:
    """Return the scopes that consent opens for a receiver."""
    who = _names(ctx, key)
    granted, basis = grants.newest_first(ctx.case), _TAKEN_WHERE_STATED
    return frozenset(
        scope
        for scope, subject in _ASKED_BY.items()
        if grants.verdict(ctx.case, granted, subject, who, legal_basis=basis, on=ctx.today).open
    )


def _names(ctx: Context, key: str) -> tuple[str, ...]:
    party = ctx.book.by_key(key)
    if party is None:
        return unlisted.names(ctx.case, key)
    reports = key in telling.reporting_keys(ctx.case)
    return (*named.called(ctx.case, party), *((consent.REPORTER,) if reports else ()))
