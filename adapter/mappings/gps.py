"""Whose patient it is now, as changes of GP have told. E33; pbrl § 2-1 c."""

from __future__ import annotations

from typing import Final

from adapter.mappings import views
from adapter.mappings.context import Context
from adapter.model import Party

FASTLEGE: Final = "fastlege"


def held(ctx: Context) -> tuple[views.Assignment, ...]:
    """Return the GPs that the team has had, the present one last."""
    return tuple(a for a in views.assignments(ctx.case) if a.key == FASTLEGE)


def present(ctx: Context) -> views.Assignment | None:
    """Return the GP's participation that has not ended."""
    return next((a for a in held(ctx) if a.end is None), None)


def current(ctx: Context, said: Party | None) -> Party | None:
    """Return the GP to tell: the one said, unless a change of GP has told of another since; then that one."""
    if ctx.event.type == "ip.gp.changed":
        return said
    known = held(ctx)
    if not known or (said is not None and said not in [of(ctx, a) for a in known]):
        return said
    now = present(ctx)
    return of(ctx, now) if now else None


def contradicts(ctx: Context, party: Party) -> bool:
    """Return whether the case knows another GP, and this event is no change of GP: then neither is told. E33."""
    known = (views.patient(ctx.case) or {}).get("generalPractitioner", ())
    other = {views.reference_id(one) for one in known} - {party.organisation_id}
    return bool(other) and ctx.event.type != "ip.gp.changed"


def former(ctx: Context, party: Party) -> bool:
    """Return whether this was the patient's GP until a change told of another."""
    now = present(ctx)
    return party in [of(ctx, a) for a in held(ctx) if a.end is not None] and (
        now is None or of(ctx, now) != party
    )


def of(ctx: Context, held_: views.Assignment) -> Party | None:
    """Return the party of a GP's participation: among the GPs of its organisation the one of that name, else the first."""
    listed = [p for p in ctx.book.parties if p.person and p.level1_id == held_.organisation]
    name = held_.role.get("practitioner", {}).get("display")
    return next((p for p in listed if display(p) == name), listed[0] if listed else None)


def display(party: Party) -> str:
    """Return the GP's name."""
    said = party.person or {}
    return f"{said.get('given', '')} {said.get('family', '')}".strip()
