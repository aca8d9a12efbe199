"""A table of a block of care before its version is known: both versions have the same rows, in different namespaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from adapter.kith.binding import Block, Field, Kind, block


@dataclass(frozen=True, slots=True)
class Rows:
    """A model, its fields in order (a kind may be the name of another table), and what stands for what is missing."""

    model: Callable[..., Any]
    fields: tuple[Field, ...]
    missing: Mapping[str, Any] = field(default_factory=dict)
    take: Callable[[Any], tuple[Any, ...]] | None = None


def resolved(row: Field, kinds: Mapping[str, Kind]) -> Field:
    """Return a field with the kind that its name stands for."""
    return replace(row, kind=kinds[row.kind]) if isinstance(row.kind, str) else row


def kind_of(rows: Rows, kinds: Mapping[str, Kind], spaces: Mapping[str, str]) -> Kind:
    """Return the kind of an element that this table describes."""
    make = partial(rows.model, **rows.missing) if rows.missing else rows.model
    fields = tuple(resolved(row, kinds) for row in rows.fields)
    return block(Block(make, fields, spaces=spaces, take=rows.take))
