"""Migrations: what they make is what the tables say, once, whoever comes first."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

import adapter.store
from adapter.errors import SystemFault
from adapter.store import AuditRow, audited, cases, migrations, people
from adapter.store.store import parse
from adapter.store.tables import metadata
from tests.store.builders import LINE, NOW, ORG

SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
COLUMNS = """SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version'"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def shape(connection: Connection) -> set[tuple[str, ...]]:
    queries = (SQLITE,) if connection.dialect.name == "sqlite" else (COLUMNS, INDEXES)
    rows = [row for query in queries for row in connection.execute(text(query))]
    return {tuple(re.sub(r"\s+", "", str(value)) for value in row) for row in rows}


def test_the_migrations_make_what_the_tables_say(empty_url: str):
    migrations.upgrade(empty_url)
    engine = create_engine(parse(empty_url))
    with engine.begin() as connection:
        migrated = shape(connection)
        for name in inspect(connection).get_table_names():
            connection.execute(text(f"DROP TABLE {name}"))
        metadata.create_all(connection)
        made = shape(connection)
    engine.dispose()
    assert migrated == made
    assert len(made) > 20


def test_head_is_the_last_revision():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def test_upgrading_twice_keeps_data_and_key(empty_url: str):
    assert not migrations.is_current(empty_url)
    migrations.upgrade(empty_url)
    assert migrations.is_current(empty_url)
    store = adapter.store.open(empty_url)
    store.write(lambda conn: cases.create(conn, key="case", org=ORG, now=NOW, person=LINE))
    store.close()
    migrations.upgrade(empty_url)
    store = adapter.store.open(empty_url)
    with store.read() as conn:
        assert people.find(conn, ORG, system=LINE[0], value=LINE[1]) == ("case",)
    store.close()


def test_a_pull_from_before_there_was_an_order_stands_before_all_others(empty_url: str):
    migrations.upgrade(empty_url)
    _back_to_0005(empty_url)
    migrations.upgrade(empty_url)
    store = adapter.store.open(empty_url)
    body = b'{"interaction":"read","client":"token","entities":["CarePlan/p"],"outcome":"0","patient_id":"p"}'
    row = AuditRow(id="new", org=ORG, at=NOW, actor="token", action="R", outcome="0", body=body, case_key="p")
    store.append_audit([row])
    end, found = time.monotonic() + 10, ()
    while len(found) < 2 and time.monotonic() < end:
        with store.read() as conn:
            found = tuple(each.id for each in audited.page(conn, "pulled", since=None, count=10))
    store.close()
    assert found == ("old", "new")


def _back_to_0005(url: str) -> None:
    """Take the last revision back, by its own hand, and write a row as it was written then."""
    engine = create_engine(parse(url))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        body = (
            '{"interaction":"read","client":"token","entities":["CarePlan/p"],"outcome":"0","patient_id":"p"}'
        )
        connection.execute(
            text(
                "INSERT INTO audit (id, org, at, actor, action, outcome, case_key, body)"
                " VALUES ('old', '59', 1, 'token', 'R', '0', 'p', :body)"
            ),
            {"body": body.encode()},
        )
    engine.dispose()


def test_processes_that_upgrade_at_once_all_succeed(empty_url: str):
    code = "import sys; from adapter.store import migrations; migrations.upgrade(sys.argv[1])"
    processes = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert migrations.is_current(empty_url)


def test_a_database_that_is_away_says_so(tmp_path: Path):
    for url in (f"sqlite:///{tmp_path}/no/folder/store.db", "postgresql://nobody@127.0.0.1:1/none"):
        with pytest.raises(SystemFault) as caught:
            migrations.upgrade(url)
        assert caught.value.code == "IPK-S001"


def test_asking_whether_a_file_is_current_makes_no_file(tmp_path: Path):
    assert not migrations.is_current(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []
