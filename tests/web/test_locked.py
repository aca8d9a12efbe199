"""A database that nobody may write to: 503 within the time set, for events, reads that need their audit row, and readiness."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib import import_module
from time import monotonic
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import make_url

from adapter.services import Services
from tests.postgres import Server
from tests.web.hands import need, post, told

SECONDS = 0.5


@pytest.fixture
def more_settings() -> dict[str, Any]:
    return {"busy_seconds": SECONDS}


@pytest.fixture
def locked(services: Services) -> Iterator[sqlite3.Connection]:
    if services.settings.postgresql:
        pytest.skip("a lock on a file is SQLite's")
    path = services.settings.database_url.partition("///")[2]
    beside = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    beside.execute("BEGIN EXCLUSIVE")
    yield beside
    beside.close()


def test_a_locked_file_is_503_within_the_time_set(
    client: FlaskClient, locked: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    post(client, need(), query="?dryRun=true")  # what is made once is made
    for ask in (lambda: post(client, need()), lambda: client.get("/fhir/Task")):
        begun = monotonic()
        answer = ask()
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert monotonic() - begun < SECONDS + 0.8
    assert client.get("/health/ready").status_code == 503
    locked.execute("ROLLBACK")
    monkeypatch.setattr(import_module("adapter.store.store"), "RECENT", 0.0)
    assert client.get("/health/ready").status_code == 200  # it tries, for nobody else is sent here meanwhile
    assert post(client, need()).status_code == 202


def _reads_only(server: Server, url: str, *, word: str) -> None:
    """Let new connections to a database read alone, or write again, and end those there are: as after a fail-over."""
    parsed = make_url(url)
    name = str(parsed.database)
    with psycopg.connect(
        parsed.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as conn:
        conn.execute("SET default_transaction_read_only = off")  # of this connection
        conn.execute(
            sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}").format(
                sql.Identifier(name), sql.SQL(word)
            )
        )
    server.disconnect(url)


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_server_that_only_reads_is_503_until_it_takes_writes(
    client: FlaskClient, services: Services, server: Server, monkeypatch: pytest.MonkeyPatch
):
    url = services.settings.database_url
    told(client)
    _reads_only(server, url, word="on")
    try:
        answers = [(post(client, need(("id", "two"))), client.get("/fhir/Task")) for _ in range(3)]
    finally:
        _reads_only(server, url, word="off")
    assert {one.status_code for pair in answers for one in pair} == {503}
    assert all(one.headers["Retry-After"] for one in answers[-1])
    assert client.get("/health/ready").status_code == 503
    monkeypatch.setattr(import_module("adapter.store.store"), "RECENT", 0.0)
    client.get(
        "/health/ready"
    )  # the connections of before are gone: whoever asks first may be the one to hear of it
    assert client.get("/health/ready").status_code == 200
    assert post(client, need(("id", "two"))).status_code == 202
    assert client.get("/fhir/Task").status_code == 200
