"""`purge`: remove what is kept for a time once that time is over, and say what was removed. contract.md, 'Folders'."""

from __future__ import annotations

import click

from adapter.cli import installation, say


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def purge_(dry_run: bool, as_json: bool) -> int:  # noqa: FBT001 (options)
    """Remove what is kept for a time once that time is over; say what, by place: how many, and of before when.

    Files of done/ and failed/ after ADAPTER_RETENTION_DONE_DAYS, of epj/ and handover/ after ADAPTER_RETENTION_EPJ_DAYS,
    documents in the database after ADAPTER_RETENTION_DOCUMENTS_DAYS. What waits to be sent, for a person or for the EPJ stays,
    and so does all that is known of a message but its bytes. What was removed cannot be brought back: try --dry-run first.

    \b
    Examples:
      ip-adapter purge --dry-run
      ip-adapter purge
    """  # noqa: D301 (\b is click's mark)
    from adapter.ingest import purging  # noqa: PLC0415

    with installation.opened() as services:
        found = purging.purge(services, dry_run=dry_run)
    for each in found:
        if as_json:
            told = {
                "place": each.place,
                "count": each.count,
                "before": each.before.isoformat(),
                "dryRun": dry_run,
            }
            say.as_json(told, lines=True)
    if not as_json:
        said = "would be removed" if dry_run else "removed"
        say.table([(e.place, str(e.count), said, f"before {e.before.date().isoformat()}") for e in found])
    return 0
