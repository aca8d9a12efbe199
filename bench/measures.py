"""The measures beside a floor: both sides served at once, loaded in turns, the ratio taken within each round."""

from __future__ import annotations

import random
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import orjson

from adapter import settings as configuration
from adapter.fhir import index
from adapter.ids import FNR_SYSTEM
from adapter.store import Connection, cases, migrations, resources, tokens
from adapter.store import open as open_store
from bench import bare, floor, plans, servers
from bench.driver import Job, Load

THREADS: Final = configuration.Settings.model_fields["threads"].default
"""Threads that answer, for ours (the default) and for the floors: both are served alike (docs/decisions/0021)."""
EVENT_CONNECTIONS: Final = 32
OFFERED: Final = 0.5
"""Share of the throughput just measured that is offered where latency counts."""
READ_CONNECTIONS: Final = 16
ORG: Final = "59"
_GROUP: Final = 500
_Item = TypeVar("_Item")
_EVENTS_APART: Final = 1_000_000
_STORED: Final = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
_AT: Final = int(_STORED.timestamp()) * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    plans: int
    rounds: int
    seconds: float
    large: int
    """Plans of the store that is many times as large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Ours and the floor, round by round."""

    ours: tuple[Load, ...]
    floor: tuple[Load, ...]

    @property
    def ratio(self) -> float:
        """Ours divided by the floor: the median of the rounds, since a machine's speed drifts between them."""
        return median(a.rate / b.rate for a, b in zip(self.ours, self.floor, strict=True))

    @property
    def rates(self) -> tuple[float, float]:
        """Answers a second, medians."""
        return median(a.rate for a in self.ours), median(b.rate for b in self.floor)

    @property
    def p99(self) -> tuple[float, float]:
        """Milliseconds, medians."""
        return median(a.p99 for a in self.ours), median(b.p99 for b in self.floor)


