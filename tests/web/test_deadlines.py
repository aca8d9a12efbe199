"""GET /deadlines and /sandbox/clock from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from flask.testing import FlaskClient

from adapter import deadlines, settings, wiring
from adapter.services import Services
from adapter.web import create_app
from tests.clock import Clock
from tests.web.hands import LINE, told, trails


def test_what_is_late_is_told_without_anything_of_the_patient(
    client: FlaskClient, services: Services, clock: Clock
):
    case = told(client)["case"]["patientId"]
    assert client.get("/deadlines?late=true").json == {"items": [], "next": None}
    clock.advance(days=7)
    deadlines.tick(services)
    answer = client.get("/deadlines?late=true&kind=reply&owner=st-olavs-fmr")
    (row,) = answer.json["items"]
    assert (row["kind"], row["late"], row["caseId"]) == ("reply", True, case)
    assert row["owner"]["level"] == "owner"
    assert row["waitsFor"]["herId"] == "5079"
    (step,) = client.get("/events?type=ip.deadline.breached").json["items"]
    assert (step["data"]["kind"], step["data"]["level"]) == ("reply", "owner")
    assert "Danser" not in answer.text
    assert LINE not in answer.text


def test_the_reading_is_audited_by_patient(client: FlaskClient, services: Services):
    case = told(client)["case"]["patientId"]
    client.get("/deadlines")
    assert f"Patient/{case}" in str(trails(services)[-1])


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "late=perhaps", "who=me", "count=0", "late=true&late=false", "owner=nobody"]
)
def test_a_parameter_that_is_none_is_refused(client: FlaskClient, query: str):
    assert client.get(f"/deadlines?{query}").status_code == 400


def test_pages(client: FlaskClient):
    told(client)
    first = client.get("/deadlines?count=1").json
    assert len(first["items"]) == 1
    assert client.get("/deadlines?cursor=x").status_code == 400


@pytest.fixture
def sandbox(tmp_path: Path, prepared_file: Path) -> Iterator[FlaskClient]:
    """Make an installation on its own, movable, clock."""
    copy(prepared_file, tmp_path / "sandbox.db")
    services = wiring.build(settings.load(database_url=f"sqlite:///{tmp_path / 'sandbox.db'}"))
    wiring.ready(services)
    yield create_app(services).test_client()
    wiring.close(services)


def test_a_move_said_twice_moves_nothing(sandbox: FlaskClient):
    """Readers differ in which of the two counts. IPK-E030."""
    answer = sandbox.post(
        "/sandbox/clock", data=b'{"advance": "1h", "advance": "2h"}', content_type="application/json"
    )
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "IPK-E030")
    assert answer.json["errors"][0]["path"] == "$.advance"
    assert sandbox.get("/sandbox/clock").json["offsetSeconds"] == 0


def test_the_clock_is_moved_and_told(sandbox: FlaskClient):
    before = sandbox.get("/sandbox/clock").json
    assert before["offsetSeconds"] == 0
    moved = sandbox.post("/sandbox/clock", json={"advance": "96h"})
    assert (moved.status_code, moved.json["offsetSeconds"]) == (200, 96 * 3600)
    assert sandbox.get("/sandbox/clock").json["offsetSeconds"] == 96 * 3600
    there = sandbox.post("/sandbox/clock", json={"to": "2030-01-01T00:00:00+01:00"}).json
    assert there["now"].startswith("2029-12-31T23:00:0")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": "soon"},
        {"advance": 96},
        {"to": "soon"},
        {"to": "0001-01-01T00:00:00+14:00"},
        {"advance": "1h", "to": "2030-01-01"},
        [],
    ],
)
def test_what_is_no_move_is_422_and_moves_nothing(sandbox: FlaskClient, body: object):
    answer = sandbox.post("/sandbox/clock", json=body)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "IPK-E080")
    assert sandbox.get("/sandbox/clock").json["offsetSeconds"] == 0


def test_a_body_that_is_not_json_is_400(sandbox: FlaskClient):
    answer = sandbox.post("/sandbox/clock", data="{", content_type="application/json")
    assert answer.status_code == 400


def test_another_page_cannot_move_the_clock(sandbox: FlaskClient):
    answer = sandbox.post("/sandbox/clock", json={"advance": "1h"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_where_no_clock_can_be_moved_both_are_403(client: FlaskClient):
    for answer in (client.get("/sandbox/clock"), client.post("/sandbox/clock", json={"advance": "1h"})):
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (403, "IPK-S020")
