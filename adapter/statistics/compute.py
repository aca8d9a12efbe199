"""Tables of observations, one case at a time; small cells are hidden so that they cannot be worked out. domain § 1.8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from typing import Final

from adapter.statistics.measures import COLUMNS, MEASURES, REST, Measure
from adapter.statistics.observe import OBSERVERS
from adapter.statistics.values import Asked, CaseFacts, Seen

_PERCENT: Final = 100.0
_DIGITS: Final = 1
_YEARS: Final = 2


@dataclass(slots=True)
class Group:
    """What was seen in one group: how many people it is of, and the values."""

    people: int = 0
    values: list[float] = field(default_factory=list)


Groups = dict[str, Group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group: its cells as the columns say, None where hidden (or where nothing is to be said, at 0)."""

    group: str
    cells: tuple[float | None, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with its rows."""

    key: str
    measure: Measure
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def compute(cases: Iterable[CaseFacts], asked: Asked) -> tuple[Table, ...]:
    """Return every table. Cases are taken one by one and not kept.

    Those whose address is strictly confidential are in no figure of a municipality, nor of who receives for one.
    """
    found: dict[str, Groups] = {key: {} for key in MEASURES}
    for facts in cases:
        counted: set[tuple[str, str]] = set()
        for seen in _of_case(facts, asked):
            group = found[seen.table].setdefault(seen.group, Group())
            group.values.append(seen.value)
            if (seen.table, seen.group) not in counted:
                counted.add((seen.table, seen.group))
                group.people += 1
    return tuple(_table(key, MEASURES[key], groups, asked.smallest) for key, groups in found.items())


def _of_case(facts: CaseFacts, asked: Asked) -> Iterator[Seen]:
    if facts.strict and asked.municipal:
        return
    for observe in OBSERVERS:
        for seen in observe(facts, asked):
            if not (facts.strict and MEASURES[seen.table].municipal):
                yield seen


def _table(key: str, measure: Measure, groups: Groups, smallest: int) -> Table:
    shown = _joined(groups, smallest) if measure.open_labels else groups
    names = [*measure.fixed, *sorted(name for name in shown if name not in measure.fixed)]
    hidden = hide({name: shown[name].people if name in shown else 0 for name in names}, smallest)
    total = sum(len(group.values) for group in shown.values())
    columns = COLUMNS[measure.shape]
    rows = tuple(
        Row(group=name, cells=(None,) * len(columns), hidden=True)
        if name in hidden
        else Row(group=name, cells=_cells(measure, shown[name].values if name in shown else [], total))
        for name in names
    )
    return Table(key=key, measure=measure, columns=columns, rows=rows)


def _joined(groups: Groups, smallest: int) -> Groups:
    """Return the groups with the small ones as one: a label that somebody wrote never stands for a few."""
    large = {name: group for name, group in groups.items() if group.people >= smallest and name != REST}
    small = [group for name, group in groups.items() if name not in large]
    if not small:
        return large
    rest = Group(people=sum(g.people for g in small), values=[value for g in small for value in g.values])
    return {**large, REST: rest}


def hide(people: Mapping[str, int], smallest: int) -> frozenset[str]:
    """Return the groups whose cells are hidden: those of too few people, and the next one where they could be worked out.

    With the sum known from elsewhere one hidden cell is the rest, and two are known together: what is hidden must be at
    least two cells and at least the smallest together, or all there is. 0 says nothing about anybody.
    """
    gone = {name for name, count in people.items() if 0 < count < smallest}
    rest = sorted((count, name) for name, count in people.items() if count >= smallest)
    while gone and rest and (len(gone) == 1 or sum(people[name] for name in gone) < smallest):
        gone.add(rest.pop(0)[1])
    return frozenset(gone)


def _cells(measure: Measure, values: list[float], total: int) -> tuple[float | None, ...]:
    count = float(len(values))
    if measure.shape == "share":
        return (count, round(_PERCENT * count / total, _DIGITS) if total else None)
    if measure.shape == "times":
        if not values:
            return (count, None, None)
        return (count, round(median(values), _DIGITS), round(_p90(values), _DIGITS))
    if measure.shape == "sum":
        return (count, round(sum(values), _YEARS))
    return (count,)


def _p90(values: list[float]) -> float:
    """Return the least value that nine of ten do not exceed (nearest rank)."""
    return sorted(values)[ceil(0.9 * len(values)) - 1]
