"""The clocks of consent: a warning before it runs out, its end (E16), the 16th birthday.

Which clocks run follows from the case alone: they are compared before and after every event. domain § B.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from adapter.events import Event, age
from adapter.fhir import consents as resources
from adapter.fhir import needs as tasks
from adapter.mappings import clocks, common, grants, named, posting, release, renewing, resting, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Case, Deadline, Party, Resource
from adapter.rules import anchors, consent, expiry, routing, states
from adapter.timing import OSLO

KIND: Final = "consent"
EXPIRED: Final = "ip.consent.expired"
WARNING: Final = "Consent/{}/warning"
END: Final = "Consent/{}"
BIRTHDAY: Final = "Patient/{}"
_OPENING: Final = frozenset({"given", "limited", "not-required", "presumed"})


def event_type(clock: Deadline) -> str | None:
    """Return the event that a clock of consent becomes, where it is the end of one; others are E62."""
    subject = clock.subject.split("/")
    return EXPIRED if clock.kind == KIND and (len(subject), subject[0]) in _ENDS else None


_ENDS: Final = {(2, "Consent"), (2, "Patient")}


# ── which clocks run ─────────────────────────────────────────────────────────────────────────────────────────────────


def changed(before: Case, after: Case, key: str | None) -> tuple[Deadline, ...]:
    """Return the clocks of consent that a change starts, and as met those that it stops."""
    were, are = dict(_running(before)), dict(_running(after))
    open_ = {d.subject: d for d in after.deadlines if d.kind == KIND and d.state == "open"}
    begun = tuple(
        Deadline(
            id=clocks.deadline_id(KIND, f"{subject}@{due.isoformat()}"),
            kind="consent",
            due=due,
            subject=subject,
            owner=after.owner,
            case_key=key,
        )
        for subject, due in are.items()
        if subject not in were and subject not in open_
    )
    return begun + tuple(replace(d, state="met") for s, d in open_.items() if s in were and s not in are)


def _running(case: Case) -> Iterator[tuple[str, datetime]]:
    """Yield (subject, due) of every clock that follows from a case as it stands."""
    child = False
    for resource in views.consents(case):
        grant = grants.of_resource(resource)
        if resource["status"] != "active" or grant.status not in _OPENING:
            continue
        child = child or grant.given_by == "guardian"
        if grant.valid_until is not None:
            yield END.format(resource["id"]), expiry.ends(grant.valid_until)
            early = expiry.warned(grant.valid_until, now=case.now)
            if early is not None:
                yield WARNING.format(resource["id"]), early
    born = birth_date(case)
    if child and born is not None and not age.is_sixteen(born, case.today):
        day = age.sixteen(born)
        yield BIRTHDAY.format(case.key), datetime.combine(day, datetime.min.time(), OSLO)


def birth_date(case: Case) -> date | None:
    """Return the birth date as the Patient states it; it is never read out of the number."""
    stated = (views.patient(case) or {}).get("birthDate")
    return date.fromisoformat(stated) if stated else None


# ── E16: the end ─────────────────────────────────────────────────────────────────────────────────────────────────────


def expired(ctx: Context) -> Change:
    """Return the consent as inactive, what had not left as waiting, and a work item. E16; at 16: pbrl § 4-3."""
    clock = next(
        (
            d
            for d in ctx.case.deadlines
            if d.kind == KIND and d.subject == ctx.data.subject and d.due <= ctx.now
        ),
        None,
    )
    over = _over(ctx) if clock is not None else ()
    if clock is None:
        return Change()
    closed = Change(deadlines=(_over_with(clock),))
    return closed + ended(ctx, over, text=_ENDED[clock.subject.partition("/")[0]]) if over else closed


AT_16: Final = "Pasienten er fylt 16 år og samtykker selv. Innhent nytt samtykke."
_ENDED: Final[Mapping[str, str]] = {
    "Consent": "Samtykket er utløpt. Innhent nytt samtykke.",
    "Patient": AT_16,
}


def _over(ctx: Context) -> tuple[Resource, ...]:
    type_, _, id_ = ctx.data.subject.partition("/")
    if type_ == "Consent":
        return tuple(c for c in views.consents(ctx.case) if c["status"] == "active" and c["id"] == id_)
    return _by_guardian(ctx.case)


def of_age(ctx: Context, change: Change) -> Change:
    """Return a change with a guardian's consents as run out where the case knows by it that the patient is 16; the very change elsewhere.

    No birthday clock runs for who is 16 when the birth date is told, or corrected. pbrl § 4-3; ADR 161.
    """
    if not _by_guardian(ctx.case):
        return change
    after = ctx.with_case(ctx.case.having(change.outcome(ctx.case.key)))
    over, born = _by_guardian(after.case), birth_date(after.case)
    if not over or born is None or not age.is_sixteen(born, ctx.today):
        return change
    return change + ended(after, over, text=AT_16)


def comes_of_age(case: Case, event: Event) -> bool:
    """Return whether an event may let a guardian's word fall away: by a birth date that the case has, or that the event tells."""
    if not _by_guardian(case):
        return False
    told = getattr(getattr(event.data, "patient", None), "birth_date", None)
    return any(age.is_sixteen(born, case.today) for born in (told, birth_date(case)) if born)


