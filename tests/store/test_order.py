"""Events, feed, deadlines and audit: nothing is stored twice, nothing new is skipped."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from adapter.errors import Conflict, FhirError
from adapter.fhir.query import Page, Query, Term
from adapter.model import Deadline
from adapter.store import (
    AuditRow,
    Connection,
    Store,
    audit,
    cursors,
    deadlines,
    events,
    feed,
    sql,
    tables,
)
from adapter.store import audited as views
from adapter.store import order as commits
from tests.store.builders import LINE, NOW, ORG, US, minutes, new_case


def stored(id_: str, type_: str = "ip.need.identified") -> events.StoredEvent:
    return events.StoredEvent(
        event_id=id_, org=ORG, source="urn:her:90998", id=id_, type=type_, digest="d", status_code=202,
        answer=b"{}", content=b"{ }", received_at=NOW,
    )  # fmt: skip


def item(id_: str, org: str = ORG) -> feed.FeedItem:
    return feed.FeedItem(org=org, at=NOW, kind="message", type="DIALOG_SVAR", id=id_, state="received")


def test_an_event_is_stored_once_and_found_with_its_first_answer(store: Store):
    store.write(lambda conn: events.add(conn, stored("e1")))
    with pytest.raises(Conflict):
        store.write(lambda conn: events.add(conn, stored("e1")))
    with store.read() as conn:
        found = events.find(conn, "e1")
        assert events.find(conn, "e2") is None
    assert found is not None
    assert (found.status_code, found.answer, found.content, found.received_at) == (202, b"{}", b"{ }", NOW)


def test_events_are_paged_in_order_and_by_type(store: Store):
    for n in range(5):
        store.write(lambda conn, n=n: events.add(conn, stored(f"e{n}", "odd" if n % 2 else "even")))  # type: ignore[misc]
    with store.read() as conn:
        first, cursor = events.page(conn, count=3)
        rest, end = events.page(conn, since=cursor, count=3)
        odd, _ = events.page(conn, type_="odd")
        assert events.page(conn, since=end) == ((), end)
        with pytest.raises(FhirError):
            events.page(conn, since="nonsense")
    assert [e.id for e in (*first, *rest)] == ["e0", "e1", "e2", "e3", "e4"]
    assert [e.id for e in odd] == ["e1", "e3"]


def pull(id_: str) -> AuditRow:
    body = b'{"interaction":"read","client":"token","entities":["CarePlan/p"],"outcome":"0","patient_id":"p"}'
    return AuditRow(id=id_, org=ORG, at=NOW, actor="token", action="R", outcome="0", body=body, case_key="p")


def test_a_reader_of_pulls_skips_nothing_while_many_write(store: Store):
    seen: list[str] = []
    cursor: str | None = None
    done = threading.Event()

    def write(n: int) -> None:
        store.append_audit([pull(f"{n}-a")])
        store.write(lambda conn: audit.append(conn, [pull(f"{n}-b")]))

    def poll() -> None:
        nonlocal cursor
        last = False
        while not last:
            last = done.is_set()
            with store.read() as conn:
                found = views.page(conn, "pulled", since=cursor, count=7)
            cursor = found[-1].cursor if found else cursor
            seen.extend(i.id for i in found)
            last = last and not found

    reader = threading.Thread(target=poll)
    reader.start()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(120)))
    done.set()
    reader.join()
    assert len(seen) == len(set(seen)) == 240


def test_a_reader_of_the_feed_skips_nothing_while_many_write(store: Store):
    seen: list[str] = []
    cursor: str | None = None
    done = threading.Event()

    def write(n: int) -> None:
        store.write(lambda conn: feed.append(conn, [item(f"{n}-a"), item(f"{n}-b")]))

    def poll() -> None:
        nonlocal cursor
        last = False
        while not last:
            last = done.is_set()
            with store.read() as conn:
                found, cursor = feed.page(conn, since=cursor, count=7)
            seen.extend(i.id for i in found)
            last = last and not found

    reader = threading.Thread(target=poll)
    reader.start()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(120)))
    done.set()
    reader.join()
    assert len(seen) == len(set(seen)) == 240


@pytest.mark.postgres
def test_a_row_that_commits_late_is_still_seen(store: Store):
    if store.dialect == "sqlite":
        pytest.skip("SQLite writes one transaction at a time")
    begun, go = threading.Event(), threading.Event()

    def slow(conn: Connection) -> None:
        feed.append(conn, [item("slow")])
        begun.set()
        go.wait(20)

    thread = threading.Thread(target=store.write, args=(slow,))
    thread.start()
    begun.wait(20)
    store.write(lambda conn: feed.append(conn, [item("fast")]))
    with store.read() as conn:
        early, cursor = feed.page(conn)
    go.set()
    thread.join()
    with store.read() as conn:
        late, _ = feed.page(conn, since=cursor)
    assert sorted(i.id for i in (*early, *late)) == ["fast", "slow"]


@pytest.mark.postgres
def test_what_ends_in_another_database_while_a_page_is_read_holds_nothing_back(store: Store):
    """It is in the page's snapshot and no longer in the list of what runs: what was noted before tells whose it was."""
    named = os.environ.get("ADAPTER_TEST_DATABASE")
    if store.dialect == "sqlite" or not named:
        pytest.skip("SQLite is one file a database")
    with psycopg.connect(named.replace("postgresql+psycopg", "postgresql")) as neighbour:
        neighbour.execute("SELECT pg_current_xact_id()")
        store.write(lambda conn: feed.append(conn, [item("a")]))
        with store.read(snapshot=True) as conn:
            conn.driver.execute(sql.OTHERS)  # the snapshot begins with it, while the neighbour runs
            neighbour.commit()
            statement, _ = commits.last(tables.feed).text(conn.dialect)
            assert conn.driver.execute(statement).fetchone() is not None


