"""Conditional references of a transaction: `Patient?identifier=…` becomes the one resource that meets it. R4 http.html#trules.

Resolved before anything is written, in what the caller may see (what it may not see is not there for it) and, by identifier,
in what the transaction creates. A body may name a person by number, as a POST `_search` does; no error repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import unquote_plus

from adapter.access import audit as trail
from adapter.errors import Fault, Faults, FhirError
from adapter.fhir import folding, search
from adapter.fhir.asked import AUDIT
from adapter.fhir.query import Row
from adapter.store import Connection
from adapter.web import fhir_found, fhir_write
from adapter.web.call import Call

MOST: Final = 500
"""Different conditional references of one transaction: each is a search."""
_CONDITIONAL: Final = re.compile(r"([A-Z][A-Za-z]{0,63})\?(.*)", re.DOTALL)
_MATCHES: Final = 2
"""Resources looked for: two are too many."""
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """One resource that the transaction creates."""

    url: str
    """Its fullUrl."""
    resource: Any = field(repr=False)
    perhaps: bool
    """Whether it is created only where none is (ifNoneExist): then it is the stored one that meets."""


def resolved(call: Call, resources: Mapping[str, Any], created: Sequence[Created]) -> dict[str, Any]:
    """Return resources, each by its place in the Bundle, with conditional references as those to what meets them.

    What is `created` meets `identifier=system|value`.

    Raises Faults with the place of each that nothing meets (IPK-F082), that several meet (F083), or that is no search
    (F002, F004, F005); FhirError IPK-F020 where they are too many.
    """
    places: dict[str, list[str]] = {}
    for at, resource in resources.items():
        for reference, place in _references(resource, at):
            if _CONDITIONAL.fullmatch(_relative(call, reference)):
                places.setdefault(reference, []).append(place)
    if not places:
        return dict(resources)
    if len(places) > MOST:
        raise FhirError("IPK-F020", at="Bundle.entry", hint=str(MOST))
    names = _found(call, places, _identified(created))
    return {at: folding.renamed(resource, names) for at, resource in resources.items()}


def _identified(created: Sequence[Created]) -> dict[str, list[Created]]:
    """Return what is created, by each conditional reference that its identifiers meet."""
    found: dict[str, list[Created]] = {}
    for made in created:
        resource = made.resource if isinstance(made.resource, dict) else {}
        listed = resource.get("identifier")
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict) and isinstance(one.get("value"), str):
                named = f"{resource.get('resourceType')}?identifier={one.get('system', '')}|{one['value']}"
                found.setdefault(named, []).append(made)
    return found


def _found(
    call: Call, places: Mapping[str, list[str]], created: Mapping[str, Sequence[Created]]
) -> dict[str, str]:
    """Return the literal reference for each conditional one. Raises Faults."""
    rows: dict[str, Row] = {}
    names: dict[str, str] = {}
    faults: list[Fault] = []
    with call.services.store.read(snapshot=True) as conn:
        for reference, listed in places.items():
            try:
                asked = _relative(call, reference)
                made = created.get(unquote_plus(asked), ())
                row = _one(call, conn, asked, made)
                if row is None:
                    names[reference] = made[0].url
                else:
                    rows[reference] = row
            except FhirError as error:
                faults += [Fault(code=error.code, path=place) for place in listed]
    if faults:
        raise Faults(tuple(faults))
    stored = {reference: f"{row.type}/{row.id}" for reference, row in rows.items()}
    if call.trail is not None:
        call.trail.add(patients=trail.patients_of(rows.values()), entities=stored.values())
    return names | stored


def _one(call: Call, conn: Connection, reference: str, made: Sequence[Created]) -> Row | None:
    """Return the one stored resource that meets a conditional reference, None where it is the one created. Raises FhirError."""
    type_, _, query = reference.partition("?")
    if type_ == AUDIT:
        raise FhirError("IPK-F002")
    asked = search.parse(
        type_,
        fhir_write.criteria_of(query),
        post=True,
        strict=True,
        setting=search.Setting(base=f"{call.shared.base}/fhir/"),
    )
    if not asked.narrows:
        raise FhirError("IPK-F004")
    wanted = replace(asked, query=replace(asked.query, count=_MATCHES, after=None, total=False))
    rows = fhir_found.page(call, conn, wanted).rows
    found = len(rows) + len([one for one in made if not (rows and one.perhaps)])
    if found != 1:
        raise FhirError("IPK-F083" if found else "IPK-F082")
    return rows[0] if rows else None


def _relative(call: Call, reference: str) -> str:
    return reference.removeprefix(f"{call.shared.base}/fhir/")


def _references(value: Any, at: str) -> Iterator[tuple[str, str]]:
    """Yield (literal reference, place of its Reference) of all inside; a name that is no element's stands in no place."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"], at
        for name, inner in value.items():
            plain = name.isascii() and name.isalpha() and len(name) <= _LONGEST
            yield from _references(inner, f"{at}.{name}" if plain else at)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _references(one, f"{at}[{number}]")
