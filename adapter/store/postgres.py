"""PostgreSQL as engine, through psycopg 3. psycopg.org/psycopg3/docs, PostgreSQL 15 appendix A (error codes)."""

from __future__ import annotations

from typing import Any, Final, cast

import psycopg
from psycopg import errors
from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import Dialect

from adapter.errors import Conflict, SystemFault
from adapter.store.sql import Driver

CONNECT_SECONDS: Final = 5
_AWAY: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.UndefinedTable,
    errors.ReadOnlySqlTransaction,  # a standby, or a server that an operator holds: the next connection may find another
)
_CONFLICTS: Final = (
    errors.UniqueViolation,
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.InFailedSqlTransaction,
    errors.LockNotAvailable,
)


class PostgresEngine:
    """The distributed database at `url`."""

    error: type[Exception] = psycopg.Error
    rows_per_insert = 32
    begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    begin_write = "BEGIN"

    def __init__(self, url: URL, *, durable: bool = True) -> None:
        written: Any = PGDialect_psycopg  # SQLAlchemy's dialects carry no types
        self.dialect: Dialect = written(paramstyle="pyformat")
        self.positional: Dialect = written(paramstyle="format")
        _, arguments = written().create_connect_args(url)
        self._arguments: dict[str, Any] = arguments
        self._arguments.setdefault("connect_timeout", CONNECT_SECONDS)
        self._synchronous = "on" if durable else "off"

    def connect(self) -> Driver:
        """Return a connection in autocommit mode. Raises psycopg.Error."""
        arguments: dict[str, Any] = {**self._arguments, "autocommit": True}
        driver = psycopg.connect(**arguments)
        driver.prepare_threshold = 2
        if self._synchronous == "off":
            driver.execute("SET synchronous_commit = off")
        return cast("Driver", driver)

    def identity(self) -> object:
        """Return None: the driver knows when its line drops."""
        return None

    def usable(self, driver: Driver) -> bool:
        """Tell whether the line is up as far as the driver knows."""
        connection = cast("psycopg.Connection[Any]", driver)
        return not (connection.closed or connection.broken)

    def idle(self, driver: Driver) -> bool:
        """Tell whether no transaction is running."""
        status = cast("psycopg.Connection[Any]", driver).info.transaction_status
        return status == psycopg.pq.TransactionStatus.IDLE

    def patience(self, driver: Driver, *, brief: bool) -> None:
        """Do nothing: nobody locks all of a server."""

    def translate(self, error: Exception) -> SystemFault:
        """Return Conflict where another writer was first, away where the server or its disk fails, else unexpected."""
        if isinstance(error, _CONFLICTS):
            return Conflict()
        if isinstance(error, _AWAY):
            return SystemFault("IPK-S001", at="database")
        return SystemFault("IPK-S004", at="database")
