"""What is asked of the adapter (R01–R43) and what may happen (E01–E72), with source and law. requirements.toml is the one list."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from adapter.events import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One duty: what it says, where it comes from, and what holds it. `reason` says why a column is empty."""

    says: str
    nb: str
    source: str
    kind: str
    rules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    reason: str = ""
    unshown: Mapping[str, str] = field(default_factory=dict)
    """Rule that no golden file of the scenarios names, or scenario whose golden files name none of the rules → why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One kind of event: the duties it serves and its law. Rules, tests and scenarios beside those found by its type."""

    title: str
    requirements: tuple[str, ...]
    source: str
    kind: str = "law"
    rules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    reason: str = ""


def _load() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("requirements.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


@lru_cache(maxsize=1)
def requirements() -> Mapping[str, Requirement]:
    """Return requirement id → its row, in order."""
    return MappingProxyType({id_: Requirement(**_row(row)) for id_, row in _load()["requirement"].items()})


@lru_cache(maxsize=1)
def happenings() -> Mapping[str, Happening]:
    """Return event number → its row, in order."""
    return MappingProxyType({id_: Happening(**_row(row)) for id_, row in _load()["event"].items()})


KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"law": "lov", "agreement": "avtale", "standard": "standard", "guide": "veileder", "design": "design"}
)
"""Kind of source → what a clinician reads."""


SEEN: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "ip.message.left": ("E52", "Melding sendt fra oss"),
        "ip.plan.pulled": ("E60", "Individuell plan hentet"),
        "ip.plan.pull-denied": ("E61", "Henting av individuell plan avvist"),
        "ip.subscription.delivered": ("E63", "Abonnent varslet"),
        "ip.subscription.failed": ("E63", "Abonnement stanset"),
    }
)
"""Type that is a view of rows kept for other ends → its number and title. docs/decisions/0089."""


def number(event_type: str) -> str:
    """Return the number (`E01`) of an event type, empty for one that this version does not know."""
    return _named(event_type)[0]


def title(event_type: str) -> str:
    """Return the Norwegian title of an event type, the type itself for one that this version does not know."""
    return _named(event_type)[1]


def _named(event_type: str) -> tuple[str, str]:
    row = catalogue.TYPES.get(event_type)
    return (row.number, row.title_nb) if row is not None else SEEN.get(event_type, ("", event_type))


def of(event_type: str) -> tuple[tuple[str, Requirement], ...]:
    """Return the duties that an event type serves, by id; none for one that this version does not know."""
    row = happenings().get(number(event_type))
    return tuple((id_, requirements()[id_]) for id_ in row.requirements) if row is not None else ()
