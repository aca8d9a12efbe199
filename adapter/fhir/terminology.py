"""Which codes a value set has, as far as it can be listed here: the guide's own, and R4's of required bindings. R4 valueset.html."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from adapter.fhir import definitions, shapes

_CORE: Final = "http://hl7.org/fhir/ValueSet/"
Codes = frozenset[tuple[str, str]]
"""(system, code); an empty system stands for any."""


@cache
def codes(url: str) -> Codes | None:
    """Return the codes of a value set, None where they cannot be listed."""
    plain = url.partition("|")[0]
    found = definitions.by_url(plain)
    if found is None or found["resourceType"] != "ValueSet":
        return _core(plain)
    parts = [_included(one) for one in found.get("compose", {}).get("include", ())]
    if not parts or None in parts:
        return None
    return frozenset().union(*(part for part in parts if part is not None))


def _core(url: str) -> Codes | None:
    listed = shapes.codes(url.removeprefix(_CORE)) if url.startswith(_CORE) else None
    return frozenset(_pair(word) for word in listed) if listed else None


def _pair(word: str) -> tuple[str, str]:
    system, _, code = word.rpartition("|")
    return system, code


def _included(include: Mapping[str, Any]) -> Codes | None:
    system = include.get("system", "")
    if "filter" in include or "exclude" in include:
        return None
    if "concept" in include:
        return frozenset((system, one["code"]) for one in include["concept"])
    if "valueSet" in include:
        nested = [codes(url) for url in include["valueSet"]]
        return None if None in nested else frozenset().union(*(one for one in nested if one is not None))
    found = definitions.by_url(system)
    if found is None or found.get("content") != "complete":
        return None
    return frozenset((system, code) for code in _flat(found.get("concept", ())))


def _flat(concepts: Any) -> Iterator[str]:
    for one in concepts:
        yield one["code"]
        yield from _flat(one.get("concept", ()))


def takes(url: str, value: Any) -> bool:
    """Return whether a code, Coding, Quantity or CodeableConcept is of a value set; one that cannot be listed takes all."""
    listed = codes(url)
    if listed is None:
        return True
    if isinstance(value, str):
        return any(code == value for _, code in listed)
    if not isinstance(value, Mapping):
        return False
    codings = value.get("coding", ()) if "code" not in value else (value,)
    return any(
        (coding.get("system", ""), coding["code"]) in listed or ("", coding["code"]) in listed
        for coding in (codings if isinstance(codings, list | tuple) else ())
        if isinstance(coding, Mapping) and _readable(coding)
    )


def _readable(coding: Mapping[str, Any]) -> bool:
    """Return whether code and system are texts: what is not is a fault of structure, told elsewhere."""
    return isinstance(coding.get("code"), str) and isinstance(coding.get("system", ""), str)
