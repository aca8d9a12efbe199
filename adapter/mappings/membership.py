"""What another organisation may pull of a case: it has a part in it, and the patient's consent opens for it. pjl § 22; pbrl § 3-6.

Asked at every read, of the case as it is: a consent that is withdrawn closes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from adapter.fhir import people, urls
from adapter.mappings import grants, named, protecting, views
from adapter.model import AddressBook, Case, Party, Resource
from adapter.rules import consent, states

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


UNTOLD: Final = frozenset({"consent-pending", "withdrawn", "declined-by-patient"})
"""States of a need that may never have left: shown only to whom it had reached before. ADR 150."""
_FULFILLED: Final = "fulfilled"
"""A plan or a coordinator fulfils a need that waits for consent, too: it is told only if it was before."""
_TOLD: Final = frozenset(states.OPEN) - UNTOLD
_REACHED: Final = _TOLD - {*states.UNSENT, "undelivered", "manual"}
"""States that say that a need has been at its receiver."""
Earlier = Callable[[str], Iterable[Resource]]
"""Id of a Task → its versions."""
PARTS: Final = frozenset({"CarePlan", "Goal", "ServiceRequest", "Task", "Appointment", "CareTeam"})
"""Types of a plan and what it consists of: its author has them, whatever consent says of sharing. ADR 151."""
SAID: Final = PARTS | {"Communication"}
"""Types of which it matters what the very resource says."""


def shown(  # noqa: PLR0913 (all by name)
    case: Case,
    party: Party,
    book: AddressBook,
    *,
    type_: str,
    on: date,
    said: Resource | None = None,
    earlier: Earlier = lambda _: (),
) -> bool:
    """Return whether a party that is not at home may see a resource of a case; nobody where the address is strict.

    `said`: the resource, in any version, of the types in SAID; without it the type alone is judged. `earlier`: the versions of a Task.
    """
    if OPENED_BY.get(type_) is None or protecting.is_strict(case) or not is_member(case, party, book, on):
        return False
    if said is not None and _tells_where(case, said):
        return False
    if said is not None and type_ in PARTS and _is_authors(case, party, book, said):
        return True
    if type_ in OF_TEAM and views.team_is_restricted(case) and not has_part_in_child(case, party, book, on):
        return False
    about = _about(case, said) if said is not None else ()
    if about:
        return all(_need_shown(case, party, book, one, on=on, earlier=earlier) for one in about)
    wanted = _PLAN if said is not None and _is_of_plan(said) else OPENED_BY[type_]
    return any(verdict(case, party, subject, on).open for subject in wanted)


def _tells_where(case: Case, said: Resource) -> bool:
    """Return whether it is the work item of a move, which says from where and to where, of a protected address. E19, E50."""
    is_move = views.code_of(said.get("code"), urls.TASK_KIND) == "transfer"
    return is_move and people.is_hidden(people.grade(views.patient(case)))


def _is_of_plan(said: Resource) -> bool:
    """Return whether it is a measure of a plan, or a proposal about one: what opens the plan opens it."""
    return said["resourceType"] in {"ServiceRequest", "Task"} and said.get("intent") in {"plan", "proposal"}


def _about(case: Case, said: Resource) -> tuple[str, ...]:
    """Return the ids of the needs that a ServiceRequest, Task or Communication is about, none where it is about none."""
    if said["resourceType"] == "ServiceRequest":
        is_need = any(views.code_of(one, urls.NEED_CATEGORY) for one in said.get("category", ()))
        return (said["id"],) if is_need else ()
    if said["resourceType"] not in {"Task", "Communication"}:
        return ()
    known = {n.id: n.melde_id for n in views.needs(case)}
    listed = (said.get("focus"), *said.get("basedOn", ()))
    named = {views.reference_id(one) for one in listed} & known.keys()
    melde_id = said.get("groupIdentifier", {}).get("value")
    return tuple(sorted(named or {id_ for id_, one in known.items() if one == melde_id}))


def _need_shown(case: Case, party: Party, book: AddressBook, id_: str, *, on: date, earlier: Earlier) -> bool:
    """Return whether a need may be seen: consent opens for its very kind, and it is told, or had been at the party before."""
    return any(
        verdict(case, party, n.kind, on).open and _is_told(n, party, book, earlier)
        for n in views.needs(case)
        if n.id == id_
    )


def _is_told(need: views.Need, party: Party, book: AddressBook, earlier: Earlier) -> bool:
    """Return whether a need is no secret: it goes to others as it stands, it came from the party, or had reached it."""
    if need.state not in {*UNTOLD, _FULFILLED}:
        return True
    if _same(views.reference_id(need.task.get("requester")), party, book):
        return True
    were = [
        (views.code_of(task.get("businessStatus"), urls.NEED_STATE), views.reference_id(task.get("owner")))
        for task in earlier(need.task["id"])
    ]
    if need.state == _FULFILLED:
        return any(state in _TOLD for state, _ in were)
    return any(state in _REACHED and _same(owner, party, book) for state, owner in were)


def _is_authors(case: Case, party: Party, book: AddressBook, said: Resource) -> bool:
    """Return whether it is a plan that the party is the author of, or one of its goals, measures or its team."""
    mine = [p for p in case.of("CarePlan") if _same(views.reference_id(p.get("author")), party, book)]
    if not mine or said.get("intent") == "proposal":
        return False
    reference = f"{said['resourceType']}/{said['id']}"
    return reference in {one for plan_ in mine for one in _of(plan_)}


def _of(plan_: Resource) -> Iterable[str]:
    """Return the references of a plan, its goals, measures and team."""
    yield f"CarePlan/{plan_['id']}"
    measures = (one.get("reference") for one in plan_.get("activity", ()))
    for one in (*plan_.get("goal", ()), *plan_.get("careTeam", ()), *measures):
        if one is not None and "reference" in one:
            yield one["reference"]


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
    listed = [n for n in views.needs(case) if n.state not in UNTOLD and (kinds is None or n.kind in kinds)]
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
    who = named.called(case, party)
    grant = grants.counting(case, grants.newest_first(case), subject, who)
    # A basis in law was named where the consent was taken; it is not asked for again.
    basis = "hpl-25-45" if grant is not None and grant.status == "not-required" else None
    return consent.gate(need=subject, consent=grant, recipient=who, legal_basis=basis, on=on)
