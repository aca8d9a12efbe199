"""A message laid out for reading: sections of facts, tables and texts, before it becomes HTML, plain text or PDF."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from adapter.kith.rendering.labels import Lang


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One fact. Line breaks in the value are meant."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """Labels and values, in order."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Like things in rows. `heads` may be empty (a table out of a formatted text)."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """A piece of running text."""

    kind: Literal["paragraph", "heading", "bullet", "number"]
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Prose:
    """Running text, with its label where it has one."""

    label: str
    blocks: tuple[Block | Table, ...]


Part: TypeAlias = Facts | Table | Prose


def facts(rows: Iterable[Row]) -> tuple[Facts, ...]:
    """Return rows as a part of a section, nothing where there are none."""
    found = tuple(rows)
    return (Facts(found),) if found else ()


@dataclass(frozen=True, slots=True, repr=False)
class Section:
    """A heading and what stands below it, up to the next heading of whatever level."""

    heading: str
    level: int
    """2 to 6, never more than one below the section before."""
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """The whole message."""

    lang: Lang
    title: str
    """The type of the message in words."""
    reference: str
    """Its MsgId, or Id of a receipt: printed on every page."""
    sections: tuple[Section, ...]
