"""`$validate` says what is wrong with a resource, all of it at once, and keeps nothing. R4 resource-operation-validate.html."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.fhir import r4, urls
from adapter.services import Services
from tests.fhir.invalid import CASES, right
from tests.numbers import real_looking
from tests.web.hands import told

FHIR = "application/fhir+json"
PLAN = f"{urls.BASE}/StructureDefinition/ip-plan"


def validated(
    client: FlaskClient, body: Any, path: str = "CarePlan", **more: Any
) -> list[tuple[str, str, str]]:
    """Return (severity, issue code, expression) of each issue."""
    data = body if isinstance(body, bytes) else json.dumps(body)
    found = client.post(f"/fhir/{path}/$validate", data=data, content_type=FHIR, **more)
    assert (found.status_code, found.mimetype) == (200, FHIR)
    assert found.json["resourceType"] == "OperationOutcome"
    assert r4.check(found.json) == ()
    return [(i["severity"], i["code"], *i.get("expression", [""])) for i in found.json["issue"]]


OK = [("information", "informational", "")]


def test_a_right_resource_is_one_piece_of_information(client: FlaskClient):
    assert validated(client, right("CarePlan")) == OK


def test_every_fault_comes_at_once_with_the_code_hl7_has_for_it(client: FlaskClient):
    wrong = right(
        "CarePlan", status="cancelled", intent=..., foo=1, created="2026-02-30", author={"reference": "Goal/1"},
        period={"start": "2026-03-05", "end": "2026-03-04"},
    )  # fmt: skip
    assert validated(client, wrong) == [
        ("error", "code-invalid", "CarePlan.status"),
        ("error", "structure", "CarePlan.foo"),
        ("error", "value", "CarePlan.created"),
        ("error", "value", "CarePlan.author"),
        ("error", "invariant", "CarePlan.period"),
        ("error", "required", "CarePlan.intent"),
    ]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.type not in {"Bundle", "Parameters"}][::6], ids=str
)
def test_a_subtly_wrong_resource_is_told_by_its_place(client: FlaskClient, case: Any):
    issues = validated(client, right(case.type, **case.wrong), case.type)
    assert [(severity, place) for severity, _, place in issues] == [("error", case.path)]


def parameters(**found: Any) -> dict[str, Any]:
    rows = [
        {"name": name, **({"resource": value} if name == "resource" else {"valueCode" if name == "mode" else "valueUri": value})}
        for name, value in found.items()
    ]  # fmt: skip
    return {"resourceType": "Parameters", "parameter": rows}


def test_the_resource_may_come_in_parameters_with_mode_and_profile(client: FlaskClient):
    assert validated(client, parameters(resource=right("CarePlan"), mode="create")) == OK
    assert validated(client, parameters(resource=right("CarePlan"), mode="update")) == OK
    assert validated(client, parameters(mode="delete"), "CarePlan/1") == OK
    issues = validated(client, parameters(resource=right("CarePlan"), profile=PLAN))
    assert ("error", "invariant", "CarePlan.author") in issues


def test_a_profile_may_be_asked_for_in_the_address(client: FlaskClient):
    found = client.post(f"/fhir/CarePlan/$validate?profile={PLAN}", json=right("CarePlan"))
    assert "CarePlan.author" in [issue["expression"][0] for issue in found.json["issue"]]
    unknown = client.post("/fhir/CarePlan/$validate?profile=https://a.example/x", json=right("CarePlan"))
    assert [(i["code"], i["details"]["coding"][0]["code"]) for i in unknown.json["issue"]] == [
        ("not-found", "IPK-F050")
    ]


def test_what_a_profile_warns_of_is_a_warning(client: FlaskClient):
    plan = right("CarePlan", activity=[{"detail": {"status": "unknown"}}], meta={"profile": [PLAN]})
    assert ("warning", "invariant", "CarePlan") in validated(client, plan)


def test_the_type_and_id_are_those_of_the_address(client: FlaskClient):
    assert validated(client, right("Task"), "CarePlan")[0] == ("error", "invalid", "resourceType")
    assert validated(client, right("CarePlan", id="a"), "CarePlan/b") == [("error", "invalid", "CarePlan.id")]
    assert validated(client, right("CarePlan", id="a"), "CarePlan/a") == OK


@pytest.mark.parametrize(
    ("path", "body", "media", "status", "code"),
    [
        ("CarePlan", b"{", FHIR, 400, "IPK-E001"),
        ("CarePlan", b"", FHIR, 400, "IPK-E001"),
        ("CarePlan", b'{"resourceType":"Parameters"}', FHIR, 400, "IPK-F051"),
        ("CarePlan", b'{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"create"}]}', FHIR, 400, "IPK-F051"),
        ("CarePlan", b'{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"try"}]}', FHIR, 400, "IPK-F051"),
        ("CarePlan", b'{"resourceType":"Parameters","parameter":[1]}', FHIR, 400, "IPK-F051"),
        ("Flag", b"{}", FHIR, 404, "IPK-F002"),
        ("CarePlan", b"<CarePlan/>", "application/fhir+xml", 415, "IPK-F053"),
    ],
)  # fmt: skip
def test_a_call_that_is_none_is_refused(
    client: FlaskClient, path: str, body: bytes, media: str, status: int, code: str
):
    found = client.post(f"/fhir/{path}/$validate", data=body, content_type=media)
    assert (found.status_code, found.json["issue"][0]["details"]["coding"][0]["code"]) == (status, code)


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b'"x"', b"1", b"{}", b'{"resourceType":"Foo"}', b'{"resourceType":1}']
)
def test_json_that_is_no_resource_is_an_issue_or_a_refusal_never_more(client: FlaskClient, body: bytes):
    found = client.post("/fhir/CarePlan/$validate", data=body, content_type="application/json")
    assert found.status_code in {200, 400}
    assert {issue["severity"] for issue in found.json["issue"]} == {"error"}


def test_a_body_has_an_end(client: FlaskClient, services: Services):
    large = b" " * (services.settings.max_event_bytes + 1)
    found = client.post("/fhir/CarePlan/$validate", data=large, content_type=FHIR)
    assert (found.status_code, found.json["resourceType"]) == (413, "OperationOutcome")


def test_no_value_comes_back(client: FlaskClient):
    number = "13116900216"
    wrong = right("Patient", gender=number, birthDate=number, name=number, identifier=[{"use": number}])
    found = client.post("/fhir/Patient/$validate", json={**wrong, number: 1})
    assert len(found.json["issue"]) == 5
    assert number not in found.text


def test_what_looks_like_a_real_person_is_said_and_a_name_that_stands_twice(client: FlaskClient):
    found = validated(client, right("Patient", identifier=[{"value": real_looking()}]), "Patient")
    assert [severity for severity, _, _ in found] == ["error"]
    number = real_looking()
    split = b'{"resourceType":"Patient","name":[{"text":"%s\\n%s"}]}' % (
        number[:6].encode(),
        number[6:].encode(),
    )
    assert "error" in [severity for severity, _, _ in validated(client, split, "Patient")]
    twice = b'{"resourceType":"Patient","active":true,"active":false}'
    assert validated(client, twice, "Patient")[0][::2] == ("error", "Patient.active")


def test_faults_without_end_are_told_as_far_as_they_help(client: FlaskClient):
    issues = validated(client, right("CarePlan", goal=[{"reference": "Task/1"}] * 2000))
    assert len(issues) == 501
    assert issues[-1][:2] == ("information", "too-costly")


def test_nothing_is_kept_and_the_call_is_audited(client: FlaskClient, services: Services):
    assert services.settings.audit
    before = client.get("/fhir/CarePlan?_summary=count").json["total"]
    validated(client, right("CarePlan", id="a"))
    assert client.get("/fhir/CarePlan/a").status_code == 404
    assert client.get("/fhir/CarePlan?_summary=count").json["total"] == before
    kinds = [
        e["resource"]["subtype"][0]["code"] for e in client.get("/fhir/AuditEvent?_count=100").json["entry"]
    ]
    assert "operation" in kinds


def test_the_capability_statement_names_the_operation(client: FlaskClient):
    rest = client.get("/fhir/metadata").json["rest"][0]
    plan = next(one for one in rest["resource"] if one["type"] == "CarePlan")
    assert [one["name"] for one in plan["operation"]] == ["validate"]


def test_what_is_served_is_valid_when_sent_back(client: FlaskClient):
    told(client)
    for type_ in ("ServiceRequest", "Task", "Patient", "Consent", "Communication", "Organization"):
        for entry in client.get(f"/fhir/{type_}").json["entry"]:
            resource = entry["resource"]
            assert validated(client, resource, f"{type_}/{resource['id']}") == OK
