"""What a consent no longer opens: a no that is recorded later than its date, or that the child it was given for is 16 now.

pbrl § 4-1 andre ledd, § 4-3; E08, E15, decision 161.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from adapter.events import age
from adapter.fhir import consents
from adapter.mappings import views
from adapter.model import Case, Resource
from adapter.rules.consent import COORDINATING_UNIT, YES, Grant, Status

GUARDIAN: Final = "guardian"
NEW: Final = "9999"
"""Stands for the instant of recording of what is being told now: later than all."""


@dataclass(frozen=True, slots=True)
class No:
    """A refusal or withdrawal: of these scopes (all where none is named), to these names (all where none is)."""

    date: str
    scopes: frozenset[str]
    names: frozenset[str]
    recorded: str


def listed(case: Case) -> tuple[No, ...]:
    """Return what the patient has said no to, as the Consents of a case record it; what has run out is no word of anybody."""
    return case.once(_listed)


def _listed(case: Case) -> tuple[No, ...]:
    return tuple(_noes(case))


def _noes(case: Case) -> Iterator[No]:
    for resource in views.consents(case):
        said = consents.statement(resource)
        at = recorded(resource)
        scopes = frozenset(said["scopes"])
        if resource["status"] == "rejected":
            yield No((resource.get("dateTime") or at)[:10], scopes, frozenset(said["recipients"]), at)
        elif resource["status"] == "inactive" and said["status"] == "withdrawn":
            ended = resource.get("provision", {}).get("period", {}).get("end") or at
            yield No(ended[:10], scopes, frozenset(), at)


def recorded(resource: Resource) -> str:
    """Return the instant at which a Consent was stored last."""
    return str(resource.get("meta", {}).get("lastUpdated", NEW))


def standing(grant: Grant, case: Case, *, at: str = NEW, born: date | None = None) -> Grant:
    """Return a Grant without what it opens no more; `at`: when it was recorded, `born`: as the event says where the case does not.

    What the patient said no to after its date falls away, where it was told with the no or after it; all of it, where a guardian gave
    it for a patient who is 16 now.
    """
    if lapsed(grant.given_by, case, born=born):
        said: Status = "expired" if grant.status in YES else grant.status
        return replace(grant, status=said, scopes=frozenset())
    gone = refused(grant, case, at=at)
    return replace(grant, scopes=grant.scopes - gone) if gone else grant


def lapsed(given_by: str | None, case: Case, *, born: date | None = None) -> bool:
    """Return whether it is a guardian's word for a patient who is 16 now, whenever it was said. pbrl § 4-3."""
    if given_by != GUARDIAN:
        return False
    stated = (views.patient(case) or {}).get("birthDate")
    day = date.fromisoformat(stated) if stated else born
    return day is not None and age.is_sixteen(day, case.today)


def refused(grant: Grant, case: Case, *, at: str = NEW, again: bool = False) -> frozenset[str]:
    """Return the scopes of a Grant that the patient said no to after its date, in a no recorded before it or in the same second.

    Instants of recording are whole seconds: of two in one second nobody knows the first, and the no counts.
    `again`: it repeats what was said before, so a no of its day is later, too.
    """
    if grant.date is None or not grant.scopes:
        return frozenset()
    day, names = grant.date.isoformat(), grant.recipients or {COORDINATING_UNIT}
    found: set[str] = set()
    for no in listed(case):
        if (
            (day < no.date or (again and day == no.date))
            and no.recorded <= at
            and (not no.names or no.names & names)
        ):
            found |= (no.scopes or grant.scopes) & grant.scopes
    return frozenset(found)
