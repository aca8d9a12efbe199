"""Who is told: the party that reported, the home municipality, the GP, those who knew. message-rules.md, 'Who gets what'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from adapter import naming
from adapter.kith import text
from adapter.mappings import common, grants, views
from adapter.mappings.context import Context, Notice
from adapter.model import Message, Party, Resource
from adapter.rules import consent, routing

To = tuple[Party, Message | None, str | None]
"""(receiver, the latest message of the thread with it, Melde-id)."""


def reporters(ctx: Context) -> tuple[To, ...]:
    """Return the outside parties that reported a need of this case, each in its thread."""
    found: dict[str, To] = {}
    for melde_id in sorted({m.melde_id for m in ctx.case.messages if m.melde_id}):
        origin = views.reported_by(ctx.case, melde_id)
        party = ctx.book.by_key(origin.sender_key) if origin else None
        if origin and party and not party.home:
            found[party.key] = (
                party,
                views.dialogue(ctx.case, party.key, melde_id=melde_id) or origin,
                melde_id,
            )
    return tuple(found.values())


def municipality(ctx: Context) -> tuple[To, ...]:
    """Return the party that serves the patient's municipality, in the thread that runs with it."""
    place = ctx.data.patient.municipality
    route = routing.receiver(ctx.book, municipality=place.code, district=place.district, on=ctx.now.date())
    if route.party is None or route.party.home:
        return ()
    latest = views.dialogue(ctx.case, route.party.key)
    return ((route.party, latest, latest.melde_id if latest else None),)


def knew(ctx: Context, assignment_id: str) -> tuple[To, ...]:
    """Return the parties that were told of an assignment: receivers of messages made by the event that made it."""
    told: dict[str, To] = {}
    for message in ctx.case.messages:
        made = message.event_id and naming.resource_id(message.event_id, "PractitionerRole", "person")
        party = ctx.book.by_key(message.receiver_key)
        if (
            made == assignment_id
            and message.direction == "out"
            and message.state in common.LEFT | common.UNSENT
            and party
        ):
            told[party.key] = (party, views.dialogue(ctx.case, party.key) or message, message.melde_id)
    return tuple(told.values())


def notices(  # noqa: PLR0913 (all but the first four by name)
    ctx: Context,
    to: Iterable[To],
    title: str,
    lines: Sequence[tuple[str, str | None]],
    *,
    named: dict[str, Any] | None = None,
    about: str | None = None,
    basis: str | None = None,
    gp: Party | None = None,
) -> tuple[Notice, ...]:
    """Return one notice per receiver that consent opens for, the patient's GP among them.

    `about`, `basis` and `gp` say what it is about, on what legal basis and who the GP is, where the event does not: a clock.
    """
    listed = {party.key: (party, thread, melde_id) for party, thread, melde_id in to}
    gp = gp or common.gp(ctx)
    if gp is not None:
        listed.setdefault(gp.key, (gp, views.dialogue(ctx.case, gp.key), None))
    reported = {party.key for party, _, _ in reporters(ctx)}
    made = []
    for party, thread, melde_id in listed.values():
        who = grants.names(party, gp=gp is not None and party.key == gp.key)
        if party.key in reported:
            who = (*who, consent.REPORTER)
        verdict = verdict_of(ctx, who, about=about, basis=basis)
        if verdict.open:
            made.append(
                Notice(
                    receiver=party,
                    title=title,
                    text=text.notice(title, lines, melde_id),
                    melde_id=melde_id,
                    thread=thread,
                    named=named,
                    reasons=verdict.reasons,
                )
            )
    return tuple(made)


def verdict_of(
    ctx: Context, who: tuple[str, ...], *, about: str | None = None, basis: str | None = None
) -> consent.Verdict:
    """Return what consent says for a receiver: the event's own where it states one, else the newest that speaks of it.

    What a newer one excludes or refuses, an older one does not open. `about` is the type of event it is judged as.
    """
    subject = about or ctx.event.type
    own = getattr(getattr(ctx.data, "plan", None), "consent", None)
    granted = [grants.of_model(own)] if own else grants.newest_first(ctx.case)
    legal = basis or ctx.data.legal_basis
    grant = next((g for g in granted if grants.speaks(g, subject, who)), None)
    return consent.gate(need=subject, consent=grant, recipient=who, legal_basis=legal, on=ctx.now.date())


def covers(ctx: Context, party: Party, *, about: str | None = None) -> consent.Verdict:
    """Return what consent says for a party that is not one by itself: it is named, or is the patient's own unit or GP.

    Who reported is covered by the consent it reported under.
    """
    who: tuple[str, ...] = (party.key,)
    if party.unit or views.municipality(ctx.case) in party.municipalities:
        who = grants.names(party)
    doctors = (views.patient(ctx.case) or {}).get("generalPractitioner", ())
    if any(views.reference_id(one) == party.organisation_id for one in doctors):
        who = grants.names(party, gp=True)
    if any(one.key == party.key for one, _, _ in reporters(ctx)):
        who = (*who, consent.REPORTER)
    return verdict_of(ctx, who, about=about)


def responsible_name(ctx: Context, plan: Resource) -> str:
    """Return the name of the organisation that answers for a plan."""
    organisation = ctx.case.get(plan.get("author", {}).get("reference", ""))
    party = ctx.book.by_organisation(views.reference_id(plan.get("author")))
    return party.name if party else (organisation or {}).get("name", "Ikke oppgitt")
