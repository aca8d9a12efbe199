"""A professional whom all cases share by HPR number: another family name under it is told, and renames nobody. ADR 134."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapter.fhir import parts, people
from adapter.mappings import common
from adapter.model import Outcome, Resource, Warn

CODE: Final = "IPK-E094"
_PEOPLE: Final = ("author", "person", "successor", "contact_at_sender")
_PATHS: Final = {"contact_at_sender": "contactAtSender"}


def agreed(
    outcome: Outcome, data: Any, there: Mapping[str, Resource]
) -> tuple[tuple[Resource, ...], tuple[Warn, ...]]:
    """Return an event's resources with each known professional as stored where the event names another, and a warning for each.

    The name as told is kept at the assignment or author's role that says it.
    """
    renamed = {
        parts.of(r): r
        for r in outcome.resources
        if r["resourceType"] == "Practitioner" and _another(r, there.get(parts.of(r)))
    }
    if not renamed:
        return outcome.resources, ()
    kept = tuple(_kept(r, renamed, there) for r in outcome.resources)
    return kept, tuple(common.warn(CODE, path) for path in _places(data, renamed))


def _another(said: Resource, before: Resource | None) -> bool:
    return before is not None and bool(_family(before)) and _family(said) != _family(before)


def _family(practitioner: Resource) -> str:
    named: Resource = next(iter(practitioner.get("name", ())), {})
    return " ".join(str(named.get("family", "")).casefold().split())


def _kept(resource: Resource, renamed: Mapping[str, Resource], there: Mapping[str, Resource]) -> Resource:
    if parts.of(resource) in renamed:
        return {**there[parts.of(resource)], "meta": resource.get("meta", {})}
    named: Resource = (
        resource.get("practitioner", {}) if resource["resourceType"] == "PractitionerRole" else {}
    )
    told = renamed.get(named.get("reference", ""))
    if told is None or "display" in named:
        return resource
    return parts.changed(resource, practitioner={**named, "display": people.spoken(told)})


def _places(data: Any, renamed: Mapping[str, Resource]) -> Iterator[str]:
    """Yield where the event says the number."""
    numbers = {i["value"] for r in renamed.values() for i in r.get("identifier", ())}
    found = [n for n in _PEOPLE if getattr(getattr(data, n, None), "hpr", None) in numbers]
    yield from (f"$.data.{_PATHS.get(name, name)}.hpr" for name in found)
    if not found:
        yield "$.data"
