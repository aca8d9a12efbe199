"""Consent limited: receivers and topics excepted from now on, those who had been told hear it once. E14; domain § 1.4."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from adapter.fhir import consents as resources
from adapter.kith import text, titles, words
from adapter.mappings import (
    care,
    clocks,
    common,
    consenting,
    joining,
    leaving,
    limits,
    participating,
    passing,
    posting,
    release,
    views,
)
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Message, Party, Reason, Resource
from adapter.rules import anchors, reservation, states
from adapter.rules.consent import CARE_MESSAGES, FORWARDING

LIMITED: Final = "ip.consent.limited"
NO_MORE: Final = "Dere får ikke flere opplysninger om saken herfra"
_NEWS: Final = frozenset({titles.NEWS_TITLE})
PRINTED_BY: Final[Mapping[str, frozenset[str]]] = {
    "goals": frozenset(
        text.TITLES[t] for t in ("ip.plan.created", "ip.plan.updated", "ip.plan-document.shared")
    ),
    **dict.fromkeys(limits.FIELDS.values(), _NEWS),
}
"""Topic → Tema of the messages that may print it: one that has not left is stopped; what else the news of a need say goes anew.

Need messages themselves are written again without it: `release.withheld`.
"""


def limited(ctx: Context) -> Change:
    """Return the limit, and what had not left stopped: needs at an excepted party wait or are withdrawn. E14."""
    gone, kept = _needs(ctx)
    stopped = _stopped(ctx)
    left_out = limits.left_out(ctx.data.topics)
    again = release.waiting(ctx) if left_out else set()
    moved = tuple(r for n in gone for r in _moved(ctx, n))
    base = common.person(ctx) + common.author(ctx) + Change(resources=(*_lifted_here(ctx), *_made(ctx)))
    return (
        base
        + release.over(ctx, {n.id for n in gone})
        + release.withheld(ctx, again - {n.melde_id for n in gone}, {n.id for n in gone})
        + Change(
            resources=moved,
            deadlines=clocks.close(ctx, "reply", {n.melde_id for n in gone} - {n.melde_id for n in kept}),
            warnings=(common.warn("IPK-C025", "$.data.topics"),) if left_out else (),
        )
        + posting.stopped(ctx, stopped)
        + participating.items(ctx, lambda party: _is_out(ctx, party))
        + passing.done(ctx)
    )


def _made(ctx: Context) -> tuple[Resource, ...]:
    said = ctx.data
    if (not said.excluded and not said.topics) or _repeats(ctx):
        return ()
    return (
        *consenting.spoken(ctx, said.given_by),
        resources.limit(
            id_=ctx.id("Consent", "limit"),
            patient=f"Patient/{ctx.patient_id()}",
            excluded=[consenting.actor(ctx, key) for key in sorted(set(said.excluded or ()))],
            topics=sorted(set(said.topics or ())),
            given_by=said.given_by,
            performer=consenting.performer(ctx, said.given_by),
            on=said.date,
            organisation=f"Organization/{ctx.party.level1_id}" if ctx.party else None,
            obtained_by=said.obtained_by,
            note=said.note,
        ),
    )


def _repeats(ctx: Context) -> bool:
    """Return whether it tells on what an outside party told, and excepts nothing else: that limit stands already."""
    whom, topics = set(ctx.data.excluded or ()), set(ctx.data.topics or ())
    return passing.waiting(ctx) is not None and any(
        whom <= set(resources.denied(limit)[0])
        and topics <= set(resources.denied(limit)[1])
        and limit["dateTime"][:10] == ctx.data.date.isoformat()
        for limit in views.limits(ctx.case)
    )


def _lifted_here(ctx: Context) -> tuple[Resource, ...]:
    named = set(ctx.data.lifted or ())
    return _without(ctx, named, after=None)


def lifted(ctx: Context) -> Change:
    """Return the limits without the receivers that a consent of this event names: what is newer counts. E13, E01, E34.

    A yes ends a reservation against forwarding, whomever it names, as it does one that came in a message.
    A consent that a plan repeats with its other content is not newer.
    """
    named = Change()
    for _, part in consenting.said(ctx):
        over = {*(part.recipients or ()), *((FORWARDING,) if reservation.lifts(part.status) else ())}
        if over and part.date is not None and not consenting.is_repeated(ctx, part):
            named += Change(resources=_without(ctx, over, after=part.date.isoformat()))
    return named


def _without(ctx: Context, named: set[str], *, after: str | None) -> tuple[Resource, ...]:
    found = []
    for limit in views.limits(ctx.case):
        receivers, topics = resources.denied(limit)
        if named & {*receivers, *topics} and (after is None or limit["dateTime"] <= after):
            found.append(resources.lifted(limit, named))
    return tuple(found)


# ── what had not left, and what had ──────────────────────────────────────────────────────────────────────────────────


def _is_out(ctx: Context, party: Party | None) -> bool:
    return party is not None and not party.home and bool(limits.names(party) & set(ctx.data.excluded or ()))


def _needs(ctx: Context) -> tuple[list[views.Need], list[views.Need]]:
    """Return the open needs at a party that is excepted now, and the others."""
    gone: list[views.Need] = []
    kept: list[views.Need] = []
    for need in views.open_needs(ctx.case):
        (gone if _is_out(ctx, ctx.book.by_organisation(need.owner)) else kept).append(need)
    return gone, kept


def _moved(ctx: Context, need: views.Need) -> tuple[Resource, ...]:
    step = states.transition(posting.state(ctx.case, need), ctx.event.type)
    task = common.with_state(ctx, need.task, status=step.task_status, business=step.business)
    return common.with_request_status(need.request, step.request_status), task


def _stopped(ctx: Context) -> tuple[Message, ...]:
    """Return the messages that have not left and now must not: to whom is excepted, or of a topic that is."""
    return tuple(
        m
        for m in ctx.case.messages
        if posting.is_unsent(ctx.case, m)
        and m.type not in care.NO_CONSENT
        and (_is_out(ctx, ctx.book.by_key(m.receiver_key)) or _tells(m, ctx.data.topics or ()))
    )


def _tells(message: Message, topics: Collection[str]) -> bool:
    printed = any(message.subject in PRINTED_BY.get(topic, ()) for topic in topics)
    return printed or (CARE_MESSAGES in topics and care.rests_on_consent(message.type))


def limited_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return one notice to each who had been told and is excepted now; none says what or whom the limit names. E14.

    Who has had logistics alone goes on having them, and is told nothing.
    """
    told: dict[str, tuple[Party, Message]] = {}
    for message in before.case.messages:
        party = ctx.book.by_key(message.receiver_key)
        told_of = posting.has_left(before.case, message) and message.type not in care.NO_CONSENT
        if party and told_of and _is_out(ctx, party):
            told[party.key] = (party, message)
    return (
        *passing.others(before, tuple(_notice(ctx, party, message) for party, message in told.values())),
        *release.again(ctx, before),
        *joining.news_kept(ctx, before),
    )


