"""The figures as rows, as a table, as JSON, and in the README."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import orjson

from bench.measures import Pair, Size

BEGIN: Final = "<!-- bench:begin -->"
END: Final = "<!-- bench:end -->"
LATER: Final = "not yet (later)"
Rule = Literal["at least", "at most"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure and what it must reach. `binding`: a miss fails the run; else the table says `said` of it."""

    name: str
    ours: str
    floor: str
    figure: float
    unit: str
    rule: Rule
    target: float
    binding: bool = True
    said: str = LATER

    @property
    def good(self) -> bool:
        """Whether the target is reached."""
        return self.figure >= self.target if self.rule == "at least" else self.figure <= self.target

    @property
    def verdict(self) -> str:
        """What the table says of it."""
        return "reached" if self.good else "**missed**" if self.binding else self.said


def rates(name: str, found: Pair, target: float, *, binding: bool = True, said: str = "") -> Row:
    """Return the row of two rates; with `said` its target binds nothing of ours, and this is told where it is not reached."""
    ours, floor = found.rates
    return Row(
        name=name, ours=f"{ours:,.0f}/s", floor=f"{floor:,.0f}/s", figure=found.ratio, unit=" ×", rule="at least",
        target=target, binding=binding and not said, said=said or LATER,
    )  # fmt: skip


def slowest(name: str, found: Pair, target: float, *, binding: bool = True) -> Row:
    """Return the row of the 99th percentile of ours, in milliseconds."""
    ours, floor = found.p99
    return Row(
        name=name,
        ours=f"{ours:.1f} ms",
        floor=f"{floor:.1f} ms",
        figure=ours,
        unit=" ms",
        rule="at most",
        target=target,
        binding=binding,
    )


def slower(name: str, found: Pair, target: float, other: str) -> Row:
    """Return the row of how much longer something takes than the `other` of ours."""
    far, first = found.rates
    return Row(
        name=name, ours=f"{far:,.0f}/s", floor=f"{first:,.0f}/s ({other})", figure=1 / found.ratio, unit=" ×",
        rule="at most", target=target,
    )  # fmt: skip


def single(name: str, figure: float, unit: str, target: float) -> Row:
    """Return the row of a figure without a floor."""
    return Row(
        name=name, ours=f"{figure:.2f}{unit}", floor="–", figure=figure, unit=unit, rule="at most", target=target,
        binding=False,
    )  # fmt: skip


def table(rows: tuple[Row, ...], size: Size, *, missing: tuple[str, ...] = ()) -> str:
    """Return the rows in Markdown, with where and how they were measured, and beside whom they could not be (`missing`)."""
    lines = [
        "| what | ours | floor | result | target | |",
        "|---|---|---|---|---|---|",
        *(_line(row) for row in rows),
        "",
        (
            f"{size.plans:,} care plans of 6.3 KB; every check and the audit on; {size.rounds} rounds of {size.seconds:g} s,"
            f" ours and the floor in turns, medians; {os.cpu_count()} cores shared by load, server and database,"
            f" Python {platform.python_version()}, {today()}. Absolute figures drift with the machine; the ratios count."
            " Repeat it with `make bench`."
        ),
    ]
    if missing:
        lines += ["", f"Not measured, since it could not be installed here: {', '.join(missing)}."]
    return "\n".join(lines)


def _line(row: Row) -> str:
    sign = "≥" if row.rule == "at least" else "≤"
    return (
        f"| {row.name} | {row.ours} | {row.floor} | {row.figure:.2f}{row.unit} | {sign} {row.target:g}{row.unit} |"
        f" {row.verdict} |"
    )


def today() -> str:
    """Return the day of the run."""
    return datetime.now(UTC).date().isoformat()


def keep(rows: tuple[Row, ...], size: Size, pairs: dict[str, Pair], folder: Path) -> Path:
    """Write everything measured as JSON and return its place."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    found = {
        "size": asdict(size),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "rows": [{**asdict(row), "good": row.good} for row in rows],
        "rounds": {name: asdict(pair) for name, pair in pairs.items()},
    }
    place.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    return place


def into(readme: Path, text: str) -> None:
    """Put the table between the marks of the README. Raises ValueError where the marks are missing."""
    whole = readme.read_text("utf-8")
    head, begin, rest = whole.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme.name}: {BEGIN} … {END} is missing")
    readme.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", "utf-8")
