"""`report`: one page on an installation."""

from __future__ import annotations

import click

from adapter.cli import installation, say


@click.command("report")
@click.option("--json", "as_json", is_flag=True, help="JSON in the place of text.")
def report_(as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Show one page on this installation: counts by state, late deadlines, messages that did not leave, needs nobody receives.

    Nothing about anybody is told.

    \b
    Examples:
      ip-adapter report
      ip-adapter report --json
    """  # noqa: D301 (\b is click's mark)
    from adapter.oversight import report  # noqa: PLC0415

    with installation.opened() as services:
        found = report.report(services)
    if as_json:
        say.as_json(report.as_json(found))
    else:
        click.echo(report.as_text(found), nl=False)
    return 0
