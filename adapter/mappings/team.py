"""Coordinators and contact physicians: appointed, replaced, ended. E21, E22, E24, E26, E27; hol § 7-2, sphl §§ 2-5 a-c."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from adapter import codes
from adapter.errors import EventError
from adapter.fhir import people, teams
from adapter.kith import text, words
from adapter.mappings import clocks, common, telling, views
from adapter.mappings.context import Change, Context, Notice
from adapter.model import Party, Reason, Resource
from adapter.rules import assignments, fulfilment, responsibility, states

MUNICIPALITY: Final = "102"
"""Organisation type of list 9040."""


def appointed(ctx: Context) -> Change:
    """Return the assignment, its person in the team, and the needs it fulfils. E21, E22, E27."""
    base = common.person(ctx) + common.author(ctx)
    made = _assignment(ctx, ctx.data.person, role=ctx.data.role, start=ctx.data.from_, main=_main(ctx))
    _check_new(ctx, made)
    team = _team(ctx, (_participant(made),))
    done = fulfilled(ctx, f"CareTeam/{team['id']}")
    read = common.acted(ctx, {m.melde_id for m in ctx.case.messages if m.melde_id}, common.READ)
    return base + Change(resources=(*made.resources, team)) + done + read + Change(case=made.case)


class _Made:
    """What one assignment is made of."""

    def __init__(
        self,
        *,
        role: str,
        main: bool,
        start: date,
        id_: str,
        resources: tuple[Resource, ...],
        organisation: str,
    ) -> None:
        self.role, self.main, self.start, self.id = role, main, start, id_
        self.resources, self.organisation = resources, organisation

    @property
    def case(self) -> dict[str, str]:
        """The answer's part."""
        return {"assignmentId": self.id}

    def rule_view(self, role: str) -> assignments.Assignment:
        """Return it as the rules see it."""
        return assignments.Assignment(
            id=self.id, role=role, organisation=self.organisation, start=self.start, main=self.main
        )


def _main(ctx: Context) -> bool:
    return bool(getattr(ctx.data, "main", False))