def _notice(ctx: Context, party: Party, message: Message) -> Notice:
    title = text.TITLES[ctx.event.type]
    lines = [(words.CONCERNS, NO_MORE), (words.FROM_DATE, text.day(ctx.data.date))]
    return notice(
        party,
        title,
        lines,
        melde_id=message.melde_id,
        thread=views.dialogue(ctx.case, party.key) or message,
    )


def allowed(
    told: tuple[Notice, ...], *, before: Context, after: Context
) -> tuple[tuple[Notice, ...], tuple[Reason, ...]]:
    """Return the notices whose receivers are not excepted, and why the others stay.

    Who is excepted by this very event is told so, and who was already, where it has not heard it; a recall of what it has filed
    reaches it too. Else it hears nothing more, but for logistics without health data.
    """
    out = limits.excluded(before.case) & limits.excluded(after.case)
    kept = tuple(
        n for n in told if _is_logistics(n) or not limits.names(n.receiver) & out or _is_last(before, n)
    )
    why = () if len(kept) == len(told) else (anchors.fixed("consent-excluded", "utelatt"),)
    return kept, why


def _is_last(before: Context, told: Notice) -> bool:
    """Return whether a notice is the last word to a party that is excepted: that it is, unless it was told so last; a recall always."""
    if told.title not in leaving.LAST_WORDS:
        return False
    sent = [
        m.subject
        for m in before.case.messages
        if m.receiver_key == told.receiver.key and _may_come(before, m)
    ]
    return told.title != text.TITLES[LIMITED] or sent[-1:] != [told.title]


def _may_come(ctx: Context, message: Message) -> bool:
    told = posting.has_left(ctx.case, message) or posting.is_unsent(ctx.case, message)
    return told and message.type != "APPREC" and message.type not in care.NO_CONSENT


def _is_logistics(told: Notice) -> bool:
    return told.care is not None and told.care.type in care.NO_CONSENT
