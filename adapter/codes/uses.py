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

from adapter.codes import Lazy, display, toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One coded element and the lists its values come from."""

    at: str
    standards: tuple[str, ...]
    lists: tuple[str, ...]
    """The most used first."""
    source: str
    cs: bool = False
    """Whether it is a CS, which names no list; a CV names the list of its value in S."""
    also: tuple[str, ...] = ()
    """Values that the standard has and no list holds."""
    repeats: bool = False
    """Whether it repeats what another message said: a receipt names the type it refuses, whatever that was."""

    def holds(self, v: str, number: str | None) -> bool:
        """Whether the element may have this value of list `number` (None where it names none).

        A code that has left its list is of it still. A list there is no table for cannot be asked.
        """
        if self.repeats:
            return True
        if self.cs:
            return v in self.also or any(display(each, v) is not None for each in self.lists)
        return number in EXCLUDED or (number in self.lists and display(str(number), v) is not None)


def of(inside: str, name: str) -> tuple[Use, ...]:
    """Return what an element may be: by its class, else by its own name (`Kontaktperson` is a HealthcareProfessional)."""
    at = f"{inside}/{name}"
    if at in UNTABLED:
        return ()
    return (USES[at],) if at in USES else _by_name().get(name, ())


@cache
def _by_name() -> Mapping[str, tuple[Use, ...]]:
    names = dict.fromkeys(at.rpartition("/")[2] for at in USES)
    return {name: tuple(use for at, use in USES.items() if at.rpartition("/")[2] == name) for name in names}


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
        at=row["at"], standards=tuple(row["standards"]), lists=tuple(row["lists"]), source=row["source"],
        cs=row.get("cs", False), also=tuple(row.get("also", ())), repeats=row.get("repeats", False),
    )  # fmt: skip


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
