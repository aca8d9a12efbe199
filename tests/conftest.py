"""A whole installation for a test: real store (SQLite, and PostgreSQL where ADAPTER_TEST_DATABASE names one), still clock."""

from __future__ import annotations

import logging
import os
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import psycopg
import pytest
import structlog
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import URL, make_url

from adapter import settings, wiring
from adapter.services import Services
from adapter.store import migrations
from adapter.transports.memory import Memory
from adapter.web import create_app
from tests.clock import Clock

DATABASES = (pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an embedded database once, to be copied."""
    path = tmp_path_factory.mktemp("prepared") / "adapter.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


def _run(url: URL, command: str, *names: str) -> None:
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as conn:
        conn.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


def _named(server: URL, name: str) -> str:
    url = server.set(database=name, drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def prepared_server() -> Iterator[tuple[URL, str]]:
    """Make a database on the server once, to be copied, and drop it after."""
    named = os.environ.get("ADAPTER_TEST_DATABASE")
    if not named:
        pytest.skip("PostgreSQL: ADAPTER_TEST_DATABASE names no server")
    server, name = make_url(named).set(drivername="postgresql"), f"adapter_prepared_{uuid.uuid4().hex}"
    _run(server, "CREATE DATABASE {}", name)
    migrations.upgrade(_named(server, name))
    yield server, name
    _run(server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a prepared, empty database of the test's own; on PostgreSQL it is made, and dropped after."""
    if request.param == "sqlite":
        path = copy(request.getfixturevalue("prepared_file"), tmp_path / "adapter.db")
        yield f"sqlite:///{path}"
        return
    server, prepared = request.getfixturevalue("prepared_server")
    name = f"adapter_test_{uuid.uuid4().hex}"
    _run(server, "CREATE DATABASE {} TEMPLATE {}", name, prepared)
    yield _named(server, name)
    _run(server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """Undo what a test's command did to the logs: its stream is closed when the test ends."""
    root = logging.getLogger()
    handlers, level, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook)
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transport() -> Memory:
    return Memory()


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """Give the settings that a test wants otherwise."""
    return {}


@pytest.fixture
def services(
    database: str, tmp_path: Path, clock: Clock, transport: Memory, more_settings: dict[str, Any]
) -> Iterator[Services]:
    """Make an installation: the synthetic book, the memory transport, a still clock."""
    chosen = settings.load(database_url=database, exchange=tmp_path / "exchange", **more_settings)
    made = wiring.build(chosen, transport=transport, clock=clock, durable=False)
    yield made
    wiring.close(made)


@pytest.fixture
def client(services: Services) -> FlaskClient:
    return create_app(services).test_client()
