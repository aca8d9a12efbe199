"""What the simulated municipality writes: lines an adapter reads, or prose as a case handler writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from adapter.kith import parts, text
from adapter.kith.dialog import Contact
from adapter.kith.text import TITLES
from adapter.kith.words import FROM_DATE, HANDLED_BY, UNIT
from adapter.simulator.script import Manner

Step = Literal["received", "appointed"]
STEPS: Final[tuple[Step, ...]] = ("received", "appointed")
"""The answers to a need, in order."""

COORDINATOR_ROLE: Final = "8"
"""Koordinator Individuell plan, list 9034."""
_COORDINATOR: Final = "Anna Plan"
_PROFESSION: Final = "Ergoterapeut"
_PHONE: Final = "+4762489011"
_SIGNED: Final = "Mvh Siri Saksen, tjenestekontoret"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Facts:
    """What a letter is about."""

    patient: str
    unit: str
    """Name of the answering service."""
    melde_id: str | None
    sent: date
    """Day of the message answered."""


def coordinator() -> Contact:
    """Return the coordinator with the role that an adapter looks for."""
    return parts.contact(family="Plan", given="Anna", role=COORDINATOR_ROLE, profession="ET", phone=_PHONE)


def case_handler() -> Contact:
    """Return who signs: a clinical contact (role 21) of no stated profession."""
    return parts.contact(family="Saksen", given="Siri", role=None, profession="XX", phone="+4762489000")


CONTACTS: Final[Mapping[Step, Callable[[], Contact]]] = {"received": case_handler, "appointed": coordinator}


def letter(manner: Manner, step: Step, facts: Facts) -> str:
    """Return the text of one answer, lines ended by CRLF."""
    return _WRITERS[manner, step](facts)


def meeting(sent: date) -> date:
    """Return the day the case is taken up: Tuesday of the week after next at the latest, seven days on at least."""
    return sent + timedelta(days=7 + (1 - sent.weekday()) % 7)


def _received_lines(facts: Facts) -> str:
    return text.notice(
        "", [text.answer_line("received"), (HANDLED_BY, "Siri Saksen, tjenestekontoret")], facts.melde_id
    )


def _appointed_lines(facts: Facts) -> str:
    lines = [
        text.coordinator_line(name=_COORDINATOR, profession=_PROFESSION, phone=_PHONE),
        (UNIT, facts.unit),
        (FROM_DATE, text.day(facts.sent)),
    ]
    return text.notice(TITLES["ip.coordinator.appointed"], lines, facts.melde_id)


def _received_prose(facts: Facts) -> str:
    when = meeting(facts.sent).strftime("%d.%m")
    return text.CRLF.join(
        ("Hei, og takk for meldingen.", f"Vi tar den opp i møte {when}. Ring gjerne ved spørsmål.", _SIGNED)
    )


def _appointed_prose(facts: Facts) -> str:
    start = text.day(meeting(facts.sent) + timedelta(days=1))
    who = f"{_COORDINATOR}, {_PROFESSION.lower()}, tlf 62 48 90 11"
    return text.CRLF.join(
        (
            f"{facts.patient or 'Pasienten'} har fått koordinator: {who}, fra {start}.",
            "Arbeidet med individuell plan startes.",
            _SIGNED,
        )
    )


_WRITERS: Final[Mapping[tuple[Manner, Step], Callable[[Facts], str]]] = {
    ("structured", "received"): _received_lines,
    ("structured", "appointed"): _appointed_lines,
    ("free-text", "received"): _received_prose,
    ("free-text", "appointed"): _appointed_prose,
}
