"""A payload in the order of the document, by the table of labels. HIS 80603, HIS 80704, and what else MsgHead carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from lxml import etree

from adapter.kith.rendering import cells, labels, rich, values
from adapter.kith.rendering.cells import Cell, Reading
from adapter.kith.rendering.document import Block, Facts, Part, Prose, Section, Table
from adapter.kith.tree import kind

TOP: Final = 2
_LOWEST: Final = 6
_COLUMNS: Final = 6
"""More columns than these do not fit a page; the items are then shown one by one."""
_SECTIONS: Final = frozenset({"block", "items", "journal"})


def sections(payload: etree._Element, reading: Reading) -> Iterator[Section]:
    """Return the sections of a payload; what stands in its root itself comes first."""
    own, below = _split(payload)
    parts = (*_stray(payload), *_parts(own, reading))
    if parts:
        yield Section(labels.word("details", reading.lang), TOP, parts)
    yield from _below(below, TOP, reading)


def _split(element: etree._Element) -> tuple[list[etree._Element], list[etree._Element]]:
    """Return the children that are values, and those that are sections; a fold stands for what is below it."""
    own, below = [], []
    for each in element:
        how = cells.show(each)[0]
        if how == "fold" and not cells.stray(each):
            inner, deeper = _split(each)
            own += inner
            below += deeper
        else:
            (below if how in _SECTIONS else own).append(each)
    return own, below


def _parts(elements: Iterable[etree._Element], reading: Reading) -> Iterator[Part]:
    """Return values as facts, and running texts between them."""
    for is_prose, group in groupby(elements, lambda each: cells.show(each)[0] == "prose"):
        if is_prose:
            yield from _prose(group, reading)
            continue
        found = cells.estimated([cell for each in group for cell in cells.of(each, reading)], reading.lang)
        if found:
            yield Facts(cells.rows(found))


def _stray(element: etree._Element) -> Iterator[Prose]:
    said = cells.stray(element)
    if said:
        yield Prose("", (Block("paragraph", said),))


def _prose(elements: Iterable[etree._Element], reading: Reading) -> Iterator[Prose]:
    for each in elements:
        blocks = rich.blocks(each)
        if blocks:
            yield Prose(labels.of(each).text(reading.lang), blocks)


def _below(elements: Iterable[etree._Element], level: int, reading: Reading) -> Iterator[Section]:
    """Return the sections of elements; consecutive items of one name are one section."""
    for (how, name), group in groupby(elements, lambda each: (cells.show(each)[0], kind(each))):
        several = list(group)
        if how == "items":
            yield from _items(several, level, reading)
        elif how == "journal":
            yield from (found for each in several for found in _journal(each, level, reading))
        else:
            yield from _blocks(several, name, level, reading)


def _blocks(several: Sequence[etree._Element], name: str, level: int, reading: Reading) -> Iterator[Section]:
    for each in several:
        own, below = _split(each)
        parts = (*_stray(each), *_parts(own, reading))
        deeper = list(_below(below, min(level + 1, _LOWEST), reading))
        if parts or deeper:
            heading = labels.of(each).text(reading.lang) or name
            yield from _opened(heading, level, parts, deeper)


def _opened(heading: str, level: int, parts: tuple[Part, ...], deeper: list[Section]) -> Iterator[Section]:
    """Return a section with its subsections; what has no heading of its own stands in the section itself."""
    own = tuple(part for each in deeper if not each.heading for part in each.parts)
    yield Section(heading, level, parts + own)
    yield from (each for each in deeper if each.heading)


def _journal(element: etree._Element, level: int, reading: Reading) -> Iterator[Section]:
    """Return a note of the record under its coded heading."""
    coded = values.child(element, "Overskriftskode")
    heading = values.code(coded, reading.lang) or labels.of(element).text(reading.lang)
    rest = [each for each in element if each is not coded]
    parts = (*_stray(element), *_parts(rest, reading))
    if parts or coded is not None:
        yield Section(heading, level, parts)


def _items(several: Sequence[etree._Element], level: int, reading: Reading) -> Iterator[Section]:
    """Return like things as facts (one), a table (several), or one by one (too wide for a table)."""
    label = labels.of(several[0]).text(reading.lang)
    found = [each for each in (cells.of(one, reading) for one in several) if each]
    if not found:
        return
    if len(found) == 1:
        yield Section(label, level, (Facts(cells.rows(found[0])),))
    elif len(heads := _heads(found)) <= _COLUMNS:
        yield Section(label, level, (Table(label, heads, tuple(_line(each, heads) for each in found)),))
    else:
        yield Section(label, level, tuple(Facts(cells.rows(each)) for each in found))


def _heads(found: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """Return the labels of all items; one that the first items lack comes after the one it follows."""
    order: list[str] = []
    for each in found:
        before = len(order)
        for cell in each:
            if cell.label not in order:
                order.insert(before + 1, cell.label)
            before = order.index(cell.label)
    return tuple(order)


def _line(found: Sequence[Cell], heads: Sequence[str]) -> tuple[str, ...]:
    return tuple("\n".join(cell.value for cell in found if cell.label == head) for head in heads)
