"""Writes over FHIR that are worked out ahead, and another is written before them. docs/decisions/0110."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.errors import Conflict, SystemFault
from adapter.ingest import commit, performing, sight, writing
from adapter.services import Services
from adapter.store import resources
from adapter.web import create_app
from tests.clock import Clock
from tests.web import writes
from tests.web.hands import trails
from tests.web.writes import issues, send

Overtaken = Callable[[Callable[[FlaskClient], object]], None]


@pytest.fixture
def more_settings(platforms: Path) -> dict[str, Any]:
    return {"clients": platforms}


@pytest.fixture
def plan(client: FlaskClient, patient: str, clock: Clock) -> dict[str, Any]:
    answer = send(client, "POST", "CarePlan", writes.plan(patient))
    assert answer.status_code == 201, answer.text
    clock.advance(days=1)
    found: dict[str, Any] = answer.json
    return found


@pytest.fixture
def overtaken(services: Services, monkeypatch: pytest.MonkeyPatch) -> Overtaken:
    """Let somebody else write once what comes next is worked out, and before it is written."""
    real = writing.prepared

    def by(other: Callable[[FlaskClient], object]) -> None:
        waiting = [other]

        def prepared(*args: Any, **named: Any) -> Any:
            found = real(*args, **named)
            if waiting:
                assert found.unit is not None
                waiting.pop()(create_app(services).test_client())
            return found

        monkeypatch.setattr(writing, "prepared", prepared)

    return by


def _titled(plan: dict[str, Any], title: str) -> dict[str, Any]:
    return {**plan, "title": title}


def _stored(client: FlaskClient, plan: dict[str, Any]) -> tuple[str, str]:
    found = client.get(f"/fhir/CarePlan/{plan['id']}").json
    return found["title"], found["meta"]["versionId"]


def test_an_update_of_a_version_that_is_no_longer_current_is_412(
    client: FlaskClient, plan: dict[str, Any], overtaken: Overtaken
):
    where = f"CarePlan/{plan['id']}"
    overtaken(lambda other: send(other, "PUT", where, _titled(plan, "Først"), If_Match='W/"1"'))
    answer = send(client, "PUT", where, _titled(plan, "Sist"), If_Match='W/"1"')
    assert (answer.status_code, issues(answer)[0][0]) == (412, "IPK-F032")
    assert _stored(client, plan) == ("Først", "2")


def test_an_update_whose_body_names_an_older_version_is_409(
    client: FlaskClient, plan: dict[str, Any], overtaken: Overtaken
):
    where = f"CarePlan/{plan['id']}"
    overtaken(lambda other: send(other, "PUT", where, _titled(plan, "Først")))
    answer = send(client, "PUT", where, _titled(plan, "Sist"))
    assert (answer.status_code, issues(answer)[0][0]) == (409, "IPK-F044")
    assert _stored(client, plan) == ("Først", "2")


def test_an_update_that_rests_on_no_version_follows_the_other(
    client: FlaskClient, plan: dict[str, Any], overtaken: Overtaken
):
    where, said = f"CarePlan/{plan['id']}", {k: v for k, v in plan.items() if k != "meta"}
    overtaken(lambda other: send(other, "PUT", where, _titled(said, "Først")))
    assert send(client, "PUT", where, _titled(said, "Sist")).status_code == 200
    assert _stored(client, plan) == ("Sist", "3")


def test_the_same_update_at_once_is_one_version(
    client: FlaskClient, plan: dict[str, Any], overtaken: Overtaken
):
    where, said = f"CarePlan/{plan['id']}", _titled(plan, "Ny")
    overtaken(lambda other: send(other, "PUT", where, said, If_Match='W/"1"'))
    answer = send(client, "PUT", where, said, If_Match='W/"1"')
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"2"')
    assert answer.headers["Idempotent-Replayed"] == "true"


def test_an_update_after_a_deletion_is_410(client: FlaskClient, plan: dict[str, Any], overtaken: Overtaken):
    where = f"CarePlan/{plan['id']}"
    overtaken(lambda other: send(other, "DELETE", where))
    assert send(client, "PUT", where, _titled(plan, "Sist")).status_code == 410


def test_the_same_create_at_once_is_one_resource(client: FlaskClient, patient: str, overtaken: Overtaken):
    first: list[Any] = []
    said = writes.plan(patient)
    overtaken(lambda other: first.append(send(other, "POST", "CarePlan", said)))
    answer = send(client, "POST", "CarePlan", said)
    assert (first[0].status_code, answer.status_code) == (201, 201)
    assert answer.data == first[0].data
    assert (answer.headers["Location"], answer.headers["Idempotent-Replayed"]) == (
        first[0].headers["Location"],
        "true",
    )
    assert client.get("/fhir/CarePlan?_summary=count").json["total"] == 1


@pytest.fixture
def between(services: Services, monkeypatch: pytest.MonkeyPatch) -> Overtaken:
    """Let somebody else write once what is there was looked up, and before the case is read."""
    real = performing._case

    def by(other: Callable[[FlaskClient], object]) -> None:
        waiting = [other]

        def case(*args: Any) -> Any:
            if waiting:
                waiting.pop()(create_app(services).test_client())
            return real(*args)

        monkeypatch.setattr(performing, "_case", case)

    return by


def test_the_same_create_between_two_reads_is_one_resource(
    client: FlaskClient, patient: str, between: Overtaken
):
    """It is not refused for the plan that it is itself. Decision 171."""
    first: list[Any] = []
    said = writes.plan(patient)
    between(lambda other: first.append(send(other, "POST", "CarePlan", said)))
    answer = send(client, "POST", "CarePlan", said)
    assert [one.status_code for one in (*first, answer)] == [201, 201]
    assert (answer.json, answer.headers["Idempotent-Replayed"]) == (first[0].json, "true")


def test_a_conditional_create_between_two_reads_finds_the_other(
    client: FlaskClient, plan: dict[str, Any], between: Overtaken
):
    def goal(text: str) -> dict[str, Any]:
        said = {"resourceType": "Goal", "lifecycleStatus": "active", "subject": plan["subject"]}
        return said | {
            "description": {"text": text},
            "identifier": [{"system": "https://a.example", "value": "g"}],
        }

    asked = {"If_None_Exist": "identifier=https://a.example|g"}
    first: list[Any] = []
    between(lambda other: first.append(send(other, "POST", "Goal", goal("Den ene"), **asked)))
    answer = send(client, "POST", "Goal", goal("Den andre"), **asked)
    assert [one.status_code for one in (*first, answer)] == [201, 200], answer.text
    assert answer.json == first[0].json


def test_a_conditional_create_finds_what_was_created_meanwhile(
    client: FlaskClient, plan: dict[str, Any], overtaken: Overtaken
):
    first: list[Any] = []
    goal = {"resourceType": "Goal", "lifecycleStatus": "active", "subject": plan["subject"]}
    mine = f"subject={plan['subject']['reference']}&lifecycle-status=on-hold"
    one, two = (
        {**goal, "lifecycleStatus": "on-hold", "description": {"text": text}} for text in ("En", "To")
    )
    overtaken(lambda other: first.append(send(other, "POST", "Goal", one, If_None_Exist=mine)))
    answer = send(client, "POST", "Goal", two, If_None_Exist=mine)
    assert (first[0].status_code, answer.status_code) == (201, 200)
    assert answer.json["id"] == first[0].json["id"]


def test_two_parts_of_one_plan_created_at_once_are_both_there(
    client: FlaskClient, plan: dict[str, Any], overtaken: Overtaken
):
    def goal(text: str) -> dict[str, Any]:
        said = {"resourceType": "Goal", "lifecycleStatus": "active", "subject": plan["subject"]}
        return {**said, "description": {"text": text}}

    overtaken(lambda other: send(other, "POST", "Goal", goal("Først")))
    assert send(client, "POST", "Goal", goal("Sist")).status_code == 201
    listed = client.get(f"/fhir/CarePlan/{plan['id']}").json
    texts = [client.get(f"/fhir/{one['reference']}").json["description"]["text"] for one in listed["goal"]]
    assert texts[-2:] == ["Først", "Sist"]
    assert listed["meta"]["versionId"] == "3"


def test_a_write_that_is_refused_ahead_is_refused_without_a_transaction(
    client: FlaskClient, plan: dict[str, Any], services: Services, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(type(services.store), "write", lambda *_: pytest.fail("written"))
    answer = send(client, "PUT", f"CarePlan/{plan['id']}", _titled(plan, "Ny"), If_Match='W/"7"')
    assert (answer.status_code, issues(answer)[0][0]) == (412, "IPK-F032")


def test_what_a_write_rests_on_beside_its_case_is_asserted(services: Services, plan: dict[str, Any]):
    """A resource of another case is read where it is written; one of no case is as it was read."""
    name = f"CarePlan/{plan['id']}"
    with services.store.read() as conn:
        ahead = sight.Ahead(conn)
        row = ahead.row(name)
        ahead.row("Practitioner/nobody")
        with pytest.raises(sight.Elsewhere):
            ahead.rests("another-case")
        assert row is not None
        assert ahead.rests(row.case) == (("Practitioner/nobody", 0),)
        unit = writing.Unit(
            case=performing.Case(key="x", version=1, now=services.clock(), owner=""),
            case_key="x",
            now=services.clock(),
            org="",
        )
        assert resources.many(conn, [name])
        sight.require(conn, unit, ((name, 1), ("Practitioner/nobody", 0)))
        for rests in (((name, 2),), ((name, 0),), (("Practitioner/nobody", 1),)):
            with pytest.raises(Conflict):
                sight.require(conn, unit, rests)


def test_the_audit_row_of_a_write_is_stored_with_it_and_none_of_one_overtaken(
    services: Services, client: FlaskClient, plan: dict[str, Any], overtaken: Overtaken
):
    def listed() -> list[tuple[str, tuple[str, ...]]]:
        found = [each for each in trails(services) if each["subtype"][0]["code"] == "update"]
        return [
            (each["outcome"], tuple(one["what"].get("reference", "") for one in each["entity"]))
            for each in found
        ]

    where = f"CarePlan/{plan['id']}"
    overtaken(lambda other: send(other, "PUT", where, _titled(plan, "Først"), If_Match='W/"1"'))
    assert send(client, "PUT", where, _titled(plan, "Sist"), If_Match='W/"1"').status_code == 412
    first, refused = listed()
    assert (first[0], where in first[1], refused[0]) == ("0", True, "4")
    assert where not in refused[1]


def test_a_write_whose_audit_row_cannot_be_stored_is_not_stored(
    client: FlaskClient, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: Any) -> None:
        raise SystemFault("IPK-S001", at="database")

    with monkeypatch.context() as patch:
        patch.setattr(commit.audit, "append", broken)
        assert send(client, "PUT", f"CarePlan/{plan['id']}", _titled(plan, "Ny")).status_code == 503
    assert _stored(client, plan)[1] == "1"
