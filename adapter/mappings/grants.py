"""Consent between its three forms: the event's part, the stored Consent, and the Grant that the rules read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from adapter.fhir import consents, urls
from adapter.mappings import limits, noes, patients, views
from adapter.mappings.context import Context
from adapter.model import Case, Resource
from adapter.rules import consent
from adapter.rules.consent import COORDINATING_UNIT, NEEDS, NO, REPORTER, SCOPES, YES, Grant, Status, Verdict

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
    status: Status = said["status"] or "withdrawn"
    taken = status == "withdrawn" and consents.was_given(resource)
    return Grant(
        status=status,
        scopes=frozenset(said["scopes"]),
        recipients=frozenset(said["recipients"] or ((COORDINATING_UNIT,) if taken else ())),
        excluded=frozenset(said["excluded"]),
        given_by=said["given_by"],
        method=said["method"],
        date=_day(said["date"]),
        valid_until=_day(said["valid_until"]),
        told=consents.told(resource) or "",
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value[:10]) if value else None


def newest_first(case: Case) -> list[Grant]:
    """Return the Grants of the case's Consents within its limits, the latest said first."""
    return _newest(case, views.consents(case))


def of_needs(case: Case) -> list[Grant]:
    """Return the Grants of the Consents about needs, the latest said first; a plan's own is another matter."""
    return _newest(case, (c for c in views.consents(case) if not _of_plan(c)))


def _newest(case: Case, listed: Iterable[Resource]) -> list[Grant]:
    ordered = sorted(listed, key=_said, reverse=True)
    return [standing(c, case) for c in ordered if not _denies(c)]


def standing(resource: Resource, case: Case) -> Grant:
    """Return the Grant of a stored Consent within the limits of the case, run out where the patient is too old for it."""
    return limits.within(noes.standing(of_resource(resource), case), case)


def active(case: Case, listed: Iterable[Resource]) -> list[Grant]:
    """Return the Grants of those of these Consents that are active, within the limits of the case."""
    return [standing(c, case) for c in listed if c["status"] == "active"]


def said(part: Any, ctx: Context) -> Grant:
    """Return the Grant of an event's `consent` part within the limits of the case that it does not lift, and its noes."""
    return limits.within(stated(part, ctx), ctx.case, new=True)


def stated(part: Any, ctx: Context) -> Grant:
    """Return the Grant of an event's `consent` part, run out where the patient is too old for it."""
    return noes.standing(of_model(part), ctx.case, born=patients.said_birth_date(ctx))


def _said(resource: Resource) -> tuple[str, str, bool]:
    """Return what puts Consents in order: the day of which it speaks, when it was told, and of one second the one that closes last.

    What was withdrawn speaks of the day of its withdrawal. That it ran out is nobody's word: it stays at the end of its own day, so that it
    closes what is older and nothing that renewed it.
    """
    no, at = noes.said(resource), noes.told(resource)
    if no is not None:
        return no.date, no.told, True
    day = str(resource.get("dateTime") or at)[:10]
    if consents.statement(resource)["status"] == consents.EXPIRED:
        return day, f"{day}{_END_OF_DAY}", True
    return day, at, False


def recorded(case: Case) -> tuple[tuple[str, datetime], ...]:
    """Return status and instant of recording of each Consent that is stored."""
    stored = ((of_resource(c).status, c.get("meta", {}).get("lastUpdated")) for c in views.consents(case))
    return tuple((status, datetime.fromisoformat(at)) for status, at in stored if at)


def speaks(grant: Grant, subject: str, who: Collection[str]) -> bool:
    """Return whether a consent has something to say of an event type to these names: it excepts them, or is of its scope and to them.

    A no is of what it names, to whom it names, all where it names none; a yes that names nobody is to the coordinating unit. Who reported
    is covered by the consent that it reported under.
    """
    if not grant.excluded.isdisjoint(who):
        return True
    row = NEEDS.get(subject)
    if grant.status in NO:
        wanted = row.scopes if row is not None else frozenset[str]()
        return wanted <= (grant.scopes or SCOPES) and (
            not grant.recipients or not grant.recipients.isdisjoint(who)
        )
    covers = row is not None and (not row.scopes or not row.scopes.isdisjoint(grant.scopes))
    named = (grant.recipients or {COORDINATING_UNIT}) | {REPORTER}
    return (covers or grant.status == "not-required") and not named.isdisjoint(who)


def verdict(
    case: Case,
    granted: Iterable[Grant],
    subject: str,
    who: Collection[str],
    *,
    legal_basis: str | None,
    on: date,
) -> Verdict:
    """Return what consent says of an event type or content for these names: the first of `granted` that speaks of it to them.

    What a newer one excludes or refuses, an older one does not open. Where none speaks of it, the newest yes lacks its scope, or them.
    """
    given = counting(case, granted, subject, who) or limits.within(Grant(status="not-asked"), case)
    return consent.gate(need=subject, consent=given, recipient=who, legal_basis=legal_basis, on=on)


def gate(
    case: Case, grant: Grant, subject: str, who: Collection[str], *, legal_basis: str | None, on: date
) -> Verdict:
    """Return what one consent, and no other, says of an event type or content for these names."""
    given = noes.left(grant, case, subject, who)
    return consent.gate(need=subject, consent=given, recipient=who, legal_basis=legal_basis, on=on)


def speaking(case: Case, granted: Iterable[Grant], subject: str, who: Collection[str]) -> Iterator[Grant]:
    """Yield those of `granted` that have something to say of an event type or content to these names, as far as no later no took it."""
    return (g for g in _left(case, granted, subject, who) if speaks(g, subject, who))


def counting(case: Case, granted: Iterable[Grant], subject: str, who: Collection[str]) -> Grant | None:
    """Return the consent that counts: the first that speaks of it, else the newest yes, which lacks the scope or the receiver or has run out."""
    listed = tuple(_left(case, granted, subject, who))
    return next((g for g in listed if speaks(g, subject, who)), None) or next(
        (g for statuses in (YES, _OVER) for g in listed if g.status in statuses), None
    )


def _left(case: Case, granted: Iterable[Grant], subject: str, who: Collection[str]) -> Iterator[Grant]:
    return (noes.left(g, case, subject, who) for g in granted)


def _denies(resource: Resource) -> bool:
    """Return whether it records a no to a part (E08): older consents were narrowed by it, and what they still say holds."""
    return (
        bool(resource.get("provision", {}).get("type") == "deny") or resource["status"] == "entered-in-error"
    )


def _of_plan(resource: Resource) -> bool:
    return any(
        views.code_of(concept, urls.CONSENT_SUBJECT) == "ip-plan" for concept in resource.get("category", ())
    )
