"""`db`: prepare the database, once, whoever comes first."""

from __future__ import annotations

import click

from adapter import hosts
from adapter.cli import installation


@click.group("db")
def db_() -> None:
    """Prepare the database.

    \b
    Examples:
      ip-adapter db upgrade
    """  # noqa: D301 (\b is click's mark)


@db_.command("upgrade")
def upgrade() -> int:
    """Make the database, or bring its schema to this version. Safe to call twice, and while others run.

    \b
    Examples:
      ip-adapter db upgrade
      ADAPTER_DATABASE_URL=postgresql+psycopg://adapter@db/adapter ip-adapter db upgrade
    """  # noqa: D301 (\b is click's mark)
    settings = installation.loaded()
    installation.prepare(settings, upgrade=True)
    from adapter.store import migrations  # noqa: PLC0415

    click.echo(f"{hosts.without_password(settings.database_url)}: {migrations.HEAD}")
    return 0
