"""On which line of a JSON text each JSONPath stands. RFC 9535 (normal paths, dotted where a name is a word)."""

from __future__ import annotations

import re
from contextlib import suppress
from json.decoder import scanstring  # type: ignore[attr-defined]  # there is no public one that tells where it ends
from typing import Final

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_SCALAR: Final = re.compile(r"[^\s,\]}]+")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DEEPEST: Final = 200


def lines(text: str) -> dict[str, int]:
    """Return JSONPath → line (from 1) of every value in well-formed JSON; what was found so far where it is not."""
    found: dict[str, int] = {}
    scan = _Scan(text, found)
    with suppress(ValueError, IndexError):  # whoever parses it says so better
        scan.value(0, "$", 0)
    return found


class _Scan:
    def __init__(self, text: str, found: dict[str, int]) -> None:
        self._text = text
        self._found = found
        self._line = 1
        self._at = 0

    def value(self, at: int, path: str, depth: int) -> int:
        """Note the value at `at` and return where it ends."""
        at = self._skip(at)
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        self._found.setdefault(path, self._line)
        char = self._text[at]
        if char in "{[" and depth > _DEEPEST:
            raise ValueError("depth")
        if char == "{":
            return self._object(at + 1, path, depth)
        if char == "[":
            return self._array(at + 1, path, depth)
        if char == '"':
            return int(scanstring(self._text, at + 1)[1])
        match = _SCALAR.match(self._text, at)
        if match is None:
            raise ValueError("value")
        return match.end()

    def _object(self, at: int, path: str, depth: int) -> int:
        at = self._skip(at)
        while self._text[at] != "}":
            name, at = scanstring(self._text, at + 1)
            at = self._skip(at) + 1  # past the colon
            at = self._next(self.value(at, step(path, name), depth + 1))
        return at + 1

    def _array(self, at: int, path: str, depth: int) -> int:
        at = self._skip(at)
        number = 0
        while self._text[at] != "]":
            at = self._next(self.value(at, f"{path}[{number}]", depth + 1))
            number += 1
        return at + 1

    def _next(self, at: int) -> int:
        at = self._skip(at)
        return self._skip(at + 1) if self._text[at] == "," else at

    def _skip(self, at: int) -> int:
        match = _BLANK.match(self._text, at)
        return match.end() if match else at


def step(path: str, name: str) -> str:
    """Return the path of a member: dotted where its name is a word."""
    return f"{path}.{name}" if _WORD.fullmatch(name) else f"{path}['{name}']"


def line_of(places: dict[str, int], path: str) -> int | None:
    """Return the line of a path, or of the nearest value around it that is there."""
    while path and path not in places:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return places.get(path)
