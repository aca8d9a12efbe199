"""Code tables as data: one TOML file per national list, our roles, and our local systems.

A table is read when it is first asked for and kept. Rows may carry `valid_from` and `valid_to`; a list holds the codes
valid in its `edition`, and beside them those that older senders still use. A receiver matches code and list, never the
text, which differs between editions. Which element of which message uses which list: `adapter.codes.uses`.
Sources: Volven (OID arc 2.16.578.1.12.4.1.1), event-data.md (roles), fhir-model.md (local systems).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, TypeVar

OID_PREFIX: Final = "2.16.578.1.12.4.1.1."
EDITION: Final = "2026-11-27"
"""The day the tables were last checked against their source; every message row keeps it."""
LOCAL_BASE: Final = "https://ip-adapter.example/fhir"
"""The root of what is local; a domain of the project's own replaces it once."""

NUMBERS: Final = (
    "1103", "1204", "3101", "3103", "3109", "3303", "3401", "4702", "7301", "7304", "7309", "7321", "7322", "7448",
    "7601", "7602", "8112", "8113", "8114", "8115", "8116", "8117", "8221", "8230", "8254", "8258", "8279", "8307",
    "8324", "8329", "8330", "8331", "8408", "8422", "8431", "8432", "8434", "8473", "8663", "8666", "8668", "8705",
    "8724", "9033", "9034", "9040", "9043", "9050", "9051", "9057", "9060", "9061", "9064", "9065", "9066", "9067",
    "9068", "9069", "9082", "9083", "9101", "9103", "9104", "9111", "9113", "9114", "9121", "9131", "9132", "9135",
    "9136", "9137", "9138", "9139", "9140", "9141", "9142", "9143", "9145", "9148", "9151", "9152", "9153", "9154",
    "9188", "9205", "9206", "9230", "9245", "9246", "9336", "9502", "9536", "9602",
)  # fmt: skip
"""Every national list there is a table for. 8116 holds identifier types of persons, 9051 those of organisations."""
_KNOWN: Final = frozenset(NUMBERS)

Level = Literal["hospital", "municipality", "any"]
V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """A code that has left its list: read and shown, never offered and never written by us of our own accord."""

    display: str
    note: str
    """Why it is kept."""
    last_seen: date | None = None
    """The edition that held it last, None where no edition is at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One national code list: code → display, in the order of the list."""

    number: str
    name: str
    name_source: str
    oid: str
    system: str
    codes: Mapping[str, str]
    source: str
    edition: date
    checked: date
    validity: Mapping[str, tuple[date, date]]
    """Code → first and last day, for the rows that state one."""
    former: Mapping[str, Former]
    """Codes of earlier editions: not in `codes`."""

    def valid(self, code: str, on: date) -> bool:
        """Whether `code` is in the list and valid on a day; a former one is while an edition is known to hold it."""
        if code in self.former:
            return on <= (self.former[code].last_seen or date.min)
        first, last = self.validity.get(code, (date.min, date.max))
        return code in self.codes and first <= on <= last

    def display(self, code: str) -> str | None:
        """Return the text of a code of this or an earlier edition, None where neither knows it."""
        held = self.former.get(code)
        return held.display if held else self.codes.get(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role towards the patient: its key in events, its code, and the law it comes from."""

    key: str
    number: str | None
    """The national list, None for a local code."""
    code: str
    system: str
    display: str
    legal: str
    level: Level
    kith: bool
    """Whether a KITH message can name it by code (local codes stay inside)."""
    source: str
    checked: date


class Lazy(Mapping[str, V], Generic[V]):
    """A mapping that is read from its file when first used, so that a command that needs no codes starts at once."""

    def __init__(self, read: Callable[[], Mapping[str, V]]) -> None:
        self._read = read

    @cached_property
    def _rows(self) -> Mapping[str, V]:
        return self._read()

    def __getitem__(self, key: str) -> V:
        return self._rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def toml(name: str) -> dict[str, Any]:
    """Return the content of one of the files beside this module."""
    return tomllib.loads((resources.files(__name__) / name).read_text(encoding="utf-8"))


@cache
def table(number: str) -> Table:
    """Return the table of a national list. Raises KeyError where there is none (see NUMBERS)."""
    if number not in _KNOWN:
        raise KeyError(number)
    content = toml(f"volven-{number}.toml")
    rows = content["code"]
    return Table(
        **content["table"],
        system=f"urn:oid:{content['table']['oid']}",
        codes=MappingProxyType({row["code"]: row["display"] for row in rows}),
        validity={
            row["code"]: (row.get("valid_from", date.min), row.get("valid_to", date.max))
            for row in rows
            if "valid_from" in row or "valid_to" in row
        },
        former=MappingProxyType({row.pop("code"): Former(**row) for row in content.get("former", ())}),
    )


def display(number: str, code: str) -> str | None:
    """Return the text of a code of this or an earlier edition; None where list or code is unknown."""
    return table(number).display(code) if number in _KNOWN else None


def oid(number: str) -> str:
    """Return the OID of a national list: what stands in S of a KITH code."""
    return f"{OID_PREFIX}{number}"


def system(number: str) -> str:
    """Return the system of a national list in a FHIR Coding."""
    return f"urn:oid:{OID_PREFIX}{number}"


def local_system(name: str) -> str:
    """Return the system of a local code list, such as `need-kind`."""
    return f"{LOCAL_BASE}/CodeSystem/{name}"


def _roles() -> Mapping[str, Role]:
    return MappingProxyType({row["key"]: _role(row) for row in toml("roles.toml")["role"]})


def _role(row: Mapping[str, Any]) -> Role:
    number = row.get("number")
    name = row.get("local", "")
    text = display(number, row["code"]) if number else LOCAL[name].get(row["code"])
    return Role(
        key=row["key"],
        number=number,
        code=row["code"],
        system=system(number) if number else local_system(name),
        display=text or row["key"],
        legal=row["legal"],
        level=row["level"],
        kith=number is not None,
        source=row["source"],
        checked=row["checked"],
    )


def _local() -> Mapping[str, Mapping[str, str]]:
    content = toml("local.toml")
    return MappingProxyType({name: MappingProxyType(codes) for name, codes in content["system"].items()})


ROLES: Final[Mapping[str, Role]] = Lazy(_roles)
"""Key of an event's role → role."""

LOCAL: Final[Mapping[str, Mapping[str, str]]] = Lazy(_local)
"""Name of a local code system → its codes and texts."""
