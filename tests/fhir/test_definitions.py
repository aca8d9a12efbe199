"""The definitions of the guide: what the program writes and names stands in them, and all that it makes keeps its profile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from adapter import codes
from adapter.errortable import TABLE
from adapter.events import consent, limits, needs
from adapter.fhir import audit, definitions, profiles, r4, urls
from adapter.mappings import handling
from adapter.rules import assignment_states
from tests import reference
from tests.fhir import validator

DEFINED = re.compile(rf"{re.escape(urls.BASE)}/(StructureDefinition|CodeSystem|NamingSystem)/[a-z-]+")
"""What is named by a canonical of a definition; a subscription topic has none in R4."""
SCENARIOS = reference.ROOT / "fixtures" / "scenarios"
LITERALS = {
    "patient-wish": set(get_args(needs.Wish)),
    "assignment-state": set(get_args(assignment_states.State)),
    "consent-status": {*get_args(consent.ConsentStatus), "expired"},
    "consent-method": {"oral", "written", "digital"},
    "consent-giver": {"patient", "guardian", "representative", "relative"},
    "consent-guardians": {"one", "both"},
    "consent-capacity": {"full", "lacking"},
    "consent-topic": set(get_args(limits.Topic)),
}
"""CodeSystem that only extensions use → the codes that events know."""


def _codes(system: Mapping[str, Any]) -> dict[str, str]:
    return {concept["code"]: concept["display"] for concept in system["concept"]}


def _named() -> Iterator[str]:
    """Canonicals of ours that the program names."""
    for value in vars(urls).values():
        if isinstance(value, str) and DEFINED.fullmatch(value):
            yield value


@pytest.mark.parametrize("name", codes.LOCAL)
def test_a_local_code_table_stands_in_the_guide_code_by_code(name: str):
    found = definitions.by_url(codes.local_system(name))
    assert found is not None
    assert _codes(found) == dict(codes.LOCAL[name])


def test_each_way_a_receiver_is_reached_by_hand_stands_in_the_set_of_ways():
    """``ip-message`` requires ``Communication.medium`` to be of the set. E59."""
    found = definitions.by_url(f"{urls.BASE}/ValueSet/connection-types")
    assert found is not None
    modes = next(part for part in found["compose"]["include"] if part["system"] == urls.PARTICIPATION_MODE)
    assert {concept["code"] for concept in modes["concept"]} == set(handling.MODE.values())


def test_a_code_system_of_the_guide_is_a_table_of_the_program_or_the_values_of_an_event():
    known = {*codes.LOCAL, *LITERALS, "error"}
    assert {system["id"] for system in definitions.of_type("CodeSystem")} == known


@pytest.mark.parametrize("name", LITERALS)
def test_codes_of_extensions_are_those_of_the_events(name: str):
    found = definitions.by_url(codes.local_system(name))
    assert found is not None
    assert set(_codes(found)) == LITERALS[name]


def test_what_a_consent_event_may_say_of_method_giver_guardians_and_capacity_is_in_the_guide():
    said = {
        name: {
            value
            for part in get_args(consent.Consent.model_fields[name].annotation)
            for value in get_args(part)
        }
        for name in ("given_by", "method", "guardians", "capacity")
    }
    assert said["given_by"] == LITERALS["consent-giver"]
    assert said["method"] == LITERALS["consent-method"]
    assert said["guardians"] == LITERALS["consent-guardians"]
    assert said["capacity"] == LITERALS["consent-capacity"]


@pytest.mark.parametrize("url", sorted(set(_named())))
def test_every_canonical_of_ours_that_the_program_names_is_defined(url: str):
    found = definitions.by_url(url)
    assert found is not None
    assert found["resourceType"] == url.rsplit("/", 2)[1]


@pytest.mark.parametrize("url", [row.url for row in definitions.every() if row.type == "ConceptMap"])
def test_a_map_tells_of_every_code_of_its_system(url: str):
    found = definitions.by_url(url)
    assert found is not None
    for group in found["group"]:
        source = definitions.by_url(group["source"])
        assert source is not None
        assert {element["code"] for element in group["element"]} == set(_codes(source))


def test_every_error_code_stands_in_its_code_system():
    found = definitions.by_url(urls.ERROR)
    assert found is not None
    assert set(_codes(found)) == set(TABLE)


def test_a_canonical_may_carry_a_version_and_an_unknown_one_is_none():
    assert definitions.by_url(f"{urls.NEED_KIND}|0.1.0") == definitions.by_url(urls.NEED_KIND)
    assert definitions.by_url(f"{urls.BASE}/CodeSystem/no-such") is None


def test_every_row_of_the_index_is_a_file_and_every_file_a_row():
    folder = reference.ROOT / "adapter" / "data" / "definitions"
    rows = {row.file for row in definitions.every() if row.file}
    assert rows == {path.name for path in folder.glob("*.json")} - {"index.json"}
    for row in definitions.every():
        content = definitions.content(row)
        assert (content["resourceType"], content["id"]) == (row.type, row.id)


def test_a_profile_that_is_chosen_exists_and_is_on_the_type():
    for type_, rows in profiles._ROWS.items():
        for _, id_ in rows:
            assert profiles._url(id_) in definitions.profiles(type_)
    chosen = {profiles._url(id_) for rows in profiles._ROWS.values() for _, id_ in rows}
    assert chosen == {row.url for row in definitions.every() if row.profile}


def test_profiles_have_a_snapshot_and_bind_to_value_sets_that_are_there():
    for row in definitions.every():
        if row.type != "StructureDefinition":
            continue
        elements = definitions.content(row)["snapshot"]["element"]
        bound = (element.get("binding", {}).get("valueSet", "") for element in elements)
        ours = {url for url in bound if url.startswith(urls.BASE)}
        assert all(definitions.by_url(url) for url in ours)


def goldens() -> list[dict[str, Any]]:
    """Return every resource that the scenarios expect and that has a profile, each content once."""
    texts = {path.read_bytes() for path in SCENARIOS.glob("*/expected/resources/*/*.json")}
    return [one for one in map(json.loads, sorted(texts)) if profiles.of(one)]


def _audits() -> Iterator[dict[str, Any]]:
    for number, (interaction, _) in enumerate(sorted(audit.ACTION.items())):
        yield audit.audit_event(
            {
                "id": f"audit-{number}", "recorded": datetime(2026, 3, 4, 10, 15, tzinfo=UTC), "interaction": interaction,
                "outcome": "0", "client": "urn:her:5079", "organisation": "Alvdal Kommune", "patient_id": "p1",
                "entities": ["CarePlan/c1"], "query": "status=active", "request_id": "r1",
            }
        )  # fmt: skip


def test_an_audit_event_of_every_interaction_keeps_its_profile(tmp_path: Path):
    found = [validator.claiming(one) for one in _audits()]
    assert all(profiles.of(one) for one in found)
    assert validator.errors(found, tmp_path) == []


@pytest.mark.slow
def test_every_golden_resource_keeps_its_profile(tmp_path: Path):
    found = goldens()
    assert {profiles.of(one) for one in found} == {row.url for row in definitions.every() if row.profile} - {
        f"{urls.BASE}/StructureDefinition/ip-audit"
    }
    assert validator.errors([validator.claiming(one) for one in found], tmp_path) == []


def _filled_in(url: str) -> set[str]:
    """Return the top elements that a profile leaves to the adapter: optional, and marked as must support."""
    profile = definitions.by_url(url)
    assert profile is not None
    return {
        element["path"].partition(".")[2]
        for element in profile["snapshot"]["element"]
        if element.get("mustSupport") and element["min"] == 0 and element["path"].count(".") == 1
    }


def test_what_a_profile_leaves_to_the_adapter_is_always_served():
    for one in goldens():
        url = profiles.of(one)
        assert url is not None
        assert _filled_in(url) <= one.keys()
    assert _filled_in(f"{urls.BASE}/StructureDefinition/ip-need") == {
        "requisition",
        "authoredOn",
        "performer",
    }


BROKEN = (
    ("ip-plan", {"period": None}),
    ("ip-plan", {"intent": "order"}),
    ("ip-plan", {"category": [{"text": "Individuell plan"}]}),
    ("ip-team", {"participant": None}),
    ("ip-team", {"category": None}),
    ("ip-need", {"requisition": {"system": "https://other.example/id", "value": "1"}}),
    ("ip-need", {"code": {"coding": [{"system": urls.NEED_KIND, "code": "physiotherapy"}]}}),
    ("ip-need-task", {"businessStatus": {"coding": [{"system": urls.NEED_STATE, "code": "lost"}]}}),
    ("ip-goal", {"description": {"coding": [{"code": "x"}]}}),
    ("ip-consent", {"provision": None}),
    ("ip-consent", {"category": [{"coding": [{"system": urls.CONSENT_SUBJECT, "code": "ip-need"}]}] * 2}),
    ("ip-message", {"payload": None}),
    ("ip-provenance", {"agent": [{"who": {"reference": "PractitionerRole/a"}}]}),
    ("ip-measure", {"code": None}),
)
"""Profile → a change that breaks it."""


def test_a_profile_refuses_what_it_is_there_to_refuse(tmp_path: Path):
    by_profile = {profiles.of(one): one for one in goldens()}
    broken = []
    for id_, change in BROKEN:
        url = f"{urls.BASE}/StructureDefinition/{id_}"
        one = {**by_profile[url], **change}
        kept = {name: value for name, value in one.items() if value is not None}
        broken.append({**kept, "meta": {**kept["meta"], "profile": [url]}})
    told = validator.errors(broken, tmp_path)
    refused = {int(line[:3]) for line in told}
    assert [BROKEN[n] for n in range(len(BROKEN)) if n not in refused] == []


@pytest.mark.parametrize(
    "type_", ["CodeSystem", "ValueSet", "ConceptMap", "SearchParameter", "CapabilityStatement"]
)
def test_definitions_are_r4_by_the_independent_validator(type_: str, tmp_path: Path):
    assert validator.errors([dict(one) for one in definitions.of_type(type_)], tmp_path) == []


def test_a_sample_of_each_profile_is_r4_by_our_own_check():
    for one in {profiles.of(each): each for each in goldens()}.values():
        assert r4.check(one) == ()
