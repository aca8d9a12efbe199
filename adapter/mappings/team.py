"""Coordinators and contact physicians: appointed, replaced, ended. E21, E22, E24, E26, E27; hol § 7-2, sphl §§ 2-5 a-c."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from adapter import codes
from adapter.errors import EventError
from adapter.fhir import assignments as fhir_assignments
from adapter.fhir import parts, people, teams
from adapter.kith import text, words
from adapter.mappings import appointing, clocks, common, deputies, gaps, held, participation, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.mappings.overlap import handed_over
from adapter.mappings.stopping import answered
from adapter.model import Party, Reason, Resource
from adapter.rules import anchors, assignment_states, assignments, fulfilment, responsibility, states


def appointed(ctx: Context) -> Change:
    """Return the assignment, its person in the team, and the needs it fulfils. E21, E22, E23, E27, E32."""
    base = common.person(ctx) + common.author(ctx)
    made = assignment(ctx, ctx.data.person, role=ctx.data.role, start=ctx.data.from_, main=_main(ctx))
    new = made.rule_view(ctx.data.role)
    beside, there = handed_over(ctx, new)
    team = with_participants(ctx, (_participant(made),), there)
    done = fulfilled(ctx, f"CareTeam/{team['id']}")
    besides = appointing.besides(ctx, new, ctx.data.person, at="$.data.person")
    return (
        base
        + Change(resources=(*made.resources, team))
        + done
        + _read(ctx)
        + beside
        + besides
        + gaps.late(ctx, new)
        + Change(case=made.case)
    )


def _read(ctx: Context) -> Change:
    """Return what asked for a coordinator, or told of one, as read: whoever appoints the one a need is for has read it."""
    if all(fulfilment.effect(ctx.event.type, kind)[0] != "fulfilled" for kind in fulfilment.OF_COORDINATOR):
        return Change()
    return common.acted(ctx, {m.melde_id for m in ctx.case.messages if m.melde_id}, common.READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What one assignment is made of; its PractitionerRole is the last of `resources`."""

    role: str
    main: bool
    start: date | None
    id: str
    resources: tuple[Resource, ...] = field(repr=False)
    organisation: str
    person: str

    @property
    def case(self) -> dict[str, str]:
        """The answer's part."""
        return {"assignmentId": self.id}

    def rule_view(self, role: str) -> assignments.Assignment:
        """Return it as the rules see it."""
        return assignments.Assignment(
            id=self.id,
            role=role,
            organisation=self.organisation,
            start=self.start or date.min,
            main=self.main,
            person=self.person,
        )


def _main(ctx: Context) -> bool:
    return bool(getattr(ctx.data, "main", False))


def assignment(ctx: Context, person: Any, *, role: str, start: date | None, main: bool) -> Made:
    """Return what an assignment of this person is made of, its PractitionerRole last; without `start` it is an offer."""
    practitioner = common.professional(ctx, person, key="person")
    party, listed = _employer(ctx, person)
    id_ = ctx.id("PractitionerRole", "person")
    role_resource = people.practitioner_role(
        id_=id_,
        practitioner={
            "reference": f"Practitioner/{practitioner['id']}",
            "display": f"{person.name.given} {person.name.family}",
        },
        organisation=common.organisation(party) or {"display": person.organisation.name},
        role=role,
        start=start,
        phone=person.phone,
        email=person.email,
        hours=person.hours,
        deputy=(person.deputy.name, person.deputy.phone) if person.deputy else None,
    )
    return Made(
        role=role,
        main=main,
        start=start,
        id=id_,
        resources=(*listed, practitioner, appointing.role(ctx, role_resource)),
        organisation=party.organisation_id if party else "",
        person=practitioner["id"],
    )


def _employer(ctx: Context, person: Any) -> tuple[Party | None, tuple[Resource, ...]]:
    """Return the party the person works for: by key, else the party that says so."""
    party = ctx.book.by_key(person.organisation.key)
    if person.organisation.key and party is None:
        raise EventError("IPK-R003", at="$.data.person.organisation.key")
    if party is None and ctx.inbound is not None:
        party = ctx.inbound.sender
    if (
        party is None
        and ctx.party is not None
        and person.organisation.name in {ctx.party.name, ctx.party.unit_name}
    ):
        party = ctx.party
    return party, common.parties(party) if party else ()


