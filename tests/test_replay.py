"""Replay: every scenario byte for byte, on both databases, in any order and again; and what is told when one differs."""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
import threading
import xml.etree.ElementTree as ET  # our own JUnit file, read back
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from adapter import replay, scenarios
from adapter.errors import Faults
from adapter.http import Client, Limits
from adapter.movable import Movable
from adapter.replay import Databases, Difference, Ran, profile
from adapter.replay.places import within
from adapter.replay.remote import Server
from adapter.replay.stage import staged
from adapter.web import create_app

FIXTURES = Path(__file__).parents[1] / "fixtures" / "scenarios"
FOLDERS = scenarios.find([FIXTURES])
NAMES = [folder.name for folder in FOLDERS]
SERVER = os.environ.get("ADAPTER_TEST_DATABASE") or None


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Databases]:
    with Databases() as made:
        yield made


@pytest.fixture(scope="module")
def postgres() -> Iterator[Databases]:
    if SERVER is None:
        pytest.skip("PostgreSQL: ADAPTER_TEST_DATABASE names no server")
    with Databases(SERVER) as made:
        yield made


def ran(folder: Path, databases: Databases) -> tuple[Difference, ...]:
    scenario = scenarios.read(folder)
    found = replay.run(scenario, databases)
    return found.differences + replay.differences(scenario.expected, found.files)


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_scenario_is_byte_exact(folder: Path, sqlite: Databases):
    assert [str(each) for each in ran(folder, sqlite)] == []


@pytest.mark.postgres
@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_scenario_is_byte_exact_on_postgresql(folder: Path, postgres: Databases):
    assert [str(each) for each in ran(folder, postgres)] == []


def test_order_and_repetition_change_nothing(sqlite: Databases):
    chosen = [
        f
        for f in FOLDERS
        if f.name.startswith(("e01-outpatient", "e34", "received-coordinator", "receipt-late"))
    ]
    for seed in (1, 2):
        random.Random(seed).shuffle(chosen)
        assert [str(each) for folder in chosen for each in ran(folder, sqlite)] == []


@pytest.fixture
def place(tmp_path: Path, sqlite: Databases) -> Path:
    """Make a scenario of its own, blessed."""
    return copied(tmp_path, "e01-refused", sqlite)


def copied(tmp_path: Path, name: str, databases: Databases) -> Path:
    made = tmp_path / name
    shutil.copytree(FIXTURES / name, made, ignore=shutil.ignore_patterns("expected"))
    scenario = scenarios.read(made)
    replay.bless(scenario.expected, replay.run(scenario, databases).files)
    return made


