"""What a profile asks beyond R4 is asked: by small profiles of one demand each, and by those of the guide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings

from adapter.fhir import (
    conformance,
    definitions,
    guiderules,
    profiles,
    r4,
    references,
    snapshot,
    terminology,
    urls,
)
from adapter.fhir.parts import concept
from tests.fhir import validator
from tests.fhir.invalid import right
from tests.fhir.test_r4 import SCENARIOS, mutated

CORE = "http://hl7.org/fhir/StructureDefinition/"
SETS = f"{urls.BASE}/ValueSet"


def element(id_: str, *, base: tuple[int, str] = (0, "*"), **told: Any) -> dict[str, Any]:
    """Return one element of a snapshot."""
    path = ".".join(step.partition(":")[0] for step in id_.split("."))
    own = {"path": path, "min": base[0], "max": base[1]}
    named = {"sliceName": id_.rpartition(":")[2]} if ":" in id_.rpartition(".")[2] else {}
    return {"id": id_, "path": path, "min": base[0], "max": base[1], "base": own, **named, **told}


def said(resource: dict[str, Any], *elements: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a profile of these elements says of a resource."""
    type_ = resource["resourceType"]
    tree = snapshot.compiled({"snapshot": {"element": [element(type_), *elements]}})
    scope = references.scope(resource)
    found = conformance.against(resource, tree, name="small", path=type_, scope=scope)
    return [(fault.path, fault.rule) for fault in found]


def sliced(id_: str, kind: str, path: str, rules: str = "open") -> dict[str, Any]:
    return element(id_, slicing={"discriminator": [{"type": kind, "path": path}], "rules": rules})


IDENTIFIERS: Final = (
    sliced("Patient.identifier", "value", "system"),
    element("Patient.identifier:fnr", min=1, max="1"),
    element("Patient.identifier:fnr.system", min=1, fixedUri="urn:oid:1.2", base=(0, "1")),
    element("Patient.identifier:fnr.value", min=1, base=(0, "1")),
)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"identifier": [{"system": "urn:oid:1.2", "value": "x"}]}, []),
        ({"identifier": [{"system": "urn:oid:9.9"}]}, [("Patient.identifier", "slice-min")]),
        ({}, [("Patient.identifier", "slice-min")]),
        ({"identifier": [{"system": "urn:oid:1.2"}]}, [("Patient.identifier[0].value", "profile-min")]),
        (
            {"identifier": [{"system": "urn:oid:1.2", "_value": {"extension": [{"url": "u:x", "valueCode": "unknown"}]}}]},
            [],
        ),
        (
            {"identifier": [{"system": "urn:oid:1.2", "value": "x"}] * 2},
            [("Patient.identifier", "slice-max")],
        ),
    ],
)  # fmt: skip
def test_a_slice_told_by_a_value_has_its_number_and_its_parts(
    change: dict[str, Any], told: list[Any]
) -> None:
    assert said({"resourceType": "Patient", **change}, *IDENTIFIERS) == told


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([{"coding": [{"system": "u:a", "code": "1", "display": "x"}]}], []),
        ([{"coding": [{"system": "u:b", "code": "1"}, {"system": "u:a", "code": "1"}]}], []),
        ([{"coding": [{"system": "u:a", "code": "2"}]}], [("CarePlan.category[0]", "slice-closed"), ("CarePlan.category", "slice-min")]),
    ],
)  # fmt: skip
def test_a_slice_told_by_a_pattern_of_itself_and_closed(found: list[Any], told: list[Any]) -> None:
    rows = (
        sliced("CarePlan.category", "pattern", "$this", "closed"),
        element(
            "CarePlan.category:ip", min=1, patternCodeableConcept={"coding": [{"system": "u:a", "code": "1"}]}
        ),
    )
    plan = right("CarePlan", category=found)
    assert sorted(said(plan, *rows)) == sorted(told)


