"""A need reported again, or forwarded, to where one of its kind is open: it joins, never forks. E11, N6; message-rules.md, list 9140 (2 Oppdatert)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from adapter.events.needs import NeedIdentified
from adapter.fhir import parts
from adapter.kith import text, titles, words
from adapter.mappings import (
    common,
    grants,
    limits,
    named,
    needs,
    needtext,
    posting,
    release,
    reporting,
    views,
)
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.scope import scoped
from adapter.model import Party, Reason, Resource
from adapter.rules import anchors, consent, states

EVENT: Final = "ip.need.duplicate-detected"
FORWARDED: Final = "ip.need.forwarded"
PRIVATE: Final = "private-institution"
"""E12 to a private institution is a referral and no need."""
RULE: Final = "need-news"
"""Rule by which a message tells what is new: its outcome names the fields."""
Lines = list[tuple[str, str | None]]


def _wishes(data: Any) -> Lines:
    return [
        (words.WISH_PLAN, words.WISHES[data.wishes.individual_plan]),
        (words.WISH_COORDINATOR, words.WISHES[data.wishes.coordinator]),
    ]


NEWS: Final[Mapping[str, Callable[[Any], Lines]]] = {
    "urgency": lambda data: [(words.URGENCY, words.URGENCIES[data.urgency])],
    "wishes": _wishes,
    "reason": lambda data: [(words.BACKGROUND, data.reason.text)],
    "existing": lambda data: [(words.EXISTING, needtext.existing(data))],
    "preference": lambda data: [(words.PREFERENCE, data.preference.text)],
}
"""Field of a need that may say something new → its lines, in the order of the block."""


def _again(ctx: Context) -> tuple[views.Need, ...]:
    """Return the open needs of the same kinds at the same party, those that wait for consent too."""
    if ctx.event.type == FORWARDED:
        return at_target(ctx)
    if (
        ctx.case.key is None
        or ctx.event.type not in needtext.IDENTIFYING
        or getattr(ctx.data, "provider", "") == PRIVATE
    ):
        return ()
    performer = needs.performer_of(ctx)
    owner = performer.organisation_id if performer else ""
    return tuple(n for n in views.open_needs(ctx.case) if n.owner == owner and n.kind in ctx.data.needs)


def at_target(ctx: Context) -> tuple[views.Need, ...]:
    """Return the open needs that are there already, of the kinds that are forwarded and where they are forwarded to. E02."""
    target = ctx.book.by_key(ctx.data.to.key) if ctx.data.to else None
    if target is None:
        return ()
    moved = scoped(ctx)
    ids, kinds = {n.id for n in moved}, {n.kind for n in moved}
    return tuple(
        n
        for n in views.open_needs(ctx.case)
        if n.owner == target.organisation_id and n.kind in kinds and n.id not in ids
    )


def news(ctx: Context, melde_id: str) -> tuple[str, ...]:
    """Return the fields in which this report says something that the latest one of the need did not."""
    before = needtext.stored(ctx, melde_id)
    if before is None:
        return ()
    stated = {*type(ctx.data).model_fields, "reason"}  # E12 says nothing of wishes
    told = ((name, getattr(ctx.data, name), getattr(before, name)) for name in NEWS if name in stated)
    return tuple(name for name, now, then in told if now is not None and now != then)


def detected(ctx: Context) -> list[dict[str, Any]]:
    """Return the data of the E11 for each need (Melde-id) that is reported again. E11."""
    again = _again(ctx)
    return [
        {
            "meldeId": melde_id,
            "needs": [n.kind for n in again if n.melde_id == melde_id],
            "reportedBy": ctx.event.event_id,
            "news": [] if ctx.event.type == FORWARDED else list(news(ctx, melde_id)),
        }
        for melde_id in sorted({n.melde_id for n in again})
    ]


def linked(ctx: Context) -> Change:
    """Return the Tasks of the needs there are, naming the report that joined; one that waits for consent gives way. E11.

    Nobody has been told of a need that waits: the newer report takes its place, or a consent would send both.
    """
    mine = [
        n for n in views.open_needs(ctx.case) if n.melde_id == ctx.data.melde_id and n.kind in ctx.data.needs
    ]
    changed: list[Resource] = []
    for need in mine:
        task = _named(ctx, need.task)
        if need.state != "consent-pending":
            changed.append(task)
            continue
        step = states.transition(need.state, states.JOINED)
        changed += [
            common.with_request_status(need.request, step.request_status),
            common.with_state(ctx, task, status=step.task_status, business=step.business, reason="duplicate"),
        ]
    return Change(
        resources=tuple(changed),
        reasons=(anchors.fixed("need-joined", "ny melding" if ctx.data.news else "ingen ny melding"),),
        case={"meldeId": ctx.data.melde_id},
    )


def _named(ctx: Context, task: Resource) -> Resource:
    """Return the Task naming the report that joined it, and the outside party that made it: it is answered too."""
    added: list[dict[str, Any]] = [{"type": {"text": "duplicate"}, "valueString": ctx.data.reported_by}]
    if ctx.party is not None and not ctx.party.home:
        reference = {"reference": common.organisation(ctx.party)}
        added.append({"type": {"text": reporting.JOINED}, "valueReference": reference})
    return parts.changed(task, input=[*task.get("input", ()), *added])


def identified_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the messages of a need, and what is new of those that it joins. E01, E11."""
    return (*needs.identified_notices(ctx), *_updates(ctx, before))


