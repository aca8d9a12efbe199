"""`kill -9` of everything at random points under load from four clients: nothing lost, nothing twice, nothing half."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from sqlalchemy import func, select

from adapter import kith
from adapter.events import schemas
from adapter.kith.apprec import AppRec
from adapter.model import Message
from adapter.store import Store, cases, messages, tables
from adapter.store import open as open_store
from adapter.store.sql import Statement
from tests.acceptance.running import Program
from tests.people import patients

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

KILLS: Final = int(os.environ.get("ADAPTER_TEST_KILLS", "10"))
CLIENTS: Final = 4
POSTS: Final = 5
"""Events of one client between two kills."""
LONGEST: Final = 3.0
"""Seconds of load between two kills, at most."""
QUIET_WITHIN: Final = 60 + KILLS
STORY: Final = Counter(
    ["ip.need.identified", "ip.receipt.positive", "ip.need.acknowledged", "ip.coordinator.appointed"]
)
"""What becomes of one need, with a municipality that answers in lines."""
OVERTAKEN: Final = STORY + Counter(["ip.dialogue.received"])
"""The same where a kill let the appointment in before the acknowledgement, which then has nothing left to say."""
QUICK: Final = {
    "poll_seconds": 0.05,
    "worker_seconds": 0.05,
    "tick_seconds": 0.2,
    "simulate_seconds": 0.01,
    "lease_seconds": 5,
    "log_level": "warning",
}


class Load:
    """Four clients that post needs, keep the answers, and post again what was not answered."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.accepted: dict[str, bytes] = {}
        self.unanswered: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self._patients = patients()
        self._lock = threading.Lock()
        self._number = 0

    def run(self, stop: threading.Event) -> list[threading.Thread]:
        """Start the clients."""
        threads = [threading.Thread(target=self._client, args=(stop,)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def _client(self, stop: threading.Event) -> None:
        for _ in range(POSTS):
            if stop.is_set():
                return
            event = self._next()
            try:
                self.posted(event)
            except OSError:
                with self._lock:
                    self.unanswered.append(event)
                return

    def posted(self, event: dict[str, Any]) -> None:
        """Post once, and keep how it was answered."""
        status, body = self.program.post(event)
        with self._lock:
            if status == 503:
                self.unanswered.append(event)
            elif status not in {200, 202}:
                self.faults.append(f"{status} for {event['id']}")
            elif self.accepted.setdefault(event["id"], body) != body:
                self.faults.append(f"another body for {event['id']}")

    def _next(self) -> dict[str, Any]:
        with self._lock:
            if self.unanswered:
                return self.unanswered.pop()
            self._number += 1
            return need(f"kill-{self._number}", next(self._patients))


def need(id_: str, patient: dict[str, Any]) -> dict[str, Any]:
    """Return a need of today."""
    event = schemas.example("ip.need.identified")
    now = datetime.now(UTC)
    data = event["data"] | {"patient": patient}
    data["consent"] = data["consent"] | {"date": now.date().isoformat()}
    return event | {"id": id_, "time": now.isoformat(), "data": data}


@pytest.fixture
def program(tmp_path: Path, database: str) -> Iterator[Program]:
    made = Program(tmp_path, database=database, **QUICK)
    yield made
    made.kill()


def test_nothing_is_lost_or_doubled_when_all_is_killed_at_random(program: Program, database: str):
    load = Load(program)
    seed = int(os.environ.get("ADAPTER_TEST_SEED", "0")) or random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    kills = KILLS if database.startswith("sqlite") else max(2, KILLS // 5)
    for number in range(kills):
        _until_killed(program, load, chance, early=number % 5 == 4)
    _finish(program, load)
    assert load.faults == [], f"ADAPTER_TEST_SEED={seed}"
    assert len(load.accepted) >= kills
    opened = open_store(database)
    try:
        _everything_once(program.exchange, opened, load)
    except AssertionError as error:
        error.add_note(f"ADAPTER_TEST_SEED={seed}")
        raise
    finally:
        opened.close()


def _until_killed(program: Program, load: Load, chance: random.Random, *, early: bool) -> None:
    """Start, load, and kill: some time after it is ready, or while it starts."""
    program.start()
    stop = threading.Event()
    threads: list[threading.Thread] = []
    if early:
        time.sleep(chance.uniform(0.2, 1.2))
    else:
        program.ready()
        threads = load.run(stop)
        _wait(load, answers=chance.randrange(CLIENTS * POSTS), more=chance.uniform(0.0, 0.1))
    program.kill()
    stop.set()
    for thread in threads:
        thread.join()


def _wait(load: Load, *, answers: int, more: float) -> None:
    """Wait until so many more are answered, however fast this machine is, and a moment longer."""
    wanted, end = len(load.accepted) + answers, time.monotonic() + LONGEST
    while len(load.accepted) < wanted and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(more)


def _finish(program: Program, load: Load) -> None:
    """Start once more, post what was never answered and some that were, and wait until nothing moves."""
    program.start()
    program.ready()
    while load.unanswered:
        load.posted(load.unanswered.pop())
    end = time.monotonic() + QUIET_WITHIN
    while not _quiet(program, len(load.accepted)):
        assert time.monotonic() < end, "it never comes to rest"
        time.sleep(0.3)
    program.kill()


def _quiet(program: Program, count: int) -> bool:
    """Tell whether all needs are answered, all receipts have left and all documents are filed."""
    done, out, epj = (len(list((program.exchange / f).glob("*.xml"))) for f in ("done", "out", "epj"))
    return done >= 3 * count and out >= 3 * count and epj >= out + done


def _everything_once(exchange: Path, opened: Store, load: Load) -> None:
    documents = _documents(exchange)
    rows = _rows(opened)
    _accepted(load, rows, documents)
    _settled(rows)
    _receipted(rows, documents)
    _filed(rows, documents)
    _told_once(opened, load)
    _versions(opened)


def _documents(exchange: Path) -> dict[str, dict[str, bytes]]:
    """Return every document by folder and name: each whole, none under a temporary name that was meant to stay."""
    folders = {name: exchange / name for name in ("out", "in", "done", "epj", "failed", "copy")}
    found = {
        name: {p.name: p.read_bytes() for p in sorted(folder.glob("*.xml"))} if folder.is_dir() else {}
        for name, folder in folders.items()
    }
    for listed in found.values():
        for data in listed.values():
            kith.read(data)
    assert (found["in"], found["failed"], found["copy"]) == ({}, {}, {})
    return found


def _rows(opened: Store) -> list[Message]:
    found: list[Message] = []
    cursor: str | None = None
    with opened.read() as conn:
        while True:
            listed, cursor = messages.page(conn, messages.Filter(), cursor=cursor, count=500)
            found += [m for head in listed if (m := messages.get(conn, head.id))]
            if cursor is None:
                return found


def _accepted(load: Load, rows: list[Message], documents: dict[str, dict[str, bytes]]) -> None:
    """Every accepted event has its one message, in the store and in out/, with the bytes of the store."""
    promised = {
        orjson.loads(body)["eventId"]: orjson.loads(body)["messages"] for body in load.accepted.values()
    }
    dialogues = [m for m in rows if m.direction == "out" and m.type != "APPREC"]
    assert Counter(m.event_id for m in dialogues) == Counter(dict.fromkeys(promised, 1))
    assert {m["id"] for listed in promised.values() for m in listed} == {m.id for m in dialogues}
    ours = {f"{m.id}.xml": m.body for m in rows if m.direction == "out"}
    assert documents["out"] == ours
    ids = [kith.read(data).head.msg_id for data in documents["out"].values() if kith.read(data).head]  # type: ignore[union-attr]
    assert len(ids) == len(set(ids)) == len(dialogues)


def _settled(rows: list[Message]) -> None:
    states = defaultdict(set)
    for message in rows:
        states[message.direction, message.type == "APPREC"].add(message.state)
    assert states["out", False] == {"acknowledged"}
    assert states["out", True] == {"sent"}
    assert states["in", False] == {"received"}
    assert states["in", True] == {"received"}


def _receipted(rows: list[Message], documents: dict[str, dict[str, bytes]]) -> None:
    """Each message received got exactly one receipt of ours; each of ours was receipted."""
    given = [
        r.body.original.msg_id
        for d in documents["out"].values()
        if isinstance((r := kith.read(d)).body, AppRec)
    ]
    assert Counter(given) == Counter(m.msg_id for m in rows if m.direction == "in" and m.type != "APPREC")
    got = [m.parent for m in rows if m.direction == "in" and m.type == "APPREC"]
    assert Counter(got) == Counter(m.msg_id for m in rows if m.direction == "out" and m.type != "APPREC")


def _filed(rows: list[Message], documents: dict[str, dict[str, bytes]]) -> None:
    assert documents["epj"] == {f"{m.id}.xml": m.body for m in rows}
    received = sorted(m.body for m in rows if m.direction == "in")
    assert sorted(documents["done"].values()) == received


_STORY = Statement(select(tables.event.c.case_key, tables.event.c.type))
_HISTORY = Statement(
    select(
        tables.resource_history.c.type,
        tables.resource_history.c.id,
        func.count(),
        func.min(tables.resource_history.c.version),
        func.max(tables.resource_history.c.version),
    ).group_by(tables.resource_history.c.type, tables.resource_history.c.id)
)
_CURRENT = Statement(select(tables.resource.c.type, tables.resource.c.id, tables.resource.c.version))
_CASES = Statement(select(tables.case_.c.key, tables.case_.c.org))


def _told_once(opened: Store, load: Load) -> None:
    """Every case has the whole story, each event once, one coordinator and one need of each kind."""
    stories: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with opened.read() as conn:
        for key, type_ in conn.all(_STORY, {}):
            stories[key][type_] += 1
        assert len(stories) == len(load.accepted)
        assert all(story in (STORY, OVERTAKEN) for story in stories.values())
        for key, org in conn.all(_CASES, {}):
            case = cases.gather(conn, org=org, now=datetime.now(UTC), case_key=key)
            assert len(case.of("ServiceRequest")) == 2
            (team,) = case.of("CareTeam")
            assert (
                len(
                    [
                        p
                        for p in team["participant"]
                        if "PractitionerRole/" in p["member"].get("reference", "")
                    ]
                )
                == 1
            )


def _versions(opened: Store) -> None:
    """Versions of every resource run from 1 without a hole."""
    with opened.read() as conn:
        current = {(type_, id_): version for type_, id_, version in conn.all(_CURRENT, {})}
        older = {(t, i): (n, low, high) for t, i, n, low, high in conn.all(_HISTORY, {})}
    for key, version in current.items():
        count, low, high = older.get(key, (0, 1, 0))
        assert (low, count) == (1, high)
        assert high in {version, version - 1}
