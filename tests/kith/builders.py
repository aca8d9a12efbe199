"""Parties, heads and contacts for the tests: the official fictive people and the address book's made-up parties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from adapter.kith import helsefaglig, parts
from adapter.kith.dialog import Contact
from adapter.kith.head import Address, Conversation, Head, Patient, Person, Unit, person_ident
from adapter.timing import OSLO

HOSPITAL: Final = Address(
    level1=Unit(name="ST OLAVS HOSPITAL HF", her_id="59"),
    level2=Unit(name="Fysikalsk medisin og rehabilitering", her_id="90998"),
)
MUNICIPALITY: Final = Address(
    level1=Unit(name="Alvdal Kommune", her_id="99387"), level2=Unit(name="Saksbehandling", her_id="5079")
)
GP: Final = Address(
    level1=Unit(name="Kattskinnet legesenter", her_id="56704", orgnr="310001066"),
    person=Person(family="Lin", given="Rita", her_id="258521", hpr="9144900"),
)
LINE: Final = Patient(
    family="Danser",
    given="Line",
    birth_date=date(1969, 11, 13),
    sex="2",
    idents=(person_ident("FNR", "13116900216"),),
)
WHEN: Final = datetime(2026, 3, 4, 10, 15, 1, tzinfo=OSLO)
MSG_ID: Final = "410d63ec-1ece-53fc-abc2-7ed956d69e22"
PARENT: Final = "1f1e0c7a-91a5-4f0d-9a34-0d8a5a0f7e10"
TITLE: Final = "Melding om behov for individuell plan og/eller koordinator"

KOMAN: Final = parts.contact(
    family="Koman", given="Magnar", role="19", profession="LE", phone="+4773598600", hpr="9144889"
)
UNIT: Final = parts.coordinating_unit("Koordinerende enhet for habilitering og rehabilitering")
NEW_DIALOGUE: Final[tuple[Contact, ...]] = (KOMAN, parts.receiver_contact("SP"), UNIT)
HEAD: Final = Head(gen_date=WHEN, msg_id=MSG_ID, sender=HOSPITAL, receiver=MUNICIPALITY, patient=LINE)
REPLY: Final = replace(HEAD, conversation=Conversation(PARENT, PARENT))


def dialogue(
    *, head: Head = HEAD, text: str = "Tekst", contacts: tuple[Contact, ...] = NEW_DIALOGUE
) -> bytes:
    """Return a Helsefaglig dialog as text that no schema has seen yet, for tests that break it."""
    message = helsefaglig.new(head, subject=TITLE, text=text, contacts=contacts)
    return helsefaglig.build(message).encode()
