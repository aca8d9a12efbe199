"""Receipts to people: every code of list 8221 says why, whose task it is, and what to do now. domain § 2.6."""

from __future__ import annotations

import pytest

from adapter import codes
from adapter.rules import advice


def test_every_code_of_list_8221_has_its_advice_and_nothing_else_has() -> None:
    assert set(advice.table()) == set(codes.table("8221").codes) | {advice.MISSING, advice.OTHER}


@pytest.mark.parametrize("row", advice.table().values(), ids=lambda row: row.code)
def test_each_says_cause_owner_and_next_step_in_whole_sentences(row: advice.Advice) -> None:
    assert row.cause.endswith(".")
    assert row.next.endswith(".")
    assert row.owner
    assert set(row.told) == {"cause", "owner", "next"}


def test_a_good_receipt_needs_no_advice() -> None:
    assert advice.of("ok") is None
    assert advice.of_receipt(None) is None
    assert advice.of_receipt({"status": "ok", "errors": []}) is None


def test_of_several_codes_the_first_that_is_known_counts() -> None:
    found = advice.of("rejected", ("Z1", "E35", "T01"))
    assert found is not None
    assert found.code == "E35"


def test_a_code_nobody_knows_and_no_receipt_have_advice_too() -> None:
    assert [a.code for s in ("rejected", "missing") if (a := advice.of(s, ("Z1",)))] == ["other", "missing"]


def test_a_receipt_as_a_message_keeps_it() -> None:
    found = advice.of_receipt({"status": "ok-with-errors", "errors": [{"code": "E36"}]})
    assert found is not None
    assert found.code == "E36"


@pytest.mark.parametrize("row", advice.table().values(), ids=lambda row: row.code)
def test_the_line_of_a_work_item_is_what_why_says(row: advice.Advice) -> None:
    assert row.line == row.reason.text == f"{row.cause} Ansvar: {row.owner}. Neste steg: {row.next}"
