"""Databases on the PostgreSQL server that ADAPTER_TEST_DATABASE names: with the schema, lent to one test at a time.

To make and drop a database takes half a second, to empty one a fiftieth of that, so it goes round; a test that leaves the
schema otherwise gets its database dropped.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from adapter.store import migrations

SERVER: Final = os.environ.get("ADAPTER_TEST_DATABASE")
_TABLES: Final = (
    "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
_EMPTY: Final = f"""DO $$ DECLARE one text; held boolean; BEGIN
  FOR one IN {_TABLES} LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || one || ')' INTO held;
    IF held THEN EXECUTE 'TRUNCATE ' || one || ' CASCADE'; END IF;
  END LOOP;
  FOR one IN SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S' LOOP
    EXECUTE 'ALTER SEQUENCE ' || one || ' RESTART';
  END LOOP;
END $$"""  # noqa: S608 (our own words)
_SCHEMA: Final = """SELECT md5(coalesce(string_agg(said, ';' ORDER BY said), '')) FROM (
  SELECT attrelid::regclass || '.' || attname || atttypid::regtype || attnotnull AS said FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public') AS every"""
_OTHERS: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid()"
)


class Server:
    """Makes, lends and drops databases on the server named."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._spare: list[str] = []
        self._made: list[str] = []
        self.prepared = self.new()
        migrations.upgrade(self.named(self.prepared))
        self._schema = self._told(self.prepared)
        self._seed = self._seeded()

    def named(self, name: str) -> str:
        """Return the URL of a database."""
        return self._url.set(database=name, drivername="postgresql+psycopg").render_as_string(
            hide_password=False
        )

    def new(self, template: str | None = None) -> str:
        """Make a database, empty or as another, and return its name."""
        name = f"adapter_test_{uuid.uuid4().hex}"
        if template:
            self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        else:
            self._run("CREATE DATABASE {}", name)
        self._made.append(name)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still there."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._made.remove(name)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Lend the URL of a database with the schema and nothing in it."""
        name = self._spare.pop() if self._spare else self.new(self.prepared)
        yield self.named(name)
        if self._emptied(name):
            self._spare.append(name)
        else:
            self.drop(name)

    def disconnect(self, url: str) -> None:
        """End every connection to the database of a URL."""
        with self._connected(str(make_url(url).database)) as conn:
            conn.execute(_OTHERS)

    def close(self) -> None:
        """Drop all that was made."""
        for name in list(self._made):
            self.drop(name)

    def _emptied(self, name: str) -> bool:
        try:
            with self._connected(name) as conn:
                conn.execute(_OTHERS)
                conn.execute("SET synchronous_commit = off")
                conn.execute("SET lock_timeout = '5s'")
                conn.execute(_EMPTY)
                for table, rows in self._seed.items():
                    with conn.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(rows)
            return self._told(name) == self._schema
        except psycopg.Error:
            return False

    def _seeded(self) -> dict[str, bytes]:
        """Return the rows that the migrations write, by table."""
        found = {}
        with self._connected(self.prepared) as conn, conn.cursor() as cursor:
            for (table,) in conn.execute(_TABLES).fetchall():
                with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                    if rows := b"".join(copy):
                        found[table] = rows
        return found

    def _told(self, name: str) -> object:
        with self._connected(name) as conn:
            return conn.execute(_SCHEMA).fetchone()

    def _connected(self, name: str) -> psycopg.Connection:
        url = self._url.set(database=name)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def _run(self, command: str, *names: str) -> None:
        with psycopg.connect(self._url.render_as_string(hide_password=False), autocommit=True) as conn:
            conn.execute(sql.SQL(command).format(*map(sql.Identifier, names)))
