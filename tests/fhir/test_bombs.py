"""What is small to send and long to judge, and JSON that JSON cannot hold: refused before it costs anything. RFC 8259; RFC 6902."""

from __future__ import annotations

from time import process_time
from typing import Any, Final

import orjson
import pytest

from adapter.errors import FhirError
from adapter.fhir import outcome, patching, r4, strict

GOAL: Final[dict[str, Any]] = {
    "resourceType": "Goal",
    "id": "g1",
    "lifecycleStatus": "active",
    "description": {"text": "Gå tur"},
    "subject": {"reference": "Patient/p1"},
}
SECONDS: Final = 20
"""Far above what it takes (half a second on an idle machine), far below what it took (minutes)."""


def _refused(data: bytes) -> str:
    with pytest.raises(FhirError) as caught:
        strict.read_any(data)
    return caught.value.code


@pytest.mark.parametrize(
    "data",
    [b'"\\ud800"', b'{"\\udfff":1}', b"[" + b"9" * 30 + b"]", b"9" * 5000, b"1e999", b"-1e999", b"NaN", b"[" * 99_999],
)  # fmt: skip
def test_json_that_could_not_be_written_again_is_refused(data: bytes):
    assert _refused(data) == "IPK-F031"


def test_a_document_of_more_values_than_anybody_means_is_too_large():
    assert _refused(orjson.dumps([[]] * (strict.VALUES + 1))) == "IPK-F012"
    assert strict.read_any(orjson.dumps([0] * (strict.VALUES - 1))) == [0] * (strict.VALUES - 1)


@pytest.mark.parametrize("one", [[], {"txet": "a"}, {"text": "a"}, 1, None])
def test_a_resource_of_very_many_faults_is_judged_in_time(one: Any):
    begun = process_time()
    found = r4.check({**GOAL, "note": [one] * (r4.VALUES // 3)})
    assert bool(found) is (one != {"text": "a"})
    assert [fault.hint for fault in r4.check({**GOAL, "note": [one] * r4.VALUES})] == ["at most 20000 values"]
    assert process_time() - begun < SECONDS


def test_an_outcome_tells_so_many_faults_and_that_there_are_more():
    found = r4.check({**GOAL, "note": [[]] * (outcome.MOST + 1)})
    said = outcome.of_faults(found)["issue"]
    assert len(said) == outcome.MOST + 1
    assert said[-1]["details"]["coding"][0]["code"] == "IPK-F054"
    assert len(outcome.of_faults(found[: outcome.MOST])["issue"]) == outcome.MOST


def test_operations_on_a_large_resource_take_no_longer_for_its_size():
    begun = process_time()
    filled = {"op": "add", "path": "/note", "value": [[]] * 200_000}
    tests = [{"op": "test", "path": "/id", "value": "g1"}] * (patching.OPERATIONS - 2)
    emptied = {"op": "remove", "path": "/note"}
    assert patching.json_patch(GOAL, [filled, *tests, emptied]) == GOAL
    assert process_time() - begun < SECONDS


def test_what_is_copied_and_taken_away_again_counts_as_made():
    big = {"op": "add", "path": "/a", "value": "x" * (patching.BYTES // 4)}
    turn = [{"op": "copy", "from": "/a", "path": "/b"}, {"op": "remove", "path": "/b"}]
    with pytest.raises(FhirError) as caught:
        patching.json_patch(GOAL, [big, *turn * 4])
    assert (caught.value.code, caught.value.faults[0].path) == ("IPK-F043", "[5]")


def test_a_patch_that_is_applied_again_does_what_it_did():
    operations = [
        {"op": "add", "path": "/note", "value": []},
        {"op": "add", "path": "/note/-", "value": {"text": "a"}},
    ]
    first = patching.json_patch(GOAL, operations)
    assert patching.json_patch(GOAL, operations) == first == {**GOAL, "note": [{"text": "a"}]}
    assert "note" not in GOAL


def test_a_patch_that_nests_too_deep_is_refused():
    operations = [{"op": "add", "path": "/a" * depth, "value": {}} for depth in range(1, strict.DEPTH + 2)]
    with pytest.raises(FhirError) as caught:
        patching.json_patch(GOAL, operations)
    assert caught.value.code == "IPK-F031"
