"""The one table of readable types: routes, search, index, includes and CapabilityStatement follow from it.

A new type is one `Readable` in `adapter/fhir/rows/`, its parameters as rows there. R4 searchparameter-registry.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapter.fhir.params import Param
from adapter.fhir.readable import Readable
from adapter.fhir.rows import people, planning, records

__all__ = ["NEUTRAL", "PERSON_CHAINS", "READABLE", "Param", "Readable"]

READABLE: Final[Mapping[str, Readable]] = {
    row.type: row for row in (*planning.ROWS, *people.ROWS, *records.ROWS)
}
"""Type → what is served of it. AuditEvent lives in the audit table; all else in the resource table."""

PERSON_CHAINS: Final = frozenset(
    f"{name}{kind}.identifier" for name in ("patient", "subject") for kind in ("", ":Patient")
)
"""Chained parameters that carry a person's identifier: by POST only."""

NEUTRAL: Final = frozenset({"_format", "_pretty"})
"""Read by the HTTP layer; never an error, never part of a link's meaning."""
