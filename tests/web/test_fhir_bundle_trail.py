"""What a batch reads leaves the trail that each request alone would: a refusal its row, a search its query. And conditions are text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from tests.web import writes
from tests.web.hands import trails
from tests.web.writes import ALVDAL, STORVIK, issues, send

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


def _batch(client: FlaskClient, *urls: str, token: str) -> Any:
    entries = [{"request": {"method": "GET", "url": url}} for url in urls]
    return send(
        client, "POST", "", {"resourceType": "Bundle", "type": "batch", "entry": entries}, token=token
    ).json


def _views(client: FlaskClient, type_: str) -> list[Any]:
    found: list[Any] = client.get(f"/events?type={type_}").json["items"]
    return found


def test_a_read_that_is_refused_in_a_batch_is_a_pull_denied(
    client: FlaskClient, services: Services, plan: dict[str, Any]
):
    before, denied = len(trails(services)), len(_views(client, "ip.plan.pull-denied"))
    where = f"CarePlan/{plan['id']}"
    (entry,) = _batch(client, where, token=STORVIK)["entry"]
    assert entry["response"]["status"].startswith("404")
    mine = trails(services)[before + 1 :]
    assert sorted(row["outcome"] for row in mine) == ["0", "4"]
    assert len(_views(client, "ip.plan.pull-denied")) == denied + 1


def test_a_plan_that_is_pulled_in_a_batch_is_named_once(client: FlaskClient, plan: dict[str, Any]):
    before = len(_views(client, "ip.plan.pulled"))
    _batch(client, f"CarePlan/{plan['id']}", f"CarePlan?_id={plan['id']}", token=ALVDAL)
    made = _views(client, "ip.plan.pulled")[before:]
    assert made
    assert all(str(one).count(plan["id"]) <= 1 for one in made)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"request": {"method": "POST", "url": "CarePlan", "ifNoneExist": 5}}, "request.ifNoneExist"),
        ({"request": {"method": "POST", "url": "CarePlan", "ifNoneExist": ""}}, "request.ifNoneExist"),
        ({"request": {"method": "POST", "url": "CarePlan", "ifNoneMatch": {}}}, "request.ifNoneMatch"),
        ({"fullUrl": 7}, "fullUrl"),
    ],
)
@pytest.mark.parametrize("type_", ["batch", "transaction"])
def test_a_condition_that_is_no_text_is_refused(
    client: FlaskClient, change: dict[str, Any], place: str, type_: str
):
    entry = {"resource": writes.plan("x"), "request": {"method": "POST", "url": "CarePlan"}, **change}
    answer = send(client, "POST", "", {"resourceType": "Bundle", "type": type_, "entry": [entry]})
    if type_ == "transaction":
        assert (answer.status_code, issues(answer)) == (422, [("IPK-F045", f"Bundle.entry[0].{place}")])
    else:
        assert answer.json["entry"][0]["response"]["status"].startswith("422")


@pytest.mark.parametrize("criteria", ["", "?", "CarePlan?"])
def test_criteria_that_say_nothing_are_refused(client: FlaskClient, plan: dict[str, Any], criteria: str):
    said = writes.plan(plan["subject"]["reference"].partition("/")[2])
    answer = send(client, "POST", "CarePlan", said, If_None_Exist=criteria)
    assert (answer.status_code, issues(answer)) == (400, [("IPK-F004", "If-None-Exist")])
