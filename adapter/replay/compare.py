"""Golden files: compared byte for byte, blessed on purpose only. What differs is told by place, never by value."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from adapter import xmlsafe
from adapter.errors import MessageError
from adapter.replay.outcome import Difference
from adapter.scenarios import places


def bless(expected: Path, files: Mapping[str, bytes]) -> None:
    """Make `expected/` what a run gave; what is no longer made is removed."""
    if expected.exists():
        shutil.rmtree(expected)
    for name, data in files.items():
        path = expected / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def differences(expected: Path, files: Mapping[str, bytes]) -> tuple[Difference, ...]:
    """Return every place where a run differs from its golden files."""
    if not expected.is_dir():
        return (Difference(file="expected", what="no golden files yet: run with --bless"),)
    golden = {p.relative_to(expected).as_posix(): p for p in sorted(expected.rglob("*")) if p.is_file()}
    found: list[Difference] = []
    for name in sorted(golden.keys() | files.keys()):
        if name not in files:
            found.append(Difference(file=f"expected/{name}", what="expected, not made"))
        elif name not in golden:
            found.append(Difference(file=f"expected/{name}", what="made, not expected"))
        elif golden[name].read_bytes() != files[name]:
            found += _within(name, golden[name].read_bytes(), files[name])
    return tuple(found)


def _within(name: str, expected: bytes, made: bytes) -> Iterator[Difference]:
    teller = {"json": _json, "xml": _xml}.get(name.rpartition(".")[2], _lines)
    told = list(teller(expected, made)) or list(_lines(expected, made))
    for place, line, what in told:
        yield Difference(file=f"expected/{name}", place=place, line=line, what=what)


_Told = tuple[str, int | None, str]


def _json(expected: bytes, made: bytes) -> Iterator[_Told]:
    try:
        one, other = orjson.loads(expected), orjson.loads(made)
    except orjson.JSONDecodeError:
        return
    lines = places.lines(expected.decode())
    for path, what in _unlike(one, other, "$"):
        yield path, places.line_of(lines, path), what


def _unlike(one: Any, other: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(n for n in other if n not in one)]:
            yield from _member(one, other, name, places.step(path, name))
    elif isinstance(one, list) and isinstance(other, list):
        for index in range(max(len(one), len(other))):
            both = [dict(enumerate(each)) for each in (one, other)]
            yield from _member(both[0], both[1], index, f"{path}[{index}]")
    elif one != other or type(one) is not type(other):
        yield path, "differs"


def _member(
    one: Mapping[Any, Any], other: Mapping[Any, Any], name: Any, path: str
) -> Iterator[tuple[str, str]]:
    if name not in other:
        yield path, "expected, not made"
    elif name not in one:
        yield path, "made, not expected"
    else:
        yield from _unlike(one[name], other[name], path)


def _xml(expected: bytes, made: bytes) -> Iterator[_Told]:
    try:
        one, other = _elements(expected), _elements(made)
    except MessageError:
        return
    for path in [*one, *(p for p in other if p not in one)]:
        if path not in other:
            yield path, one[path][0], "expected, not made"
        elif path not in one:
            yield path, None, "made, not expected"
        elif one[path][1] != other[path][1]:
            yield path, one[path][0], "differs"


def _elements(data: bytes) -> dict[str, tuple[int | None, tuple[Any, ...]]]:
    """Return XPath → (line, what it says) of every element."""
    root: Any = xmlsafe.parse(data)  # what its types leave open is asked of it below
    tree = root.getroottree()
    return {
        tree.getpath(each): (
            each.sourceline,
            (each.tag, (each.text or "").strip(), sorted(each.attrib.items())),
        )
        for each in root.iter("*")
    }


def _lines(expected: bytes, made: bytes) -> Iterator[_Told]:
    one, other = expected.splitlines(), made.splitlines()
    for number in range(max(len(one), len(other))):
        if one[number : number + 1] != other[number : number + 1]:
            yield "", number + 1, "differs"
            return
    yield "", None, "differs in form (order of members, line ends)"
