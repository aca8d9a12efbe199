"""A laid out message as plain text: headings underlined, facts by the line, tables in columns where they fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from adapter.kith.rendering.characters import visible
from adapter.kith.rendering.document import Block, Document, Facts, Part, Prose, Section, Table

_WIDTH: Final = 100
_GAP: Final = "  "
_UNDERLINES: Final = "==-"
"""Mark under a heading of level 1, 2, and all below."""
_MARKS: Final = {"paragraph": "", "heading": "", "bullet": "- ", "number": ""}


def page(found: Document) -> str:
    """Return the text, a line feed at its end."""
    lines = [*_heading(found.title.upper(), 1), *(line for each in found.sections for line in _section(each))]
    return "\n".join(visible(line).rstrip() for line in lines) + "\n"


def _heading(text: str, level: int) -> Iterator[str]:
    flat = " ".join(text.split())
    yield flat
    yield _UNDERLINES[min(level, len(_UNDERLINES)) - 1] * len(flat)


def _section(section: Section) -> Iterator[str]:
    yield ""
    yield from _heading(section.heading, section.level)
    for number, part in enumerate(section.parts):
        if number:
            yield ""
        yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, Facts):
        for row in part.rows:
            yield from _fact(row.label, row.value)
    elif isinstance(part, Table):
        yield from _table(part)
    else:
        yield from _prose(part)


def _fact(label: str, value: str) -> Iterator[str]:
    first, *rest = value.split("\n")
    yield f"{label}: {first}"
    yield from (f"    {line}" for line in rest)


def _prose(prose: Prose) -> Iterator[str]:
    if prose.label:
        yield f"{prose.label}:"
    number = 0
    for before, block in zip((None, *prose.blocks), prose.blocks, strict=False):
        if before is not None and not _same_list(before, block):
            yield ""
        if isinstance(block, Table):
            yield from _table(block)
            continue
        number = number + 1 if block.kind == "number" else 0
        mark = f"{number}. " if number else _MARKS[block.kind]
        yield from (
            f"{mark if not at else ' ' * len(mark)}{line}" for at, line in enumerate(block.text.split("\n"))
        )


def _same_list(before: Block | Table, block: Block | Table) -> bool:
    lists = {"bullet", "number"}
    return (
        isinstance(before, Block)
        and isinstance(block, Block)
        and before.kind == block.kind
        and block.kind in lists
    )


def _table(table: Table) -> Iterator[str]:
    """Return a table in columns where every cell has one line and all fit, else each row as facts."""
    lines = [table.heads, *table.rows] if table.heads else list(table.rows)
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    single = not any("\n" in cell for line in lines for cell in line)
    if not single or sum(widths) + len(_GAP) * len(widths) > _WIDTH:
        yield from _rows(table)
        return
    for at, line in enumerate(lines):
        yield _columns(line, widths)
        if table.heads and not at:
            yield _columns(["-" * width for width in widths], widths)


def _columns(line: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))


def _rows(table: Table) -> Iterator[str]:
    heads = table.heads or ("",) * len(table.rows[0])
    for at, row in enumerate(table.rows):
        if at:
            yield ""
        for head, cell in zip(heads, row, strict=True):
            if cell:
                yield from _fact(head, cell) if head else cell.split("\n")
