"""What others write, in many ways: read the same, or left to a person; never a fault, always one receipt."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from adapter import kith
from tests import otherside
from tests.house import House

ALPHABET = [
    "Svar: ", "Godtatt", "Avslått", "Mottatt", "Melde-id: ", "IPK-", "0000-0001-1", "\r\n", "\n", ">", "> ", ": ", "«", "»",
    "Koordinator oppnevnt: ", "; ", "Gjelder: ", "Spørsmål: ", "[x]", "\t", "\u00a0", "æøå", "e\u0301", "😀", "&amp;", "-", "",
    "MELDING OM BEHOV FOR INDIVIDUELL PLAN OG/ELLER KOORDINATOR", "Ikke oppgitt", "Samtykke: Innhentet", "99.99.9999",
]  # fmt: skip


def received(house: House, text: str, **more: object) -> str:
    """Take an answer in; the need's state afterwards."""
    house.need()
    (document,) = house.send()
    got = house.receive(otherside.reply(document, text, **more), channel="http")
    assert got.apprec is not None
    assert kith.read(got.apprec).body.positive  # type: ignore[union-attr]
    return house.needs()["coordinator"].business


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Svar: Godtatt", "accepted"),
        ("svar: godtatt", "accepted"),
        ("SVAR: GODTATT", "accepted"),
        ("  Svar:   Godtatt  ", "accepted"),
        ("Svar:Godtatt", "accepted"),
        ("Svar: Godtatt.", "accepted"),
        ("Svar: «Godtatt»", "accepted"),
        ("Hei\r\n\r\nSvar: Godtatt\r\n\r\nHilsen", "accepted"),
        ("> Svar: Godtatt", "accepted"),
        (">> Svar: Avslått", "declined"),
        ("Svar: Avsla\u030att", "declined"),
        ("Svar: Godteke", "accepted"),
        ("Svar: Kanskje", "received"),
        ("Svar:", "received"),
        ("Godtatt", "received"),
        ("Vi svarer: Godtatt", "received"),
        ("Svar: Godtatt eller Avslått", "received"),
    ],
)
def test_an_answer_line_is_read_in_every_dress_and_in_no_other(hospital: House, text: str, state: str):
    assert received(hospital, text) == state


def test_the_printed_choices_quoted_back_are_no_answer(hospital: House):
    """Whole block quoted under a sentence: the line «Ønsket svar» names all four answers."""
    hospital.need()
    (document,) = hospital.send()
    block = kith.read(document).body.text  # type: ignore[union-attr]
    quoted = "Takk for meldingen.\r\n\r\n" + "\r\n".join(f"> {line}" for line in block.split("\r\n"))
    hospital.receive(otherside.reply(document, quoted))
    assert hospital.events()[1:] == ["ip.need.acknowledged", "ip.dialogue.received"]


def test_an_answer_above_the_quoted_block_counts(hospital: House):
    hospital.need()
    (document,) = hospital.send()
    block = kith.read(document).body.text  # type: ignore[union-attr]
    quoted = "Svar: Godtatt\r\n\r\n" + "\r\n".join(f"> {line}" for line in block.split("\r\n"))
    hospital.receive(otherside.reply(document, quoted))
    assert hospital.events()[1:] == ["ip.need.accepted"]


def test_the_block_of_a_quoted_need_in_no_thread_is_no_new_need_at_the_sender(hospital: House):
    """Our own block comes back without a ConversationRef: its Melde-id is ours, so it is the thread, not a need to us."""
    hospital.need()
    (document,) = hospital.send()
    block = kith.read(document).body.text  # type: ignore[union-attr]
    hospital.receive(otherside.reply(document, block, thread=False))
    assert "ip.need.identified" not in hospital.events()[1:]
    assert len(hospital.case().of("ServiceRequest")) == 2


@pytest.mark.parametrize("seed", range(8))
def test_nothing_that_others_write_is_a_fault(hospital: House, seed: int):
    chance = random.Random(seed)
    hospital.need()
    (document,) = hospital.send()
    for _ in range(12):
        text = "".join(chance.choice(ALPHABET) for _ in range(chance.randrange(1, 25))).strip() or "x"
        contacts = chance.choice(
            [(otherside.HANDLER,), (otherside.COORDINATOR,), (otherside.HANDLER, otherside.COORDINATOR)]
        )
        got = hospital.receive(
            otherside.reply(document, text, contacts=contacts, thread=chance.random() < 0.7), channel="http"
        )
        assert got.outcome == "receipted"
        assert kith.read(got.apprec or b"").body.positive  # type: ignore[union-attr]
    assert {m.state for m in hospital.messages(direction="in")} <= {"received", "unmatched"}
    assert {kith.read(d).type for d in hospital.send()} <= {"APPREC"}


@pytest.mark.parametrize(
    "phone", ["62 48 00 01", "+47 62480001", "62480001", "ukjent", "tlf. 62 48 00 01 (sentralbord)", ""]
)
def test_a_coordinators_phone_as_others_write_it_is_kept_or_left_to_a_person(hospital: House, phone: str):
    """A phone in any dress must not lose the appointment in silence."""
    line = f"Koordinator oppnevnt: Gunn Omsorg; Sykepleier; {phone}"
    state = received(hospital, line, contacts=(replace(otherside.COORDINATOR, phone=phone or None),))
    if state != "fulfilled":
        assert hospital.items("read-answer") or hospital.items("confirm-coordinator")


@pytest.mark.parametrize(
    ("family", "given"), [("Omsorg", "Gunn"), ("Omsorg", ""), ("Omsorg-Hansen", "Gunn Elise")]
)
def test_a_coordinators_name_in_parts_is_the_same_person(hospital: House, family: str, given: str):
    who = replace(otherside.COORDINATOR, family=family, given=given)
    line = f"Koordinator oppnevnt: {given} {family}; Sykepleier; 62480001"
    state = received(hospital, line, contacts=(who,))
    assert state == "fulfilled" or hospital.items("read-answer") or hospital.items("confirm-coordinator")
