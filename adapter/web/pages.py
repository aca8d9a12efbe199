"""Plain HTML: a frame, a table of facts, a text. Everything is escaped here and nowhere else. HTML Living Standard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; }
pre { white-space: pre-wrap; font: inherit; border-left: 4px solid #8886; padding-left: 1rem; }
code { font-family: ui-monospace, monospace; } nav a { margin-right: 1rem; }
""".strip()


def frame(title: str, body: str, *, lang: str = "en", nav: str = "") -> str:
    """Return a page with the style sheet of /docs; what leads to other pages (`nav`) stands before its main part."""
    name = escape(title)
    main = f"<h1>{name}</h1>{body}"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{name}</title>'
        f'<link rel="stylesheet" href="/docs/style.css"></head>'
        f"<body>{f'{nav}<main>{main}</main>' if nav else main}</body></html>\n"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are HTML already."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def link(href: str, words: str) -> str:
    """Return a link."""
    return f'<a href="{escape(href)}">{escape(words)}</a>'
