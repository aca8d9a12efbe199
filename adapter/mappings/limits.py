"""The limits of a case: whom and what the patient excepts. Kept inside, never printed. E14; pjl § 17, domain § 1.4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from adapter.fhir import consents
from adapter.kith import words
from adapter.mappings import views
from adapter.model import Case, Party
from adapter.rules.consent import COORDINATING_UNIT, FORWARDING, GP, Grant

LINES: Final[Mapping[str, str]] = {"goals": words.GOALS}
"""Topic → label of the line of a notice that tells it."""
FIELDS: Final[Mapping[str, str]] = {
    "reason": "background",
    "existing": "existing",
    "preference": "preference",
}
"""Field of a need → topic that leaves its line out."""


def excluded(case: Case) -> frozenset[str]:
    """Return whom the patient excepts, as a consent names them."""
    return frozenset(name for limit in views.limits(case) for name in consents.denied(limit)[0])


def topics(case: Case) -> frozenset[str]:
    """Return what the patient does not want told."""
    return frozenset(topic for limit in views.limits(case) for topic in consents.denied(limit)[1])


def left_out(topics: Iterable[str] | None) -> frozenset[str]:
    """Return those of these topics that take something out of messages: a reservation only adds to them."""
    return frozenset(topics or ()) - {FORWARDING}


def names(party: Party) -> frozenset[str]:
    """Return what a limit may call a party: its key, and its part in the matter."""
    return frozenset((party.key, GP if party.person else COORDINATING_UNIT))


def within(grant: Grant, case: Case, *, new: bool = False) -> Grant:
    """Return the Grant within the limits of the case. A `new` one lifts those that it names as recipients.

    A consent dated before a limit lifts nothing of it.
    """
    out: set[str] = set()
    for limit in views.limits(case):
        gone = consents.denied(limit)[0]
        later = new and grant.date is not None and grant.date.isoformat() >= limit["dateTime"]
        out.update(set(gone) - grant.recipients if later else gone)
    opposed = topics(case)
    if not out and not opposed:
        return grant
    return replace(grant, excluded=grant.excluded | out, opposed=opposed)


def tells(case: Case, field: str) -> bool:
    """Return whether a field of a need may be told."""
    return FIELDS.get(field) not in topics(case)


def told(case: Case, need: Any) -> Any:
    """Return a need's data without the topics that are not told; of E12 the background is what the patient can do."""
    without: dict[str, Any] = {name: None for name in FIELDS if not tells(case, name)}
    if "reason" in without:
        of_e12 = "function" in type(need).model_fields
        without |= {"function": ""} if of_e12 else {"reason": need.reason.model_copy(update={"text": ""})}
    return need.model_copy(update=without) if without else need


def lines(case: Case, written: Sequence[tuple[str, str | None]]) -> Sequence[tuple[str, str | None]]:
    """Return the lines of a notice without those of topics that are not told."""
    labels = {LINES[topic] for topic in topics(case) if topic in LINES}
    return [line for line in written if line[0] not in labels] if labels else written
