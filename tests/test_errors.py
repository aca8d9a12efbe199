"""The table of errors: every row on every wire, and that the source uses no code without a row."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest

from adapter import codes
from adapter.errors import AdapterError, Conflict, EventError, Fault, Faults
from adapter.errortable import TABLE
from tests import reference

CODE = re.compile(r"IPK-[A-Z][0-9]{3}")
ISSUE_TYPES = frozenset(
    {
        "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown", "expired", "forbidden",
        "suppressed", "processing", "not-supported", "duplicate", "multiple-matches", "not-found", "deleted", "too-long",
        "code-invalid", "extension", "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store",
        "exception", "timeout", "incomplete", "throttled", "informational",
    }
)  # fmt: skip
"""R4 value set issue-type (OperationOutcome.issue.code is bound to it, required)."""


@pytest.mark.parametrize("code", TABLE)
def test_every_code_has_its_letter_and_three_digits(code: str):
    assert re.fullmatch(r"IPK-[ECPRMFS][0-9]{3}", code)


@pytest.mark.parametrize("code", TABLE)
def test_every_row_is_right_on_every_wire(code: str):
    row = TABLE[code]
    assert 400 <= HTTPStatus(row.http) < 600
    assert row.issue in ISSUE_TYPES
    assert row.apprec is None or row.apprec in codes.table("8221").codes
    assert row.exit in {0, 1, 2}
    assert row.http >= 500 or not row.retry, "only a fault of ours is worth the same try again"


@pytest.mark.parametrize("code", TABLE)
def test_every_row_speaks_both_languages(code: str):
    row = TABLE[code]
    for text in (row.nb, row.en, row.fix_nb, row.fix_en):
        assert text.strip() == text
        assert text
    assert Fault(code=code).message("nb") == row.nb
    assert Fault(code=code, hint="a").message("en") == f"{row.en} (a)"
    assert Fault(code=code).fix("en") == row.fix_en


def test_only_faults_of_a_message_are_said_by_a_receipt():
    assert {code[4] for code, row in TABLE.items() if row.apprec} == {"M"}


def test_every_code_in_the_source_is_a_row():
    files = [f for f in (reference.ROOT / "adapter").rglob("*") if f.suffix in {".py", ".toml", ".html"}]
    used = {code for file in files for code in CODE.findall(file.read_text(encoding="utf-8"))}
    assert used - set(TABLE) == set()
    assert used


def test_no_code_is_given_twice():
    files = (reference.ROOT / "adapter" / "errortable").glob("*.py")
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    rows = re.findall(r'^ {4}"(IPK-[A-Z][0-9]{3})": Row\(', source, re.MULTILINE)
    assert len(rows) == len(set(rows)) == len(TABLE)


def test_an_error_says_its_code_and_place_alone():
    error = EventError("IPK-E005", at="$.data.author.hpr", hint="hpr", allowed=("a",))
    assert str(error) == "IPK-E005 at $.data.author.hpr"
    assert error.row is TABLE["IPK-E005"]
    assert error.faults == (Fault(code="IPK-E005", path="$.data.author.hpr", hint="hpr"),)
    assert isinstance(Conflict(), AdapterError)
    assert Conflict().code == "IPK-S003"


def test_several_faults_are_one_error_with_the_first_ones_code():
    several = Faults((Fault(code="IPK-E006", path="$.x"), Fault(code="IPK-P002", path="$.y")))
    assert (several.code, several.at, len(several.faults)) == ("IPK-E006", "$.x", 2)
    assert several.row.http == 422
