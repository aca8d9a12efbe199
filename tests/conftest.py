"""A whole installation for a test: real store (SQLite, and PostgreSQL where ADAPTER_TEST_DATABASE names one), still clock."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient

from adapter import settings, wiring
from adapter.services import Services
from adapter.store import migrations
from adapter.transports.memory import Memory
from adapter.web import create_app
from tests.clock import Clock
from tests.postgres import SERVER, Server

DATABASES = (pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an embedded database once, to be copied."""
    path = tmp_path_factory.mktemp("prepared") / "adapter.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Name the PostgreSQL server, where there is one."""
    if not SERVER:
        pytest.skip("PostgreSQL: ADAPTER_TEST_DATABASE names no server")
    made = Server(SERVER)
    yield made
    made.close()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a prepared, empty database of the test's own."""
    if request.param == "sqlite":
        path = copy(request.getfixturevalue("prepared_file"), tmp_path / "adapter.db")
        yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("server").lent() as url:
        yield url


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
