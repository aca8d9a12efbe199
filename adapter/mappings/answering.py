"""Who answers for plan and coordinator in this case now: the case read as rules.responsibility wants it. domain § 1.5, R34."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal

from adapter import codes
from adapter.fhir import assignments as fhir_assignments
from adapter.mappings import views
from adapter.model import AddressBook, Case
from adapter.rules import assignments, responsibility, states
from adapter.rules.responsibility import Level, Responsible, Situation

LEVELS: Final[dict[str, Level]] = {"101": "hospital", "102": "municipality"}
"""Organisation type of list 9040 → level."""
_AGREED: Final = frozenset({*states.AGREED, "fulfilled"})
PlanStatus = Literal["none", "draft", "active"]
_PLANS: Final[dict[str, PlanStatus]] = {
    "draft": "draft",
    "active": "active",
    "on-hold": "active",
}


def answers(case: Case, book: AddressBook, day: date) -> Responsible:
    """Return who answers on a day, as far as this installation knows, and why."""
    return responsibility.responsible_party(situation(case, book, day))


def situation(case: Case, book: AddressBook, day: date) -> Situation:
    """Return what decides it. A need that nobody has agreed to involves nobody yet."""
    running = [a for a in views.assignments(case) if a.end is None or a.end >= day.isoformat()]
    levels = {_role_level(a) for a in running} | _by_needs(case, book)
    plan = views.plan(case)
    owner = _level(book, views.reference_id(plan.get("author"))) if plan else None
    if owner is not None:
        levels.add(owner)
    status: PlanStatus = _PLANS.get(plan["status"], "none") if plan else "none"
    return Situation(
        municipality="municipality" in levels,
        hospital="hospital" in levels,
        wants_plan=not _declined(case, "individual-plan") or plan is not None,
        wants_coordinator=not _declined(case, "coordinator") or bool(running),
        child=any(a.key == assignments.CHILD for a in running),
        plan=status,
        plan_with=owner,
        accepted=not (status == "draft" and owner == "hospital"),
        time_limited=any(fhir_assignments.expected_end(a.role) is not None for a in running),
        hospitals=max(1, len({_trust(book, a) for a in running if _role_level(a) == "hospital"})),
        joint_unit=any(
            p.home and p.unit and views.municipality(case) in p.municipalities for p in book.parties
        ),
    )


def _role_level(held: views.Assignment) -> str | None:
    role = codes.ROLES.get(held.key)
    # Everybody has a GP: that alone involves no service of the municipality's.
    return role.level if role is not None and held.key != "fastlege" else None


def _level(book: AddressBook, organisation: str) -> Level | None:
    party = book.by_organisation(organisation)
    return LEVELS.get(party.type or "") if party else None


def _by_needs(case: Case, book: AddressBook) -> set[Any]:
    return {_level(book, n.owner) for n in views.needs(case) if n.state in _AGREED}


def _declined(case: Case, kind: str) -> bool:
    """Return whether the patient has said no to every need of a kind, and there is one."""
    listed = [n.state for n in views.needs(case) if n.kind == kind]
    return bool(listed) and all(state == "declined-by-patient" for state in listed)


def _trust(book: AddressBook, held: views.Assignment) -> str:
    party = book.by_organisation(held.organisation)
    return party.level1_id if party else held.organisation
