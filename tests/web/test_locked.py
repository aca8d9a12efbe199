"""A database file that another process has locked: 503 within the time set, for events and for reads that need their audit row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from tests.web.hands import need, post

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


def test_a_locked_file_is_503_within_the_time_set(client: FlaskClient, locked: sqlite3.Connection):
    for ask in (lambda: post(client, need()), lambda: client.get("/fhir/Task")):
        begun = monotonic()
        answer = ask()
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert monotonic() - begun < SECONDS + 0.8
    locked.execute("ROLLBACK")
    assert post(client, need()).status_code == 202
