"""The loop with real parts: store, use cases, exchange folders or their twin, and the other side. Architecture."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapter import deadlines, delivery, events, ingest, kith, wiring
from adapter.delivery import Loop, Worker, backoff
from adapter.errors import SystemFault
from adapter.model import AddressBook, Message
from adapter.registers import addressbook
from adapter.retry import Failure
from adapter.services import Services
from adapter.settings import load
from adapter.simulator import municipality
from adapter.simulator.answers import answers
from adapter.store import Store, messages, migrations
from adapter.transports.base import Outgoing, Polled, TransportError
from adapter.transports.memory import Memory

NOW = datetime(2026, 3, 4, 9, 15, 1, tzinfo=UTC)
PEOPLE = ("12057900499", "15076500565", "05073500186", "14019800513")
"""Official fictive people."""
AWAY = Failure(code="IPK-S005", retry=True)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


Opener = Callable[..., Services]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Iterator[Opener]:
    """Open the installation; again for a process that starts after another."""
    settings = load(
        database_url=f"sqlite:///{tmp_path}/adapter.db", exchange=tmp_path / "exchange", lease_seconds=60
    )
    migrations.upgrade(settings.database_url)
    made: list[Services] = []

    def build(transport: Any = None, book: AddressBook | None = None, **more: Any) -> Services:
        services = wiring.build(
            settings.model_copy(update=more), transport=transport, clock=clock, random=lambda: 1.0, book=book,
            durable=False,
        )  # fmt: skip
        made.append(services)
        return services

    yield build
    for services in made:
        wiring.close(services)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def services(opened: Opener, memory: Memory) -> Services:
    return opened(memory)


def _need(services: Services, id_: str = "need-1", **changed: Any) -> str:
    """Post a need; the MsgId of its message."""
    envelope = copy.deepcopy(events.schemas.example("ip.need.identified"))
    envelope |= {"id": id_, "time": "2026-03-04T10:15:00+01:00"}
    envelope["data"] |= changed
    event = events.check(envelope, now=NOW, people=services.people)
    body = json.loads(ingest.accept(services, event).body)
    return str(body["messages"][0]["id"])


def _all(services: Services) -> list[Message]:
    with services.store.read() as conn:
        return list(messages.page(conn, messages.Filter())[0])


def _state(services: Services, id_: str) -> Message:
    with services.store.read() as conn:
        found = messages.get(conn, id_)
    assert found is not None
    return found


def _answered(services: Services, memory: Memory) -> None:
    for document in tuple(memory.out.values()):
        for name, data in answers(document, "structured", services.clock(), services.book()):
            if name not in memory.done:
                memory.put(name, data)


def _play(services: Services, memory: Memory) -> None:
    for _ in range(5):
        delivery.run_once(services)
        _answered(services, memory)


# ── out ──


def test_a_message_leaves_once_with_the_bytes_that_were_stored(services: Services, memory: Memory):
    id_ = _need(services)
    for _ in range(3):
        delivery.run_once(services)
    assert list(memory.out) == [f"{id_}.xml"]
    row = _state(services, id_)
    assert (row.state, row.sent_at, row.attempts) == ("sent", NOW, 1)
    assert memory.out[f"{id_}.xml"] == row.body


def test_a_folder_that_is_away_makes_it_wait_with_the_reason(
    services: Services, memory: Memory, clock: Clock
):
    id_ = _need(services)
    memory.broken = AWAY
    delivery.run_once(services)
    row = _state(services, id_)
    assert (row.state, row.last_error) == ("pending", "IPK-S005")
    assert row.next_attempt is not None
    assert row.next_attempt > NOW
    memory.broken = None
    clock.now = row.next_attempt
    delivery.run_once(services)
    assert _state(services, id_).state == "sent"


def test_what_waits_is_not_tried_before_its_time(services: Services, memory: Memory):
    _need(services)
    memory.broken = AWAY
    assert delivery.send(services, owner="w") == 1
    assert delivery.send(services, owner="w") == 0


def test_what_cannot_be_mended_by_waiting_is_dead_with_its_code(services: Services, memory: Memory):
    id_ = _need(services)
    memory.sent["out"][f"{id_}.xml"] = b"somebody else's"
    delivery.run_once(services)
    assert (_state(services, id_).state, _state(services, id_).last_error) == ("dead", "IPK-S012")


def test_a_transport_that_breaks_in_its_own_way_stops_nobody(opened: Opener):
    class Broken(Memory):
        def send(self, item: Outgoing) -> None:
            raise ZeroDivisionError(item.id)

    services = opened(Broken())
    id_ = _need(services)
    with capture_logs() as logs:
        delivery.run_once(services)
    assert (_state(services, id_).state, _state(services, id_).last_error) == ("pending", "IPK-S004")
    assert "transport.failed" in {line["event"] for line in logs}


def test_one_dead_receiver_never_starves_the_others(opened: Opener):
    class Choosy(Memory):
        def send(self, item: Outgoing) -> None:
            if b">5079<" in item.data:
                raise TransportError(AWAY)
            super().send(item)

    transport = Choosy()
    services = opened(transport)
    blocked = _need(services)
    free = _need(services, "need-2", patient=_patient("9904", district="990401"))
    for _ in range(3):
        delivery.run_once(services)
    assert (_state(services, blocked).state, _state(services, free).state) == ("pending", "sent")


def test_a_message_waits_for_an_earlier_one_of_its_case_to_the_same_receiver(
    services: Services, memory: Memory, clock: Clock
):
    first = _need(services)
    memory.broken = AWAY
    delivery.run_once(services)
    memory.broken = None
    second = _need(services, "need-2", needs=["rehabilitation"])
    delivery.run_once(services)
    assert memory.out == {}
    clock.now += timedelta(minutes=5)
    delivery.run_once(services)
    delivery.run_once(services)
    assert list(memory.out) == [f"{first}.xml", f"{second}.xml"]


def test_what_left_before_a_crash_leaves_again_as_the_same(services: Services, memory: Memory, clock: Clock):
    id_ = _need(services)
    with pytest.raises(SystemFault):
        delivery.run_once(replace(services, store=_Failing(services.store, at=2)))
    assert _state(services, id_).state == "leased"
    left = dict(memory.out)
    assert list(left) == [f"{id_}.xml"]
    delivery.run_once(services)
    assert _state(services, id_).state == "leased"
    clock.now += timedelta(seconds=61)
    delivery.run_once(services, owner="the next process")
    assert _state(services, id_).state == "sent"
    assert dict(memory.out) == left


def test_what_could_not_leave_for_a_day_leaves_as_the_next_generation(
    services: Services, memory: Memory, clock: Clock
):
    old = _need(services)
    memory.broken = AWAY
    delivery.run_once(services)
    memory.broken = None
    clock.now += timedelta(hours=25)
    delivery.run_once(services)
    delivery.run_once(services)
    (name,) = memory.out
    fresh = _state(services, name.removesuffix(".xml"))
    assert (fresh.state, fresh.generation, fresh.replaces) == ("sent", 1, old)
    assert (_state(services, old).state, _state(services, old).replaced_by) == ("buried", fresh.id)
    head = kith.read(memory.out[name]).head
    assert head is not None
    assert (head.msg_id, head.gen_date) == (fresh.id, clock.now)


@pytest.mark.parametrize(("door", "place"), [("own", "out"), ("observe", "out"), ("handover", "handover")])
def test_the_door_of_the_sender_says_where_a_document_goes(
    opened: Opener, memory: Memory, door: Any, place: Any
):
    services = opened(memory, book=_book(door))
    id_ = _need(services)
    delivery.run_once(services)
    assert list(memory.sent[place]) == [f"{id_}.xml"]


# ── in ──


def test_the_whole_story_is_told_and_every_answer_is_receipted_once(services: Services, memory: Memory):
    id_ = _need(services)
    _play(services, memory)
    assert _state(services, id_).state == "acknowledged"
    states = sorted((m.direction, m.type, m.state) for m in _all(services))
    assert states == [
        ("in", "APPREC", "received"),
        ("in", "DIALOG_HELSEFAGLIG", "received"),
        ("in", "DIALOG_HELSEFAGLIG", "received"),
        ("out", "APPREC", "sent"),
        ("out", "APPREC", "sent"),
        ("out", "DIALOG_HELSEFAGLIG", "acknowledged"),
    ]
    assert memory.waiting["in"] == {}
    assert memory.failed == {}


def test_the_same_document_twice_is_taken_in_once(services: Services, memory: Memory):
    _need(services)
    delivery.run_once(services)
    (_, data), *_ = answers(next(iter(memory.out.values())), "structured", NOW, services.book())
    memory.put("a.xml", data)
    memory.put("b.xml", data)
    delivery.run_once(services)
    assert set(memory.done) == {"a.xml", "b.xml"}
    assert [m.type for m in _all(services) if m.direction == "in"] == ["APPREC"]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"not xml", "IPK-M001"), (b"<a/>", "IPK-M003"), (b"<!DOCTYPE a><a/>", "IPK-M007")],
)
def test_what_cannot_be_read_is_put_aside_with_code_and_place(
    services: Services, memory: Memory, data: bytes, code: str
):
    memory.put("a.xml", data)
    delivery.run_once(services)
    assert memory.failed == {"a.xml": data}
    assert memory.errors["a.xml"]["code"] == code
    assert _all(services) == []


def test_while_the_database_is_away_documents_wait_where_they_are(services: Services, memory: Memory):
    _need(services)
    delivery.run_once(services)
    _answered(services, memory)
    waiting = dict(memory.waiting["in"])
    with pytest.raises(SystemFault):
        delivery.receive(replace(services, store=_Failing(services.store, at=1)))
    assert memory.waiting["in"] == waiting
    assert delivery.receive(services) == len(waiting)


def test_a_fault_of_ours_puts_a_document_where_a_person_finds_it(
    services: Services, memory: Memory, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_args: Any, **_more: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ingest, "receive", broken)
    memory.put("a.xml", b"<a/>")
    delivery.run_once(services)
    assert memory.errors["a.xml"] == {"code": "IPK-S004", "at": "$"}


def test_a_document_that_cannot_be_put_aside_comes_again_as_a_duplicate(services: Services, memory: Memory):
    class Stuck(Memory):
        stuck = True

        def poll(self) -> Polled:
            with closing(memory.poll()) as items:
                for item in items:
                    yield replace(item, done=self._refuse) if self.stuck else item

        def _refuse(self) -> None:
            raise TransportError(AWAY)

    _need(services)
    delivery.run_once(services)
    _answered(services, memory)
    stuck = Stuck()
    assert delivery.receive(replace(services, transport=stuck)) == 0
    received = len(_all(services))
    assert delivery.receive(services) == 3
    assert len(_all(services)) == received


# ── for the record ──


def test_every_document_sent_and_received_lies_ready_for_the_record(services: Services, memory: Memory):
    _need(services)
    _play(services, memory)
    stored = {f"{m.id}.xml": _state(services, m.id).body for m in _all(services)}
    assert memory.epj == stored
    assert len(stored) == 6


def test_a_large_document_leaves_and_is_filed_byte_for_byte(services: Services, memory: Memory):
    id_ = _need(services)
    sent = _state(services, id_)
    large = sent.body + b" " * 2_000_000
    services.store.write(lambda conn: messages.put(conn, [replace(sent, body=large)], now=NOW))
    delivery.run_once(services)
    assert memory.out[f"{id_}.xml"] == memory.epj[f"{id_}.xml"] == large


def test_a_message_receipted_before_its_sending_was_settled_is_filed_too(
    services: Services, memory: Memory, clock: Clock
):
    id_ = _need(services)
    with pytest.raises(SystemFault):
        delivery.run_once(replace(services, store=_Failing(services.store, at=2)))
    (name, receipt), *_ = answers(memory.out[f"{id_}.xml"], "structured", NOW, services.book())
    memory.put(name, receipt)
    delivery.run_once(services)
    clock.now += timedelta(minutes=2)
    delivery.run_once(services)
    assert _state(services, id_).state == "acknowledged"
    assert f"{id_}.xml" in memory.epj


def test_what_accompanies_a_document_says_nothing_of_the_patient(services: Services, memory: Memory):
    id_ = _need(services)
    delivery.run_once(services)
    about = memory.about[f"{id_}.xml"]
    assert set(about) == {
        "id", "msgId", "direction", "type", "version", "sender", "receiver", "caseRef", "threadRef", "genDate",
    }  # fmt: skip
    assert about["sender"]["level2"] == {"herId": "90998", "name": "Fysikalsk medisin og rehabilitering"}
    assert about["genDate"] == "2026-03-04T10:15:01+01:00"
    assert not {"13116900216", "Danser", "Line"} & set(json.dumps(about).replace('"', " ").split())


def test_filing_waits_while_the_folder_is_away_and_is_done_once(services: Services, memory: Memory):
    _need(services)
    delivery.send(services, owner="w")
    memory.broken = AWAY
    assert delivery.file(services) == 0
    memory.broken = None
    assert [delivery.file(services), delivery.file(services)] == [1, 0]


def test_mail_for_others_and_what_has_not_left_are_not_for_the_record(services: Services, memory: Memory):
    memory.broken = AWAY
    id_ = _need(services)
    delivery.run_once(services)
    memory.broken = None
    memory.put("other.xml", _state(services, id_).body)  # addressed to the municipality, not to us
    delivery.run_once(services)
    assert [m.state for m in _all(services) if m.direction == "in"] == ["ignored"]
    assert memory.epj == {}


@pytest.mark.parametrize(("door", "filed"), [("own", 2), ("observe", 1), ("handover", 0)])
def test_what_an_epj_has_itself_is_not_filed_for_it_again(
    opened: Opener, memory: Memory, door: Any, filed: int
):
    services = opened(memory, book=_book(door))
    _need(services)
    delivery.run_once(services)
    document = next(iter(memory.sent["handover" if door == "handover" else "out"].values()))
    _, (name, reply), *_ = answers(document, "structured", NOW, services.book())
    memory.put(name, reply, channel="in" if door == "own" else "copy")
    delivery.receive(services)
    delivery.file(services)
    assert len(memory.epj) == filed


# ── clocks ──


def test_a_deadline_that_passed_is_acted_on_once(services: Services, clock: Clock):
    id_ = _need(services)
    delivery.run_once(services)
    assert deadlines.tick(services) == 0
    clock.now += timedelta(hours=97)
    assert deadlines.tick(services) >= 1
    assert _state(services, id_).state == "unanswered"
    assert deadlines.tick(services) == 0


def test_one_deadline_that_cannot_be_acted_on_holds_no_other(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    _need(services)
    delivery.run_once(services)
    real, calls = ingest.overdue, []

    def first_fails(given: Services, deadline: Any) -> None:
        calls.append(deadline.kind)
        if len(calls) == 1:
            raise ZeroDivisionError
        real(given, deadline)

    monkeypatch.setattr(ingest, "overdue", first_fails)
    clock.now += timedelta(days=10)
    assert deadlines.tick(services) == len(calls) - 1
    assert len(calls) > 1


# ── loops ──


def test_a_loop_outlives_whatever_its_step_raises_and_logs_no_text():
    done, calls = threading.Event(), []

    def step() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("13116900216")
        if len(calls) == 2:
            raise SystemFault("IPK-S001")
        done.set()
        return 0

    with capture_logs() as logs, _running(Loop("tester", step, seconds=0.001)):
        assert done.wait(5)
    assert [line["code"] for line in logs] == ["IPK-S004", "IPK-S001"]
    assert "13116900216" not in json.dumps(
        [{k: v for k, v in line.items() if k != "exc_info"} for line in logs]
    )


def test_a_loop_goes_on_at_once_while_there_is_work_and_wakes_when_told():
    left, drained, woken = [5], threading.Event(), threading.Event()

    def step() -> int:
        if not left[0]:
            (woken if drained.is_set() else drained).set()
            return 0
        left[0] -= 1
        return 1

    with _running(Loop("tester", step, seconds=60)) as loop:
        assert drained.wait(5)
        time.sleep(0.05)
        loop.wake()
        assert woken.wait(5)


def test_failures_in_a_row_are_tried_ever_more_seldom_up_to_a_limit():
    assert [backoff(1, n) for n in (0, 1, 2, 3, 100)] == [1, 2, 4, 8, delivery.LONGEST]
    assert backoff(60, 5) == 60


def test_worker_and_municipality_tell_the_story_over_folders_within_seconds(opened: Opener, tmp_path: Path):
    services = replace(
        opened(worker_seconds=0.02, poll_seconds=0.02, simulate_seconds=0.0), clock=lambda: datetime.now(UTC)
    )
    worker, other = Worker(services), municipality.loop(services)
    assert other is not None
    worker.start()
    with _running(other):
        id_ = _need(services)
        worker.wake()
        _until(lambda: len(list((tmp_path / "exchange" / "epj").glob("*.json"))) == 6)
        worker.stop()
    assert _state(services, id_).state == "acknowledged"
    assert {p.name for p in (tmp_path / "exchange" / "in").iterdir()} == {".claimed"}
    assert not any(loop.is_alive() for loop in worker.loops)


def test_two_workers_side_by_side_send_each_message_once(opened: Opener, tmp_path: Path):
    services = opened()
    for number in PEOPLE:
        _need(services, f"need-{number[:4]}", patient=_patient("3428", number=number))
    workers = [Worker(opened(worker_seconds=0.01, poll_seconds=0.01)) for _ in range(2)]
    for worker in workers:
        worker.start()
    _until(lambda: all(m.state == "sent" for m in _all(services)))
    for worker in workers:
        worker.stop()
    assert len(list((tmp_path / "exchange" / "out").glob("*.xml"))) == len(PEOPLE)
    assert all(m.attempts == 1 for m in _all(services))


class _Failing:
    """The store until the database goes away, at the write of that number."""

    def __init__(self, store: Store, *, at: int) -> None:
        self._store = store
        self._left = at

    def write(self, work: Any) -> Any:
        self._left -= 1
        if self._left <= 0:
            raise SystemFault("IPK-S001")
        return self._store.write(work)

    def read(self, *, snapshot: bool | None = None) -> AbstractContextManager[Any]:
        return self._store.read(snapshot=snapshot)


@contextmanager
def _running(loop: Loop) -> Iterator[Loop]:
    loop.start()
    try:
        yield loop
    finally:
        loop.stop()
        loop.join(5)
        assert not loop.is_alive()


def _until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < limit, "it did not come to pass"
        time.sleep(0.02)


def _book(door: Any) -> AddressBook:
    whole = addressbook.load()
    return AddressBook(tuple(replace(p, door=door) if p.home else p for p in whole.parties), whole.agreements)


def _patient(municipality: str, *, number: str = PEOPLE[0], **more: str) -> dict[str, Any]:
    return {
        "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number},
        "name": {"family": "Danser", "given": "Line"},
        "municipality": {"code": municipality, **more},
    }
