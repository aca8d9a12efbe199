"""The four rules of 'Which carrier'."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapter import codes
from adapter.rules import carrier
from tests.rules.books import message, party

FMR = party("st-olavs-fmr")
ALVDAL = party("alvdal-saksbehandling")
OLD = party("gammeldal-saksbehandling")
GP = replace(
    party("kattskinnet-lin"), takes=("DIALOG_FORESPORSEL/1.0", "DIALOG_SVAR/1.0", "DIALOG_NOTAT/1.0")
)
LETTER = party("brevvik")


def choose(
    receiver: Any = ALVDAL, thread: Any = None, *, wants_reply: bool = True, **more: Any
) -> carrier.Carrier:
    return carrier.choose(
        receiver=receiver, thread=thread, wants_reply=wants_reply, **{"sender": FMR, "answers": None, **more}
    )


def rules(chosen: carrier.Carrier) -> list[str]:
    return [r.rule for r in chosen.reasons]


@pytest.mark.parametrize(
    ("type_", "direction", "expected", "mode"),
    [
        ("DIALOG_HELSEFAGLIG", "out", "DIALOG_HELSEFAGLIG", "continue"),
        ("DIALOG_HELSEFAGLIG", "in", "DIALOG_HELSEFAGLIG", "continue"),
        ("DIALOG_FORESPORSEL", "in", "DIALOG_SVAR", "reply"),
        ("DIALOG_FORESPORSEL", "out", "DIALOG_FORESPORSEL", "continue"),
        ("DIALOG_SVAR", "in", "DIALOG_FORESPORSEL", "continue"),
        ("DIALOG_SVAR", "out", "DIALOG_FORESPORSEL", "continue"),
    ],
)
def test_a_running_dialogue_goes_on_in_its_own_type(
    type_: str, direction: str, expected: str, mode: str
) -> None:
    chosen = choose(thread=message(type_, direction))
    assert (chosen.type, chosen.mode, chosen.conversation) == (expected, mode, True)
    assert rules(chosen)[0] == "carrier-1"


@pytest.mark.parametrize(
    ("receiver", "wants_reply", "expected", "rule"),
    [
        (ALVDAL, True, "DIALOG_FORESPORSEL", "carrier-phone"),
        (party("kattskinnet-lin"), False, "DIALOG_NOTAT", "carrier-phone"),
        (OLD, True, "DIALOG_FORESPORSEL", "carrier-3"),
        (replace(ALVDAL, takes=("DIALOG_HELSEFAGLIG/1.1",)), True, "LETTER", "carrier-4"),
    ],
)
def test_a_sender_without_a_phone_sends_no_helsefaglig_dialog(
    receiver: Any, wants_reply: Any, expected: str, rule: str
) -> None:
    chosen = choose(receiver, wants_reply=wants_reply, named=False)
    assert (chosen.type, rules(chosen)[0]) == (expected, rule)
    assert "DIALOG_HELSEFAGLIG/1.1" in chosen.reasons[0].rejected
    going_on = choose(thread=message("DIALOG_HELSEFAGLIG", "in"), named=False)
    assert (going_on.type, rules(going_on)[0]) == ("DIALOG_FORESPORSEL", "carrier-phone")


def test_a_received_question_is_answered_whatever_came_later_in_the_thread() -> None:
    asked = message("DIALOG_FORESPORSEL", "in")
    chosen = choose(thread=message("DIALOG_SVAR", "out"), answers=asked, wants_reply=False)
    assert (chosen.type, chosen.version, chosen.mode) == ("DIALOG_SVAR", "1.0", "reply")
    assert not chosen.information


def test_a_dialogue_that_the_receiver_cannot_go_on_with_keeps_its_reference() -> None:
    chosen = choose(OLD, message("DIALOG_HELSEFAGLIG", "out"))
    assert (chosen.type, chosen.mode, chosen.conversation) == ("DIALOG_FORESPORSEL", "new", True)
    assert chosen.reasons[0].rejected == ("DIALOG_HELSEFAGLIG/1.1",)


@pytest.mark.parametrize("type_", ["INNLEGGELSESRAPPORT", "LOG_INNLAGT", "HELSEOPPL_SOKNAD"])
def test_a_plo_or_log_parent_gives_only_the_reference(type_: str) -> None:
    chosen = choose(thread=message(type_, "in"))
    assert (chosen.type, chosen.mode, chosen.conversation) == ("DIALOG_HELSEFAGLIG", "new", True)
    assert rules(chosen) == ["carrier-2", "carrier-parent"]


def test_a_parent_that_is_not_among_our_messages_gives_only_the_reference() -> None:
    chosen = choose(correlated=True)
    assert (chosen.mode, chosen.conversation) == ("new", True)
    assert rules(chosen) == ["carrier-2", "carrier-parent"]


def test_a_new_need_goes_as_helsefaglig_dialog_where_it_is_taken() -> None:
    chosen = choose()
    assert (chosen.type, chosen.version, chosen.mode) == ("DIALOG_HELSEFAGLIG", "1.1", "new")
    assert not chosen.conversation
    assert chosen.request_list is None
    assert rules(chosen) == ["carrier-2"]


def test_a_need_to_old_software_goes_as_foresporsel() -> None:
    chosen = choose(OLD)
    assert (chosen.type, chosen.version, chosen.information) == ("DIALOG_FORESPORSEL", "1.0", False)
    assert rules(chosen) == ["carrier-3", "carrier-asker"]
    assert chosen.reasons[0].rejected == ("DIALOG_HELSEFAGLIG/1.1",)


def test_a_plain_notice_goes_as_notat_where_listed() -> None:
    chosen = choose(GP, wants_reply=False)
    assert (chosen.type, chosen.information, chosen.request_list) == ("DIALOG_NOTAT", False, None)


def test_a_plain_notice_is_a_foresporsel_marked_for_information_elsewhere() -> None:
    chosen = choose(OLD, wants_reply=False)
    assert (chosen.type, chosen.information) == ("DIALOG_FORESPORSEL", True)
    assert chosen.reasons[0].rejected == ("DIALOG_HELSEFAGLIG/1.1", "DIALOG_NOTAT/1.0")


def test_a_need_never_goes_as_notat() -> None:
    only = replace(GP, takes=("DIALOG_NOTAT/1.0",))
    assert choose(only).type == "LETTER"
    assert choose(only, wants_reply=False).type == "DIALOG_NOTAT"


def test_no_electronic_way_is_a_letter() -> None:
    chosen = choose(LETTER)
    assert (chosen.type, chosen.mode, chosen.conversation) == ("LETTER", "letter", False)
    assert rules(chosen) == ["carrier-4"]
    assert chosen.reasons[0].rejected == ("DIALOG_HELSEFAGLIG/1.1", "DIALOG_FORESPORSEL/1.0")


def test_a_star_takes_everything() -> None:
    assert choose(FMR, sender=ALVDAL).type == "DIALOG_HELSEFAGLIG"


@pytest.mark.parametrize(
    ("sender", "number"),
    [("st-olavs-fmr", "9154"), ("alvdal-saksbehandling", "9152"), ("kattskinnet-lin", "9153")],
)
def test_the_list_of_the_question_is_the_askers(sender: str, number: str) -> None:
    assert choose(OLD, sender=party(sender)).request_list == number
    assert carrier.OTHER_REQUEST in codes.table(number).codes


def test_an_asker_of_another_type_asks_as_a_hospital() -> None:
    assert choose(OLD, sender=replace(FMR, type="108")).request_list == "9154"


def test_every_type_is_a_message_function_of_the_national_list() -> None:
    assert set(carrier.VERSION) - {"LETTER"} <= set(codes.table("8279").codes)
    assert set(carrier.REQUEST_LIST) <= set(codes.table("9040").codes)
