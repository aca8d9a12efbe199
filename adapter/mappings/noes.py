"""A no that is recorded, and consents dated before it that are told later: they open nothing of it. pbrl § 4-1 andre ledd; E08, E15."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from adapter.fhir import consents
from adapter.mappings import views
from adapter.model import Case, Resource
from adapter.rules.consent import COORDINATING_UNIT, Grant

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


def standing(grant: Grant, case: Case, *, at: str = NEW) -> Grant:
    """Return a Grant without the scopes that the patient said no to after its date; `at`: when it was recorded, after the no."""
    gone = _gone(grant, case, at)
    return replace(grant, scopes=grant.scopes - gone) if gone else grant


def _gone(grant: Grant, case: Case, at: str) -> frozenset[str]:
    if grant.date is None or not grant.scopes:
        return frozenset()
    day, names = grant.date.isoformat(), grant.recipients or {COORDINATING_UNIT}
    found: set[str] = set()
    for no in listed(case):
        if day < no.date and no.recorded < at and (not no.names or no.names & names):
            found |= (no.scopes or grant.scopes) & grant.scopes
    return frozenset(found)
