"""A trail as a page: no script, no style in the markup, everything escaped. HTML Living Standard; WCAG 2.1 AA."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from html import escape as _escape
from importlib import resources
from itertools import groupby
from typing import Final

from adapter.kith.rendering.characters import visible
from adapter.trail import words
from adapter.trail.values import Part, Step, Trail

_LANG: Final = "nb"


@cache
def css() -> str:
    """Return the style sheet of these pages."""
    return (resources.files(__package__) / "trail.css").read_text(encoding="utf-8")


def page(trail: Trail, *, style: str | None = None) -> str:
    """Return the page. With `style`, the address of the style sheet; without, a page that needs nothing else."""
    title = escape(words.title(trail))
    case = _facts([(words.CASE, trail.case_id)]) if trail.case_id and trail.kind != "case" else ""
    parts = "".join(_part(number, part) for number, part in enumerate(trail.parts, 1))
    return (
        f'<!DOCTYPE html>\n<html lang="{_LANG}">\n<head>\n<meta charset="utf-8">\n{_style(style)}'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n</head>\n'
        f"<body>\n<header><h1>{title}</h1>{case}</header>\n"
        f"<main>\n{parts or f'<p>{escape(words.NOTHING)}</p>'}</main>\n</body>\n</html>\n"
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


def _part(number: int, part: Part) -> str:
    return (
        f'<section aria-labelledby="part-{number}">\n'
        f'<h2 id="part-{number}">{number}. {escape(words.heading(part))}</h2>\n'
        f"{_facts(words.facts(part))}{''.join(_steps(part.steps))}</section>\n"
    )


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    told = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows)
    return f"<dl>{told}</dl>\n"


def _steps(steps: tuple[Step, ...]) -> Iterator[str]:
    for name, listed in groupby(steps, key=lambda step: words.STEPS[step.step]):
        yield f"<h3>{escape(name)}</h3>\n<ul>\n"
        for step in listed:
            yield f"<li>{_step(step)}</li>\n"
        yield "</ul>\n"


def _step(step: Step) -> str:
    outcome = f": <strong>{escape(words.outcome(step))}</strong>" if step.outcome else ""
    said = (
        f"<p><code>{escape(step.rule)}</code>{outcome}</p>"
        f'<p>{escape(step.text)}</p><p class="source">{escape(words.source(step))}</p>'
    )
    if step.fell_away:
        said += f'<p class="gone">{escape(words.FELL_AWAY)}: {escape(", ".join(step.fell_away))}</p>'
    return said