def drive(job: Job) -> Load:
    """Return what came of a job, done by a process of its own. Raises RuntimeError where an answer was not good."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.driver"],
        input=orjson.dumps(asdict(job)),
        capture_output=True,
        check=False,
        cwd=servers.ROOT,
        timeout=job.seconds + 60,
    )
    if done.returncode:
        raise RuntimeError(f"driver: {done.stderr.decode(errors='replace')[-500:]}")
    found = Load(**orjson.loads(done.stdout))
    bad = {status for status in found.statuses if status not in {"200", "201", "202"}}
    if bad or not found.answers:
        raise RuntimeError(f"{'POST' if job.post else 'GET'} {job.paths[0]}: answers {found.statuses}")
    return found


def pair(size: Size, ours: Callable[[int], Job], beside: Callable[[int], Job]) -> Pair:
    """Return the loads of both sides in turns; each is asked for a job by the number of the round (0 warms up)."""
    mine: list[Load] = []
    other: list[Load] = []
    for number in range(size.rounds + 1):
        seconds = size.seconds if number else min(1.0, size.seconds)
        for made, listed in ((beside, other), (ours, mine)):
            found = drive(replace(made(number), seconds=seconds))
            if number:
                listed.append(found)
    return Pair(ours=tuple(mine), floor=tuple(other))


# ── reads ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def reading(folder: Path, size: Size) -> Iterator[dict[str, int]]:
    """Serve the plans by ours (with audit, and without) and the floor (as ours, on one thread, with a row of audit); yields the ports."""
    url = prepared(folder / "read.db")
    fill(url, size.plans)
    lines = ((p["id"], p["subject"]["reference"], orjson.dumps(p)) for p in plans.care_plans(size.plans))
    floor.fill(folder / "floor.db", lines)
    env = environment(url, folder)
    with ExitStack() as stack:

        def floor_on(threads: int, **more: str) -> int:
            beside = {"BENCH_DATABASE": str(folder / "floor.db"), **more}
            return stack.enter_context(servers.serving("bench.floor:app", threads=threads, env=beside))

        yield {
            "ours": stack.enter_context(servers.serving("server:app", threads=THREADS, env=env)),
            "silent": stack.enter_context(
                servers.serving("server:app", threads=THREADS, env={**env, "ADAPTER_AUDIT": "false"})
            ),
            "floor": floor_on(THREADS),
            "alone": floor_on(1),
            "bare": floor_on(THREADS, BENCH_AUDIT="yes"),
        }


def environment(url: str, folder: Path) -> dict[str, str]:
    """Return the settings of ours: the defaults, in a place of its own, with a quiet log as production has it."""
    return {
        "ADAPTER_DATABASE_URL": url,
        "ADAPTER_EXCHANGE": str(folder / "exchange"),
        "ADAPTER_LOG_LEVEL": "warning",
    }


def prepared(path: Path) -> str:
    """Return the URL of a new database."""
    url = f"sqlite:///{path}"
    migrations.upgrade(url)
    return url


def fill(url: str, count: int) -> None:
    """Store patients with their plans, as the adapter stores what it makes."""
    store = open_store(url, durable=False)
    try:
        listed = plans.persons(count)
        for persons in _groups(listed):
            store.write(partial(_cases, persons=persons))
        for part in _groups(_rows(count, listed)):
            store.write(partial(resources.put, writes=part))
    finally:
        store.close()


def _groups(items: Iterable[_Item]) -> Iterator[tuple[_Item, ...]]:
    source = iter(items)
    while part := tuple(islice(source, _GROUP)):
        yield part


def _rows(count: int, listed: Iterable[plans.Person]) -> Iterator[resources.Write]:
    """Yield what is stored, one after the other: a million plans are more than a memory holds."""
    for person in listed:
        yield _write(plans.patient(person), person.id)
    for plan in plans.care_plans(count):
        yield _write(plan, plan["subject"]["reference"].partition("/")[2])


def _cases(conn: Connection, *, persons: tuple[plans.Person, ...]) -> None:
    for person in persons:
        cases.create(conn, key=person.id, org=ORG, now=_STORED, person=(FNR_SYSTEM, person.number))


def _write(resource: dict[str, Any], case_key: str) -> resources.Write:
    found = index.index(resource)
    return resources.Write(
        type=resource["resourceType"], id=resource["id"], version=1, body=orjson.dumps(resource), updated=_AT,
        org=ORG, case_key=case_key, subject=found.subject, status=found.status, date_start=found.date_start,
        date_end=found.date_end, **tokens.kept(found.tokens),
    )  # fmt: skip


def reads(size: Size, ports: dict[str, int], side: str = "ours", *, floor: str = "floor") -> Pair:
    """Return reads by id, ours (audited, or `silent`) beside the floor (or the one on a single thread, `alone`)."""
    order = shuffled(size.plans)
    return pair(
        size,
        lambda _: _get(ports[side], [f"/fhir/CarePlan/{plans.plan_id(place)}" for place in order]),
        lambda _: _get(ports[floor], [f"/CarePlan/{plans.plan_id(place)}" for place in order]),
    )


def searches(size: Size, ports: dict[str, int], *, floor: str = "floor") -> Pair:
    """Return searches of a page of ten by subject, ours beside the floor (or the one on a single thread, `alone`)."""
    order = shuffled(size.plans)
    asked = [f"CarePlan?subject=Patient/{plans.patient_id(place)}&_count=10" for place in order]
    return pair(
        size,
        lambda _: _get(ports["ours"], [f"/fhir/{each}" for each in asked]),
        lambda _: _get(ports[floor], [f"/{each}" for each in asked]),
    )


def far_page(port: int, number: int) -> str:
    """Return the path of a page far into a search, as its own links lead there. Raises RuntimeError where there is none."""
    path = "/fhir/CarePlan?_count=10"
    for _ in range(number - 1):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            links = orjson.loads(answer.read())["link"]
        following = [link["url"] for link in links if link["relation"] == "next"]
        if not following:
            raise RuntimeError(f"no page {number}")
        parts = urlsplit(following[0])
        path = f"{parts.path}?{parts.query}"
    return path


def pages(size: Size, ports: dict[str, int], number: int) -> Pair:
    """Return a far page (as `ours`) beside page 1 (as `floor`) of one search."""
    far = far_page(ports["ours"], number)
    return pair(
        size,
        lambda _: _get(ports["ours"], [far]),
        lambda _: _get(ports["ours"], ["/fhir/CarePlan?_count=10"]),
    )


def shuffled(count: int) -> list[int]:
    """Return the places of so many plans in an order that is always the same, and no index's."""
    order = list(range(count))
    random.Random(1).shuffle(order)
    return order


def gets(size: Size, ours: tuple[int, list[str]], beside: tuple[int, list[str]]) -> Pair:
    """Return what comes of GETs at two servers, each a port and the paths asked for in turn."""
    return pair(size, lambda _: _get(*ours), lambda _: _get(*beside))


def _get(port: int, paths: list[str]) -> Job:
    return Job(port=port, connections=READ_CONNECTIONS, seconds=1, paths=tuple(paths))


# ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def events(folder: Path, size: Size) -> tuple[Pair, Pair]:
    """Return events accepted and committed, ours beside the bare pipeline, each from 32 connections.

    First as many as go through; then, for latency, each side at half the rate it just showed.
    """
    url = prepared(folder / "events.db")
    body = bare.example().decode()
    with ExitStack() as stack:
        mine = stack.enter_context(
            servers.serving("server:app", threads=THREADS, env=environment(url, folder))
        )
        other = stack.enter_context(
            servers.serving(
                "bench.pipeline:app",
                threads=THREADS,
                env={"BENCH_DATABASE": str(folder / "bare.db")},
            )
        )
        full = pair(
            size,
            lambda number: _post(mine, start=number * _EVENTS_APART),
            lambda _: _post(other, body=body),
        )
        ours, floor_ = (rate * OFFERED for rate in full.rates)
        paced = pair(
            size,
            lambda number: _post(mine, start=(number + size.rounds + 1) * _EVENTS_APART, rate=ours),
            lambda _: _post(other, body=body, rate=floor_),
        )
        return full, paced


def _post(port: int, *, start: int = 0, body: str | None = None, rate: float | None = None) -> Job:
    return Job(
        port=port,
        connections=EVENT_CONNECTIONS,
        seconds=1,
        paths=("/events",),
        post=True,
        start=start,
        body=body,
        rate=rate,
    )
