"""What an appointment brings besides: invariants A5-A7, overlaps, offers and gaps it closes, a limited time. domain §§ 1.6, 2.5."""

from __future__ import annotations

from typing import Any

from adapter import codes
from adapter.errors import EventError
from adapter.fhir import assignments as fhir_assignments
from adapter.fhir import needs, urls
from adapter.mappings import common, held, participation, views
from adapter.mappings.context import Change, Context
from adapter.model import Resource
from adapter.rules import anchors, assignment_states, assignments


def role(ctx: Context, made: Resource) -> Resource:
    """Return the PractitionerRole of an appointment with its expected end, and restricted where it is about a child to come."""
    until = getattr(ctx.data, "expected_until", None)
    timed = fhir_assignments.expected(made, until) if until else made
    return fhir_assignments.restricted(timed) if restricted(ctx) else timed


def restricted(ctx: Context) -> bool:
    """Return whether this is about a child that is expected: the subject is then the parent. pbrl § 2-5 c."""
    return ctx.event.type == "ip.child-coordinator.appointed" and ctx.data.patient.expected_child is True


def besides(ctx: Context, new: assignments.Assignment, person: Any, *, at: str) -> Change:
    """Return warnings and reasons of a new assignment, and what it closes. Raises EventError IPK-E051, IPK-E052, IPK-E013."""
    listed = held.rule_views(views.assignments(ctx.case))
    running = tuple(a for a in listed if a.id != _continued(ctx))
    return (
        _person(person, at)
        + _overlaps(running, new, at)
        + _child(ctx, running, new)
        + _contact(ctx, new)
        + _offers_closed(ctx, new)
        + participation.started(ctx, new.id, getattr(ctx.data, "expected_until", None))
    )


def _continued(ctx: Context) -> str | None:
    which = getattr(ctx.data, "continues", None)
    return which.assignment_id if which is not None else None


def _person(person: Any, at: str) -> Change:
    """A5: no register is asked here; only what the event says."""
    if person.hpr_status != "inactive":
        return Change()
    return Change(
        reasons=(anchors.fixed("assignment-hpr", "advarsel"),),
        warnings=(common.warn("IPK-E054", f"{at}.hprStatus"),),
    )


def _overlaps(running: tuple[assignments.Assignment, ...], new: assignments.Assignment, at: str) -> Change:
    if not assignments.overlapping(running, new):
        return Change()
    return Change(
        reasons=(anchors.fixed("assignment-overlap", "merket"),), warnings=(common.warn("IPK-E055", at),)
    )


def _child(ctx: Context, running: tuple[assignments.Assignment, ...], new: assignments.Assignment) -> Change:
    """A6, and that a child coordinator is the municipality's."""
    why = assignments.check_child(running, new, reason=getattr(ctx.data, "parallel_reason", None))
    if new.role != assignments.CHILD:
        return Change(reasons=why)
    employer = ctx.book.by_organisation(new.organisation)
    if employer is not None and employer.type != MUNICIPALITY:
        raise EventError("IPK-E051", at="$.data.person.organisation")
    return Change(reasons=(anchors.fixed("assignment-child-right", "oppnevnt"), *why))


MUNICIPALITY = "102"
"""Organisation type of list 9040."""


def _contact(ctx: Context, new: assignments.Assignment) -> Change:
    """A7, and that the patient is to be told: the letter follows from the reason."""
    if new.role not in assignment_states.CONTACTS:
        return Change()
    told = (anchors.fixed("contact-physician-inform-patient", "pasienten informeres"),)
    follows = ctx.event.type != "ip.contact-physician.appointed"
    if follows or _encounter_known(ctx):
        return Change(reasons=told)
    return Change(
        reasons=(*told, anchors.fixed("assignment-encounter", "advarsel")),
        warnings=(common.warn("IPK-E053", "$.data.correlation.encounterId"),),
    )


def _encounter_known(ctx: Context) -> bool:
    said = ctx.data.correlation
    return (said is not None and said.encounter_id is not None) or any(
        e["status"] in {"arrived", "triaged", "in-progress", "onleave"} for e in ctx.case.of("Encounter")
    )


def _offers_closed(ctx: Context, new: assignments.Assignment) -> Change:
    """Return the offers that this appointment answers: the one it continues, else all of its level.

    Raises EventError IPK-E024 where the patient has declined the one it continues, IPK-E013, IPK-E024 where it is no offer.
    """
    named = ctx.case.get(f"PractitionerRole/{_continued(ctx)}")
    before = fhir_assignments.state(named) if named else None
    if named is not None and before is not None:
        after = assignment_states.transition(before, ctx.event.type)
        return Change(resources=(fhir_assignments.offered(named, after),))
    if ctx.event.type in assignment_states.APPOINTING:
        for standing in (a for a in views.assignments(ctx.case) if a.id == _continued(ctx)):
            assignment_states.transition(held.state(ctx.case, standing, ctx.today), ctx.event.type)
    if new.role not in assignment_states.COORDINATORS:
        return Change()
    level = assignments.level(new.role)
    return Change(
        resources=tuple(
            fhir_assignments.offered(offer, "active")
            for offer in held.offers(ctx.case)
            if _level(offer) == level
        )
    )


def _level(role_: Resource) -> str | None:
    key = next(
        (
            r.key
            for r in codes.ROLES.values()
            for concept in role_.get("code", ())
            if views.code_of(concept, r.system) == r.code
        ),
        None,
    )
    return assignments.level(key) if key else None


def confirmed(ctx: Context, person: Any) -> Change:
    """Return the suggestions of this very person as coordinator as completed: whoever read the message has recorded the change."""
    if ctx.event.origin != "posted":
        return Change()
    name = f"{person.name.given} {person.name.family}".casefold().split()
    items = (
        t
        for t in ctx.case.of("Task")
        if views.code_of(t.get("code"), urls.TASK_KIND) == "confirm-coordinator"
        and t["status"] not in views.FINISHED
        and (views.input_of(t, "name") or "").casefold().split() == name
    )
    return Change(resources=tuple(needs.moved(t, modified=ctx.now, status="completed") for t in items))
