"""/fhir: reads, searches, links, and every error as an OperationOutcome. R4 http.html, search.html."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from adapter import log
from adapter.fhir import index, provenance
from adapter.services import Services
from adapter.store import resources, tokens
from adapter.store.resources import Write
from tests.fhir import validator
from tests.web.hands import FNR, LINE, ids, need, post, search, told, trails


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _need_id(client: FlaskClient) -> str:
    found: str = told(client)["case"]["needs"][0]["needId"]
    return found


def test_a_read_serves_the_stored_bytes_with_version_and_date(client: FlaskClient):
    id_ = _need_id(client)
    answer = client.get(f"/fhir/ServiceRequest/{id_}")
    assert answer.status_code == 200
    assert answer.content_type == "application/fhir+json; charset=utf-8"
    assert answer.headers["ETag"] == 'W/"1"'
    assert answer.headers["Last-Modified"] == "Wed, 04 Mar 2026 09:20:00 GMT"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["meta"]["versionId"] == "1"


@pytest.mark.parametrize("tag", ['W/"1"', '"1"', "1", "*", 'W/"7", W/"1"'])
def test_who_has_this_version_gets_304_without_a_body(client: FlaskClient, tag: str):
    id_ = _need_id(client)
    answer = client.get(f"/fhir/ServiceRequest/{id_}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == 'W/"1"'
    assert client.get(f"/fhir/ServiceRequest/{id_}", headers={"If-None-Match": 'W/"2"'}).status_code == 200


def test_who_has_it_since_its_change_gets_304(client: FlaskClient):
    id_ = _need_id(client)
    given = {"If-Modified-Since": "Wed, 04 Mar 2026 09:20:00 GMT"}
    assert client.get(f"/fhir/ServiceRequest/{id_}", headers=given).status_code == 304
    given = {"If-Modified-Since": "Wed, 04 Mar 2026 09:19:59 GMT"}
    assert client.get(f"/fhir/ServiceRequest/{id_}", headers=given).status_code == 200


def test_head_is_a_read_without_its_body(client: FlaskClient):
    id_ = _need_id(client)
    answer = client.head(f"/fhir/ServiceRequest/{id_}")
    whole = client.get(f"/fhir/ServiceRequest/{id_}")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(whole.data))


def test_versions_and_history_are_kept(client: FlaskClient):
    case = told(client)["case"]
    id_ = case["needs"][0]["needId"]
    withdrawn = {
        **need(),
        "id": "w1",
        "type": "ip.need.withdrawn",
        "data": {
            "patient": need()["data"]["patient"],
            "author": need()["data"]["author"],
            "continues": {"meldeId": case["meldeId"]},
            "reasonCode": "no-longer-relevant",
        },
    }
    assert post(client, withdrawn).status_code == 202
    assert client.get(f"/fhir/ServiceRequest/{id_}/_history/1").json["status"] == "active"
    assert client.get(f"/fhir/ServiceRequest/{id_}/_history/2").json["status"] == "revoked"
    first = client.get(f"/fhir/ServiceRequest/{id_}/_history?_count=1").json
    assert (first["type"], first["total"], len(first["entry"])) == ("history", 2, 1)
    further = {link["relation"]: link["url"] for link in first["link"]}["next"]
    second = client.get(_path(further)).json
    assert second["entry"][0]["resource"]["meta"]["versionId"] == "1"
    assert [link["relation"] for link in second["link"]] == ["self"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/fhir/Task/nothing", 404, "IPK-F001"),
        ("/fhir/Task/nothing/_history", 404, "IPK-F001"),
        ("/fhir/Task/nothing/_history/1", 404, "IPK-F001"),
        ("/fhir/Task/nothing/_history/x", 404, "IPK-F001"),
        ("/fhir/Medication/1", 404, "IPK-F002"),
        ("/fhir/Medication", 404, "IPK-F002"),
        ("/fhir", 405, "IPK-F007"),
        ("/fhir/", 405, "IPK-F007"),
        ("/fhir/.well-known/smart-configuration/x/y", 404, "IPK-F001"),
        ("/fhir/a/b/c/d/e", 404, "IPK-F001"),
        ("/fhir/Task?owner:exact=Organization/1", 400, "IPK-F004"),
        ("/fhir/Task?_lastUpdated=yesterday", 400, "IPK-F005"),
        ("/fhir/Task?_cursor=abc", 400, "IPK-F008"),
        ("/fhir/Task?_format=ttl", 406, "IPK-F006"),
        ("/fhir/metadata?_format=text/turtle", 406, "IPK-F006"),
    ],
)
def test_every_error_is_an_operation_outcome(client: FlaskClient, path: str, status: int, code: str):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.content_type == "application/fhir+json; charset=utf-8"
    assert answer.json["resourceType"] == "OperationOutcome"
    assert answer.json["issue"][0]["details"]["coding"][0]["code"] == code


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_writing_is_405_with_what_is_allowed(client: FlaskClient, method: str):
    answer = getattr(client, method)("/fhir/Patient/1")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.json["issue"][0]["details"]["coding"][0]["code"] == "IPK-F034"
    assert client.post("/fhir/Patient", data="{}").status_code == 405


def test_a_search_address_is_for_forms_alone(client: FlaskClient):
    for answer in (client.get("/fhir/Task/_search?_count=1"), client.head("/fhir/Task/_search")):
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "POST"
    found = client.get("/fhir/Task/_search").json
    assert found["issue"][0]["details"]["coding"][0]["code"] == "IPK-F007"


def _told_of_two(client: FlaskClient) -> tuple[str, str]:
    one: str = told(client)["case"]["patientId"]
    other = post(
        client,
        need(
            ("id", "other"),
            ("data.patient.identifier.value", "12057900499"),
            ("data.patient.name", {"family": "Telokk", "given": "Gry"}),
            ("data.patient.birthDate", "1979-05-12"),
        ),
    )
    assert other.status_code == 202, other.text
    return one, other.json["case"]["patientId"]


def _proven(services: Services, key: str, *names: str) -> None:
    """Store Provenance of a case, as found by its patient."""
    when = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)

    def write(name: str) -> Write:
        made = provenance.provenance(id_=f"{key[:20]}-{name}", targets=[("Task/1", 1)], recorded=when)
        found = index.index(made, patient=f"Patient/{key}")
        return Write(
            type="Provenance", id=made["id"], version=1, body=json.dumps(made).encode(), updated=1, org="99386",
            case_key=key, subject=found.subject, **tokens.kept(found.tokens),
        )  # fmt: skip

    services.store.write(lambda conn: resources.put(conn, [write(name) for name in names]))


def test_provenance_of_a_patient_is_of_that_patient_alone(client: FlaskClient, services: Services):
    one, other = _told_of_two(client)
    _proven(services, one, "a", "b")
    _proven(services, other, "c")
    found = [set(ids(client.get(f"/fhir/Provenance?patient={key}").json)) for key in (one, other)]
    assert {f"Provenance/{one[:20]}-a", f"Provenance/{one[:20]}-b"} <= found[0]
    assert f"Provenance/{other[:20]}-c" in found[1]
    assert not found[0] & found[1]
    assert ids(client.get("/fhir/Provenance?patient=nobody").json) == []
    by_number = search(client, "Provenance", **{"patient.identifier": f"{FNR}|{LINE}"})
    assert set(ids(by_number.json)) == found[0]
    assert ids(search(client, "Provenance", **{"patient.identifier": "14019800513"}).json) == []
    assert LINE not in by_number.text + str(trails(services))


def test_who_saw_provenance_of_a_patient_stands_in_that_patients_trail(
    client: FlaskClient, services: Services
):
    one, other = _told_of_two(client)
    _proven(services, one, "a")
    client.get(f"/fhir/Provenance?patient={one}")
    read = trails(services)[-1]
    assert f"Patient/{one}" in str(read)
    assert f"Patient/{other}" not in str(read)


@pytest.mark.parametrize("address", ["{}", "{}/_history", "{}/_history/1"])
def test_who_reads_what_names_no_patient_stands_in_that_patients_trail(
    client: FlaskClient, services: Services, address: str
):
    patient = told(client)["case"]["patientId"]
    (one,) = ids(client.get(f"/fhir/Provenance?patient={patient}&_count=1").json)
    assert client.get(f"/fhir/{address.format(one)}").status_code == 200
    seen = trails(services)[-1]
    assert f"Patient/{patient}" in str(seen), seen
    assert one in str(seen)


@pytest.mark.parametrize(
    "query", ["Provenance?target=Task/{task}", "Provenance?_include=Provenance:agent", "Provenance?_count=1"]
)
def test_a_page_with_what_names_no_patient_stands_in_that_patients_trail(
    client: FlaskClient, services: Services, query: str
):
    patient = told(client)["case"]["patientId"]
    (task, *_) = ids(client.get("/fhir/Task").json)
    assert "Provenance/" in str(client.get(f"/fhir/{query.format(task=task.partition('/')[2])}").json)
    assert f"Patient/{patient}" in str(trails(services)[-1])


def test_what_cases_share_is_read_without_a_patient(client: FlaskClient, services: Services):
    patient = told(client)["case"]["patientId"]
    (one, *_) = ids(client.get("/fhir/Organization").json)
    assert client.get(f"/fhir/{one}").status_code == 200
    assert patient not in str(trails(services)[-1])


def test_pages_of_provenance_by_number_stay_with_the_patient(client: FlaskClient, services: Services):
    one, other = _told_of_two(client)
    _proven(services, one, "a", "b", "c")
    _proven(services, other, "d")
    whole = ids(client.get(f"/fhir/Provenance?patient={one}").json)
    page = search(client, "Provenance", _count="1", **{"patient.identifier": LINE}).json
    seen = ids(page)
    while further := {link["relation"]: link["url"] for link in page["link"]}.get("next"):
        page = client.get(_path(further)).json
        seen += ids(page)
    assert len(seen) >= 3
    assert seen == whole


@pytest.mark.parametrize(
    "path", ["/fhir/Provenance?subject=1", "/fhir/Endpoint?patient=1", "/fhir/Patient?nickname=x"]
)
def test_a_search_for_somebody_never_becomes_one_for_everybody(client: FlaskClient, path: str):
    told(client)
    answer = client.get(path, headers={"Prefer": "handling=lenient"})
    assert answer.status_code == 400
    assert answer.json["issue"][0]["details"]["coding"][0]["code"] == "IPK-F004"


@pytest.mark.parametrize(
    "accept",
    [
        "application/fhir+json",
        "application/json",
        "*/*",
        "application/fhir+json, */*; q=0.1",
        "text/html, */*",
        "",
    ],
)
def test_json_in_any_of_its_names_is_served(client: FlaskClient, accept: str):
    assert client.get("/fhir/Task", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("accept", ["text/turtle", "text/html", "*/*;q=0"])
def test_other_forms_are_406_and_format_goes_first(client: FlaskClient, accept: str):
    assert client.get("/fhir/Task", headers={"Accept": accept}).status_code == 406
    assert client.get("/fhir/Task/1", headers={"Accept": accept}).status_code == 406
    assert client.get("/fhir/Task?_format=json", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"/fhir/Patient?identifier={FNR}|{LINE}",
        f"/fhir/Patient?identifier={LINE}",
        f"/fhir/CarePlan?subject:Patient.identifier={LINE}",
        f"/fhir/Task?_id={LINE}",
    ],
)
def test_a_persons_number_in_the_address_is_refused_without_echo_or_log(client: FlaskClient, path: str):
    stream = io.BytesIO()
    log.configure(stream=stream)
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json["issue"][0]["code"] == "not-supported"
    assert LINE not in answer.text + stream.getvalue().decode()


def test_a_persons_number_in_the_address_of_a_form_is_refused_too(client: FlaskClient):
    answer = client.post(f"/fhir/Patient/_search?identifier={LINE}", data={"_count": "1"})
    assert answer.status_code == 400
    assert LINE not in answer.text


def test_a_person_is_found_by_form_and_their_needs_by_chain(client: FlaskClient):
    case = told(client)["case"]
    found = search(client, "Patient", identifier=f"{FNR}|{LINE}")
    assert ids(found.json) == [f"Patient/{case['patientId']}"]
    needs = search(client, "ServiceRequest", subject__Patient__x="", **{"subject__Patient.identifier": LINE})
    assert sorted(ids(needs.json)) == sorted(f"ServiceRequest/{one['needId']}" for one in case["needs"])
    nobody = search(client, "ServiceRequest", **{"subject__Patient.identifier": "12057900499"})
    assert "entry" not in nobody.json
    for link in needs.json["link"]:
        assert LINE not in link["url"]


def test_a_search_by_person_goes_on_by_links_without_the_number(client: FlaskClient):
    case = told(client)["case"]
    page = search(client, "ServiceRequest", _count="1", **{"subject__Patient.identifier": LINE}).json
    links = {link["relation"]: link["url"] for link in page["link"]}
    assert LINE not in str(links)
    second = client.get(_path(links["next"]))
    assert second.status_code == 200
    assert len({*ids(page), *ids(second.json)}) == len(case["needs"])


@pytest.mark.parametrize(
    ("type_", "name"), [("ServiceRequest", "identifier"), ("Patient", "_id"), ("Task", "identifier")]
)
def test_a_persons_number_in_any_field_of_a_form_stands_in_no_link_and_no_audit_row(
    client: FlaskClient, services: Services, type_: str, name: str
):
    told(client)
    page = search(client, type_, **{name: LINE})
    assert page.status_code == 200
    assert "entry" not in page.json
    assert LINE not in page.text
    assert LINE not in str(trails(services))


def test_paging_goes_through_everything_once_also_with_a_count_put_on(client: FlaskClient):
    told(client)
    whole = ids(client.get("/fhir/Organization").json)
    seen: list[str] = []
    path = "/fhir/Organization?_count=2&_total=accurate"
    while path:
        page = client.get(path).json
        assert page["total"] == len(whole)
        seen += ids(page)
        links = {link["relation"]: link["url"] for link in page["link"]}
        assert all(url.startswith("http://127.0.0.1:8080/fhir/Organization?") for url in links.values())
        path = _path(links["next"]) if "next" in links else ""
    assert seen == whole
    first = client.get("/fhir/Organization?_count=2").json
    further = _path({link["relation"]: link["url"] for link in first["link"]}["next"])
    assert ids(client.get(f"{further}&_count=1000").json) == whole[2:]


def test_count_zero_gives_the_number_alone(client: FlaskClient):
    told(client)
    for query in ("_count=0&_totalMethod=count", "_summary=count"):
        found = client.get(f"/fhir/ServiceRequest?{query}").json
        assert found["total"] == 2
        assert ids(found) == []


def test_includes_come_with_the_page(client: FlaskClient):
    case = told(client)["case"]
    found = client.get(
        "/fhir/ServiceRequest?_include=ServiceRequest:subject&_revinclude=Provenance:target"
    ).json
    included = ids(found, "include")
    assert f"Patient/{case['patientId']}" in included
    assert any(each.startswith("Provenance/") for each in included)
    assert len(included) == len(set(included))


def test_elements_are_kept_to_those_asked_for(client: FlaskClient):
    told(client)
    entry = client.get("/fhir/ServiceRequest?_elements=requisition").json["entry"][0]["resource"]
    assert "requisition" in entry
    assert "requester" not in entry
    assert entry["meta"]["tag"][0]["code"] == "SUBSETTED"


def test_unknown_parameters_are_ignored_with_a_word_or_refused_when_strict(client: FlaskClient):
    told(client)
    lenient = client.get("/fhir/Task?colour=red")
    assert lenient.status_code == 200
    assert lenient.json["entry"][-1]["search"]["mode"] == "outcome"
    assert '"red"' not in lenient.text
    assert "=red" not in lenient.text
    for prefer in ("handling=strict", 'return=minimal; handling="strict"'):
        assert client.get("/fhir/Task?colour=red", headers={"Prefer": prefer}).status_code == 400
    assert client.get("/fhir/Task?colour=red", headers={"Prefer": "return=presentation"}).status_code == 200


def test_a_form_has_its_media_type_and_its_size(client: FlaskClient):
    wrong = client.post("/fhir/Task/_search", data="{}", content_type="application/json")
    assert (wrong.status_code, wrong.json["resourceType"]) == (415, "OperationOutcome")
    large = client.post("/fhir/Task/_search", data={"_id": "x" * 100_000})
    assert (large.status_code, large.json["resourceType"]) == (413, "OperationOutcome")


def test_the_audit_trail_is_read_and_searched_as_audit_events(client: FlaskClient):
    case = told(client)["case"]
    client.get(f"/fhir/Patient/{case['patientId']}")
    found = client.get(f"/fhir/AuditEvent?patient=Patient/{case['patientId']}").json
    assert [each["resource"]["action"] for each in found["entry"]] == ["C", "R"]
    one = client.get(f"/fhir/AuditEvent/{found['entry'][1]['resource']['id']}")
    assert one.json == found["entry"][1]["resource"]
    assert client.get("/fhir/AuditEvent/nothing").status_code == 404
    assert client.get("/fhir/AuditEvent/nothing/_history").status_code == 404


def test_metadata_names_the_public_base(client: FlaskClient):
    found = client.get("/fhir/metadata")
    assert found.status_code == 200
    assert found.json["implementation"]["url"] == "http://127.0.0.1:8080/fhir"


@pytest.mark.node
def test_metadata_tells_forms_of_patches_and_what_keeps_no_versions(client: FlaskClient):
    statement = client.get("/fhir/metadata").json
    assert statement["patchFormat"] == ["application/json-patch+json", "application/merge-patch+json"]
    rows = {row["type"]: row for row in statement["rest"][0]["resource"]}
    without = {type_ for type_, row in rows.items() if row["versioning"] == "no-version"}
    assert without == {t for t, row in rows.items() if {"code": "vread"} not in row["interaction"]}


def test_definitions_are_read_only(client: FlaskClient):
    answer = client.post("/fhir/CodeSystem", json={"resourceType": "CodeSystem"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert client.post("/fhir/Nothing", json={"resourceType": "Nothing"}).status_code == 404


def test_everything_served_is_valid_r4(client: FlaskClient, services: Services, tmp_path: Path):
    case = told(client)["case"]
    client.get(f"/fhir/Patient/{case['patientId']}")
    bodies = [
        client.get(path).data
        for path in (
            "/fhir/metadata",
            f"/fhir/Patient/{case['patientId']}",
            "/fhir/ServiceRequest?_include=*&_revinclude=Provenance:target&colour=red",
            "/fhir/AuditEvent",
            f"/fhir/Task/{case['needs'][0]['needId']}",
            f"/fhir/Patient/{case['patientId']}/_history",
        )
    ]
    assert services.settings.audit
    assert validator.errors(bodies, tmp_path) == []