def _updates(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the news to the party that has the need already, where consent opens; without news there is no second message."""
    told = [n for n in _again(before) if n.state != "consent-pending"]
    party = needs.performer_of(before)
    if party is None or party.home:
        return ()
    found: list[Notice] = []
    for melde_id in sorted({n.melde_id for n in told}):
        opened = [(n, v) for n in told if n.melde_id == melde_id and (v := _gate(ctx, n, party)).open]
        fields = tuple(f for f in news(before, melde_id) if limits.tells(ctx.case, f))
        if opened and fields and common.recipients(before, melde_id):
            made = _news(ctx, party, melde_id, ctx.data, fields, [n for n, _ in opened])
            found.append(replace(made, reasons=(*_why(opened), *made.reasons)))
    return tuple(found)


def news_kept(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the news that a limit stopped before it left, with what of it may still be told, as the latest report says it. E14.

    E12 says urgency and function alone, and its first report is what is read again: its news are not told anew.
    """
    told: dict[tuple[str, str], dict[str, None]] = {}
    for old in before.case.messages:
        now = next((m for m in ctx.case.messages if m.id == old.id), old)
        stopped = posting.is_unsent(before.case, old) and now.state == "buried"
        if stopped and old.subject == titles.NEWS_TITLE and old.melde_id and old.receiver_key:
            fields = (f for why in old.why if why.rule == RULE for f in why.outcome.split(", "))
            kept = (f for f in fields if limits.tells(ctx.case, f))
            told.setdefault((old.melde_id, old.receiver_key), {}).update(dict.fromkeys(kept))
    found: list[Notice] = []
    for (melde_id, key), listed in told.items():
        party, said = ctx.book.by_key(key), needtext.stored(ctx, melde_id)
        mine = (n for n in views.open_needs(ctx.case) if n.melde_id == melde_id)
        opened = [n for n in mine if release.opens(ctx, n, party)]
        if listed and opened and party is not None and isinstance(said, NeedIdentified):
            found.append(_news(ctx, party, melde_id, said, tuple(listed), opened))
    return tuple(found)


def _news(  # noqa: PLR0917 (what is told, of what, to whom)
    ctx: Context, to: Party, melde_id: str, data: Any, fields: Sequence[str], of: list[views.Need]
) -> Notice:
    lines = [line for f in fields for line in NEWS[f](data)]
    return Notice(
        receiver=to,
        title=titles.NEWS_TITLE,
        text=text.notice(titles.NEWS_TITLE, lines, melde_id),
        melde_id=melde_id,
        thread=views.dialogue(ctx.case, to.key, melde_id=melde_id),
        based_on=tuple(f"ServiceRequest/{n.id}" for n in of),
        reasons=(anchors.fixed(RULE, ", ".join(fields)),),
    )


def _gate(ctx: Context, need: views.Need, party: Party) -> consent.Verdict:
    given, basis = grants.stated(ctx.data.consent, ctx), ctx.data.legal_basis
    return grants.gate(ctx.case, given, need.kind, named.names(party), legal_basis=basis, on=ctx.today)


def _why(opened: list[tuple[views.Need, consent.Verdict]]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(r for _, v in opened for r in v.reasons))
