"""`why`: why a message, a case or an event is as it is."""

from __future__ import annotations

import click

from adapter.cli import installation, say


@click.command("why")
@click.argument("id_", metavar="ID")
@click.option("--json", "form", flag_value="json", help="JSON in the place of text.")
@click.option("--html", "form", flag_value="html", help="A page that needs nothing else, to show or print.")
def why_(id_: str, form: str | None) -> int:
    """Tell why: event, requirement and law, rule, consent, routing, type of message, receipt, and what fell away.

    ID is that of a message, of an event, or of a case (caseRef, patientId). Nothing about the patient is told.

    \b
    Examples:
      ip-adapter why 3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10
      ip-adapter why 38941019-ee0d-5927-b909-7d8e976b60a9 --html
    """  # noqa: D301 (\b is click's mark)
    from adapter.oversight import why  # noqa: PLC0415
    from adapter.trail import html, text  # noqa: PLC0415
    from adapter.trail.values import as_json  # noqa: PLC0415

    with installation.opened() as services:
        trail = why.of_any(services, id_)
    if form == "json":
        say.as_json(as_json(trail))
    else:
        click.echo(html.page(trail) if form == "html" else text.page(trail), nl=False)
    return 0
