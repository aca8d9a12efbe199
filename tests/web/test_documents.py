"""/openapi.json and /docs: made of the tables the program uses, served without anything from elsewhere."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.errortable import TABLE
from adapter.events import POSTED
from adapter.web.routes import every

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json
    return found


def test_every_route_stands_in_the_openapi_document(document: dict[str, Any]):
    assert document["openapi"].startswith("3.1")
    for _, route in every():
        operation = document["paths"][route.path.replace("_}", "}")][route.method.lower()]
        names = set(re.findall(r"\{(\w+)\}", route.path.replace("_}", "}")))
        told = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        assert told == names
        assert operation["summary"]


def test_operations_have_names_of_their_own(document: dict[str, Any]):
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


def test_events_stand_there_with_their_schemas_and_every_reference_leads_somewhere(document: dict[str, Any]):
    schemas = document["components"]["schemas"]
    assert set(POSTED) <= set(schemas)
    text = json.dumps({**document, "components": {}})
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in schemas


def test_the_version_told_is_the_packages_own(document: dict[str, Any], client: FlaskClient):
    package = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    told = client.get("/fhir/metadata").json["software"]["version"]
    assert document["info"]["version"] == told == package["project"]["version"]


def test_every_error_code_has_its_place_in_the_documents(client: FlaskClient):
    page = client.get("/docs/errors").text
    assert all(f'id="{code}"' in page for code in TABLE)


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/errors", "/console", "/docs/style.css"])
def test_pages_take_nothing_from_elsewhere(client: FlaskClient, path: str):
    answer = client.get(path)
    assert answer.status_code == 200
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", answer.text)
    assert "<script" not in answer.text
