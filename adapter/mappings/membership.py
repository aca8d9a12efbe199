"""What another organisation may pull of a case: it has a part in it, and the patient's consent opens for it. pjl § 22; pbrl § 3-6.

Asked at every read, of the case as it is: a consent that is withdrawn closes at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from adapter.mappings import grants, protecting, views
from adapter.model import AddressBook, Case, Party
from adapter.rules import consent

_NEED: Final = ("ip.coordinator.appointed", "ip.plan.created", "individual-plan")
_TEAM: Final = ("ip.coordinator.appointed", "ip.plan.created")
_PLAN: Final = ("ip.plan.created",)
OPENED_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Patient": _NEED,
        "RelatedPerson": _NEED,
        "ServiceRequest": _NEED,
        "Task": _NEED,
        "Communication": _NEED,
        "CareTeam": _TEAM,
        "PractitionerRole": _TEAM,
        "Practitioner": _TEAM,
        "CarePlan": _PLAN,
        "Goal": _PLAN,
        "Appointment": _PLAN,
        "Observation": _PLAN,
        "Encounter": _PLAN,
    }
)
"""Type → what consent must open, any of them. Others (Consent, Provenance, DocumentReference …) stay with the organisation."""

OF_TEAM: Final = frozenset({"CareTeam", "PractitionerRole", "Practitioner", "RelatedPerson"})
"""Types that say who works for whom: of a team about a child to come (v3-Confidentiality R) they are shown to those with a part in it."""
_CHILD: Final = frozenset({"child-coordinator"})


def shown(case: Case, party: Party, book: AddressBook, *, type_: str, on: date) -> bool:
    """Return whether a party that is not at home may see resources of a type in a case; nobody where the address is strict."""
    wanted = OPENED_BY.get(type_)
    if wanted is None or protecting.is_strict(case) or not is_member(case, party, book, on):
        return False
    if type_ in OF_TEAM and views.team_is_restricted(case) and not has_part_in_child(case, party, book, on):
        return False
    return any(verdict(case, party, subject, on).open for subject in wanted)


def plan(case: Case, party: Party, on: date) -> consent.Verdict:
    """Return what consent says of pulling the plan of a case, whether or not the party has a part in it."""
    return verdict(case, party, _PLAN[0], on)


def is_member(case: Case, party: Party, book: AddressBook, on: date) -> bool:
    """Return whether a party's organisation has a part: got or sent a need, has somebody in the team, or answers for the plan."""
    if views.parts_of(case, party, book) & {"performer", "reporter"} and _told(case, party, book):
        return True
    return _works_for(case, party, book, on)


def has_part_in_child(case: Case, party: Party, book: AddressBook, on: date) -> bool:
    """Return whether a party has a part in the matter of a child to come: in team or plan, or got or sent its need. pbrl § 2-5 c."""
    return _works_for(case, party, book, on) or _told(case, party, book, kinds=_CHILD)


def _works_for(case: Case, party: Party, book: AddressBook, on: date) -> bool:
    """Return whether an organisation has somebody in the team, or answers for the plan."""
    team = [held.organisation for held in views.assignments(case) if held.lasts(on)]
    plan = views.plan(case)
    authors = [views.reference_id(plan.get("author"))] if plan else []
    return any(_same(id_, party, book) for id_ in (*team, *authors))


def _told(case: Case, party: Party, book: AddressBook, *, kinds: frozenset[str] | None = None) -> bool:
    """Return whether a need has reached the party, or came from it: one that waits for consent names its receiver, too.

    `kinds`: of these alone.
    """
    listed = [
        n
        for n in views.needs(case)
        if n.state not in {"consent-pending", "withdrawn", "declined-by-patient"}
        and (kinds is None or n.kind in kinds)
    ]
    return any(
        _same(id_, party, book)
        for n in listed
        for id_ in (n.owner, views.reference_id(n.task.get("requester")))
    )


def _same(id_: str, party: Party, book: AddressBook) -> bool:
    other = book.by_organisation(id_)
    return other is not None and other.level1_id == party.level1_id


def verdict(case: Case, party: Party, subject: str, on: date) -> consent.Verdict:
    """Return what consent says of telling a party something by a pull: who reported has no more of it than it names."""
    who = grants.names(party, gp=bool(party.person))
    grant = grants.counting(grants.newest_first(case), subject, who)
    # A basis in law was named where the consent was taken; it is not asked for again.
    basis = "hpl-25-45" if grant is not None and grant.status == "not-required" else None
    return consent.gate(need=subject, consent=grant, recipient=who, legal_basis=basis, on=on)
