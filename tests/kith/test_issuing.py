"""What we send obeys the rules that no schema can say, or does not leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from adapter import kith
from adapter.errors import MessageError
from adapter.kith import building, helsefaglig, reading, rules, types
from adapter.kith.dialog import Contact
from adapter.kith.head import Head, Patient
from tests.kith.builders import HEAD, KOMAN, NEW_DIALOGUE, TITLE

SENT = sorted(Path("fixtures/scenarios").glob("*/expected/messages/*.xml"))


def message(
    *, head: Head = HEAD, text: str = "Tekst", contacts: Sequence[Contact] = NEW_DIALOGUE
) -> types.Message:
    return helsefaglig.new(head, subject=TITLE, text=text, contacts=tuple(contacts))


@pytest.mark.parametrize(
    ("broken", "code", "place"),
    [
        (message(contacts=[KOMAN]), "IPK-M013", "/MsgHead/Document/RefDoc/Content/Dialogmelding/Notat/RollerRelatertNotat"),
        (message(text=" "), "IPK-M014", "/MsgHead/Document/RefDoc/Content/Dialogmelding/Notat/TekstNotatInnhold"),
        (message(head=replace(HEAD, msg_id="1")), "IPK-M004", "/MsgHead/MsgInfo/MsgId"),
        (message(head=replace(HEAD, patient=Patient(family="Danser"))), "IPK-M005", "/MsgHead/MsgInfo/Patient"),
    ],
)  # fmt: skip
def test_a_message_that_breaks_a_rule_is_written_but_not_issued(broken: types.Message, code: str, place: str):
    kith.build(broken)
    with pytest.raises(MessageError) as raised:
        kith.issue(broken)
    assert (raised.value.code, raised.value.at) == (code, place)
    (fault,) = raised.value.faults
    assert (fault.code, fault.path) == (code, place)
    assert fault.rule in rules.NAMED


def test_a_message_that_obeys_is_issued_as_it_is_built():
    assert kith.issue(message()) == kith.build(message())


@pytest.mark.parametrize("path", SENT[:: max(1, len(SENT) // 40)], ids=lambda p: f"{p.parts[2]}-{p.stem}")
def test_the_rules_are_asked_of_what_a_reader_would_read(path: Path):
    read = kith.read(path.read_bytes())
    if read.message is None:
        pytest.skip("a receipt")
    ours = reading.of_ours(read.message, building.built(read.message)[1])
    same = ("kind", "type", "version", "supported", "head", "body", "scope", "faults", "apprec_version")
    assert [name for name in same if getattr(ours, name) != getattr(read, name)] == []
