"""What another organisation may pull of a case: it has a part in it, and the patient's consent opens for it. pjl § 22; pbrl § 3-6.

Asked at every read, of the case as it is: a consent that is withdrawn closes at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from adapter.mappings import grants, views
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


def shown(case: Case, party: Party, book: AddressBook, *, type_: str, on: date) -> bool:
    """Return whether a party that is not at home may see resources of a type in a case."""
    wanted = OPENED_BY.get(type_)
    return wanted is not None and is_member(case, party, book, on) and _opened(case, party, wanted, on)


def is_member(case: Case, party: Party, book: AddressBook, on: date) -> bool:
    """Return whether a party's organisation has a part: got or sent a need, has somebody in the team, or answers for the plan."""
    if views.parts_of(case, party, book) & {"performer", "reporter"} and _told(case, party, book):
        return True
    team = [held.organisation for held in views.assignments(case) if held.lasts(on)]
    plan = views.plan(case)
    authors = [views.reference_id(plan.get("author"))] if plan else []
    return any(_same(id_, party, book) for id_ in (*team, *authors))


def _told(case: Case, party: Party, book: AddressBook) -> bool:
    """Return whether a need has reached the party, or came from it: one that waits for consent names its receiver, too."""
    listed = [
        n for n in views.needs(case) if n.state not in {"consent-pending", "withdrawn", "declined-by-patient"}
    ]
    return any(
        _same(id_, party, book)
        for n in listed
        for id_ in (n.owner, views.reference_id(n.task.get("requester")))
    )


def _same(id_: str, party: Party, book: AddressBook) -> bool:
    other = book.by_organisation(id_)
    return other is not None and other.level1_id == party.level1_id


def _opened(case: Case, party: Party, wanted: tuple[str, ...], on: date) -> bool:
    who = grants.names(party, gp=bool(party.person))
    listed = grants.newest_first(case)
    for subject in wanted:
        spoken = (g for g in listed if grants.speaks(g, subject, who))
        grant = next(spoken, None)
        if grant is None:
            continue
        # A basis in law was named where the consent was taken; it is not asked for again.
        basis = "hpl-25-45" if grant.status == "not-required" else None
        if consent.gate(need=subject, consent=grant, recipient=who, legal_basis=basis, on=on).open:
            return True
    return False