def _by_guardian(case: Case) -> tuple[Resource, ...]:
    """Return the consents of a guardian that stand."""
    active = (c for c in views.consents(case) if c["status"] == "active")
    return tuple(c for c in active if grants.of_resource(c).given_by == "guardian")


def ended(ctx: Context, over: tuple[Resource, ...], *, text: str) -> Change:
    """Return these consents as run out: what rests on them and has not left waits, and a person is told."""
    names = {f"Consent/{c['id']}" for c in over}
    left = grants.active(ctx.case, (c for c in views.consents(ctx.case) if f"Consent/{c['id']}" not in names))
    lost = {scope for c in over for scope in grants.of_resource(c).scopes}
    waiting = [n for n in views.open_needs(ctx.case) if _waits(ctx, n, names, left)]
    ids = {n.melde_id for n in waiting}
    stopped = resting.stopped(ctx, lost, left)
    return (
        Change(resources=tuple(resources.expired(c) for c in over))
        + release.withheld(ctx, ids, {n.id for n in waiting})
        + Change(
            resources=(
                *(r for n in waiting for r in _moved(ctx, n)),
                *(() if renewing.renewed(ctx.case, over) else item(ctx, text=text, focus=min(names))),
            ),
            reasons=(anchors.fixed("consent-expired", "venter"),),
            case={"meldeId": min(ids)} if ids else {},
        )
        + posting.stopped(ctx, stopped)
    )


def _waits(ctx: Context, need: views.Need, over: set[str], left: list[consent.Grant]) -> bool:
    rests = {r.get("reference") for r in need.request.get("supportingInfo", ())}
    if posting.state(ctx.case, need) not in states.UNSENT or not rests & over:
        return False
    who = named.names(ctx.book.by_organisation(need.owner))
    return not any(
        grants.gate(ctx.case, one, need.kind, who, legal_basis=None, on=ctx.today).open for one in left
    )


def _moved(ctx: Context, need: views.Need) -> tuple[Resource, ...]:
    step = states.transition(posting.state(ctx.case, need), states.EXPIRED)
    return (common.with_state(ctx, need.task, status=step.task_status, business=step.business),)


def expired_notices(ctx: Context, before: Context) -> tuple[Notice, ...]:
    """Return the need messages for the kinds that another consent still covers. E16."""
    return release.again(ctx, before)


# ── E62: the warning ─────────────────────────────────────────────────────────────────────────────────────────────────


def warns(clock: Deadline) -> bool:
    """Return whether a clock is the warning before a consent runs out. A need that waits for one climbs the ladder instead."""
    return clock.kind == KIND and clock.subject.partition("/")[0] == "Consent"


