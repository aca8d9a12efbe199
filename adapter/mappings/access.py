"""Access to the municipality's own platform for plans: asked for, granted, ended. E68. No log-in data, ever."""

from __future__ import annotations

from typing import Any

from adapter.errors import EventError, RoutingError
from adapter.fhir import needs as tasks_built
from adapter.fhir import parts, urls
from adapter.fhir import people as persons
from adapter.kith import text, words
from adapter.mappings import common, expiring, grants, named, telling, views
from adapter.mappings.context import Change, Context, Notice, together
from adapter.mappings.noticing import notice
from adapter.model import Case, Party, Resource
from adapter.rules import meetings as table
from adapter.rules import routing

KIND = "platform-access"
ASKED = "ip.platform-access.requested"
PERSON = "person"
"""Input of the Task: who is to have access, by reference."""


def requested(ctx: Context) -> Change:
    """Return the Task of an access that is asked for. E68.

    Raises EventError IPK-E013 asked before, RoutingError IPK-R003 unknown, IPK-R002 nobody serves the municipality,
    EventError IPK-E065 no platform in the address book.
    """
    old = _known(ctx, ctx.data.access)
    if old is not None:
        table.transition(table.ACCESS, old["status"], ctx.event.type)
    owner = _owner(ctx)
    person = common.professional(ctx, ctx.data.person, key="person")
    task = tasks_built.work_item(
        id_=ctx.id("Task", KIND),
        kind=KIND,
        authored=ctx.now,
        patient=f"Patient/{ctx.patient_id()}",
        requester=common.organisation(ctx.party),
        owner=common.organisation(owner),
        description=_at(ctx),
        inputs=(
            ("platform", (owner.platform or {})["name"]),
            ("url", (owner.platform or {})["url"]),
            ("purpose", ctx.data.purpose),
            (PERSON, {"reference": f"Practitioner/{person['id']}"}),
        ),
    )
    named = {**task, "identifier": [parts.identifier(urls.ACCESS, ctx.data.access)]}
    untold = ctx.may_send and not owner.home and not telling.covers(ctx, owner).open
    return (
        common.person(ctx)
        + common.author(ctx)
        + Change(
            resources=(*common.parties(owner), person, parts.changed(named)),
            warnings=(common.warn("IPK-E063", "$.data.to"),) if untold else (),
        )
    )


def _owner(ctx: Context) -> Party:
    """Return whose platform it is: the party named, else the one that serves the patient's municipality."""
    if ctx.data.to is not None:
        party = ctx.book.by_key(ctx.data.to.key)
        if party is None:
            raise RoutingError("IPK-R003", at="$.data.to.key")
    else:
        place = ctx.data.patient.municipality
        found = routing.receiver(ctx.book, municipality=place.code, district=place.district, on=ctx.today)
        if found.party is None:
            raise RoutingError("IPK-R002", at="$.data.patient.municipality")
        party = found.party
    if party.platform is None:
        raise EventError("IPK-E065", at="$.data.to")
    return party


def _at(ctx: Context) -> str | None:
    """Return where the person works. The Task names nobody: whoever reads a Task may not read who asks."""
    said: str | None = ctx.data.person.organisation
    return said or (ctx.party.display if ctx.party else None)


def _who(ctx: Context) -> str:
    name = ctx.data.person.name
    return ", ".join(w for w in (f"{name.given} {name.family}", _at(ctx)) if w)


def people(case: Case, data: Any) -> tuple[str, ...]:
    """Return the reference of the person that an access is about: people with an HPR number belong to no case."""
    task = next((t for t in case.of("Task") if _is(t, data.access)), None)
    return tuple(filter(None, (_person(task),))) if task is not None else ()


def _person(task: Resource) -> str | None:
    given = (i["valueReference"] for i in task.get("input", ()) if i.get("type", {}).get("text") == PERSON)
    return next((str(one["reference"]) for one in given), None)


def _named(ctx: Context, task: Resource) -> str:
    """Return the person and where they work, as the one who asked knows them."""
    person = ctx.case.get(_person(task) or "") or {}
    return ", ".join(w for w in (persons.spoken(person), task.get("description")) if w)


def _known(ctx: Context, key: str) -> Resource | None:
    return next((t for t in ctx.case.of("Task") if _is(t, key)), None)


def _is(task: Resource, key: str) -> bool:
    return any((i.get("system"), i["value"]) == (urls.ACCESS, key) for i in task.get("identifier", ()))


def moved(ctx: Context) -> Change:
    """Return the access as granted or ended. Raises EventError IPK-E014 not asked for, IPK-E013, IPK-E010 ends before it begins.

    E68.
    """
    task = _known(ctx, ctx.data.access)
    if task is None:
        raise EventError("IPK-E014", at="$.data.access")
    asks = getattr(ctx.data, "reason_code", "")
    status = table.transition(table.ACCESS, task["status"], ctx.event.type, asks)
    begins = getattr(ctx.data, "from_", None)
    if begins and ctx.data.until and ctx.data.until < begins:
        raise EventError("IPK-E010", at="$.data.until")
    period = _period(task, begins, ctx.data.until)
    done = parts.changed(
        tasks_built.moved(task, modified=ctx.now, status=status), executionPeriod=period or None
    )
    return common.person(ctx) + common.author(ctx) + Change(resources=(done,))


