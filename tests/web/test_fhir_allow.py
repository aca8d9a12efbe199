"""What a 405 says is allowed: for every served type and address, what is really done there. RFC 9110 § 10.2.1, § 15.5.6."""

from __future__ import annotations

from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from adapter.fhir import definitions
from adapter.fhir.table import READABLE

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ADDRESSES: Final = (
    "{}", "{}/1", "{}/1/_history", "{}/1/_history/1", "{}/_history", "{}/_search", "{}/$validate", "{}/1/$validate",
)  # fmt: skip
OTHERS: Final = (
    "metadata", "_history", "Patient/1/$everything", "Subscription/$status", "Subscription/1/$status", "Subscription/1/$events", "",
)  # fmt: skip


def _asked(client: FlaskClient, path: str, method: str) -> Any:
    if method == "POST" and path.endswith("_search"):
        return client.post(f"/fhir/{path}", data={})
    body = None if method in {"GET", "HEAD", "DELETE"} else {"resourceType": "Basic"}
    return client.open(f"/fhir/{path}", method=method, json=body, content_type="application/fhir+json")


def _told(client: FlaskClient, path: str) -> set[str]:
    """Return the methods that OPTIONS names."""
    answer = client.options(f"/fhir/{path}")
    assert answer.status_code == 204, path
    return set(answer.headers["Allow"].split(", ")) - {"OPTIONS"}


@pytest.mark.parametrize("type_", [*READABLE, *definitions.TYPES])
def test_a_405_names_what_is_allowed_and_never_what_it_refuses(client: FlaskClient, type_: str):
    for path in (one.format(type_) for one in ADDRESSES):
        taken = _told(client, path) if client.options(f"/fhir/{path}").status_code == 204 else set()
        for method in METHODS:
            answer = _asked(client, path, method)
            if answer.status_code == 405:
                said = answer.headers["Allow"]
                assert set(filter(None, said.split(", "))) == taken - {method}, (method, path)
            else:
                assert method in taken or answer.status_code == 404, (method, path, answer.status_code)
                assert "Allow" not in answer.headers


@pytest.mark.parametrize("path", OTHERS)
def test_addresses_that_are_no_type_say_theirs(client: FlaskClient, path: str):
    taken = _told(client, path)
    assert taken
    for method in set(METHODS) - taken:
        answer = _asked(client, path, method)
        assert (method, answer.status_code) == (method, 405)
        assert set(answer.headers["Allow"].split(", ")) == taken


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "Subscription/1", "GET, HEAD, PUT, DELETE"),
        ("POST", "Subscription/1", "GET, HEAD, PUT, DELETE"),
        ("PUT", "Subscription?url=x", "GET, HEAD, POST"),
        ("POST", "CarePlan/1", "GET, HEAD, PUT, PATCH, DELETE"),
        ("POST", "Patient/1", "GET, HEAD"),
        ("PUT", "CareTeam/1/_history/1", "GET, HEAD"),
        ("DELETE", "CareTeam/1", "GET, HEAD, PUT, PATCH"),
        ("PATCH", "ValueSet/1", "GET, HEAD"),
        ("DELETE", "CarePlan/_search", "POST"),
        ("GET", "CarePlan/_search", "POST"),
        ("DELETE", "CarePlan/$validate", "POST"),
        ("DELETE", "Subscription/$status", "GET, HEAD, POST"),
        ("PUT", "_history", "GET, HEAD"),
        ("PUT", "metadata", "GET, HEAD"),
    ],
)
def test_allow_is_what_is_served(client: FlaskClient, method: str, path: str, allow: str):
    answer = _asked(client, path, method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["Basic", "Basic/1", "CarePlan/$nothing"])
def test_what_is_not_there_is_404_by_any_method(client: FlaskClient, method: str, path: str):
    assert _asked(client, path, method).status_code == 404
