"""Events that are views: pulls and refusals (E60, E61) and notifications (E63), from rows kept for other ends. decisions/0089."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from adapter.access import audit as trail
from adapter.access.callers import Caller
from adapter.oversight import event_views
from adapter.oversight.event_views import VIEWS
from adapter.services import Services
from adapter.store import AuditRow, audited, feed
from adapter.store.feed import FeedItem
from adapter.store.store import parse
from tests.clock import Clock
from tests.events.samples import changed
from tests.hooks.receiver import PLAN, asked, receiving, worked
from tests.web.hands import LINE, post, told, trails

ALVDAL, STORVIK = "the-token-of-alvdal", "the-token-of-storvik"
PULLED, DENIED = "ip.plan.pulled", "ip.plan.pull-denied"
DELIVERED, FAILED = "ip.subscription.delivered", "ip.subscription.failed"


def _row(name: str, party: str, token: str) -> str:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f'[[client]]\nname = "{name}"\nparty = "{party}"\ntoken_sha256 = "{digest}"\n'


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "clients.toml"
    path.write_text(
        _row("alvdal-ip", "alvdal-saksbehandling", ALVDAL) + _row("storvik-ip", "storvik-nord", STORVIK)
    )
    return {"clients": path, "hooks_private": True, "hook_timeout_seconds": 2}


@pytest.fixture
def case(client: FlaskClient, clock: Clock) -> dict[str, Any]:
    """Tell of a need at Alvdal and of its plan."""
    found: dict[str, Any] = told(client)["case"]
    clock.advance(days=40)
    made = post(client, changed("ip.plan.created", ("data.continues", {"meldeId": found["meldeId"]})))
    assert made.status_code == 202, made.text
    clock.advance(minutes=1)
    return {**found, "planId": made.get_json()["case"]["planId"]}


def _as(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _page(client: FlaskClient, type_: str, more: str = "") -> dict[str, Any]:
    answer = client.get(f"/events?type={type_}{more}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def _listed(client: FlaskClient, type_: str, count: int = 1) -> list[dict[str, Any]]:
    """Return all events of a view once there are so many: on PostgreSQL a page waits for whatever runs on the server."""
    end = time.monotonic() + 10
    while len(found := _page(client, type_)["items"]) < count and time.monotonic() < end:
        time.sleep(0.05)
    assert len(found) == count, found
    return list(found)


def test_a_plan_that_a_member_pulls_is_an_event_without_a_row_of_its_own(
    client: FlaskClient, services: Services, case: dict[str, Any]
):
    assert _page(client, PULLED)["items"] == []
    before = len(client.get("/events").get_json()["items"])
    rows = len(trails(services))
    assert client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(ALVDAL)).status_code == 200
    assert len(trails(services)) == rows + 1
    (item,) = _listed(client, PULLED)
    event = next(each for each in trails(services) if each["id"] == item["eventId"])
    assert (item["id"], item["source"], item["type"]) == (event["id"], "urn:adapter", PULLED)
    assert item["data"] == {
        "client": "alvdal-ip",
        "interaction": "read",
        "patientId": case["patientId"],
        "planIds": [case["planId"]],
    }
    _explained(client, item, "E60", "pasientjournalloven")
    one = client.get(f"/events/{item['eventId']}").get_json()
    assert one == {**item, "answer": None}
    assert len(client.get("/events").get_json()["items"]) == before


def _explained(client: FlaskClient, item: dict[str, Any], number: str, source: str) -> None:
    """Every event under /events says why: its number, and the law or text behind it, in each form."""
    path = f"/events/{item['eventId']}/why"
    said = client.get(path)
    assert said.status_code == 200, said.text
    (part,) = said.json["parts"]
    assert (said.json["kind"], said.json["caseId"]) == ("event", item["data"].get("patientId"))
    assert (part["type"], part["facts"]["number"]) == (item["type"], number)
    assert part["title"] != item["type"]
    assert source in part["steps"][0]["source"]
    for form in ("text/plain", "text/html"):
        assert part["title"] in client.get(path, headers={"Accept": form}).text


PULLS = {
    "fhir/CarePlan/{planId}/_history": "history-instance",
    "fhir/CarePlan/{planId}/_history/1": "vread",
    "fhir/CarePlan/_history": "history-type",
    "fhir/_history": "history-system",
    "fhir/Patient?_revinclude=CarePlan:subject": "search-type",
    "fhir/Patient/{patientId}/$everything": "operation",
}
"""Path → interaction of a pull that names its plan."""


@pytest.mark.parametrize("path", PULLS)
def test_every_way_to_a_plan_is_a_pull_that_names_it(client: FlaskClient, case: dict[str, Any], path: str):
    answer = client.get(f"/{path.format(**case)}", headers=_as(ALVDAL))
    assert answer.status_code == 200
    assert f'"{case["planId"]}"' in answer.text
    (item,) = _listed(client, PULLED)
    assert (item["data"]["interaction"], item["data"]["planIds"]) == (PULLS[path], [case["planId"]])


def test_a_search_for_plans_that_finds_one_is_a_pull_and_one_that_finds_none_is_not(
    client: FlaskClient, case: dict[str, Any]
):
    for token in (STORVIK, ALVDAL):
        path = f"/fhir/CarePlan?subject=Patient/{case['patientId']}"
        assert client.get(path, headers=_as(token)).status_code == 200
    (item,) = _listed(client, PULLED)
    assert item["data"] == {
        "client": "alvdal-ip",
        "interaction": "search-type",
        "patientId": case["patientId"],
        "planIds": [case["planId"]],
    }


def test_a_part_of_a_batch_is_a_pull_too(client: FlaskClient, case: dict[str, Any]):
    urls = [f"Patient/{case['patientId']}", f"CarePlan?subject=Patient/{case['patientId']}"]
    entries = [{"request": {"method": "GET", "url": url}} for url in urls]
    body = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    answer = client.post("/fhir", json=body, headers=_as(ALVDAL))
    assert answer.status_code == 200, answer.text
    (item,) = _listed(client, PULLED)
    assert (item["data"]["interaction"], item["data"]["planIds"]) == ("search-type", [case["planId"]])


def test_what_is_no_plan_is_no_pull(client: FlaskClient, case: dict[str, Any]):
    for path in ("Patient/{patientId}", "Task?focus=CarePlan/{planId}", "Task?based-on=CarePlan/{planId}"):
        assert client.get(f"/fhir/{path.format(**case)}", headers=_as(ALVDAL)).status_code in {200, 400}
    assert client.get(f"/cases/{case['patientId']}").status_code == 200
    assert client.get("/fhir/CarePlan?_summary=count", headers=_as(ALVDAL)).status_code == 200
    assert client.get(f"/fhir/CarePlan/{case['planId']}").status_code == 200
    (item,) = _listed(client, PULLED)
    assert item["data"]["client"] == "loopback"


def test_of_a_row_that_names_several_plans_only_the_patients_own_is_told(
    services: Services, client: FlaskClient, case: dict[str, Any]
):
    both = (f"CarePlan/{case['planId']}", "CarePlan/of-another")
    caller = Caller(client="alvdal-ip", local=False, trusted=False, request_id="r-1")
    made = [
        row
        for patient in (case["patientId"], "another")
        for row in trail.rows(
            trail.Trail(interaction="batch", patients=(patient,), entities=both), caller, status=200, org="59",
            at=services.clock(), new_id=services.new_id,
        )
    ]  # fmt: skip
    services.store.append_audit(made)
    (item,) = _listed(client, PULLED)
    assert (item["data"]["patientId"], item["data"]["planIds"]) == (case["patientId"], [case["planId"]])


def test_a_pull_that_is_denied_is_an_event_for_who_owns_the_plan(client: FlaskClient, case: dict[str, Any]):
    assert client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(STORVIK)).status_code == 404
    assert client.get(f"/fhir/CarePlan/{case['planId']}/_history", headers=_as(STORVIK)).status_code == 404
    first, second = _listed(client, DENIED, 2)
    assert first["data"] == {
        "client": "storvik-ip",
        "interaction": "read",
        "patientId": case["patientId"],
        "planIds": [case["planId"]],
    }
    assert second["data"]["interaction"] == "history-instance"
    assert client.get(f"/events/{first['eventId']}").get_json() == {**first, "answer": None}
    _explained(client, first, "E61", "pasientjournalloven")
    assert _page(client, PULLED)["items"] == []


def test_who_has_no_leave_at_all_is_denied_too(client: FlaskClient, case: dict[str, Any]):
    path = f"/fhir/CarePlan/{case['planId']}"
    away = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(path, environ_overrides=away).status_code == 403
    assert client.get(f"/fhir/{LINE}/{LINE}", environ_overrides=away).status_code == 403
    (item,) = _listed(client, DENIED)
    assert item["data"]["planIds"] == [case["planId"]]


def test_a_plan_that_is_not_there_was_denied_to_nobody(client: FlaskClient, case: dict[str, Any]):
    for id_ in ("nobody", LINE):
        assert client.get(f"/fhir/CarePlan/{id_}", headers=_as(STORVIK)).status_code == 404
    assert client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(STORVIK)).status_code == 404
    _listed(client, DENIED)


@pytest.mark.parametrize("token", [ALVDAL, STORVIK])
def test_a_client_of_another_organisation_sees_none_of_them(
    client: FlaskClient, case: dict[str, Any], token: str
):
    client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(ALVDAL))
    client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(STORVIK))
    (pulled,), (denied,) = _listed(client, PULLED), _listed(client, DENIED)
    paths = [f"/events?type={type_}" for type_ in VIEWS]
    paths += [f"/events/{each['eventId']}" for each in (pulled, denied)]
    for path in paths:
        answer = client.get(path, headers=_as(token))
        assert answer.status_code == 403, path
        assert not {case["patientId"], case["planId"]} & set(answer.text.replace('"', " ").split())
    # Nor does the audit trail show them to it, which holds the same.
    assert client.get(f"/fhir/AuditEvent/{pulled['eventId']}", headers=_as(token)).status_code == 404


def test_who_looks_at_pulls_stands_in_the_audit_trail_and_is_no_pull(
    client: FlaskClient, services: Services, case: dict[str, Any]
):
    client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(ALVDAL))
    (item,) = _listed(client, PULLED)
    client.get(f"/events/{item['eventId']}")
    last = trails(services)[-1]
    whats = [each["what"]["reference"] for each in last["entity"] if "reference" in each.get("what", {})]
    assert whats == [f"Patient/{case['patientId']}", f"urn:uuid:{item['eventId']}"]
    _listed(client, PULLED)


def test_pulls_are_paged_by_a_cursor_of_their_own(client: FlaskClient, case: dict[str, Any]):
    for _ in range(5):
        client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(ALVDAL))
    every = _listed(client, PULLED, 5)
    seen: list[dict[str, Any]] = []
    page = _page(client, PULLED, "&count=2")
    while page["items"]:
        assert len(page["items"]) <= 2
        seen += page["items"]
        page = _page(client, PULLED, f"&count=2&since={page['next']}")
    assert seen == every
    client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(ALVDAL))
    assert len(_listed(client, PULLED, 6)) == 6
    assert len(_page(client, PULLED, f"&since={page['next']}")["items"]) == 1
    assert client.get(f"/events?type={PULLED}&since=%25").status_code == 400


def test_one_page_looks_at_a_bounded_number_of_rows_and_the_next_goes_on(
    client: FlaskClient, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(event_views, "LOOKED_AT", 4)
    monkeypatch.setattr(event_views, "TOGETHER", 2)
    for _ in range(9):
        client.get("/fhir/CarePlan/nobody", headers=_as(STORVIK))
    client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(STORVIK))
    found: list[dict[str, Any]] = []
    cursor, end = "", time.monotonic() + 10
    pages = 0
    while not found and time.monotonic() < end:
        page = _page(client, DENIED, f"&count=2&since={cursor}")
        found, cursor, pages = page["items"], page["next"] or "", pages + 1
    assert len(found) == 1
    assert pages > 2


def test_an_unknown_id_is_404(client: FlaskClient, services: Services, case: dict[str, Any]):
    client.get(f"/fhir/Patient/{case['patientId']}", headers=_as(ALVDAL))
    other = trails(services)[-1]["id"]  # a row of the audit trail that is no event
    for id_ in ("nothing", other, f"{other}.1", "nothing.x", "nothing.٣", f"x.{'9' * 30}", LINE):
        answer = client.get(f"/events/{id_}")
        assert answer.status_code == 404, id_
        assert LINE not in answer.text


def test_who_was_told_by_a_subscription_is_an_event(
    client: FlaskClient, services: Services, case: dict[str, Any]
):
    with receiving() as member:
        made = client.post("/fhir/Subscription", json=asked(member.url, PLAN), headers=_as(ALVDAL)).get_json()
        worked(services)
        assert _page(client, DELIVERED)["items"] == []  # a handshake tells of nobody
        _goals(client)
        worked(services)
    (item,) = _listed(client, DELIVERED)
    assert item["data"] == {
        "subscription": f"Subscription/{made['id']}",
        "client": "alvdal-ip",
        "patientId": case["patientId"],
        "resources": [f"CarePlan/{case['planId']}"],
    }
    assert client.get(f"/events/{item['eventId']}").get_json() == {**item, "answer": None}
    _explained(client, item, "E63", "contract")
    assert _page(client, PULLED)["items"] == []
    for path in ("$status", "$events"):  # to ask how it stands is not to be told
        client.get(f"/fhir/Subscription/{made['id']}/{path}", headers=_as(ALVDAL))
    _listed(client, DELIVERED)


def test_a_subscription_that_gave_up_is_an_event_with_its_code(
    client: FlaskClient, services: Services, clock: Clock
):
    with receiving() as member:
        made = client.post("/fhir/Subscription", json=asked(member.url), headers=_as(ALVDAL)).get_json()
        worked(services)
        member.answers = [500] * services.settings.hook_attempts
        told(client)
        for _ in range(services.settings.hook_attempts):
            assert _page(client, FAILED)["items"] == []
            worked(services)
            clock.advance(hours=13)
    (item,) = _listed(client, FAILED)
    assert item["data"] == {
        "subscription": f"Subscription/{made['id']}",
        "client": "alvdal-ip",
        "error": "IPK-F076",
    }
    assert client.get(f"/events/{item['eventId']}").get_json() == {**item, "answer": None}
    _explained(client, item, "E63", "contract")
    looked = trails(services)[-1]
    assert [e["what"]["reference"] for e in looked["entity"] if "reference" in e.get("what", {})] == [
        f"Subscription/{made['id']}"
    ]
    page = _page(client, FAILED)
    assert _page(client, FAILED, f"&since={page['next']}") == {"items": [], "next": page["next"]}
    client.delete(f"/fhir/Subscription/{made['id']}", headers=_as(ALVDAL))
    (left,) = _listed(client, FAILED)  # that it stopped stays true; why is nobody's any more
    assert left["data"] == {"subscription": f"Subscription/{made['id']}"}


def _goals(client: FlaskClient) -> None:
    goals = [{"id": f"g{n}", "text": f"Mål {n}", "status": "active"} for n in range(2)]
    made = post(
        client,
        changed(
            "ip.plan.updated",
            ("id", "goal-1"),
            ("time", "2026-04-13T09:00:00Z"),
            ("data.baseVersion", 1),
            ("data.plan.goals", goals),
        ),
    )
    assert made.status_code == 202, made.text


def test_no_identifier_and_no_name_is_told(client: FlaskClient, case: dict[str, Any]):
    form = {"subject:identifier": f"urn:oid:2.16.578.1.12.4.1.4.1|{LINE}"}
    for token in (ALVDAL, STORVIK):
        client.get(f"/fhir/CarePlan/{case['planId']}", headers=_as(token))
        client.post("/fhir/CarePlan/_search", data=form, headers=_as(token))
    texts = [client.get(f"/events?type={type_}").text for type_ in VIEWS]
    items = [*_listed(client, PULLED, 2), *_listed(client, DENIED)]
    texts += [client.get(f"/events/{each['eventId']}").text for each in items]
    for said in (LINE, "Danser", "Line", "Mål"):
        assert not [text_ for text_ in texts if said in text_]


def test_a_page_asks_an_index_however_many_rows_there_are(services: Services, database: str):
    rows = [
        AuditRow(
            id=f"row-{n}", org="59", at=services.clock(), actor="token", action="R", outcome="0",
            body=b'{"interaction":"read","client":"token","entities":["Patient/p"],"outcome":"0"}', case_key="p",
        )
        for n in range(3000)
    ]  # fmt: skip
    item = FeedItem(org="59", at=services.clock(), kind="message", type="DIALOG_SVAR", id="m", state="sent")
    services.store.append_audit(rows)
    services.store.write(lambda conn: feed.append(conn, [item] * 3000))
    if services.store.dialect == "postgresql":  # where the server does it by itself in time
        engine = create_engine(parse(database))
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        engine.dispose()
    explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[services.store.dialect]
    asked_by = {"audit_plan": ("pulled", "denied"), "audit_told": ("told",)}
    statements = [(audited.PAGES[kind], index) for index, kinds in asked_by.items() for kind in kinds]
    for statement, index in [*statements, (audited.STOPS, "feed_stopped")]:
        with services.store.read() as conn:
            sql, fixed = statement.text(conn.dialect)
            params = {**fixed, "after_xid": 0, "after_seq": 0, "limit": 100}
            plan = str(conn.driver.execute(explain + sql, params).fetchall())
        assert index in plan, plan


def test_the_description_of_the_interface_names_every_view(client: FlaskClient):
    listing = client.get("/openapi.json").get_json()["paths"]["/events"]["get"]
    (type_,) = [each for each in listing["parameters"] if each["name"] == "type"]
    assert all(name in type_["description"] for name in VIEWS)