def _period(task: Resource, start: Any, end: Any) -> Resource:
    """Return the days an access holds; one that was never given has none."""
    old = task.get("executionPeriod", {})
    if start is None and not old:
        return {}
    return {**old, **(parts.period(start=start, end=end) or {})}


# ── consent that is no more ──────────────────────────────────────────────────────────────────────────────────────────


ENDS = "ip.platform-access.ended"
UNCOVERED = "Pasientens samtykke dekker ikke lenger tilgangen til plattformen: avslutt den, eller spør pasienten på nytt."


def uncovered(before: Context, after: Context) -> Change:
    """Return a work item to end each access that the patient's consent covered until this event: a person ends it. E14-E17, E68."""
    return together(*(_to_end(after, t) for t in _open(after.case) if _falls(before, after, t)))


def _open(case: Case) -> tuple[Resource, ...]:
    listed = (t for t in case.of("Task") if views.code_of(t.get("code"), urls.TASK_KIND) == KIND)
    return tuple(t for t in listed if t["status"] not in views.FINISHED)


def _falls(before: Context, after: Context, task: Resource) -> bool:
    """Return whether consent covers an access no more. One that has run out did not before its event (E16) either."""
    asks, owner = (
        after.book.by_organisation(views.reference_id(task.get(who))) for who in ("requester", "owner")
    )
    party = asks if owner is not None and owner.home else owner
    if party is None or party.home or before.case.get(f"Task/{task['id']}") is None:
        return False
    was = after.event.type == expiring.EXPIRED or _covers(before, party)
    return was and not _covers(after, party) and not _is_asked(after.case, task)


def _is_asked(case: Case, task: Resource) -> bool:
    """Return whether a person is asked to end it already."""
    mine = (t for t in case.of("Task") if t.get("focus", {}).get("reference") == f"Task/{task['id']}")
    return any(views.input_of(t, "event") == ENDS and t["status"] not in views.FINISHED for t in mine)


def _covers(ctx: Context, party: Party) -> bool:
    granted, who = grants.newest_first(ctx.case), named.called(ctx.case, party)
    said = grants.verdict(ctx.case, granted, ASKED, who, legal_basis="hpl-25-45", on=ctx.today)
    return said.open


def _to_end(ctx: Context, task: Resource) -> Change:
    owner = expiring.responsible(ctx)
    made = common.work_item(
        ctx,
        id_=ctx.id("Task", f"{KIND}/{task['id']}"),
        kind="review",
        owner=owner,
        focus=f"Task/{task['id']}",
        inputs=(("event", ENDS),),
        reason=UNCOVERED,
    )
    return Change(resources=(*(common.parties(owner) if owner else ()), made))


# ── notices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def requested_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the question to the municipality, where consent covers it. E68."""
    owner = _owner(ctx)
    verdict = telling.covers(ctx, owner)
    if owner.home or not verdict.open:
        return ()
    lines = [*_lines(owner, _who(ctx)), (words.PURPOSE, words.ACCESS_PURPOSES[ctx.data.purpose])]
    return (_notice(ctx, owner, lines, verdict.reasons, asks=True),)


def moved_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the answer to the party that asked, where it is not our own. E68."""
    task = _known(ctx, ctx.data.access) or {}
    to, owner = (
        ctx.book.by_organisation(views.reference_id(task.get(who))) for who in ("requester", "owner")
    )
    if to is None or to.home or owner is None:
        return ()
    begins, until = getattr(ctx.data, "from_", None), ctx.data.until
    lines = [
        *_lines(owner, _named(ctx, task)),
        *(((words.FROM_DATE, text.day(begins)),) if begins else ()),
        *(((words.TO_DATE, text.day(until)),) if until else ()),
    ]
    return (_notice(ctx, to, lines, ()),)


def _lines(owner: Party, who: str | None) -> list[tuple[str, str | None]]:
    platform = owner.platform or {}
    return [
        (words.WHO, who),
        (words.PLATFORM, platform.get("name")),
        (words.ADDRESS, platform.get("url")),
        (words.LOG_IN, words.LOG_IN_ELSEWHERE),
    ]


def _notice(
    ctx: Context,
    party: Party,
    lines: list[tuple[str, str | None]],
    reasons: tuple[Any, ...],
    *,
    asks: bool = False,
) -> Notice:
    latest = views.dialogue(ctx.case, party.key)
    melde_id = latest.melde_id if latest else None
    title = text.TITLES[ctx.event.type]
    return notice(
        party,
        title,
        lines,
        melde_id=melde_id,
        thread=latest,
        reasons=reasons,
        asks=asks,
    )
