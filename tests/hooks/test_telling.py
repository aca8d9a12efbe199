"""Notifications to a live receiver: handshake, events in order, retries, restarts, what a subscriber may see. Backport IG 1.1."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter import naming, wiring
from adapter.hooks import asking
from adapter.hooks.notifier import Notifier
from adapter.services import Services
from adapter.store import subscriptions
from adapter.store.subscriptions import Subscription
from tests.clock import Clock
from tests.events.samples import changed
from tests.fhir import validator
from tests.hooks.receiver import NEED, PLAN, TEAM, Receiver, asked, caught_up, receiving, set_, worked
from tests.house import ROLAND
from tests.people import patients
from tests.web import writes
from tests.web.hands import need, post, told, trails

ALVDAL, STORVIK = "the-token-of-alvdal", "the-token-of-storvik"


def _client(name: str, party: str, token: str) -> str:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f'[[client]]\nname = "{name}"\nparty = "{party}"\ntoken_sha256 = "{digest}"\n'


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "clients.toml"
    path.write_text(
        _client("alvdal-ip", "alvdal-saksbehandling", ALVDAL) + _client("storvik-ip", "storvik-nord", STORVIK)
    )
    return {"clients": path, "hooks_private": True, "hook_timeout_seconds": 2}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def subscribed(client: FlaskClient, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = client.post("/fhir/Subscription", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def stored(services: Services, id_: str) -> Subscription:
    with services.store.read() as conn:
        found = subscriptions.get(conn, id_)
    assert found is not None
    return found


def status(client: FlaskClient, id_: str) -> str:
    answer = client.get(f"/fhir/Subscription/{id_}")
    assert answer.status_code == 200, answer.text
    found: str = answer.get_json()["status"]
    return found


def secret_of(made: dict[str, Any]) -> str:
    found: str = made["channel"]["extension"][-1]["valueString"]
    return found


def _acknowledged(client: FlaskClient, melde_id: str) -> None:
    made = post(
        client,
        changed(
            "ip.need.acknowledged",
            ("time", "2026-03-04T10:19:00+01:00"),
            ("data.continues", {"meldeId": melde_id}),
        ),
    )
    assert made.status_code == 202, made.text


def test_a_handshake_that_is_taken_makes_it_active(
    client: FlaskClient, services: Services, receiver: Receiver
):
    made = subscribed(client, asked(receiver.url))
    assert (made["status"], receiver.got) == ("requested", [])
    worked(services)
    (hand,) = receiver.got
    assert (hand.kind, hand.one("status"), hand.one("events-since-subscription-start")) == (
        "handshake",
        "requested",
        "0",
    )
    assert hand.one("subscription")["reference"].endswith(f"/fhir/Subscription/{made['id']}")
    assert hand.verified(secret_of(made))
    assert not hand.verified("whsec_" + "A" * 32)
    assert status(client, made["id"]) == "active"


def test_an_event_is_told_by_id_alone(client: FlaskClient, services: Services, receiver: Receiver):
    made = subscribed(client, asked(receiver.url))
    worked(services)
    found = told(client)["case"]
    worked(services)
    (notice,) = receiver.events
    needs = {f"ServiceRequest/{each['needId']}" for each in found["needs"]}
    assert needs <= set(notice.focuses)
    assert notice.numbers == list(range(1, len(notice.numbers) + 1))
    assert notice.one("topic") == NEED
    assert notice.one("events-since-subscription-start") == str(notice.numbers[-1])
    assert notice.verified(secret_of(made))
    first, *entries = notice.bundle["entry"]
    assert first["request"] == {"method": "GET", "url": f"{notice.one('subscription')['reference']}/$status"}
    assert all("resource" not in entry and entry["fullUrl"] for entry in entries)
    assert {entry["request"]["method"] for entry in entries} == {"POST"}
    assert b"Danser" not in notice.body
    assert client.get(f"/fhir/{notice.focuses[0]}").status_code == 200


def test_each_change_of_a_goal_is_an_event_of_the_topic_of_plans(
    client: FlaskClient, services: Services, receiver: Receiver, clock: Clock
):
    patient = told(client)["case"]["patientId"]
    clock.advance(days=40)
    plan = writes.send(client, "POST", "CarePlan", writes.plan(patient)).json
    subscribed(client, asked(receiver.url, PLAN))
    worked(services)
    goal = client.get(f"/fhir/{plan['goal'][0]['reference']}").json
    for text in ("Gå en tur", "Gå to turer"):
        said = {k: v for k, v in goal.items() if k != "meta"} | {"description": {"text": text}}
        assert writes.send(client, "PUT", f"Goal/{goal['id']}", said).status_code == 200
        clock.advance(minutes=1)
    worked(services)
    assert receiver.focuses == [f"CarePlan/{plan['id']}"] * 2


def test_an_empty_notification_names_neither_what_nor_which_topic(
    client: FlaskClient, services: Services, receiver: Receiver
):
    subscribed(client, asked(receiver.url, content="empty"))
    told(client)
    worked(services)
    (notice,) = receiver.events
    assert notice.numbers
    assert (notice.focuses, notice.one("topic"), len(notice.bundle["entry"])) == ([], None, 1)


@pytest.mark.parametrize("answer", [400, 403, 404, 302])
def test_a_handshake_that_is_refused_is_an_error_at_once(
    client: FlaskClient, services: Services, receiver: Receiver, answer: int
):
    receiver.answers = [answer]
    made = subscribed(client, asked(receiver.url))
    told(client)
    worked(services)
    found = client.get(f"/fhir/Subscription/{made['id']}").get_json()
    assert (found["status"], len(receiver.got)) == ("error", 1)
    assert found["error"].startswith("IPK-F077" if answer == 302 else "IPK-F075")
    assert "Subscription" in client.get("/feed?count=500").text


def test_a_redirect_is_not_followed(
    client: FlaskClient, services: Services, receiver: Receiver, clock: Clock
):
    subscribed(client, asked(receiver.url))
    worked(services)
    receiver.answers = [307]
    told(client)
    worked(services)
    assert len(receiver.events) == 1
    clock.advance(hours=1)
    worked(services)
    first, second = receiver.events
    assert first.body == second.body


def test_what_was_not_taken_is_told_again_as_it_was_and_then_what_followed(
    client: FlaskClient, services: Services, receiver: Receiver, clock: Clock
):
    made = subscribed(client, asked(receiver.url))
    worked(services)
    melde_id = told(client)["case"]["meldeId"]
    receiver.answers = [500, 503]
    worked(services)
    assert (len(receiver.events), stored(services, made["id"]).attempts) == (1, 1)
    _acknowledged(client, melde_id)
    clock.advance(minutes=2)
    worked(services)
    clock.advance(minutes=10)
    worked(services)
    first, second, third, *rest = receiver.events
    assert first.body == second.body == third.body
    assert first.headers["webhook-id"] == third.headers["webhook-id"]
    after = [*third.numbers, *(n for each in rest for n in each.numbers)]
    assert after == list(range(1, len(after) + 1))
    assert status(client, made["id"]) == "active"


def test_after_the_ladder_it_is_in_error_until_somebody_requeues_it(
    client: FlaskClient, services: Services, receiver: Receiver, clock: Clock
):
    made = subscribed(client, asked(receiver.url))
    worked(services)
    receiver.answers = [500] * services.settings.hook_attempts
    told(client)
    for _ in range(services.settings.hook_attempts):
        assert status(client, made["id"]) == "active"
        worked(services)
        clock.advance(hours=13)
    assert status(client, made["id"]) == "error"
    assert stored(services, made["id"]).last_error == "IPK-F076"
    metrics = client.get("/metrics").text
    assert 'adapter_subscriptions{status="error"} 1.0' in metrics
    assert 'adapter_subscription_events{status="error"} 0.0' not in metrics
    assert worked(services) == 0
    asking.requeue(services, made["id"])
    worked(services)
    assert [each.kind for each in receiver.got[-2:]] == ["handshake", "event-notification"]
    assert receiver.got[-1].numbers[0] == 1
    assert status(client, made["id"]) == "active"


def test_the_subscriber_itself_may_ask_for_it_again(
    client: FlaskClient, services: Services, receiver: Receiver
):
    receiver.answers = [400]
    made = subscribed(client, asked(receiver.url))
    told(client)
    worked(services)
    again = client.get(f"/fhir/Subscription/{made['id']}").get_json()
    assert (
        client.put(f"/fhir/Subscription/{made['id']}", json={**again, "status": "requested"}).status_code
        == 200
    )
    worked(services)
    assert status(client, made["id"]) == "active"
    assert receiver.numbers[0] == 1
    assert "error" not in client.get(f"/fhir/Subscription/{made['id']}").get_json()


def test_a_receiver_that_is_gone_is_not_tried_again(
    client: FlaskClient, services: Services, receiver: Receiver
):
    made = subscribed(client, asked(receiver.url))
    worked(services)
    receiver.answers = [410]
    told(client)
    worked(services)
    assert status(client, made["id"]) == "error"


def test_a_slow_receiver_is_cut_and_holds_up_no_other(
    client: FlaskClient, services: Services, receiver: Receiver
):
    gate = threading.Event()
    with receiving() as slow:
        slow.before = lambda: gate.wait(10) and None
        late = subscribed(client, asked(slow.url, extension=[set_("timeout", 1)]))
        prompt = subscribed(client, asked(receiver.url))
        notifier = Notifier(services, owner="worker")
        started = time.monotonic()
        notifier.step()
        while status(client, prompt["id"]) != "active":
            assert time.monotonic() - started < 1, "the prompt one waits for the slow one"
            time.sleep(0.01)
        notifier.close()
        assert 0.9 < time.monotonic() - started < 2.5
        gate.set()
        found = stored(services, late["id"])
        assert (found.status, found.attempts, found.last_error) == ("requested", 1, "IPK-S009")


def test_a_worker_that_dies_while_it_sends_is_followed_by_another(
    client: FlaskClient, services: Services, receiver: Receiver, clock: Clock
):
    made = subscribed(client, asked(receiver.url))
    worked(services)
    told(client)
    caught_up(services)
    dying = Notifier(services, owner="dying")
    (held,) = dying._claimed(8)
    read = dying._read_on(held, lambda _, rows: tuple(rows))
    assert read is not None
    assert read.upto > 0
    # It may have sent it; nobody knows. What follows it sends the same numbers for the same events.
    dying.close()
    assert worked(services) == 0
    clock.advance(seconds=services.settings.lease_seconds + 3)
    wiring.close(services)
    again = wiring.build(services.settings, clock=clock, durable=False)
    worked(again)
    wiring.close(again)
    assert receiver.numbers == list(range(1, read.upto + 1))
    assert made["id"]


def test_who_lost_its_lease_settles_nothing(client: FlaskClient, services: Services, receiver: Receiver):
    made = subscribed(client, asked(receiver.url))
    worked(services)
    told(client)
    caught_up(services)
    taken = Notifier(services, owner="slow")
    (held,) = taken._claimed(8)
    body = client.get(f"/fhir/Subscription/{made['id']}").get_json()
    assert client.put(f"/fhir/Subscription/{made['id']}", json={**body, "status": "off"}).status_code == 200
    taken._attended(held)
    taken.close()
    assert receiver.events == []
    assert status(client, made["id"]) == "off"


def test_two_workers_never_hold_one_subscription(client: FlaskClient, services: Services, receiver: Receiver):
    subscribed(client, asked(receiver.url))
    one, two = Notifier(services, owner="one"), Notifier(services, owner="two")
    assert [len(one._claimed(8)), len(two._claimed(8))] == [1, 0]
    one.close()
    two.close()


# ── what a subscriber is told of ─────────────────────────────────────────────────────────────────────────────────────


def test_a_topic_tells_its_own_types_alone(
    client: FlaskClient, services: Services, receiver: Receiver, clock: Clock
):
    with receiving() as plans, receiving() as teams:
        subscribed(client, asked(plans.url, PLAN))
        subscribed(client, asked(teams.url, TEAM))
        subscribed(client, asked(receiver.url, NEED))
        found = told(client)["case"]
        clock.advance(days=40)
        assert (
            post(
                client, changed("ip.plan.created", ("data.continues", {"meldeId": found["meldeId"]}))
            ).status_code
            == 202
        )
        worked(services)
        assert {focus.partition("/")[0] for focus in plans.focuses} == {"CarePlan"}
        assert {focus.partition("/")[0] for focus in teams.focuses} <= {"CareTeam"}
        assert {focus.partition("/")[0] for focus in receiver.focuses} == {"ServiceRequest", "Task"}


def test_a_filter_narrows_what_is_told(client: FlaskClient, services: Services, receiver: Receiver):
    first = told(client)["case"]
    with receiving() as other:
        subscribed(
            client,
            asked(receiver.url, filters=[f"patient=Patient/{first['patientId']}", "Task?status=received"]),
        )
        subscribed(client, asked(other.url, filters=["patient=Patient/somebody-else"]))
        worked(services)
        _acknowledged(client, first["meldeId"])
        worked(services)
        assert {focus.partition("/")[0] for focus in receiver.focuses} == {"Task"}
        assert [each.kind for each in other.got] == ["handshake"]


@pytest.mark.parametrize(
    ("filter_", "told_of"),
    [
        ("ServiceRequest?code:text=koordinator", True),
        ("ServiceRequest?code:text=rullestol", False),
        ("ServiceRequest?patient:missing=false", True),
        ("ServiceRequest?patient:missing=true", False),
    ],
)
def test_a_filter_that_the_index_only_narrows_is_judged_by_the_resource(
    client: FlaskClient,
    services: Services,
    receiver: Receiver,
    filter_: str,
    told_of: bool,  # noqa: FBT001 (a row of the table)
):
    """It failed in the worker, time after time, and nothing was ever told."""
    subscribed(client, asked(receiver.url, filters=[filter_]))
    told(client)
    worked(services)
    types = {focus.partition("/")[0] for focus in receiver.focuses}
    assert types == ({"Task", "ServiceRequest"} if told_of else {"Task"})


def test_a_filter_by_a_municipalitys_unit_tells_of_nobody_whose_address_is_strict(
    client: FlaskClient, services: Services, receiver: Receiver
):
    unit = f"Organization/{naming.unit_id('alvdal-saksbehandling')}"
    strict = need(("data.patient.protectedAddress", "strictly-confidential"))
    subscribed(client, asked(receiver.url, filters=[f"Task?owner={unit}", "ServiceRequest?status=revoked"]))
    with receiving() as other:
        subscribed(client, asked(other.url))
        assert post(client, strict).status_code == 202
        worked(services)
        assert {focus.partition("/")[0] for focus in other.focuses} == {"ServiceRequest", "Task"}
        assert [each.kind for each in receiver.got] == ["handshake"]
    assert post(client, need(("data.patient", ROLAND), ("id", "other"))).status_code == 202
    worked(services)
    assert {focus.partition("/")[0] for focus in receiver.focuses} == {"Task"}


def test_what_happened_before_is_not_told(client: FlaskClient, services: Services, receiver: Receiver):
    told(client)
    subscribed(client, asked(receiver.url))
    worked(services)
    assert [each.kind for each in receiver.got] == ["handshake"]


def test_what_happens_before_the_handshake_is_told_after_it(
    client: FlaskClient, services: Services, receiver: Receiver
):
    subscribed(client, asked(receiver.url))
    told(client)
    worked(services)
    assert [each.kind for each in receiver.got] == ["handshake", "event-notification"]


@pytest.fixture
def plan(client: FlaskClient, clock: Clock) -> dict[str, Any]:
    """Tell of a need at Alvdal and of its plan."""
    found: dict[str, Any] = told(client)["case"]
    clock.advance(days=40)
    made = post(client, changed("ip.plan.created", ("data.continues", {"meldeId": found["meldeId"]})))
    assert made.status_code == 202, made.text
    clock.advance(minutes=1)
    return {**found, "planId": made.get_json()["case"]["planId"]}


def _goal(client: FlaskClient, number: int) -> None:
    goals = [{"id": f"g{n}", "text": f"Mål {n}", "status": "active"} for n in range(number + 1)]
    made = post(
        client,
        changed(
            "ip.plan.updated",
            ("id", f"goal-{number}"),
            ("time", "2026-04-13T09:00:00Z"),
            ("data.baseVersion", number),
            ("data.plan.goals", goals),
        ),
    )
    assert made.status_code == 202, made.text


WITHDRAWN = (
    ("data.scopes", ["coordinator", "plan-create", "plan-share"]),
    ("data.date", "2026-03-04"),
)


def test_only_a_member_is_told_and_only_while_consent_opens(
    client: FlaskClient, services: Services, plan: dict[str, Any]
):
    with receiving() as member, receiving() as other:
        subscribed(client, asked(member.url, PLAN), ALVDAL)
        subscribed(client, asked(other.url, PLAN), STORVIK)
        worked(services)
        _goal(client, 1)
        worked(services)
        assert member.focuses == [f"CarePlan/{plan['planId']}"]
        assert [each.kind for each in other.got] == ["handshake"]
        assert post(client, changed("ip.consent.withdrawn", *WITHDRAWN)).status_code == 202
        before = len(member.got)
        _goal(client, 2)
        worked(services)
        assert len(member.got) == before + 1  # its own plan. ADR 151
        assert [each.kind for each in other.got] == ["handshake"]


def test_a_need_that_waits_for_consent_is_told_to_no_subscriber(
    client: FlaskClient, services: Services, clock: Clock
):
    with receiving() as member, receiving() as own:
        subscribed(client, asked(member.url, NEED), ALVDAL)
        subscribed(client, asked(own.url, NEED))
        worked(services)
        first = post(client, need(("data.needs", ["habilitation"])))
        clock.advance(minutes=5)
        held = post(
            client,
            need(
                ("id", "held"), ("data.needs", ["rehabilitation"]), ("data.consent", {"status": "not-asked"})
            ),
        )
        assert held.get_json()["status"] == "held", held.text
        worked(services)
        ids = [each.get_json()["case"]["needs"][0]["needId"] for each in (first, held)]
        told_of = str(member.focuses)
        assert (ids[0] in told_of, ids[1] in told_of) == (True, False)
        assert all(one in str(own.focuses) for one in ids)


def test_consent_is_asked_again_when_a_notification_leaves(
    client: FlaskClient, services: Services, clock: Clock
):
    clock.advance(days=40)
    with receiving() as member:
        made = subscribed(client, asked(member.url, NEED), ALVDAL)
        worked(services)
        member.answers = [500]
        told(client)
        worked(services)
        before = len(member.events)
        assert before
        gone = changed(
            "ip.consent.withdrawn", *WITHDRAWN[1:], ("data.scopes", ["coordinator", "plan-create"])
        )
        assert post(client, gone).status_code == 202
        clock.advance(hours=1)
        worked(services)
        assert len(member.events) == before
        row = stored(services, made["id"])
        assert (row.told, row.status) == (row.number, "active")
        again = client.get(
            f"/fhir/Subscription/{made['id']}/$events", headers={"Authorization": f"Bearer {ALVDAL}"}
        ).get_json()
        assert "focus" not in json.dumps(again)


def test_a_subscriber_that_is_no_longer_admitted_is_told_nothing(
    client: FlaskClient,
    services: Services,
    receiver: Receiver,
    plan: dict[str, Any],
    more_settings: dict[str, Any],
):
    assert plan
    made = subscribed(client, asked(receiver.url, PLAN), ALVDAL)
    worked(services)
    more_settings["clients"].write_text(_client("storvik-ip", "storvik-nord", STORVIK))
    _goal(client, 1)
    worked(services)
    assert receiver.events == []
    assert client.get(f"/fhir/Subscription/{made['id']}").get_json()["error"].startswith("IPK-F078")


def test_who_was_told_stands_in_the_audit_trail(
    client: FlaskClient, services: Services, plan: dict[str, Any]
):
    with receiving() as member:
        made = subscribed(client, asked(member.url, PLAN), ALVDAL)
        worked(services)
        _goal(client, 1)
        worked(services)
    found = [
        e
        for e in trails(services)
        if f"CarePlan/{plan['planId']}" in json.dumps(e) and "alvdal-ip" in json.dumps(e)
    ]
    (event,) = found
    assert (event["action"], event["subtype"][0]["code"]) == ("E", "operation")
    whats = [entity["what"]["reference"] for entity in event["entity"]]
    assert whats == [
        f"Patient/{plan['patientId']}",
        f"Subscription/{made['id']}",
        f"CarePlan/{plan['planId']}",
    ]


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_heartbeat_says_that_nothing_happened(
    client: FlaskClient, services: Services, receiver: Receiver, clock: Clock
):
    subscribed(client, asked(receiver.url, extension=[set_("heartbeat-period", 60)]))
    worked(services)
    assert worked(services) == 0
    clock.advance(seconds=60)
    worked(services)
    assert [each.kind for each in receiver.got] == ["handshake", "heartbeat"]
    told(client)
    worked(services)
    clock.advance(seconds=59)
    assert worked(services) == 0
    clock.advance(seconds=1)
    worked(services)
    assert [each.kind for each in receiver.got] == [
        "handshake",
        "heartbeat",
        "event-notification",
        "heartbeat",
    ]
    assert receiver.got[-1].one("events-since-subscription-start") == str(receiver.numbers[-1])


def test_after_its_end_it_is_off(client: FlaskClient, services: Services, receiver: Receiver, clock: Clock):
    made = subscribed(client, asked(receiver.url, end="2026-03-05T00:00:00+01:00"))
    worked(services)
    clock.advance(days=2)
    told(client)
    worked(services)
    assert receiver.events == []
    assert status(client, made["id"]) == "off"


def test_a_notification_holds_at_most_max_count_events_in_their_order(
    client: FlaskClient, services: Services, receiver: Receiver
):
    subscribed(client, asked(receiver.url, extension=[set_("max-count", 3)]))
    worked(services)
    for number, patient in zip(range(4), patients(), strict=False):
        assert post(client, need(("id", f"many-{number}"), ("data.patient", patient))).status_code == 202
    worked(services)
    assert {len(each.numbers) for each in receiver.events[:-1]} == {3}
    assert receiver.numbers == list(range(1, len(receiver.numbers) + 1))


def test_what_happens_while_it_is_off_is_not_told(
    client: FlaskClient, services: Services, receiver: Receiver
):
    made = subscribed(client, asked(receiver.url))
    worked(services)
    place = f"/fhir/Subscription/{made['id']}"
    body = client.get(place).get_json()
    assert client.put(place, json={**body, "status": "off"}).get_json()["status"] == "off"
    told(client)
    assert worked(services) == 0
    assert client.put(place, json={**body, "status": "requested"}).status_code == 200
    worked(services)
    assert [each.kind for each in receiver.got] == ["handshake", "handshake"]


def test_notifications_are_sound_r4(
    client: FlaskClient, services: Services, receiver: Receiver, tmp_path: Path
):
    with receiving() as empty:
        made = subscribed(client, asked(receiver.url, extension=[set_("heartbeat-period", 60)]))
        subscribed(client, asked(empty.url, content="empty"))
        told(client)
        worked(services)
        answers = [
            client.get(f"/fhir/Subscription/{made['id']}{rest}").data for rest in ("", "/$status", "/$events")
        ]
        bodies = [each.body for each in (*receiver.got, *empty.got)]
        assert len(bodies) == 4
        assert not validator.errors([*bodies, *answers], tmp_path)