def test_a_slice_told_by_a_repeating_element_inside() -> None:
    rows = (
        sliced("PractitionerRole.code", "value", "coding.system"),
        element("PractitionerRole.code:function", max="1"),
        element("PractitionerRole.code:function.coding"),
        element("PractitionerRole.code:function.coding.system", base=(0, "1"), min=1, fixedUri="u:a"),
        element("PractitionerRole.code:function.coding.code", base=(0, "1"), min=1),
    )
    role = right(
        "PractitionerRole", code=[concept({"system": "u:a", "code": "1"}), concept({"system": "u:b"})]
    )
    assert said(role, *rows) == []
    role["code"][1] = concept({"system": "u:a"})
    assert said(role, *rows) == [
        ("PractitionerRole.code[1].coding[0].code", "profile-min"),
        ("PractitionerRole.code", "slice-max"),
    ]


def test_a_slice_told_by_what_is_there() -> None:
    rows = (
        sliced("CarePlan.activity", "exists", "detail"),
        element("CarePlan.activity:plain", max="0"),
        element("CarePlan.activity:plain.detail", base=(0, "1"), min=1),
    )
    referred = {"reference": {"reference": "Task/1"}}
    assert said(right("CarePlan", activity=[referred]), *rows) == []
    assert said(right("CarePlan", activity=[referred, {"detail": {"status": "unknown"}}]), *rows) == [
        ("CarePlan.activity", "slice-max")
    ]


def test_a_slice_told_by_the_type_of_a_reference_or_of_a_choice() -> None:
    rows = (
        sliced("CareTeam.participant", "type", "member.resolve()"),
        element("CareTeam.participant:patient", min=1, max="1"),
        element(
            "CareTeam.participant:patient.member",
            base=(0, "1"),
            type=[{"code": "Reference", "targetProfile": [f"{CORE}Patient"]}],
        ),
    )
    assert said(right("CareTeam", participant=[{"member": {"reference": "Organization/1"}}]), *rows) == [
        ("CareTeam.participant", "slice-min")
    ]
    assert said(right("CareTeam", participant=[{"member": {"reference": "Patient/1"}}]), *rows) == []
    choice = (
        sliced("Observation.value[x]", "type", "$this"),
        element(
            "Observation.value[x]:valueString", base=(0, "1"), type=[{"code": "string"}], patternString="x"
        ),
    )
    assert said(right("Observation", valueString="y"), *choice) == [("Observation.value", "profile-pattern")]
    assert said(right("Observation", valueInteger=2), *choice) == []


def test_a_slice_told_by_a_profile_of_the_guide() -> None:
    wish = f"{urls.BASE}/StructureDefinition/patient-wish"
    rows = (
        sliced("ServiceRequest.extension", "profile", "$this"),
        element("ServiceRequest.extension:wish", min=1, type=[{"code": "Extension", "profile": [wish]}]),
    )
    assert said(right("ServiceRequest", extension=[{"url": wish, "valueCode": "yes"}]), *rows) == []
    assert said(right("ServiceRequest", extension=[{"url": wish, "valueCode": "perhaps"}]), *rows) == [
        ("ServiceRequest.extension", "slice-min")
    ]


@pytest.mark.parametrize(
    ("row", "change", "told"),
    [
        (element("CarePlan.title", base=(0, "1"), min=1), {}, ("CarePlan.title", "profile-min")),
        (element("CarePlan.note", max="1"), {"note": [{"text": "x"}] * 2}, ("CarePlan.note", "profile-max")),
        (element("CarePlan.title", base=(0, "1"), max="0"), {"title": "x"}, ("CarePlan.title", "profile-max")),
        (element("CarePlan.intent", base=(1, "1"), fixedCode="order"), {}, ("CarePlan.intent", "profile-fixed")),
        (
            element("CarePlan.category", patternCodeableConcept={"coding": [{"code": "a"}]}),
            {"category": [{"coding": [{"code": "b"}]}]}, ("CarePlan.category[0]", "profile-pattern"),
        ),
        (
            element("CarePlan.category", binding={"strength": "required", "valueSet": f"{SETS}/plan-categories"}),
            {"category": [{"text": "x"}]}, ("CarePlan.category[0]", "profile-binding"),
        ),
        (
            element(
                "CarePlan.subject", base=(1, "1"), type=[{"code": "Reference", "targetProfile": [f"{CORE}Patient"]}]
            ),
            {"subject": {"reference": "Group/1"}}, ("CarePlan.subject", "profile-target"),
        ),
    ],
)  # fmt: skip
def test_one_demand_of_a_profile(row: dict[str, Any], change: dict[str, Any], told: tuple[str, str]) -> None:
    assert said(right("CarePlan", **change), row) == [told]


