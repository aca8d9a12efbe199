"""A need filed on the wrong patient, recalled whole. E66; GDPR articles 5 and 33, hpl § 21, domain § 2.5 (N5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from adapter import naming
from adapter.errors import EventError, RoutingError
from adapter.events import Event
from adapter.fhir import needs as tasks
from adapter.fhir import parts, urls
from adapter.kith import text, words
from adapter.mappings import common, passing, posting, reporting, resting, stopping, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.noticing import notice
from adapter.mappings.views import communication_of
from adapter.model import Case, Deadline, Message, Party, Resource
from adapter.rules import anchors, assignment_states

EVENT: Final = "ip.need.entered-in-error"
ERROR: Final = "entered-in-error"
RULE: Final = "need-recalled"
END_ROLE: Final = "ip.coordinator.ended"
END_PLAN: Final = "ip.plan.closed"
TO_END: Final = "Meldingen gjaldt feil pasient: avslutt koordinator og individuell plan som fulgte av den"
TELL: Final = "Meldingen gjaldt feil pasient: kall den tilbake fra dem som har fått den herfra"


def recalled(ctx: Context) -> Change:
    """Return everything that was made of the need as entered in error; nothing is deleted, nothing unsent leaves. E66.

    Pairs, work items, consents that nothing else rests on, messages. Raises EventError IPK-E013 the second time, unless
    those to whom we carried it on have yet to be told.
    """
    gone = _needs(ctx)
    ids = {n.melde_id for n in gone}
    owed = _owed(ctx, ids)
    if all(n.task["status"] == ERROR for n in gone) and not (owed and ctx.may_send):
        raise EventError("IPK-E013", at="$.type")
    _may(ctx, ids, owed=owed)
    unsent = tuple(m for m in concerned(ctx.case, ids) if posting.is_unsent(ctx.case, m))
    pairs = (r for n in gone for r in (_wrong(n.request), _task(ctx, n.task, business="withdrawn")))
    return common.author(ctx) + Change(
        resources=(
            *pairs,
            *_items(ctx, ids),
            *_consents(ctx, gone),
            *_messages(ctx, ids),
            *(passing.item(ctx, text=TELL, melde_id=gone[0].melde_id) if owed and not ctx.may_send else ()),
            *_to_end(ctx, gone[0].melde_id),
        ),
        messages=tuple(common.buried(m) for m in unsent),
        deadlines=(
            *stopping.stopped(ctx, gone, state="cancelled", receipts=True),
            *_clocks(ctx, {m.id for m in unsent}),
        ),
        reasons=(anchors.fixed(RULE, ERROR),),
        case={"meldeId": gone[0].melde_id},
    )


def _owed(ctx: Context, ids: set[str]) -> bool:
    """Return whether somebody got the need from us and has not been told of a recall."""
    got = any(
        party.level1_id not in {r.party.level1_id for r in reporting.reporters(ctx, melde_id)}
        for melde_id in ids
        for _, party in _receivers(ctx, melde_id)
    )
    told = any(m.melde_id in ids and any(r.rule == RULE for r in m.why) for m in ctx.case.messages)
    return got and not told


def concerned(case: Case, ids: Collection[str]) -> tuple[Message, ...]:
    """Return the messages that are of the wrong patient with these needs: theirs, and the notices that followed from them."""
    return tuple(m for m in case.messages if m.melde_id in ids) + _followed(case, ids)


def _followed(case: Case, ids: Collection[str]) -> tuple[Message, ...]:
    """Return the notices of coordinator and plan since these needs that name none, where no other need is left to be theirs."""
    gone = [n for n in views.needs(case) if n.melde_id in ids]
    if not gone or any(n.melde_id not in ids and n.task["status"] != ERROR for n in views.needs(case)):
        return ()
    since = min(datetime.fromisoformat(n.request["authoredOn"]) for n in gone)
    return tuple(
        m
        for m in case.messages
        if (m.direction, m.melde_id) == ("out", None)
        and m.subject in resting.EVENT
        and m.gen_date is not None
        and m.gen_date >= since
    )


def _receivers(ctx: Context, melde_id: str) -> tuple[tuple[Message, Party], ...]:
    """Return who got the need, or a notice that followed from it, with the last message of the thread."""
    found = {party.key: (message, party) for message, party in common.recipients(ctx, melde_id)}
    for message in _followed(ctx.case, (melde_id,)):
        party = ctx.book.by_key(message.receiver_key)
        if party is not None and not party.home and posting.has_left(ctx.case, message):
            found.setdefault(party.key, (message, party))
    return tuple(found.values())


def _originals(ctx: Context, melde_id: str, message: Message, party: Party) -> tuple[str, ...]:
    """Return the ids of what a receiver is to disregard: the need as it first got it, and the notices that followed."""
    notices = (m for m in _followed(ctx.case, (melde_id,)) if m.receiver_key == party.key)
    left = (m.msg_id for m in notices if posting.has_left(ctx.case, m))
    first = (common.original(ctx, message).msg_id,) if message.melde_id == melde_id else ()
    return tuple(dict.fromkeys((*first, *left)))


def _to_end(ctx: Context, melde_id: str) -> tuple[Resource, ...]:
    """Return a Task for the own unit to end who coordinates and the plan: whether they too are the wrong patient's, a person knows."""
    today = ctx.today
    listed = (a for a in views.assignments(ctx.case) if a.lasts(today))
    roles = [a for a in listed if a.key in assignment_states.COORDINATORS]
    plan = views.plan(ctx.case)
    if not roles and plan is None:
        return ()
    unit = passing.own_unit(ctx)
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", "assignments"),
        kind="review",
        owner=unit,
        focus=f"CarePlan/{plan['id']}" if plan else None,
        melde_id=melde_id,
        reason=TO_END,
        inputs=(
            *((("event", END_ROLE),) if roles else ()),
            *((("event", END_PLAN),) if plan else ()),
            *(("assignment", role.id) for role in roles),
        ),
    )
    return (*common.parties(*filter(None, (unit,))), item)


