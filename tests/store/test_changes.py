"""The order of changes: one row a transaction, read in the order of commits, and made of what was there before."""

from __future__ import annotations

import threading

import orjson
import pytest
from sqlalchemy import create_engine, text

import adapter.store
from adapter.errors import FhirError
from adapter.fhir import index
from adapter.store import Connection, Store, changes, migrations, reindex, resources, tokens
from adapter.store.changes import Change
from adapter.store.resources import Write
from adapter.store.store import parse
from tests.store.builders import ORG, US, resource


def said(found: tuple[Change, ...]) -> list[str]:
    return [f"{one.type}/{one.id}/{one.version}" for one in found]


def pages(store: Store, *, count: int, newest: bool, type_: str | None = None) -> list[str]:
    seen: list[str] = []
    after: str | None = None
    while True:
        with store.read() as conn:
            found, more = changes.page(conn, type_=type_, newest=newest, after=after, count=count)
        seen += said(found)
        if not more:
            return seen
        after = changes.cursor(found[-1])


@pytest.fixture
def written(store: Store) -> Store:
    for n in range(70):
        listed = [resource(f"t{n}"), resource(f"o{n}", type_="Organization")]
        store.write(lambda conn, listed=listed: resources.put(conn, listed))  # type: ignore[misc]
    return store


@pytest.mark.parametrize("count", [1, 2, 3, 64, 65, 200])
@pytest.mark.parametrize("newest", [True, False])
def test_pages_of_any_size_go_through_all_once(written: Store, count: int, *, newest: bool):
    whole = [f"{kind}{n}/1" for n in range(70) for kind in ("Task/t", "Organization/o")]
    assert pages(written, count=count, newest=newest) == (whole[::-1] if newest else whole)
    tasks = [one for one in whole if one.startswith("Task")]
    assert pages(written, count=count, newest=newest, type_="Task") == (tasks[::-1] if newest else tasks)


def test_writers_at_once_are_all_in_it_once(store: Store):
    def work(name: int) -> None:
        for n in range(10):
            store.write(lambda conn, n=n: resources.put(conn, [resource(f"w{name}-{n}")]))  # type: ignore[misc]

    threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    seen: list[str] = []
    after: str | None = None
    for thread in threads:
        thread.start()
    while True:
        alive = any(thread.is_alive() for thread in threads)
        with store.read() as conn:
            found, more = changes.page(conn, newest=False, after=after, count=7)
        seen += said(found)
        after = changes.cursor(found[-1]) if found else after
        if not alive and not more and not found:
            break
    assert len(seen) == len(set(seen)) == 60
    assert sorted(seen) == sorted(f"Task/w{name}-{n}/1" for name in range(6) for n in range(10))


def test_the_end_is_where_what_is_new_begins(written: Store):
    with written.read() as conn:
        end = changes.end(conn)
    written.write(lambda conn: resources.put(conn, [resource("new")]))
    with written.read() as conn:
        found, _ = changes.page(conn, newest=False, after=end, count=10)
    assert said(found) == ["Task/new/1"]


def test_the_end_of_nothing_is_the_beginning(store: Store):
    with store.read() as conn:
        end = changes.end(conn)
    store.write(lambda conn: resources.put(conn, [resource("first")]))
    with store.read() as conn:
        assert said(changes.page(conn, newest=False, after=end, count=10)[0]) == ["Task/first/1"]


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMiwiYSJd", "Wy0xLDAsMF0"])
def test_a_cursor_that_is_none_is_refused(store: Store, cursor: str):
    with store.read() as conn, pytest.raises(FhirError) as caught:
        changes.page(conn, after=cursor, count=1)
    assert caught.value.code == "IPK-F008"


def _before_changes(url: str) -> None:
    """Take a database back to the revision before, as an older release left it."""
    engine = create_engine(parse(url))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE change"))
        connection.execute(text("DROP TABLE subscription_event"))
        connection.execute(text("DROP TABLE subscription"))
        connection.execute(text("ALTER TABLE feed DROP COLUMN version"))
        end = "" if connection.dialect.name == "sqlite" else "_order"
        for name in ("feed_stopped", "audit_told", "audit_plan"):
            connection.execute(text(f"DROP INDEX {name}{end}"))
        connection.execute(text("ALTER TABLE audit DROP COLUMN xid"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
        connection.execute(text("DELETE FROM meta WHERE key = 'index-edition'"))
        connection.execute(text("DELETE FROM token"))
        connection.execute(text("UPDATE resource SET tokens = '', subject = NULL"))
    engine.dispose()


def _plan(id_: str, version: int = 1) -> Write:
    body = {
        "resourceType": "CarePlan", "id": id_, "status": "active", "subject": {"reference": "Patient/p"},
        "identifier": [{"system": "s", "value": id_}], "goal": [{"reference": f"Goal/{version}"}],
    }  # fmt: skip
    found = index.index(body)
    return Write(
        type="CarePlan", id=id_, version=version, body=orjson.dumps(body), updated=US + version, org=ORG,
        subject=found.subject, status=found.status, **tokens.kept(found.tokens),
    )  # fmt: skip


def _held(conn: Connection) -> list[tuple[str, str | None, str]]:
    rows = conn.driver.execute("SELECT id, subject, tokens FROM resource ORDER BY id").fetchall()
    kept = conn.driver.execute("SELECT id, param, value FROM token ORDER BY id").fetchall()
    return [*(tuple(row) for row in rows), *(tuple(row) for row in kept)]


def test_a_database_of_before_gets_its_order_and_its_index(url: str):
    store = adapter.store.open(url)
    store.write(lambda conn: resources.put(conn, [_plan("a"), _plan("b")]))
    store.write(lambda conn: resources.put(conn, [_plan("a", 2)]))
    with store.read() as conn:
        wanted = _held(conn)
    store.close()
    _before_changes(url)
    assert not migrations.is_current(url)
    migrations.upgrade(url)
    assert migrations.is_current(url)
    store = adapter.store.open(url)
    assert pages(store, count=10, newest=False) == ["CarePlan/a/1", "CarePlan/b/1", "CarePlan/a/2"]
    store.write(lambda conn: resources.put(conn, [_plan("c")]))
    assert pages(store, count=10, newest=True)[0] == "CarePlan/c/1"
    with store.read() as conn:
        assert [row for row in _held(conn) if row[0] != "c"] == wanted
    store.close()


def test_an_index_of_another_table_of_parameters_is_written_anew(url: str, monkeypatch: pytest.MonkeyPatch):
    store = adapter.store.open(url)
    store.write(lambda conn: resources.put(conn, [_plan(f"p{n:04}") for n in range(600)]))
    store.close()
    engine = create_engine(parse(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE resource SET tokens = ''"))
    monkeypatch.setattr(index, "edition", lambda: "another")
    assert not migrations.is_current(url)
    with engine.begin() as connection:
        assert reindex.run(connection) == 600
        assert reindex.is_current(connection)
        assert connection.execute(text("SELECT count(*) FROM resource WHERE tokens = ''")).scalar() == 0
    engine.dispose()
    assert migrations.is_current(url)


def test_what_a_line_begins_with_is_no_pattern():
    assert tokens.begins("name", "50%_") == "\nname\t50%_"
    assert tokens.begins("name", "a\tb") == "\nname\ta\\tb"