def test_a_choice_keeps_the_types_that_are_left() -> None:
    row = element("ServiceRequest.occurrence[x]", base=(0, "1"), type=[{"code": "dateTime"}], min=1)
    assert said(right("ServiceRequest", occurrenceDateTime="2026"), row) == []
    assert said(right("ServiceRequest", occurrencePeriod={"start": "2026"}), row) == [
        ("ServiceRequest.occurrence", "profile-type")
    ]
    assert said(right("ServiceRequest"), row) == [("ServiceRequest.occurrence", "profile-min")]


def test_what_a_profile_only_repeats_of_r4_is_not_asked_twice() -> None:
    rows = (
        element("CarePlan.status", base=(1, "1")),
        element("CarePlan.subject", base=(1, "1"), type=[
            {"code": "Reference", "targetProfile": [f"{CORE}Patient", f"{CORE}Group"]}
        ]),
    )  # fmt: skip
    assert snapshot.compiled({"snapshot": {"element": [element("CarePlan"), *rows]}}).kids == {}


# The guide


def golden(profile: str) -> dict[str, Any]:
    """Return the first golden resource of a profile of the guide."""
    url = f"{urls.BASE}/StructureDefinition/{profile}"
    type_ = conformance.of(url)
    for file in sorted(SCENARIOS.glob(f"*/expected/resources/{type_}/*.json")):
        found = json.loads(file.read_bytes())
        if profiles.of(found) == url:
            return dict(found)
    raise AssertionError(profile)


def guided(profile: str, resource: dict[str, Any]) -> list[tuple[str, str]]:
    found = r4.check(resource, profile=f"{urls.BASE}/StructureDefinition/{profile}")
    return [(fault.path, fault.rule) for fault in found]


PATIENT = {"reference": "Patient/1"}
WRONG: Final = (
    ("ip-plan", {"category": [{"coding": [{"system": "u:x", "code": "individuell-plan"}]}]}, "CarePlan", "ip-plan-1"),
    ("ip-plan", {"author": {"reference": "Patient/1"}}, "CarePlan.author", "profile-target"),
    ("ip-plan", {"careTeam": [{"reference": "CareTeam/1"}, {"reference": "CareTeam/2"}]}, "CarePlan.careTeam", "profile-max"),
    ("ip-plan", {"intent": "order"}, "CarePlan.intent", "profile-pattern"),
    ("ip-plan", {"period": {"end": "2027"}}, "CarePlan.period.start", "profile-min"),
    ("ip-team", {"managingOrganization": [{"reference": "Organization/1"}] * 2}, "CareTeam.managingOrganization", "profile-max"),
    ("ip-team", {"category": [{"text": "x"}]}, "CareTeam.category[0]", "profile-binding"),
    ("ip-goal", {"description": {"coding": [{"code": "x"}]}}, "Goal.description.text", "profile-min"),
    ("ip-need", {"occurrenceDateTime": ..., "occurrencePeriod": {"start": "2026"}}, "ServiceRequest.occurrence", "profile-type"),
    ("ip-need", {"requisition": {"system": "u:x", "value": "y"}}, "ServiceRequest.requisition.system", "profile-pattern"),
    ("ip-need-task", {"owner": {"reference": "Patient/1"}}, "Task.owner", "profile-target"),
    ("ip-work-item", {"code": {"text": "x"}}, "Task.code", "profile-binding"),
    ("ip-consent", {"category": [{"text": "x"}] * 2}, "Consent.category", "slice-min"),
    ("ip-consent", {"policyRule": ..., "policy": [{"uri": "u:x"}]}, "Consent.policyRule", "profile-min"),
    ("ip-message", {"payload": [{"contentString": "x"}]}, "Communication.payload[0].content", "profile-type"),
    ("ip-meeting", {"description": ...}, "Appointment.description", "profile-min"),
    ("ip-assignment", {"active": ...}, "PractitionerRole.active", "profile-min"),
    ("ip-assignment", {"practitioner": ...}, "PractitionerRole", "ip-assignment-1"),
    ("ip-provenance", {"activity": ...}, "Provenance.activity", "profile-min"),
)  # fmt: skip


@pytest.mark.parametrize(("profile", "change", "path", "rule"), WRONG)
def test_a_resource_that_breaks_a_profile_of_the_guide(
    profile: str, change: dict[str, Any], path: str, rule: str
) -> None:
    found = {**golden(profile), **change}
    wrong = {name: value for name, value in found.items() if value is not ...}
    assert (path, rule) in guided(profile, wrong)
    assert guided(profile, golden(profile)) == []


def test_a_team_names_one_coordinator_in_charge_at_most() -> None:
    team = golden("ip-team")
    charge = concept({"system": urls.TEAM_FUNCTION, "code": "hovedansvar"})
    member = {"reference": "PractitionerRole/9"}
    ended = {"role": [charge], "member": member, "period": {"end": "2026-01-01"}}
    current = {"role": [charge], "member": member}
    team["participant"] = [one for one in team["participant"] if "Patient/" in json.dumps(one["member"])]
    assert guided("ip-team", {**team, "participant": [*team["participant"], ended, current]}) == []
    assert guided("ip-team", {**team, "participant": [*team["participant"], current, current]}) == [
        ("CareTeam", "ip-team-2")
    ]


def test_an_offer_may_name_nobody_and_what_is_over_names_somebody() -> None:
    role = {name: value for name, value in golden("ip-assignment").items() if name != "practitioner"}
    offered, replaced = (
        {**role, "extension": [{"url": urls.ASSIGNMENT_STATE, "valueCode": state}]}
        for state in ("proposed", "replaced")
    )
    assert guided("ip-assignment", offered) == []
    assert guided("ip-assignment", replaced) == [("PractitionerRole", "ip-assignment-1")]


def test_what_a_profile_warns_of_refuses_nothing_and_is_told_to_who_asks() -> None:
    url = f"{urls.BASE}/StructureDefinition/ip-plan"
    plan = {**golden("ip-plan"), "activity": [{"detail": {"status": "unknown"}}]}
    assert r4.check(plan, profile=url) == ()
    (warning,) = r4.check(plan, profile=url, warnings=True)
    assert (warning.path, warning.rule, warning.severity) == ("CarePlan", "ip-plan-2", "may")
    team = {
        **golden("ip-team"),
        "participant": [{"role": [concept(text="x")], "member": {"reference": "Organization/1"}}],
    }
    found = r4.check(team, profile=f"{urls.BASE}/StructureDefinition/ip-team", warnings=True)
    assert [fault.rule for fault in found] == ["ip-team-1"]


def test_every_golden_resource_keeps_its_profile_and_the_definitions_of_its_extensions() -> None:
    texts = {file.read_bytes(): file for file in SCENARIOS.glob("*/expected/resources/*/*.json")}
    wrong = {str(file): found for data, file in texts.items() if (found := _broken(json.loads(data)))}
    assert wrong == {}


def _broken(resource: dict[str, Any]) -> list[object]:
    scope, type_ = references.scope(resource), resource["resourceType"]
    url = profiles.of(resource)
    own = conformance.check(resource, url, path=type_, scope=scope) if url else ()
    return [*conformance.further(resource, type_, scope), *own]


def test_a_claimed_profile_is_held_against_and_another_s_is_not() -> None:
    def claiming(url: str) -> list[tuple[str, str]]:
        found = r4.check(right("CarePlan", meta={"profile": [url]}))
        return [(fault.path, fault.rule) for fault in found]

    assert ("CarePlan.author", "profile-min") in claiming(f"{urls.BASE}/StructureDefinition/ip-plan")
    assert claiming("https://a.example/StructureDefinition/other") == []
    assert claiming(f"{urls.BASE}/StructureDefinition/ip-team") == [
        ("CarePlan.meta.profile[0]", "profile-type")
    ]


