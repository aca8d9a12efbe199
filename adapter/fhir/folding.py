"""A transaction's entries that only others give a meaning, folded into those as contained resources. R4 http.html#trules.

A Goal or a measure of a plan that is created with it, a Consent it rests on, a Practitioner who writes: each is one event
with the resource that refers to it. What stands alone keeps its own entry, and is referred to by the id that it gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapter.errors import FhirError

ALWAYS: Final = frozenset(
    {"Patient", "Practitioner", "PractitionerRole", "Organization", "RelatedPerson", "Location"}
)
"""Types that are written with what refers to them, never alone."""
PARTS: Final = frozenset({"Goal", "ServiceRequest", "Task", "Appointment", "CareTeam", "Consent"})
"""Types that are folded into what refers to them, where that is a plan or, of a Consent, a need."""
_HOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "CarePlan": PARTS,
    "ServiceRequest": frozenset({"Consent"}),
    "CareTeam": frozenset(),
}
URN: Final = "urn:uuid:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What a transaction's resources become: those that are written, and whose part each of the others is."""

    written: Mapping[int, dict[str, Any]] = field(repr=False)
    """Number of the entry → its resource, with the folded ones in `contained`; other urns are left as they are."""
    within: Mapping[int, int]
    """Number of a folded entry → that of the entry it is written with."""
    urls: Mapping[int, str]
    """Number of an entry that is created → its fullUrl."""


def fold(resources: Mapping[int, dict[str, Any]], urls: Mapping[int, str]) -> Folded:
    """Return the resources (by number of their entry) that are to be written; `urls` are the fullUrls of what is created.

    Raises FhirError IPK-F041 for one that is written with another and that none refers to.
    """
    of_url = {url: number for number, url in urls.items() if url.startswith(URN)}
    within = _within(resources, of_url)
    written = {
        number: _with(number, resources, of_url, within) for number in resources if number not in within
    }
    return Folded(written=written, within={n: _root(n, within) for n in within}, urls=urls)


def _within(resources: Mapping[int, dict[str, Any]], of_url: Mapping[str, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for number, one in resources.items():
        for reference in references(one):
            target = of_url.get(reference)
            if target is None or target in found or target not in resources:
                continue
            if _root(number, found) == target:  # a ring: what holds another is not held by it
                continue
            type_ = resources[target]["resourceType"]
            if type_ in ALWAYS or type_ in _HOLDERS.get(one["resourceType"], ()):
                found[target] = number
    for number, one in resources.items():
        if one["resourceType"] in ALWAYS and number not in found and number in of_url.values():
            raise FhirError("IPK-F041", at=f"Bundle.entry[{number}]")
    return found


def _root(number: int, within: Mapping[int, int]) -> int:
    seen = {number}
    while number in within and within[number] not in seen:
        number = within[number]
        seen.add(number)
    return number


def _with(
    number: int, resources: Mapping[int, dict[str, Any]], of_url: Mapping[str, int], within: Mapping[int, int]
) -> dict[str, Any]:
    """Return a resource with what is folded into it; a reference back to it from there is what it is contained in."""
    mine = [n for n in within if _root(n, within) == number]
    names = {url: f"#{url.removeprefix(URN)}" for url, n in of_url.items() if n in mine}
    own = next((url for url, n in of_url.items() if n == number), "")
    inner = [{**renamed(_without(resources[n], own), names), "id": _name(n, of_url)} for n in mine]
    made: dict[str, Any] = renamed(resources[number], names)
    return {**made, "contained": [*made.get("contained", ()), *inner]} if inner else made


def _name(number: int, of_url: Mapping[str, int]) -> str:
    return next(url for url, n in of_url.items() if n == number).removeprefix(URN)


def _without(value: Any, url: str) -> Any:
    """Return a resource without references to what it is folded into."""
    if isinstance(value, dict):
        kept = {k: _without(v, url) for k, v in value.items() if not _refers(v, url)}
        return {k: v for k, v in kept.items() if v != []}
    if isinstance(value, list):
        return [_without(one, url) for one in value if not _refers(one, url)]
    return value


def _refers(value: Any, url: str) -> bool:
    return isinstance(value, dict) and bool(url) and value.get("reference") == url


def references(value: Any) -> Sequence[str]:
    """Return every literal reference inside, in order."""
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return [*own, *(one for inner in value.values() for one in references(inner))]
    return [one for inner in value for one in references(inner)] if isinstance(value, list) else []


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return it with literal references renamed."""
    if isinstance(value, dict):
        return {
            k: names.get(v, v) if k == "reference" and isinstance(v, str) else renamed(v, names)
            for k, v in value.items()
        }
    return [renamed(one, names) for one in value] if isinstance(value, list) else value


def in_order(written: Mapping[int, dict[str, Any]], of_url: Mapping[str, int]) -> tuple[int, ...]:
    """Return the numbers so that each comes after what it refers to. Raises FhirError IPK-F041 for a ring."""
    done: list[int] = []
    waiting = dict.fromkeys(written)
    while waiting:
        ready = [n for n in waiting if not _needs(written[n], of_url, n) & set(waiting)]
        if not ready:
            raise FhirError("IPK-F041", at=f"Bundle.entry[{next(iter(waiting))}]", hint="ring")
        for number in ready:
            done.append(number)
            del waiting[number]
    return tuple(done)


def _needs(resource: dict[str, Any], of_url: Mapping[str, int], number: int) -> set[int]:
    return {of_url[url] for url in references(resource) if url in of_url} - {number}
