"""What a clinician reads of a trail, in bokmål: headings of steps, labels of facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from adapter.rules.clocks import OSLO
from adapter.rules.requirements import KINDS
from adapter.trail.values import At, Kind, Part, Step, Trail

TITLE: Final = "Hvorfor"
WHAT: Final[Mapping[Kind, str]] = {"message": "Melding", "case": "Sak", "event": "Hendelse"}
STEPS: Final[Mapping[At, str]] = {
    "event": "Hendelse",
    "requirement": "Krav",
    "rule": "Regel",
    "consent": "Samtykke",
    "routing": "Mottaker og vei",
    "template": "Meldingstype",
    "clock": "Frist",
    "receipt": "Kvittering",
}
FACTS: Final[Mapping[str, str]] = {
    "number": "Nummer",
    "source": "Kilde",
    "party": "Meldt av",
    "needs": "Behov",
    "version": "Versjon",
    "direction": "Retning",
    "sender": "Avsender",
    "receiver": "Mottaker",
    "generation": "Utgave",
    "replaces": "Erstatter",
    "replacedBy": "Erstattet av",
}
ID: Final = "Id"
CASE: Final = "Sak"
STATE: Final = "Tilstand"
AT: Final = "Tidspunkt"
OUTCOME: Final = "Utfall"
FELL_AWAY: Final = "Falt bort"
NOTHING: Final = "Ingenting er lagret om dette."
_VALUES: Final[Mapping[str, str]] = {"out": "ut", "in": "inn"}
STATES: Final[Mapping[str, str]] = {
    "accepted": "tatt imot",
    "held": "venter",
    "unrouted": "uten mottaker",
    "recorded": "registrert, ingenting sendt",
    "pending": "klar til sending",
    "sent": "sendt",
    "delivered": "levert",
    "acknowledged": "kvittert",
    "rejected": "avvist",
    "unanswered": "uten kvittering",
    "dead": "kunne ikke sendes",
    "buried": "gitt opp",
    "manual": "går på annen måte",
    "received": "mottatt",
    "unmatched": "mottatt, ikke knyttet til en sak",
    "ignored": "til andre",
    "failed": "kunne ikke leses",
}
"""Statuses of events and states of messages (contract.md)."""


def title(trail: Trail) -> str:
    """Return the title of the whole."""
    return f"{TITLE}: {WHAT[trail.kind].lower()} {trail.id}"


def heading(part: Part) -> str:
    """Return the heading of an event or a message."""
    return f"{WHAT[part.kind]}: {part.title or part.type}"


def facts(part: Part) -> tuple[tuple[str, str], ...]:
    """Return the facts of a part with their labels."""
    own = (
        (ID, part.id),
        (WHAT[part.kind] + "stype", part.type),
        (AT, moment(part.at)),
        (STATE, STATES.get(part.state, part.state)),
    )
    more = ((FACTS[name], _VALUES.get(value, value)) for name, value in part.facts)
    return tuple((label, value) for label, value in (*own, *more) if value)


def moment(at: datetime | None) -> str:
    """Return an instant as it is read in Norway."""
    return at.astimezone(OSLO).strftime("%d.%m.%Y kl. %H.%M") if at is not None else ""


def source(step: Step) -> str:
    """Return where a rule comes from, and what kind of source that is."""
    return (
        f"{step.source} ({KINDS.get(step.kind, step.kind)})"
        if step.source
        else KINDS.get(step.kind, step.kind)
    )
