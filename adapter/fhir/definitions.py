"""The definitions of our implementation guide as package data: profiles, code systems, value sets and more. R4 conformance.

They are compiled from `ig/` (decision 0075) and read when first asked for. CodeSystem/error is the one that is made here, of
the table of errors that the program itself uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import orjson

from adapter import data
from adapter.errortable import TABLE
from adapter.fhir import urls

_FOLDER: Final = "definitions"
TYPES: Final = (
    "StructureDefinition", "CodeSystem", "ValueSet", "ConceptMap", "SearchParameter", "NamingSystem", "CapabilityStatement",
    "ImplementationGuide",
)  # fmt: skip
"""What the guide holds."""


GUIDE: Final = f"{urls.BASE}/ImplementationGuide/ip-adapter.guide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One row of the index: what there is, without its content."""

    type: str
    """R4 resource type of the definition itself."""
    id: str
    url: str
    """Canonical; of a NamingSystem the system it names."""
    name: str
    title: str
    of: str
    """Type that a StructureDefinition is about; empty elsewhere."""
    profile: bool
    """Whether it constrains a resource."""
    file: str
    """Empty: made in this module."""

    @property
    def body(self) -> bytes:
        """Its JSON, as it is served."""
        return _body(self)


@cache
def every() -> tuple[Definition, ...]:
    """Return what there is, by type and id."""
    rows = (*map(_row, orjson.loads(data.read(f"{_FOLDER}/index.json"))), _ERRORS)
    return tuple(sorted(rows, key=lambda row: (row.type, row.id)))


def found(type_: str, id_: str) -> Definition | None:
    """Return the definition of a type and id, None where there is none."""
    return _by_id().get((type_, id_))


def by_url(url: str) -> Mapping[str, Any] | None:
    """Return the definition of a canonical (with or without `|version`), None where the guide has none."""
    row = _by_canonical().get(url.partition("|")[0])
    return content(row) if row is not None else None


def of_type(type_: str) -> tuple[Mapping[str, Any], ...]:
    """Return all definitions of an R4 type, such as CodeSystem."""
    return tuple(content(row) for row in every() if row.type == type_)


@cache
def profiles(type_: str) -> tuple[str, ...]:
    """Return the canonicals of our profiles on an R4 type, such as CarePlan."""
    return tuple(row.url for row in every() if row.profile and row.of == type_)


@cache
def content(row: Definition) -> Mapping[str, Any]:
    """Return a definition, read once."""
    return MappingProxyType(orjson.loads(_body(row)))


@cache
def _by_id() -> Mapping[tuple[str, str], Definition]:
    return {(row.type, row.id): row for row in every()}


@cache
def _by_canonical() -> Mapping[str, Definition]:
    return {row.url: row for row in every()}


def _row(row: Mapping[str, str]) -> Definition:
    return Definition(
        type=row["resourceType"],
        id=row["id"],
        url=row["url"],
        name=row["name"],
        title=row.get("title", row["name"]),
        of=row.get("type", "") if row["resourceType"] == "StructureDefinition" else "",
        profile=row.get("derivation") == "constraint" and row.get("type") != "Extension",
        file=row["file"],
    )


_ERRORS: Final = Definition(
    type="CodeSystem", id="error", url=urls.ERROR, name="Error", title="Error codes", of="", profile=False, file="",
)  # fmt: skip


@cache
def _body(row: Definition) -> bytes:
    return data.read(f"{_FOLDER}/{row.file}") if row.file else orjson.dumps(_MADE[row.url]())


def _errors() -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "id": _ERRORS.id,
        "url": _ERRORS.url,
        "name": _ERRORS.name,
        "title": _ERRORS.title,
        "status": "active",
        "publisher": "ip-adapter",
        "description": "OperationOutcome.issue.details: a stable code for each fault; texts may change, codes do not.",
        "caseSensitive": True,
        "content": "complete",
        "count": len(TABLE),
        "concept": [
            {"code": code, "display": row.nb, "definition": row.en} for code, row in sorted(TABLE.items())
        ],
    }


_MADE: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {urls.ERROR: _errors}
"""Canonical → what makes it."""
