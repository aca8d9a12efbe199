"""Consent given and withdrawn: what it opens, what it closes. E13, E15; message-rules.md, 'Consent before anything leaves'."""

from __future__ import annotations

from collections.abc import Collection

from adapter.fhir import consents as resources
from adapter.fhir import parts
from adapter.kith import text, words
from adapter.mappings import (
    common,
    consenting,
    grants,
    limits,
    needtext,
    noes,
    participating,
    passing,
    posting,
    release,
    resting,
    views,
)
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.model import Message, Party, Resource
from adapter.rules import anchors, consent, states

SCOPE: dict[str, str] = {
    "coordinator": "Koordinator",
    "plan-create": "Opprette individuell plan",
    "plan-share": "Dele individuell plan",
    "other-sectors": "Andre sektorer",
}


def given(ctx: Context) -> Change:
    """Return the Consent, and the waiting needs that it covers as reported. E13."""
    grant = grants.said(ctx.data.consent, ctx)
    opened = [(n, v) for n in _waiting(ctx) if (v := _verdict(ctx, n, grant)).state != "held"]
    tasks: list[Resource] = []
    for need, verdict in opened:
        step = states.OPENING[verdict.state]
        tasks += [
            _resting_on(ctx, common.with_request_status(need.request, step.request_status)),
            common.with_state(ctx, need.task, status=step.task_status, business=step.business),
        ]
    melde_ids = sorted({n.melde_id for n, _ in opened})
    performers = tuple(ctx.book.by_organisation(n.owner) for n, _ in opened)
    return (
        common.person(ctx)
        + common.author(ctx)
        + Change(
            resources=(
                *consenting.speaker(ctx, ctx.data.consent),
                consenting.consent_resource(ctx, ctx.data.consent, subject="ip-need", recipients=performers),
                *tasks,
            ),
            reasons=tuple(r for _, v in opened for r in v.reasons),
            case={"meldeId": melde_ids[0]} if melde_ids else {},
        )
    )


def _resting_on(ctx: Context, request: Resource) -> Resource:
    """Return the ServiceRequest resting on this event's Consent too."""
    given_now = {"reference": f"Consent/{ctx.id('Consent', 'consent')}"}
    return parts.changed(request, supportingInfo=[*request.get("supportingInfo", ()), given_now])


def _waiting(ctx: Context) -> list[views.Need]:
    return [n for n in views.open_needs(ctx.case) if n.state == "consent-pending"]


def _verdict(ctx: Context, need: views.Need, grant: consent.Grant) -> consent.Verdict:
    performer = ctx.book.by_organisation(need.owner)
    return consent.gate(
        need=need.kind,
        consent=grant,
        recipient=grants.names(performer),
        legal_basis=ctx.data.legal_basis,
        on=ctx.today,
    )


def given_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the need messages that the consent releases, one per Melde-id and receiver. E13."""
    grant = grants.said(ctx.data.consent, ctx)
    notices: list[Notice] = []
    for melde_id in sorted({n.melde_id for n in views.open_needs(ctx.case)}):
        need = needtext.stored(ctx, melde_id)
        covered = [
            n for n in views.open_needs(ctx.case) if n.melde_id == melde_id and release.just_reported(ctx, n)
        ]
        if need is not None and covered:
            reported = release.Reported(need=need, granted=(grant,), melde_id=melde_id)
            notices += release.release(ctx, reported, covered)
    return tuple(notices)


def withdrawn(ctx: Context) -> Change:
    """Return the Consents without what is withdrawn; unsent needs wait again, sent ones are cancelled. E15."""
    kept = tuple(_narrowed(ctx, c) for c in views.consents(ctx.case) if c["status"] == "active")
    left = [limits.within(grants.standing(c, ctx.case), ctx.case) for c in kept if c["status"] == "active"]
    changed: list[Resource] = []
    gone: set[str] = set()
    for need in (n for n in views.open_needs(ctx.case) if _rests_on(ctx, n) and not _still(ctx, n, left)):
        changed += _moved(ctx, need)
        gone.add(need.id)
    ids = {n.melde_id for n in views.open_needs(ctx.case) if n.id in gone}
    stopped = resting.stopped(ctx, ctx.data.scopes, left, only=ctx.data.recipients or ())
    return (
        common.person(ctx)
        + common.author(ctx)
        + release.over(ctx, gone)
        + release.withheld(ctx, ids, gone)
        + posting.stopped(ctx, stopped)
        + passing.done(ctx)
        + participating.items(ctx, participating.uncovered(ctx, left))
        + Change(
            resources=(*kept, *_recorded(ctx, kept), *changed),
            reasons=(anchors.fixed("consent-stops", "trukket"),),
            case={"meldeId": min(ids)} if ids else {},
        )
    )


def _recorded(ctx: Context, kept: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """Return the no as a Consent that denies, of scopes that no Consent closed now tells it of: an older yes may come later."""
    closed = {s for c in kept if c["status"] == "inactive" for s in grants.of_resource(c).scopes}
    lost = sorted(set(ctx.data.scopes) - closed)
    if not lost:
        return ()
    made = resources.consent(
        id_=ctx.id("Consent", "withdrawal"),
        patient=f"Patient/{ctx.patient_id()}",
        status="refused",
        scopes=lost,
        recipients=[consenting.actor(ctx, key) for key in sorted(set(ctx.data.recipients or ()))],
        on=ctx.data.date,
        organisation=f"Organization/{ctx.party.level1_id}" if ctx.party else None,
    )
    return (parts.changed(made, provision={**made["provision"], "type": "deny"}),)


def _narrowed(ctx: Context, resource: Resource) -> Resource:
    """Return the Consent without the scopes; where only some of its recipients lose them, these lose it whole.

    A Consent cannot say "this scope not to that one" in a form every reader keeps apart: the safe side is chosen.
    """
    named = set(ctx.data.recipients or ())
    held = grants.of_resource(resource).recipients or {consent.COORDINATING_UNIT}
    some = tuple(sorted(named)) if named and not held <= named else ()
    if named and not named & held:
        return resource
    return resources.withdrawn(resource, scopes=tuple(ctx.data.scopes), recipients=some, on=ctx.data.date)


def _rests_on(ctx: Context, need: views.Need) -> bool:
    """Return whether a need rests on a scope that is withdrawn."""
    return _relies(need, ctx.data.scopes) and need.state != "consent-pending"


def _relies(need: views.Need, scopes: Collection[str]) -> bool:
    row = consent.NEEDS.get(need.kind)
    return row is not None and bool(row.scopes & set(scopes))


def _still(ctx: Context, need: views.Need, left: list[consent.Grant]) -> bool:
    """Return whether what is left of the consents still opens for the need's receiver."""
    receiver = grants.names(ctx.book.by_organisation(need.owner))
    return any(
        consent.gate(
            need=need.kind,
            consent=grant,
            recipient=receiver,
            legal_basis=ctx.data.legal_basis,
            on=ctx.today,
        ).open
        for grant in left
    )