def test_a_profile_asked_for_that_is_unknown_or_of_another_type_is_a_fault() -> None:
    found = r4.check(right("CarePlan"), profile="https://a.example/StructureDefinition/other")
    assert [(fault.code, fault.path) for fault in found] == [("IPK-F050", "CarePlan")]
    found = r4.check(right("CarePlan"), profile=f"{urls.BASE}/StructureDefinition/ip-team")
    assert [fault.rule for fault in found] == ["profile-type"]


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (right("ServiceRequest", extension=[{"url": urls.PATIENT_WISH, "valueCode": "yes"}]), []),
        (
            right("ServiceRequest", extension=[{"url": urls.PATIENT_WISH, "valueCode": "perhaps"}]),
            [("ServiceRequest.extension[0].value", "profile-binding")],
        ),
        (
            right("ServiceRequest", extension=[{"url": urls.PATIENT_WISH, "valueString": "yes"}]),
            [("ServiceRequest.extension[0].value", "profile-type")],
        ),
        (
            right("Task", extension=[{"url": urls.PATIENT_WISH, "valueCode": "yes"}]),
            [("Task.extension[0]", "extension-context")],
        ),
        (
            right("Task", contained=[right("ServiceRequest", id="a", extension=[{"url": urls.PATIENT_WISH, "valueCode": "yes"}])],
                  focus={"reference": "#a"}), [],
        ),
        (
            right("Encounter", period={"_start": {"extension": [{"url": urls.DISCHARGE_READY, "valueDateTime": "2026"}]}}),
            [("Encounter.period.start.extension[0]", "extension-context")],
        ),
        (
            {"resourceType": "Bundle", "type": "collection", "entry": [
                {"resource": right("ServiceRequest", extension=[{"url": urls.PATIENT_WISH, "valueCode": "no"}])}
            ]}, [],
        ),
    ],
)  # fmt: skip
def test_an_extension_of_the_guide_is_held_against_its_definition(
    resource: dict[str, Any], told: list[Any]
) -> None:
    assert [(fault.path, fault.rule) for fault in r4.check(resource)] == told


def test_every_invariant_of_the_guide_has_a_rule_and_every_rule_is_one() -> None:
    rows = [
        row for one in definitions.of_type("StructureDefinition") for row in one["differential"]["element"]
    ]
    own = {constraint["key"] for row in rows for constraint in row.get("constraint", ())}
    assert own == set(guiderules.RULES)


@pytest.mark.node
def test_the_independent_validator_refuses_the_same(tmp_path: Path) -> None:
    wrong = []
    for profile, change, _, _ in WRONG:
        claimed = {"meta": {"profile": [f"{urls.BASE}/StructureDefinition/{profile}"]}}
        found = {**golden(profile), **change, **claimed}
        wrong.append({name: value for name, value in found.items() if value is not ...})
    refused = {int(error[:3]) for error in validator.errors(wrong, tmp_path)}
    assert [WRONG[number] for number in range(len(WRONG)) if number not in refused] == []


@given(mutated())
@settings(max_examples=200, deadline=None)
def test_no_change_of_a_right_resource_breaks_a_profile_s_check(resource: Any) -> None:
    for url in definitions.profiles(str(resource.get("resourceType")) if isinstance(resource, dict) else ""):
        for fault in r4.check(resource, profile=url):
            assert fault.path


@pytest.mark.parametrize(
    "coding", [{"code": ["x"]}, {"code": {}}, {"system": [], "code": "x"}, {"system": "s"}]
)
def test_a_coding_that_cannot_be_read_is_of_no_value_set(coding: Any) -> None:
    listed = next(url for url in _value_sets() if terminology.codes(url))
    assert not terminology.takes(listed, {"coding": [coding]})


def _value_sets() -> list[str]:
    return [str(one["url"]) for one in definitions.of_type("ValueSet")]
