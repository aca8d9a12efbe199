"""The patient says no to what was reported, or to a part of it. E08; pbrl § 4-1, R11 (a coordinator without a plan)."""

from __future__ import annotations

from typing import Final

from adapter.fhir import consents as resources
from adapter.fhir import parts, urls
from adapter.kith import text, words
from adapter.mappings import common, passing, release, reporting, stopping, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.mappings.scope import melde_part, scoped
from adapter.model import Message, Party, Resource
from adapter.rules import anchors, states

EVENT: Final = "ip.need.declined-by-patient"
SCOPES: Final = {
    "individual-plan": ("plan-create",),
    "coordinator": ("coordinator",),
    "child-coordinator": ("coordinator",),
}
"""Kind of need → what the patient thereby no longer allows. (Re)habilitation rests on either scope and takes none away."""


def declined(ctx: Context) -> Change:
    """Return the needs cancelled, the no as a Consent that denies, what older consents allowed without it. E08."""
    told = passing.told_on(ctx)
    if told is not None:
        return told
    chosen = scoped(ctx)
    ids, gone = {n.melde_id for n in chosen}, {n.id for n in chosen}
    changed: list[Resource] = []
    for need in chosen:
        step = states.transition(need.state, ctx.event.type)
        changed += [
            common.with_request_status(need.request, step.request_status),
            common.with_state(ctx, need.task, status=step.task_status, business=step.business),
        ]
    closed = ids - {n.melde_id for n in views.open_needs(ctx.case) if n.id not in gone}
    scopes = tuple(dict.fromkeys(s for n in chosen for s in SCOPES.get(n.kind, ())))
    return (
        common.author(ctx)
        + common.work_items_closed(ctx, closed)
        + release.withheld(ctx, ids, gone)
        + Change(
            resources=(*changed, *_narrowed(ctx, scopes), _denied(ctx, scopes)),
            deadlines=stopping.stopped(ctx, chosen, state="met"),
            reasons=(anchors.fixed("need-declined-by-patient", "declined-by-patient"),),
            case=melde_part(chosen),
        )
    )


def _narrowed(ctx: Context, scopes: tuple[str, ...]) -> tuple[Resource, ...]:
    """Return the consents to a need that allowed it, without what the patient says no to; the rest holds (R11)."""
    return tuple(
        resources.withdrawn(c, scopes=scopes, on=ctx.data.date)
        for c in views.consents(ctx.case)
        if c["status"] == "active"
        and _about_needs(c)
        and set(scopes) & set(resources.statement(c)["scopes"])
        and str(c.get("dateTime", ""))[:10] <= ctx.data.date.isoformat()
    )


def _about_needs(resource: Resource) -> bool:
    return any(views.code_of(c, urls.CONSENT_SUBJECT) == "ip-need" for c in resource["category"])


def _denied(ctx: Context, scopes: tuple[str, ...]) -> Resource:
    made = resources.consent(
        id_=ctx.id("Consent", "consent"),
        patient=f"Patient/{ctx.patient_id()}",
        status="refused",
        scopes=scopes,
        given_by="patient",
        on=ctx.data.date,
        organisation=f"Organization/{ctx.party.level1_id}" if ctx.party else None,
    )
    return parts.changed(made, provision={**made["provision"], "type": "deny"})


def missed(ctx: Context) -> tuple[Message, ...]:
    """Return the last message to each who got the need and cannot be told of the no. E08."""
    return common.unlisted(ctx, {n.melde_id for n in _known(ctx)})


def _known(ctx: Context) -> list[views.Need]:
    return [n for n in passing.chosen(ctx) if n.state != "consent-pending"]


def declined_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the no to whoever got the need, and to the party that reported it; what stays and was buried goes again. E08.

    Whoever was never told of a need is not told of the no to it.
    """
    told = _known(before)
    notices: list[Notice] = []
    for melde_id in sorted({n.melde_id for n in told}):
        kinds = tuple(n.kind for n in told if n.melde_id == melde_id)
        notices += [_no(ctx, m, party, kinds) for m, party in common.recipients(before, melde_id)]
        title = text.TITLES[EVENT]
        notices += reporting.told(
            ctx, melde_id, title=title, lines=_lines(ctx, melde_id, kinds), heading=title
        )
    return (*passing.others(before, tuple(notices)), *release.again(ctx, before))


def _no(ctx: Context, message: Message, party: Party, kinds: tuple[str, ...]) -> Notice:
    title, melde_id = text.TITLES[EVENT], message.melde_id or ""
    lines = [*_lines(ctx, melde_id, kinds), (words.ORIGINAL, common.original(ctx, message).msg_id)]
    return notice(
        party,
        title,
        lines,
        melde_id=melde_id,
        thread=message,
        reasons=(anchors.fixed("need-declined-by-patient", "declined-by-patient"),),
    )


def _lines(ctx: Context, melde_id: str, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what the patient says no to, since when, and what still stands."""
    left = tuple(
        n.kind for n in views.open_needs(ctx.case) if n.melde_id == melde_id and n.state != "consent-pending"
    )
    stands = [(words.STILL, text.kinds_text(left))] if left else []
    return [(words.CONCERNS, text.kinds_text(kinds)), (words.FROM_DATE, text.day(ctx.data.date)), *stands]
