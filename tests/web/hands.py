"""What the tests of the web do by hand: post an event, read the audit trail, make a plan's worth of resources."""

from __future__ import annotations

import json
from typing import Any, Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.access import audit as trail
from adapter.fhir.query import Query
from adapter.services import Services
from adapter.store import audit
from tests.events.samples import changed

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
NEED: Final = "ip.need.identified"
LINE: Final = "13116900216"
FNR: Final = "urn:oid:2.16.578.1.12.4.1.4.1"


def post(
    client: FlaskClient, event: Any, *, media: str = STRUCTURED, query: str = "", **headers: str
) -> TestResponse:
    """Post an event (or a batch) as it is."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/events{query}", data=json.dumps(event), content_type=media, headers=given)


def need(*changes: tuple[str, object]) -> dict[str, Any]:
    """Return the example need with changes."""
    return changed(NEED, *changes)


def told(client: FlaskClient) -> dict[str, Any]:
    """Post the example need and return the answer."""
    answer = post(client, need())
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json
    return found


def trails(services: Services) -> list[dict[str, Any]]:
    """Return the AuditEvents there are, oldest first."""
    with services.store.read() as conn:
        page = audit.search(conn, Query(type="AuditEvent", count=500))
    return [json.loads(trail.served(row).body) for row in page.rows]


def search(client: FlaskClient, type_: str, **params: str) -> TestResponse:
    """Search by POST with a form."""
    return client.post(f"/fhir/{type_}/_search", data={k.replace("__", ":"): v for k, v in params.items()})


def ids(bundle: dict[str, Any], mode: str = "match") -> list[str]:
    """Return `Type/id` of the entries of a Bundle."""
    found = [each for each in bundle.get("entry", ()) if each["search"]["mode"] == mode]
    return [f"{each['resource']['resourceType']}/{each['resource']['id']}" for each in found]
