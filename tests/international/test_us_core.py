"""US Core: the searches of its CapabilityStatement for the types we share, each answer re-checked against the query.

What comes back is compared with what an independent reading of R4 finds among all resources: nothing too much, nothing missing.
HL7/US-Core, CapabilityStatement us-core-server.
"""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import pytest

from tests.international.conftest import World
from tests.international.recheck import ELEMENTS, OSLO, PREFIXES, answers, values
from tests.web.hands import FNR, search

COMBINATIONS: Final = (
    ("CarePlan", "patient category"), ("CarePlan", "patient category status"), ("CarePlan", "patient category date"),
    ("CarePlan", "patient category status date"),
    ("CareTeam", "patient status"), ("CareTeam", "patient role"), ("CareTeam", "role"),
    ("Goal", "patient"), ("Goal", "patient lifecycle-status"), ("Goal", "patient target-date"),
    ("ServiceRequest", "patient"), ("ServiceRequest", "_id"), ("ServiceRequest", "patient category"),
    ("ServiceRequest", "patient code"), ("ServiceRequest", "patient category authored"),
    ("ServiceRequest", "patient status"), ("ServiceRequest", "patient code authored"),
    ("PractitionerRole", "practitioner"), ("Organization", "name"), ("Patient", "_id"),
)  # fmt: skip
REVINCLUDED: Final = ("CarePlan", "CareTeam", "Goal", "ServiceRequest")


def _as_asked(kind: str, held: Any) -> list[str]:
    """Return the values by which an element can be asked for."""
    if kind == "date":
        day = held if isinstance(held, str) else held["start"]
        return [f"ge{day[:10]}", "lt2030"]
    if kind == "reference":
        return [held["reference"]] if "reference" in held else []
    if kind == "string":
        return [held[:4]]
    codings = held.get("coding", ()) if isinstance(held, dict) else [{"code": held}]
    return [f"{one['system']}|{one['code']}" if "system" in one else one["code"] for one in codings]


def _queries(resource: dict[str, Any], names: list[str]) -> list[list[tuple[str, str]]]:
    """Return the queries of a combination that ask for what a resource holds."""
    rows = ELEMENTS[resource["resourceType"]]
    asked = [
        [(name, one) for held in values(resource, rows[name][1]) for one in _as_asked(rows[name][0], held)]
        for name in names
    ]
    return [list(query) for query in product(*asked)][:6]


def _found(world: World, type_: str, query: list[tuple[str, str]]) -> set[str]:
    answer = world.client.get(f"/fhir/{type_}", query_string=[*query, ("_count", "200")])
    assert answer.status_code == 200, answer.text
    return {entry["resource"]["id"] for entry in answer.get_json().get("entry", ())}


def _wanted(world: World, everything: list[dict[str, Any]], query: list[tuple[str, str]]) -> set[str]:
    now = world.clock().astimezone(OSLO)
    return {one["id"] for one in everything if answers(one, query, now=now)}


@pytest.mark.parametrize(("type_", "names"), COMBINATIONS, ids=lambda value: str(value).replace(" ", "+"))
def test_us_core_search(world: World, type_: str, names: str):
    everything = world.all(type_)
    queries = {tuple(query) for one in everything for query in _queries(one, names.split())}
    assert queries, "nothing holds what is asked for"
    for query in sorted(queries):
        found = _found(world, type_, list(query))
        assert found, query
        assert found == _wanted(world, everything, list(query)), query


@pytest.mark.parametrize("prefix", PREFIXES)
def test_us_core_care_plan_date_comparators(world: World, prefix: str):
    everything = world.all("CarePlan")
    for day in ("2026", "2026-04", "2026-04-01", "2026-05-01", "2027-03-31", "2028"):
        query = [("date", f"{prefix}{day}")]
        assert _found(world, "CarePlan", query) == _wanted(world, everything, query), query


def test_us_core_care_plan_status_multiple_or(world: World):
    query = [("patient", world.patients[0]), ("status", "draft,active,revoked")]
    assert _found(world, "CarePlan", query) == {world.plans[0]}
    assert _found(world, "CarePlan", [("patient", world.patients[0]), ("status", "draft,revoked")]) == set()


def test_us_core_care_plan_date_multiple_and(world: World):
    assert _found(world, "CarePlan", [("date", "ge2026-04-15"), ("date", "le2026-04-20")]) == {world.plans[0]}
    assert _found(world, "CarePlan", [("date", "sa2026-04-15"), ("date", "eb2028")]) == {world.plans[1]}


@pytest.mark.parametrize("type_", REVINCLUDED)
def test_us_core_revinclude_provenance_target(world: World, type_: str):
    path = f"/fhir/{type_}?patient={world.patients[0]}&_revinclude=Provenance:target&_count=100"
    entries = world.client.get(path).get_json()["entry"]
    matches = {f"{type_}/{one['resource']['id']}" for one in entries if one["search"]["mode"] == "match"}
    told = [one["resource"] for one in entries if one["search"]["mode"] == "include"]
    assert matches
    assert {one["resourceType"] for one in told} == {"Provenance"}
    targets = [target["reference"].partition("/_history")[0] for one in told for target in one["target"]]
    assert matches <= set(targets)
    assert all(
        any(t["reference"].partition("/_history")[0] in matches for t in one["target"]) for one in told
    )


def test_us_core_patient_by_identifier_goes_by_post(world: World):
    answer = search(world.client, "Patient", identifier=f"{FNR}|{world.numbers[0]}")
    assert [one["resource"]["id"] for one in answer.get_json()["entry"]] == [world.patients[0]]
    refused = world.client.get(f"/fhir/Patient?identifier={world.numbers[0]}")
    assert refused.status_code == 400
    assert world.numbers[0] not in refused.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/fhir/CarePlan?date=ugyldig", 400),
        ("/fhir/CarePlan?status:nonsense=active", 400),
        ("/fhir/CarePlan/unknown", 404),
        ("/fhir/Medication/1", 404),
    ],
)
def test_us_core_errors(world: World, path: str, status: int):
    answer = world.client.get(path)
    assert (answer.status_code, answer.get_json()["resourceType"]) == (status, "OperationOutcome")


@pytest.mark.parametrize("type_", REVINCLUDED)
def test_us_core_vread_and_history_instance(world: World, type_: str):
    one = world.all(type_)[0]
    history = world.client.get(f"/fhir/{type_}/{one['id']}/_history").get_json()
    assert history["type"] == "history"
    assert history["entry"][0]["resource"] == one
    version = world.client.get(f"/fhir/{type_}/{one['id']}/_history/{one['meta']['versionId']}")
    assert version.get_json() == one
