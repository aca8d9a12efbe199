"""The audit row: facts without people's numbers, and the AuditEvent made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from adapter.access import audit
from adapter.access.callers import Caller
from adapter.fhir.query import Row
from tests.fhir import validator
from tests.web.hands import LINE

NOW = datetime(2026, 3, 4, 9, 20, tzinfo=UTC)
CALLER = Caller(client="loopback", local=True, trusted=False, request_id="abc-1")


def _rows(trail: audit.Trail, status: int = 200) -> list[audit.AuditRow]:
    made = iter(range(100))
    return audit.rows(trail, CALLER, status=status, org="59", at=NOW, new_id=lambda: f"a{next(made)}")


def test_one_row_for_each_patient_in_the_answer_and_one_where_there_is_none():
    trail = audit.Trail(interaction="search-type", patients=("p1", "p2"), query="Task?status=active")
    assert [row.case_key for row in _rows(trail)] == ["p1", "p2"]
    assert [row.case_key for row in _rows(audit.Trail(interaction="read"))] == [None]


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, "0"), (304, "0"), (400, "4"), (404, "4"), (500, "8"), (503, "8")]
)
def test_the_outcome_follows_the_status(status: int, outcome: str):
    (row,) = _rows(audit.Trail(interaction="read"), status)
    assert row.outcome == outcome


def test_a_number_in_a_query_is_masked_and_one_as_id_is_left_out():
    (row,) = _rows(audit.Trail(interaction="search-type", query=f"Task?_id={LINE}"))
    assert LINE.encode() not in row.body
    assert audit.entity("Patient", LINE) == ()
    assert audit.entity("Patient", "a/b") == ()
    assert audit.entity("Patient", "p1") == ("Patient/p1",)


def test_the_patient_of_a_resource_is_the_first_it_refers_to():
    body = orjson.dumps({"resourceType": "Task", "for": {"reference": "Patient/p1"}})
    assert audit.patient_of("Task", "t", body) == "p1"
    assert audit.patient_of("Patient", "p2", b"{}") == "p2"
    assert audit.patient_of("Organization", "o", b"{}") is None


@pytest.mark.node
@pytest.mark.parametrize(
    "interaction", ["read", "vread", "history-instance", "search-type", "create", "update"]
)
def test_the_event_made_of_a_row_is_valid(interaction: audit.Interaction, tmp_path: Path):
    trail = audit.Trail(
        interaction=interaction, patients=("p1",), entities=("Task/t", "urn:uuid:3e5e8778-b86c-4185-9d3f-831093c361a9"),
        query="Task?status=active" if interaction == "search-type" else "",
    )  # fmt: skip
    (row,) = _rows(trail)
    stored = Row(type="AuditEvent", id=row.id, version=1, updated=1_772_616_000_000_000, body=row.body)
    made = audit.served(stored)
    assert orjson.loads(made.body)["recorded"].startswith("2026-03-04T10:20:00")
    assert validator.errors([made.body], tmp_path) == []