def _assignment(ctx: Context, person: Any, *, role: str, start: date, main: bool) -> _Made:
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
    return _Made(
        role=role,
        main=main,
        start=start,
        id_=id_,
        resources=(*listed, practitioner, role_resource),
        organisation=party.organisation_id if party else "",
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


def _participant(made: _Made) -> dict[str, Any]:
    return teams.participant(
        member=f"PractitionerRole/{made.id}", role=made.role, main=made.main, start=made.start
    )


def _check_new(ctx: Context, made: _Made) -> None:
    role = codes.ROLES[made.role]
    assignments.check_new(rule_views(views.assignments(ctx.case)), made.rule_view(role.key))


def rule_views(listed: Iterable[views.Assignment]) -> tuple[assignments.Assignment, ...]:
    """Return the assignments as the rules see them."""
    keys = {(r.system, r.code): r.key for r in codes.ROLES.values()}
    return tuple(
        assignments.Assignment(
            id=a.id,
            role=keys.get((a.system, a.code), a.code),
            organisation=a.organisation,
            start=date.fromisoformat(a.start),
            end=date.fromisoformat(a.end) if a.end else None,
            main=a.main,
        )
        for a in listed
    )


def _team(ctx: Context, added: tuple[dict[str, Any], ...], base: Resource | None = None) -> Resource:
    """Return the one CareTeam of the case with participants added."""
    team = base or views.team(ctx.case)
    managing = responsible_organisation(ctx)
    if team is not None:
        return teams.added(team, *added, managing=_now_responsible(ctx, managing))
    return teams.care_team(
        id_=ctx.id("CareTeam"),
        patient=f"Patient/{ctx.patient_id()}",
        managing=managing,
        start=min((a["period"]["start"] for a in added if a.get("period", {}).get("start")), default=None)
        and date.fromisoformat(min(a["period"]["start"] for a in added)),
        participants=added,
    )


def _now_responsible(ctx: Context, sender: str | None) -> str | None:
    """Return the municipality's party as responsible once it acts; a hospital never takes over from it. domain § 1.5."""
    acts = ctx.inbound.sender if ctx.inbound else ctx.party
    level, _ = responsibility.responsible(
        municipality_involved=acts is not None and acts.type == MUNICIPALITY, hospital_involved=True
    )
    return sender if level == "municipality" else None


def responsible_organisation(ctx: Context) -> str | None:
    """Return the Organization responsible for the team: the municipality's party where one acts, else the source."""
    sender = ctx.inbound.sender if ctx.inbound else ctx.party
    return common.organisation(sender)


def fulfilled(ctx: Context, output: str, *, plan_status: str | None = None) -> Change:
    """Return what the event completes, with the team or plan as output, or sets to work; the reply clock stops.

    A need that waits for consent stays: nobody has been told of it. rules.fulfilment.
    """
    changed: list[Resource] = []
    reasons: list[Reason] = []
    done: set[str] = set()
    for need in views.open_needs(ctx.case):
        effect, why = fulfilment.effect(ctx.event.type, need.kind, plan_status=plan_status)
        moved = _moved(ctx, need, effect, output) if need.state != "consent-pending" else ()
        if moved:
            changed += moved
            reasons.append(why)
            done.add(need.melde_id)
    part = {"meldeId": min(done)} if done else _named_melde(ctx)
    return Change(
        resources=tuple(changed),
        deadlines=clocks.close(ctx, "reply", done),
        reasons=tuple(reasons),
        case=part,
    )


def _moved(ctx: Context, need: views.Need, effect: str | None, output: str) -> tuple[Resource, ...]:
    event = {"fulfilled": ctx.event.type, "begun": states.BEGIN}.get(effect or "")
    if event is None or not states.permits(need.state, event):
        return ()
    step = states.transition(need.state, event)
    outputs = (output,) if effect == "fulfilled" else ()
    task = common.with_state(ctx, need.task, status=step.task_status, business=step.business, outputs=outputs)
    return common.with_request_status(need.request, step.request_status), task


def _named_melde(ctx: Context) -> dict[str, str]:
    which = getattr(ctx.data, "continues", None)
    return {"meldeId": which.melde_id} if which is not None and which.melde_id else {}


# ── E24, E26 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def replaced(ctx: Context) -> Change:
    """Return the old assignment ended and the new one begun, in one change; a gap between them is recorded. E24.

    One that has ended without a successor may still be replaced: the gap is then over.
    """
    old = _continued(ctx, ended=True)
    return _succeeded(ctx, old, person=ctx.data.person, start=ctx.data.from_)


def ended(ctx: Context) -> Change:
    """Return the assignment ended, with its successor or a gap clock. E26."""
    old = _continued(ctx)
    held = rule_views(views.assignments(ctx.case))
    mine = next(a for a in held if a.id == old.id)
    why = assignments.check_end(held, mine, until=ctx.data.until, reason_code=ctx.data.reason_code)
    if ctx.data.successor is not None:
        return _succeeded(ctx, old, person=ctx.data.successor, start=ctx.data.until + timedelta(days=1))
    team, role = _ended(ctx, old, ctx.data.until)
    gap = assignments.has_gap(why)
    return common.author(ctx) + Change(
        resources=(role, team),
        deadlines=clocks.gap(ctx, old.id, ctx.data.until) if gap else (),
        reasons=why,
        warnings=(common.warn("IPK-E028", "$.data.successor"),) if gap else (),
        case={"assignmentId": old.id},
    )


def _succeeded(ctx: Context, old: views.Assignment, *, person: Any, start: date) -> Change:
    """Return the change of hands: the successor takes the role and `main` over."""
    base = common.person(ctx) + common.author(ctx)
    held = rule_views(views.assignments(ctx.case))
    mine = next(a for a in held if a.id == old.id)
    made = _assignment(ctx, person, role=mine.role, start=start, main=old.main)
    reasons = assignments.check_replace(held, mine, made.rule_view(mine.role))
    team, role = (
        _ended(ctx, old, assignments.previous_end(mine, start=start)) if old.end is None else _left(ctx, old)
    )
    return base + Change(
        resources=(role, *made.resources, teams.added(team, _participant(made))),
        deadlines=clocks.close_subject(ctx, "gap", f"PractitionerRole/{old.id}"),
        reasons=reasons,
        case=made.case,
    )


def _ended(ctx: Context, old: views.Assignment, end: date) -> tuple[Resource, Resource]:
    team = views.team(ctx.case)
    if team is None:
        raise EventError("IPK-E014", at="$.data.continues.assignmentId")
    return teams.ended(team, member=f"PractitionerRole/{old.id}", end=end), people.ended_role(
        old.role, end=end
    )


def _left(ctx: Context, old: views.Assignment) -> tuple[Resource, Resource]:
    """Return team and role of an assignment that ended before, as they are."""
    return views.team(ctx.case) or {}, old.role


def _continued(ctx: Context, *, ended: bool = False) -> views.Assignment:
    """Return the assignment that `continues` names. Raises IPK-E014 when unknown, IPK-E024 when it has ended."""
    wanted = ctx.data.continues.assignment_id
    found = next((a for a in views.assignments(ctx.case) if a.id == wanted), None)
    if found is None:
        raise EventError("IPK-E014", at="$.data.continues.assignmentId")
    if found.end is not None and not ended:
        raise EventError("IPK-E024", at="$.data.continues.assignmentId")
    return found


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
    """Return one message with both the old and the new coordinator to those who knew the old one. E24, E26."""
    old = next(a for a in views.assignments(ctx.case) if a.id == ctx.data.continues.assignment_id)
    successor = ctx.data.person if ctx.event.type == "ip.coordinator.replaced" else ctx.data.successor
    title = text.TITLES[ctx.event.type]
    who = _name(old)
    if ctx.event.type == "ip.coordinator.replaced":
        lines = [
            (words.FORMER, who),
            (words.NEW, spoken(successor)),
            (words.FROM_DATE, text.day(ctx.data.from_)),
        ]
    else:
        new = spoken(successor) if successor else words.NOBODY_YET
        lines = [
            (words.COORDINATOR, who),
            (words.TO_DATE, text.day(ctx.data.until)),
            (words.NEW_COORDINATOR, new),
        ]
    key = next((r.key for r in codes.ROLES.values() if (r.system, r.code) == (old.system, old.code)), "")
    contact = named(successor, role=key) if successor and key else None
    return telling.notices(ctx, telling.knew(ctx, old.id), title, lines, named=contact)


def _name(held: views.Assignment) -> str | None:
    said = held.role.get("practitioner", {}).get("display")
    return str(said) if said else None
