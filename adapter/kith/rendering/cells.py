"""An element and all below it as labelled values on one level: what a person, a unit or one row of a table is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from adapter.kith.rendering import labels, rich, values
from adapter.kith.rendering.document import Row
from adapter.kith.rendering.labels import Label, Lang, Merge
from adapter.kith.tree import content, kind

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(T.*)?", re.ASCII)
_FLAT: Final = frozenset({"fold", "person", "unit", "items", "block", "journal"})
"""What is shown by what is below it."""
_HOLDS: Final = frozenset({*_FLAT, "prose", "text", "address", "ident", "phone", "skip"})
"""What may have elements below it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """In which language, and whether numbers that name a person are hidden."""

    lang: Lang
    hide: bool


@dataclass(frozen=True, slots=True, repr=False)
class Cell:
    """One value, with the name of its element so that values can be read together."""

    name: str
    label: str
    value: str


def rows(cells: Iterable[Cell]) -> tuple[Row, ...]:
    """Return cells as facts."""
    return tuple(Row(each.label, each.value) for each in cells)


def show(element: etree._Element) -> tuple[str, Label]:
    """Return how an element is shown: by its row in the table, else as its content suggests.

    What should be one value and has others below it is shown by these: nothing is lost of a document no schema accepts.
    """
    label = labels.of(element)
    fits = label.show in _HOLDS or not len(element)
    return label.show if label.show and fits else _guess(element), label


def stray(element: etree._Element) -> str:
    """Return text that stands between the children of an element, where there should be none."""
    return lines_of(each for each in (element.text, *(child.tail for child in element)) if each)


def lines_of(texts: Iterable[str]) -> str:
    """Return texts, a line each, without the empty ones."""
    return "\n".join(found for found in map(rich.lines, texts) if found)


def _guess(element: etree._Element) -> str:
    if len(element):
        return "prose" if (element.text or "").strip() or rich.is_markup(element[0]) else "block"
    if element.get("DN") is not None or element.get("S") is not None:
        return "code"
    if element.get("U") is not None:
        return "quantity"
    said = values.plain(element)
    if said in {"true", "false"}:
        return "bool"
    return "date" if _DATE.fullmatch(said) else "text"


def of(element: etree._Element, reading: Reading) -> tuple[Cell, ...]:
    """Return the values of an element and of all below it; empty ones are left out."""
    how, label = show(element)
    if how == "skip":
        return ()
    if how in _FLAT:
        return _flat(element, how, label.text(reading.lang), reading)
    if how == "phone":
        cell = Cell(kind(element), *values.phone(element, reading.lang))
    else:
        cell = Cell(kind(element), label.text(reading.lang), _value(element, how, reading))
    return (cell,) if cell.value else ()


def _value(element: etree._Element, how: str, reading: Reading) -> str:
    """Return the value of an element that is one value."""
    return _SHOWN.get(how, _text)(element, reading)


def _text(element: etree._Element, _reading: Reading) -> str:
    return rich.lines(content(element)) or (element.get("V") or "").strip()


_SHOWN: Final[Mapping[str, Callable[[etree._Element, Reading], str]]] = {
    "code": lambda element, reading: values.code(element, reading.lang),
    "coded": lambda element, reading: values.code(element, reading.lang, with_value=True),
    "date": lambda element, _: values.moment(values.plain(element)),
    "bool": lambda element, reading: values.boolean(values.plain(element), reading.lang),
    "estimate": lambda element, reading: values.boolean(values.plain(element), reading.lang),
    "quantity": lambda element, _: values.quantity(element),
    "address": lambda element, reading: values.address(element, reading.lang),
    "ident": lambda element, reading: values.ident(element, reading.lang, hide=reading.hide),
}


def _flat(element: etree._Element, how: str, label: str, reading: Reading) -> tuple[Cell, ...]:
    """Return what is below an element, with what belongs together read together."""
    found = [Cell("", label or kind(element), said)] if (said := stray(element)) else []
    found += [cell for each in element for cell in of(each, reading)]
    found = estimated(found, reading.lang)
    for merge in labels.merges("person" if how == "person" else kind(element)):
        found = merged(found, merge, reading.lang)
    if how == "person" and label:
        found = [replace(each, label=label) if each.name == "person" else each for each in found]
    return tuple(found)


def estimated(cells: list[Cell], lang: Lang) -> list[Cell]:
    """Return the cells with an estimate said at the time that it is about. HIS 80704 § 13.2.7: true is an estimate."""
    estimates = [each for each in cells if each.name == "Anslag"]
    kept = [each for each in cells if each.name != "Anslag"]
    if not any(each.value == labels.word("yes", lang) for each in estimates):
        return kept
    mark = f" ({labels.word('estimated', lang)})"
    return [
        replace(each, value=each.value + mark) if each.name == "TidspunktForHendelse" else each
        for each in kept
    ]


def merged(cells: list[Cell], merge: Merge, lang: Lang) -> list[Cell]:
    """Return the cells with those of a merge in one."""
    chosen = [each for name in merge.of for each in cells if each.name == name]
    if not chosen:
        return cells
    whole = Cell(merge.within, labels.merged_label(merge, lang), _joined(chosen, merge))
    at = {"first": 0, "last": len(cells)}.get(merge.place, cells.index(chosen[0]))
    before = [each for each in cells[:at] if each.name not in merge.of]
    after = [each for each in cells[at:] if each.name not in merge.of]
    return [*before, whole, *after]


def _joined(chosen: list[Cell], merge: Merge) -> str:
    if merge.open and len(chosen) == 1:
        return f"{chosen[0].label.lower()} {chosen[0].value}"
    return merge.join.join(f"{each.label}: {each.value}" if merge.labelled else each.value for each in chosen)