def test_the_environment_has_no_say(sqlite: Databases, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ADAPTER_REPLY_DAYS", "9")
    monkeypatch.setenv("ADAPTER_DATABASE_URL", "sqlite:////nowhere/at/all.db")
    assert ran(FIXTURES / "e01-direct", sqlite) == ()


def test_a_scenario_without_golden_files_says_how_to_make_them(place: Path, sqlite: Databases):
    shutil.rmtree(place / "expected")
    assert "--bless" in str(ran(place, sqlite)[0])


def test_blessing_makes_golden_files_and_removes_those_no_longer_made(place: Path, sqlite: Databases):
    (place / "expected" / "stale.json").write_text("{}")
    scenario = scenarios.read(place)
    replay.bless(scenario.expected, replay.run(scenario, sqlite).files)
    assert not (place / "expected" / "stale.json").exists()
    assert ran(place, sqlite) == ()


def test_a_difference_is_told_by_file_line_and_place_and_never_by_value(place: Path, sqlite: Databases):
    golden = next((place / "expected" / "resources" / "Patient").iterdir())
    golden.write_bytes(golden.read_bytes().replace(b"Danser", b"Hansen"))
    (told,) = ran(place, sqlite)
    assert told.file.startswith("expected/resources/Patient/")
    assert (told.place, told.line) == ("$.name[0].family", 1)
    assert "Danser" not in str(told)
    assert "Hansen" not in str(told)


def test_a_difference_in_xml_is_told_by_xpath(tmp_path: Path, sqlite: Databases):
    place = copied(tmp_path, "e01-direct", sqlite)
    golden = next((place / "expected" / "messages").iterdir())
    golden.write_bytes(golden.read_bytes().replace(b"Alvdal Kommune", b"Elvdal Kommune"))
    (told,) = ran(place, sqlite)
    assert "Receiver" in told.place or told.place.startswith("/*")
    assert told.line


def test_bytes_that_differ_in_form_alone_are_told(place: Path, sqlite: Databases):
    golden = next((place / "expected" / "resources" / "Patient").iterdir())
    golden.write_bytes(golden.read_bytes() + b"\n")
    assert len(ran(place, sqlite)) == 1


def test_missing_and_superfluous_files_are_told(place: Path, sqlite: Databases):
    (place / "expected" / "why.json").rename(place / "expected" / "what.json")
    assert {str(each) for each in ran(place, sqlite)} == {
        "expected/what.json: expected, not made",
        "expected/why.json: made, not expected",
    }


def test_a_step_that_is_answered_otherwise_is_told(place: Path, sqlite: Databases):
    (place / "010-event.toml").write_text('status = 422\ncodes = ["IPK-E005"]\n')
    told = [each for each in ran(place, sqlite) if each.file == "010-event.json"]
    assert [each.place for each in told] == ["status", "codes"]


def test_an_unknown_party_or_setting_of_a_scenario_is_told(place: Path, sqlite: Databases):
    text = (place / "scenario.toml").read_text()
    (place / "scenario.toml").write_text(text + "\n[party.nobody]\nhome = true\n")
    with pytest.raises(Faults) as caught:
        ran(place, sqlite)
    assert caught.value.code == "IPK-S013"
    (place / "scenario.toml").write_text(text + "\n[settings]\nreply_dayz = 3\n")
    with pytest.raises(Faults) as caught:
        ran(place, sqlite)
    assert caught.value.code == "IPK-S006"


def test_junit_counts_what_failed():
    found = ET.fromstring(
        replay.junit([Ran(name="a"), Ran(name='b"<', differences=(Difference(file="f", what="<w>"),))])
    )
    assert (found.get("tests"), found.get("failures")) == ("2", "1")
    assert [case.get("name") for case in found] == ["a", 'b"<']


def test_a_profile_replaces_whole_words_alone(tmp_path: Path):
    path = tmp_path / "p.toml"
    path.write_text(
        '[her]\n5079 = "8094866"\n[phones]\n"+4773598600" = "+4711111111"\n[names]\nDanser = "Prøve"\n'
    )
    found = profile.load(path)
    text = '"urn:her:5079" ${MsgId:010:5079} 15079 +4773598600 Danser Dansere'
    assert (
        found.apply(text.encode()).decode()
        == '"urn:her:8094866" ${MsgId:010:8094866} 15079 +4711111111 Prøve Dansere'
    )
    assert "8094866" not in repr(found)


@pytest.mark.parametrize("text", ["her = 3\n", "[her]\n5079 = 5\n", "[colours]\n", "["])
def test_a_malformed_profile_is_told(tmp_path: Path, text: str):
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(Faults) as caught:
        profile.load(path)
    assert caught.value.code == "IPK-S013"


def test_a_schema_of_its_own_is_named_in_the_url():
    assert within("postgresql+psycopg://u@h/d", "x") == "postgresql+psycopg://u@h/d?options=-csearch_path%3Dx"


class Quiet(WSGIRequestHandler):
    """Says nothing: standard error is not the log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its base's name)
        """Drop it."""


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an app; its address."""
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def running(sqlite: Databases) -> Iterator[str]:
    scenario = scenarios.read(FIXTURES / "e01-direct")
    with (
        sqlite.empty() as url,
        staged(scenario, url) as stage,
        serving(create_app(stage.services)) as at,
    ):
        yield at


def test_a_running_server_answers_the_steps_and_skips_clocks_with_a_note(running: str):
    with Client(Limits()) as client:
        server = Server(client=client, url=running, wait=0.0)
        first = replay.post(scenarios.read(FIXTURES / "receipt-late"), server)
        again = replay.post(scenarios.read(FIXTURES / "receipt-late"), server)
        bad = replay.post(scenarios.read(FIXTURES / "bad-e01-no-hpr"), server)
    assert [str(each) for each in first.differences + again.differences + bad.differences] == []
    assert len(first.notes) == 1


def test_a_servers_clock_that_can_be_moved_moves_as_the_scenarios_does(sqlite: Databases):
    scenario = scenarios.read(FIXTURES / "receipt-late")
    with sqlite.empty() as url, staged(scenario, url) as stage:
        clock = Movable(stage.services.store, stage.clock)
        app = create_app(dataclasses.replace(stage.services, clock=clock))
        with serving(app) as at, Client(Limits()) as client:
            ran = replay.post(scenario, Server(client=client, url=at, wait=0.0))
        moved = clock() - scenario.clock
    end = scenario.clock
    for step in scenario.steps:
        end = step.clock(end) if step.kind == "clock" else end
    assert (ran.notes, moved) == ((), end - scenario.clock)
    assert moved > timedelta(hours=1)
