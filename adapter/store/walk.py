"""Pages filled where the index only narrows: what it finds is looked at piece by piece, until a page is full.

However little of it fits, one request looks at a bounded number of resources: a page may then be short, or empty, and the
next one goes on where it stopped. R4 search.html#paging allows that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from adapter.fhir.query import Page, Query, Row
from adapter.store import cursors

Find = Callable[[Query], Page]
Keep = Callable[[Sequence[Row]], Sequence[Row]]
"""Which of these rows are meant; in their order."""

BUDGET: Final = 5000
"""Resources that one page looks at."""
_LEAST, _MOST = 50, 500
"""Resources read at a time."""


def page(find: Find, query: Query, keep: Keep, *, budget: int = BUDGET) -> Page:
    """Return a page of what is kept; without a total."""
    size = min(max(2 * query.count, _LEAST), _MOST)
    rows: list[Row] = []
    ends: list[str] = []
    after, seen = query.after, 0
    while True:
        found = find(replace(query, count=size, after=after, total=False))
        marks = {(row.type, row.id): mark for row, mark in zip(found.rows, found.marks, strict=True)}
        for row in keep(found.rows):
            rows.append(row)
            ends.append(cursors.write(marks[row.type, row.id]))
        seen += len(found.rows)
        if len(rows) > query.count:
            return Page(rows=tuple(rows[: query.count]), next=ends[query.count - 1])
        if found.next is None or seen >= budget:
            return Page(rows=tuple(rows), next=found.next)
        after = found.next


def every(find: Find, query: Query, keep: Keep, *, limit: int, budget: int) -> tuple[Row, ...] | None:
    """Return all that is kept, None where that is more than `limit` or takes looking at more than `budget`."""
    rows: list[Row] = []
    for kept in _pieces(find, query, keep, budget):
        if kept is None:
            return None
        rows += kept
        if len(rows) > limit:
            return None
    return tuple(rows)


def count(find: Find, query: Query, keep: Keep, *, budget: int) -> int | None:
    """Return how many are kept, None where that takes looking at more than `budget`."""
    total = 0
    for kept in _pieces(find, replace(query, after=None), keep, budget):
        if kept is None:
            return None
        total += len(kept)
    return total


def _pieces(find: Find, query: Query, keep: Keep, budget: int) -> Iterator[Sequence[Row] | None]:
    """Yield what is kept of piece after piece, and None instead where the budget ends first."""
    after, seen = query.after, 0
    while True:
        found = find(replace(query, count=_MOST, after=after, total=False))
        seen += len(found.rows)
        if seen > budget:
            yield None
            return
        yield keep(found.rows)
        if found.next is None:
            return
        after = found.next
