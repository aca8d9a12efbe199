"""Consent between its three forms: the event's part, the stored Consent, and the Grant that the rules read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from adapter.fhir import consents, urls
from adapter.mappings import limits, noes, patients, views
from adapter.mappings.context import Context
from adapter.model import Case, Party, Resource
from adapter.rules.consent import COORDINATING_UNIT, GP, NEEDS, YES, Grant, Verdict, gate

_END_OF_DAY: Final = "T99"
"""After every instant of a day, as text."""
_OVER: Final = frozenset({"expired"})


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


def newest_first(case: Case) -> list[Grant]:
    """Return the Grants of the case's Consents within its limits, the latest recorded first."""
    return _newest(case, views.consents(case))


def of_needs(case: Case) -> list[Grant]:
    """Return the Grants of the Consents about needs, the latest recorded first; a plan's own is another matter."""
    return _newest(case, (c for c in views.consents(case) if not _of_plan(c)))


def _newest(case: Case, listed: Iterable[Resource]) -> list[Grant]:
    ordered = sorted(listed, key=_recorded, reverse=True)
    return [limits.within(standing(c, case), case) for c in ordered if not _denies(c)]


def standing(resource: Resource, case: Case) -> Grant:
    """Return the Grant of a stored Consent without what the patient had said no to when it was told, if it is older than that."""
    return noes.standing(of_resource(resource), case, at=noes.recorded(resource))


def said(part: Any, ctx: Context) -> Grant:
    """Return the Grant of an event's `consent` part within the limits of the case that it does not lift, and its noes."""
    return limits.within(stated(part, ctx), ctx.case, new=True)


def stated(part: Any, ctx: Context) -> Grant:
    """Return the Grant of an event's `consent` part without what the patient said no to after its date, or is too old for."""
    return noes.standing(of_model(part), ctx.case, born=patients.said_birth_date(ctx))


def _recorded(resource: Resource) -> tuple[str, str, bool]:
    """Return what puts Consents in the order of their recording; of one second and day the one that closes is the later.

    A Consent has another version only where it was narrowed, withdrawn or run out. That it ran out is nobody's word: it stays where
    it was said, at the end of its day, so that it closes what is older and nothing that renewed it.
    """
    meta = resource.get("meta", {})
    closes = resource["status"] in {"inactive", "rejected"} or meta.get("versionId", "1") != "1"
    at, said = meta.get("lastUpdated", "9999"), resource.get("dateTime", "")
    if said and consents.statement(resource)["status"] == consents.EXPIRED:
        at = min(at, f"{said[:10]}{_END_OF_DAY}")
    return at, said, closes


def recorded(case: Case) -> tuple[tuple[str, datetime], ...]:
    """Return status and instant of recording of each Consent that is stored."""
    stored = ((of_resource(c).status, c.get("meta", {}).get("lastUpdated")) for c in views.consents(case))
    return tuple((status, datetime.fromisoformat(at)) for status, at in stored if at)


def speaks(grant: Grant, subject: str, who: tuple[str, ...]) -> bool:
    """Return whether a consent has something to say of an event type to these names: it names the scope, or says no."""
    row = NEEDS.get(subject)
    says_no = bool(grant.excluded & set(who)) or grant.status in {"refused", "withdrawn"}
    covers = row is not None and (not row.scopes or bool(row.scopes & grant.scopes))
    return says_no or covers or grant.status == "not-required"


def verdict(
    case: Case,
    granted: Iterable[Grant],
    subject: str,
    who: tuple[str, ...],
    *,
    legal_basis: str | None,
    on: date,
) -> Verdict:
    """Return what consent says of an event type or content for these names: the first of `granted` that speaks of it.

    What a newer one excludes or refuses, an older one does not open. Where none speaks of it, the newest yes lacks its scope.
    """
    given = counting(granted, subject, who) or limits.within(Grant(status="not-asked"), case)
    return gate(need=subject, consent=given, recipient=who, legal_basis=legal_basis, on=on)


def speaking(granted: Iterable[Grant], subject: str, who: tuple[str, ...]) -> Grant | None:
    """Return the first of `granted` that has something to say of an event type or content to these names."""
    return next((g for g in granted if speaks(g, subject, who)), None)


def counting(granted: Iterable[Grant], subject: str, who: tuple[str, ...]) -> Grant | None:
    """Return the consent that counts: the first that speaks of it, else the newest yes, which lacks the scope or has run out."""
    listed = tuple(granted)
    return speaking(listed, subject, who) or next(
        (g for statuses in (YES, _OVER) for g in listed if g.status in statuses), None
    )


def _denies(resource: Resource) -> bool:
    """Return whether it records a no to a part (E08): older consents were narrowed by it, and what they still say holds."""
    return (
        bool(resource.get("provision", {}).get("type") == "deny") or resource["status"] == "entered-in-error"
    )


def _of_plan(resource: Resource) -> bool:
    return any(
        views.code_of(concept, urls.CONSENT_SUBJECT) == "ip-plan" for concept in resource.get("category", ())
    )


def names(party: Party | None, *, gp: bool = False) -> tuple[str, ...]:
    """Return what a consent may call this party: its key, and its part in the matter."""
    part = GP if gp else COORDINATING_UNIT
    return (part, party.key) if party else (part,)
