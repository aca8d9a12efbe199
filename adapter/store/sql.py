"""Statements built once by SQLAlchemy Core, run straight on the driver. SQLAlchemy 2.1, 'SQL Expression Language'.

Core writes the SQL, once per statement and engine; the driver then runs the cached text. All columns hold integers,
texts and bytes, so nothing is left for Core to convert, and a read costs what the driver costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, Protocol

from sqlalchemy import Table, and_, bindparam, insert, or_
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, ColumnElement, Select
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import BigInteger, Integer

from adapter.errors import SystemFault

Params = Mapping[str, Any]
Row = tuple[Any, ...]


class Cursor(Protocol):
    """What both drivers' cursors share."""

    rowcount: int

    def executemany(self, sql: str, rows: Sequence[Params] | Sequence[Sequence[Any]], /) -> object:
        """Run once per row."""
        ...

    def fetchone(self) -> Any:
        """Return the next row or None."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...


class Driver(Protocol):
    """What both drivers' connections share."""

    def execute(self, sql: str, params: Params | Sequence[Any] = ..., /) -> Cursor:
        """Run one statement."""
        ...

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        ...

    def close(self) -> None:
        """Close for good."""
        ...


class Engine(Protocol):
    """One kind of database: how to connect, and what its errors mean."""

    dialect: Dialect
    """Writes SQL with named parameters."""
    positional: Dialect
    """Writes SQL with parameters in order."""
    rows_per_insert: int
    """How many rows one insert statement takes."""
    error: type[Exception]
    """The root of the driver's errors."""
    begin_read: str
    begin_write: str

    def connect(self) -> Driver:
        """Return a new connection in autocommit mode. Raises the driver's error or OSError."""
        ...

    def identity(self) -> object:
        """Return what tells this database from another one in the same place; None where the driver knows."""
        ...

    def usable(self, driver: Driver) -> bool:
        """Tell whether the connection is alive as far as the driver knows."""
        ...

    def idle(self, driver: Driver) -> bool:
        """Tell whether no transaction is running."""
        ...

    def patience(self, driver: Driver, *, brief: bool) -> None:
        """Let what follows wait for the lock of the whole database as long as is set, or briefly."""
        ...

    def translate(self, error: Exception) -> SystemFault:
        """Return Conflict, or SystemFault away or unexpected, without the driver's text."""
        ...


class Statement:
    """A Core statement, written out once per engine; `postgresql` is its form there where the two must differ.

    `ordered`: it reads up to `xid_horizon`, for which PostgreSQL is asked first what runs in other databases.
    """

    __slots__ = ("_forms", "_texts", "ordered")

    def __init__(
        self, clause: ClauseElement, *, postgresql: ClauseElement | None = None, ordered: bool = False
    ) -> None:
        self.ordered = ordered
        self._forms = {"sqlite": clause, "postgresql": clause if postgresql is None else postgresql}
        self._texts: dict[str, tuple[str, dict[str, Any]]] = {}

    def text(self, dialect: Dialect) -> tuple[str, dict[str, Any]]:
        """Return the SQL and the constants that the clause itself holds."""
        found = self._texts.get(dialect.name)
        if found is None:
            compiled = self._forms[dialect.name].compile(dialect=dialect)
            required = {bind.key for bind in getattr(compiled, "binds", {}).values() if bind.required}
            fixed = {key: value for key, value in (compiled.params or {}).items() if key not in required}
            found = self._texts[dialect.name] = (str(compiled), fixed)
        return found


class Shared:
    """What all connections of one store share: the installation's key, once it is read."""

    __slots__ = ("key",)

    def __init__(self) -> None:
        self.key: bytes | None = None


