"""Consent given and withdrawn: what it opens, what it closes. E13, E15; message-rules.md, 'Consent before anything leaves'."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from adapter.fhir import consents as resources
from adapter.fhir import parts
from adapter.kith import text, words
from adapter.mappings import (
    common,
    consenting,
    grants,
    named,
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
    who, basis = named.names(performer), ctx.data.legal_basis
    return grants.gate(ctx.case, grant, need.kind, who, legal_basis=basis, on=ctx.today)


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
    said = (*_narrowed(ctx), _recorded(ctx))
    after = ctx.with_case(ctx.case.having(Change(resources=said).outcome(ctx.case.key)))
    left = grants.active(after.case, views.consents(after.case))
    changed: list[Resource] = []
    gone: set[str] = set()
    for need in (n for n in views.open_needs(ctx.case) if _rests_on(ctx, n) and not _still(after, n, left)):
        changed += _moved(ctx, need)
        gone.add(need.id)
    ids = {n.melde_id for n in views.open_needs(ctx.case) if n.id in gone}
    stopped = resting.stopped(after, ctx.data.scopes, left, only=_whom(ctx))
    return (
        common.person(ctx)
        + common.author(ctx)
        + release.over(ctx, gone)
        + release.withheld(ctx, ids, gone)
        + posting.stopped(ctx, stopped)
        + passing.done(ctx)
        + participating.items(ctx, participating.uncovered(after, left))
        + Change(
            resources=(*said, *changed),
            reasons=(anchors.fixed("consent-stops", "trukket"),),
            warnings=(common.warn("IPK-E104", "$.data.date"),) if any(_outlives(ctx)) else (),
            case={"meldeId": min(ids)} if ids else {},
        )
    )


def _whom(ctx: Context) -> frozenset[str]:
    """Return from whom it is withdrawn, under every name that a consent may call them by; nobody named is everybody."""
    return named.meant(ctx.case, ctx.book, ctx.data.recipients or ())


def _recorded(ctx: Context) -> Resource:
    """Return the no as a Consent that denies: what a yes that was said before and is told later does not open. ADR 164."""
    made = resources.consent(
        id_=ctx.id("Consent", "withdrawal"),
        patient=f"Patient/{ctx.patient_id()}",
        status="refused",
        scopes=sorted(set(ctx.data.scopes)),
        recipients=[consenting.actor(ctx, key) for key in sorted(set(ctx.data.recipients or ()))],
        on=ctx.data.date,
        organisation=f"Organization/{ctx.party.level1_id}" if ctx.party else None,
    )
    return parts.changed(made, provision={**made["provision"], "type": noes.DENY})


def _narrowed(ctx: Context) -> tuple[Resource, ...]:
    """Return the Consents that lose scopes; where only some of their recipients lose them, these lose it whole.

    A Consent cannot say "this scope not to that one" in a form every reader keeps apart: the safe side is chosen.
    """
    day = ctx.data.date.isoformat()
    return tuple(
        resources.withdrawn(
            one, scopes=ctx.data.scopes, recipients=sorted(gone) if gone < held else (), on=ctx.data.date
        )
        for one, held, gone in _held(ctx)
        if str(one.get("dateTime", ""))[:10] <= day
    )


def _outlives(ctx: Context) -> Iterator[Resource]:
    """Yield the Consents of a later day than the withdrawal, which stand."""
    day = ctx.data.date.isoformat()
    return (one for one, _, _ in _held(ctx) if str(one.get("dateTime", ""))[:10] > day)


def _held(ctx: Context) -> Iterator[tuple[Resource, frozenset[str], frozenset[str]]]:
    """Yield each active Consent that is of something withdrawn, with whom it names, and who of them lose it."""
    whom = _whom(ctx)
    for one in views.consents(ctx.case):
        grant = grants.of_resource(one)
        held = grant.recipients or frozenset({consent.COORDINATING_UNIT})
        gone = held & whom if whom else held
        if one["status"] == "active" and gone and not grant.scopes.isdisjoint(ctx.data.scopes):
            yield one, held, gone


def _rests_on(ctx: Context, need: views.Need) -> bool:
    """Return whether a need rests on a scope that is withdrawn."""
    return _relies(need, ctx.data.scopes) and need.state != "consent-pending"


def _relies(need: views.Need, scopes: Collection[str]) -> bool:
    row = consent.NEEDS.get(need.kind)
    return row is not None and bool(row.scopes & set(scopes))


def _relying(ctx: Context) -> set[str]:
    return {n.melde_id for n in views.needs(ctx.case) if _relies(n, ctx.data.scopes)}


def missed(ctx: Context) -> tuple[Message, ...]:
    """Return the last message to each who was told, of a need or else, what rests on the consent and cannot be told of its end. E15."""
    whom, needs = _whom(ctx), common.unlisted(ctx, _relying(ctx))
    got = {m.receiver_key for m in needs}
    others = (m for m in resting.unreached(ctx, ctx.data.scopes) if m.receiver_key not in got)
    return (
        *(m for m in needs if not whom or whom & {consent.COORDINATING_UNIT, m.receiver_key}),
        *(m for m in others if not whom or not whom.isdisjoint(resting.names_of(ctx, m))),
    )


def _still(ctx: Context, need: views.Need, left: list[consent.Grant]) -> bool:
    """Return whether what is left of the consents still opens for the need's receiver."""
    who, basis = named.names(ctx.book.by_organisation(need.owner)), ctx.data.legal_basis
    return any(
        grants.gate(ctx.case, one, need.kind, who, legal_basis=basis, on=ctx.today).open for one in left
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
    who = named.called(ctx.case, receiver)
    held = any(
        scope in grant.scopes - noes.refused(grant, ctx.case, who)
        and not (grant.recipients or {consent.COORDINATING_UNIT}).isdisjoint(who)
        for grant in grants.active(ctx.case, views.consents(ctx.case))
    )
    return not held and any(scope in no.scopes and no.is_to(who) for no in noes.listed(ctx.case))


def _told(ctx: Context) -> list[Notice]:
    title = text.TITLES[ctx.event.type]
    lines = [
        (words.CONCERNS, ", ".join(SCOPE[s] for s in ctx.data.scopes)),
        (words.FROM_DATE, text.day(ctx.data.date)),
    ]
    whom = _whom(ctx)
    listed = [pair for melde_id in sorted(_relying(ctx)) for pair in common.recipients(ctx, melde_id)]
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
        if not whom or not whom.isdisjoint(named.called(ctx.case, receiver))
    ]
