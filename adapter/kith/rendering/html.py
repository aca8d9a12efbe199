"""A laid out message as a page: no script, no style in the markup, everything escaped. HTML Living Standard; WCAG 2.1 AA."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from html import escape as _escape
from importlib import resources
from itertools import groupby
from typing import Final

from adapter.kith.rendering.characters import visible
from adapter.kith.rendering.document import Block, Document, Facts, Part, Prose, Section, Table

_LISTS: Final = {"bullet": "ul", "number": "ol"}


@cache
def css() -> str:
    """Return the style sheet of these pages."""
    return (resources.files(__package__) / "message.css").read_text(encoding="utf-8")


def page(found: Document, *, style: str | None = None) -> str:
    """Return the page. With `style`, the address of the style sheet; without, a page that needs nothing else."""
    title = escape(found.title)
    reference = f"<p>{escape(found.reference)}</p>" if found.reference else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{found.lang}">\n<head>\n<meta charset="utf-8">\n{_style(style)}'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n</head>\n'
        f"<body>\n<header><h1>{title}</h1>{reference}</header>\n<main>\n{_sections(found.sections)}</main>\n</body>\n</html>\n"
    )


def escape(text: str) -> str:
    """Return text fit for a page."""
    return _escape(visible(text))


def _style(address: str | None) -> str:
    if address is not None:
        return f'<link rel="stylesheet" href="{escape(address)}">\n'
    digest = b64encode(sha256(css().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{css()}</style>\n'


def _sections(sections: Sequence[Section]) -> str:
    """Return the sections, those of a lower level within the one they belong to."""
    parts: list[str] = []
    open_: list[int] = []
    for each in sections:
        while open_ and open_[-1] >= each.level:
            open_.pop()
            parts.append("</section>\n")
        open_.append(each.level)
        level = len(open_) + 1  # a heading is never more than one below the heading around it
        parts.append(
            f"<section><h{level}>{escape(each.heading)}</h{level}>\n{''.join(map(_part, each.parts))}"
        )
    return "".join(parts) + "</section>\n" * len(open_)


def _part(part: Part) -> str:
    if isinstance(part, Facts):
        rows = (f"<dt>{escape(row.label)}</dt><dd>{escape(row.value)}</dd>\n" for row in part.rows)
        return f"<dl>{''.join(rows)}</dl>\n"
    return _table(part) if isinstance(part, Table) else _prose(part)


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    head = f"<thead><tr>{heads}</tr></thead>\n" if heads else ""
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in table.rows)
    named = f' aria-label="{escape(table.caption)}"' if table.caption else ""
    # A table too wide for the screen is moved sideways, with the keyboard too. WCAG 1.4.10, 2.1.1.
    return (
        f'<div class="scroll" role="group" tabindex="0"{named}>'
        f"<table>{caption}{head}<tbody>\n{rows}</tbody></table></div>\n"
    )


def _prose(prose: Prose) -> str:
    label = f'<p class="label">{escape(prose.label)}</p>\n' if prose.label else ""
    return f'{label}<div class="prose">\n{"".join(_blocks(prose.blocks))}</div>\n'


def _blocks(blocks: Sequence[Block | Table]) -> Iterator[str]:
    for kind, group in groupby(blocks, lambda each: each.kind if isinstance(each, Block) else "table"):
        several = list(group)
        tag = _LISTS.get(kind)
        if tag:
            yield f"<{tag}>{''.join(f'<li>{escape(_text(each))}</li>' for each in several)}</{tag}>\n"
        else:
            yield from map(_block, several)


def _block(block: Block | Table) -> str:
    if isinstance(block, Table):
        return _table(block)
    marked = ' class="heading"' if block.kind == "heading" else ""
    return f"<p{marked}>{escape(block.text)}</p>\n"


def _text(block: Block | Table) -> str:
    return block.text if isinstance(block, Block) else ""
