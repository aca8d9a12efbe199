"""Rules about the consent in an event. design/event-data.md 'consent'; hpl §§ 22, 25, 45, GDPR article 7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapter import timing
from adapter.events.raw import Finding, Raw, day, fault, items, part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from adapter.events.catalogue import EventType
    from adapter.events.envelope import Context


NEEDED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "given": (("scopes", "IPK-E005"), ("givenBy", "IPK-E005"), ("method", "IPK-E005"), ("date", "IPK-C003")),
    "limited": (
        ("scopes", "IPK-E005"),
        ("givenBy", "IPK-E005"),
        ("method", "IPK-E005"),
        ("date", "IPK-C003"),
    ),
    "refused": (("date", "IPK-C003"),),
    "withdrawn": (("date", "IPK-C003"),),
}
"""Status → the fields it cannot do without, each with the code where it is missing."""

_BY_NOW: Final = frozenset({"ip.consent.withdrawn", "ip.need.declined-by-patient"})
"""Events by which something closes at once."""
_OPENING: Final = ("given", "limited", "presumed", "not-required")


def today(context: Context) -> date:
    """Return the latest date it can be in Norway by the sender's clock."""
    return timing.day(context.latest)


def places(data: Raw) -> Iterator[tuple[str, Raw]]:
    """Yield (path, consent) of each consent in the event: its own, and its plan's."""
    for path, holder in (("consent", data), ("plan.consent", part(data, "plan"))):
        if isinstance(holder.get("consent"), dict):
            yield path, holder["consent"]


def not_required_needs_basis(data: Raw, _row: EventType, _context: Context) -> Iterator[Finding]:
    """Find consent said not to be required without naming what else it rests on."""
    if data.get("legalBasis") in (None, "consent") and any(
        c.get("status") == "not-required" for _, c in places(data)
    ):
        yield fault("IPK-C002", "legalBasis")


def complete(data: Raw, _row: EventType, context: Context) -> Iterator[Finding]:
    """Find a given consent that does not say who, how and when; one read from a message says what was printed."""
    if context.origin != "posted":
        return
    for path, consent in places(data):
        status = consent.get("status")
        for name, code in NEEDED.get(status, ()) if isinstance(status, str) else ():
            if consent.get(name) is None:
                yield fault(code, f"{path}.{name}")


def dated_by_now(data: Raw, _row: EventType, context: Context) -> Iterator[Finding]:
    """Find a consent dated in the future."""
    for path, consent in places(data):
        given = day(consent, "date")
        if given and given > today(context):
            yield fault("IPK-C003", f"{path}.date")


def holds_after_it_was_given(data: Raw, _row: EventType, _context: Context) -> Iterator[Finding]:
    """Find a consent that runs out before it was given."""
    for path, consent in places(data):
        given, last = day(consent, "date"), day(consent, "validUntil")
        if given and last and last < given:
            yield fault("IPK-E010", f"{path}.validUntil", "date")


def not_both_in_and_out(data: Raw, _row: EventType, _context: Context) -> Iterator[Finding]:
    """Find somebody both among recipients and excluded."""
    for path, consent in places(data):
        excluded = items(consent, "excluded")
        if any(recipient in excluded for recipient in items(consent, "recipients")):
            yield fault("IPK-E010", f"{path}.excluded", "recipients")


def scopes_once(data: Raw, _row: EventType, _context: Context) -> Iterator[Finding]:
    """Find a scope that stands twice."""
    for path, consent in places(data):
        scopes = [scope for scope in items(consent, "scopes") if isinstance(scope, str)]
        if len(scopes) != len(set(scopes)):
            yield fault("IPK-E010", f"{path}.scopes")


def given_means_open(data: Raw, row: EventType, _context: Context) -> Iterator[Finding]:
    """Find an `ip.consent.given` with a consent that does not open: a refusal has events of its own."""
    status = part(data, "consent").get("status")
    if row.type == "ip.consent.given" and isinstance(status, str) and status not in _OPENING:
        yield fault("IPK-E010", "consent.status", ", ".join(_OPENING))


def withdrawn_by_now(data: Raw, row: EventType, context: Context) -> Iterator[Finding]:
    """Find a withdrawal in the future: it closes access at once."""
    when = day(data, "date")
    if row.type in _BY_NOW and when and when > today(context):
        yield fault("IPK-C003", "date")
