"""Every rule an answer may name in `why[].rule`: its source, its dates and its text. anchors.toml is the one list."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from adapter.model import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One rule: `kind` is law, agreement, standard, guide or design.

    `nb` may hold places that the rule fills; `{n:dag/dager}` is a number with its noun, in the singular for one.
    """

    source: str
    kind: str
    valid_from: date
    nb: str
    en: str
    valid_to: date | None = None


def _load() -> Mapping[str, Anchor]:
    text = resources.files(__package__).joinpath("anchors.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: Anchor(**row) for name, row in tomllib.loads(text).items()})


ANCHORS: Final[Mapping[str, Anchor]] = _load()
"""Anchor → rule, in the order of the file (by subject)."""
_COUNTED: Final = re.compile(r"\{(\w+):[^/{}]+/([^/{}]+)\}")


def counted(n: int, one: str, many: str) -> str:
    """Return a number with its noun: `1 virkedag`, `2 virkedager`."""
    return f"{n} {one if n == 1 else many}"


class Count(int):
    """A number that fills a place of a rule's text: alone, or with the noun that the place names (`{n:dag/dager}`)."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        """Return the number, with the noun of `one/many` that fits it where the place names one."""
        one, slash, many = spec.partition("/")
        return counted(self, one, many) if slash else super().__format__(spec)


def reason(
    rule: str,
    outcome: str,
    *,
    rejected: tuple[str, ...] = (),
    source: str | None = None,
    **places: str | int,
) -> Reason:
    """Return the Reason of a rule; `source` replaces the rule's own (an agreement). Raises KeyError for no such rule."""
    row = ANCHORS[rule]
    filled = {name: Count(value) if isinstance(value, int) else value for name, value in places.items()}
    text = row.nb.format(**filled) if filled else row.nb
    return Reason(rule=rule, source=source or row.source, outcome=outcome, text=text, rejected=rejected)


@lru_cache(maxsize=512)
def fixed(rule: str, outcome: str, rejected: tuple[str, ...] = ()) -> Reason:
    """Return the Reason of a rule without places, made once."""
    return reason(rule, outcome, rejected=rejected)


def _plain(text: str) -> str:
    """Return a text with each counted place as number and plural, for the table that people read."""
    return _COUNTED.sub(r"{\1} \2", text)


def markdown() -> str:
    """Return docs/rules.md: the table of every rule with its source."""
    head = (
        "# Rules\n\n"
        "Every decision is explained: `why[].rule` and Provenance name one of these. "
        "Made from `adapter/rules/anchors.toml` by `python -m adapter.rules.anchors`; a test compares the two.\n\n"
        "| rule | says | bokmål | kind | source | valid from |\n|---|---|---|---|---|---|\n"
    )
    rows = (
        f"| `{k}` | {a.en} | {_plain(a.nb)} | {a.kind} | {a.source} | {a.valid_from} |\n"
        for k, a in ANCHORS.items()
    )
    return head + "".join(rows)


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201 (the document is the output)