def _participant(made: Made) -> dict[str, Any]:
    return teams.participant(
        member=f"PractitionerRole/{made.id}", role=made.role, main=made.main, start=made.start
    )


def with_participants(
    ctx: Context, added: tuple[dict[str, Any], ...], base: Resource | None = None
) -> Resource:
    """Return the one CareTeam of the case with participants added."""
    team = base or views.team(ctx.case)
    managing = responsible_organisation(ctx)
    if team is not None:
        return _begun(ctx, teams.added(team, *added, managing=_now_responsible(ctx, managing)), added)
    start = _first_day(added)
    made = teams.care_team(
        id_=ctx.id("CareTeam"),
        patient=f"Patient/{ctx.patient_id()}",
        managing=managing,
        start=date.fromisoformat(start) if start else None,
        participants=added,
    )
    return fhir_assignments.restricted(made) if appointing.restricted(ctx) else made


def _begun(ctx: Context, team: Resource, added: tuple[dict[str, Any], ...]) -> Resource:
    """Return a team that was only proposed as active from its first participant on; restricted where a child is expected."""
    if team["status"] == "proposed":
        start = _first_day(added)
        team = parts.changed(team, status="active", period={"start": start} if start else None)
    return fhir_assignments.restricted(team) if appointing.restricted(ctx) else team


def _first_day(added: tuple[dict[str, Any], ...]) -> str | None:
    return min((a["period"]["start"] for a in added if a.get("period", {}).get("start")), default=None)


def _now_responsible(ctx: Context, sender: str | None) -> str | None:
    """Return the municipality's party as responsible once it acts; a hospital never takes over from it. domain § 1.5."""
    acts = ctx.inbound.sender if ctx.inbound else ctx.party
    level, _ = responsibility.responsible(
        municipality_involved=acts is not None and acts.type == appointing.MUNICIPALITY,
        hospital_involved=True,
    )
    return sender if level == "municipality" else None


def responsible_organisation(ctx: Context) -> str | None:
    """Return the Organization responsible for the team: the municipality's party where one acts, else the source."""
    sender = ctx.inbound.sender if ctx.inbound else ctx.party
    return common.organisation(sender)


def fulfilled(ctx: Context, output: str, *, plan_status: str | None = None) -> Change:
    """Return what the event completes, with the team or plan as output, or sets to work; the reply clock stops.

    A need that waits for consent is completed too: nobody was told of it, and nobody need be. rules.fulfilment.
    """
    changed: list[Resource] = []
    reasons: list[Reason] = []
    done: set[str] = set()
    served: set[tuple[str, str]] = set()
    for need in views.open_needs(ctx.case):
        effect, why = fulfilment.effect(ctx.event.type, need.kind, plan_status=plan_status)
        moved = _moved(ctx, need, effect, output)
        if moved:
            changed += moved
            reasons.append(why)
            done.add(need.melde_id)
            served |= {(need.melde_id, need.owner)} if effect == "fulfilled" else set()
    rest = _rest(ctx, served, {str(r["id"]) for r in changed})
    changed += rest
    reasons += [anchors.fixed("fulfilled-read", "received")] if rest else []
    return Change(
        resources=tuple(changed),
        deadlines=answered(ctx, done, {str(r["id"]) for r in changed}),
        reasons=tuple(reasons),
        case={"meldeId": min(done)} if done else _named_melde(ctx),
    )


def _moved(ctx: Context, need: views.Need, effect: str | None, output: str) -> tuple[Resource, ...]:
    event = {"fulfilled": ctx.event.type, "begun": states.BEGIN}.get(effect or "")
    if event is None or not states.permits(need.state, event):
        return ()
    step = states.transition(need.state, event)
    outputs = (output,) if effect == "fulfilled" else ()
    task = common.with_state(ctx, need.task, status=step.task_status, business=step.business, outputs=outputs)
    return common.with_request_status(need.request, step.request_status), task


