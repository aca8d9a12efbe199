"""A stay: admitted, notified early, ready to leave, discharged. E45-E48; forskrift 2011-11-18-1115, domain §§ 1.4 and 1.8."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapter import codes, timing
from adapter.errors import EventError
from adapter.fhir import assignments, encounters, urls
from adapter.kith import text, words
from adapter.mappings import care, common, named, plo_roles, release, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Party, Resource, Warn
from adapter.rules import stays as rules

HOSPITAL_COORDINATOR: Final = "18"
"""9034: Koordinator (spesialisthelsetjenesteloven)."""


@dataclass(frozen=True, slots=True)
class _Stay(rules.Stay):
    """A stay as the rules see it, with its resource."""

    resource: Resource


def _running(ctx: Context) -> tuple[_Stay, ...]:
    return tuple(
        _Stay(e["id"], encounters.known_as(e), _house(ctx, views.reference_id(e.get("serviceProvider"))), e)
        for e in views.stays(ctx.case)
    )


def _house(ctx: Context, organisation: str) -> str:
    """Return the level-1 Organization behind one: a stay goes on when the patient changes department."""
    party = ctx.book.by_organisation(organisation)
    return party.level1_id if party else organisation


def _mine(ctx: Context) -> str:
    return ctx.party.level1_id if ctx.party else ""


def stay(ctx: Context) -> Resource:
    """Return the running stay that the event is about. Raises EventError IPK-E070."""
    correlation = ctx.data.correlation
    found = rules.running(
        _running(ctx),
        known_as=correlation.encounter_id if correlation else None,
        provider=_mine(ctx),
    )
    return found.resource


def here(ctx: Context) -> str | None:
    """Return the reference of the stay that runs at the event's organisation, None where the patient is no inpatient there."""
    return next((f"Encounter/{one.id}" for one in _running(ctx) if one.provider == _mine(ctx)), None)


def _base(ctx: Context) -> Change:
    return common.person(ctx) + common.author(ctx)


def admitted(ctx: Context) -> Change:
    """Return the stay, begun; an inpatient of the same hospital already is refused. E45."""
    rules.check_new(_running(ctx), provider=_mine(ctx))
    correlation = ctx.data.correlation
    made = encounters.encounter(
        id_=ctx.id("Encounter", "stay"),
        patient=f"Patient/{ctx.patient_id()}",
        start=ctx.event.occurred_at,
        provider=common.organisation(ctx.party),
        course=ctx.data.course,
        stay=correlation.encounter_id if correlation else None,
        department=ctx.data.department.name if ctx.data.department else None,
    )
    kind = ("LOG_INNLAGT",) if _known(ctx) else ()
    return _base(ctx) + Change(resources=(made,)) + care.withheld(ctx, made, *kind)


def _known(ctx: Context) -> bool:
    """Return whether the municipality is known to serve the patient: the ward says so, or the case shows it."""
    municipal = {"8", "koordinator-kommune", "barnekoordinator"}
    return (
        ctx.data.known_to_municipality
        or views.plan(ctx.case) is not None
        or any(a.code in municipal and a.lasts(ctx.today) for a in views.assignments(ctx.case))
    )


def early_notice(ctx: Context) -> Change:
    """Return nothing but the message: what it says belongs to the record. E46."""
    return _base(ctx) + care.withheld(ctx, stay(ctx), "HELSEOPPL_SOKNAD")


def discharge_ready(ctx: Context) -> Change:
    """Return the stay with the instant since when the patient is ready; open needs are warned of. E47, K11."""
    found = stay(ctx)
    if encounters.ready_since(found):
        raise EventError("IPK-E079", at="$.type")
    _in_order(ctx, found)
    made = encounters.ready(found, ctx.event.occurred_at)
    return (
        _base(ctx)
        + Change(resources=(made,))
        + care.withheld(ctx, made, "LOG_UTSKRIVNINGSKLAR")
        + _unsettled(ctx, found)
    )


def discharge_ready_cancelled(ctx: Context) -> Change:
    """Return the stay without it. E47."""
    found = stay(ctx)
    if not encounters.ready_since(found):
        raise EventError("IPK-E079", at="$.type")
    made = encounters.ready(found, None)
    return _base(ctx) + Change(resources=(made,)) + care.withheld(ctx, made, "LOG_AVMELDING")


def discharged(ctx: Context) -> Change:
    """Return the stay as over; open needs, and a hospital coordinator without end, are warned of. E48, K11, R22."""
    found = stay(ctx)
    _in_order(ctx, found)
    made = encounters.finished(found, end=ctx.event.occurred_at, to=rules.DISCHARGED_TO[ctx.data.to])
    kinds = ("LOG_UTSKREVET", *(("UTSKRIVNINGSRAPPORT",) if ctx.data.report else ()))
    return (
        _base(ctx)
        + Change(resources=(made,))
        + care.withheld(ctx, made, *kinds)
        + Change(warnings=_lasting(ctx))
        + _unsettled(ctx, found)
    )


def _in_order(ctx: Context, found: Resource) -> None:
    """Raise EventError IPK-E010 for what would come before the stay began."""
    if ctx.event.occurred_at < datetime.fromisoformat(found["period"]["start"]):
        raise EventError("IPK-E010", at="$.data.occurredAt", hint="Encounter.period.start")


