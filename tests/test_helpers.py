"""Events decided in a process beside the server: the same bytes as here, and nothing lost with it. docs/decisions/0093."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any

import pytest

from adapter import events, helpers, replay, scenarios, wiring
from adapter.errors import SystemFault
from adapter.ingest import deciding
from adapter.model import Case
from adapter.replay import Databases, stage
from adapter.services import Services
from adapter.store.lane import Lane
from adapter.web import create_app
from tests.web import hands

FIXTURES = Path(__file__).parents[1] / "fixtures" / "scenarios"
FOLDERS = [folder for folder in scenarios.find([FIXTURES]) if folder.name.startswith("e")]


class Beside:
    """The other side in a thread: all of it but the fork."""

    def __init__(self, services: Services) -> None:
        self.pipe, theirs = Pipe()
        self.taken = 0
        args = (theirs, services.books, services.people)
        self.thread = threading.Thread(target=helpers.serve, args=args)
        self.thread.start()

    def made(self, work: Any, ask: Any, lane: Lane) -> Any:
        assert lane is not None
        found = helpers.asked(self.pipe, work, ask)
        self.taken += found is not None
        return found

    def alive(self) -> int:
        return 1

    def close(self) -> None:
        self.pipe.close()
        self.thread.join(10)


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every installation that is replayed have somebody beside it."""
    real = wiring.build

    def build(*args: Any, **named: Any) -> Services:
        services = real(*args, **named)
        return replace(services, helpers=Beside(services))

    monkeypatch.setattr(stage.wiring, "build", build)


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with Databases() as made:
        yield made


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
@pytest.mark.usefixtures("beside")
def test_what_is_decided_beside_is_the_same_to_the_byte(folder: Path, databases: Databases):
    scenario = scenarios.read(folder)
    found = replay.run(scenario, databases)
    assert [str(one) for one in found.differences + replay.differences(scenario.expected, found.files)] == []


@pytest.fixture
def helped(services: Services) -> Iterator[Services]:
    """Give an installation somebody beside it."""
    other = Beside(services)
    yield replace(services, helpers=other)
    other.close()
    assert not other.thread.is_alive()  # the end of the pipe is the end of the process


def work(services: Services) -> deciding.Work:
    event = events.check(hands.need(), now=services.clock(), people=services.people)
    party = services.book().by_source(event.source)
    case = Case(key=None, version=0, now=services.clock(), owner="1")
    return deciding.Work(event=event, case=case, party=party, org="1")


def test_what_is_refused_beside_is_refused_here_with_the_reason(helped: Services):
    client = create_app(helped).test_client()
    event = {**hands.need(), "source": "urn:her:999999"}
    assert hands.post(client, event).json["errors"][0]["code"] == "IPK-R001"
    assert hands.post(client, hands.need()).status_code == 202
    assert helped.helpers.taken == 1  # type: ignore[union-attr]


def test_a_store_that_is_away_is_told_and_the_next_is_answered(helped: Services):
    def away(_: tuple[str, ...]) -> Any:
        raise SystemFault("IPK-S001", at="database")

    assert helped.helpers is not None
    with pytest.raises(SystemFault):
        helped.helpers.made(work(helped), away, helped.store.lane)
    assert helped.helpers.made(work(helped), lambda _: {}, helped.store.lane) is not None


def test_what_nobody_foresaw_beside_is_done_here(helped: Services, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    assert helped.helpers is not None
    monkeypatch.setattr(deciding, "made", broken)
    assert helped.helpers.made(work(helped), lambda _: {}, helped.store.lane) is None
