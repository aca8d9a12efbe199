"""The clock that can be moved: every process of a synthetic installation follows, none of a real one has it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest

from adapter import movable, settings, store, wiring
from adapter.cli.hosting import Parts, Threads, waking
from adapter.errors import EventError, SystemFault
from adapter.movable import Movable
from adapter.services import Services

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path, prepared_file: Path) -> str:
    copy(prepared_file, tmp_path / "clock.db")
    return f"sqlite:///{tmp_path / 'clock.db'}"


@pytest.fixture
def process(url: str) -> Iterator[Callable[[], Movable]]:
    """Make clocks as each process of one installation has them."""
    opened: list[store.Store] = []

    def made() -> Movable:
        opened.append(store.open(url))
        return Movable(opened[-1], lambda: NOW)

    yield made
    for each in opened:
        each.close()


@pytest.mark.parametrize(
    ("words", "hours"),
    [("96h", 96.0), ("3d", 72.0), ("30m", 0.5), ("1d12h", 36.0), ("+1w", 168.0), ("90s", 0.025)],
)
def test_durations(words: str, hours: float):
    assert movable.duration(words) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "words", ["", "96", "h", "-3d", "3 d", "1.5h", "99999999d", "P3D", "3D", "\uff19\uff16h"]
)
def test_what_is_no_duration_is_refused(words: str):
    with pytest.raises(EventError) as caught:
        movable.duration(words)
    assert caught.value.code == "IPK-E080"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "2026-03-04",
        "2026-03-04T10:00:00",
        "tomorrow",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_without_offset_or_outside_the_calendar_is_refused(words: str):
    with pytest.raises(EventError) as caught:
        movable.instant(words)
    assert caught.value.code == "IPK-E080"


def test_all_processes_follow_and_find_it_again_after_a_restart(process: Callable[[], Movable]):
    one, other = process(), process()
    assert (one(), other()) == (NOW, NOW)
    one.move(timedelta(hours=96))
    assert one() == NOW + timedelta(hours=96)
    assert other.refresh()
    assert other() == one()
    assert not other.refresh()
    other.move(timedelta(hours=1))
    assert process()() == NOW + timedelta(hours=97)


def test_it_can_be_set_and_put_back(process: Callable[[], Movable]):
    clock = process()
    clock.to(datetime.fromisoformat("2026-12-24T18:00:00+01:00"))
    assert clock().isoformat() == "2026-12-24T17:00:00+00:00"
    clock.reset()
    assert (clock(), clock.offset) == (NOW, timedelta(0))


def test_it_cannot_be_moved_out_of_this_century(process: Callable[[], Movable]):
    clock = process()
    with pytest.raises(EventError):
        clock.move(timedelta(days=40_000))
    assert clock() == NOW


def test_where_the_database_is_away_it_stays_as_it_was(tmp_path: Path):
    clock = Movable(store.open(f"sqlite:///{tmp_path}/no/folder/none.db"), lambda: NOW)
    assert clock() == NOW
    assert not clock.refresh()


def built(url: str, **more: object) -> Services:
    return wiring.build(settings.load(database_url=url, **more))


def test_a_real_installation_has_no_clock_to_move(url: str):
    services = built(url, mode="real", waive="sqlite,no-token,no-tls")
    with pytest.raises(SystemFault) as caught:
        movable.of(services)
    wiring.close(services)
    assert (caught.value.code, caught.value.row.http) == ("IPK-S020", 403)


def test_a_clock_that_was_given_is_not_moved(services: Services):
    with pytest.raises(SystemFault):
        movable.of(services)


def test_after_a_move_every_loop_acts_at_once(url: str, tmp_path: Path):
    services = built(
        url, exchange=tmp_path / "exchange", tick_seconds=600, worker_seconds=600, poll_seconds=600
    )
    wiring.ready(services)
    threads = Threads(services, Parts(worker=True))
    assert set(threads.alive()) == {"sender", "receiver", "filer", "ticker", "clock", "notifier"}
    seen: list[datetime] = []
    ticker = next(loop for loop in threads._loops() if loop.name == "ticker")
    ticker._step = lambda: seen.append(services.clock()) or 0  # type: ignore[func-returns-value]
    threads.start()
    try:
        other = built(url)
        movable.of(other).move(timedelta(hours=96))
        wiring.close(other)
        until = time.monotonic() + 10
        while len(seen) < 2 and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        threads.stop()
        wiring.close(services)
    assert seen[-1] - seen[0] > timedelta(hours=95)


def test_a_post_that_moves_the_clock_wakes_all():
    woken: list[str] = []
    app = waking(waking(lambda _e, _s: [], lambda: woken.append("sender")), lambda: woken.append("all"),
                 paths=frozenset({"/sandbox/clock"}))  # fmt: skip
    for method, path in (("POST", "/sandbox/clock"), ("GET", "/sandbox/clock"), ("POST", "/events")):
        app({"REQUEST_METHOD": method, "PATH_INFO": path}, lambda *_: None)
    assert woken == ["all", "sender"]
