"""Two coordinators after a move: the new municipality's takes the main responsibility over, the old one's is ended by a person.

domain § 1.5 (the old one stands until the new one has accepted: overlap, no gap); ADR 97.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from adapter.fhir import teams, urls
from adapter.mappings import clocks, common, held, views
from adapter.mappings.context import Change, Context
from adapter.model import AddressBook, Case, Deadline, Resource
from adapter.rules import anchors, assignments
from adapter.rules import clocks as times
from adapter.timing import OSLO

KIND: Final = "overlap"
_MUNICIPAL: Final = assignments.MUNICIPAL | {assignments.CHILD}


def handed_over(ctx: Context, new: assignments.Assignment) -> tuple[Change, Resource | None]:
    """Return the clocks of those a new one takes over from, and the team in which they have no main responsibility any more.

    None for a team that is as it was. Raises EventError IPK-E024 where the new one may not stand beside the others.
    """
    running = held.rule_views(views.assignments(ctx.case))
    left = {a.id for a in _left(ctx, running, new)}
    assignments.check_new((replace(a, main=False) if a.id in left else a for a in running), new)
    there = views.team(ctx.case)
    if not left or there is None:
        return Change(), None
    begun = Change(
        deadlines=tuple(_clock(ctx, id_, new) for id_ in sorted(left)),
        reasons=(anchors.fixed("move-overlap", "overlapper"),),
        warnings=(common.warn("IPK-E099", "$.data.person.organisation"),),
    )
    if not new.main:
        return begun, None
    return begun, teams.without_main(there, members={f"PractitionerRole/{id_}" for id_ in left})


def over(ctx: Context, subject: str) -> tuple[Deadline, ...]:
    """Return the clock of an assignment that has ended as met."""
    return clocks.close_subject(ctx, KIND, subject)


def _left(
    ctx: Context, running: Iterable[assignments.Assignment], new: assignments.Assignment
) -> tuple[assignments.Assignment, ...]:
    """Return the municipal coordinators elsewhere that still stand, where a new one is of where the patient moved."""
    if not moves_to(ctx.case, ctx.book, new.role, new.organisation):
        return ()
    return tuple(
        a
        for a in running
        if is_left(ctx.case, ctx.book, a.role, a.organisation)
        and not a.deputy
        and a.id != new.id
        and assignments.overlap(a, new)
    )


def moves_to(case: Case, book: AddressBook, role: str, organisation: str) -> bool:
    """Return whether a municipal coordinator is of where the patient moved."""
    to = _moved_to(case)
    return to is not None and role in _MUNICIPAL and _serves(book, organisation, to)


def is_left(case: Case, book: AddressBook, role: str, organisation: str) -> bool:
    """Return whether a municipal coordinator is of where the patient moved from."""
    to = _moved_to(case)
    return to is not None and role in _MUNICIPAL and not _serves(book, organisation, to)


def _moved_to(case: Case) -> str | None:
    """Return the municipality of the last move that was not overtaken by another, taken over by now or not. E50."""
    items = (t for t in case.of("Task") if views.code_of(t.get("code"), urls.TASK_KIND) == "transfer")
    stands = [t for t in items if t["status"] != "cancelled"]
    last = max(stands, key=lambda t: t.get("authoredOn", ""), default=None)
    return views.input_of(last, "to") if last is not None else None


def _serves(book: AddressBook, organisation: str, municipality: str) -> bool:
    party = book.by_organisation(organisation)
    return party is not None and municipality in party.municipalities


def _clock(ctx: Context, id_: str, new: assignments.Assignment) -> Deadline:
    subject = f"PractitionerRole/{id_}"
    first = max(ctx.today, new.start)
    days, _ = times.days(KIND, ctx.book.clocks, None)
    return Deadline(
        id=clocks.deadline_id(KIND, subject),
        kind=KIND,
        due=times.reply_due(datetime.combine(first, datetime.min.time(), OSLO), days),
        subject=subject,
        owner=ctx.case.owner,
        case_key=ctx.patient_id(),
    )
