"""SQLite as engine: one file, WAL, every commit on the disk before it is told. sqlite.org/wal.html, pragma.html."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Final, cast
from urllib.parse import quote

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect

from adapter.errors import Conflict, SystemFault
from adapter.store.sql import Driver

BUSY_SECONDS: Final = 15.0
"""How long a writer waits for another process, unless it is told otherwise."""
BRIEF_SECONDS: Final = 0.25
"""How long it waits once it was waited for in vain."""
PREPARING: Final = 100
_UNIQUE: Final = frozenset(
    {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID}
)


class SqliteEngine:
    """The embedded database at `path`. The file must be there already: `migrations.upgrade` makes it."""

    error: type[Exception] = sqlite3.Error
    rows_per_insert = 1
    begin_read = "BEGIN"
    begin_write = "BEGIN IMMEDIATE"

    def __init__(self, path: Path, *, durable: bool = True, busy_seconds: float = BUSY_SECONDS) -> None:
        self.dialect: Dialect = SQLiteDialect_pysqlite(paramstyle="named")
        self.positional: Dialect = SQLiteDialect_pysqlite(paramstyle="qmark")
        self.path = path
        self._uri = f"file:{quote(str(path.absolute()))}?mode=rw"
        self._busy_seconds = busy_seconds
        self._synchronous = "FULL" if durable else "OFF"

    def connect(self) -> Driver:
        """Return a connection in autocommit mode. Raises sqlite3.Error when the file is away or not ours to write."""
        driver = sqlite3.connect(
            self._uri,
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        try:
            for pragma in (
                f"synchronous={self._synchronous}",
                "cache_size=-16384",
                # Pages that a savepoint could put back stay out of temporary files: half a megabyte per event.
                "temp_store=MEMORY",
                # 64 MB: one event touches some hundred pages, and each checkpoint costs two syncs.
                "wal_autocheckpoint=16000",
            ):
                driver.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            driver.close()
            raise
        return cast("Driver", driver)

    def identity(self) -> object:
        """Return device and inode, so that a file moved away or put in its place is noticed. Raises OSError."""
        stat = os.stat(self.path)  # noqa: PTH116 (Path.stat costs three times as much, on every read)
        return (stat.st_dev, stat.st_ino)

    def usable(self, driver: Driver) -> bool:  # noqa: ARG002 (a file has no line that can drop)
        """Return True: a file has no line that can drop."""
        return True

    def idle(self, driver: Driver) -> bool:
        """Tell whether no transaction is running."""
        return not cast("sqlite3.Connection", driver).in_transaction

    def patience(self, driver: Driver, *, brief: bool) -> None:
        """Let what follows wait for another process's lock as long as is set, or briefly."""
        seconds = min(BRIEF_SECONDS, self._busy_seconds) if brief else self._busy_seconds
        driver.execute(f"PRAGMA busy_timeout={seconds * 1000:.0f}")

    def translate(self, error: Exception) -> SystemFault:
        """Return Conflict for a key used twice, away for trouble with file, lock or disk, else unexpected."""
        if isinstance(error, sqlite3.IntegrityError):
            return Conflict() if error.sqlite_errorcode in _UNIQUE else SystemFault("IPK-S004", at="database")
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.DataError | sqlite3.NotSupportedError):
            return SystemFault("IPK-S004", at="database")
        return SystemFault("IPK-S001", at="database")


def prepare(path: Path) -> None:
    """Make the file and its WAL mode, once, before anybody writes. Raises sqlite3.Error."""
    driver = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        for attempt in range(PREPARING):
            try:
                driver.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:
                # Changing the mode asks for the whole file and does not wait for another process that does the same.
                if attempt == PREPARING - 1:
                    raise
                time.sleep(0.05)
            else:
                return
    finally:
        driver.close()
