"""Tables as JSON, CSV and text. CSV as Norwegian spreadsheets take it: semicolons, comma decimals, UTF-8 with a mark, no formulas."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from adapter import timing
from adapter.kith.rendering.characters import visible
from adapter.statistics.compute import Row, Table
from adapter.statistics.values import Asked
from adapter.timing import OSLO

BOM: Final = "\ufeff"
UNKNOWN: Final = "ukjent"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula. OWASP, CSV Injection."""
_HEAD: Final = ("statistikk", "tittel", "inndeling", "gruppe", "mål", "verdi", "enhet", "nevner")
_WIDTH: Final = 46
_COLUMN: Final = 22
"""Wide enough for "under 5 eller skjult", with air."""
_SECOND: Final = timedelta(microseconds=1)


def as_json(tables: Sequence[Table], asked: Asked) -> dict[str, Any]:
    """Return {from, to, at, smallestCell, tables: [{id, key, title, by, unit, denominator, rows}]}; None is hidden."""
    first, last = _days(asked)
    return {
        "from": first,
        "to": last,
        "at": asked.now.astimezone(OSLO).isoformat(timespec="seconds"),
        "smallestCell": asked.smallest,
        "tables": [
            {
                "id": table.measure.statistic,
                "key": table.key,
                "title": table.measure.title,
                "by": table.measure.by,
                "unit": table.measure.unit or None,
                "denominator": _denominator(table),
                "rows": [
                    {
                        "group": row.group,
                        "hidden": row.hidden,
                        **dict(zip(table.columns, row.cells, strict=True)),
                    }
                    for row in table.rows
                ],
            }
            for table in tables
        ],
    }


def as_csv(tables: Sequence[Table], asked: Asked) -> str:
    """Return one line a cell, after a mark of UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEAD)
    for table in tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                measure = table.measure
                line = (measure.statistic, measure.title, measure.by, row.group, column,
                        _cell(row, cell, asked), measure.unit if column != "antall" else "", _denominator(table))  # fmt: skip
                writer.writerow([safe(part) for part in line])
    return BOM + out.getvalue()


def as_text(tables: Sequence[Table], asked: Asked) -> str:
    """Return the tables as plain text."""
    first, last = _days(asked)
    lines = [f"Statistikk {first} til {last}. Celler under {asked.smallest} vises ikke.", ""]
    for table in tables:
        lines += [*_text(table, asked), ""]
    return "\n".join(line.rstrip() for line in lines)


def _text(table: Table, asked: Asked) -> Iterator[str]:
    measure = table.measure
    unit = f" ({measure.unit})" if measure.unit else ""
    yield f"{measure.statistic} {measure.title}, {measure.by}{unit}"
    yield f"    nevner: {_denominator(table)}"
    yield " " * (_WIDTH + 2) + "".join(column.rjust(_COLUMN) for column in table.columns)
    if not table.rows:
        yield "  ingen"
    for row in table.rows:
        first, *rest = textwrap.wrap(visible(row.group), _WIDTH) or [""]
        cells = "".join(_cell(row, cell, asked).rjust(_COLUMN) for cell in row.cells)
        yield f"  {first.ljust(_WIDTH)}{cells}"
        yield from (f"    {line}" for line in rest)


def _denominator(table: Table) -> str:
    measure = table.measure
    return measure.denominator if measure.known else f"{UNKNOWN} ({measure.denominator})"


def _cell(row: Row, cell: float | None, asked: Asked) -> str:
    if row.hidden:
        return f"under {asked.smallest} eller skjult"
    return "" if cell is None else number(cell)


def number(value: float) -> str:
    """Return a number with a decimal comma, whole ones without."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def safe(text: str) -> str:
    """Return text that no spreadsheet takes for a formula, on one line."""
    flat = " ".join(visible(text).split())
    return f"'{flat}" if flat.startswith(_FORMULA) else flat


def _days(asked: Asked) -> tuple[str, str]:
    """Return first and last day of the period."""
    last = timing.day(asked.end - _SECOND)
    return timing.day(asked.start).isoformat(), last.isoformat()
