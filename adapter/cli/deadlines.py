"""`deadlines`: what is due and what is late, by how much, who owns it, the next step and whom to ring. In bokmål."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

import click

from adapter.cli import installation, say
from adapter.events.messages import DeadlineKind

_PAGE: Final = 500
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400


@click.command("deadlines")
@click.option("--late", is_flag=True, help="Only what is late.")
@click.option("--kind", type=click.Choice(get_args(DeadlineKind)), metavar="KIND", help="Only this kind.")
@click.option("--owner", metavar="KEY", help="Only what this party of the address book has now.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def deadlines_(late: bool, kind: str | None, owner: str | None, as_json: bool) -> int:  # noqa: FBT001 (options)
    """List deadlines that run, the longest due first: kind, due, how late, owner, phone, case, next step.

    The list is in bokmål, as report, stats and why are: clinicians read it. JSON has the codes.

    \b
    Examples:
      ip-adapter deadlines --late
      ip-adapter deadlines --kind reply --json
    """  # noqa: D301 (\b is click's mark)
    from adapter.ingest import overview  # noqa: PLC0415
    from adapter.oversight.report import CLOCKS  # noqa: PLC0415

    wanted = overview.Wanted(late=late, kind=kind, owner=owner)
    found: list[overview.Standing] = []
    with installation.opened() as services:
        cursor: str | None = None
        while True:
            page, cursor = overview.listed(services, wanted, count=_PAGE, cursor=cursor)
            found += page
            if cursor is None:
                break
    if as_json:
        for each in found:
            say.as_json(each.told(), lines=True)
    elif found:
        say.table([_row(each.told(), CLOCKS) for each in found])
    else:
        click.echo("Ingenting er over tiden" if late else "Ingenting ventes på", err=True)
    return 0


def _row(told: dict[str, object], kinds: Mapping[str, str]) -> tuple[str, ...]:
    owner = told["owner"]
    late = int(str(told["lateBySeconds"]))
    return (
        kinds.get(str(told["kind"]), str(told["kind"])),
        str(told["due"]),
        f"{length(late)} over tiden" if late else "løper",
        str(owner["name"] or "-") if isinstance(owner, dict) else "-",
        str(told["phone"] or "-"),
        str(told["caseId"] or "-"),
        str(told["nextStep"]),
    )


def length(seconds: int) -> str:
    """Return a span of time in its two largest units: `3 d 4 t`, `5 t 10 min`, `40 min`."""
    if seconds >= _DAY:
        return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} t"
    if seconds >= _HOUR:
        return f"{seconds // _HOUR} t {seconds % _HOUR // _MINUTE} min"
    return f"{seconds // _MINUTE} min"
