"""Variants of the address book that ships: other parties at home, other keys in a row. For installations side by side."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from adapter import data
from adapter.model import AddressBook
from adapter.registers import addressbook

OF_HOME: Final = ("home", "door", "routing", "release_days", "answer_to", "plo")
"""Keys that only a party of our own has."""
HOSPITAL: Final = frozenset({"st-olavs-fmr", "st-olavs-ke", "felles-ke"})
TURNS: Final = "alvdal-saksbehandling"
NYDAL: Final = "nydal-saksbehandling"
ALVDAL: Final = frozenset({"alvdal-saksbehandling", "alvdal-sykepleie"})


def toml(
    *,
    home: Collection[str] = HOSPITAL,
    rows: Mapping[str, Mapping[str, Any]] | None = None,
    agreements: str = "",
    turn: str | None = None,
) -> str:
    """Return the shipped book with these parties at home and these keys of rows (by party key) set or, None, left out.

    `turn` is the first day on which Nydal serves what Alvdal's case work served until then: two municipalities merge.
    """
    head, *blocks = data.read(addressbook.SHIPPED).decode().split("[[party]]\n")
    changed = [_block(block, home, rows or {}) for block in blocks]
    if turn is not None:
        changed = [half for block in changed for half in _turned(block, date.fromisoformat(turn))]
    return "[[party]]\n".join([head, *changed]) + agreements


def book(**changes: Any) -> AddressBook:
    """Return such a variant, parsed."""
    return addressbook.parse(toml(**changes).encode())


def write(path: Path, **changes: Any) -> Path:
    """Write such a variant to a file, for an installation of its own."""
    path.write_text(toml(**changes), encoding="utf-8")
    return path


def _block(block: str, home: Collection[str], rows: Mapping[str, Mapping[str, Any]]) -> str:
    key = re.match(r'key = "([^"]+)"', block)
    assert key is not None
    own = key[1] in home
    values: dict[str, Any] = {} if own else dict.fromkeys(OF_HOME)
    if own and "home = true" not in block:
        values |= {"home": True, "door": "own"}
    return _set(block, values | dict(rows.get(key[1], {})))


def _turned(block: str, first: date) -> list[str]:
    """Return a party's row, and Alvdal's case work as two: its own, and its successor's under other numbers."""
    if not block.startswith(f'key = "{TURNS}"'):
        return [block]
    before = _set(block, {"valid_to": first - timedelta(days=1)})
    level1 = {"her_id": "99987", "name": "Nydal Kommune", "orgnr": "310001120", "type": "102"}
    unit = {"her_id": "5979", "name": "Saksbehandling", "service": "KD0501", "unit": "Koordinerende enhet"}
    after = _set(block, {"level1": level1, "level2": unit, "valid_from": first})
    return [before, after.replace(TURNS, NYDAL)]


def _set(block: str, values: Mapping[str, Any]) -> str:
    lines = [line for line in block.splitlines(keepends=True) if line.partition("=")[0].strip() not in values]
    added = [f"{name} = {_toml(value)}\n" for name, value in values.items() if value is not None]
    return "".join([lines[0], *added, *lines[1:]])


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    return str(value)
