"""Codes outside required value sets and broken invariants are found, with a place and no value."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.fhir import bindings, r4
from adapter.fhir.bindings import BINDINGS
from tests import reference
from tests.fhir import samples

APPOINTMENT = {
    "resourceType": "Appointment",
    "status": "proposed",
    "participant": [{"actor": {"display": "x"}}],
}
PLAN = {
    "resourceType": "CarePlan",
    "status": "active",
    "intent": "plan",
    "subject": {"reference": "Patient/1"},
}
TEAM = {"resourceType": "CareTeam", "subject": {"reference": "Patient/1"}}
TASK = {"resourceType": "Task", "status": "requested", "intent": "order"}
CONSENT = {"resourceType": "Consent", "status": "active", "scope": {"text": "x"}, "category": [{"text": "x"}]}


@pytest.mark.parametrize(
    ("resource", "key", "path"),
    [
        ({**PLAN, "activity": [{"detail": {"status": "unknown"}, "reference": {}}]}, "cpl-3", "CarePlan.activity[0]"),
        ({**PLAN, "addresses": [{"reference": "Goal/1"}]}, "ref-addresses", "CarePlan.addresses[0]"),
        ({**PLAN, "subject": {"reference": "http://h/fhir/Task/1"}}, "ref-subject", "CarePlan.subject"),
        ({**PLAN, "period": {"start": "2026-03-05", "end": "2026-03-04"}}, "per-1", "CarePlan.period"),
        (
            {**TEAM, "participant": [{"member": {"reference": "PractitionerRole/1"}, "onBehalfOf": {}}]},
            "ctm-1", "CareTeam.participant[0]",
        ),
        (
            {**TEAM, "participant": [{"period": {"start": "2026-03-05", "end": "2026-03-04T10:00:00Z"}}]},
            "per-1", "CareTeam.participant[0]",
        ),
        (
            {"resourceType": "Goal", "lifecycleStatus": "active", "description": {}, "subject": {},
             "target": [{"detailString": "x"}]},
            "gol-1", "Goal.target[0]",
        ),
        (
            {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": {}, "orderDetail": []},
            "prr-1", "ServiceRequest.orderDetail",
        ),
        ({**TASK, "authoredOn": "2026-03-04T10:00:00Z", "lastModified": "2026-03-03"}, "inv-1", "Task.lastModified"),
        ({"resourceType": "Patient", "contact": [{"gender": "male"}]}, "pat-1", "Patient.contact[0]"),
        ({"resourceType": "Organization"}, "org-1", "Organization"),
        ({"resourceType": "Organization", "name": "x", "address": [{"use": "home"}]}, "org-2", "Organization.address[0]"),
        ({"resourceType": "Organization", "name": "x", "telecom": [{"use": "home"}]}, "org-3", "Organization.telecom[0]"),
        (CONSENT, "ppc-1", "Consent.policyRule"),
        (
            {**CONSENT, "policyRule": {}, "scope": {"coding": [{"code": "patient-privacy"}]}},
            "ppc-2", "Consent.patient",
        ),
        ({**APPOINTMENT, "participant": [{"status": "accepted"}]}, "app-1", "Appointment.participant[0]"),
        ({**APPOINTMENT, "start": "2026-03-04T10:00:00Z"}, "app-2", "Appointment.start"),
        ({**APPOINTMENT, "status": "booked"}, "app-3", "Appointment.start"),
        ({**APPOINTMENT, "cancelationReason": {"text": "x"}}, "app-4", "Appointment.cancelationReason"),
        (
            {"resourceType": "Observation", "status": "final", "code": {}, "valueString": "x", "dataAbsentReason": {}},
            "obs-6", "Observation.dataAbsentReason",
        ),
        (
            {"resourceType": "AuditEvent", "type": {}, "recorded": "", "agent": [], "source": {},
             "entity": [{"name": "x", "query": "eA=="}]},
            "sev-1", "AuditEvent.entity[0]",
        ),
        ({"resourceType": "CarePlan", "status": "active", "intent": "plan"}, "min-1", "CarePlan.subject"),
    ],
)  # fmt: skip
def test_each_invariant_is_found_where_it_is_broken(resource: dict[str, Any], key: str, path: str) -> None:
    assert (key, path) in {(fault.rule, fault.path) for fault in bindings.check(resource)}


@pytest.mark.parametrize(("type_", "element", "codes"), BINDINGS)
def test_every_required_binding_takes_its_codes_and_no_other(type_: str, element: str, codes: str) -> None:
    def broken(code: str) -> set[str]:
        *outer, last = element.split(".")
        node: Any = {last: code}
        for name in reversed(outer):
            node = {name: [node]}
        faults = bindings.check({"resourceType": type_, **node})
        return {fault.path.replace("[0]", "") for fault in faults if fault.code == "IPK-F010"}

    assert broken("nonsense") == {f"{type_}.{element}"}
    assert not any(broken(code) for code in codes.split())


def test_a_cancelled_plan_and_an_active_activity_are_the_classic_mistakes() -> None:
    wrong = {**PLAN, "status": "cancelled", "activity": [{"detail": {"status": "active"}}]}
    assert [fault.path for fault in bindings.check(wrong)] == [
        "CarePlan.status",
        "CarePlan.activity[0].detail.status",
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"foo": 1}, "CarePlan.foo"),
        ({"created": "2026-13-01"}, "CarePlan.created"),
        ({"created": "2026-03-04T10:00:00"}, "CarePlan.created"),
        ({"title": ""}, "CarePlan.title"),
        ({"title": "   "}, "CarePlan.title"),
        ({"title": None}, "CarePlan.title"),
        ({"goal": []}, "CarePlan.goal"),
        ({"period": {}}, "CarePlan.period"),
        ({"id": "a_b"}, "CarePlan.id"),
        ({"id": "a" * 65}, "CarePlan.id"),
        ({"intent": ["plan"]}, "CarePlan.intent"),
        ({"subject": None}, "CarePlan.subject"),
        ({"status": "cancelled"}, "CarePlan.status"),
        ({"13116900216": "x"}, "CarePlan"),
    ],
)
def test_outside_json_is_checked_with_place_and_no_value(change: dict[str, Any], path: str) -> None:
    faults = r4.check({**PLAN, **change})
    assert path in {fault.path for fault in faults}
    assert "13116900216" not in repr(faults)


@pytest.mark.parametrize(
    "outside",
    [None, [], "x", {}, {"resourceType": 1}, {"resourceType": "Foo"}, {"resourceType": "HumanName"}],
)
def test_what_is_no_resource_is_one_fault(outside: object) -> None:
    assert [fault.path for fault in r4.check(outside)] == ["resourceType"]


def test_a_missing_required_code_is_named() -> None:
    assert "CarePlan.status" in {
        f.path for f in r4.check({"resourceType": "CarePlan", "subject": {"reference": "Patient/1"}})
    }


def test_the_resources_of_a_bundle_are_checked_too() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {**PLAN, "status": "cancelled"}}],
    }
    assert [fault.path for fault in r4.check(bundle)] == ["Bundle.entry[0].resource.status"]


def test_a_resource_inside_that_r4_does_not_know_is_a_fault_and_no_crash() -> None:
    assert r4.check({**PLAN, "contained": [{"resourceType": "FooType"}]})


def test_json_that_is_none_is_a_fault_with_its_line() -> None:
    assert r4.check_bytes(b'{"a":\n ?}')[0].code == "IPK-E001"
    assert r4.check_bytes(b'{"resourceType":"Patient"}') == ()


def test_elements_that_python_names_otherwise_keep_their_r4_names() -> None:
    assert "Task.for" in {fault.path for fault in r4.check({**TASK, "for": 1})}


@pytest.mark.reference
def test_the_worked_examples_pass_outside_checks() -> None:
    files = sorted(reference.path("worked").glob("*/fhir/*.json"))
    assert files
    assert {file.name: r4.check_bytes(file.read_bytes()) for file in files} == {
        file.name: () for file in files
    }


def test_own_resources_pass_outside_checks() -> None:
    assert [r for r in samples.everything() if r4.check(r)] == []


@pytest.mark.parametrize(
    ("resource", "paths"),
    [
        ({"resourceType": "Task", "status": "x"}, {"Task.status", "Task.intent"}),
        ({**TASK, "status": "x", "foo": 1}, {"Task.status", "Task.foo"}),
        ({**TASK, "status": "x", "intent": ["order"]}, {"Task.status", "Task.intent"}),
        (
            {**TASK, "foo": 1, "authoredOn": "2026-03-04T10:00:00Z", "lastModified": "2026-03-03"},
            {"Task.foo", "Task.lastModified"},
        ),
        ({"resourceType": "Patient", "gender": "x", "contact": ["x"]}, {"Patient.gender", "Patient.contact[0]"}),
        (
            {"resourceType": "Bundle", "type": "collection", "foo": 1, "entry": [{"resource": {**TASK, "status": "x"}}]},
            {"Bundle.foo", "Bundle.entry[0].resource.status"},
        ),
    ],
)  # fmt: skip
def test_a_wrong_form_hides_no_wrong_code_and_no_broken_rule(
    resource: dict[str, Any], paths: set[str]
) -> None:
    assert {fault.path for fault in r4.check(resource)} == paths


NAMES = sorted({element.partition(".")[0] for _, element, _ in BINDINGS} | {"entry", "target", "period"})


@pytest.mark.parametrize("type_", sorted({type_ for type_, _, _ in BINDINGS} | {"Organization", "Bundle"}))
def test_no_shape_of_any_element_breaks_the_check(type_: str) -> None:
    for name in NAMES:
        for wrong in (None, 1, "x", [], {}, [None], ["x"], [[]], [{}], {"x": [None]}):
            bindings.check_unsure({"resourceType": type_, name: wrong})
