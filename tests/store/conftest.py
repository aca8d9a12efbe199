"""A store of its own for every test, on SQLite and, where ADAPTER_TEST_DATABASE names a server, on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

import adapter.store
from adapter.store import Store, migrations

SERVER = os.environ.get("ADAPTER_TEST_DATABASE")
ENGINES = (pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres))


class Server:
    """Makes and drops databases on the server named."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql")

    def run(self, command: str, **names: str) -> None:
        with psycopg.connect(self.url.render_as_string(hide_password=False), autocommit=True) as conn:
            conn.execute(
                sql.SQL(command).format(**{key: sql.Identifier(name) for key, name in names.items()})
            )

    def named(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def server() -> Server:
    if SERVER is None:
        pytest.skip("PostgreSQL: ADAPTER_TEST_DATABASE names no server")
    return Server(SERVER)


@pytest.fixture(scope="session")
def postgres_template(server: Server) -> Iterator[str]:
    name = f"adapter_template_{uuid.uuid4().hex}"
    server.run("CREATE DATABASE {name}", name=name)
    migrations.upgrade(server.named(name))
    yield name
    server.run("DROP DATABASE {name} WITH (FORCE)", name=name)


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a database with the schema and nothing in it."""
    if request.param == "sqlite":
        path = tmp_path / "store.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("server"), request.getfixturevalue("postgres_template")
    name = f"adapter_test_{uuid.uuid4().hex}"
    server.run("CREATE DATABASE {name} TEMPLATE {template}", name=name, template=template)
    yield server.named(name)
    server.run("DROP DATABASE {name} WITH (FORCE)", name=name)


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a database without a schema; on SQLite not even a file."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    server, name = request.getfixturevalue("server"), f"adapter_test_{uuid.uuid4().hex}"
    server.run("CREATE DATABASE {name}", name=name)
    yield server.named(name)
    server.run("DROP DATABASE {name} WITH (FORCE)", name=name)


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