def _moved(ctx: Context, need: views.Need) -> tuple[Resource, ...]:
    step = states.transition(posting.state(ctx.case, need), ctx.event.type)
    asked = common.with_request_status(need.request, step.request_status)
    task = common.with_state(ctx, need.task, status=step.task_status, business=step.business)
    return (task,) if asked is need.request else (asked, task)


def withdrawn_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the notice to all who got a need that rests on the consent and do not know it, and what of it still holds. E15."""
    told = tuple(n for n in _told(ctx) if not _knows(before, n.receiver))
    return (*passing.others(before, told), *release.again(ctx, before))


def _knows(before: Context, receiver: Party) -> bool:
    """Return whether a receiver was told of every scope already, and got nothing since."""
    sent = [m for m in before.case.messages if m.receiver_key == receiver.key and _went(before, m)]
    told = bool(sent) and sent[-1].subject == text.TITLES[before.event.type]
    return told and all(_is_gone(before, scope, receiver) for scope in before.data.scopes)


def _went(ctx: Context, message: Message) -> bool:
    left = posting.has_left(ctx.case, message) or posting.is_unsent(ctx.case, message)
    return left and message.type != "APPREC"


def _is_gone(ctx: Context, scope: str, receiver: Party) -> bool:
    """Return whether a scope is withdrawn for a receiver, and no consent has given it since."""
    names = {*grants.names(receiver), *grants.names(receiver, gp=bool(receiver.person))}
    held = any(
        scope in grant.scopes and names & (grant.recipients or {consent.COORDINATING_UNIT})
        for c in views.consents(ctx.case)
        if c["status"] == "active"
        for grant in (grants.of_resource(c),)
    )
    noes_ = (n for n in noes.listed(ctx.case) if scope in n.scopes and (not n.names or n.names & names))
    return not held and any(noes_)


def _told(ctx: Context) -> list[Notice]:
    title = text.TITLES[ctx.event.type]
    lines = [
        (words.CONCERNS, ", ".join(SCOPE[s] for s in ctx.data.scopes)),
        (words.FROM_DATE, text.day(ctx.data.date)),
    ]
    named = set(ctx.data.recipients or ())
    listed = [
        pair
        for melde_id in sorted({n.melde_id for n in views.needs(ctx.case) if _relies(n, ctx.data.scopes)})
        for pair in common.recipients(ctx, melde_id)
    ]
    reached = {receiver.key for _, receiver in listed}
    listed += [pair for pair in resting.told(ctx, ctx.data.scopes) if pair[1].key not in reached]
    return [
        notice(
            receiver,
            title,
            lines,
            melde_id=message.melde_id,
            thread=message,
            reasons=(anchors.fixed("consent-stopped-told", receiver.key),),
        )
        for message, receiver in listed
        if not named or named & {*grants.names(receiver), *grants.names(receiver, gp=bool(receiver.person))}
    ]
