"""Rules about who may consent: the patient from 16, guardians before, others where capacity lacks. pbrl ch. 4.

What the event says alone; where the birth date stands in the case only, the mapping asks the same again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapter import ids
from adapter.errors import PersonalIdError
from adapter.events import age, consentchecks
from adapter.events.raw import Finding, Raw, day, fault, items, part, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from adapter.events.catalogue import EventType
    from adapter.events.envelope import Context

LIMITED: Final = "ip.consent.limited"
FACTS: Final = "facts-corrected"
"""Reason of E18 by which the number stands."""
REACHED_16: Final = "reached-16"
"""Reason of E17."""
_SAID: Final = frozenset({"given", "limited"})
_OTHERS: Final = frozenset({"representative", "relative"})


def spoken(data: Raw, row: EventType) -> Iterator[tuple[str, Raw]]:
    """Yield (path with its dot, part) of everything in the event that somebody said for a patient."""
    if row.type == LIMITED:
        yield "", data
    for path, consent in consentchecks.places(data):
        if text(consent, "status") in _SAID:
            yield f"{path}.", consent


def by_age(data: Raw, row: EventType, context: Context) -> Iterator[Finding]:
    """Find a child who consents alone, and a guardian who consents for one who is 16."""
    born = day(part(data, "patient"), "birthDate")
    if born is None or context.origin != "posted":
        return
    for path, said in spoken(data, row):
        code = against_age(text(said, "givenBy"), born, day(said, "date") or consentchecks.today(context))
        if code:
            yield fault(code, f"{path}givenBy")


def against_age(given_by: str | None, born: date, on: date) -> str | None:
    """Return the code against who consented, by the patient's age on that day; None where it may be."""
    if born > on:
        return None
    if given_by == "patient" and not age.is_sixteen(born, on):
        return "IPK-C020"
    return "IPK-C022" if given_by == "guardian" and age.is_sixteen(born, on) else None


def by_capacity(data: Raw, row: EventType, context: Context) -> Iterator[Finding]:
    """Find a capacity that does not fit who consented."""
    if context.origin != "posted":
        return
    for path, said in spoken(data, row):
        who, capacity = text(said, "givenBy"), text(said, "capacity")
        if (capacity == "lacking" and who == "patient") or (capacity == "full" and who in _OTHERS):
            yield fault("IPK-C023", f"{path}capacity", "givenBy")


def limit_says(data: Raw, row: EventType, context: Context) -> Iterator[Finding]:
    """Find a limit that names nothing, takes back what it says, or is of tomorrow."""
    if row.type != LIMITED:
        return
    new = [*items(data, "excluded"), *items(data, "topics")]
    back = items(data, "lifted")
    if not new and not back:
        yield fault("IPK-C024", "excluded", "topics, lifted")
    if any(name in back for name in new):
        yield fault("IPK-E010", "lifted", "excluded, topics")
    when = day(data, "date")
    if when and when > consentchecks.today(context):
        yield fault("IPK-C003", "date")


def represents(data: Raw, row: EventType, context: Context) -> Iterator[Finding]:
    """Find a change of tomorrow, a guardian of one who is 16, and a 16th birthday that has not come. E17."""
    if row.type != "ip.representative.changed":
        return
    starts = day(data, "from")
    if starts and starts > consentchecks.today(context):
        yield fault("IPK-E011", "from")
    born = day(part(data, "patient"), "birthDate")
    if born is None or starts is None:
        return
    kind = text(part(data, "representative"), "kind")
    for code, path in against_change(text(data, "reasonCode"), kind, born, starts):
        yield fault(code, path)


def against_change(reason: str | None, kind: str | None, born: date, on: date) -> Iterator[tuple[str, str]]:
    """Yield (code, path) against a change of who may consent, by the patient's age on that day. E17."""
    if reason == REACHED_16 and not age.is_sixteen(born, on):
        yield "IPK-C020", "reasonCode"
    if kind == "guardian" and age.is_sixteen(born, on):
        yield "IPK-C022", "representative.kind"


def number(identifier: Raw, path: str, context: Context) -> Iterator[Finding]:
    """Find a person's number that is wrong, of another system, or of somebody who may exist. HIS 1001."""
    system, value = text(identifier, "system"), text(identifier, "value")
    if system is None or value is None:
        return
    try:
        ids.person(system, value, context.people)
    except PersonalIdError as error:
        yield fault(error.code, path)


def another_number(data: Raw, row: EventType, context: Context) -> Iterator[Finding]:
    """Find a former number that is wrong, of somebody who may exist, or the same as the new one. E18."""
    if row.type == "ip.identity.changed":
        yield from number(part(data, "former"), "former.value", context)
        same = part(data, "former") == part(data, "patient", "identifier")
        corrects = text(data, "reasonCode") == FACTS
        if same and not corrects:
            yield fault("IPK-P010", "former.value")
        if corrects and not same:
            yield fault("IPK-E010", "former.value", "reasonCode")
