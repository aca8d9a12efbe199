"""JSON in lines for a person, its tokens untouched: digits of numbers and escapes stay as they are. R4 http.html#parameters."""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_OPEN: Final = frozenset({b"{", b"["})
_CLOSE: Final = frozenset({b"}", b"]"})
_STEP: Final = b"  "


def lines(source: bytes) -> bytes:
    """Return valid JSON with an element a line, two blanks a level, and a line break at its end."""
    parts: list[bytes] = []
    line, last = b"\n", b""
    for token in _TOKEN.findall(source):
        if token in _CLOSE:
            line = line[: -len(_STEP)]
            parts.append(token if last in _OPEN else line + token)
        else:
            parts.append(line + token if last in _OPEN else token)
        if token in _OPEN:
            line += _STEP
        elif token == b",":
            parts.append(line)
        elif token == b":":
            parts.append(b" ")
        last = token
    return b"".join(parts) + b"\n"
