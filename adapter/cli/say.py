"""What commands say: results on standard output, faults and progress on standard error.

Faults are in the user's language (`--lang`, LANG). What clinicians read (`deadlines`, `report`, `stats`, `why`) is in bokmål,
what engineers read (`outbox`, `hooks`, `replay`, `check`, `map`, `db`) in English.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import click
import orjson

from adapter.errors import AdapterError, Fault

Lang = Literal["nb", "en"]


def language() -> Lang:
    """Return the language of the call under way."""
    ctx = click.get_current_context(silent=True)
    return "en" if ctx is not None and ctx.find_root().obj == "en" else "nb"


def failed(error: Exception) -> int:
    """Tell an error that ended a command, and return the exit code."""
    if isinstance(error, AdapterError):
        for fault in error.faults:
            click.echo(told(fault), err=True)
        if error.allowed:
            click.echo(f"  → {', '.join(error.allowed)}", err=True)
        return error.row.exit
    from adapter import log  # noqa: PLC0415

    said = log.told(error)
    click.echo(f"IPK-S004 {said['error']} {said['place']}", err=True)
    return 1


def told(fault: Fault, *, file: str = "") -> str:
    """Return a fault as `where: what [code, rule]` and, on a line of its own, how to mend it."""
    lang = language()
    where = ":".join(part for part in (file, str(fault.line or "")) if part)
    place = ": ".join(part for part in (where, fault.path) if part not in {"", "$"}) or "$"
    cure = fault.fix(lang)
    named = ", ".join(dict.fromkeys(part for part in (fault.code, fault.rule) if part))
    return f"{place}: {fault.message(lang)} [{named}]" + (f"\n  → {cure}" if cure else "")


def as_json(value: Any, *, lines: bool = False) -> None:
    """Write JSON: on one line where there is one object a line, else indented."""
    option = 0 if lines else orjson.OPT_INDENT_2
    click.echo(orjson.dumps(value, option=option).decode())


def table(rows: Sequence[Sequence[str]]) -> None:
    """Write rows in columns; the last column is as long as it is."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)] if rows else []
    for row in rows:
        click.echo(
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]
            ).rstrip()
        )
