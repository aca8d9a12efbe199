"""A laid out message as a PDF for filing: the same facts byte for byte each time. ISO 32000; written with ReportLab.

Without clock or chance: the document carries no date of its own. Fonts are embedded, and a character that they lack is
written by its number rather than dropped.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from adapter.kith.rendering import labels
from adapter.kith.rendering.characters import visible
from adapter.kith.rendering.document import Block, Document, Facts, Part, Prose, Section, Table

_PLAIN: Final = "DejaVuSans"
_BOLD: Final = "DejaVuSans-Bold"
_MARGIN: Final = 18 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN - 12  # less the padding of the frame
_LABEL: Final = 42 * mm
_INK: Final = HexColor("#1b1b1b")
_QUIET: Final = HexColor("#4a4a4a")
_ACCENT: Final = HexColor("#0b3d66")
_LINE: Final = HexColor("#949494")
_HEAD: Final = HexColor("#e8eef4")
_SIZES: Final = {1: 16.0, 2: 12.5, 3: 10.5}
_CELL: Final = 8.0
"""Size of letters in a table."""
_PADDING: Final = 3
_TALLEST: Final = A4[1] - 2 * _MARGIN - 40 * mm
"""Height of a row that is kept together, with room for the heads of its table."""
_ROOM: Final = 25 * mm
_ROOM_FOR_MORE: Final = 50 * mm
"""What must be free for a heading and what follows (more for a table or another heading), else they go to the next page."""


def write(found: Document) -> bytes:
    """Return the document as PDF, its parts in the order of the page."""
    fonts()
    out = io.BytesIO()
    template = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=found.title, subject=found.reference, author="", lang=found.lang, invariant=1, displayDocTitle=True,
    )  # fmt: skip
    template.build(list(_story(found)), canvasmaker=_numbered(found))
    return out.getvalue()


@cache
def fonts() -> dict[str, frozenset[int]]:
    """Register the fonts, and return which characters each can write."""
    folder = resources.files(__package__) / "fonts"
    known = {}
    for name in (_PLAIN, _BOLD):
        font = TTFont(name, io.BytesIO((folder / f"{name}.ttf").read_bytes()))
        pdfmetrics.registerFont(font)
        known[name] = frozenset(font.face.charToGlyph)
    return known


def _numbered(found: Document) -> type[Canvas]:
    """Return a canvas that writes on every page what it is part of, and its number of how many."""
    of = (labels.word("page", found.lang), labels.word("of", found.lang))

    class Numbered(Canvas):
        """Pages are kept until it is known how many there are."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 (ReportLab's name)
            self._kept.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined] # ReportLab's own way, missing in its stubs

        def save(self) -> None:
            for at, page in enumerate(self._kept, 1):
                self.__dict__.update(page)
                _foot(self, found, f"{of[0]} {at} {of[1]} {len(self._kept)}")
                super().showPage()
            super().save()

    return Numbered


def _foot(canvas: Canvas, found: Document, number: str) -> None:
    canvas.setFont(_PLAIN, 7.5)
    canvas.setFillColor(_QUIET)
    canvas.drawString(_MARGIN, 10 * mm, _written(f"{found.title} · {found.reference}", _PLAIN)[:110])
    canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, number)


@cache
def _style(
    size: float = 9.0, color: Color = _INK, *, bold: bool = False, before: float = 0, indent: float = 0
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}-{color.hexval()}-{bold}-{before}-{indent}", fontName=_BOLD if bold else _PLAIN, fontSize=size,
        leading=size * 1.35, textColor=color, spaceBefore=before, spaceAfter=2, leftIndent=indent,
    )  # fmt: skip


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    """Return a paragraph; nothing of its text is taken for markup."""
    said = escape(_written(text, style.fontName)).replace("\n", "<br/>")
    return Paragraph(said, style)


def _written(text: str, font: str) -> str:
    """Return text that the font can write: what it lacks by its number."""
    known = fonts()[font]
    return "".join(
        char if ord(char) in known or char == "\n" else f"[U+{ord(char):04X}]" for char in visible(text)
    )