def _may(ctx: Context, ids: set[str], *, owed: bool) -> None:
    """Refuse anybody but whoever reported, or ourselves where we carried it on: what another filed is recalled by that party.

    What no outside party reported is ours.
    """
    if owed and ctx.home is not None:
        return
    for melde_id in ids:
        found = reporting.reporter(ctx, melde_id)
        mine = ctx.home is not None if found is None else _is(found.party, ctx.party)
        if not mine:
            raise RoutingError("IPK-R005", at="$.source")


def _is(party: Party, source: Party | None) -> bool:
    return source is None or source.level1_id == party.level1_id


def _needs(ctx: Context) -> tuple[views.Need, ...]:
    """Return every need under the Melde-id that is continued, whatever its state: a wrong patient is wrong for all kinds."""
    ids = melde_ids(ctx.case, ctx.event)
    if not ids:
        raise EventError("IPK-E014", at="$.data.continues")
    return tuple(n for n in views.needs(ctx.case) if n.melde_id in ids)


def _wrong(resource: Resource) -> Resource:
    return parts.changed(resource, status=ERROR)


def _task(ctx: Context, task: Resource, *, business: str | None = None) -> Resource:
    return tasks.moved(task, modified=ctx.now, status=ERROR, state=business)


def _items(ctx: Context, ids: set[str]) -> Iterator[Resource]:
    """Yield the Tasks that share the Melde-id, forwarded ones and work items, and those about a message of it."""
    about = {t["id"] for m in concerned(ctx.case, ids) for t in views.items_about(ctx.case, m)}
    for task in ctx.case.of("Task"):
        mine = task["id"] in about or task.get("groupIdentifier", {}).get("value") in ids
        if mine and task["status"] != ERROR:
            item = views.code_of(task.get("code"), urls.TASK_KIND)
            yield _task(ctx, task, business=None if item else "withdrawn")


def _consents(ctx: Context, gone: tuple[views.Need, ...]) -> tuple[Resource, ...]:
    """Return the Consents that these needs rest on, and no other need does."""
    mine, others = _rests_on(gone), _rests_on(tuple(n for n in views.needs(ctx.case) if n not in gone))
    return tuple(_wrong(c) for c in views.consents(ctx.case) if f"Consent/{c['id']}" in mine - others)


def _rests_on(listed: tuple[views.Need, ...]) -> set[str]:
    return {i["reference"] for n in listed for i in n.request.get("supportingInfo", ()) if "reference" in i}


def melde_ids(case: Case, event: Event) -> frozenset[str]:
    """Return the Melde-ids of what an event continues."""
    which: Any = event.data
    wanted = which.continues.target[1]
    return frozenset(n.melde_id for n in views.needs(case) if wanted in (n.melde_id, n.id))


def references(case: Case, ids: frozenset[str]) -> tuple[str, ...]:
    """Return the references to the messages' resources that are not gathered with their case."""
    found = (r for m in concerned(case, ids) for r in _of_message(m))
    return tuple(r for r in found if r not in case.resources)


def _of_message(message: Message) -> tuple[str, ...]:
    if message.event_id is None:
        return ()
    document = naming.resource_id(message.event_id, "DocumentReference", message.msg_id)
    return communication_of(message) or "", f"DocumentReference/{document}"


def _messages(ctx: Context, ids: set[str]) -> Iterator[Resource]:
    """Yield Communication and DocumentReference of every message about the need; the bytes stay as they are."""
    for message in concerned(ctx.case, ids):
        there = (ctx.case.get(reference) for reference in _of_message(message))
        yield from (_wrong(resource) for resource in there if resource is not None)


def _clocks(ctx: Context, ids: set[str]) -> tuple[Deadline, ...]:
    watched = {f"message/{id_}" for id_ in ids}
    return tuple(replace(d, state="cancelled") for d in ctx.case.deadlines if d.subject in watched)


def missed(ctx: Context) -> tuple[Message, ...]:
    """Return the last message to each who got the need and cannot be told of the recall. E66."""
    return common.unlisted(ctx, melde_ids(ctx.case, ctx.event))


def recalled_notices(_ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the recall to all who got the need, with its fixed words. E66."""
    title = text.TITLES[EVENT]
    notices: list[Notice] = []
    for melde_id in sorted({n.melde_id for n in _needs(before)}):
        for message, party in _receivers(before, melde_id):
            lines = [
                (words.REASON, words.WRONG_PATIENT),
                (words.RECALL, words.RECALLED),
                *((words.ORIGINAL, id_) for id_ in _originals(before, melde_id, message, party)),
            ]
            notices.append(
                notice(
                    party,
                    title,
                    lines,
                    melde_id=melde_id,
                    thread=message,
                    reasons=(anchors.fixed(RULE, ERROR),),
                )
            )
    return tuple(notices)
