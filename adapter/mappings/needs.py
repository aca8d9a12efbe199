"""A need identified: the pairs, the consent, the own unit's Task, the message. E01; hpl § 38 a, message-rules.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adapter import naming
from adapter.mappings import childright, common, consenting, grants, named, release, stays, views
from adapter.mappings.context import Change, Context, Notice, together
from adapter.model import Party, Resource, Warn
from adapter.rules import consent, routing, states


def identified(ctx: Context) -> Change:
    """Return the needs as pairs at the performing party, the consent, the own unit's Task. E01, hpl § 38 a."""
    route = _performer(ctx)
    melde_id = _melde_id(ctx)
    performer = route.party or release.own_unit(ctx) or ctx.party
    verdicts = {kind: _gate(ctx, kind, performer) for kind in ctx.data.needs}
    there = _there(ctx, performer)
    fresh, joined = _join(ctx, there)
    pairs = tuple(
        r
        for kind in fresh
        for r in _pair(
            ctx, kind, verdicts[kind], performer=performer, key=route.party.key if route.party else "unrouted"
        )
    )
    unrouted = () if route.party else (_route_item(ctx, melde_id),)
    change = Change(
        resources=(
            *common.parties(*(p for p in (performer, ctx.party) if p)),
            *consenting.speaker(ctx, ctx.data.consent),
            consenting.consent_resource(ctx, ctx.data.consent, subject="ip-need", recipients=(performer,)),
            *pairs,
            *_review(ctx, performer, melde_id, verdicts),
            *unrouted,
        ),
        reasons=(*route.reasons, *(r for v in verdicts.values() for r in v.reasons)),
        warnings=(*joined, *_unrouted(route), *_doubts(ctx)),
        status=_status(verdicts, unrouted=route.party is None),
        case={"meldeId": melde_id if fresh or not there else there[0].melde_id},
    )
    right = childright.need(ctx, ctx.today)
    return together(common.person(ctx), common.author(ctx), right, change)


def performer_of(ctx: Context) -> Party | None:
    """Return who is to act on a need that this event identifies; the own unit, or the source, where nobody serves the place."""
    return _performer(ctx).party or release.own_unit(ctx) or ctx.party


def _performer(ctx: Context) -> routing.Route:
    """Return who is to act: the home party addressed by a received message, else whom the municipality's book names."""
    if ctx.inbound is not None:
        return routing.Route(
            party=ctx.book.by_key(ctx.inbound.message.receiver_key), reasons=(), unrouted=None
        )
    place = ctx.data.patient.municipality
    return routing.receiver(ctx.book, municipality=place.code, district=place.district, on=ctx.today)


def _unrouted(route: routing.Route) -> tuple[Warn, ...]:
    return (common.warn(route.unrouted, "$.data.patient.municipality"),) if route.unrouted else ()


def _melde_id(ctx: Context) -> str:
    if ctx.inbound is not None and ctx.inbound.melde_id:
        return ctx.inbound.melde_id
    return naming.melde_id(ctx.event.event_id)


def _gate(ctx: Context, kind: str, performer: Party | None) -> consent.Verdict:
    if ctx.inbound is not None:
        return consent.received()
    given, basis = grants.said(ctx.data.consent, ctx), ctx.data.legal_basis
    return grants.gate(ctx.case, given, kind, named.names(performer), legal_basis=basis, on=ctx.today)


def _there(ctx: Context, performer: Party | None) -> tuple[views.Need, ...]:
    """Return the needs of these kinds that are open at the same party already."""
    owner = performer.organisation_id if performer else ""
    return tuple(
        n
        for n in views.open_needs(ctx.case)
        if n.owner == owner and n.kind in ctx.data.needs and n.state != "consent-pending"
    )


def _join(ctx: Context, there: tuple[views.Need, ...]) -> tuple[tuple[str, ...], Iterable[Warn]]:
    """Return the kinds that are new here, and a warning for each that is already open: it joins, never forks (N6)."""
    kinds = {n.kind for n in there}
    fresh = tuple(kind for kind in ctx.data.needs if kind not in kinds)
    return fresh, (
        common.warn("IPK-E027", f"$.data.needs[{i}]") for i, k in enumerate(ctx.data.needs) if k in kinds
    )


