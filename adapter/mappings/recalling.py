"""A need filed on the wrong patient, recalled whole. E66; GDPR articles 5 and 33, hpl § 21, domain § 2.5 (N5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from adapter import naming
from adapter.errors import EventError, RoutingError
from adapter.events import Event
from adapter.fhir import needs as tasks
from adapter.fhir import parts, urls
from adapter.kith import text, words
from adapter.mappings import common, reporting, stopping, views
from adapter.mappings.compose import communication_of
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Case, Deadline, Message, Resource
from adapter.rules import anchors

EVENT: Final = "ip.need.entered-in-error"
ERROR: Final = "entered-in-error"


def recalled(ctx: Context) -> Change:
    """Return everything that was made of the need as entered in error; nothing is deleted, nothing unsent leaves. E66.

    Pairs, work items, consents that nothing else rests on, messages. Raises EventError IPK-E013 the second time.
    """
    gone = _needs(ctx)
    if all(n.task["status"] == ERROR for n in gone):
        raise EventError("IPK-E013", at="$.type")
    ids = {n.melde_id for n in gone}
    _may(ctx, ids)
    unsent = common.unsent(ctx, ids)
    pairs = (r for n in gone for r in (_wrong(n.request), _task(ctx, n.task, business="withdrawn")))
    return common.author(ctx) + Change(
        resources=(*pairs, *_items(ctx, ids), *_consents(ctx, gone), *_messages(ctx, ids)),
        messages=tuple(common.buried(m) for m in unsent),
        deadlines=(
            *stopping.stopped(ctx, gone, state="cancelled", receipts=True),
            *_clocks(ctx, {m.id for m in unsent}),
        ),
        reasons=(anchors.fixed("need-recalled", ERROR),),
        case={"meldeId": gone[0].melde_id},
    )


def _may(ctx: Context, ids: set[str]) -> None:
    """Refuse anybody but whoever reported: what another party filed is recalled by that party."""
    for melde_id in ids:
        found = reporting.reporter(ctx, melde_id)
        if found is not None and ctx.party is not None and found.party.level1_id != ctx.party.level1_id:
            raise RoutingError("IPK-R005", at="$.source")


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
    """Yield the Tasks that share the Melde-id: forwarded ones, and work items."""
    for task in ctx.case.of("Task"):
        if task.get("groupIdentifier", {}).get("value") in ids and task["status"] != ERROR:
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
    found = (r for m in case.messages if m.melde_id in ids for r in _of_message(m))
    return tuple(r for r in found if r not in case.resources)


def _of_message(message: Message) -> tuple[str, ...]:
    if message.event_id is None:
        return ()
    document = naming.resource_id(message.event_id, "DocumentReference", message.msg_id)
    return communication_of(message) or "", f"DocumentReference/{document}"


def _messages(ctx: Context, ids: set[str]) -> Iterator[Resource]:
    """Yield Communication and DocumentReference of every message about the need; the bytes stay as they are."""
    for message in ctx.case.messages:
        if message.melde_id in ids:
            there = (ctx.case.get(reference) for reference in _of_message(message))
            yield from (_wrong(resource) for resource in there if resource is not None)


def _clocks(ctx: Context, ids: set[str]) -> tuple[Deadline, ...]:
    watched = {f"message/{id_}" for id_ in ids}
    return tuple(replace(d, state="cancelled") for d in ctx.case.deadlines if d.subject in watched)


def recalled_notices(_ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the recall to all who got the need, with its fixed words. E66."""
    title = text.TITLES[EVENT]
    notices: list[Notice] = []
    for melde_id in sorted({n.melde_id for n in _needs(before)}):
        for message, party in common.recipients(before, melde_id):
            lines = [
                (words.REASON, words.WRONG_PATIENT),
                (words.RECALL, words.RECALLED),
                (words.ORIGINAL, common.original(before, message).msg_id),
            ]
            notices.append(
                Notice(
                    receiver=party,
                    title=title,
                    text=text.notice(title, lines, melde_id),
                    melde_id=melde_id,
                    thread=message,
                    reasons=(anchors.fixed("need-recalled", ERROR),),
                )
            )
    return tuple(notices)
