"""`stats`: statistics without people."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from adapter.cli import installation, say

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("stats")
@click.option(
    "--from", "first", type=_DAY, metavar="DAY", help="First day, as 2026-01-31; without it the year's first."
)
@click.option("--to", "last", type=_DAY, metavar="DAY", help="Last day; without it today.")
@click.option("--csv", "form", flag_value="csv", help="For a spreadsheet: semicolons, comma decimals, UTF-8.")
@click.option("--json", "form", flag_value="json", help="JSON in the place of tables.")
def stats_(first: datetime | None, last: datetime | None, form: str | None) -> int:
    """Show statistics K01–K11, K14 and K15. Small cells are hidden (ADAPTER_STATS_SMALLEST_CELL); nobody is named.

    \b
    Examples:
      ip-adapter stats --from 2026-01-01 --to 2026-03-31
      ip-adapter stats --csv > statistikk.csv
    """  # noqa: D301 (\b is click's mark)
    from adapter.oversight import stats  # noqa: PLC0415
    from adapter.statistics import told  # noqa: PLC0415

    with installation.opened() as services:
        question = stats.asked(services, first.date() if first else None, last.date() if last else None)
        tables = stats.tables(services, question)
    if form == "json":
        say.as_json(told.as_json(tables, question))
    elif form == "csv":
        sys.stdout.buffer.write(told.as_csv(tables, question).encode())
        sys.stdout.buffer.flush()
    else:
        click.echo(told.as_text(tables, question), nl=False)
    return 0
