"""A trail as plain text, eighty columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from adapter.kith.rendering.characters import visible
from adapter.trail import words
from adapter.trail.values import Part, Step, Trail

WIDTH: Final = 80
_INDENT: Final = 18


def page(trail: Trail) -> str:
    """Return the text, a line feed at its end; no line is longer than WIDTH."""
    lines = [*_wrapped(words.title(trail)), "=" * WIDTH]
    if trail.case_id and trail.kind != "case":
        lines += _labelled(words.CASE, trail.case_id)
    if not trail.parts:
        lines += _wrapped(words.NOTHING)
    for number, part in enumerate(trail.parts, 1):
        lines += ["", *_part(number, part)]
    return "\n".join(visible(line).rstrip() for line in lines) + "\n"


def _part(number: int, part: Part) -> Iterator[str]:
    yield from _wrapped(f"{number}. {words.heading(part)}")
    yield "-" * WIDTH
    for label, value in words.facts(part):
        yield from _labelled(label, value)
    last = ""
    for step in part.steps:
        name = words.STEPS[step.step]
        yield from _step("" if name == last else name, step)
        last = name


def _step(name: str, step: Step) -> Iterator[str]:
    yield from _block(name, f"{step.rule}: {words.outcome(step)}" if step.outcome else step.rule)
    yield from _block("", step.text)
    yield from _block("", words.source(step))
    if step.fell_away:
        yield from _block("", f"{words.FELL_AWAY}: {', '.join(step.fell_away)}")


def _labelled(label: str, value: str) -> Iterator[str]:
    yield from _block(f"{label}:", value)


def _block(label: str, value: str) -> Iterator[str]:
    """Yield the value wrapped beside its label."""
    first, *rest = textwrap.wrap(value, WIDTH - _INDENT) or [""]
    yield label.ljust(_INDENT) + first
    for line in rest:
        yield " " * _INDENT + line


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)