@pytest.mark.postgres
def test_a_transaction_in_another_database_of_the_server_holds_nothing_back(store: Store):
    named = os.environ.get("ADAPTER_TEST_DATABASE")
    if store.dialect == "sqlite" or not named:
        pytest.skip("SQLite is one file a database")
    with psycopg.connect(named.replace("postgresql+psycopg", "postgresql")) as neighbour:
        neighbour.execute("SELECT pg_current_xact_id()")
        store.write(lambda conn: feed.append(conn, [item("a")]))
        with store.read() as conn:
            found, _ = feed.page(conn)
        neighbour.rollback()
    assert [i.id for i in found] == ["a"]


def test_the_feed_of_one_owner_shows_only_his(store: Store):
    store.write(lambda conn: feed.append(conn, [item("a"), item("b", org="99387")]))
    with store.read() as conn:
        found, _ = feed.page(conn, org=ORG)
    assert [(i.id, i.at, i.state) for i in found] == [("a", NOW, "received")]


def test_due_deadlines_come_oldest_first_and_only_while_open(store: Store):
    def clock(id_: str, minute: float, state: str = "open") -> Deadline:
        return Deadline(
            id=id_, kind="receipt", due=minutes(minute), subject="message/x", owner=ORG, state=state
        )  # type: ignore[arg-type]

    clocks = [clock("late", 3), clock("first", 1), clock("future", 9), clock("met", 1, "met")]
    store.write(lambda conn: deadlines.put(conn, clocks))
    with store.read() as conn:
        assert [d.id for d in deadlines.due(conn, minutes(3))] == ["first", "late"]
        assert [d.id for d in deadlines.due(conn, minutes(3), limit=1)] == ["first"]
        assert [d.id for d in deadlines.running(conn)] == ["first", "late", "future"]
    over = replace(clock("first", 1, "breached"), level=1, resting=True)
    store.write(lambda conn: deadlines.put(conn, [over]))
    with store.read() as conn:
        assert [d.id for d in deadlines.due(conn, minutes(3))] == ["late"]
        assert [d.id for d in deadlines.running(conn, before=minutes(3))] == ["first"]
        assert [d.id for d in deadlines.running(conn, after=(minutes(1), "first"))] == ["late", "future"]
        found = deadlines.get(conn, "first")
        assert deadlines.get(conn, "none") is None
    assert found == over


@pytest.fixture
def audited(store: Store) -> Store:
    new_case(store)
    rows = [
        AuditRow(id=f"a{n}", org=ORG, at=minutes(n), actor="epj" if n % 2 else "gp", action="R", outcome="0",
                 body=b"%d" % n, case_key="case" if n < 3 else None)
        for n in range(6)
    ]  # fmt: skip
    store.append_audit(rows)
    return store


def find(store: Store, *terms: Term, **more: object) -> Page:
    with store.read() as conn:
        return audit.search(conn, Query(type="AuditEvent", org=ORG, terms=terms, **more))  # type: ignore[arg-type]


def test_audit_is_found_by_patient_person_agent_and_time(audited: Store):
    def ids(*terms: Term) -> str:
        return "".join(row.id for row in find(audited, *terms).rows)

    minute = 60_000_000
    assert ids(Term(field="subject", values=("Patient/case",))) == "a0a1a2"
    assert ids(Term(field="person", values=(LINE,))) == "a0a1a2"
    assert ids(Term(field="token", param="agent", values=((None, "epj"),))) == "a1a3a5"
    assert ids(Term(field="id", values=("a4",))) == "a4"
    at = (US + 2 * minute, US + 2 * minute + 1)
    expected = {
        "eq": "a2",
        "lt": "a0a1",
        "le": "a0a1a2",
        "gt": "a3a4a5",
        "ge": "a2a3a4a5",
        "ne": "a0a1a3a4a5",
    }
    for op, found in expected.items():
        assert ids(Term(field="date", op=op, values=(at,))) == found  # type: ignore[arg-type]
    with pytest.raises(FhirError):
        ids(Term(field="status", values=("x",)))


def test_audit_is_paged_both_ways(audited: Store):
    for order, ids in (((), "a0a1a2a3a4a5"), ((("date", True),), "a5a4a3a2a1a0")):
        seen, after = "", None
        while True:
            page = find(audited, sort=order, count=4, after=after, total=True)
            seen, after = seen + "".join(row.id for row in page.rows), page.next
            assert page.total == 6
            if after is None:
                break
        assert seen == ids
    with audited.read() as conn:
        row = audit.get(conn, "a3")
        assert audit.get(conn, "none") is None
    assert row is not None
    assert (row.body, row.updated) == (b"3", US + 3 * 60_000_000)


@pytest.mark.parametrize(
    ("xid", "since", "there"),
    [(9, "10:20:12,15", True), (10, "10:20:12,15", True), (12, "10:20:12,15", False), (20, "10:20:12,15", False),
     (19, "10:20:", True), (5, "", False)],
)  # fmt: skip
def test_what_was_committed_when_a_snapshot_was_taken_was_there(xid: int, since: str, there: bool):  # noqa: FBT001
    item = feed.FeedItem(org="1", at=NOW, kind="event", type="t", id="i", cursor=cursors.write((xid, 1)))
    assert feed.was_there(item, since) is there
