"""The store: tables, resources with versions and search index, outbox, events, deadlines, audit, feed; migrations.

    store.open(url) -> Store; Store.write(work), Store.read(), Store.append_audit(rows)

What is done on a connection stands in one module per subject: `cases`, `people`, `resources`, `search`, `events`, `outbox`,
`deadlines`, `feed`, `audit`; the schema in `tables` and `migrations`.
"""

from __future__ import annotations

from adapter.store.audit import AuditRow
from adapter.store.sql import Connection
from adapter.store.store import Store, open  # noqa: A004 (store.open reads as what it is)

__all__ = ["AuditRow", "Connection", "Store", "open"]
