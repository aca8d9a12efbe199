"""Every rule an answer may name in `why[].rule`: its source, its dates and its text. anchors.toml is the one list."""

from __future__ import annotations

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
    """One rule: `kind` is law, agreement, standard, guide or design; `nb` may hold places that the rule fills."""

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
    text = row.nb.format(**places) if places else row.nb
    return Reason(rule=rule, source=source or row.source, outcome=outcome, text=text, rejected=rejected)


@lru_cache(maxsize=512)
def fixed(rule: str, outcome: str, rejected: tuple[str, ...] = ()) -> Reason:
    """Return the Reason of a rule without places, made once."""
    return reason(rule, outcome, rejected=rejected)


def markdown() -> str:
    """Return docs/rules.md: the table of every rule with its source."""
    head = (
        "# Rules\n\n"
        "Every decision is explained: `why[].rule` and Provenance name one of these. "
        "Made from `adapter/rules/anchors.toml` by `python -m adapter.rules.anchors`; a test compares the two.\n\n"
        "| rule | says | bokmål | kind | source | valid from |\n|---|---|---|---|---|---|\n"
    )
    rows = (
        f"| `{k}` | {a.en} | {a.nb} | {a.kind} | {a.source} | {a.valid_from} |\n" for k, a in ANCHORS.items()
    )
    return head + "".join(rows)


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201 (the document is the output)
