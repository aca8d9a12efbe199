"""Run by Alembic: on the connection that `migrations.upgrade` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from adapter.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    compare_server_default=True,
)
context.run_migrations()
