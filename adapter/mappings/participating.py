"""Who takes part in the team and may not any more: a person ends it, for that is told too. E14, E15; domain § 1.4, decision 120."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from adapter.fhir import teams
from adapter.mappings import common, expiring, grants, reporting, views
from adapter.mappings.context import Change, Context
from adapter.model import Party, Resource
from adapter.rules import consent

SECTORS: Final = "other-sectors"
ENDS: Final = "ip.team-member.removed"
TEXT: Final = "Pasientens samtykke dekker ikke lenger alle som deltar: avslutt deltakelsen, eller spør pasienten på nytt."


def items(ctx: Context, over: Callable[[Party | None], bool]) -> Change:
    """Return one work item to end the participation of those of the team for whom `over` says so; None is an agency not in the book."""
    found = [role for role, party in _members(ctx) if over(party)]
    group = views.team(ctx.case)
    if not found or group is None:
        return Change()
    owner = expiring.responsible(ctx)
    made = common.work_item(
        ctx,
        id_=ctx.id("Task", "participation"),
        kind="review",
        owner=owner,
        focus=f"CareTeam/{group['id']}",
        inputs=(("event", ENDS), *(("assignment", role["id"]) for role in found)),
        reason=TEXT,
    )
    return Change(resources=(*(common.parties(owner) if owner else ()), made))


def uncovered(ctx: Context, left: Sequence[consent.Grant]) -> Callable[[Party | None], bool]:
    """Return what says whether an agency of another sector takes part by a consent that is withdrawn. E15."""

    def over(party: Party | None) -> bool:
        if SECTORS not in ctx.data.scopes or (
            party is not None and party.type not in reporting.OTHER_SECTORS
        ):
            return False
        return party is None or not any(_opens(ctx, grant, party) for grant in left)

    return over


def _opens(ctx: Context, grant: consent.Grant, party: Party) -> bool:
    who, basis = (party.key,), ctx.data.legal_basis
    return grants.gate(ctx.case, grant, SECTORS, who, legal_basis=basis, on=ctx.today).open


def _members(ctx: Context) -> Iterator[tuple[Resource, Party | None]]:
    """Yield who of an organisation takes part now, with its party; None for one that the book does not list."""
    today = ctx.today.isoformat()
    for one in (views.team(ctx.case) or {}).get("participant", ()):
        role = ctx.case.get(one.get("member", {}).get("reference", "")) or {}
        organisation = role.get("organization")
        if teams.is_patient(one) or not organisation or one.get("period", {}).get("end", today) < today:
            continue
        party = ctx.book.by_organisation(views.reference_id(organisation))
        if party is not None or "identifier" in organisation:
            yield role, party
