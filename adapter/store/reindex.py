"""The search index written anew where the table of parameters is another than the one it was written by.

It runs in the transaction of an upgrade, so no reader ever sees half of it, and one that breaks off changes nothing.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
import structlog
from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from adapter.fhir import index
from adapter.store import tokens
from adapter.store.tables import meta, resource, token

log = structlog.get_logger()

KEY: Final = "index-edition"
_CHUNK: Final = 500
_TOLD: Final = 20_000
"""After so many resources the log says how far it is."""
_R: Final = resource.c
_COLUMNS: Final = (
    _R.type,
    _R.id,
    _R.org,
    _R.case_key,
    _R.subject,
    _R.status,
    _R.date_start,
    _R.date_end,
    _R.tokens,
    _R.body,
)
_UPDATE: Final = (
    update(resource)
    .where(_R.type == bindparam("key_type"), _R.id == bindparam("key_id"))
    .values(
        {name: bindparam(f"new_{name}") for name in ("subject", "status", "date_start", "date_end", "tokens")}
    )
)
_DELETE: Final = delete(token).where(
    *(column == bindparam(f"key_{column.name}") for column in token.primary_key.columns)
)


def is_current(connection: Connection) -> bool:
    """Tell whether the index is this version's."""
    held = connection.scalar(select(meta.c.value).where(meta.c.key == KEY))
    return bool(held == index.edition())


def run(connection: Connection) -> int:
    """Write the index of every resource anew where it differs, and note whose it is; return how many were looked at."""
    seen, after = 0, ("", "")
    while rows := _chunk(connection, after):
        _rewrite(connection, rows)
        after = (rows[-1][0], rows[-1][1])
        seen += len(rows)
        if seen % _TOLD < len(rows) and seen >= _TOLD:
            log.info("index.rewriting", count=seen)
    if seen:
        log.info("index.rewritten", count=seen)
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = dialect.insert(meta).values({"key": KEY, "value": index.edition()})
    connection.execute(
        row.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": row.excluded.value})
    )
    return seen


def _chunk(connection: Connection, after: tuple[str, str]) -> list[Any]:
    query = select(*_COLUMNS).where(tuple_(_R.type, _R.id) > tuple_(*after)).order_by(_R.type, _R.id)
    return list(connection.execute(query.limit(_CHUNK)))


def _rewrite(connection: Connection, rows: list[Any]) -> None:
    changed, gone, new = [], [], []
    for type_, id_, org, case_key, *before, body in rows:
        if not body:
            continue
        patient = None if case_key is None else f"Patient/{case_key}"
        found = index.index(orjson.loads(body), patient=patient)
        after = [*found[:4], tokens.column(found.tokens)]
        if after == before:
            continue
        named = dict(
            zip(
                ("new_subject", "new_status", "new_date_start", "new_date_end", "new_tokens"),
                after,
                strict=True,
            )
        )
        changed.append({"key_type": type_, "key_id": id_, **named})
        held, wanted = set(tokens.rows(tokens.read(before[4]))), set(tokens.rows(found.tokens))
        # What is written is taken away first: the column and the rows may have come apart.
        gone += [_token(type_, id_, item, "key_") for item in sorted(held ^ wanted)]
        new += [{**_token(type_, id_, item), "org": org} for item in sorted(wanted - held)]
    for statement, listed in ((_UPDATE, changed), (_DELETE, gone), (insert(token), new)):
        if listed:
            connection.execute(statement, listed)


def _token(type_: str, id_: str, item: tokens.Token, before: str = "") -> dict[str, str]:
    param, system, value = item
    row = {"type": type_, "param": param, "system": system, "value": value, "id": id_}
    return {f"{before}{name}": text for name, text in row.items()}
