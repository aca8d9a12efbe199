"""Bundles are stored bytes with links around them; outcomes and the capability statement say no value."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapter.errors import Fault, Faults, FhirError
from adapter.errortable import TABLE
from adapter.fhir import bundle, capability, definitions, outcome, r4
from adapter.fhir.query import Row
from adapter.fhir.table import READABLE
from tests.fhir import samples, validator

BASE = "https://example.org/fhir"
LINKS = bundle.Links(self_url=f"{BASE}/CarePlan", next_url=f"{BASE}/CarePlan?_cursor=x")


def stored(resource: dict[str, Any], version: int = 1) -> Row:
    """Return a resource as the store keeps it, with blanks no printer of ours writes."""
    body = orjson.dumps(resource).replace(b'"status":', b'"status" : ')
    return Row(
        type=resource["resourceType"],
        id=resource["id"],
        version=version,
        updated=1_772_615_700_123_456,
        body=body,
    )


def page(**more: Any) -> bytes:
    """Return a searchset of a plan and its team."""
    plan, team = samples.plan_resources()[0], samples.team_resources()[0]
    return bundle.searchset(base=BASE, links=LINKS, matches=[stored(plan)], included=[stored(team)], **more)


def versions() -> bytes:
    """Return a history of two versions."""
    plan = samples.plan_resources()[0]
    links = bundle.Links(self_url=f"{BASE}/CarePlan/x/_history")
    return bundle.history(base=BASE, links=links, versions=[stored(plan, 2), stored(plan, 1)], total=2)


def test_stored_bytes_are_served_as_they_are() -> None:
    assert stored(samples.plan_resources()[0]).body in page()


def test_a_searchset_says_what_matched_and_what_was_included() -> None:
    found = orjson.loads(page(total=7))
    assert [entry["search"]["mode"] for entry in found["entry"]] == ["match", "include"]
    assert found["entry"][0]["fullUrl"] == f"{BASE}/{samples.PLAN}"
    assert found["total"] == 7
    assert {link["relation"]: link["url"] for link in found["link"]}["next"] == LINKS.next_url


def test_an_empty_searchset_has_no_entry_and_says_its_total() -> None:
    found = orjson.loads(bundle.searchset(base=BASE, links=bundle.Links(self_url=BASE), total=0))
    assert "entry" not in found
    assert found["total"] == 0


def test_a_history_says_how_each_version_came() -> None:
    found = orjson.loads(versions())["entry"]
    assert [entry["request"]["method"] for entry in found] == ["PUT", "POST"]
    assert found[0]["response"] == {
        "status": "200",
        "etag": 'W/"2"',
        "lastModified": "2026-03-04T09:15:00.123Z",
    }


def test_elements_keep_the_mandatory_ones_and_say_so() -> None:
    found = orjson.loads(bundle.subset(stored(samples.plan_resources()[0]), ("period",)).body)
    assert set(found) == {"resourceType", "id", "meta", "status", "intent", "subject", "period"}
    assert found["meta"]["tag"][0]["code"] == "SUBSETTED"


def test_an_ignored_parameter_can_be_told_in_the_bundle() -> None:
    told = orjson.dumps(outcome.of_faults([Fault(code="IPK-F004", severity="note")]))
    assert orjson.loads(page(outcome=told))["entry"][-1]["search"]["mode"] == "outcome"


def test_a_url_keeps_the_marks_of_fhir_and_escapes_the_rest() -> None:
    made = bundle.url(BASE, "CarePlan", [("_include", "CarePlan:goal"), ("category", "a b&c|d")])
    assert made == f"{BASE}/CarePlan?_include=CarePlan:goal&category=a%20b%26c|d"


@pytest.mark.parametrize("code", TABLE)
def test_every_error_is_an_outcome_with_its_code(code: str) -> None:
    (issue,) = outcome.of_error(FhirError(code, at="$.data.patient"))["issue"]
    assert issue["details"]["coding"][0]["code"] == code
    assert issue["expression"] == ["data.patient"]


def test_every_fault_is_an_issue_and_a_root_has_no_place() -> None:
    faults = Faults(
        (Fault(code="IPK-F009", path="$"), Fault(code="IPK-F010", path="Task.status", severity="may"))
    )
    first, second = outcome.of_error(faults, lang="en")["issue"]
    assert "expression" not in first
    assert (second["severity"], second["expression"]) == ("warning", ["Task.status"])


def statement(*, secured: bool = False) -> dict[str, Any]:
    """Return the capability statement."""
    return capability.capability(base=BASE, version="0.1.0", released=date(2026, 11, 22), secured=secured)


def test_the_capability_statement_lists_every_readable_type_and_says_r4() -> None:
    made = statement()
    assert made["fhirVersion"] == "4.0.1"
    assert [r["type"] for r in made["rest"][0]["resource"]] == [*READABLE, *definitions.TYPES]


def test_the_capability_statement_says_that_a_persons_identifier_needs_post() -> None:
    patient = next(r for r in statement()["rest"][0]["resource"] if r["type"] == "Patient")
    said = {param["name"]: param.get("documentation", "") for param in patient["searchParam"]}
    assert all("POST" in said[name] for name in ("identifier", "name", "birthdate", "address", "phone"))


@pytest.mark.parametrize(
    "made", [statement(), statement(secured=True), *map(orjson.loads, (page(), versions()))]
)
def test_what_is_served_is_r4(made: dict[str, Any]) -> None:
    assert r4.check(made) == ()


@pytest.mark.node
@pytest.mark.reference
def test_the_independent_validator_accepts_bundles_outcomes_and_capability(tmp_path: Path) -> None:
    outcomes = [outcome.of_error(FhirError(code, at="Task.status")) for code in TABLE]
    told: list[dict[str, Any] | bytes] = [
        page(total=1),
        versions(),
        statement(),
        statement(secured=True),
        outcome.of_faults([]),
        *outcomes,
    ]
    assert validator.errors(told, tmp_path) == []
