"""Dialogmelding written, both versions: order of elements by the schemas, children of fk1 types with that prefix."""

from __future__ import annotations

from adapter.kith.dialog import Dialect, Notes
from adapter.kith.dialog_tables import TABLES
from adapter.kith.parties import FK1


def payload(body: Notes, dialect: Dialect) -> str:
    """Return Dialogmelding. What the version cannot say fails our schema, not silently."""
    content = TABLES[dialect.namespace].content(body)
    return f'<Dialogmelding xmlns="{dialect.namespace}" xmlns:fk1="{FK1}">{content}</Dialogmelding>'
