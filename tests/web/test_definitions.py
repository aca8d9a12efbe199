"""The guide's definitions under /fhir: anybody reads them, and the CapabilityStatement names none that is not there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.fhir import definitions, urls
from tests.numbers import real_looking

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PLAN = f"{urls.BASE}/StructureDefinition/ip-plan"


def entries(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    found = client.get(address)
    assert found.status_code == 200
    assert found.content_type == "application/fhir+json"
    bundle: dict[str, Any] = found.json
    assert bundle["type"] == "searchset"
    return [entry["resource"] for entry in bundle.get("entry", ())]


@pytest.mark.parametrize("type_", definitions.TYPES)
def test_every_definition_is_read_by_its_id_as_it_stands_in_the_package(type_: str, client: FlaskClient):
    rows = [row for row in definitions.every() if row.type == type_]
    assert rows
    for row in rows:
        found = client.get(f"/fhir/{type_}/{row.id}")
        assert (found.status_code, found.content_type) == (200, "application/fhir+json")
        assert found.data == row.body


@pytest.mark.parametrize("type_", definitions.TYPES)
def test_a_search_without_parameters_lists_all_of_a_type(type_: str, client: FlaskClient):
    ids = {one["id"] for one in entries(client, f"/fhir/{type_}")}
    assert ids == {row.id for row in definitions.every() if row.type == type_}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (f"url={PLAN}", {"ip-plan"}),
        (f"url={PLAN}|0.1.0", {"ip-plan"}),
        ("name=ipplan", {"ip-plan", "ip-plan-task"}),
        ("name:exact=IpPlan", {"ip-plan"}),
        ("name:contains=Goal", {"ip-goal"}),
        ("title=Team", {"ip-team"}),
        ("_id=ip-plan,ip-team", {"ip-plan", "ip-team"}),
        ("_id=ip-plan&name=IpTeam", set()),
        ("status=draft", set()),
        ("url=https://elsewhere.example/x", set()),
    ],
)
def test_definitions_are_found_by_canonical_name_title_and_id(query: str, ids: set[str], client: FlaskClient):
    assert {one["id"] for one in entries(client, f"/fhir/StructureDefinition?{query}")} == ids


def test_a_search_by_form_finds_the_same(client: FlaskClient):
    found = client.post("/fhir/CodeSystem/_search", data={"url": urls.NEED_KIND})
    assert [entry["resource"]["id"] for entry in found.json["entry"]] == ["need-kind"]


def test_pages_follow_one_another_to_the_last(client: FlaskClient):
    address, seen = "/fhir/ValueSet?_count=7", []
    while address:
        page = client.get(address).json
        seen += [entry["resource"]["id"] for entry in page["entry"]]
        links = {link["relation"]: link["url"] for link in page["link"]}
        address = links.get("next", "")
    assert seen == [row.id for row in definitions.every() if row.type == "ValueSet"]


def test_a_definition_that_has_not_changed_is_not_sent_again(client: FlaskClient):
    first = client.get("/fhir/CodeSystem/need-state")
    again = client.get("/fhir/CodeSystem/need-state", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/fhir/CodeSystem/need-state", headers={"If-None-Match": 'W/"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/fhir/StructureDefinition/no-such", 404, "IPK-F001"),
        ("/fhir/StructureDefinition?url:below=x", 400, "IPK-F004"),
        ("/fhir/StructureDefinition?_count=many", 400, "IPK-F005"),
        ("/fhir/StructureDefinition?_count=-1", 400, "IPK-F005"),
    ],
)
def test_bad_input_gets_an_operation_outcome(address: str, status: int, code: str, client: FlaskClient):
    found = client.get(address)
    assert found.status_code == status
    assert found.json["resourceType"] == "OperationOutcome"
    assert code in found.text


def test_an_unknown_parameter_is_left_out_and_refused_by_the_strict(client: FlaskClient):
    assert len(entries(client, "/fhir/NamingSystem?colour=red")) > 1
    strict = client.get("/fhir/NamingSystem?colour=red", headers={"Prefer": "handling=strict"})
    assert strict.status_code == 400


def test_a_number_that_could_be_a_persons_is_not_repeated(client: FlaskClient):
    number = real_looking()
    found = client.get(f"/fhir/CodeSystem?name={number}")
    assert found.status_code == 400
    assert number not in found.text


def test_reading_definitions_leaves_no_audit_row(client: FlaskClient):
    before = client.get("/fhir/AuditEvent?_summary=count").json["total"]
    client.get("/fhir/CodeSystem/need-kind")
    client.get("/fhir/CodeSystem")
    # The first count is itself a search that is audited.
    assert client.get("/fhir/AuditEvent?_summary=count").json["total"] == before + 1


def test_the_capability_statement_names_profiles_that_are_there(client: FlaskClient):
    told = client.get("/fhir/metadata").json
    rows = {row["type"]: row for row in told["rest"][0]["resource"]}
    named = {url for row in rows.values() for url in row.get("supportedProfile", ())}
    ours = {url for url in named if url.startswith(urls.BASE)}
    assert ours == {row.url for row in definitions.every() if row.profile}
    for type_, row in rows.items():
        for url in row.get("supportedProfile", ()):
            found = definitions.by_url(url)
            assert found is None or found["type"] == type_
    assert set(definitions.TYPES) <= set(rows)
    parameters = {p.get("definition", "") for row in rows.values() for p in row.get("searchParam", ())}
    assert all(definitions.by_url(url) for url in parameters if url.startswith(urls.BASE))
    for guide in told["implementationGuide"]:
        assert definitions.by_url(guide)


def test_the_error_code_system_tells_how_many_codes_it_holds(client: FlaskClient):
    found = client.get("/fhir/CodeSystem/error").json
    assert found["count"] == len(found["concept"])
    assert json.loads(client.get(f"/fhir/CodeSystem?url={urls.ERROR}").data)["total"] == 1
