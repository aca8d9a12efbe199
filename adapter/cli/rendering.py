"""`render`: a message as its receiver sees it, by the renderer of `/messages/{id}/view`. contract.md, 'Command line'."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, cast

import click

from adapter import settings
from adapter.cli import files
from adapter.kith import rendering

_BY_NAME: Final[dict[str, rendering.Format]] = {".html": "html", ".htm": "html", ".pdf": "pdf"}


@click.command("render")
@click.argument("name", metavar="MESSAGE.xml|-")
@click.option(
    "--format", "format_", type=click.Choice(rendering.FORMATS),
    help="Without it the name of --out decides; else text.",
)  # fmt: skip
@click.option(
    "--lang",
    type=click.Choice(rendering.LANGUAGES),
    default="nb",
    help="Language of the labels; nb without it.",
)
@click.option("--unmasked", is_flag=True, help="Show name and numbers of the patient, hidden otherwise.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file; else to standard output."
)
def render_(name: str, *, format_: str | None, lang: str, unmasked: bool, out: Path | None) -> int:
    """Show a KITH message or receipt as its receiver sees it.

    Name and numbers of the patient are hidden, in running text too; other free text stands as it was written.

    \b
    Examples:
      ip-adapter render message.xml
      ip-adapter render message.xml --lang nn --unmasked
      ip-adapter render message.xml --out message.pdf
      ip-adapter render message.xml --format html --out message.html
    """  # noqa: D301 (\b is click's mark)
    found = rendering.document(
        files.read(name),
        lang=cast("rendering.Lang", lang),
        unmasked=unmasked,
        limits=settings.load().limits(),
    )
    by_name = _BY_NAME.get(out.suffix.lower(), "text") if out is not None else "text"
    data = rendering.write(found, cast("rendering.Format | None", format_) or by_name)
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        files.write(out, data)
    return 0
