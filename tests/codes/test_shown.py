"""The text a reader sees for a code: the table's by V and S, else the sender's, else the value with a mark; never nothing."""

from __future__ import annotations

import pytest

from adapter import codes
from adapter.codes.uses import lists
from adapter.kith.codes import UNKNOWN, Code, coded, known, shown, simple, write_cs, write_cv

S9034 = codes.oid("9034")
STATUS = "TilleggsopplysningPasient/SivilStatus"


@pytest.mark.parametrize(
    ("code", "numbers", "text"),
    [
        (Code("18", "Koordinator", S9034), (), "Koordinator (spesialisthelsetjenesteloven)"),
        (Code("18", "", S9034), ("9246",), "Koordinator (spesialisthelsetjenesteloven)"),
        (Code("9", "", codes.oid("9246")), ("9034",), "Koordinator (spesialisthelsetjenesteloven)"),
        (Code("1", "Pasientansvarlig", S9034), (), "Pasientansvarlig lege"),
        (Code("77", "Nyeste rolle", S9034), (), "Nyeste rolle"),
        (Code("77", "  ", S9034, "Tolk"), (), "Tolk"),
        (Code("77", "", S9034), ("9246", "9060"), f"77 ({UNKNOWN})"),
        (Code("I50", "Hjertesvikt", codes.oid("7110")), (), "Hjertesvikt"),
        (Code("I50", "", codes.oid("7110")), (), f"I50 ({UNKNOWN})"),
        (Code("1", "", "1.2.3"), ("3101",), f"1 ({UNKNOWN})"),
        (Code("1", "Hankjønn"), ("3101",), "Mann"),
        (Code("1"), (), f"1 ({UNKNOWN})"),
        (Code("", ot="Nabo"), ("9033",), "Nabo"),
        (Code(""), ("9033",), ""),
        (None, ("9033",), ""),
    ],
)  # fmt: skip
def test_a_code_is_shown_by_its_own_list_then_as_the_sender_wrote_it_then_marked(
    code: Code | None, numbers: tuple[str, ...], text: str
):
    assert shown(code, *numbers) == text


def test_where_the_lists_of_an_element_disagree_the_sender_decides():
    assert {codes.display(number, "6") for number in lists(STATUS)} == {"Enke/enkemann", "Registrert partner"}
    assert shown(Code("6", "Enke/enkemann"), *lists(STATUS)) == "Enke/enkemann"
    assert shown(Code("6", "Registrert partner"), *lists(STATUS)) == "Registrert partner"
    assert known(Code("6"), *lists(STATUS)) is None
    assert shown(Code("6"), *lists(STATUS)) == f"6 ({UNKNOWN})"


def test_where_they_agree_the_table_decides():
    assert shown(Code("HER", "HER-nummer"), *lists("Ident/TypeId")) == "HER-id"
    assert shown(Code("1", "ugift"), *lists(STATUS)) == "Ugift"


def test_the_mark_has_the_language_of_the_reader():
    assert shown(Code("77", "", S9034), unknown="ukjend kode") == "77 (ukjend kode)"


def test_what_we_write_has_its_text_from_the_table_and_what_was_read_keeps_its_own():
    assert write_cv("R", coded("9034", "18")) == (
        f'<R V="18" DN="Koordinator (spesialisthelsetjenesteloven)" S="{S9034}"/>'
    )
    assert write_cv("R", Code("18", "Koordinator", S9034)) == f'<R V="18" DN="Koordinator" S="{S9034}"/>'
    assert write_cs("Sex", "3101", simple("3101", "2")) == '<Sex V="2" DN="Kvinne"/>'
    assert write_cv("R", Code("77", "", S9034)) == f'<R V="77" S="{S9034}"/>'


def test_two_codes_are_the_same_by_v_and_s_whatever_their_texts():
    assert Code("18", "Koordinator", S9034) == coded("9034", "18")
    assert Code("9", "Koordinator (spesialisthelsetjenesteloven)", codes.oid("9246")) != coded("9034", "9")
