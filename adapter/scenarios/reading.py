"""Reads scenario folders and tells everything that is wrong with one, file and place. docs/scenarios.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from adapter.errors import Fault, Faults
from adapter.scenarios import placeholders
from adapter.scenarios.model import Expect, Kind, Scenario, Step, moment

FILE: Final = "scenario.toml"
_STEP: Final = re.compile(r"([0-9]{3})-[a-z0-9][a-z0-9-]*\.(json|xml|txt|toml)")
_KINDS: Final[Mapping[str, Kind]] = {".json": "event", ".xml": "message", ".txt": "clock"}
_OTHER: Final = frozenset({FILE, "addressbook.toml", "expected", "README.md"})
_PARTY: Final[Mapping[str, type]] = {
    "home": bool, "door": str, "routing": str, "release_days": int, "answer_to": str, "plo": str, "takes": list,
    "staffed": bool, "deputy": str, "language": str, "form_url": str,
}  # fmt: skip


def _words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


_EXPECT: Final[Mapping[str, Callable[[Any], bool]]] = {
    "status": lambda value: isinstance(value, int) and 100 <= value <= 599,  # noqa: PLR2004 (RFC 9110)
    "state": lambda value: value in {"accepted", "held", "unrouted", "recorded"},
    "outcome": lambda value: isinstance(value, str),
    "codes": _words,
    "apprec": _words,
    "channel": lambda value: value in {"in", "copy", "http"},
}
"""Keys of the file beside a step, and what each may be."""


def find(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the scenario folders at and below `paths`, each once, in order. Raises Faults where a path has none."""
    found: dict[Path, None] = {}
    lacking = []
    for path in paths:
        below = sorted(each.parent for each in path.rglob(FILE)) if path.is_dir() else []
        if not below:
            lacking.append(Fault(code="IPK-S008", path=str(path), hint=f"no {FILE} there"))
        found.update(dict.fromkeys(below))
    if lacking:
        raise Faults(tuple(lacking))
    return tuple(found)


def read(folder: Path) -> Scenario:
    """Return the scenario of a folder. Raises Faults IPK-S013 with every fault, each with its file and place."""
    faults: list[Fault] = []
    top = _toml(folder / FILE, faults)
    steps = tuple(_steps(folder, faults))
    faults += _top_faults(folder, top)
    if not steps and not faults:
        faults.append(_fault(folder, "no step such as 010-event.json"))
    if faults:
        raise Faults(tuple(faults))
    return Scenario(
        name=folder.name,
        folder=folder,
        title=top["title"],
        clock=top["clock"],
        settings=top.get("settings", {}),
        parties=top.get("party", {}),
        steps=steps,
    )


def _top_faults(folder: Path, top: Mapping[str, Any]) -> Iterator[Fault]:
    file = folder / FILE
    for key in top.keys() - {"title", "clock", "settings", "party"}:
        yield _fault(file, "one of title, clock, settings, party", at=key)
    if not isinstance(top.get("title"), str):
        yield _fault(file, "a text", at="title")
    clock = top.get("clock")
    if not isinstance(clock, datetime) or clock.tzinfo is None:
        yield _fault(file, "a time with offset, such as 2026-03-04T10:15:00+01:00", at="clock")
    if not isinstance(top.get("settings", {}), dict):
        yield _fault(file, "a table", at="settings")
    yield from _party_faults(file, top.get("party", {}))


def _party_faults(file: Path, parties: object) -> Iterator[Fault]:
    rows = parties.items() if isinstance(parties, dict) else [("?", None)]
    for key, row in rows:
        if not isinstance(row, dict):
            yield _fault(file, "a table", at=f"party.{key}")
            continue
        for name, value in row.items():
            if not isinstance(value, _PARTY.get(name, ())):
                yield _fault(file, f"one of {', '.join(_PARTY)}", at=f"party.{key}.{name}")


def _steps(folder: Path, faults: list[Fault]) -> Iterator[Step]:
    """Yield the steps by number. Faults of one do not hide those of the next."""
    files: dict[str, Path] = {}
    beside: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        match = _STEP.fullmatch(path.name)
        if match is None:
            if path.name not in _OTHER:
                faults.append(_fault(path, "a step is 010-words.json, .xml, .txt, or .toml beside one"))
            continue
        kept = beside if path.suffix == ".toml" else files
        if match.group(1) in kept:
            faults.append(_fault(path, "two files of one number"))
        kept[match.group(1)] = path
    faults += [
        _fault(path, "no step of this number") for number, path in beside.items() if number not in files
    ]
    for number, path in files.items():
        said = _toml(beside[number], faults) if number in beside else {}
        faults += _beside_faults(beside.get(number, path), said)
        step = _step(number, path, said, faults)
        faults += placeholders.faults(
            step.content, file=path, earlier=frozenset(n for n in files if n < number)
        )
        yield step


def _beside_faults(path: Path, said: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in said.items():
        if name not in _EXPECT:
            yield _fault(path, f"one of {', '.join(_EXPECT)}", at=name)
        elif not _EXPECT[name](value):
            yield _fault(path, "a value it may have", at=name)


def _step(number: str, path: Path, said: Mapping[str, Any], faults: list[Fault]) -> Step:
    content = path.read_bytes()
    kind = _KINDS[path.suffix]
    if kind == "clock":
        try:
            moment(content.decode())
        except (ValueError, UnicodeDecodeError, IndexError):
            faults.append(_fault(path, "+96h, or a time with offset", line=1))
    return Step(
        number=number,
        kind=kind,
        path=path,
        content=content,
        channel=said.get("channel", "in"),
        expect=Expect(
            status=said.get("status"),
            state=said.get("state"),
            outcome=said.get("outcome"),
            codes=frozenset(said["codes"]) if _words(said.get("codes")) else None,
            apprec=tuple(said["apprec"]) if _words(said.get("apprec")) else None,
        ),
    )


def _toml(path: Path, faults: list[Fault]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        faults.append(_fault(path, "the file is missing"))
    except UnicodeDecodeError:
        faults.append(_fault(path, "UTF-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))  # 3.11 tells the place in words only
        faults.append(_fault(path, "TOML", line=int(line.group(1)) if line else None))
    return {}


def _fault(file: Path, hint: str, *, at: str = "", line: int | None = None) -> Fault:
    place = f"{file.parent.name}/{file.name}" + (f": {at}" if at else "")
    return Fault(code="IPK-S013", path=place, line=line, rule="scenario", hint=hint)