def warned(ctx: Context, clock: Deadline) -> Change:
    """Return the work item of a warning, and the clock at its end; no item where it is no longer so. E62."""
    over = Change(deadlines=(_over_with(clock),))
    if clock.subject not in dict(_running_now(ctx)):
        return over
    focus = "/".join(clock.subject.split("/")[:2])
    return over + Change(resources=item(ctx, text=SOON, focus=focus), reasons=(expiry.warning_reason(),))


def _over_with(clock: Deadline) -> Deadline:
    return replace(clock, state="breached", level=1, resting=True)


SOON: Final = "Samtykket utløper snart. Spør pasienten om nytt samtykke."


def _running_now(ctx: Context) -> Iterator[tuple[str, datetime]]:
    """Yield what runs, the warnings whose day has come among it."""
    yield from _running(ctx.case)
    for resource in views.consents(ctx.case):
        if resource["status"] == "active":
            yield WARNING.format(resource["id"]), ctx.now


# ── the word that came after ─────────────────────────────────────────────────────────────────────────────────────────


def answered(after: Context) -> Change:
    """Return the clocks of what ran out, or soon will, as met once a later word speaks of it all, their work items closed.

    The warning is over with the end itself, which has a clock and a work item of its own.
    """
    done: dict[str, Deadline] = {}
    focus: dict[str, frozenset[str]] = {}
    for clock in after.case.deadlines:
        if clock.kind != KIND or clock.state != "breached" or clock.subject.partition("/")[0] not in _ENDED:
            continue
        about, warning = _about(after.case, clock), clock.subject.count("/") > 1
        if renewing.renewed(after.case, about):
            done[clock.id] = replace(clock, state="met")
        elif warning and all(c["status"] != "active" for c in about):
            done[clock.id] = replace(clock, state="cancelled")
        else:
            continue
        texts = frozenset({SOON} if warning else {*_ENDED.values()})
        focus |= {f"Consent/{c['id']}": texts | focus.get(f"Consent/{c['id']}", frozenset()) for c in about}
    status = "completed" if after.event.origin == "posted" else "cancelled"
    return Change(
        resources=tuple(
            tasks.moved(t, modified=after.now, status=status)
            for t in after.case.of("Task")
            if t["status"] not in views.FINISHED
            and t.get("description") in focus.get(t.get("focus", {}).get("reference", ""), ())
        ),
        deadlines=tuple(done.values()),
    )


def _about(case: Case, clock: Deadline) -> tuple[Resource, ...]:
    """Return the Consents that a clock is of: that one, or all that a guardian gave."""
    type_, id_, *_ = clock.subject.split("/")
    if type_ == "Consent":
        return tuple(c for c in views.consents(case) if c["id"] == id_)
    listed = (c for c in views.consents(case) if resources.statement(c)["status"] == resources.EXPIRED)
    return tuple(c for c in listed if grants.of_resource(c).given_by == "guardian")


def item(ctx: Context, *, text: str, focus: str) -> tuple[Resource, ...]:
    """Return the work item about a consent for whoever is responsible, with who that is."""
    owner = responsible(ctx)
    made = common.work_item(
        ctx, id_=ctx.id("Task", KIND), kind="review", owner=owner, focus=focus, reason=text
    )
    return (*(common.parties(owner) if owner else ()), made)


def responsible(ctx: Context) -> Party | None:
    """Return who is told: the home organisation of the main coordinator, else the own unit, else who acts."""
    day = ctx.today.isoformat()
    main = (a for a in views.assignments(ctx.case) if a.main and (a.end is None or a.end >= day))
    holders = (ctx.book.by_organisation(a.organisation) for a in main)
    holder = next((p for p in holders if p is not None and p.home), None)
    unit = routing.own_unit(ctx.book, ctx.party) if ctx.party is not None and ctx.party.home else None
    return holder or unit or ctx.party
