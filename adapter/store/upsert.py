"""Insert, or change what is there: `ON CONFLICT DO UPDATE` in both dialects. sqlite.org/lang_upsert.html."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from adapter.store.sql import Statement

Change = Callable[[Any], Any] | None
"""From the row offered (`excluded`) to the new value of a column; None takes it as offered."""


def upsertion(table: Table, changes: Mapping[str, Change]) -> Statement:
    """Return the upsert of a row by its primary key; a row that is there changes only in the columns named."""
    values: dict[str, Any] = {column.name: bindparam(column.name) for column in table.columns}
    keys = [column.name for column in table.primary_key.columns]
    light = sqlite.insert(table).values(values)
    heavy = postgresql.insert(table).values(values)

    def setting(excluded: Any) -> dict[str, Any]:
        return {
            name: excluded[name] if change is None else change(excluded) for name, change in changes.items()
        }

    return Statement(
        light.on_conflict_do_update(index_elements=keys, set_=setting(light.excluded)),
        postgresql=heavy.on_conflict_do_update(index_elements=keys, set_=setting(heavy.excluded)),
    )
