"""The simulated municipality at its folders: paced, restartable, never touching what it answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapter import kith
from adapter.registers import addressbook
from adapter.settings import load
from adapter.simulator import script
from adapter.simulator.municipality import Municipality
from adapter.simulator.script import Script
from adapter.transports.base import Outgoing, TransportError
from adapter.transports.directory import Directory
from tests.kith.builders import MSG_ID, WHEN
from tests.simulator import builders

BOOK = addressbook.load()


class Clock:
    """A clock that stands until it is moved."""

    now = WHEN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    directory = Directory(tmp_path, max_bytes=1_000_000)
    directory.send(Outgoing(id=MSG_ID, data=builders.need()))
    return directory


def _played(root: Path, clock: Clock, **how: object) -> Municipality:
    return Municipality(root, script=Script(**how), books=lambda _: BOOK, clock=clock)


def _types(directory: Directory) -> list[str]:
    types = []
    for item in directory.poll():
        types.append(kith.read(item.data).type)
        item.done()
    return types


def test_answers_come_one_by_one_as_they_fall_due(tmp_path: Path, directory: Directory, clock: Clock):
    other = _played(tmp_path, clock)
    seen = []
    for _ in range(4):
        other.step()
        seen.append(_types(directory))
        clock.now += timedelta(seconds=1)
    assert seen == [["APPREC"], ["DIALOG_HELSEFAGLIG"], ["DIALOG_HELSEFAGLIG"], []]


def test_answers_that_fell_due_together_still_come_in_order(
    tmp_path: Path, directory: Directory, clock: Clock
):
    clock.now += timedelta(days=1)
    other = _played(tmp_path, clock)
    assert [other.step() for _ in range(4)] == [1, 1, 1, 0]
    assert _types(directory) == ["APPREC", "DIALOG_HELSEFAGLIG", "DIALOG_HELSEFAGLIG"]


def test_a_restart_repeats_nothing_wherever_the_answer_stands(
    tmp_path: Path, directory: Directory, clock: Clock
):
    clock.now += timedelta(days=1)
    _played(tmp_path, clock).step()
    assert _types(directory) == ["APPREC"]
    _played(tmp_path, clock).step()
    items = directory.poll()
    next(items)  # claimed
    other = _played(tmp_path, clock)
    assert other.step() == 1
    items.close()
    assert _played(tmp_path, clock).step() == 0
    assert _types(directory) == ["DIALOG_HELSEFAGLIG", "DIALOG_HELSEFAGLIG"]


@pytest.mark.usefixtures("directory")
def test_what_was_sent_stays_where_it_is(tmp_path: Path, clock: Clock):
    _played(tmp_path, clock).step()
    assert [p.name for p in (tmp_path / "out").iterdir()] == [f"{MSG_ID}.xml"]
    assert (tmp_path / "out" / f"{MSG_ID}.xml").read_bytes() == builders.need()


@pytest.mark.usefixtures("directory")
def test_a_message_taken_by_a_message_server_is_answered_to_the_end(tmp_path: Path, clock: Clock):
    clock.now += timedelta(days=1)
    other = _played(tmp_path, clock)
    other.step()
    (tmp_path / "out" / f"{MSG_ID}.xml").unlink()
    assert other.step() + other.step() == 2


def test_temporary_files_and_receipts_of_ours_get_no_answer(tmp_path: Path, clock: Clock):
    directory = Directory(tmp_path, max_bytes=1_000_000)
    list(directory.poll())
    (tmp_path / "out" / ".a.xml").write_bytes(builders.need())
    (tmp_path / "out" / "a.tmp").write_bytes(builders.need())
    assert _played(tmp_path, clock).step() == 0


@pytest.mark.usefixtures("directory")
def test_a_late_receipt_waits_for_its_time(tmp_path: Path, clock: Clock):
    other = _played(tmp_path, clock, receipt="late")
    clock.now += timedelta(hours=96)
    assert other.step() == 0
    clock.now += timedelta(hours=2)
    assert other.step() == 1


def test_folders_that_are_away_make_an_answer_wait(tmp_path: Path, directory: Directory, clock: Clock):
    list(directory.poll())
    (tmp_path / "in").rename(tmp_path / "away")
    (tmp_path / "in").write_bytes(b"")
    other = _played(tmp_path, clock)
    with pytest.raises(TransportError) as caught:
        other.step()
    assert caught.value.code == "IPK-S005"
    (tmp_path / "in").unlink()
    assert other.step() == 1


def test_the_settings_choose_the_script():
    assert script.chosen(load(simulate="off")) is None
    chosen = script.chosen(
        load(simulate="free-text", simulate_receipt="rejected", simulate_error="T10", simulate_seconds=0)
    )
    assert chosen is not None
    assert (chosen.manner, chosen.receipt, chosen.error, chosen.pause) == (
        "free-text",
        "rejected",
        "T10",
        timedelta(0),
    )


def test_what_a_killed_one_left_unfinished_is_removed_and_others_files_are_left(
    tmp_path: Path, directory: Directory, clock: Clock
):
    assert list(directory.poll()) == []  # the folders are there
    for name in (".a.xml.4711-1.tmp", ".others.tmp", "b.tmp"):
        (tmp_path / "in" / name).write_bytes(b"<a")
    _played(tmp_path, clock).step()
    left = {path.name for path in (tmp_path / "in").glob("*") if path.suffix == ".tmp"}
    assert left == {".others.tmp", "b.tmp"}
