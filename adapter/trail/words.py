"""What a clinician reads of a trail, in bokmål: headings of steps, labels of facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from adapter import codes
from adapter.rules.requirements import KINDS
from adapter.timing import OSLO
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
    "plan": "Plan",
    "planOrganisation": "Planen er hos",
    "pendingOrganisation": "Skal overta",
    "coordinators": "Koordinator",
}
ID: Final = "Id"
CASE: Final = "Sak"
STATE: Final = "Tilstand"
AT: Final = "Tidspunkt"
OUTCOME: Final = "Utfall"
FELL_AWAY: Final = "Falt bort"
NOTHING: Final = "Ingenting er lagret om dette."
_VALUES: Final[Mapping[str, str]] = {
    "out": "ut",
    "in": "inn",
    "municipality": "kommunen",
    "hospital": "sykehuset",
    "municipality, hospital": "kommunen, sykehuset",
    "none": "ingen",
}
STATES: Final[Mapping[str, str]] = {
    "accepted": "tatt imot",
    "held": "venter",
    "unrouted": "uten mottaker",
    "recorded": "registrert, ingenting sendt",
    "pending": "klar til sending",
    "leased": "sendes nå",
    "handed": "lagt klar til journalsystemet",
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


OUTCOMES: Final[Mapping[str, str]] = {
    "direct": "rett til mottakeren",
    "direct_with_copy_to_ke": "rett til kommunen, med kopi til egen enhet",
    "ke_then_municipality": "egen enhet først",
    "LETTER": "brev",
    "municipality": "kommunen",
    "hospital": "sykehuset",
    "home": "egen virksomhet",
    "performer": "den som skal utføre",
    "reporter": "den som meldte",
    "responsible": "den som har ansvaret for planen",
    "owner": "den ansvarlige",
    "leader": "leder",
    "coordinating-unit": "koordinerende enhet",
    "entered-in-error": "feilført",
    "urgency": "hastegrad",
    "reason": "bakgrunn",
    "draft": "utkast",
    "active": "aktiv",
    "on-hold": "satt på vent",
    "evaluated": "evaluert",
    "transferred": "venter på svar",
    "completed": "fullført",
    "revoked": "avsluttet",
}
"""Codes that a rule gives as its outcome, in words; any other stands as it is (keys of the address book, types of messages)."""
_KINDS: Final = {kind: text.lower() for kind, text in codes.LOCAL["need-kind"].items()}
_NEEDS: Final = {state: text.lower() for state, text in codes.LOCAL["need-state"].items()}


def outcome(step: Step) -> str:
    """Return the outcome of a step in words: what an event's status, a message's state, a need's state or a rule's code says."""
    own = {"event": STATES, "receipt": STATES}.get(step.step, {})
    known = {**_KINDS, **OUTCOMES, **STATES, **_NEEDS, **own}
    return ", ".join(known.get(one, one) for one in step.outcome.split(", "))


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
