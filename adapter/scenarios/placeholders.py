"""`${MsgId:010:5079}` in a step stands for an id that an earlier step made. contract.md, 'Fixtures'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from adapter.errors import Fault, Faults

Made = Mapping[tuple[str, str, str], str]
"""(name, step, argument) → the id made. `now` stands at ("now", "", "")."""

NAMES: Final[Mapping[str, int]] = {
    "MsgId": 2,
    "genDate": 2,
    "needId": 2,
    "meldeId": 1,
    "assignmentId": 1,
    "planId": 1,
    "patientId": 1,
    "receivedId": 1,
    "now": 0,
}
"""Name → how many parts follow it: the step, and receiver (level-2 HER-id or book key) or kind of need."""

_ANY: Final = re.compile(rb"\$\{([^}\n]{0,120})\}?")


def fill(content: bytes, made: Made, *, file: Path) -> bytes:
    """Return a step's bytes with ids in the place of placeholders. Raises Faults IPK-S013, all at once."""
    found = list(faults(content, file=file))
    missing = [
        _fault(file, content, place, hint=f"nothing made: {name}:{':'.join(parts)}")
        for place, name, parts in _each(content)
        if not found and _key(name, parts) not in made
    ]
    if found or missing:
        raise Faults((*found, *missing))
    return _ANY.sub(lambda match: made[_key(*_split(match))].encode(), content)


def faults(content: bytes, *, file: Path, earlier: frozenset[str] | None = None) -> Iterator[Fault]:
    """Yield a fault for each placeholder that is malformed, or names a step that is not among the earlier ones."""
    for place, name, parts in _each(content):
        if NAMES.get(name) != len(parts) or "" in parts:
            yield _fault(file, content, place, hint=f"one of {', '.join(map(_shape, NAMES))}")
        elif parts and earlier is not None and parts[0] not in earlier:
            yield _fault(file, content, place, hint=f"{name} of a step that does not come before")


def _each(content: bytes) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    for match in _ANY.finditer(content):
        name, parts = _split(match)
        yield match.start(), name, parts


def _split(match: re.Match[bytes]) -> tuple[str, tuple[str, ...]]:
    if not match.group(0).endswith(b"}"):
        return "", ()
    name, *parts = match.group(1).decode("utf-8", "replace").split(":")
    return name, tuple(parts)


def _key(name: str, parts: tuple[str, ...]) -> tuple[str, str, str]:
    step, argument = (*parts, "", "")[:2]
    return name, step, argument


def _shape(name: str) -> str:
    return "${" + ":".join((name, *("010", "…")[: NAMES[name]])) + "}"


def _fault(file: Path, content: bytes, place: int, *, hint: str) -> Fault:
    line = content.count(b"\n", 0, place) + 1
    return Fault(
        code="IPK-S013", path=f"{file.parent.name}/{file.name}", line=line, rule="placeholder", hint=hint
    )
