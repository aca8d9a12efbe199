"""Identifiers: every vector of the facts, the rule from 2032, and that nothing about a person prints itself."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter import codes, ids, idscan
from adapter.errors import PersonalIdError
from adapter.ids import DNR_SYSTEM, DUF_SYSTEM, FHN_SYSTEM, FNR_SYSTEM, People
from tests.numbers import national, real_looking

SYNTHETIC = People()
REAL = People(mode="real")
WITH_DOLLY = People(series=frozenset("456789"))
HOSPITAL = "urn:oid:2.16.578.1.12.4.3.1"

LINE = "13116900216"
GRY = "12057900499"
ROLAND = "15076500565"
FOLKE = "14019800513"
AERLEND = "05073500186"
AND = "70019950032"
FELLES = "80005045804"

ACCEPTED = {
    LINE: FNR_SYSTEM,
    GRY: FNR_SYSTEM,
    ROLAND: FNR_SYSTEM,
    FOLKE: FNR_SYSTEM,
    AERLEND: FNR_SYSTEM,
    AND: DNR_SYSTEM,
    FELLES: FHN_SYSTEM,
    "01819010001": FNR_SYSTEM,
    "01819010028": FNR_SYSTEM,
    "01819010036": FNR_SYSTEM,
    "09687520049": FNR_SYSTEM,
    "10881550003": FNR_SYSTEM,
    "41819010186": DNR_SYSTEM,
    "80012345600": FHN_SYSTEM,
}
KIND = {FNR_SYSTEM: ids.Fnr, DNR_SYSTEM: ids.DNumber, FHN_SYSTEM: ids.FhNumber}


def refused(system: str, value: str, people: People = SYNTHETIC) -> str:
    with pytest.raises(PersonalIdError) as caught:
        ids.person(system, value, people, at="$.data.patient.identifier.value")
    assert caught.value.at == "$.data.patient.identifier.value"
    if len(value) > 3:
        assert value not in str(caught.value) + repr(caught.value)
    return caught.value.code


@pytest.mark.parametrize("value", ACCEPTED)
def test_official_and_synthetic_people_are_let_in_under_their_own_system(value: str):
    system = ACCEPTED[value]
    found = ids.person(system, value, SYNTHETIC)
    assert type(found) is KIND[system]
    assert (found.reveal(), found.system) == (value, system)
    assert not ids.looks_real(f"Pasient {value}.", SYNTHETIC)


@pytest.mark.parametrize("value", sorted(ids.OFFICIAL_TEST))
def test_every_official_test_person_has_right_check_digits(value: str):
    assert ids.is_national(value)
    assert value in ACCEPTED


@pytest.mark.parametrize("value", ACCEPTED)
@pytest.mark.parametrize("system", [FNR_SYSTEM, DNR_SYSTEM, FHN_SYSTEM])
def test_a_number_stands_only_under_its_own_system(value: str, system: str):
    if system != ACCEPTED[value]:
        assert refused(system, value) == "IPK-P003"


@pytest.mark.parametrize("value", ["01819010028", "01819010036"])
def test_the_rule_from_2032_is_the_rule_and_the_old_one_is_for_tests(value: str):
    assert ids.is_national(value)
    assert not ids.is_national(value, strict_pre2032=True)
    assert refused(FNR_SYSTEM, value, People(strict_pre2032=True)) == "IPK-P002"


@pytest.mark.parametrize(
    ("remainder", "right"), [(0, True), (1, True), (2, True), (3, True), (4, False), (7, False)]
)
def test_the_first_check_may_leave_nought_to_three(remainder: int, right: bool):  # noqa: FBT001
    numbers = [_national_or_none(f"018190{n:03}", remainder) for n in range(100, 200)]
    assert all(ids.is_national(number) is right for number in numbers if number)
    assert any(numbers)


def test_an_old_number_stays_valid_and_the_standard_example_computes():
    assert real_looking().endswith("32")
    assert ids.is_national(real_looking(), strict_pre2032=True)


@pytest.mark.parametrize(
    "value", ["01015000322", "01015002322", "12094812345", "13116900217", "31116900216", "00819010001"]
)
def test_wrong_check_digits_or_date_are_refused(value: str):
    assert refused(FNR_SYSTEM, value) == "IPK-P002"


@pytest.mark.parametrize("nine", ["308290100", "329290100", "019390100", "005390100"])
def test_a_day_that_no_month_has_is_not_a_number_even_with_right_check_digits(nine: str):
    numbers = [n for last in "0123456789" if (n := _national_or_none(nine[:-1] + last))]
    assert numbers
    assert not any(ids.is_national(number) for number in numbers)


def _national_or_none(nine: str, remainder: int = 0) -> str | None:
    try:
        return national(nine, remainder=remainder)
    except ValueError:
        return None


@pytest.mark.parametrize(
    "value", ["", "1", "1311690021", "131169002161", "1311690021a", " 13116900216", "１３１１６９００２１６"]
)
def test_wrong_length_or_characters_are_refused(value: str):
    assert refused(FNR_SYSTEM, value) == "IPK-P004"


def test_days_below_ten_are_birth_numbers_too():
    assert type(ids.person(FNR_SYSTEM, AERLEND, SYNTHETIC)) is ids.Fnr


def test_a_number_that_may_be_a_real_persons_is_refused_in_synthetic_mode_and_taken_in_real():
    assert refused(FNR_SYSTEM, real_looking()) == "IPK-P001"
    assert ids.person(FNR_SYSTEM, real_looking(), REAL).reveal() == real_looking()


def test_no_setting_of_series_lets_ordinary_months_in():
    everybody = People(series=frozenset("0123456789"))
    assert refused(FNR_SYSTEM, real_looking(), everybody) == "IPK-P001"
    assert ids.looks_real(real_looking(), everybody)


def test_the_series_that_collides_with_h_numbers_is_taken_by_setting_only():
    assert refused(FNR_SYSTEM, "15427040078") == "IPK-P001"
    assert ids.looks_real("15427040078", SYNTHETIC)
    assert type(ids.person(FNR_SYSTEM, "15427040078", WITH_DOLLY)) is ids.Fnr
    assert not ids.looks_real("15427040078", WITH_DOLLY)


def test_an_h_number_is_known_only_by_its_issuer():
    assert type(ids.person(HOSPITAL, "15427040078", REAL)) is ids.HNumber
    assert ids.person(HOSPITAL, "15427040078", REAL).kith_type == "HNR"
    assert refused(HOSPITAL, "15427040078") == "IPK-P001"
    assert refused(FNR_SYSTEM, "15427040078", REAL) == "IPK-P003"


def test_fh_numbers_are_of_the_installations_own_prefix():
    assert refused(FHN_SYSTEM, "95000000125") == "IPK-P001"
    assert ids.looks_real("95000000125", SYNTHETIC)
    assert ids.person(FHN_SYSTEM, "95000000125", People(fh_prefix=("9500",))).reveal() == "95000000125"
    assert refused(FHN_SYSTEM, "80012345600", People(fh_prefix=("9500",))) == "IPK-P001"
    assert refused(FHN_SYSTEM, "80012345600", People(fh_prefix=("",))) == "IPK-P001"
    assert ids.person(FHN_SYSTEM, "95000000125", REAL).kith_type == "FHN"


def test_fh_numbers_keep_the_old_check_digits():
    assert refused(FHN_SYSTEM, national("800123456", remainder=1)) == "IPK-P002"


def test_duf_numbers_have_twelve_digits_and_a_year_that_cannot_be_in_synthetic_mode():
    assert type(ids.person(DUF_SYSTEM, "999912345678", SYNTHETIC)) is ids.Duf
    assert refused(DUF_SYSTEM, "99991234567") == "IPK-P004"
    assert refused(DUF_SYSTEM, "201512345678") == "IPK-P001"
    assert ids.person(DUF_SYSTEM, "201512345678", REAL).kith_type == "DUF"


def test_a_local_identifier_is_taken_under_a_local_system():
    found = ids.person("https://example.org/pasient", "P-123", SYNTHETIC)
    assert type(found) is ids.LocalPersonId
    assert found.kith_type == "XXX"


@pytest.mark.parametrize(
    "system", ["", "pasient", "urn:", ids.HPR_SYSTEM, ids.ORGNR_SYSTEM, ids.HER_SYSTEM, "urn:oid:1 2"]
)
def test_a_system_that_is_no_uri_or_not_a_persons_is_refused(system: str):
    assert refused(system, "P-123") == "IPK-P003"


@pytest.mark.parametrize("value", ["", "a b", "x" * 65, "<b>", "linje\n"])
def test_a_local_value_is_one_short_word(value: str):
    assert refused("urn:local", value) == "IPK-P004"


def test_a_national_number_does_not_hide_under_a_local_system():
    assert refused("urn:local", LINE) == "IPK-P003"
    assert refused("urn:local", real_looking()) == "IPK-P001"
    assert refused("urn:local", f"P-{real_looking()}") == "IPK-P001"


@pytest.mark.parametrize(
    "form",
    [
        "{0}{1}", "fnr {0} {1}.", "{0}.{1}", "{0}-{1}", "{0}\u00a0{1}", "x{0}{1}x", "<Id>{0}{1}</Id>", "nr:{0}{1},",
        "&#48;{2}", "12345678901 og {0}{1}", "urn:x:{0}{1}:y", "5c1b4f0e-6c0e-4a53-9f39-0f4d6f7f9b11 {0} {1}",
        "{0}\r\n{1}", "{0}  {1}", "{0}\t{1}", "{0} -{1}", "{0}\u2011{1}", "{0}\u2013{1}", "{3} {1}", "{3}{1}",
        "{0}\u200b{1}", "{0}\u00ad{1}", "{4}",
    ],
)  # fmt: skip
def test_a_real_looking_number_is_seen_in_text_and_xml(form: str):
    value = real_looking()
    dotted = f"{value[:2]}.{value[2:4]}.{value[4:6]}"
    text = form.format(value[:6], value[6:], value[1:], dotted, "\u200b".join(value))
    assert ids.looks_real(text, SYNTHETIC)
    assert not ids.looks_real(text, REAL)


def test_digits_of_other_scripts_are_the_same_number():
    value = real_looking()
    assert ids.looks_real(value.translate({48 + n: 0xFF10 + n for n in range(10)}), SYNTHETIC)
    assert ids.looks_real(value.translate({48 + n: 0x660 + n for n in range(10)}), SYNTHETIC)


@pytest.mark.parametrize(
    "form", ["1{}", "{}1", "11111111-1111-1111-1111-1{}", "{}a-1111-1111-1111-111111111111"]
)
def test_longer_numbers_and_uuids_are_no_persons(form: str):
    text = form.format(real_looking())
    if "-" in form and form.startswith("{}"):
        text = f"{real_looking()[:8]}-1111-1111-1111-{real_looking()}a"
    assert not ids.looks_real(text, SYNTHETIC)


@pytest.mark.parametrize(
    "text", ["", "+4773598600", "2026-03-04T10:15:00+01:00", "20260304101500", "12094812345", "9144889"]
)
def test_phones_times_and_numbers_without_check_digits_are_no_persons(text: str):
    assert not ids.looks_real(text, SYNTHETIC)


@given(
    st.integers(1, 28), st.integers(1, 12), st.integers(0, 99), st.integers(0, 999), st.sampled_from([0, 40])
)
def test_every_ordinary_number_looks_real_and_no_synthetic_one_does(
    day: int, month: int, year: int, n: int, d: int
):
    for plus, real in ((0, True), (65, False), (80, False)):
        value = _national_or_none(f"{day + d:02}{month + plus:02}{year:02}{n:03}")
        if value and value not in ids.OFFICIAL_TEST:
            assert ids.looks_real(f"et {value} to", SYNTHETIC) is real


@given(st.text())
def test_any_text_is_scanned_and_masked_without_a_fault(text: str):
    ids.looks_real(text, SYNTHETIC)
    assert not idscan.has_eleven_digits(idscan.mask(text))


def test_the_mask_hides_eleven_digits_and_leaves_uuids():
    uuid = "11111111-1111-1111-1111-111111111111"
    assert idscan.mask(f"{LINE[:2]}.{LINE[2:4]}.{LINE[4:6]} {LINE[6:]}") == "*" * 11
    assert (
        idscan.mask(f"a {LINE} b {LINE[:6]} {LINE[6:]} {uuid} 1234567890")
        == f"a {'*' * 11} b {'*' * 11} {uuid} 1234567890"
    )
    assert LINE not in idscan.mask(f"9{LINE}9")
    assert idscan.has_eleven_digits(f"e-{LINE}")
    assert idscan.has_eleven_digits("20260304101500")
    assert not idscan.has_eleven_digits(uuid)
    assert not idscan.has_eleven_digits("5c1b4f0e-6c0e-4a53-9f39-012345678901")


@pytest.mark.parametrize("secret", [ids.person(FNR_SYSTEM, LINE, SYNTHETIC), ids.hpr("9144889")])
def test_a_secret_leaves_only_by_reveal(secret: ids.Secret):
    name = type(secret).__name__
    printed = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r}",
        repr([secret]),
        repr({"a": secret}),
    ]
    assert all(f"{name}(***)" in text and secret.reveal() not in text for text in printed)
    assert not hasattr(secret, "__dict__")
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert copy.deepcopy(secret) is copy.copy(secret) is secret


def test_a_secret_is_frozen_and_equal_by_value():
    one, other = ids.hpr("9144889"), ids.hpr("9144889")
    assert one == other
    assert len({one, other, ids.hpr("9144900")}) == 2
    assert one != "9144889"
    with pytest.raises(AttributeError):
        one.system = "x"  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        del one._value


def test_the_same_number_of_two_systems_is_two_people():
    assert ids.person("urn:a", "P1", SYNTHETIC) != ids.person("urn:b", "P1", SYNTHETIC)
    assert ids.person("urn:a", "P1", SYNTHETIC) == ids.person("urn:a", "P1", SYNTHETIC)
    assert len({ids.person("urn:a", "P1", SYNTHETIC), ids.person("urn:a", "P1", SYNTHETIC)}) == 1


@pytest.mark.parametrize("type_v", codes.table("8116").codes)
def test_every_identifier_type_of_a_message_has_a_system_that_leads_back(type_v: str):
    system = ids.system_of_kith(type_v)
    assert ids.kith_type(system) == type_v
    assert (system in ids.SYSTEM) == (type_v in {"FNR", "DNR", "FHN", "DUF"})


def test_every_system_has_its_identifier_type():
    assert set(ids.KITH_TYPE) == set(ids.SYSTEM)
    assert set(ids.KITH_TYPE.values()) <= set(codes.table("8116").codes)


@pytest.mark.parametrize(
    "value", ["310000000", "310000019", "310000027", "210000003", "777777777", "310001007"]
)
def test_organisation_numbers_with_right_check_digit_are_taken(value: str):
    assert ids.org_number(value) == value


@pytest.mark.parametrize(
    ("check", "value", "code"),
    [
        (ids.org_number, "310000001", "IPK-P002"),
        (ids.org_number, "110000000", "IPK-P004"),
        (ids.org_number, "31000000", "IPK-P004"),
        (ids.org_number, "310000000\n", "IPK-P004"),
        (ids.hpr, "914488", "IPK-P004"),
        (ids.hpr, "9144889000", "IPK-P004"),
        (ids.her_id, "0", "IPK-P004"),
        (ids.her_id, "123456789", "IPK-P004"),
        (ids.her_id, "90 998", "IPK-P004"),
        (ids.resh, "123", "IPK-P004"),
        (ids.resh, "123456789", "IPK-P004"),
        (ids.municipality, "301", "IPK-P004"),
        (ids.municipality, "03011", "IPK-P004"),
        (ids.district, "0301", "IPK-P004"),
    ],
)
def test_other_numbers_break_their_form(check: Callable[..., object], value: str, code: str):
    with pytest.raises(PersonalIdError) as caught:
        check(value, at="$.x")
    assert (caught.value.code, caught.value.at) == (code, "$.x")
    assert value.strip() not in str(caught.value).removeprefix(code)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (ids.hpr, "9144900"), (ids.hpr, "9144889"), (ids.hpr, "9144897"), (ids.hpr, "9876543"), (ids.her_id, "59"),
        (ids.her_id, "90998"), (ids.resh, "4209"), (ids.municipality, "0301"), (ids.district, "030105"),
    ],
)  # fmt: skip
def test_other_numbers_of_right_form_are_taken(check: Callable[[str], object], value: str):
    found = check(value)
    assert (found.reveal() if isinstance(found, ids.Secret) else found) == value


def test_a_uuid_and_nothing_else_need_not_be_looked_into():
    uuid = "5c1b4f0e-6c0e-4a53-9f39-012345678901"
    assert idscan.is_uuid(uuid)
    assert list(idscan.numbers(uuid)) == []
    assert not idscan.is_uuid(f"{uuid} {LINE}")
    assert not idscan.is_uuid(f"x{uuid}")


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200f", "\u202e", "\u2065", "\ufeff"])
def test_characters_that_nobody_sees_hide_no_number(unseen: str):
    assert list(idscan.numbers(f"blåbær {LINE[:6]}{unseen}{LINE[6:8]}{unseen}{LINE[8:]}")) == [LINE]


@pytest.mark.parametrize(
    ("number", "born", "may"),
    [
        ("01819010001", "1990-01-01", True),
        ("09687520049", "1975-03-09", True),
        ("41819010186", "1990-01-01", True),
        ("15427040078", "1970-02-15", True),
        ("13116900216", "1969-11-13", True),
        ("01819010001", "2090-01-01", True),
        ("01819010001", "1990-01-02", False),
        ("01819010001", "1990-09-01", False),
        ("01819010001", "1991-01-01", False),
        ("80012345600", "1991-01-01", True),
    ],
)
def test_a_birth_date_is_held_against_the_number_without_its_century_and_what_the_series_add(
    number: str, born: str, *, may: bool
):
    system = {"8": ids.FHN_SYSTEM, "4": ids.DNR_SYSTEM}.get(number[0], ids.FNR_SYSTEM)
    assert ids.may_be_born(system, number, date.fromisoformat(born)) is may
