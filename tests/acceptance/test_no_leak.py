"""No number, no name, no free text of a patient leaves where nobody should see it, in every scenario, good and bad.

Searched: logs at their most talkative, HTTP answers but for the places that contract.md exempts, exceptions, and what is
kept of failures.
"""

from __future__ import annotations

import copy
import io
import logging
import sys
import threading
import tomllib
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
import structlog

from adapter import events, ids, ingest, kith, log
from adapter.errors import AdapterError
from adapter.events import cloudevents, schemas
from adapter.replay import Databases
from adapter.scenarios import Scenario
from adapter.store import cases, messages
from tests import numbers
from tests.acceptance import stories
from tests.acceptance.stories import FOLDERS, HOSTILE, Told, needles
from tests.otherside import reply

pytestmark = pytest.mark.acceptance

HOSTILE_FILES: Final = tomllib.loads((HOSTILE / "hostile.toml").read_text())["file"]
PLAIN: Final = next(folder for folder in FOLDERS if folder.name == "e01-outpatient")
REAL: Final = numbers.real_looking()
WRONG: Final = "13116900217"
"""Wrong check digit."""


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with Databases() as made:
        yield made


@pytest.fixture
def logged() -> Iterator[io.BytesIO]:
    """All that is logged, from debug up, through the program's own net."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    stream = io.BytesIO()
    log.configure(level="debug", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = before[0], before[1]
    sys.excepthook, threading.excepthook = before[2], before[3]


def assert_silent(told: Told, logged: io.BytesIO, secrets: Iterable[bytes]) -> None:
    """Assert that nothing said or kept holds any of the secrets; tell where, never what."""
    places = [*told.answers, *told.kept(), ("log", logged.getvalue())]
    listed = [s for s in secrets if s]
    leaks = {
        where for where, said in places for secret in listed if secret in said or _escaped(secret) in said
    }
    assert leaks == set()


def _escaped(secret: bytes) -> bytes:
    """Return it as repr and some JSON writers show it."""
    return secret.decode().encode("ascii", "backslashreplace")


def raised(work: Callable[[], Any]) -> str:
    """Return all that an exception shows: its text, its repr and its traceback with all causes."""
    try:
        work()
    except AdapterError as error:
        return "".join((str(error), repr(error), *traceback.format_exception(error)))
    return ""


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_scenario_says_nothing_of_its_patient(folder: Path, databases: Databases, logged: io.BytesIO):
    scenario = stories.scenario(folder)
    secrets: set[bytes] = set()
    with stories.told(scenario, databases) as told:
        for content in stories.tell(told, scenario):
            secrets |= needles(content)
        told.look()
        assert_silent(told, logged, secrets)


@pytest.mark.parametrize(
    "folder", [f for f in FOLDERS if "bad" in f.name or "refused" in f.name], ids=lambda f: f.name
)
def test_the_exceptions_of_a_bad_scenario_show_nothing(folder: Path, databases: Databases):
    scenario = stories.scenario(folder)
    with stories.told(scenario, databases) as told:
        for step in scenario.steps:
            if b"${" in step.content or step.kind == "clock":
                continue
            shown = raised(lambda step=step: _direct(told, step.kind, step.content))  # type: ignore[misc]
            assert [n for n in needles(step.content) if n.decode() in shown] == []


def _direct(told: Told, kind: str, content: bytes) -> None:
    services = told.stage.services
    if kind == "message":
        ingest.receive(services, content, channel="in", name="x.xml")
        return
    (item,) = cloudevents.read(stories.STRUCTURED, {}, content).items
    if isinstance(item, AdapterError):
        raise item
    ingest.accept(services, events.check(item, now=services.clock(), people=services.people))


@pytest.mark.parametrize("row", HOSTILE_FILES, ids=lambda row: row["name"])
def test_hostile_input_is_answered_with_its_code_and_no_value_and_the_service_stays_up(
    row: dict[str, Any], databases: Databases, logged: io.BytesIO
):
    data = (HOSTILE / row["name"]).read_bytes()
    with stories.told(stories.scenario(PLAIN), databases) as told:
        if row["kind"] == "message":
            answer = told.message(data)
        else:
            batch = data.lstrip().startswith(b"[") and "batch" in row["name"]
            answer = told.post(data, stories.BATCH if batch else stories.STRUCTURED)
        assert answer.status_code < 500
        for code in row["codes"]:
            assert code in answer.get_data(as_text=True)
        assert bool(row["codes"]) == (answer.status_code >= 400 or "batch" in row["name"])
        told.settle()
        told.look()
        assert told.ask("GET", "/health/live").status_code == 200
        assert_silent(told, logged, needles(data) if row["kind"] == "event" else set())


@pytest.mark.parametrize(
    "row", [r for r in HOSTILE_FILES if r["kind"] == "message"], ids=lambda row: row["name"]
)
def test_hostile_documents_dropped_in_the_folder_are_put_aside_with_their_code(
    row: dict[str, Any], databases: Databases, logged: io.BytesIO
):
    data = (HOSTILE / row["name"]).read_bytes()
    with stories.told(stories.scenario(PLAIN), databases) as told:
        told.stage.transport.put("hostile.xml", data)
        told.settle()
        errors = told.stage.transport.errors
        assert [e["code"] for e in errors.values()] == row["codes"]
        assert_silent(told, logged, needles(data))


# ── numbers that look real, computed ──


def _event(scenario: Scenario) -> dict[str, Any]:
    found = orjson.loads(scenario.steps[0].content)
    assert isinstance(found, dict)
    return found


def _places() -> tuple[tuple[str, Callable[[dict[str, Any], str], None]], ...]:
    def at(*path: str, text: str = "{}") -> Callable[[dict[str, Any], str], None]:
        def put(event: dict[str, Any], number: str) -> None:
            whole: Any = event
            for name in path[:-1]:
                whole = whole[name]
            whole[path[-1]] = text.format(number)

        return put

    return (
        ("identifier", at("data", "patient", "identifier", "value")),
        ("free text", at("data", "reason", "text", text="Se også {} som bor der.")),
        ("split free text", at("data", "reason", "text", text="Se også {0:.6} {0} som bor der.")),
        ("name", at("data", "patient", "name", "family", text="Danser {}")),
        ("phone", at("data", "author", "phone")),
        ("note", at("data", "note", text="tlf {}")),
        ("type", at("type", text="ip.{}")),
        ("source", at("source", text="urn:her:{}")),
        ("id", at("id")),
        ("time", at("time")),
        ("unknown field", at("data", "fnr")),
        ("unknown attribute", at("pasient")),
        ("code", at("data", "urgency")),
        ("dataschema", at("dataschema", text="/schemas/{}")),
    )


FREE: Final = frozenset({"free text", "split free text", "name", "note", "phone", "unknown attribute"})
"""Where a number with wrong check digits is just digits."""


@pytest.mark.parametrize("number", [REAL, WRONG], ids=["looks real", "wrong check digit"])
@pytest.mark.parametrize(
    ("where", "put"), _places(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_number_is_refused_wherever_it_stands_and_echoed_nowhere(
    where: str,
    put: Callable[[dict[str, Any], str], None],
    number: str,
    databases: Databases,
    logged: io.BytesIO,
):
    scenario = stories.scenario(PLAIN)
    event = copy.deepcopy(_event(scenario))
    put(event, number)
    with stories.told(scenario, databases) as told:
        answer = told.post(orjson.dumps(event))
        if number == REAL or where not in FREE:
            assert 400 <= answer.status_code < 500
            assert answer.mimetype == "application/problem+json"
            assert told.client.get("/events").get_json()["items"] == []
        told.post(orjson.dumps([event]), stories.BATCH)
        shown = raised(lambda: _direct(told, "event", orjson.dumps(event)))
        assert number not in shown
        told.look()
        assert_silent(told, logged, [number.encode()])


@pytest.mark.parametrize(
    ("name", "value"),
    [("ce-id", REAL), ("ce-source", f"urn:her:{REAL}"), ("ce-type", f"ip.{REAL}"), ("ce-pasient", REAL)],
)
def test_a_number_in_a_header_is_echoed_nowhere(
    name: str, value: str, databases: Databases, logged: io.BytesIO
):
    scenario = stories.scenario(PLAIN)
    event = _event(scenario)
    headers = {f"ce-{k}": v for k, v in event.items() if isinstance(v, str) and k != "datacontenttype"} | {
        name: value
    }
    with stories.told(scenario, databases) as told:
        told.ask(
            "POST",
            "/events",
            data=orjson.dumps(event["data"]),
            headers=headers,
            content_type="application/json",
        )
        assert_silent(told, logged, [REAL.encode()])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/fhir/Patient?identifier=urn:oid:2.16.578.1.12.4.1.4.1|{}"),
        ("GET", "/fhir/ServiceRequest?subject:Patient.identifier=urn:oid:2.16.578.1.12.4.1.4.1|{}"),
        ("GET", "/fhir/Patient/{}"),
        ("GET", "/fhir/{}/1"),
        ("GET", "/messages/{}"),
        ("GET", "/messages?receiver={}"),
        ("GET", "/messages?cursor={}"),
        ("GET", "/events/{}"),
        ("GET", "/events?since={}"),
        ("GET", "/events?type={}"),
        ("GET", "/feed?since={}"),
        ("GET", "/schemas/events/{}"),
        ("GET", "/cases/{}/plo-roles"),
        ("GET", "/{}"),
        ("DELETE", "/{}"),
        ("POST", "/messages/{}/requeue"),
        ("POST", "/fhir/Patient/{}"),
        ("POST", "/events?dryRun={}"),
        ("GET", "/docs/{}"),
        ("GET", "/console/{}"),
    ],
)
@pytest.mark.parametrize("number", ["13116900216", REAL], ids=["fictive", "looks real"])
def test_a_number_in_an_address_is_echoed_and_logged_nowhere(
    method: str, path: str, number: str, databases: Databases, logged: io.BytesIO
):
    with stories.told(stories.scenario(PLAIN), databases) as told:
        answer = told.ask(
            method, path.format(number), headers={"X-Request-Id": number, "traceparent": number}
        )
        assert answer.status_code < 500
        if answer.status_code in {301, 302, 303, 307, 308}:
            pytest.fail("a redirect would repeat the number")
        assert_silent(told, logged, [number.encode()])


def test_a_search_by_post_finds_the_person_and_nothing_is_logged(databases: Databases, logged: io.BytesIO):
    scenario = stories.scenario(PLAIN)
    with stories.told(scenario, databases) as told:
        told.post(scenario.steps[0].content)
        wanted = {"identifier": "urn:oid:2.16.578.1.12.4.1.4.1|13116900216"}
        answer = told.client.post("/fhir/Patient/_search", data=wanted)
        assert len(answer.get_json()["entry"]) == 1
        assert b"13116900216" not in logged.getvalue()
        links = [link["url"] for link in answer.get_json()["link"]]
        assert not any("13116900216" in url for url in links)


# ── documents ──


def _document(told: Told, scenario: Scenario) -> bytes:
    told.post(scenario.steps[0].content)
    told.settle()
    return next(data for data in told.stage.transport.out.values() if kith.read(data).kind == "message")


@pytest.mark.parametrize("way", ["http", "in"])
@pytest.mark.parametrize("text", ["Ring {}", "Ring {0:.6} {1}"])
def test_a_document_with_a_number_that_looks_real_is_refused_and_leaves_only_its_name_and_code(
    way: str, text: str, databases: Databases, logged: io.BytesIO
):
    scenario = stories.scenario(PLAIN)
    with stories.told(scenario, databases) as told:
        document = _document(told, scenario)
        number = text.format(REAL, REAL[6:])
        data = reply(document, "Takk").replace(b"Takk", number.encode())
        before = len(told.client.get("/messages").get_json()["items"])
        sent = len(told.stage.transport.out)
        if way == "http":
            assert told.message(data).status_code == 422
        else:
            told.stage.transport.put(f"svar-{REAL}.xml", data)
            told.settle()
            assert [e["code"] for e in told.stage.transport.errors.values()] == ["IPK-P001"]
        assert len(told.client.get("/messages").get_json()["items"]) == before
        assert len(told.stage.transport.out) == sent
        told.look()
        shown = raised(lambda: _direct(told, "message", data))
        assert REAL not in shown
        kept = [e for e in told.kept() if e[0] != "failed/"]
        assert [
            where
            for where, said in (*told.answers, *kept, ("log", logged.getvalue()))
            if REAL.encode() in said
        ] == []


def test_a_file_name_with_a_persons_number_is_masked(databases: Databases, logged: io.BytesIO):
    with stories.told(stories.scenario(PLAIN), databases) as told:
        told.stage.transport.put("13116900216.xml", b"<a/>")
        told.settle()
        told.look()
        assert b"13116900216" not in logged.getvalue()
        assert [w for w, said in told.answers if b"13116900216" in said] == []


def test_an_unexpected_fault_of_ours_shows_its_place_and_nothing_else(
    databases: Databases, logged: io.BytesIO, monkeypatch: pytest.MonkeyPatch
):
    """A bug in a rule must not print what it choked on: the store is made to fail with a talkative exception."""
    scenario = stories.scenario(PLAIN)
    with stories.told(scenario, databases) as told:

        def broken(_work: Any) -> Any:
            raise ValueError(f"cannot store {scenario.steps[0].content!r}")

        monkeypatch.setattr(type(told.stage.services.store), "write", lambda _self, work: broken(work))
        told.client.application.testing = False
        answer = told.post(scenario.steps[0].content)
        assert answer.status_code == 500
        assert_silent(told, logged, needles(scenario.steps[0].content))


def test_the_program_prints_no_person_in_any_repr(databases: Databases):
    scenario = stories.scenario(PLAIN)
    with stories.told(scenario, databases) as told:
        document = _document(told, scenario)
        services = told.stage.services
        event = events.check(
            schemas.example("ip.need.identified"), now=services.clock(), people=services.people
        )
        read = kith.read(document)
        with services.store.read() as conn:
            row = messages.get(conn, read.head.msg_id if read.head else "")
            case = cases.gather(conn, org="59", now=services.clock(), case_key=row.case_key if row else None)
        shown = {
            "event": repr(event),
            "data": repr(event.data),
            "head": repr(read.head),
            "body": repr(read.body),
            "message": repr(read.message),
            "read": repr(read),
            "services": repr(services),
            "row": repr(row),
            "case": repr(case),
            "filed": repr(told.stage.transport),
        }
        secrets = ("13116900216", "Danser", event.data.reason.text)
        assert [name for name, text in shown.items() if any(s in text for s in secrets)] == []
        assert "13116900216" not in repr(
            ids.person("urn:oid:2.16.578.1.12.4.1.4.1", "13116900216", services.people)
        )
