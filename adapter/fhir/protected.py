"""Whose municipality no search tells: patients of a strictly confidential address. E19; folkeregisterforskriften § 10-4.

What is asked for by a municipality's unit is answered without their resources, however it is asked: by reference, through a
chain, `_has`, `_revinclude` or the filter of a subscription. The Patient as it is now says whose they are, so nothing is
indexed anew when the protection begins or ends. What asks by patient finds all.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

from adapter.fhir import people
from adapter.fhir.index import IDENTIFIED
from adapter.fhir.query import Term
from adapter.fhir.urls import CONFIDENTIALITY

STRICT: Final = "strictly-confidential"
_OTHERS: Final = Term(
    field="patient", param="_security", op="ne", values=((CONFIDENTIALITY, people.label(STRICT)),)
)
"""Resources of everybody else, and of nobody."""


def guarded(terms: Iterable[Term], municipal: Container[str]) -> tuple[Term, ...]:
    """Return the terms of a search, without those patients where one of them names a municipality's unit.

    `municipal` holds the references and organisation numbers that name one.
    """
    kept = tuple(terms)
    return (*kept, _OTHERS) if any(_names(term, municipal) for term in kept) else kept


def _names(term: Term, municipal: Container[str]) -> bool:
    if term.field != "token" or term.op != "eq":
        return False
    identified = term.param.endswith(IDENTIFIED)
    return any(code in municipal or (identified and code is None) for _, code in term.values)


def is_strict(patient: Mapping[str, Any] | None) -> bool:
    """Return whether a Patient's address is strictly confidential."""
    return people.grade(patient) == STRICT
