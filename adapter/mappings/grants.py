"""Consent between its three forms: the event's part, the stored Consent, and the Grant that the rules read."""

from __future__ import annotations

from datetime import date
from typing import Any

from adapter.fhir import consents
from adapter.mappings import views
from adapter.model import Case, Party, Resource
from adapter.rules.consent import COORDINATING_UNIT, GP, Grant


def of_model(part: Any) -> Grant:
    """Return the Grant of an event's `consent` part."""
    return Grant(
        status=part.status,
        scopes=frozenset(part.scopes or ()),
        recipients=frozenset(part.recipients or ()),
        excluded=frozenset(part.excluded or ()),
        given_by=part.given_by,
        method=part.method,
        date=part.date,
        valid_until=part.valid_until,
    )


def of_resource(resource: Resource) -> Grant:
    """Return the Grant of a stored Consent."""
    said = consents.statement(resource)
    return Grant(
        status=said["status"] or "withdrawn",
        scopes=frozenset(said["scopes"]),
        recipients=frozenset(said["recipients"]),
        excluded=frozenset(said["excluded"]),
        given_by=said["given_by"],
        method=said["method"],
        date=_day(said["date"]),
        valid_until=_day(said["valid_until"]),
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value[:10]) if value else None


def latest(case: Case) -> Grant | None:
    """Return the Grant of the latest Consent of the case, None when there is none."""
    found = views.consents(case)
    return of_resource(found[-1]) if found else None


def names(party: Party | None, *, gp: bool = False) -> tuple[str, ...]:
    """Return what a consent may call this party: its key, and its part in the matter."""
    part = GP if gp else COORDINATING_UNIT
    return (part, party.key) if party else (part,)
