"""The guide's definitions under /fhir: anybody reads them, and the CapabilityStatement names none that is not there."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from adapter.fhir import definitions, urls
from adapter.fhir.rows.definitions import ROWS
from tests.numbers import real_looking

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PLAN = f"{urls.BASE}/StructureDefinition/ip-plan"


def entries(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    found = client.get(address)
    assert found.status_code == 200
    assert found.mimetype == "application/fhir+json"
    bundle: dict[str, Any] = found.json
    assert bundle["type"] == "searchset"
    return [entry["resource"] for entry in bundle.get("entry", ())]


@pytest.mark.parametrize("type_", definitions.TYPES)
def test_every_definition_is_read_by_its_id_as_it_stands_in_the_package(type_: str, client: FlaskClient):
    rows = [row for row in definitions.every() if row.type == type_]
    assert rows
    for row in rows:
        found = client.get(f"/fhir/{type_}/{row.id}")
        assert (found.status_code, found.mimetype) == (200, "application/fhir+json")
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


FOUND: Final = [
    ("StructureDefinition?type=CarePlan&derivation=constraint&kind=resource", "ip-plan"),
    ("StructureDefinition?base=http://hl7.org/fhir/StructureDefinition/Goal", "ip-goal"),
    ("StructureDefinition?url:below=" + urls.BASE + "/StructureDefinition&_id=ip-plan", "ip-plan"),
    ("StructureDefinition?path=CarePlan.activity", "ip-plan"),
    ("StructureDefinition?status=http://hl7.org/fhir/publication-status|active&_id=ip-plan", "ip-plan"),
    ("StructureDefinition?abstract=false&_id=ip-plan", "ip-plan"),
    ("StructureDefinition?_id=ip-plan&kind:not=complex-type", "ip-plan"),
    ("StructureDefinition?_id=ip-plan&description:missing=false&publisher:missing=true", "ip-plan"),
    ("CodeSystem?system=" + urls.ERROR, "error"),
    ("CodeSystem?code=" + urls.ERROR + "|IPK-F001", "error"),
    ("CodeSystem?code=IPK-F001", "error"),
    ("CodeSystem?publisher=IP-ADAPTER&content-mode=complete", "error"),
    ("CodeSystem?description:contains=stable code", "error"),
    ("SearchParameter?code=role&base=CareTeam&type=token", "CareTeam-role"),
    ("ImplementationGuide?version=0.1.0", "ip-adapter.guide"),
    ("CapabilityStatement?fhirversion=4.0.1&resource=CarePlan&mode=server", "*"),
    ("ImplementationGuide?date=ge2020&date=lt2100", "ip-adapter.guide"),
    ("ImplementationGuide?resource=StructureDefinition/ip-plan", "ip-adapter.guide"),
    ("ImplementationGuide?url=" + definitions.GUIDE + "|0.1.0", "ip-adapter.guide"),
]


@pytest.mark.parametrize(("query", "id_"), FOUND)
def test_definitions_are_found_by_what_r4_has_for_their_type(query: str, id_: str, client: FlaskClient):
    found = [one["id"] for one in entries(client, f"/fhir/{query}")]
    assert found == [id_] or (id_ == "*" and len(found) == 1)


@pytest.mark.parametrize(
    "query",
    [
        "StructureDefinition?type=Basic",
        "StructureDefinition?status=http://example.org/other|active",
        "StructureDefinition?publisher:missing=false&_id=ip-plan",
        "CodeSystem?code=http://example.org/other|IPK-F001",
        "ImplementationGuide?date=lt2020",
        "ImplementationGuide?url=" + definitions.GUIDE + "|9.9.9",
        "SearchParameter?base=Patient",
        "SearchParameter?target=Patient",
    ],
)
def test_definitions_that_are_not_meant_are_not_found(query: str, client: FlaskClient):
    assert entries(client, f"/fhir/{query}") == []


def test_a_code_is_found_with_the_system_that_stands_beside_it(client: FlaskClient):
    for row in definitions.every():
        content = definitions.content(row)
        pairs = {
            "CodeSystem": [("code", content.get("url"), one["code"]) for one in content.get("concept", ())],
            "ValueSet": [
                ("code", one["system"], concept["code"])
                for one in content.get("compose", {}).get("include", ())
                for concept in one.get("concept", ())
            ],
            "ConceptMap": [
                (name, group[name.partition("-")[0]], one["code"])
                for group in content.get("group", ())
                for name, listed in (
                    ("source-code", group["element"]),
                    ("target-code", [target for one in group["element"] for target in one.get("target", ())]),
                )
                for one in listed
            ],
        }.get(row.type, [])
        for name, system, code in pairs[:1] + pairs[-1:]:
            found = entries(client, f"/fhir/{row.type}?{name}={system}|{code}")
            assert row.id in {one["id"] for one in found}, (row.id, code)


def test_every_parameter_is_told_and_can_be_asked(client: FlaskClient):
    told = {row["type"]: row for row in client.get("/fhir/metadata").json["rest"][0]["resource"]}
    assert set(ROWS) == set(definitions.TYPES)
    for type_, row in ROWS.items():
        listed = {one["name"]: one for one in told[type_]["searchParam"]}
        assert set(listed) == {param.name for param in row.params}
        for param in row.params:
            if param.kind == "composite":
                continue
            there = entries(client, f"/fhir/{type_}?{param.name}:missing=false")
            absent = entries(client, f"/fhir/{type_}?{param.name}:missing=true")
            every = {one.id for one in definitions.every() if one.type == type_}
            assert {one["id"] for one in (*there, *absent)} == every
            assert len(there) + len(absent) == len(every)


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
        ("/fhir/StructureDefinition?url:exact=x", 400, "IPK-F004"),
        ("/fhir/StructureDefinition?name:not=x", 400, "IPK-F004"),
        ("/fhir/StructureDefinition?colour:exact=x", 400, "IPK-F004"),
        ("/fhir/StructureDefinition?base.name=x", 400, "IPK-F004"),
        ("/fhir/ValueSet?_has:CodeSystem:supplements:name=x", 400, "IPK-F004"),
        ("/fhir/ValueSet?date=soon", 400, "IPK-F005"),
        ("/fhir/ValueSet?name:missing=perhaps", 400, "IPK-F005"),
        ("/fhir/ValueSet?" + "&".join(["name=a"] * 101), 400, "IPK-F005"),
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


# ── how the answer looks ─────────────────────────────────────────────────────────────────────────────────────────────


def test_definitions_are_sorted(client: FlaskClient):
    names = [one["name"] for one in entries(client, "/fhir/StructureDefinition?_sort=-name")]
    assert names == sorted(names, key=str.casefold, reverse=True)
    both = [(one["kind"], one["id"]) for one in entries(client, "/fhir/StructureDefinition?_sort=kind,-_id")]
    assert both == sorted(sorted(both, key=lambda one: one[1], reverse=True), key=lambda one: one[0])


def test_a_sort_that_is_not_served_is_refused_only_where_all_must_be(client: FlaskClient):
    assert client.get("/fhir/ValueSet?_sort=publisher-name").status_code == 200
    strict = {"Prefer": "handling=strict"}
    assert client.get("/fhir/ValueSet?_sort=publisher-name", headers=strict).status_code == 400
    found = client.get("/fhir/ValueSet?_sort=publisher-name").json
    assert "_sort" not in found["link"][0]["url"]
    (warned,) = [one["resource"] for one in found["entry"] if one["search"]["mode"] == "outcome"]
    assert warned["issue"][0]["severity"] == "warning"
    assert client.get("/fhir/ValueSet?_sort=").status_code == 200


def test_what_is_not_understood_of_a_search_for_definitions_is_told(client: FlaskClient):
    found = client.get("/fhir/ValueSet?unknown=x").json
    assert [one["search"]["mode"] for one in found["entry"]].count("outcome") == 1
    assert "unknown" not in found["link"][0]["url"]


@pytest.mark.parametrize("type_", definitions.TYPES)
def test_a_summary_has_what_must_be_there_and_no_more(type_: str, client: FlaskClient):
    for one in entries(client, f"/fhir/{type_}?_summary=true"):
        assert set(one) <= {"resourceType", "id", "meta", *ROWS[type_].summary}
        assert set(one) >= {"id", *ROWS[type_].mandatory}
        assert one["meta"]["tag"][-1]["code"] == "SUBSETTED"


def test_of_definitions_the_elements_that_are_wanted(client: FlaskClient):
    found = entries(client, "/fhir/ValueSet?_elements=title")
    assert {frozenset(one) for one in found} == {frozenset({"resourceType", "id", "meta", "status", "title"})}
    assert client.get("/fhir/ValueSet?_elements=title&_summary=true").status_code == 400


def test_a_definition_is_read_in_part(client: FlaskClient):
    whole = client.get("/fhir/StructureDefinition/ip-plan").json
    assert set(client.get("/fhir/StructureDefinition/ip-plan?_summary=true").json) < {*whole, "meta"}
    assert "snapshot" not in client.get("/fhir/StructureDefinition/ip-plan?_elements=title").json


def test_definitions_are_counted(client: FlaskClient):
    every = len(entries(client, "/fhir/ValueSet"))
    for query in ("_summary=count", "_count=0"):
        found = client.get(f"/fhir/ValueSet?{query}").json
        assert (found["total"], found.get("entry", []), [link["relation"] for link in found["link"]]) == (
            every, [], ["self"],
        )  # fmt: skip
    assert client.get("/fhir/ValueSet?_summary=some").status_code == 400
