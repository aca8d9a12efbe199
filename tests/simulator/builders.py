"""Messages as our adapter sends them, for the other side to answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from adapter import kith, naming
from adapter.kith import foresporsel, helsefaglig, notat, text
from adapter.kith.dialog import Contact
from adapter.kith.head import Address, Head, Unit
from tests.kith import builders

MELDE_ID: Final = naming.melde_id("a need")
OLD: Final = Address(
    level1=Unit(name="Gammeldal Kommune", her_id="99401"), level2=Unit(name="Saksbehandling", her_id="5101")
)


def block(**more: str) -> str:
    """Return the text of a need."""
    consent = text.ConsentText(status="given", date=date(2026, 3, 4), method="oral", given_by="patient")
    return text.block(
        text.NeedText(kinds=("individual-plan", "coordinator"), consent=consent, melde_id=MELDE_ID, **more)
    )


def need(head: Head = builders.HEAD) -> bytes:
    """Return a need by Helsefaglig dialog."""
    contacts: tuple[Contact, ...] = builders.NEW_DIALOGUE if head.conversation is None else (builders.KOMAN,)
    return kith.build(helsefaglig.new(head, subject=builders.TITLE, text=block(), contacts=contacts))


def old_need() -> bytes:
    """Return a need by Forespørsel, to software of 2006."""
    head = replace(builders.HEAD, receiver=OLD)
    return kith.build(foresporsel.new(head, asked_by="9154", text=block(), contacts=(builders.KOMAN,)))


def to_gp() -> bytes:
    """Return the copy of a need to the GP."""
    return need(replace(builders.HEAD, receiver=builders.GP))


def notice() -> bytes:
    """Return a notice that wants no answer."""
    words = text.notice("Samtykke trukket", [("Gjelder", "koordinator")], MELDE_ID)
    message = helsefaglig.new(
        builders.REPLY, subject="Samtykke trukket", text=words, contacts=(builders.KOMAN,)
    )
    return kith.build(message)


def information() -> bytes:
    """Return a note to the GP."""
    head = replace(builders.HEAD, receiver=builders.GP)
    return kith.build(
        notat.new(head, subject="Individuell plan endret", text="Endret: mål", contacts=(builders.KOMAN,))
    )