def _rest(ctx: Context, served: set[tuple[str, str]], moved: set[str]) -> list[Resource]:
    """Return the other needs of a message as received: whoever fulfilled one of them has read it. message-rules.md, row 5.

    What has not left for a performer outside nobody has read.
    """
    tasks = []
    for need in views.open_needs(ctx.case):
        owner = ctx.book.by_organisation(need.owner)
        there = need.state not in states.UNSENT or (owner is not None and owner.home)
        unread = need.state in states.OUT and there and str(need.task["id"]) not in moved
        if unread and (need.melde_id, need.owner) in served:
            step = states.transition(need.state, "ip.need.acknowledged")
            tasks.append(common.with_state(ctx, need.task, status=step.task_status, business=step.business))
    return tasks


def _named_melde(ctx: Context) -> dict[str, str]:
    which = getattr(ctx.data, "continues", None)
    return {"meldeId": which.melde_id} if which is not None and which.melde_id else {}


# ── E24, E26, E28, E29, E49 ──────────────────────────────────────────────────────────────────────────────────────────


def replaced(ctx: Context) -> Change:
    """Return the old assignment ended and the new one begun, in one change; a gap between them is recorded. E24, E28.

    One that has ended without a successor may still be replaced: the gap is then over.
    """
    old = held.find(ctx)
    held.moved(ctx, old)
    return _succeeded(ctx, old, person=ctx.data.person, start=ctx.data.from_, at="$.data.person")


def ended(ctx: Context) -> Change:
    """Return the assignment ended, with its successor or a gap clock; or a gap over, for nobody has to follow. E26, E29, E49."""
    old = held.find(ctx)
    reason = held.borne_out(ctx, getattr(ctx.data, "reason_code", "participation-over"))
    listed = held.rule_views(views.assignments(ctx.case))
    mine = next(a for a in listed if a.id == old.id)
    if old.end is not None:
        alone = assignment_states.may_close_gap(reason)
        held.moved(ctx, old, guard=assignment_states.ending_guard(gap=not alone))
        closed = gaps.closed(ctx, held.reference(old))
        said = anchors.fixed("assignment-ended", reason)
        return common.author(ctx) + closed + Change(reasons=(said,), case={"assignmentId": old.id})
    why = assignments.check_end(listed, held.begun(ctx, mine), until=ctx.data.until, reason_code=reason)
    successor = getattr(ctx.data, "successor", None)
    gap = assignments.has_gap(why) and successor is None
    held.moved(ctx, old, guard=assignment_states.ending_guard(gap=gap))
    if successor is not None:
        start = ctx.data.until + timedelta(days=1)
        return _succeeded(ctx, old, person=successor, start=start, at="$.data.successor")
    team, role = _ended(ctx, old, ctx.data.until)
    over = Change(
        resources=(role, team),
        deadlines=clocks.gap(ctx, old.id, ctx.data.until) if gap else (),
        reasons=why,
        warnings=(common.warn("IPK-E028", "$.data.successor"),) if gap else (),
        case={"assignmentId": old.id},
    )
    after = ctx.with_case(ctx.case.having(over.outcome(ctx.case.key)))
    rest = deputies.over(after, old, ctx.data.until) + participation.over(ctx, held.reference(old))
    # An absence without deputy had a gap of its own: it ends with the assignment, unless somebody should follow.
    closed = Change() if gap else gaps.closed(ctx, held.reference(old))
    return common.author(ctx) + over + rest + closed


def _succeeded(ctx: Context, old: views.Assignment, *, person: Any, start: date, at: str) -> Change:
    """Return the change of hands: the successor takes the role, `main` and an expected end over."""
    base = common.person(ctx) + common.author(ctx)
    listed = held.rule_views(views.assignments(ctx.case))
    mine = next(a for a in listed if a.id == old.id)
    made = assignment(ctx, person, role=mine.role, start=start, main=old.main)
    new = made.rule_view(mine.role)
    reasons = assignments.check_replace(listed, mine, new)
    until = fhir_assignments.expected_end(old.role)
    if until is not None:
        timed = fhir_assignments.expected(made.resources[-1], until)
        made = replace(made, resources=(*made.resources[:-1], timed))
    end = assignments.previous_end(mine, start=start)
    team, role = _ended(ctx, old, end) if old.end is None else _left(ctx, old, end)
    changed = Change(
        resources=(fhir_assignments.replaced(role), *made.resources, teams.added(team, _participant(made)))
    )
    after = ctx.with_case(ctx.case.having((base + changed).outcome(ctx.case.key)))
    return (
        base
        + changed
        + deputies.over(after, old, end)
        + participation.over(ctx, held.reference(old))
        + participation.started(ctx, made.id, until)
        + Change(reasons=reasons)
        + appointing.besides(ctx, new, person, at=at)
        + appointing.confirmed(ctx, person)
        + Change(case=made.case)
    )


