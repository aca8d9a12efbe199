"""What a PractitionerRole says of an assignment besides the role: an offer's state, absence, expected end, restriction. R4."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from adapter.fhir import parts, urls
from adapter.fhir.parts import Json

_RESTRICTED = ("R", "restricted")
_REPLACED = "replaced"


def offered(role: Mapping[str, Any], state: str) -> Json:
    """Return the PractitionerRole of an offer in a state: not active, for nobody holds the role yet."""
    return parts.changed(
        role, active=False, extension=_with(role, urls.ASSIGNMENT_STATE, {"valueCode": state})
    )


def state(role: Mapping[str, Any]) -> str | None:
    """Return the state of an offer, None for an assignment."""
    said = _state(role)
    return said if said != _REPLACED else None


def replaced(role: Mapping[str, Any]) -> Json:
    """Return the PractitionerRole of an assignment that another has taken over, of whichever organisation."""
    return parts.changed(role, extension=_with(role, urls.ASSIGNMENT_STATE, {"valueCode": _REPLACED}))


def is_replaced(role: Mapping[str, Any]) -> bool:
    """Return whether another has taken an assignment over."""
    return _state(role) == _REPLACED


def _state(role: Mapping[str, Any]) -> str | None:
    found = _extension(role, urls.ASSIGNMENT_STATE)
    return str(found["valueCode"]) if found else None


def expected(role: Mapping[str, Any], until: date) -> Json:
    """Return the PractitionerRole with its expected last day."""
    return parts.changed(role, extension=_with(role, urls.EXPECTED_END, {"valueDate": until.isoformat()}))


def expected_end(role: Mapping[str, Any]) -> date | None:
    """Return the expected last day, None where none is known."""
    found = _extension(role, urls.EXPECTED_END)
    return date.fromisoformat(found["valueDate"]) if found else None


def away(role: Mapping[str, Any], *, start: date, end: date | None, deputy: str | None) -> Json:
    """Return the PractitionerRole as not available for a time; whom to turn to meanwhile stands in the description."""
    said = f"Stedfortreder: {deputy}" if deputy else "Borte, ingen stedfortreder"
    absence = {"description": said, "during": parts.period(start=start, end=end)}
    return parts.changed(role, notAvailable=[*role.get("notAvailable", ()), absence])


def back(role: Mapping[str, Any], *, end: date) -> Json:
    """Return the PractitionerRole with its last absence over on a day (not before it began)."""
    kept = list(role.get("notAvailable", ()))
    index = max(i for i, one in enumerate(kept) if one.get("during"))
    during = kept[index]["during"]
    last = max(end.isoformat(), during["start"])
    kept[index] = {**kept[index], "during": {**during, "end": last}}
    return parts.changed(role, notAvailable=kept)


def absence(role: Mapping[str, Any], day: date) -> Json | None:
    """Return the absence (its period) that covers a day, None where there is none."""
    on = day.isoformat()
    for one in role.get("notAvailable", ()):
        during = one.get("during")
        if during and during["start"] <= on and (during.get("end") is None or on <= during["end"]):
            return dict(during)
    return None


def last_absence(role: Mapping[str, Any]) -> Json | None:
    """Return the absence (its period) told of last, None where none was."""
    told = [one["during"] for one in role.get("notAvailable", ()) if one.get("during")]
    return dict(told[-1]) if told else None


def restricted(resource: Mapping[str, Any]) -> Json:
    """Return the resource marked as restricted (v3-Confidentiality R): what it says is about more than its subject."""
    meta = {**resource.get("meta", {}), "security": [parts.coding(urls.CONFIDENTIALITY, *_RESTRICTED)]}
    return {**resource, "meta": meta}


def _extension(role: Mapping[str, Any], url: str) -> Mapping[str, Any] | None:
    return next((e for e in role.get("extension", ()) if e["url"] == url), None)


def _with(role: Mapping[str, Any], url: str, value: Mapping[str, Any]) -> list[Json]:
    others = [dict(e) for e in role.get("extension", ()) if e["url"] != url]
    return [*others, {"url": url, **value}]
