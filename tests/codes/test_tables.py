"""Every row of every code table, and that the loader lists what is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from importlib import resources

import pytest

from adapter import codes
from adapter.fhir import urls
from tests import reference

NAME = re.compile(r"[0-9A-ZÆØÅ_][0-9A-Za-zÆØÅæøå._-]*")

NEVER_PUBLISHED = {("9034", "1"), ("9034", "2"), ("9121", "5")}
"""Former codes that neither edition at hand holds: their note says where they are known from."""


Lists = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def editions() -> dict[str, Lists]:
    """Return the national lists as published in 2020 and 2025."""
    content = reference.path("standards", "kith", "kodeverk", "kodeverk.json").read_text(encoding="utf-8")
    return json.loads(content)


def test_the_loader_lists_exactly_the_tables_there_are():
    files = {f.name for f in resources.files(codes).iterdir() if f.name.endswith(".toml")}
    assert files == {f"volven-{n}.toml" for n in codes.NUMBERS} | {"roles.toml", "local.toml", "uses.toml"}
    assert list(codes.NUMBERS) == sorted(set(codes.NUMBERS))


@pytest.mark.parametrize("number", codes.NUMBERS)
def test_every_table_says_what_it_is_where_from_and_when(number: str):
    table = codes.table(number)
    assert table.number == number
    assert table.oid == codes.oid(number) == f"2.16.578.1.12.4.1.1.{number}"
    assert table.system == codes.system(number) == urls.volven(number) == f"urn:oid:{table.oid}"
    assert table.name.strip()
    assert table.name_source.strip()
    assert table.source.strip()
    assert date(2020, 1, 1) < table.edition <= table.checked


@pytest.mark.parametrize("number", codes.NUMBERS)
def test_every_row_has_a_code_and_a_text(number: str):
    table = codes.table(number)
    assert table.codes
    for code, text in table.codes.items():
        assert NAME.fullmatch(code), code
        assert text == text.strip()
        assert text
        assert codes.display(number, code) == text


@pytest.mark.parametrize("number", codes.NUMBERS)
def test_no_code_stands_twice(number: str):
    content = (resources.files(codes) / f"volven-{number}.toml").read_text(encoding="utf-8")
    assert content.count("[[code]]") == len(codes.table(number).codes)
    assert content.count("[[former]]") == len(codes.table(number).former)


@pytest.mark.reference
@pytest.mark.parametrize("number", codes.NUMBERS)
def test_every_table_equals_the_published_list(number: str, editions: dict[str, Lists]):
    assert dict(codes.table(number).codes) == editions["nhn2025"][number]


@pytest.mark.reference
@pytest.mark.parametrize("number", codes.NUMBERS)
def test_every_code_that_has_left_its_list_is_still_read(number: str, editions: dict[str, Lists]):
    held = {
        code: row.display
        for code, row in codes.table(number).former.items()
        if (number, code) not in NEVER_PUBLISHED
    }
    now, then = (editions[name].get(number, {}) for name in ("nhn2025", "sarepta2020"))
    assert held == {code: text for code, text in then.items() if code not in now}


@pytest.mark.parametrize("number", codes.NUMBERS)
def test_a_former_code_says_why_it_is_kept_and_is_never_offered(number: str):
    table = codes.table(number)
    for code, row in table.former.items():
        assert code not in table.codes
        assert row.note.strip()
        assert codes.display(number, code) == row.display == row.display.strip()
        assert not table.valid(code, table.edition)
        assert (row.last_seen is None) == ((number, code) in NEVER_PUBLISHED)


def test_a_former_code_was_valid_while_an_edition_held_it():
    table = codes.table("9040")
    assert table.valid("106", date(2020, 7, 3))
    assert not table.valid("106", date(2020, 7, 4))
    assert not codes.table("9121").valid("5", date(2010, 1, 1))


def test_an_unknown_code_or_list_has_no_text():
    assert codes.display("9034", "99") is None
    assert codes.display("0000", "1") is None
    with pytest.raises(KeyError):
        codes.table("0000")


def test_a_code_without_dates_is_valid_always_and_an_unknown_one_never():
    assert codes.table("9034").valid("8", date(2026, 3, 4))
    assert not codes.table("9034").valid("1", date(2026, 3, 4))


@pytest.mark.parametrize("number", codes.NUMBERS)
def test_a_row_that_states_days_is_a_row_of_the_list_and_begins_before_it_ends(number: str):
    table = codes.table(number)
    for code, (first, last) in table.validity.items():
        assert code in table.codes
        assert first <= last


def test_identifier_types_of_persons_and_of_organisations_are_two_lists():
    persons, organisations = codes.table("8116").codes, codes.table("9051").codes
    assert {"FNR", "DNR", "FHN", "DUF", "HPR"} <= set(persons)
    assert not {"FNR", "HPR"} & set(organisations)
    assert "ENH" in organisations
    assert "ENH" not in persons
    assert persons["HER"] == organisations["HER"]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("koordinator-ip", "8"), ("koordinator-sphl", "18"), ("kontaktlege", "19"), ("kontaktpsykolog", "20"),
        ("fastlege", "6"), ("forlopskoordinator-kreft", "17"), ("primaerkontakt", "9"), ("kontakt-hos-mottaker", "24"),
    ],
)  # fmt: skip
def test_a_role_of_the_national_list_has_its_code(key: str, code: str):
    role = codes.ROLES[key]
    assert (role.number, role.code, role.system, role.kith) == ("9034", code, codes.system("9034"), True)
    assert role.display == codes.display("9034", code)


@pytest.mark.parametrize("key", ["koordinator-kommune", "barnekoordinator"])
def test_a_role_that_9034_lacks_is_local_and_never_a_code_in_a_message(key: str):
    role = codes.ROLES[key]
    assert (role.number, role.code, role.system, role.kith) == (None, key, urls.ROLE, False)
    assert role.display == codes.LOCAL["role"][key]


def test_every_role_says_where_it_comes_from():
    assert len(codes.ROLES) == 10
    for key, role in codes.ROLES.items():
        assert role.key == key
        assert role.level in {"hospital", "municipality", "any"}
        assert role.legal
        assert role.source
        assert role.checked
        assert role.display != key


def test_every_local_system_is_one_that_resources_may_name():
    assert codes.LOCAL_BASE == urls.BASE
    named = {value for name, value in vars(urls).items() if name.isupper() and isinstance(value, str)}
    for name, rows in codes.LOCAL.items():
        assert codes.local_system(name) in named
        assert rows
        assert all(code and text.strip() for code, text in rows.items())


def test_nothing_is_read_before_it_is_asked_for():
    script = (
        "import sys; from adapter import codes; from adapter.codes import uses; import adapter.kith.codes, adapter.cli;"
        "sys.exit(codes.table.cache_info().currsize + uses._content.cache_info().currsize)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=reference.ROOT, check=False).returncode == 0
