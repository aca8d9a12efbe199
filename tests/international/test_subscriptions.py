"""Subscriptions: IHE DCP PCC-39/40 and DCTM PCC-48/49, as topics of the R5 backport for R4. HL7/fhir-subscription-backport-ig 1.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapter.fhir import urls
from adapter.services import Services
from tests.hooks.receiver import PLAN, TEAM, Receiver, asked, receiving, worked
from tests.international.conftest import World
from tests.web import writes
from tests.web.writes import send

_SERVED = f"{urls.BACKPORT}/capabilitystatement-subscriptiontopic-canonical"


@pytest.fixture
def more_settings(more_settings: dict[str, Any]) -> dict[str, Any]:
    """Let a receiver on this machine be told."""
    return {**more_settings, "hooks_private": True, "hook_timeout_seconds": 2}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def _subscribed(world: World, services: Services, body: dict[str, Any]) -> str:
    answer = send(world.client, "POST", "Subscription", body)
    assert answer.status_code == 201, answer.text
    worked(services)
    id_ = str(answer.get_json()["id"])
    assert world.client.get(f"/fhir/Subscription/{id_}").get_json()["status"] == "active"
    return id_


def _plan_changed(world: World, services: Services, title: str) -> None:
    world.clock.advance(minutes=1)
    answer = send(world.client, "PATCH", f"CarePlan/{world.plans[0]}", {"title": title})
    assert answer.status_code == 200, answer.text
    worked(services)


def test_dcp_pcc_39_subscribe_to_care_plan_updates_and_unsubscribe(
    world: World, services: Services, receiver: Receiver
):
    id_ = _subscribed(world, services, asked(receiver.url, PLAN))
    assert [one.kind for one in receiver.got] == ["handshake"]
    assert send(world.client, "DELETE", f"Subscription/{id_}", None).status_code == 204
    _plan_changed(world, services, "Etter avmelding")
    assert receiver.events == []


def test_dcp_pcc_40_provide_care_plan_by_its_id(world: World, services: Services, receiver: Receiver):
    """The guide pushes the plan; here the hook says which one, and the subscriber reads it with its own rights."""
    _subscribed(world, services, asked(receiver.url, PLAN))
    _plan_changed(world, services, "Etter evaluering")
    assert f"CarePlan/{world.plans[0]}" in receiver.focuses
    assert all(b"Etter evaluering" not in one.body for one in receiver.got)
    read = send(world.client, "GET", f"CarePlan/{world.plans[0]}", None)
    assert read.get_json()["title"] == "Etter evaluering"


def test_dctm_pcc_48_and_49_a_care_team_is_told_of(world: World, services: Services, receiver: Receiver):
    _subscribed(world, services, asked(receiver.url, TEAM))
    world.clock.advance(minutes=1)
    made = send(world.client, "POST", "CarePlan", writes.plan(world.patients[2]))
    assert made.status_code == 201, made.text
    worked(services)
    assert made.get_json()["careTeam"][0]["reference"] in receiver.focuses


def test_backport_topics_are_listed_in_the_capability_statement(world: World):
    rows = world.client.get("/fhir/metadata").get_json()["rest"][0]["resource"]
    (row,) = (one for one in rows if one["type"] == "Subscription")
    assert {PLAN, TEAM} <= {one["valueCanonical"] for one in row["extension"] if one["url"] == _SERVED}
    assert "status" in {one["name"] for one in row["operation"]}


def test_backport_notification_is_a_history_that_begins_with_its_status(
    world: World, services: Services, receiver: Receiver
):
    id_ = _subscribed(world, services, asked(receiver.url, PLAN))
    _plan_changed(world, services, "Endret")
    notice = receiver.events[0]
    first, *entries = notice.bundle["entry"]
    assert (notice.bundle["type"], first["resource"]["resourceType"]) == ("history", "Parameters")
    assert {"subscription", "status", "type", "topic", "events-since-subscription-start"} <= {
        one["name"] for one in notice.status
    }
    assert notice.one("subscription")["reference"].endswith(f"Subscription/{id_}")
    assert entries
    assert all("resource" not in entry for entry in entries)


def test_backport_status_operation(world: World, services: Services, receiver: Receiver):
    id_ = _subscribed(world, services, asked(receiver.url, PLAN))
    answer = send(world.client, "GET", f"Subscription/{id_}/$status", None)
    assert answer.status_code == 200, answer.text
    (entry,) = answer.get_json()["entry"]
    told = {one["name"]: one for one in entry["resource"]["parameter"]}
    assert (told["type"]["valueCode"], told["status"]["valueCode"]) == ("query-status", "active")


@pytest.mark.parametrize("content", ["full-resource", "unknown"])
def test_backport_payload_content_with_health_data_is_refused(world: World, receiver: Receiver, content: str):
    answer = send(world.client, "POST", "Subscription", asked(receiver.url, PLAN, content=content))
    assert (answer.status_code, answer.get_json()["resourceType"]) == (422, "OperationOutcome")
    assert receiver.got == []


def test_backport_payload_content_must_be_said(world: World, receiver: Receiver):
    body = asked(receiver.url, PLAN)
    del body["channel"]["_payload"]
    assert send(world.client, "POST", "Subscription", body).status_code == 422