def _lasting(ctx: Context) -> tuple[Warn, ...]:
    """Return a warning where a hospital coordinator runs on, and no end is expected either (`expectedUntil`). R22."""
    lasting = any(
        a.code == HOSPITAL_COORDINATOR and a.end is None and assignments.expected_end(a.role) is None
        for a in views.assignments(ctx.case)
    )
    return (common.warn("IPK-E075", "$.data"),) if lasting else ()


def _unsettled(ctx: Context, found: Resource) -> Change:
    """Return a warning for each open need, and one work item a stay for the own unit. K11."""
    open_ = views.open_needs(ctx.case)
    if not open_:
        return Change()
    warnings = tuple(
        common.warn("IPK-E074", "$.data", hint=(n, words.KINDS[n.kind], n.kind)) for n in open_ if n.kind
    )
    if any(_about(t, found) for t in ctx.case.of("Task") if t["status"] not in views.FINISHED):
        return Change(warnings=warnings)
    unit = release.own_unit(ctx) or ctx.party
    item = common.work_item(
        ctx,
        id_=ctx.id("Task", "review"),
        kind="review",
        owner=unit,
        focus=f"Encounter/{found['id']}",
        melde_id=open_[0].melde_id,
        inputs=tuple(("need", n.id) for n in open_),
        reason=words.LEAVES_WITH_OPEN_NEEDS,
    )
    return Change(resources=(*(common.parties(unit) if unit else ()), item), warnings=warnings)


def _about(task: Resource, found: Resource) -> bool:
    is_item = views.code_of(task.get("code"), urls.TASK_KIND) == "review"
    return is_item and task.get("focus", {}).get("reference") == f"Encounter/{found['id']}"


# ── notices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def admitted_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return LOG_INNLAGT where the municipality is known to serve, and the word to those who coordinate. E45."""
    (made,) = (e for e in views.stays(ctx.case) if e["id"] == ctx.id("Encounter", "stay"))
    logistics = care.admitted(ctx, made) if _known(ctx) else ()
    lines = [
        (words.ADMITTED, text.day(timing.day(ctx.event.occurred_at))),
        (words.DEPARTMENT, _department(ctx)),
        *_people(ctx),
    ]
    return (*logistics, *_told(ctx, lines))


def early_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return HELSEOPPL_SOKNAD: the first of a stay as a warning, each later one complete and replacing. E46."""
    return care.informed(ctx, stay(ctx))


def ready_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return LOG_UTSKRIVNINGSKLAR. E47."""
    return care.ready(ctx, stay(ctx))


def cancelled_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return LOG_AVMELDING, with what was told before. E47."""
    return care.not_ready(ctx, stay(before))


def discharged_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return LOG_UTSKREVET, the report where there is one, and the word to those who coordinate. E48."""
    found = stay(before)
    facts = [
        (words.DISCHARGED, text.day(timing.day(ctx.event.occurred_at))),
        (words.DISCHARGED_TO, codes.display("8408", rules.DISCHARGED_TO[ctx.data.to])),
        *_people(ctx),
    ]
    told = _told(ctx, lambda party: [*facts, *_plan(ctx, party), *_open(ctx, party)])
    return (*care.discharged(ctx, found), *told)


def _told(ctx: Context, lines: telling.Facts) -> tuple[Notice, ...]:
    """Return the notice to the municipality, the coordinators' parties and the GP; none where nothing is coordinated."""
    running = [a for a in views.assignments(ctx.case) if a.lasts(ctx.today)]
    if not (running or views.plan(ctx.case) or views.open_needs(ctx.case)):
        return ()
    to = {party.key: (party, thread, melde_id) for party, thread, melde_id in telling.municipality(ctx)}
    for held in running:
        party = ctx.book.by_organisation(held.organisation)
        if party is not None and not party.home:
            latest = views.dialogue(ctx.case, party.key)
            to.setdefault(party.key, (party, latest, latest.melde_id if latest else None))
    return telling.notices(ctx, to.values(), text.TITLES[ctx.event.type], lines)


def _department(ctx: Context) -> str | None:
    said: Party | None = ctx.party
    return ctx.data.department.name if ctx.data.department else said.display if said else None


def _people(ctx: Context) -> list[tuple[str, str | None]]:
    """Return who coordinates and who is the patient's contact, a line each."""
    return plo_roles.lines(plo_roles.holders(ctx.case, {}, ctx.today))


def _plan(ctx: Context, to: Party) -> list[tuple[str, str | None]]:
    """Return whether there is a plan, where the patient agrees that the receiver knows of it."""
    if not any(_may_know(ctx, to, what) for what in ("individual-plan", "ip.plan.created")):
        return []
    return [(words.PLAN, words.EXISTENCE["exists" if views.plan(ctx.case) else "none"].capitalize())]


def _open(ctx: Context, to: Party) -> list[tuple[str, str | None]]:
    """Return the needs still open that the receiver may know of: the kinds that consent covers."""
    kinds = dict.fromkeys(n.kind for n in views.open_needs(ctx.case) if _may_know(ctx, to, n.kind))
    return [(words.OPEN_NEEDS, text.kinds_text(tuple(kinds)))] if kinds else []


def _may_know(ctx: Context, to: Party, what: str) -> bool:
    return telling.verdict_of(ctx, named.called(ctx.case, to), about=what).open
