"""Who writes over FHIR, known from before: one PractitionerRole for each writer of a case, not one for each write. fhir-model.md, 'provenance'.

Else a case would be read slower with every write: an author's role never ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from adapter.fhir import parts
from adapter.ingest.deciding import Decided
from adapter.model import Case, Resource

_OWN: Final = frozenset({"id", "meta", "practitioner"})
_ROLE: Final = "PractitionerRole"


def agreed(decided: Decided, case: Case) -> Decided:
    """Return what is decided with its author as the one whom the case knows by the same name, organisation, role and telecom.

    An assignment (somebody in the team, or with a period) is no author's role.
    """
    made = {parts.of(one): one for one in decided.outcome.resources}
    role = made.get(decided.author)
    if role is None or role["resourceType"] != _ROLE or decided.author in case.resources:
        return decided
    held = {*_members(case.of("CareTeam")), *_members(made.values())}
    person = _person(role)
    known = {**case.resources, **made}
    for one in case.of(_ROLE):
        if "period" not in one and parts.of(one) not in held and _is_same(one, role, known):
            instead = {decided.author: parts.of(one)}
            if _person(one) != person:  # nobody's number: the Practitioner was made with the role
                instead[person] = _person(one)
            return _instead(decided, instead)
    return decided


def _members(resources: Any) -> Iterator[str]:
    for team in resources:
        for one in team.get("participant", ()) if team["resourceType"] == "CareTeam" else ():
            yield one.get("member", {}).get("reference", "")


def _person(role: Resource) -> str:
    return str(role.get("practitioner", {}).get("reference", ""))


def _is_same(one: Resource, other: Resource, known: Mapping[str, Resource]) -> bool:
    """Return whether two roles say the same, and their people too."""
    if _plain(one) != _plain(other) or _named(one) != _named(other):
        return False
    mine, theirs = known.get(_person(one)), known.get(_person(other))
    return _person(one) == _person(other) or (
        mine is not None and theirs is not None and _plain(mine) == _plain(theirs)
    )


def _plain(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if name not in _OWN}


def _named(role: Resource) -> Any:
    return role.get("practitioner", {}).get("display")


def _instead(decided: Decided, instead: Mapping[str, str]) -> Decided:
    kept = tuple(_led(one, instead) for one in decided.outcome.resources if parts.of(one) not in instead)
    return replace(decided, outcome=replace(decided.outcome, resources=kept), author=instead[decided.author])


def _led(value: Any, instead: Mapping[str, str]) -> Any:
    """Return a resource whose references lead to what stands instead."""
    if isinstance(value, dict):
        return {
            name: instead.get(inner, inner)
            if name == "reference" and isinstance(inner, str)
            else _led(inner, instead)
            for name, inner in value.items()
        }
    return [_led(one, instead) for one in value] if isinstance(value, list) else value
