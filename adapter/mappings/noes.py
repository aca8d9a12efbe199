"""What a consent no longer opens: a no that is later than it, or that the child it was given for is 16 now.

A no speaks of the scopes and to the receivers that it names; between a yes and a no the later day counts, on one day what was told
last. pbrl § 4-1 andre ledd, § 4-3; E08, E15, decisions 161 and 164.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from adapter.events import age
from adapter.fhir import consents, parts
from adapter.mappings import views
from adapter.model import Case, Resource
from adapter.rules.consent import COORDINATING_UNIT, NEEDS, SCOPES, YES, Grant, Status

GUARDIAN: Final = "guardian"
NEW: Final = "9999"
"""Stands for the instant at which it is told of what is being told now: later than all."""
DENY: Final = "deny"


@dataclass(frozen=True, slots=True)
class No:
    """A refusal or withdrawal: of these scopes, to these names (all where none is)."""

    date: str
    scopes: frozenset[str]
    names: frozenset[str]
    told: str

    @property
    def key(self) -> tuple[str, frozenset[str], frozenset[str]]:
        """What it says, whenever it was told: the same in the other case of a person."""
        return self.date, self.scopes, self.names

    def is_to(self, who: Collection[str]) -> bool:
        """Return whether it is said to one of these names."""
        return not self.names or not self.names.isdisjoint(who)

    def says(self, other: No) -> bool:
        """Return whether it says all that another of its day says."""
        named = not self.names or (bool(other.names) and other.names <= self.names)
        return self.date == other.date and other.scopes <= self.scopes and named


def listed(case: Case) -> tuple[No, ...]:
    """Return what the patient has said no to, as the Consents of a case record it; what has run out is no word of anybody."""
    return case.once(_listed)


def _listed(case: Case) -> tuple[No, ...]:
    found = dict.fromkeys(no for one in views.consents(case) if (no := said(one)) is not None)
    return tuple(no for no in found if not any(_covers(other, no) for other in found))


def _covers(other: No, no: No) -> bool:
    """Return whether another no leaves one nothing to say: it says as much and was not told before; of two that say the same, later."""
    later = other.told > no.told if no.says(other) else other.told >= no.told
    return later and other.says(no)


def said(resource: Resource) -> No | None:
    """Return the no that a Consent records, None where it is none, or denies nothing. What was a yes was withdrawn for those it named."""
    stated, at = consents.statement(resource), told(resource)
    scopes, names = frozenset(stated["scopes"]), frozenset(stated["recipients"])
    day = str(stated["date"] or at)[:10]
    if resource["status"] == "rejected":
        denies = resource.get("provision", {}).get("type") == DENY
        return No(day, scopes if denies else scopes or SCOPES, names, at) if scopes or not denies else None
    if resource["status"] != "inactive" or stated["status"] != "withdrawn":
        return None
    if not consents.was_given(resource):
        return No(day, scopes or SCOPES, names, at)
    changed = str(resource.get("meta", {}).get("lastUpdated", NEW))
    return No(
        str(stated["valid_until"] or changed)[:10], scopes, names or frozenset({COORDINATING_UNIT}), changed
    )


def told(resource: Resource) -> str:
    """Return the instant at which a Consent was told."""
    return consents.told(resource) or NEW


def standing(grant: Grant, case: Case, *, born: date | None = None) -> Grant:
    """Return a Grant, run out where a guardian gave it for a patient who is 16 now; `born`: as the event says where the case does not."""
    if not lapsed(grant.given_by, case, born=born):
        return grant
    over: Status = "expired" if grant.status in YES else grant.status
    return replace(grant, status=over, scopes=frozenset())


def lapsed(given_by: str | None, case: Case, *, born: date | None = None) -> bool:
    """Return whether it is a guardian's word for a patient who is 16 now, whenever it was said. pbrl § 4-3."""
    if given_by != GUARDIAN:
        return False
    stated = (views.patient(case) or {}).get("birthDate")
    day = date.fromisoformat(stated) if stated else born
    return day is not None and age.is_sixteen(day, case.today)


def left(grant: Grant, case: Case, subject: str, who: Collection[str]) -> Grant:
    """Return what is left of a Grant for these names: without the scopes that the patient said no to since, to them.

    What the law opens without consent has no scopes to lose: it is withdrawn for the subjects of those scopes.
    """
    lost = refused(grant, case, who)
    if not lost:
        return grant
    row = NEEDS.get(subject)
    if grant.status == "not-required" and row is not None and row.scopes and row.scopes <= lost:
        return replace(grant, status="withdrawn")
    return replace(grant, scopes=grant.scopes - lost) if grant.scopes else grant


def refused(
    grant: Grant, case: Case, who: Collection[str] | None = None, *, again: bool = False
) -> frozenset[str]:
    """Return the scopes that the patient said no to after a Grant, to these names, or to any that it names itself.

    Instants of telling are whole seconds: of two in one second nobody knows the first, and the no counts.
    `again`: it repeats what was said before, so a no of its day is later, too.
    """
    if grant.status not in _OPENS or not listed(case):
        return frozenset()
    names = frozenset(who) if who is not None else grant.recipients or frozenset({COORDINATING_UNIT})
    at = grant.told or parts.instant(case.now)
    day = (
        grant.date.isoformat()
        if grant.date is not None
        else (at[:10] if grant.told else case.today.isoformat())
    )
    lost = frozenset[str]().union(
        *(
            no.scopes
            for no in listed(case)
            if (day < no.date or (day == no.date and (again or at <= no.told))) and no.is_to(names)
        )
    )
    return lost if grant.status == "not-required" else lost & grant.scopes


_OPENS: Final = frozenset({*YES, "not-required", "presumed", "expired"})