class Connection:
    """One driver connection. Its errors come out as Conflict or SystemFault, without the driver's text."""

    __slots__ = ("dialect", "driver", "engine", "identity", "shared")

    def __init__(self, engine: Engine, driver: Driver, shared: Shared, identity: object) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self.driver = driver
        self.shared = shared
        self.identity = identity

    def run(self, statement: Statement, params: Params) -> Cursor:
        """Run one statement and return its cursor."""
        sql, fixed = statement.text(self.dialect)
        try:
            if statement.ordered and self.dialect.name == "postgresql":
                self.driver.execute(OTHERS)
            return self.driver.execute(sql, {**fixed, **params} if fixed else params)
        except self.engine.error as error:
            raise self.engine.translate(error) from None

    def one(self, statement: Statement, params: Params) -> Row | None:
        """Return the first row or None."""
        row: Row | None = self.run(statement, params).fetchone()
        return row

    def all(self, statement: Statement, params: Params) -> list[Row]:
        """Return all rows."""
        return self.run(statement, params).fetchall()

    def many(self, statement: Statement, rows: Sequence[Params]) -> int:
        """Run once per row and return the number of rows changed in all."""
        if not rows:
            return 0
        sql, fixed = statement.text(self.dialect)
        cursor = self.driver.cursor()
        try:
            cursor.executemany(sql, [{**fixed, **row} for row in rows] if fixed else rows)
        except self.engine.error as error:
            raise self.engine.translate(error) from None
        return cursor.rowcount

    def insert(self, sql: str, values: Sequence[Any]) -> None:
        """Run an insert with its values in order."""
        try:
            self.driver.execute(sql, values)
        except self.engine.error as error:
            raise self.engine.translate(error) from None

    def insert_each(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run an insert once per row of values."""
        if not rows:
            return
        try:
            self.driver.cursor().executemany(sql, rows)
        except self.engine.error as error:
            raise self.engine.translate(error) from None

    def command(self, sql: str) -> None:
        """Run a transaction command (BEGIN, SAVEPOINT …)."""
        try:
            self.driver.execute(sql)
        except self.engine.error as error:
            raise self.engine.translate(error) from None


class current_xid(FunctionElement[int]):  # noqa: N801 (a function of SQL)
    """Number of the running transaction; 0 on SQLite, where commits follow row numbers."""

    type = BigInteger()
    inherit_cache = True


class xid_horizon(FunctionElement[int]):  # noqa: N801 (a function of SQL)
    """First transaction number that may still commit in this database: rows below it are all there. PostgreSQL only."""

    type = BigInteger()
    inherit_cache = True


@compiles(current_xid)
def _no_xid(_element: current_xid, _compiler: Any, **_kw: Any) -> str:
    return "0"


@compiles(current_xid, "postgresql")
def _xid(_element: current_xid, _compiler: Any, **_kw: Any) -> str:
    return "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"


OTHERS: Final = (
    "SELECT set_config('adapter.others', COALESCE(string_agg(CAST(backend_xid AS TEXT), ','), ''), false)"
    " FROM pg_stat_activity WHERE datname <> current_database() AND backend_xid IS NOT NULL"
)
"""Keeps for this connection which transactions run in other databases: one that ends while the next statement begins is in
its snapshot and no longer in the list of what runs, and would hold back all that is newer."""


@compiles(xid_horizon, "postgresql")
def _horizon(_element: xid_horizon, _compiler: Any, **_kw: Any) -> str:
    # Transactions are numbered for the whole server: one known to run in another database holds nothing back here.
    return (
        "(SELECT COALESCE(MIN(CAST(CAST(x AS TEXT) AS BIGINT)),"
        " CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT))"
        " FROM pg_snapshot_xip(pg_current_snapshot()) AS x WHERE NOT EXISTS (SELECT 1 FROM pg_stat_activity"
        " WHERE datname <> current_database() AND backend_xid = CAST(x AS xid))"
        " AND CAST(CAST(x AS xid) AS TEXT)"
        " <> ALL (string_to_array(COALESCE(current_setting('adapter.others', true), ''), ',')))"
    )


class position(FunctionElement[int]):  # noqa: N801 (a function of SQL)
    """Where a text first holds another one, from 1; 0 where it does not."""

    type = Integer()
    inherit_cache = True


@compiles(position)
def _at(element: position, compiler: Any, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)})"


@compiles(position, "postgresql")
def _at_postgres(element: position, compiler: Any, **kw: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kw)})"


class bytes_at(FunctionElement[int]):  # noqa: N801 (a function of SQL)
    """Where bytes first hold a literal text, from 1; 0 where they do not. Immutable on both engines: an index may ask it."""

    type = Integer()
    inherit_cache = True


@compiles(bytes_at)
def _in_bytes(element: bytes_at, compiler: Any, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)})"


@compiles(bytes_at, "postgresql")
def _in_bytes_postgres(element: bytes_at, compiler: Any, **kw: Any) -> str:
    whole, piece = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"position(CAST({piece} AS BYTEA) IN {whole})"


def contains(text: ColumnElement[str], piece: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a text holds another one, as it stands: no wildcards, capitals matter."""
    return position(text, piece) > 0


class Insertion:
    """The insert of whole rows: row by row on SQLite, many in one statement where each statement costs a round trip.

    `together`: how many go in one statement whatever the engine, where waiting threads make each statement dear.
    """

    __slots__ = ("_columns", "_table", "_texts", "_together", "_values")

    def __init__(self, table: Table, *, together: int = 1) -> None:
        self._together = together
        # A serial number and the transaction's number come from the database.
        serial = table.autoincrement_column
        given = (column for column in table.columns if column is not serial and column.name != "xid")
        self._columns = tuple(column.name for column in given)
        self._values: Callable[[Params], Row] = itemgetter(*self._columns)
        self._table = table
        self._texts: dict[tuple[str, int], str] = {}

    def run(self, conn: Connection, rows: Sequence[Params]) -> None:
        """Insert the rows. Raises Conflict for a key used twice."""
        size = max(self._together, conn.engine.rows_per_insert)
        values = [self._values(row) for row in rows]
        if size == 1:
            conn.insert_each(self._text(conn.engine, 1), values)
            return
        for start in range(0, len(values), size):
            part = values[start : start + size]
            conn.insert(self._text(conn.engine, len(part)), [value for row in part for value in row])

    def _text(self, engine: Engine, count: int) -> str:
        key = (engine.dialect.name, count)
        if key not in self._texts:
            head, _, values = self._single(engine).partition(" VALUES ")
            self._texts[key] = f"{head} VALUES {', '.join([values] * count)}"
        return self._texts[key]

    def _single(self, engine: Engine) -> str:
        values: dict[str, Any] = {name: bindparam(name) for name in self._columns}
        if "xid" in self._table.columns:
            values["xid"] = current_xid()
        return str(insert(self._table).inline().values(values).compile(dialect=engine.positional))


BUCKETS: Final = (1, 4, 16, 64)


def padded(items: Sequence[Any], sizes: Sequence[int] = BUCKETS) -> Iterable[list[Any]]:
    """Yield the items in runs of few fixed sizes, filled up with their last, so that statements are few."""
    for start in range(0, len(items), sizes[-1]):
        run = list(items[start : start + sizes[-1]])
        size = next(size for size in sizes if size >= len(run))
        yield run + [run[-1]] * (size - len(run))


def by_pairs(
    query: Select[Any], first: ColumnElement[str], second: ColumnElement[str]
) -> Callable[..., list[Row]]:
    """Return a look-up of many rows by two columns: `(conn, pairs) -> rows`, in few round trips.

    SQLite has no round trips, and takes an OR of many terms through a merge that costs more than single look-ups.
    """
    statements: dict[int, Statement] = {}

    def build(size: int) -> Statement:
        terms = [and_(first == bindparam(f"a{n}"), second == bindparam(f"b{n}")) for n in range(size)]
        return Statement(query.where(or_(*terms)))

    def look_up(conn: Connection, pairs: Sequence[tuple[str, str]]) -> list[Row]:
        rows: list[Row] = []
        for run in (
            padded(pairs) if conn.engine.rows_per_insert > 1 else ([pair] for pair in dict.fromkeys(pairs))
        ):
            statement = statements.get(len(run)) or statements.setdefault(len(run), build(len(run)))
            params = {f"a{n}": pair[0] for n, pair in enumerate(run)} | {
                f"b{n}": p[1] for n, p in enumerate(run)
            }
            rows.extend(conn.all(statement, params))
        return rows

    return look_up
