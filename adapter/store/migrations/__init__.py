"""Bring a database to this version's schema, once, whoever comes first. Alembic 1.20; architecture, 'Growth'.

A new revision is a file in `versions/` and its number in HEAD; a test compares the result with `tables`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import URL, Connection, create_engine, event, inspect, text
from sqlalchemy import Engine as CoreEngine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from adapter.errors import SystemFault
from adapter.store import people, reindex
from adapter.store.sqlite import BUSY_SECONDS, prepare
from adapter.store.store import parse
from adapter.store.tables import meta

HEAD: Final = "0006"
"""The revision this version of the program needs."""
_ONE_AT_A_TIME: Final = Lock()
"""Alembic keeps its context in the module: one upgrade at a time in a process."""
_LOCK: Final = 5_400_862_041
"""Number of the advisory lock that lets one process upgrade at a time."""


def upgrade(url: str) -> None:
    """Make or upgrade the schema, the search index, and the installation's key for hashing people.

    Safe to call twice and by several processes at once. Makes a missing SQLite file, but no folder and no PostgreSQL
    database. Raises SystemFault IPK-S001 when the database is away, IPK-S006 for a URL of another kind.
    """
    parsed = parse(url)
    try:
        if parsed.drivername == "sqlite+pysqlite":
            prepare(Path(parsed.database or ""))
        engine = _engine(parsed)
        try:
            with _ONE_AT_A_TIME, engine.begin() as connection:
                _upgrade(connection)
        finally:
            engine.dispose()
    except (DBAPIError, sqlite3.Error):
        raise SystemFault("IPK-S001", at="database") from None


def is_current(url: str) -> bool:
    """Tell whether the schema is this version's. Raises SystemFault as `upgrade` does; makes nothing."""
    parsed = parse(url)
    if parsed.drivername == "sqlite+pysqlite" and not Path(parsed.database or "").is_file():
        return False
    engine = _engine(parsed)
    try:
        with engine.connect() as connection:
            return _revision(connection) == HEAD and reindex.is_current(connection)
    except DBAPIError:
        raise SystemFault("IPK-S001", at="database") from None
    finally:
        engine.dispose()


def _engine(url: URL) -> CoreEngine:
    if url.drivername != "sqlite+pysqlite":
        return create_engine(url, poolclass=NullPool)
    engine = create_engine(
        url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}
    )
    # The driver would begin late and commit DDL by itself; one immediate transaction holds all of an upgrade.
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: Any = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found if isinstance(found, str) else None


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if _revision(connection) != HEAD:
        _migrate(connection)
    if not reindex.is_current(connection):
        reindex.run(connection)
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"key": people.KEY, "value": people.new_key()}
    connection.execute(dialect.insert(meta).values(row).on_conflict_do_nothing())


def _migrate(connection: Connection) -> None:
    # Alembic takes 0.2 s to import, which a database that is current need not pay.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
