"""A store of its own for each scenario: a SQLite file, or a schema in PostgreSQL, made and dropped."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from adapter import store, wiring
from adapter.store import migrations


class Databases:
    """Makes empty databases: SQLite files by copy of one that is prepared, or schemas at a PostgreSQL URL. Close it."""

    def __init__(self, url: str | None = None) -> None:
        self._url = url if url and url.startswith("postgresql") else None
        self._folder = tempfile.TemporaryDirectory(prefix="ip-adapter-replay-")
        self._prepared: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Yield the URL of a database with the schema and nothing in it; gone afterwards. Raises SystemFault."""
        if self._url is None:
            yield from self._sqlite()
        else:
            yield from _schema(self._url)

    def _sqlite(self) -> Iterator[str]:
        folder = Path(self._folder.name)
        if self._prepared is None:
            self._prepared = folder / "prepared.db"
            migrations.upgrade(f"sqlite:///{self._prepared}")
        path = folder / f"{wiring.fresh_id()}.db"
        shutil.copy(self._prepared, path)
        yield f"sqlite:///{path}"
        for each in folder.glob(f"{path.name}*"):  # with its -wal and -shm
            each.unlink(missing_ok=True)


def _schema(url: str) -> Iterator[str]:
    name = f"replay_{wiring.fresh_id().replace('-', '')}"
    own = within(url, name)
    _command(url, f'CREATE SCHEMA "{name}"')
    try:
        migrations.upgrade(own)
        yield own
    finally:
        _command(url, f'DROP SCHEMA "{name}" CASCADE')


def within(url: str, schema: str) -> str:
    """Return a PostgreSQL URL whose connections see one schema alone."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query), ("options", f"-csearch_path={schema}")]
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))


def _command(url: str, sql: str) -> None:
    opened = store.open(url)
    try:
        opened.write(lambda conn: conn.command(sql))
    finally:
        opened.close()
