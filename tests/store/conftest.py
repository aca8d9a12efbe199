"""A store of its own for every test, on SQLite and, where ADAPTER_TEST_DATABASE names a server, on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import adapter.store
from adapter.store import Store, migrations

ENGINES = (pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a database with the schema and nothing in it."""
    if request.param == "sqlite":
        path = tmp_path / "store.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("server").lent() as lent:
        yield lent


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a database without a schema; on SQLite not even a file."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    server = request.getfixturevalue("server")
    name = server.new()
    yield server.named(name)
    server.drop(name)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = adapter.store.open(url)
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    """Make the file of an embedded database."""
    return Path(shutil.copy(sqlite_template, tmp_path / "file.db"))


@pytest.fixture
def embedded(file: Path) -> Iterator[Store]:
    opened = adapter.store.open(f"sqlite:///{file}")
    yield opened
    opened.close()
