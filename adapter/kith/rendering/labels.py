"""How each element is shown and under what label, bokmål and nynorsk: the table `labels.toml`, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal

from lxml import etree

from adapter.kith.tree import kind, namespace

Lang = Literal["nb", "nn"]
LANGUAGES: Final[tuple[Lang, ...]] = ("nb", "nn")

_FAMILIES: Final = (
    ("/dialog/", "dialog"),
    ("/po/", "po"),
    ("/epj/", "epj"),
    ("/henvisning/", "henvisning"),
)
"""Part of a namespace → family of labels. felleskomponent1 and MsgHead have the common ones alone."""


@dataclass(frozen=True, slots=True)
class Label:
    """How one element is shown; `show` is empty where its content decides."""

    show: str
    texts: tuple[str, ...]

    def text(self, lang: Lang) -> str:
        """Return the label, bokmål where nynorsk is the same."""
        return _pick(self.texts, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Elements whose values are read together."""

    within: str
    """Name of the element, or `person`."""
    label: tuple[str, ...]
    of: tuple[str, ...]
    join: str
    place: str
    """`first`: before all others; `last`: after them; empty: in the place of the first of them."""
    labelled: bool
    """Whether each part keeps its own label."""
    open: bool
    """Whether one that stands alone is said with its own label: `fra 01.02.2018`."""


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((resources.files(__package__) / "labels.toml").read_text(encoding="utf-8"))


def _pick(texts: tuple[str, ...], lang: Lang) -> str:
    return texts[-1] if lang == "nn" else texts[0]


@cache
def _labels(family: str) -> Mapping[str, Label]:
    rows = {**_table()["common"], **_table().get(family, {})}
    return MappingProxyType({name: Label(show, tuple(texts)) for name, (show, *texts) in rows.items()})


@cache
def _family(space: str) -> str:
    return next((family for part, family in _FAMILIES if part in space), "")


def of(element: etree._Element) -> Label:
    """Return how an element is shown; one without a row is shown under its own name."""
    name = kind(element)
    return _labels(_family(namespace(element))).get(name) or Label("", (name,))


def word(name: str, lang: Lang) -> str:
    """Return a phrase of the page itself."""
    return _pick(tuple(_table()["words"][name]), lang)


def number(name: str) -> str | None:
    """Return the list that a code without S is taken from, by the name of its element."""
    found: str | None = _table()["lists"].get(name)
    return found


@cache
def merges(within: str) -> tuple[Merge, ...]:
    """Return what is read together within an element."""
    return tuple(
        Merge(
            within=within, label=tuple(row["label"]), of=tuple(row["of"]), join=row["join"],
            place=row.get("place", ""), labelled=row.get("labelled", False), open=row.get("open", False),
        )
        for row in _table()["merge"] if within in row["within"]
    )  # fmt: skip


def ident(type_: str, lang: Lang) -> str | None:
    """Return what people call a type of identifier, None where they call it what its list does."""
    found = _table()["idents"].get(type_)
    return _pick(tuple(found), lang) if found else None


def merged_label(merge: Merge, lang: Lang) -> str:
    """Return the label of what is read together."""
    return _pick(merge.label, lang)