def _story(found: Document) -> Iterator[Flowable]:
    yield _text(found.title, _style(_SIZES[1], bold=True))
    if found.reference:
        yield _text(found.reference, _style(8.0, _QUIET))
    for section in found.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[Flowable]:
    size = _SIZES.get(section.level, 9.5)
    color = _ACCENT if section.level == 2 else _INK  # noqa: PLR2004 (the heading below the title)
    small = section.parts and not isinstance(section.parts[0], Table)
    yield CondPageBreak(_ROOM if small else _ROOM_FOR_MORE)
    yield _text(section.heading, _style(size, color, bold=True, before=size * 0.9))
    for at, part in enumerate(section.parts):
        if at:
            yield Spacer(0, 5)
        yield from _part(part)


def _part(part: Part) -> Iterator[Flowable]:
    if isinstance(part, Facts):
        yield _facts(part)
    elif isinstance(part, Table):
        yield _grid(part)
    else:
        yield from _prose(part)


def _facts(facts: Facts) -> Flowable:
    lines = [[_text(row.label, _style(9.0, _QUIET)), _text(row.value, _style())] for row in facts.rows]
    return _laid(
        lines, [_LABEL, _WIDTH - _LABEL], TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(1)])
    )


def _padding(above: float) -> list[tuple[Any, ...]]:
    every = ((0, 0), (-1, -1))
    return [
        ("TOPPADDING", *every, above),
        ("BOTTOMPADDING", *every, above),
        ("LEFTPADDING", *every, _PADDING),
        ("RIGHTPADDING", *every, _PADDING),
    ]


def _grid(table: Table) -> Flowable:
    small, bold = _style(_CELL), _style(_CELL, bold=True)
    lines = [[_text(head, bold) for head in table.heads]] if table.heads else []
    lines += [[_text(cell, small) for cell in row] for row in table.rows]
    rules: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, _LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *_padding(2),
    ]
    if table.heads:
        rules.append(("BACKGROUND", (0, 0), (-1, 0), _HEAD))
    return _laid(lines, _widths(table), TableStyle(rules), repeat=int(bool(table.heads)))


def _laid(
    lines: list[list[Paragraph]], widths: Sequence[float], style: TableStyle, *, repeat: int = 0
) -> Flowable:
    """Return a table that goes on over pages; a row, such as one medicine, is split only where no page could hold it."""
    split = int(any(_height(row, widths) > _TALLEST for row in lines))
    return Grid(
        lines, colWidths=list(widths), style=style, repeatRows=repeat, splitInRow=split, hAlign="LEFT"
    )


def _height(row: Sequence[Paragraph], widths: Sequence[float]) -> float:
    return max(cell.wrap(width - 2 * _PADDING, A4[1])[1] for cell, width in zip(row, widths, strict=True))


def _widths(table: Table) -> list[float]:
    """Return the widths of columns: room for the longest word of each, what is left by what stands in them."""
    lines = [table.heads, *table.rows] if table.heads else list(table.rows)
    columns = [[line[at] for line in lines] for at in range(len(lines[0]))]
    least = [
        min(max(_wide(word) for cell in column for word in cell.split() or [""]), _WIDTH / 2)
        for column in columns
    ]
    want = [
        max(max(_wide(line) for cell in column for line in cell.split("\n")) - low, 1)
        for column, low in zip(columns, least, strict=True)
    ]
    left = _WIDTH - sum(least)
    if left < 0:
        return [_WIDTH * low / sum(least) for low in least]
    return [
        low + left * min(each, _WIDTH) / sum(min(other, _WIDTH) for other in want)
        for low, each in zip(least, want, strict=True)
    ]


def _wide(text: str) -> float:
    """Return how wide a text is at most, with the padding of its cell."""
    return pdfmetrics.stringWidth(text, _BOLD, _CELL) + 2 * _PADDING + 1


def _prose(prose: Prose) -> Iterator[Flowable]:
    if prose.label:
        yield _text(prose.label, _style(9.0, _QUIET))
    for kind, group in groupby(prose.blocks, lambda each: each.kind if isinstance(each, Block) else "table"):
        for number, block in enumerate(group, 1):
            yield _grid(block) if isinstance(block, Table) else _block(block, kind, number)


def _block(block: Block, kind: str, number: int) -> Flowable:
    marks = {"bullet": "• ", "number": f"{number}. "}
    return _text(marks.get(kind, "") + block.text, _style(9.5, bold=kind == "heading", indent=10))
