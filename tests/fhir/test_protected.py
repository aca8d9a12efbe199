"""Which conditions of a search name a municipality's unit: the rest are asked as they were. fhir/protected.py."""

from __future__ import annotations

import pytest

from adapter.fhir.protected import guarded
from adapter.fhir.query import Term

MUNICIPAL = frozenset({"Organization/unit", "310001015"})


def token(param: str, *codes: str | None, op: str = "eq") -> Term:
    return Term(field="token", param=param, op=op, values=tuple(("", code) for code in codes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("term", "named"),
    [
        (token("owner", "Organization/unit"), True),
        (token("owner", "Organization/own", "Organization/unit"), True),
        (token("owner:identifier", "310001015"), True),
        (token("owner:identifier", None), True),
        (token("owner:identifier", "310001007"), False),
        (token("owner", "Organization/own"), False),
        (token("code", None), False),
        (token("owner", "Organization/unit", op="ne"), False),
        (Term(field="id", values=("Organization/unit",)), False),
    ],
)
def test_a_reference_or_number_of_a_unit_names_it(term: Term, named: bool):  # noqa: FBT001 (a case)
    kept = guarded((term,), MUNICIPAL)
    assert kept[0] == term
    assert [(one.field, one.op) for one in kept[1:]] == ([("patient", "ne")] if named else [])
