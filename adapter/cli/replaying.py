"""`replay`: scenarios through the same way in, compared with their golden files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from adapter.cli import files

if TYPE_CHECKING:
    from adapter.replay import Ran

_SHOWN: Final = 40
"""Most differences told of one scenario."""


@click.command("replay")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--golden", is_flag=True, help="Compare with expected/, byte for byte.")
@click.option("--bless", is_flag=True, help="Make what came out the new expected/.")
@click.option(
    "--url",
    help="Post to this running server in place of a store of its own; its clock is moved where it can be.",
)
@click.option(
    "--wait", default=10.0, show_default=True, help="Seconds to wait for a message to leave, with --url."
)
@click.option(
    "--profile", type=click.Path(path_type=Path, exists=True), help="A tester's HER-ids, people and phones."
)
@click.option("--database", help="A PostgreSQL URL: each scenario in a schema of its own there.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML there.")
def replay_(paths: tuple[Path, ...], **options: Any) -> int:
    """Run scenarios, each in its own empty store on its own clock, and tell what is not as it should be.

    Differences are told by file, line and place, never by value. Without --golden only what the steps
    themselves expect is compared.

    \b
    Examples:
      ip-adapter replay fixtures --golden
      ip-adapter replay fixtures/scenarios/e01-outpatient --bless
      ip-adapter replay fixtures --golden --database postgresql+psycopg://postgres@localhost/postgres
      ip-adapter replay fixtures/scenarios/e01-outpatient --url http://127.0.0.1:8080
    """  # noqa: D301 (\b is click's mark)
    _possible(options)
    from adapter.cli import replays  # noqa: PLC0415 (the whole house, for those who replay)

    told = replays.run(paths, options)
    for one in told:
        _tell(one)
    if options["junit"]:
        files.write(options["junit"], replays.junit(told))
    failed = sum(bool(one.differences) for one in told)
    click.echo(f"{len(told) - failed} of {len(told)} as expected")
    return 1 if failed else 0


def _possible(options: dict[str, Any]) -> None:
    """Refuse options that contradict each other. Raises UsageError."""
    bound = options["golden"] or options["bless"]
    if bound and (options["url"] or options["profile"]):
        raise click.UsageError("golden files are of the scenarios' own ids: not with --url or --profile")
    if options["golden"] and options["bless"]:
        raise click.UsageError("--golden compares, --bless replaces: one of them")
    if options["url"] and options["database"]:
        raise click.UsageError("--url has a database of its own")


def _tell(one: Ran) -> None:
    for note in one.notes:
        click.echo(f"note {note}", err=True)
    click.echo(f"{'FAIL' if one.differences else 'ok  '} {one.name}")
    for difference in one.differences[:_SHOWN]:
        click.echo(f"     {difference}")
    if len(one.differences) > _SHOWN:
        click.echo(f"     … and {len(one.differences) - _SHOWN} more")