def _ended(ctx: Context, old: views.Assignment, end: date) -> tuple[Resource, Resource]:
    team = views.team(ctx.case)
    if team is None:
        raise EventError("IPK-E014", at="$.data.continues.assignmentId")
    return teams.ended(team, member=f"PractitionerRole/{old.id}", end=end), people.ended_role(
        old.role, end=end
    )


def _left(ctx: Context, old: views.Assignment, end: date) -> tuple[Resource, Resource]:
    """Return team and role of an assignment that had ended: as they are, or until `end` where the successor begins before (A4)."""
    team = views.team(ctx.case) or {}
    if old.end is None or date.fromisoformat(old.end) <= end:
        return team, old.role
    return teams.cut(team, member=held.reference(old), end=end), people.ended_role(old.role, end=end)


# ── notices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def appointed_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the notices of an appointment: E21 to the party that reported, E22 to the home municipality, both to the GP."""
    title = text.TITLES[ctx.event.type]
    role = codes.ROLES[ctx.data.role]
    lines = [
        (words.APPOINTED, spoken(ctx.data.person)),
        (words.ROLE, role.display),
        (words.UNIT, ctx.data.person.organisation.name),
        (words.FROM_DATE, text.day(ctx.data.from_)),
    ]
    to = telling.reporters(ctx) if ctx.event.type == "ip.coordinator.appointed" else telling.municipality(ctx)
    return telling.notices(ctx, to, title, lines, named=named(ctx.data.person, role=ctx.data.role))


def spoken(person: Any) -> str:
    """Return `navn; profesjon; telefon`, as the text carries a coordinator."""
    profession = codes.display("9060", person.profession) if person.profession else None
    return text.person(
        name=f"{person.name.given} {person.name.family}", profession=profession, phone=person.phone
    )


def named(person: Any, *, role: str) -> dict[str, Any]:
    """Return the person as a contact of the message; a local role has no 9034 code and goes as clinical contact."""
    held = codes.ROLES[role]
    return {
        "role": held.code if held.number == "9034" else None,
        "family": person.name.family,
        "given": person.name.given,
        "hpr": person.hpr,
        "profession": person.profession,
        "phone": person.phone,
    }


def changed_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return one message with the old and the new coordinator to those who knew the old one, and whose it was. E24, E26."""
    old = next(a for a in views.assignments(ctx.case) if a.id == ctx.data.continues.assignment_id)
    successor = ctx.data.person if ctx.event.type == "ip.coordinator.replaced" else ctx.data.successor
    title = text.TITLES[ctx.event.type]
    if ctx.event.type == "ip.coordinator.replaced":
        lines = [
            (words.FORMER, _name(old)),
            (words.NEW, spoken(successor)),
            (words.FROM_DATE, text.day(ctx.data.from_)),
        ]
    else:
        new = spoken(successor) if successor else words.NOBODY_YET
        lines = [
            (words.COORDINATOR, _name(old)),
            (words.TO_DATE, text.day(ctx.data.until)),
            (words.NEW_COORDINATOR, new),
        ]
    key = next((r.key for r in codes.ROLES.values() if (r.system, r.code) == (old.system, old.code)), "")
    contact = named(successor, role=key) if successor and key else None
    to = (*telling.whose(ctx, old), *telling.knew(ctx, old.id))
    return telling.notices(ctx, to, title, lines, named=contact)


def _name(held: views.Assignment) -> str | None:
    said = held.role.get("practitioner", {}).get("display")
    return str(said) if said else None
