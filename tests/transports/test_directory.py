"""The exchange folders on a real disk: crashes, other writers, and folders that are not what they should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from adapter.transports import files
from adapter.transports.base import Filed, Outgoing, TransportError
from adapter.transports.directory import Directory

ONE = b"<MsgHead>1</MsgHead>"


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    return Directory(tmp_path / "exchange", max_bytes=100_000)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "exchange"


def test_all_folders_are_there_after_the_first_look(directory: Directory, root: Path):
    assert list(directory.poll()) == []
    assert {p.name for p in root.iterdir()} >= {"out", "in", "copy", "done", "failed", "epj", "handover"}


def test_nothing_temporary_is_left_beside_what_was_sent(directory: Directory, root: Path):
    directory.send(Outgoing(id="a", data=ONE))
    assert [p.name for p in (root / "out").iterdir()] == ["a.xml"]


def test_documents_are_not_for_other_users(directory: Directory, root: Path):
    directory.send(Outgoing(id="a", data=ONE))
    assert (root / "out" / "a.xml").stat().st_mode & 0o007 == 0
    assert (root / "out").stat().st_mode & 0o007 == 0


def test_hidden_temporary_and_other_files_are_left_alone(directory: Directory, root: Path):
    names = [".a.xml", "a.xml.tmp", "a.tmp", "readme.txt", "a.xml~"]
    _fill(root / "in", names)
    (root / "in" / "folder.xml").mkdir()
    (root / "in" / "link.xml").symlink_to("/etc/hostname")
    assert list(directory.poll()) == []
    assert {p.name for p in (root / "in").iterdir()} >= {*names, "folder.xml", "link.xml"}


def test_the_oldest_comes_first(directory: Directory, root: Path):
    _fill(root / "in", ["b.xml", "a.xml", "c.xml"])
    for age, name in enumerate(("a", "c", "b")):
        os.utime(root / "in" / f"{name}.xml", ns=(0, age))
    assert [i.name for i in directory.poll()] == ["a.xml", "c.xml", "b.xml"]


@pytest.mark.parametrize("start", [b"", b"<MsgHead>".ljust(4096)])
def test_a_file_that_still_grows_is_left_until_it_is_whole(directory: Directory, root: Path, start: bytes):
    _fill(root / "in", ["a.xml"], start)
    assert list(directory.poll()) == []
    (root / "in" / "a.xml").write_bytes(start + b"</MsgHead>")
    assert [i.data for i in directory.poll()] == [start + b"</MsgHead>"]


def test_an_empty_file_that_stays_empty_is_taken_as_it_is(directory: Directory, root: Path):
    _fill(root / "in", ["a.xml"], b"")
    assert [[i.data for i in directory.poll()] for _ in range(2)] == [[], [b""]]


def test_a_second_file_of_a_name_in_work_waits_and_overwrites_nothing(directory: Directory, root: Path):
    _fill(root / "in", ["a.xml"], b"<a/>")
    first = directory.poll()
    item = next(first)
    _fill(root / "in", ["a.xml"], b"<b/>")
    assert list(Directory(root, max_bytes=100).poll()) == []
    item.done()
    assert [i.data for i in directory.poll()] == [b"<b/>"]
    assert (root / "done" / "a.xml").read_bytes() == b"<a/>"


def test_what_a_killed_process_had_claimed_is_found_again(directory: Directory, root: Path):
    _fill(root / "in", ["a.xml", "b.xml"])
    with _reader(root) as child:
        assert child.stdout is not None
        name = child.stdout.readline().strip().decode()
        held = [i.name for i in directory.poll()]
        assert name not in held
        child.send_signal(signal.SIGKILL)
        child.wait()
    found = [i.name for i in directory.poll()]
    assert name in found
    assert set(found) | set(held) == {"a.xml", "b.xml"}


def test_processes_side_by_side_take_each_document_once(root: Path):
    _fill(root / "in", [f"{n:03}.xml" for n in range(120)])
    taken: list[str] = []
    threads = [threading.Thread(target=_drain, args=(root, taken)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [f"{n:03}.xml" for n in range(120)]
    assert len(list((root / "done").iterdir())) == 120


def test_a_half_written_file_of_a_dead_process_is_swept(directory: Directory, root: Path):
    (root / "out").mkdir(parents=True)
    orphan = root / "out" / ".a.xml.4711-1.tmp"
    orphan.write_bytes(ONE[:5])
    directory.send(Outgoing(id="b", data=ONE))
    assert [p.name for p in (root / "out").iterdir()] == ["b.xml"]


def test_a_file_that_is_being_written_is_not_swept(root: Path):
    root.mkdir()
    path = root / ".a.xml.1-1.tmp"
    with path.open("wb") as file:
        assert files.lock(file.fileno())
        assert files.sweep(root) == 0
    assert files.sweep(root) == 1


@pytest.mark.parametrize("folder", ["out", "in", "epj", "failed", "done"])
def test_a_folder_replaced_by_a_file_says_so_and_mends_itself(directory: Directory, root: Path, folder: str):
    list(directory.poll())
    (root / folder).rename(root / "away")
    (root / folder).write_bytes(b"")
    use = {"out": _send, "epj": _file}.get(folder, _poll)
    with pytest.raises(TransportError) as caught:
        use(directory)
    assert (caught.value.code, caught.value.failure.retry) == ("IPK-S005", True)
    (root / folder).unlink()
    use(directory)


def test_a_root_replaced_by_a_file_says_so(directory: Directory, root: Path):
    root.write_bytes(b"")
    for use in (_send, _file, _poll):
        with pytest.raises(TransportError) as caught:
            use(directory)
        assert caught.value.failure.code == "IPK-S005"
        assert str(root) not in str(caught.value)


def test_an_out_that_is_a_file_does_not_stop_what_comes_in(directory: Directory, root: Path):
    _fill(root / "in", ["a.xml"])
    (root / "out").write_bytes(b"")
    assert [i.name for i in directory.poll()] == ["a.xml"]


def test_an_in_that_is_a_file_does_not_stop_the_copies(directory: Directory, root: Path):
    _fill(root / "copy", ["a.xml"])
    (root / "in").write_bytes(b"")
    items = directory.poll()
    assert next(items).name == "a.xml"
    with pytest.raises(TransportError):
        next(items)


def test_a_full_disk_makes_the_message_wait_and_leaves_nothing_half(tmp_path: Path):
    # /dev/full refuses every write; a limit on file size does the same inside a child without privileges.
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from adapter.transports.directory import Directory; from adapter.transports.base import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: Directory(Path(sys.argv[1]), max_bytes=99).send(Outgoing(id='a', data=b'x' * 20))\n"
        "except TransportError as error: print(error.failure.code, error.failure.retry)\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=True, text=True
    )
    assert shown.stdout.strip() == "IPK-S005 True"
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser has every right")
def test_missing_rights_make_the_message_wait(directory: Directory, root: Path):
    list(directory.poll())
    (root / "out").chmod(0o500)
    with pytest.raises(TransportError) as caught:
        _send(directory)
    (root / "out").chmod(0o700)
    assert caught.value.failure.retry


def test_one_file_that_cannot_be_put_aside_holds_no_other(directory: Directory, root: Path):
    list(directory.poll())
    (root / "failed" / f".a.xml.error.json.{os.getpid()}-{threading.get_ident()}.tmp").mkdir()
    _fill(root / "in", ["a.xml"], b"x" * 200_000)
    _fill(root / "in", ["b.xml"])
    items = directory.poll()
    assert next(items).name == "b.xml"
    with pytest.raises(TransportError):
        next(items)
    assert (root / "in" / ".claimed" / "a.xml").exists()


def test_a_folder_with_many_files_is_quick_to_look_at(root: Path):
    _fill(root / "in", [f"{n}.xml" for n in range(5000)])
    directory = Directory(root, max_bytes=100, batch=20)
    begun = time.monotonic()
    for item in directory.poll():
        item.done()
    assert time.monotonic() - begun < 2


def test_a_very_long_name_can_be_put_aside(directory: Directory, root: Path):
    _fill(root / "in", ["å" * 120 + ".xml"])
    for item in directory.poll():
        item.failed("IPK-M001", "$")
    assert len(list((root / "failed").iterdir())) == 2


def _fill(folder: Path, names: list[str], data: bytes = ONE) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(data)


def _send(directory: Directory) -> None:
    directory.send(Outgoing(id="a", data=ONE))


def _file(directory: Directory) -> None:
    directory.file(Filed(id="a", data=ONE, about={}))


def _poll(directory: Directory) -> None:
    list(directory.poll())


def _drain(root: Path, taken: list[str]) -> None:
    directory = Directory(root, max_bytes=100, batch=7)
    idle = 0
    while idle < 3:
        names = []
        for item in directory.poll():
            names.append(item.name)
            item.done()
        taken.extend(names)
        idle = 0 if names else idle + 1


def _reader(root: Path) -> subprocess.Popen[bytes]:
    code = (
        "import sys, time; from pathlib import Path; from adapter.transports.directory import Directory\n"
        "for item in Directory(Path(sys.argv[1]), max_bytes=100).poll():\n"
        "    print(item.name, flush=True); time.sleep(60)\n"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE)


def test_the_error_names_the_folder_and_no_path(directory: Directory, root: Path):
    root.write_bytes(b"")
    with pytest.raises(TransportError) as caught:
        _send(directory)
    assert str(caught.value) == "IPK-S005 at out"
