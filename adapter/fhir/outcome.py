"""OperationOutcome of our errors: code, place and our own words; never a value. R4 operationoutcome.html."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapter.errors import AdapterError, Fault
from adapter.errortable import TABLE
from adapter.fhir import parts, urls

SEVERITY: Final[Mapping[str, str]] = {"must": "error", "may": "warning", "note": "information"}
"""Our severities → issue-severity."""
MOST: Final = 500
"""Faults that one answer tells."""
_MORE: Final = Fault(code="IPK-F054", path="", severity="note")


def of_error(error: AdapterError, *, lang: str = "nb") -> dict[str, Any]:
    """Return the OperationOutcome of an error, every fault an issue."""
    return of_faults(error.faults, lang=lang)


def of_faults(faults: Sequence[Fault], *, lang: str = "nb", most: int = MOST) -> dict[str, Any]:
    """Return the OperationOutcome of faults, at most so many; none at all says that all is well."""
    told = [*faults[:most], _MORE] if len(faults) > most else faults
    issues = [_issue(fault, lang) for fault in told]
    return {"resourceType": "OperationOutcome", "issue": issues or [_ALL_OK]}


_ALL_OK: Final = {"severity": "information", "code": "informational", "details": {"text": "OK"}}


def _issue(fault: Fault, lang: str) -> dict[str, Any]:
    row = TABLE[fault.code]
    return parts.filled(
        {
            "severity": SEVERITY.get(fault.severity, "error"),
            "code": row.issue,
            "details": parts.concept(parts.coding(urls.ERROR, fault.code), text=fault.message(lang)),
            "diagnostics": fault.fix(lang),
            "expression": _expression(fault.path),
        }
    )


def _expression(path: str) -> list[str] | None:
    """Return the place without the root sign of JSONPath; an XPath or a bare root is left out."""
    place = path.removeprefix("$").removeprefix(".")
    return [place] if place and not place.startswith("/") else None
