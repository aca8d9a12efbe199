"""The patient's name and numbers taken out of everything a page says, running text and tables too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from lxml import etree

from adapter.kith.rendering import labels, values
from adapter.kith.rendering.characters import visible
from adapter.kith.rendering.document import Block, Document, Facts, Part, Prose, Row, Section, Table

_SHORTEST: Final = 2
_DIGITS: Final = 4
_MOST: Final = 100
"""Words of all names, numbers and addresses of the patients of a message."""
_LONGEST: Final = 4_000
"""Their characters."""

Mask = Callable[[str], str]


def masked(document: Document, patients: Iterable[etree._Element]) -> Document:
    """Return the document without the names and numbers of these people."""
    found = list(patients)
    word = labels.word("hidden", document.lang)
    mask = (lambda _: word) if _is_excessive(found) else _mask(found, word)
    return replace(document, sections=tuple(_section(each, mask) for each in document.sections))


def _is_excessive(patients: Iterable[etree._Element]) -> bool:
    """Return whether somebody has more name and number than people have: to look for each word would hold up everybody.

    Then all is hidden, rather than a part shown.
    """
    said = [text for each in patients for text in each.itertext()]
    return sum(map(len, said)) > _LONGEST or sum(len(text.split()) for text in said) > _MOST


def _mask(patients: list[etree._Element], word: str) -> Mask:
    """Return what puts `word` for the names and numbers of these people."""
    patterns = [*_numbers(patients), *_words(patients)]
    if not patterns:
        return str
    whole = re.compile("|".join(patterns))
    # A name may be written in other characters that look the same, and hidden ones may stand within a number.
    return lambda text: whole.sub(word, visible(text))


def _numbers(patients: Iterable[etree._Element]) -> list[str]:
    """Return patterns of the numbers, however their digits are spaced."""
    said = (
        values.plain(values.child(ident, "Id"))
        for each in patients
        for ident in values.children(each, "Ident")
    )
    return [r"[\s.-]?".join(map(re.escape, each)) for each in said if len(each) >= _DIGITS]


def _words(patients: Iterable[etree._Element]) -> list[str]:
    """Return patterns of the names: together in any case, and each part as a whole word as written or in capitals."""
    named = [(_parts(each, "GivenName", "MiddleName"), _parts(each, "FamilyName")) for each in patients]
    together = [
        rf"(?i:(?<!\w){re.escape(one)}\W+{re.escape(other)}s?(?!\w))"
        for given, family in named
        for one, other in [pair for g in given for f in family for pair in ((g, f), (f, g))]
    ]
    parts = {part for given, family in named for part in (*given, *family) if len(part) >= _SHORTEST}
    forms = {form for part in parts for form in (part, part.upper(), part.capitalize())}
    return together + [rf"(?<!\w){re.escape(form)}s?(?!\w)" for form in sorted(forms, key=len, reverse=True)]


def _parts(patient: etree._Element, *names: str) -> list[str]:
    """Return the words that a name is made of."""
    said = " ".join(values.plain(values.child(patient, name)) for name in names)
    return [part for part in re.split(r"[\s-]+", visible(said)) if part]


def _section(section: Section, mask: Mask) -> Section:
    return Section(mask(section.heading), section.level, tuple(_part(each, mask) for each in section.parts))


def _part(part: Part, mask: Mask) -> Part:
    if isinstance(part, Facts):
        return Facts(tuple(Row(each.label, mask(each.value)) for each in part.rows))
    if isinstance(part, Table):
        return _table(part, mask)
    return Prose(part.label, tuple(_block(each, mask) for each in part.blocks))


def _table(table: Table, mask: Mask) -> Table:
    rows = tuple(tuple(mask(cell) for cell in row) for row in table.rows)
    return Table(mask(table.caption), tuple(mask(head) for head in table.heads), rows)


def _block(block: Block | Table, mask: Mask) -> Block | Table:
    return _table(block, mask) if isinstance(block, Table) else Block(block.kind, mask(block.text))
