"""Who is told: the party that reported, the home municipality, the GP, those who knew. message-rules.md, 'Who gets what'."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from adapter import naming
from adapter.mappings import common, consenting, gps, grants, limits, posting, reporting, views
from adapter.mappings.context import Context, Notice
from adapter.mappings.named import called
from adapter.mappings.noticing import notice
from adapter.model import Case, Message, Party, Reason, Resource
from adapter.rules import consent, routing

To = tuple[Party, Message | None, str | None]
"""(receiver, the latest message of the thread with it, Melde-id)."""
Lines = Sequence[tuple[str, str | None]]
Facts = Lines | Callable[[Party], Lines]
"""The lines of a notice, or what makes them for a receiver."""


def reporters(ctx: Context) -> tuple[To, ...]:
    """Return the outside parties that reported a need of this case, each in its thread."""
    found: dict[str, To] = {}
    known = {m.melde_id for m in ctx.case.messages} | {n.melde_id for n in views.needs(ctx.case)}
    for melde_id in sorted(filter(None, known)):
        for origin in reporting.reporters(ctx, melde_id):
            if reporting.may_be_told(ctx, origin.party):
                found[origin.party.key] = (origin.party, origin.thread, origin.melde_id)
    return tuple(found.values())


def reporting_keys(case: Case) -> frozenset[str]:
    """Return the keys of the parties from which a need of the case was received."""
    listed = {m.melde_id for m in case.messages if m.melde_id}
    found = (views.reported_by(case, melde_id) for melde_id in listed)
    return frozenset(origin.sender_key for origin in found if origin is not None and origin.sender_key)


def municipality(ctx: Context) -> tuple[To, ...]:
    """Return the party that serves the patient's municipality, in the thread that runs with it."""
    place = ctx.data.patient.municipality
    route = routing.receiver(ctx.book, municipality=place.code, district=place.district, on=ctx.today)
    if route.party is None or route.party.home:
        return ()
    latest = views.dialogue(ctx.case, route.party.key)
    return ((route.party, latest, latest.melde_id if latest else None),)


def knew(ctx: Context, assignment_id: str) -> tuple[To, ...]:
    """Return the parties that were told of an assignment: receivers of messages made by the event that made it."""
    return _receivers(
        ctx,
        lambda m: (
            bool(m.event_id)
            and naming.resource_id(m.event_id or "", "PractitionerRole", "person") == assignment_id
        ),
    )


def whose(ctx: Context, held: views.Assignment) -> tuple[To, ...]:
    """Return the outside party that an assignment is of, where another party says what becomes of it: it has it from nobody else."""
    own = ctx.book.by_organisation(held.organisation)
    if own is None or own.home or own == ctx.party:
        return ()
    latest = views.dialogue(ctx.case, own.key)
    return ((own, latest, latest.melde_id if latest else None),)


def told_by(ctx: Context, event_id: str) -> tuple[To, ...]:
    """Return the parties that an event's messages went to."""
    return _receivers(ctx, lambda m: m.event_id == event_id)


def _receivers(ctx: Context, of: Callable[[Message], bool]) -> tuple[To, ...]:
    told: dict[str, To] = {}
    for message in ctx.case.messages:
        party = ctx.book.by_key(message.receiver_key)
        left = message.direction == "out" and message.state in posting.MAY_HAVE_COME | posting.WAITS
        if party is not None and left and of(message):
            told[party.key] = (party, views.dialogue(ctx.case, party.key) or message, message.melde_id)
    return tuple(told.values())


def team(ctx: Context) -> tuple[To, ...]:
    """Return the outside parties for whom somebody in the team works now, each in the thread that runs with it."""
    found: dict[str, To] = {}
    for held in views.assignments(ctx.case):
        party = ctx.book.by_organisation(held.organisation)
        # The GP is told as the GP, by a consent that names the GP: see `notices`.
        if held.lasts(ctx.today) and held.key != gps.FASTLEGE and party is not None and not party.home:
            latest = views.dialogue(ctx.case, party.key)
            found[party.key] = (party, latest, latest.melde_id if latest else None)
    return tuple(found.values())


def notices(  # noqa: PLR0913 (all but the first four by name)
    ctx: Context,
    to: Iterable[To],
    title: str,
    lines: Facts,
    *,
    named: dict[str, Any] | None = None,
    reasons: tuple[Reason, ...] = (),
    about: str | None = None,
    basis: str | None = None,
    gp: Party | None = None,
) -> tuple[Notice, ...]:
    """Return one notice per receiver that consent opens for, the patient's GP among them.

    `lines` may be a function of the receiver, where consent opens more for one than for another.
    `about`, `basis` and `gp` say what it is about, on what legal basis and who the GP is, where the event does not: a clock.
    """
    listed = {party.key: (party, thread, melde_id) for party, thread, melde_id in to}
    gp = gp or common.gp(ctx)
    if gp is not None:
        listed.setdefault(gp.key, (gp, views.dialogue(ctx.case, gp.key), None))
    reported = {party.key for party, _, _ in reporters(ctx)}
    made = []
    for party, thread, melde_id in listed.values():
        if gps.former(ctx, party):
            continue
        who = called(ctx.case, party)
        if party.key in reported:
            who = (*who, consent.REPORTER)
        verdict = verdict_of(ctx, who, about=about, basis=basis)
        if verdict.open:
            made.append(
                notice(
                    party,
                    title,
                    limits.lines(ctx.case, lines(party) if callable(lines) else lines),
                    melde_id=melde_id,
                    thread=thread,
                    named=named,
                    reasons=(*reasons, *verdict.reasons),
                )
            )
    return tuple(made)


def verdict_of(
    ctx: Context, who: tuple[str, ...], *, about: str | None = None, basis: str | None = None
) -> consent.Verdict:
    """Return what consent says for a receiver: the event's own where it states a new one, else the newest that speaks of it.

    What a newer one excludes or refuses, an older one does not open. `about` is the type of event it is judged as.
    """
    subject = about or ctx.event.type
    own = consenting.own(ctx)
    granted = [grants.said(own, ctx)] if own else grants.newest_first(ctx.case)
    legal = basis or ctx.data.legal_basis
    return grants.verdict(ctx.case, granted, subject, who, legal_basis=legal, on=ctx.today)


def covers(ctx: Context, party: Party, *, about: str | None = None) -> consent.Verdict:
    """Return what consent says for a party: it is named, or is the patient's unit or GP.

    Who reported is covered by the consent it reported under.
    """
    who = called(ctx.case, party)
    if any(one.key == party.key for one, _, _ in reporters(ctx)):
        who = (*who, consent.REPORTER)
    return verdict_of(ctx, who, about=about)


def responsible_name(ctx: Context, plan: Resource) -> str:
    """Return the name of the organisation that answers for a plan."""
    organisation = ctx.case.get(plan.get("author", {}).get("reference", ""))
    party = ctx.book.by_organisation(views.reference_id(plan.get("author")))
    return party.name if party else (organisation or {}).get("name", "Ikke oppgitt")