def _doubts(ctx: Context) -> Iterable[Warn]:
    """Yield a warning for what the sender may want to look at: a GP nobody knows, a need against the patient's wish."""
    gp = ctx.data.patient.gp
    if gp is not None and routing.gp(ctx.book, gp.her_id) is None:
        yield common.warn("IPK-R003", "$.data.patient.gp.herId")
    wishes = {"individual-plan": ctx.data.wishes.individual_plan, "coordinator": ctx.data.wishes.coordinator}
    for number, kind in enumerate(ctx.data.needs):
        if wishes.get(kind) == "no":
            yield common.warn("IPK-E010", f"$.data.needs[{number}]")


def _pair(
    ctx: Context, kind: str, verdict: consent.Verdict, *, performer: Party | None, key: str
) -> tuple[Resource, Resource]:
    data, melde_id, first = ctx.data, _melde_id(ctx), states.OPENING[verdict.state]
    request = common.service_request(
        ctx,
        id_=ctx.id("ServiceRequest", f"{kind}/{key}"),
        melde_id=melde_id,
        kind=kind,
        status=first.request_status,
        wish=data.wishes.individual_plan if kind == "individual-plan" else data.wishes.coordinator,
        performer=performer,
        encounter=stays.here(ctx) if getattr(data, "admitted", False) else None,
    )
    task = common.need_task(
        ctx,
        id_=ctx.id("Task", f"{kind}/{key}"),
        melde_id=melde_id,
        request=request,
        status=first.task_status,
        business=first.business,
        owner=performer,
        due=None,
    )
    return request, task


def _review(
    ctx: Context, performer: Party | None, melde_id: str, verdicts: dict[str, consent.Verdict]
) -> tuple[Resource, ...]:
    """Return the one Task for the own coordinating unit, where the policy gives it a copy."""
    home, unit = ctx.home, release.own_unit(ctx)
    if home is None:
        return _reported_by_others(ctx, performer, melde_id, verdicts)
    if unit is None or all(v.state == "refused" for v in verdicts.values()) or performer == unit:
        return ()
    policy, _ = routing.policy(home, performer, ctx.book) if performer else (home.routing, ())
    if policy == "direct":
        return ()
    task = common.work_item(
        ctx, id_=ctx.id("Task", "review"), kind="review", owner=unit, focus=None, melde_id=melde_id
    )
    return (*common.parties(unit), task)


def _reported_by_others(
    ctx: Context, performer: Party | None, melde_id: str, verdicts: dict[str, consent.Verdict]
) -> tuple[Resource, ...]:
    """Return a Task for the own unit where somebody outside reports what is for others: no message leaves by itself. S1:18."""
    unit = routing.desk(ctx.book, routing.first(ctx.book))
    if ctx.inbound is not None or unit is None or performer is None or performer.home:
        return ()
    if all(v.state == "refused" for v in verdicts.values()):
        return ()
    task = common.work_item(
        ctx, id_=ctx.id("Task", "review"), kind="review", owner=unit, focus=None, melde_id=melde_id
    )
    return (*common.parties(unit), task)


def _route_item(ctx: Context, melde_id: str) -> Resource:
    return common.work_item(
        ctx,
        id_=ctx.id("Task", "route"),
        kind="route",
        owner=release.own_unit(ctx) or ctx.party,
        focus=None,
        melde_id=melde_id,
    )


def _status(verdicts: dict[str, consent.Verdict], *, unrouted: bool) -> Any:
    answers = {v.state for v in verdicts.values()}
    if answers == {"refused"}:
        return "recorded"
    if not any(v.open for v in verdicts.values()):
        return "held"
    return "unrouted" if unrouted else None


def identified_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the need message to the municipality's party, and the GP's copy where consent covers it. E01."""
    melde_id = _melde_id(ctx)
    covered = [n for n in views.open_needs(ctx.case) if n.melde_id == melde_id and n.state == "reported"]
    reported = release.Reported(
        need=ctx.data, granted=(grants.said(ctx.data.consent, ctx),), melde_id=melde_id
    )
    return release.release(ctx, reported, covered)
