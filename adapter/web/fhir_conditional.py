"""Conditional references of a transaction: `Patient?identifier=…` becomes the one resource that meets it. R4 http.html#trules.

Resolved before anything is written, in what the caller may see: what it may not see is not there for it. A body may name a
person by number, as a POST `_search` does; no error repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

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


def resolved(call: Call, resources: Mapping[str, Any]) -> dict[str, Any]:
    """Return resources, each by its place in the Bundle, with conditional references as those to what meets them.

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
    names = _found(call, places)
    return {at: folding.renamed(resource, names) for at, resource in resources.items()}


def _found(call: Call, places: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the literal reference for each conditional one. Raises Faults."""
    rows: dict[str, Row] = {}
    faults: list[Fault] = []
    with call.services.store.read(snapshot=True) as conn:
        for reference, listed in places.items():
            try:
                rows[reference] = _one(call, conn, _relative(call, reference))
            except FhirError as error:
                faults += [Fault(code=error.code, path=place) for place in listed]
    if faults:
        raise Faults(tuple(faults))
    names = {reference: f"{row.type}/{row.id}" for reference, row in rows.items()}
    if call.trail is not None:
        call.trail.add(patients=trail.patients_of(rows.values()), entities=names.values())
    return names


def _one(call: Call, conn: Connection, reference: str) -> Row:
    """Return the one resource that meets a conditional reference. Raises FhirError."""
    type_, _, query = reference.partition("?")
    if type_ == AUDIT:
        raise FhirError("IPK-F002")
    asked = search.parse(type_, fhir_write.criteria_of(query), post=True, strict=True)
    if not asked.narrows:
        raise FhirError("IPK-F004")
    wanted = replace(asked, query=replace(asked.query, count=_MATCHES, after=None, total=False))
    rows = fhir_found.page(call, conn, wanted).rows
    if len(rows) != 1:
        raise FhirError("IPK-F083" if rows else "IPK-F082")
    return rows[0]


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
