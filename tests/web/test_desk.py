"""What every request passes: policy, audit, ids, headers, limits, log, and a database that is away."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter import log
from adapter.ingest.turn import turn
from adapter.services import Services
from adapter.store import lane
from adapter.web import create_app
from tests.web.hands import LINE, need, post, told, trails

TOKEN = "a-token-made-up-for-tests"
PATIENT_PATHS = ("/messages", "/events", "/feed", "/fhir/Task", "/console", "/metrics", "/fhir/Task/1")


def test_the_callers_request_id_and_trace_come_back(client: FlaskClient):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for path in ("/health/live", "/fhir/Task", "/nothing"):
        answer = client.get(path, headers={"X-Request-Id": "abc-1", "traceparent": trace})
        assert (answer.headers["X-Request-Id"], answer.headers["traceparent"]) == ("abc-1", trace)


@pytest.mark.parametrize("given", [LINE, "a b", "x" * 65, "æ", ""])
def test_an_id_that_is_not_safe_is_replaced(client: FlaskClient, given: str):
    answer = client.get("/health/live", headers={"X-Request-Id": given, "traceparent": "nonsense"})
    assert answer.headers["X-Request-Id"] != given
    assert len(answer.headers["X-Request-Id"]) == 36
    assert "traceparent" not in answer.headers


def test_a_problem_is_found_again_by_its_instance(client: FlaskClient):
    answer = client.get("/nothing")
    assert answer.json["instance"] == f"urn:uuid:{answer.headers['X-Request-Id']}"
    assert answer.json["type"] == "/docs/errors#IPK-E020"
    assert 'id="IPK-E020"' in client.get("/docs/errors").text


def test_every_answer_has_its_security_headers(client: FlaskClient):
    for path in ("/nothing", "/fhir/Task", "/docs", "/messages"):
        answer = client.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert client.get("/fhir/Task").headers["Cache-Control"] == "no-store"
    assert "max-age" in client.get("/docs").headers["Cache-Control"]


def test_a_method_that_is_not_there_is_405_with_what_is(client: FlaskClient):
    answer = client.delete("/events")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (405, "IPK-E021")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_one_log_line_by_the_routes_template_alone(client: FlaskClient):
    stream = io.BytesIO()
    log.configure(stream=stream)
    client.get(f"/messages/{LINE}?a={LINE}", headers={"X-Request-Id": "abc-1"})
    client.get(f"/fhir/Patient/{LINE}")
    client.get(f"/{LINE}")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["route"] for line in lines] == ["/messages/{message_id}", "/fhir/{type_}/{id_}", "-"]
    assert lines[0] | {"duration_ms": 0, "timestamp": ""} == {
        "event": "http.request", "level": "info", "method": "GET", "route": "/messages/{message_id}",
        "status": 400, "request_id": "abc-1", "duration_ms": 0, "timestamp": "",
    }  # fmt: skip
    assert LINE not in stream.getvalue().decode()


def test_metrics_count_by_template_and_say_nothing_about_anybody(client: FlaskClient):
    told(client)
    client.get(f"/messages/{LINE}")
    text = client.get("/metrics").text
    assert 'adapter_messages{state="pending"} 1.0' in text
    assert 'adapter_http_requests_total{method="POST",route="/events",status="202"} 1.0' in text
    assert 'route="/messages/{message_id}",status="404"' in text
    assert LINE not in text


# ── audit ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _interaction(event: dict[str, Any]) -> str:
    found: str = event["subtype"][0]["code"]
    return found


def test_an_accepted_event_is_audited_once_with_case_source_and_request(
    client: FlaskClient, services: Services
):
    case = post(client, need(), X_Request_Id="abc-1").json["case"]
    (event,) = trails(services)
    assert (event["action"], event["outcome"]) == ("C", "0")
    told_of = json.dumps(event)
    assert f"Patient/{case['patientId']}" in told_of
    assert "urn:her:90998" in told_of
    assert "abc-1" in told_of
    assert LINE not in told_of


def test_reads_searches_and_refusals_are_audited_before_the_answer(client: FlaskClient, services: Services):
    case = told(client)["case"]
    client.get(f"/fhir/Patient/{case['patientId']}")
    client.get("/fhir/ServiceRequest?status=active")
    client.get("/fhir/Task/nothing")
    client.get(f"/fhir/Patient?identifier={LINE}")
    post(client, need(("source", "urn:her:12345")))
    client.get(f"/messages/{LINE}")
    _, read, search, missing, refused, write, message = trails(services)
    assert (_interaction(read), read["action"], read["outcome"]) == ("read", "R", "0")
    assert f"Patient/{case['patientId']}" in json.dumps(read)
    assert (_interaction(search), search["action"]) == ("search-type", "E")
    assert f"Patient/{case['patientId']}" in json.dumps(search)
    assert {each["outcome"] for each in (missing, refused, write, message)} == {"4"}
    assert LINE not in json.dumps([missing, refused, write, message])


@pytest.mark.parametrize("path", ["/messages", "/events", "/events/{event}"])
def test_a_list_of_our_own_api_is_audited_for_whom_it_shows(
    client: FlaskClient, services: Services, path: str
):
    accepted = told(client)
    assert client.get(path.format(event=accepted["eventId"])).status_code == 200
    assert f"Patient/{accepted['case']['patientId']}" in json.dumps(trails(services)[-1])


def test_a_search_that_shows_several_people_is_audited_for_each(client: FlaskClient, services: Services):
    told(client)
    other = need(
        ("id", "other"),
        ("data.patient", {
            "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "15076500565"},
            "name": {"family": "Gundersen", "given": "Roland"},
            "birthDate": "1965-07-15", "gender": "male", "municipality": {"code": "3428"},
        }),
    )  # fmt: skip
    assert post(client, other).status_code == 202
    before = len(trails(services))
    client.get("/fhir/Patient")
    assert len(trails(services)) - before == 2


def test_an_answer_that_cannot_be_audited_is_not_given(client: FlaskClient, services: Services):
    id_ = told(client)["case"]["patientId"]
    services.store._writer.close()
    answer = client.get(f"/fhir/Patient/{id_}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert LINE not in answer.text


# ── a database that is away ──────────────────────────────────────────────────────────────────────────────────────────


def test_with_the_database_away_nothing_is_accepted_and_everything_says_503(
    client: FlaskClient, services: Services
):
    sent = told(client)["messages"][0]["id"]
    document = client.get(f"/messages/{sent}/document").data
    services.store.close()
    for answer in (
        post(client, need(("id", "two"))),
        post(client, [need(("id", "three"))], media="application/cloudevents-batch+json"),
        client.get("/events"),
        client.get("/messages"),
        client.get("/fhir/Task"),
        client.get("/fhir/Task/1"),
        client.post("/messages", data=document, content_type="application/xml"),
        client.get("/health/ready"),
        client.get("/metrics"),
    ):
        assert answer.status_code == 503, answer.request.path
        assert answer.headers["Retry-After"]
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_file_that_is_away_is_503_until_it_is_back(client: FlaskClient, tmp_path: Path):
    told(client)
    (tmp_path / "adapter.db").rename(tmp_path / "away.db")
    assert client.get("/fhir/Task").status_code == 503
    assert post(client, need(("id", "two"))).status_code == 503
    (tmp_path / "away.db").rename(tmp_path / "adapter.db")
    assert client.get("/fhir/Task").status_code == 200
    assert len(client.get("/events").json["items"]) == 1


def test_a_loop_that_has_stopped_is_not_ready(services: Services):
    client = create_app(services, alive=lambda: {"worker": False}).test_client()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json == {"status": "failed", "checks": {"database": True, "worker": False}}
    client = create_app(services, alive=lambda: {"worker": True}).test_client()
    assert client.get("/health/ready").status_code == 200


def test_a_fault_of_our_own_making_is_500_and_says_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    stream = io.BytesIO()
    log.configure(stream=stream)

    def broken(*_args: object) -> None:
        raise ValueError(LINE)

    monkeypatch.setattr("adapter.store.resources.current", broken)
    answer = create_app(services).test_client().get("/fhir/Task/1")
    assert answer.status_code == 500
    assert answer.json["resourceType"] == "OperationOutcome"
    assert LINE not in answer.text + stream.getvalue().decode()
    assert b"http.failed" in stream.getvalue()


# ── the lane ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def held_by_another(services: Services) -> Iterator[None]:
    """Hold the lane by another thread for the length of a test."""
    entered, over = Event(), Event()

    def hold() -> None:
        services.store.lane.enter()
        entered.set()
        over.wait(60)
        services.store.lane.leave()

    thread = Thread(target=hold)
    thread.start()
    assert entered.wait(10)
    yield
    over.set()
    thread.join()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestLane:
    """On SQLite requests compute one at a time."""

    @pytest.mark.usefixtures("held_by_another")
    def test_a_request_waits_for_the_lane_but_not_for_ever(self, client: FlaskClient, services: Services):
        begun = time.perf_counter()
        assert client.get("/fhir/Task").status_code == 200
        assert time.perf_counter() - begun >= lane.PATIENCE
        assert post(client, need()).status_code == 202
        assert services.store.lane.taken  # another's is not given away

    @pytest.mark.parametrize(
        "path", ["/fhir/Task/1", "/messages/nothing", f"/fhir/Patient?identifier={LINE}"]
    )
    def test_the_lane_is_free_again_after_an_error(self, client: FlaskClient, services: Services, path: str):
        assert client.get(path).status_code >= 400
        assert not services.store.lane.taken

    def test_the_lane_is_free_again_after_a_refused_event(self, client: FlaskClient, services: Services):
        assert post(client, {**need(), "type": "none"}).status_code == 422
        assert not services.store.lane.taken

    def test_the_lane_is_free_again_after_a_fault_of_our_own(
        self, client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
    ):
        seen: list[bool] = []

        def broken(*_args: object) -> None:
            seen.append(services.store.lane.held)
            raise ValueError

        monkeypatch.setattr("adapter.store.resources.current", broken)
        assert client.get("/fhir/Task/1").status_code == 500
        assert seen == [True]
        assert not services.store.lane.taken

    def test_whoever_waits_for_the_disk_has_left_the_lane(
        self, client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
    ):
        seen: list[bool] = []
        write = services.store._writer.submit

        def watched(*given: Any) -> Any:
            seen.append(services.store.lane.taken)
            return write(*given)

        monkeypatch.setattr(services.store._writer, "submit", watched)
        assert client.get("/fhir/Task").status_code == 200
        assert post(client, need()).status_code == 202
        assert seen == [False, False]

    def test_whoever_reads_a_large_document_has_left_the_lane(self, services: Services):
        lane_ = services.store.lane
        lane_.enter()
        with turn(services, 10):
            assert lane_.held
        with turn(services, services.settings.xml_large_bytes + 1):
            assert not lane_.taken

    @pytest.mark.usefixtures("held_by_another")
    def test_those_who_are_refused_wait_for_no_lane(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("adapter.store.lane.PATIENCE", 30.0)
        begun = time.perf_counter()
        assert client.get("/fhir/Task", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403
        assert client.get("/health/live").status_code == 200
        assert time.perf_counter() - begun < 15


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_where_threads_wait_for_a_network_nobody_takes_the_lane(client: FlaskClient, services: Services):
    services.store.lane.enter()
    assert not services.store.lane.taken
    assert client.get("/fhir/Task").status_code == 200


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", PATIENT_PATHS)
def test_without_a_token_only_this_machine_is_answered(client: FlaskClient, path: str):
    assert client.get(path).status_code in {200, 404}
    assert client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


class TestWithToken:
    """An installation that asks for a token."""

    @pytest.fixture
    def more_settings(self) -> dict[str, Any]:
        return {"token": TOKEN}

    @pytest.mark.parametrize("path", PATIENT_PATHS)
    def test_the_token_is_asked_for(self, client: FlaskClient, path: str):
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
            answer = client.get(path, headers=given)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert client.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code in {200, 404}

    @pytest.mark.parametrize(
        "path", ["/health/live", "/docs", "/openapi.json", "/fhir/metadata", "/schemas/events"]
    )
    def test_what_is_about_nobody_is_open(self, client: FlaskClient, path: str):
        assert client.get(path).status_code == 200

    def test_a_refused_write_stores_nothing_but_its_audit(self, client: FlaskClient, services: Services):
        assert post(client, need()).status_code == 401
        (event,) = trails(services)
        assert (event["action"], event["outcome"]) == ("C", "4")
        given = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/events", headers=given).json["items"] == []


class TestWithoutAudit:
    """The switch of the benchmark."""

    @pytest.fixture
    def more_settings(self) -> dict[str, Any]:
        return {"audit": False}

    def test_reads_leave_no_trail(self, client: FlaskClient, services: Services):
        client.get("/fhir/Task")
        assert trails(services) == []
