"""Works, groups and failures: the promises of Store.write, append_audit and read."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import adapter.store
from adapter.errors import Conflict, SystemFault
from adapter.store import AuditRow, Connection, Store, audit, resources
from tests.postgres import Server
from tests.store.builders import NOW, ORG, resource


def put(store: Store, *ids: str) -> None:
    store.write(lambda conn: resources.put(conn, [resource(id_) for id_ in ids]))


def there(store: Store, id_: str) -> bool:
    with store.read() as conn:
        return resources.current(conn, "Task", id_) is not None


def code(store: Store, id_: str = "new") -> str:
    with pytest.raises(SystemFault) as caught:
        put(store, id_)
    return caught.value.code


def held(store: Store) -> tuple[threading.Event, threading.Thread]:
    """Keep the writer busy until the event is set."""
    begun, go = threading.Event(), threading.Event()

    def work(_conn: Connection) -> None:
        begun.set()
        go.wait(20)

    thread = threading.Thread(target=store.write, args=(work,))
    thread.start()
    begun.wait(20)
    return go, thread


def test_one_failing_work_in_a_group_does_not_harm_the_others(store: Store):
    go, thread = held(store)

    def fail(conn: Connection) -> None:
        resources.put(conn, [resource("half")])
        raise LookupError

    with ThreadPoolExecutor(8) as pool:
        good = [pool.submit(put, store, f"good-{n}") for n in range(5)]
        bad = pool.submit(store.write, fail)
        twice = pool.submit(put, store, "x", "x")
        time.sleep(0.2)
        go.set()
    thread.join()
    assert [job.exception() for job in good] == [None] * 5
    assert isinstance(bad.exception(), LookupError)
    assert isinstance(twice.exception(), Conflict)
    assert not there(store, "half")
    assert not there(store, "x")
    assert all(there(store, f"good-{n}") for n in range(5))


def test_a_work_that_fails_alone_leaves_nothing(store: Store):
    def fail(conn: Connection) -> None:
        resources.put(conn, [resource("half")])
        raise LookupError

    with pytest.raises(LookupError):
        store.write(fail)
    assert not there(store, "half")


def test_what_write_returned_is_seen_by_every_reader(store: Store):
    put(store, "a")
    assert there(store, "a")


def test_a_work_that_swallows_a_conflict_does_not_pass_as_stored(store: Store):
    put(store, "a")

    def swallow(conn: Connection) -> str:
        resources.put(conn, [resource("b")])
        try:
            resources.put(conn, [resource("a")])
        except Conflict:
            return "went on"
        return "no conflict"

    try:
        answer = store.write(swallow)
    except Conflict:
        assert not there(store, "b")
    else:
        assert answer == "went on"
        assert there(store, "b")


def test_a_full_queue_refuses_with_s002(file: Path):
    store = adapter.store.open(f"sqlite:///{file}", queue_limit=2)
    go, thread = held(store)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(put, store, f"w-{n}") for n in range(2)]
        while store.waiting() < 2:
            time.sleep(0.01)
        assert code(store) == "IPK-S002"
        go.set()
    thread.join()
    assert [job.exception() for job in waiting] == [None, None]
    store.close()


def test_writing_inside_a_work_is_refused_instead_of_waiting_for_itself(embedded: Store):
    with pytest.raises(SystemFault) as caught:
        embedded.write(lambda _conn: put(embedded, "a"))
    assert caught.value.code == "IPK-S004"


def test_a_closed_store_is_away(store: Store):
    put(store, "a")
    store.close()
    assert code(store) == "IPK-S001"
    with pytest.raises(SystemFault), store.read():
        pass


def test_a_database_file_moved_away_is_away_and_found_again(file: Path, embedded: Store):
    put(embedded, "a")
    with embedded.read() as conn:
        conn.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    aside = file.with_name("aside.db")
    file.rename(aside)
    assert code(embedded) == "IPK-S001"
    with pytest.raises(SystemFault) as caught, embedded.read():
        pass
    assert caught.value.code == "IPK-S001"
    assert not file.exists()
    aside.rename(file)
    put(embedded, "b")
    assert there(embedded, "a")
    assert there(embedded, "b")


def test_a_directory_in_place_of_the_file_is_away(file: Path, embedded: Store):
    put(embedded, "a")
    file.unlink()
    file.mkdir()
    assert code(embedded) == "IPK-S001"


def test_another_file_in_its_place_without_a_schema_is_away(file: Path, embedded: Store):
    put(embedded, "a")
    shutil.copy(file, file.with_name("copy.db"))
    file.unlink()
    file.write_bytes(b"not a database, but long enough to look at" * 100)
    assert code(embedded) == "IPK-S001"


def test_a_file_that_never_was_is_away_and_is_not_made(tmp_path: Path):
    store = adapter.store.open(f"sqlite:///{tmp_path / 'none.db'}")
    assert code(store) == "IPK-S001"
    assert list(tmp_path.iterdir()) == []
    store.close()


def test_a_connection_that_may_only_read_is_away_once_and_replaced(embedded: Store):
    put(embedded, "a")
    embedded.write(lambda conn: conn.driver.execute("PRAGMA query_only=1"))
    assert code(embedded) == "IPK-S001"
    put(embedded, "b")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write what is read-only")
def test_a_read_only_file_is_away(file: Path, tmp_path: Path):
    file.chmod(0o400)
    tmp_path.chmod(0o500)
    store = adapter.store.open(f"sqlite:///{file}")
    assert code(store) == "IPK-S001"
    store.close()
    tmp_path.chmod(0o700)


def test_a_full_disk_fails_the_work_and_keeps_what_was_there(embedded: Store):
    put(embedded, "a")
    embedded.write(lambda conn: conn.driver.execute("PRAGMA max_page_count=60").fetchall())
    with pytest.raises(SystemFault) as caught:
        embedded.write(lambda conn: resources.put(conn, [resource("big", body=b"x" * 4_000_000)]))
    assert caught.value.code == "IPK-S001"
    assert there(embedded, "a")
    put(embedded, "b")


def test_another_process_may_write_beside_the_server(file: Path, embedded: Store):
    beside = adapter.store.open(f"sqlite:///{file}")
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(put, store, f"{n}") for n, store in enumerate([embedded, beside] * 50)]
    assert [job.exception() for job in jobs] == [None] * 100
    beside.close()
    assert all(there(embedded, f"{n}") for n in range(100))


def test_a_lock_that_is_not_given_back_is_waited_for_once_not_by_each_in_turn(file: Path):
    store = adapter.store.open(f"sqlite:///{file}", busy_seconds=1)
    beside = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    beside.execute("BEGIN IMMEDIATE")

    def timed(n: int) -> tuple[str, float]:
        time.sleep(n * 0.2)
        begun = time.monotonic()
        return code(store, f"w-{n}"), time.monotonic() - begun

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(timed, range(8)))
    assert {told for told, _ in got} == {"IPK-S001"}
    assert max(seconds for _, seconds in got) < 1.7
    assert got[-1][1] < 0.7, "who comes after the wait in vain learns it soon"
    beside.execute("ROLLBACK")
    put(store, "after")
    beside.execute("BEGIN IMMEDIATE")
    threading.Timer(0.6, beside.close).start()
    put(store, "waited for")  # no longer briefly
    store.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "no url"])
def test_a_database_of_another_kind_is_a_wrong_setting(url: str):
    with pytest.raises(SystemFault) as caught:
        adapter.store.open(url)
    assert caught.value.code == "IPK-S006"


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_drops_its_lines_costs_one_failure_and_recovers(url: str, store: Store, server: Server):
    put(store, "a")
    server.disconnect(url)
    assert code(store) == "IPK-S001"
    put(store, "b")
    assert there(store, "b")


def audit_row(id_: str) -> AuditRow:
    return AuditRow(id=id_, org=ORG, at=NOW, actor="client", action="R", outcome="0", body=b"{}")


def test_audit_rows_of_many_threads_are_all_there_on_return(store: Store):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.append_audit([audit_row(f"{n}-1"), audit_row(f"{n}-2")]), range(200)))
    with store.read() as conn:
        assert all(audit.get(conn, f"{n}-{m}") for n in range(200) for m in (1, 2))


def test_an_audit_row_that_cannot_be_stored_fails_its_caller_and_no_work(embedded: Store):
    embedded.append_audit([audit_row("a")])
    go, thread = held(embedded)
    with ThreadPoolExecutor(2) as pool:
        work = pool.submit(put, embedded, "w")
        twice = pool.submit(embedded.append_audit, [audit_row("a")])
        while embedded.waiting() < 2:
            time.sleep(0.01)
        go.set()
    thread.join()
    assert work.exception() is None
    assert isinstance(twice.exception(), Conflict)
    assert there(embedded, "w")


def test_a_snapshot_does_not_move_while_others_write(store: Store):
    put(store, "a")
    with store.read(snapshot=True) as conn:
        assert resources.current(conn, "Task", "b") is None
        put(store, "b")
        assert resources.current(conn, "Task", "b") is None
    assert there(store, "b")
