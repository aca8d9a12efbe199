"""The address book: what ships, and every fault at once with its place and without a value."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adapter import data
from adapter.errors import Faults, SystemFault
from adapter.errortable import TABLE
from adapter.registers import addressbook
from tests import reference

SHIPPED = data.read("addressbook.toml").decode()

PARTY = """
[[party]]
key = "one"
level1 = { her_id = "99387", name = "En kommune", orgnr = "310001015", type = "102" }
level2 = { her_id = "5079", name = "Saksbehandling", service = "KD0501" }
serves = ["3428"]
takes = ["DIALOG_HELSEFAGLIG/1.1"]
valid_from = 2024-01-01
source = "synthetic"
checked = 2026-11-21
"""
OTHER = PARTY.replace('"one"', '"two"').replace("5079", "5080")
PAIR = '\n[[agreement]]\nbetween = ["one", "two"]\nreply_days = 3\nsource = "synthetic"\n'
HOME = PARTY.replace("[[party]]", '[[party]]\nhome = true\ndoor = "own"')


def faults(text: str) -> list[tuple[str, str]]:
    """Return place and words of every fault of a book."""
    with pytest.raises(Faults) as refused:
        addressbook.parse(text.encode())
    assert {f.code for f in refused.value.faults} == {"IPK-R006"}
    return [(f.path, f.hint) for f in refused.value.faults]


# ── what ships ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_shipped_book_loads_with_every_party() -> None:
    book = addressbook.load()
    assert [p.key for p in book.parties] == [
        "st-olavs-fmr", "st-olavs-ke", "felles-ke", "alvdal-saksbehandling", "alvdal-sykepleie",
        "gammeldal-saksbehandling", "brevvik", "storvik-nord", "storvik-sor", "kattskinnet-lin", "kattskinnet-2",
        "nav-alvdal", "alvdal-skole", "fjellro-rehabilitering", "innbyggertjenester",
    ]  # fmt: skip
    assert len(book.agreements) == 1


def test_the_shipped_book_is_the_designs_with_a_platform_who_gets_letters_and_the_citizens_portal() -> None:
    designed = reference.path("design", "addressbook.toml").read_bytes()
    lines = SHIPPED.encode().splitlines(keepends=True)
    beside = [line for line in lines if line.startswith(b"platform = ")]
    assert len(beside) == 1
    assert b"".join(line for line in lines if line not in beside).startswith(designed)
    added = addressbook.load().parties[designed.count(b"[[party]]") :]
    assert added
    assert not [p.key for p in added if p.home or p.serves]
    assert {p.takes for p in added if not p.is_letter} == {("DIALOG_INNBYGGER_KOORDINATOR/1.0",)}


def test_a_row_becomes_a_party_with_all_it_says() -> None:
    book = addressbook.load()
    home, letter, gp = (book.by_key(k) for k in ("st-olavs-ke", "brevvik", "kattskinnet-lin"))
    assert home is not None
    assert letter is not None
    assert gp is not None
    assert (home.home, home.door, home.unit, home.unit_her_id) == (
        True,
        "own",
        "Koordinerende enhet",
        "91990",
    )
    assert (home.her_id, home.orgnr, home.type, home.checked) == (
        "59",
        "310001007",
        "101",
        date(2026, 11, 21),
    )
    assert letter.is_letter
    assert letter.address == {"line": "Rådhusgata 1", "postal_code": "9999", "city": "Brevvik"}
    assert gp.person == {"family": "Lin", "given": "Rita", "hpr": "9144900"}
    assert gp.unit_name is None
    assert book.by_her("258521") is gp


def test_agreements_are_of_pairs_in_either_order() -> None:
    book = addressbook.load()
    found = book.agreement("alvdal-saksbehandling", "st-olavs-fmr")
    assert found is not None
    assert found.reply_days == 3


def test_an_agreement_says_how_long_clocks_run_and_whether_to_remind() -> None:
    text = SHIPPED.replace(
        "reply_days = 3",
        "reply_days = 4\nassessment_days = 10\ncoordinator_days = 20\nrelease_days = 0\ngap_days = 5\n"
        "escalation_days = 1\nreminders = true",
    )
    found = addressbook.parse(text.encode()).agreement("alvdal-saksbehandling", "st-olavs-fmr")
    assert found is not None
    assert (found.reply_days, found.assessment_days, found.coordinator_days) == (4, 10, 20)
    assert (found.release_days, found.gap_days, found.escalation_days, found.reminders) == (0, 5, 1, True)


@pytest.mark.parametrize("key", ["assessment_days", "coordinator_days", "gap_days", "escalation_days"])
def test_a_clock_of_no_days_is_refused(key: str) -> None:
    with pytest.raises(Faults) as refused:
        addressbook.parse(SHIPPED.replace("reply_days = 3", f"reply_days = 3\n{key} = 0").encode())
    assert [fault.path for fault in refused.value.faults] == [f"$.agreement[0].{key}"]


def test_a_leader_and_a_phone_are_read() -> None:
    text = SHIPPED.replace(
        'plo = "epj"', 'plo = "epj"\nphone = "+47 73598600"\nleader = { name = "Kari Leder" }', 1
    )
    party = addressbook.parse(text.encode()).by_key("st-olavs-fmr")
    assert party is not None
    assert (party.phone, party.leader) == ("+47 73598600", {"name": "Kari Leder"})


def test_a_book_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    place = tmp_path / "book.toml"
    place.write_text(PARTY, encoding="utf-8")
    assert [p.key for p in addressbook.load(place).parties] == ["one"]


@pytest.mark.parametrize("make", [lambda p: p / "none.toml", lambda p: p])
def test_a_file_that_cannot_be_read_is_a_system_fault(tmp_path: Path, make: object) -> None:
    assert callable(make)
    with pytest.raises(SystemFault, match="IPK-S008") as refused:
        addressbook.load(make(tmp_path))
    assert refused.value.__cause__ is None


# ── faults of one row ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('key = "one"\n', "", ".key", "required"),
        ('"one"', '"One Two"', ".key", "wrong form"),
        ('source = "synthetic"', 'sauce = "synthetic"', "", "unknown key"),
        ('name = "Saksbehandling"', 'name = "Saksbehandling", title = "x"', ".level2", "unknown key"),
        ('"5079"', '"50x79"', ".level2.her_id", "wrong length or characters"),
        ('"5079"', "5079", ".level2.her_id", "wrong type or form"),
        ('"310001015"', '"310001016"', ".level1.orgnr", "wrong check digit"),
        ('"310001015"', '"31000101"', ".level1.orgnr", "wrong length or characters"),
        ('type = "102"', 'type = "999"', ".level1.type", "not in list 9040"),
        ('"3428"', '"34280"', ".serves[0]", "wrong form"),
        ('"3428"', '"3428", "3428/9"', ".serves[1]", "wrong form"),
        ('"DIALOG_HELSEFAGLIG/1.1"', '"DIALOG_HELSEFAGLIG"', ".takes[0]", "wrong form"),
        ('["DIALOG_HELSEFAGLIG/1.1"]', "[]", ".takes", "empty"),
        ("valid_from = 2024-01-01", 'valid_from = "2024-01-01"', ".valid_from", "wrong type or form"),
        ("checked", 'contact_profession = "??"\nchecked', ".contact_profession", "not in list 9060"),
        ("checked", 'form_url = "skjema"\nchecked', ".form_url", "wrong form"),
        ("checked", 'form_file = "skjema.pdf"\nchecked', ".form_url", "required with form_file"),
        (
            "checked",
            'form_url = "https://a.example"\nform_file = "nowhere.pdf"\nchecked',
            ".form_file",
            "no PDF of at most 2 MB can be read there",
        ),
        ("checked", "valid_to = 2023-12-31\nchecked", ".valid_to", "before valid_from"),
        ("checked", 'door = "own"\nchecked', ".door", "for home parties only"),
        ("checked", 'plo = "epj"\nchecked', ".plo", "for home parties only"),
        ("checked", 'leader = { name = "Kari Leder" }\nchecked', ".leader", "for home parties only"),
        ("checked", 'phone = "ring oss"\nchecked', ".phone", "wrong form"),
        ('her_id = "99387", ', "", ".level1.her_id", "required with level2 or person"),
        (
            "checked",
            'person = { her_id = "7", family = "Lin", given = "Rita" }\nchecked',
            ".person",
            "level2 and person exclude each other",
        ),
        (
            'level2 = { her_id = "5079", name = "Saksbehandling", service = "KD0501" }\n',
            "",
            ".takes",
            "without level2 or person it is LETTER only",
        ),
    ],
)
def test_a_fault_of_a_row_is_told_at_its_place(old: str, new: str, place: str, words: str) -> None:
    changed = PARTY.replace(old, new, 1)
    assert changed != PARTY
    assert (f"$.party[0]{place}", words) in faults(changed)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('door = "own"\n', "", ".door", "required for a home party"),
        ('door = "own"', 'door = "back"', ".door", "code not in the list"),
        ("checked", 'routing = "sideways"\nchecked', ".routing", "code not in the list"),
        ("checked", "release_days = 99\nchecked", ".release_days", "out of range"),
        ("checked", 'answer_to = "boss"\nchecked', ".answer_to", "code not in the list"),
    ],
)
def test_a_home_party_needs_its_door_and_has_known_words(old: str, new: str, place: str, words: str) -> None:
    assert addressbook.parse(HOME.encode()).parties[0].home
    assert (f"$.party[0]{place}", words) in faults(HOME.replace(old, new, 1))


def test_a_home_party_is_reached_electronically() -> None:
    no_unit = HOME.replace('level2 = { her_id = "5079", name = "Saksbehandling", service = "KD0501" }\n', "")
    assert ("$.party[0].level2", "required for a home party") in faults(no_unit)


# ── faults between rows ──────────────────────────────────────────────────────────────────────────────────────────────


def test_keys_and_her_ids_are_used_once() -> None:
    assert faults(PARTY + PARTY) == [
        ("$.party[1].key", "key used twice"),
        ("$.party[1].level2.her_id", "HER-id used twice"),
    ]


def test_a_row_may_follow_another_of_the_same_party_when_it_ends() -> None:
    old = PARTY.replace("checked", "valid_to = 2025-12-31\nchecked")
    new = PARTY.replace("valid_from = 2024-01-01", "valid_from = 2026-01-01").replace(
        "En kommune", "Ny kommune"
    )
    book = addressbook.parse((old + new).encode())
    assert [book.on(day).by_key("one") for day in (date(2025, 12, 31), date(2026, 1, 1))] == list(
        book.parties
    )
    overlapping = new.replace("2026-01-01", "2025-12-31")
    assert ("$.party[1].key", "key used twice") in faults(old + overlapping)


def test_one_organisation_number_per_level_1() -> None:
    assert faults(PARTY + OTHER.replace("310001015", "310001023")) == [
        ("$.party[1].level1.orgnr", "differs for the same HER-id")
    ]


def test_a_her_id_stands_on_one_level() -> None:
    assert faults(PARTY + OTHER.replace("5080", "99387"))[0] == (
        "$.party[0].level1.her_id",
        "HER-id also on level 2",
    )


def test_an_agreement_is_of_two_parties_there_are_and_once() -> None:
    assert faults(PARTY + PAIR) == [("$.agreement[0].between[1]", "no party has this key")]
    assert ("$.agreement[0].between", "one party twice") in faults(PARTY + PAIR.replace('"two"', '"one"'))
    assert faults(PARTY + OTHER + PAIR + PAIR) == [("$.agreement[1].between", "pair used twice")]
    assert ("$.agreement[0].between[2]", "wrong type or form") not in faults(PARTY + PAIR)


def test_an_agreement_has_its_own_dates_and_limits() -> None:
    dated = PAIR + "valid_from = 2026-01-01\nvalid_to = 2025-01-01\n"
    assert faults(PARTY + OTHER + dated) == [("$.agreement[0].valid_to", "before valid_from")]
    assert faults(PARTY + OTHER + PAIR.replace("= 3", "= 0")) == [
        ("$.agreement[0].reply_days", "out of range")
    ]


# ── the whole ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_deputy_is_another_party_of_ours() -> None:
    for key in ("nobody", "one"):
        text = HOME.replace("home = true\n", f'home = true\nstaffed = false\ndeputy = "{key}"\n')
        assert ("$.party[0].deputy", "another home party") in faults(text)


def test_every_fault_is_told_at_once() -> None:
    bad = PARTY.replace('"310001015"', '"310001016"').replace("checked", 'door = "own"\nchecked')
    found = faults(bad + OTHER.replace('"3428"', '"x"') + PARTY + PAIR.replace('"two"', '"three"'))
    assert {place for place, _ in found} == {
        "$.party[0].level1.orgnr",
        "$.party[0].door",
        "$.party[1].serves[0]",
        "$.agreement[0].between[1]",
    }


@pytest.mark.parametrize(
    "text", ["", "party = 3\n", 'party = ["x"]\n', 'agreement = "x"\n' + PARTY, "[other]\n" + PARTY]
)
def test_a_book_of_another_shape_is_a_fault_and_not_a_crash(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize("content", [b"[[party", b"\xff\xfe", b'key = "13116900216'])
def test_what_is_no_toml_is_a_fault_without_its_text(content: bytes) -> None:
    with pytest.raises(Faults) as refused:
        addressbook.parse(content)
    assert refused.value.faults[0].hint == "not TOML in UTF-8"
    assert refused.value.__cause__ is None


def test_no_fault_tells_a_value() -> None:
    secret = "Hemmelighetsland"
    slipped = (
        PARTY.replace('"En kommune"', "17").replace('"5079"', f'"{secret}"') + f'{secret} = "{secret}"\n'
    )
    with pytest.raises(Faults) as refused:
        addressbook.parse(slipped.encode())
    error = refused.value
    told = f"{error} {error!r} {error.faults!r} {error.__cause__!r} {error.__context__!r}"
    assert len(error.faults) == 3
    assert secret not in told


def test_the_code_of_a_faulty_book_is_in_the_table() -> None:
    assert TABLE["IPK-R006"].exit == 2
