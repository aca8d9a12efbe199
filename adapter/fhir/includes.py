"""Includes: which references of a page are fetched with it. R4 search.html#include, #revinclude."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapter.fhir.query import Query, Term
from adapter.fhir.table import READABLE


def included(resources: Iterable[Mapping[str, Any]], names: Iterable[str]) -> tuple[str, ...]:
    """Return the relative references that the includes of a type lead to, each once, in order found."""
    found: dict[str, None] = {}
    wanted = tuple(names)
    for resource in resources:
        includes = READABLE[resource["resourceType"]].includes
        for path in (includes[name] for name in wanted if name in includes):
            found.update(dict.fromkeys(filter(_local, _references(resource, path.split(".")))))
    return tuple(found)


def _references(node: Any, path: Sequence[str]) -> Iterable[str]:
    if isinstance(node, list):
        return [target for one in node for target in _references(one, path)]
    if not isinstance(node, Mapping):
        return ()
    if not path:
        return (node["reference"],) if "reference" in node else ()
    return _references(node.get(path[0]), path[1:])


def _local(target: str) -> bool:
    return target.partition("/")[0] in READABLE


def revinclude(references: Iterable[str], *, org: str | None = None, count: int = 1000) -> Query:
    """Return the query for the Provenance of resources (`_revinclude=Provenance:target`)."""
    targets = tuple(("", one) for one in references)
    return Query(
        type="Provenance", org=org, terms=(Term(field="token", param="target", values=targets),), count=count
    )
