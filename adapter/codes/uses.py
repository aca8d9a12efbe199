"""Which element of which message uses which code list; what has no table, and why. Rows in `uses.toml`.

An element is named by its class and itself in the schema's words, such as `UtskrevetTil/UtTil`: a message's namespace does
not matter, since the versions agree. MsgHead 1.2, Dialogmelding 1.0 and 1.1, PLO 1.5 and 1.6 with its EPJ components,
AppRec 1.0 and 1.1; the part on individuell plan of Henvisning 2.0 and PLO 2.0 has no codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from adapter.codes import Lazy, toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One coded element and the lists its values come from."""

    at: str
    standards: tuple[str, ...]
    lists: tuple[str, ...]
    """The most used first."""
    source: str


def lists(at: str) -> tuple[str, ...]:
    """Return the numbers of the lists that an element takes its values from, none where no table is known."""
    found = USES.get(at)
    return found.lists if found else ()


@cache
def _content() -> dict[str, Any]:
    return toml("uses.toml")


def _uses() -> Mapping[str, Use]:
    return MappingProxyType({row["at"]: _use(row) for row in _content()["use"]})


def _use(row: Mapping[str, Any]) -> Use:
    return Use(
        at=row["at"], standards=tuple(row["standards"]), lists=tuple(row["lists"]), source=row["source"]
    )


def _reasons(part: str, key: str, reason: str) -> Mapping[str, str]:
    return MappingProxyType({row[key]: row[reason] for row in _content()[part]})


USES: Final[Mapping[str, Use]] = Lazy(_uses)
"""Class and element → the lists it uses."""

UNTABLED: Final[Mapping[str, str]] = Lazy(lambda: _reasons("untabled", "at", "why"))
"""Coded elements without a table → why; their values are shown with the sender's text."""

EXCLUDED: Final[Mapping[str, str]] = Lazy(lambda: _reasons("excluded", "number", "why"))
"""Lists without a table, on purpose → why."""

BESIDE: Final[Mapping[str, str]] = Lazy(lambda: _reasons("beside", "number", "use"))
"""Lists that no message uses → what does."""
