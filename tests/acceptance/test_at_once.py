"""Many at once: events of one patient, the same event, the same document, two workers. All succeed, nothing twice."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import orjson
import pytest

from adapter import delivery, ingest, kith
from adapter.errors import AdapterError
from adapter.events import check, schemas
from adapter.services import Services
from adapter.store import cases, messages
from adapter.store import events as stored_events
from tests.house import LINE, House
from tests.houses import Build
from tests.people import patients

pytestmark = pytest.mark.acceptance

THREADS = 8


def need(id_: str, patient: dict[str, Any], **more: Any) -> dict[str, Any]:
    event = schemas.example("ip.need.identified")
    return event | {"id": id_, "data": event["data"] | {"patient": patient} | more}


# ── many at once ──


def at_once(work: list[Callable[[], Any]]) -> list[Any]:
    """Do all at the same instant; results, or what was raised, in order."""
    barrier = threading.Barrier(len(work))

    def do(one: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return one()
        except AdapterError as error:
            return error.code

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(do, work))


def accepting(services: Services, event: dict[str, Any]) -> Callable[[], Any]:
    checked = check(event, now=services.clock(), people=services.people)
    return lambda: ingest.accept(services, checked)


def case_of(services: Services, patient: dict[str, Any] = LINE) -> Any:
    said = patient["identifier"]
    with services.store.read() as conn:
        return cases.gather(conn, org="59", now=services.clock(), person=(said["system"], said["value"]))


def test_events_of_one_patient_at_once_all_succeed_in_some_order(services: Services):
    posts = [accepting(services, need(f"event-{n}", LINE, needs=["coordinator"])) for n in range(THREADS)]
    told = at_once(posts)
    assert [getattr(t, "status", t) for t in told] == [202] * THREADS
    case = case_of(services)
    assert case.version == THREADS
    assert len({orjson.loads(t.body)["case"]["patientId"] for t in told}) == 1
    assert len([t for t in case.of("Task") if t.get("basedOn")]) == 1
    assert len([m for m in case.messages if m.direction == "out"]) == 1
    assert [m.seq for m in case.messages] == sorted({m.seq for m in case.messages})


def test_events_of_a_known_patient_at_once_each_become_messages_in_one_order(services: Services):
    accepting(services, need("first", LINE))()
    at = "2026-03-04T10:15:00+01:00"
    said = schemas.example("ip.contact-physician.appointed")
    posts = [
        accepting(services, said | {"id": f"e27-{n}", "time": at, "data": said["data"] | {
            "person": said["data"]["person"] | {"name": {"family": f"Lege{n}", "given": "Prøve"}, "hpr": f"91448{n:02d}"}
        }})
        for n in range(THREADS)
    ]  # fmt: skip
    told = at_once(posts)
    assert {getattr(t, "status", t) for t in told} <= {202, "IPK-E024"}
    accepted = [t for t in told if getattr(t, "status", None) == 202]
    case = case_of(services)
    assert case.version == 1 + len(accepted)
    (team,) = case.of("CareTeam")
    physicians = [p for p in team["participant"] if "PractitionerRole/" in p["member"]["reference"]]
    assert len(physicians) == len(accepted)


def test_the_same_event_at_once_is_processed_once(services: Services):
    told = at_once([accepting(services, need("the-same", LINE)) for _ in range(THREADS)])
    assert Counter(getattr(t, "status", t) for t in told) == Counter({200: THREADS - 1, 202: 1})
    assert len({t.body for t in told}) == 1
    with services.store.read() as conn:
        assert len(stored_events.page(conn)[0]) == 1
        assert len(messages.page(conn, messages.Filter())[0]) == 1
    assert case_of(services).version == 1


def test_the_same_event_stored_while_it_is_judged_gets_its_first_answer(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    """What may happen once is not refused to the one who was second with the same event. Decision 171."""
    module = import_module("adapter.ingest.accept")  # the package names the function of it
    event = schemas.example("ip.patient.admitted")
    real, waiting = module.gather, [accepting(services, event)]
    accepting(services, need("first", LINE))()
    first: list[Any] = []

    def gather(*args: Any, **named: Any) -> Any:
        if waiting:
            first.append(waiting.pop()())
        return real(*args, **named)

    monkeypatch.setattr(module, "gather", gather)
    again = accepting(services, event)()
    assert [(t.status, t.replayed, t.body) for t in (*first, again)] == [
        (202, False, again.body),
        (200, True, again.body),
    ]


def test_an_event_is_taken_though_others_of_its_case_keep_coming_first(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    """The last tries are judged where they are written: 503 (IPK-S003) is for a case nobody can get at."""
    module = import_module("adapter.ingest.accept")
    accepting(services, need("first", LINE))()
    real, number = module.commit, itertools.count(1)
    faster: list[int] = []

    def commit(services: Services, unit: Any) -> None:
        if unit.events[0].id == "slow":
            with monkeypatch.context() as undone:
                undone.setattr(module, "commit", real)
                faster.append(accepting(services, need(f"fast-{next(number)}", LINE))().status)
        real(services, unit)

    monkeypatch.setattr(module, "commit", commit)
    told = accepting(services, need("slow", LINE))()
    assert (told.status, set(faster)) == (202, {202})
    assert faster  # they did come first
    assert case_of(services).version == 2 + len(faster)


def test_the_same_id_with_other_content_at_once_is_taken_once(services: Services):
    events = [need("the-same", LINE, urgency=u) for u in ("routine", "urgent")] * 2
    told = at_once([accepting(services, event) for event in events])
    counted = Counter(getattr(t, "status", t) for t in told)
    assert counted == Counter({202: 1, 200: 1, "IPK-E012": 2})


def test_the_same_document_at_once_is_taken_once(build: Build, hospital: House):
    hospital.need()
    (document,) = hospital.send()
    house = build(of={"home": {"alvdal-saksbehandling"}})
    told = at_once([lambda: house.receive(document, channel="in") for _ in range(THREADS)])
    outcomes = Counter(getattr(t, "outcome", t) for t in told)
    assert outcomes == Counter({"duplicate": THREADS - 1, "receipted": 1})
    assert house.events() == ["ip.need.identified"]
    assert [kith.read(d).type for d in house.send()] == ["APPREC"]


def test_different_patients_at_once_share_organisations_without_conflict(services: Services):
    people = patients()
    posts = [accepting(services, need(f"event-{n}", next(people))) for n in range(THREADS)]
    assert [getattr(t, "status", t) for t in at_once(posts)] == [202] * THREADS


def test_two_workers_send_each_message_once(services: Services):
    people = patients()
    for number in range(10):
        accepting(services, need(f"event-{number}", next(people)))()
    done = at_once([lambda w=f"worker-{n}": delivery.send(services, owner=w) for n in range(2)])  # type: ignore[misc]
    assert sum(done) == 10
    with services.store.read() as conn:
        assert {m.state for m in messages.page(conn, messages.Filter())[0]} == {"sent"}
