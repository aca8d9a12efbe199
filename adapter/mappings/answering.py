"""Who answers for plan and coordinator in this case now: the case read as rules.responsibility wants it. domain § 1.5, R34."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final, Literal

from adapter import codes
from adapter.fhir import assignments as fhir_assignments
from adapter.mappings import gps, keeping, planview, views
from adapter.model import AddressBook, Case, Party, Resource
from adapter.rules import assignments, responsibility, routing, states
from adapter.rules.responsibility import Level, Responsible, Situation

LEVELS: Final[dict[str, Level]] = {"101": "hospital", "102": "municipality"}
"""Organisation type of list 9040 → level."""
PRIVATE: Final = "116"
"""9040: another private actor that gives health care; it has the duties of whom it has an agreement with."""
_AGREED: Final = frozenset({*states.AGREED, "fulfilled"})
PlanStatus = Literal["none", "draft", "active"]
_PLANS: Final[dict[str, PlanStatus]] = {
    "draft": "draft",
    "active": "active",
    "on-hold": "active",
}


def answers(case: Case, book: AddressBook, day: date) -> Responsible:
    """Return who answers on a day, as far as this installation knows, and why."""
    found = responsibility.responsible_party(situation(case, book, day))
    return replace(
        found,
        plan_name=_plan_name(case, book, found, day),
        pending_name=_pending_name(case, book, found, day),
    )


def situation(case: Case, book: AddressBook, day: date) -> Situation:
    """Return what decides it. A need that nobody has agreed to involves nobody yet."""
    running = [a for a in views.assignments(case) if a.end is None or a.end >= day.isoformat()]
    levels = {_role_level(a) for a in running} | _by_needs(case, book)
    plan = views.plan(case)
    private = _private(case, book, running, plan)
    asked = planview.handed_over(case, plan) if plan else None
    # A draft begun in another's name is its beginner's until that one has accepted it.
    joint = asked is not None and plan is not None and plan["status"] == "draft"
    if joint:
        levels.add("municipality")
    owner = _owner(book, plan, asked if joint else None) if plan else None
    owner = owner or (private if plan else None)
    if owner is not None:
        levels.add(owner)
    status: PlanStatus = _PLANS.get(plan["status"], "none") if plan else "none"
    return Situation(
        municipality="municipality" in levels,
        hospital="hospital" in levels,
        stands=any(a.key != gps.FASTLEGE for a in running)
        or bool(plan or views.open_needs(case) or views.transfer(case)),
        wants_plan=not _declined(case, "individual-plan") or plan is not None,
        wants_coordinator=not _declined(case, "coordinator") or bool(running),
        child=any(a.key == assignments.CHILD for a in running),
        plan=status,
        plan_with=owner,
        accepted=not (status == "draft" and owner == "hospital"),
        transfer="offered" if (asked and not joint) or _moved(case, levels) else "none",
        offered_to=(_level(book, views.reference_id(asked.get("owner"))) if asked else None)
        or "municipality",
        private=private,
        time_limited=any(fhir_assignments.expected_end(a.role) is not None for a in running),
        hospitals=max(1, len({_trust(book, a) for a in running if _role_level(a) == "hospital"})),
        joint_unit=any(
            p.home and p.unit and views.municipality(case) in p.municipalities for p in book.parties
        ),
    )


def _owner(book: AddressBook, plan: Resource, asked: Resource | None) -> Level | None:
    """Return the level of whose plan it is: of who asked, where that is a draft begun in another's name."""
    begun = _level(book, views.reference_id(asked.get("requester"))) if asked else None
    return begun or _level(book, views.reference_id(plan.get("author")))


def _moved(case: Case, levels: set[Any]) -> bool:
    """Return whether the patient has moved from a municipality that is involved, and the new one has not taken over. E50."""
    return "municipality" in levels and views.transfer(case) is not None


def _private(
    case: Case, book: AddressBook, running: list[views.Assignment], plan: Resource | None
) -> Level | None:
    """Return whom the private institution that acts in a case has an agreement with, None where none does."""
    acting = (
        *(a.organisation for a in running),
        *((views.reference_id(plan.get("author")),) if plan else ()),
        *(n.owner for n in views.needs(case) if n.state in _AGREED),
    )
    keys = {p.key for p in map(book.by_organisation, acting) if p is not None and p.type == PRIVATE}
    bodies = (
        book.by_key(key) for a in book.agreements if a.between & keys for key in sorted(a.between - keys)
    )
    return next((LEVELS[p.type] for p in bodies if p is not None and p.type in LEVELS), None)


# ── by name ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plan_name(case: Case, book: AddressBook, found: Responsible, day: date) -> str | None:
    """Return the organisation that answers for the plan: whose it is, else the municipality's, the old one's until a move is over."""
    plan, item = views.plan(case), views.transfer(case)
    if found.plan is None:
        return None
    if plan is not None:
        return _name(book.by_organisation(views.reference_id(plan.get("author"))))
    if found.plan == "municipality":
        place = keeping.since(item) if item else None
        return _municipal(case, book, place or views.municipality(case), day)
    ours = (
        book.by_organisation(a.organisation) for a in views.assignments(case) if _role_level(a) == "hospital"
    )
    return _name(next(ours, None))


def _pending_name(case: Case, book: AddressBook, found: Responsible, day: date) -> str | None:
    """Return the organisation that is to take over: who is asked, else the municipality where the patient lives now."""
    plan = views.plan(case)
    asked = planview.handed_over(case, plan) if plan else None
    if found.pending is None:
        return None
    if asked is not None:
        return _name(book.by_organisation(views.reference_id(asked.get("owner"))))
    return _municipal(case, book, views.municipality(case), day)


def _municipal(case: Case, book: AddressBook, place: str | None, day: date) -> str | None:
    """Return the municipality by name; none for a strictly confidential address, which the Patient leaves out."""
    if place is None or views.municipality(case) is None:
        return None
    return _name(routing.receiver(book, municipality=place, on=day).party)


def _name(party: Party | None) -> str | None:
    return party.name if party is not None else None


def _role_level(held: views.Assignment) -> str | None:
    role = codes.ROLES.get(held.key)
    # Everybody has a GP: that alone involves no service of the municipality's.
    return role.level if role is not None and held.key != gps.FASTLEGE else None


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
