"""Includes: which references of a page are fetched with it, and what refers to it. R4 search.html#include, #revinclude."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapter.fhir import readings
from adapter.fhir.params import Param
from adapter.fhir.query import Query, Term
from adapter.fhir.table import READABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """References of one parameter of one type, to any type or one; with `iterate`, of what was included too."""

    type: str
    param: Param
    target: str = ""
    iterate: bool = False


def read(value: str, *, iterate: bool = False, of: str = "") -> tuple[Include, ...]:
    """Return what `Type:parameter[:Target]` names; `*` and `Type:*` name all of the type (`of`, where none is said).

    Nothing where no such reference is served.
    """
    type_, _, rest = (f"{of}:*" if value == "*" else value).partition(":")
    name, _, target = rest.partition(":")
    row = READABLE.get(type_)
    if row is None or (target and target not in READABLE):
        return ()
    params = row.includes if name == "*" else tuple(p for p in row.includes if p.name == name)
    return tuple(Include(type=type_, param=p, target=target, iterate=iterate) for p in params)


def referring(value: str, to: str) -> tuple[Include, ...]:
    """Return what `*` or `Type:*` of `_revinclude` names: every reference of every type, or of one, that may lead to `to`."""
    types = tuple(READABLE) if value == "*" else (value.partition(":")[0],)
    every = (
        one for type_ in types if type_ not in _APART for one in read(value if value != "*" else f"{type_}:*")
    )
    return tuple(one for one in every if one.target in {"", to} and _leads(one.param, to))


_APART: Final = frozenset({"AuditEvent", "Subscription"})
"""Types that come with nothing: who asked, and who is told."""


def _leads(param: Param, to: str) -> bool:
    if param.where == "subject" and not param.targets:
        return to == "Patient"
    return not param.targets or to in param.targets


def included(resources: Iterable[Mapping[str, Any]], wanted: Iterable[Include]) -> tuple[str, ...]:
    """Return the relative references that includes lead to, each once, in order found; only of served types."""
    found: dict[str, None] = {}
    listed = tuple(wanted)
    for resource in resources:
        for one in listed:
            if one.type == resource["resourceType"]:
                found.update(dict.fromkeys(_targets(resource, one)))
    return tuple(found)


def _targets(resource: Mapping[str, Any], include: Include) -> Iterable[str]:
    for value in readings.found(resource, include.param):
        for target in readings.references(value, include.param):
            type_ = target.partition("/")[0]
            if type_ in READABLE and include.target in {"", type_}:
                yield target


def revinclude(
    references: Iterable[str], include: Include, *, org: str | None = None, count: int = 1000
) -> Query:
    """Return the query for what refers to resources by one parameter (`_revinclude`)."""
    listed = tuple(one for one in references if include.target in {"", one.partition("/")[0]})
    if include.param.where == "subject":
        term = Term(field="subject", values=listed)
    else:
        term = Term(field="token", param=include.param.name, values=tuple(("", one) for one in listed))
    return Query(type=include.type, org=org, terms=(term,), count=count)
