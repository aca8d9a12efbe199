r"""Where tokens are kept: selective ones as rows of their own, all of them in one column of the resource. R4 search.html#token.

A row of its own costs a page of the database on every write. It pays for a token that few resources have (an identifier,
a reference); for one that half of them share (a category, a code) it would find nothing faster than the column does.

In the column each token is a line between line feeds, its parts between tabs, which are written out as `\n`, `\t` and
`\\` within a part: a wanted token is then a plain part of the text, and nothing else can look like it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypedDict

Token = tuple[str, str, str]
"""(search parameter, system or "", value)."""

SELECTIVE: Final = frozenset({"identifier", "requisition", "group-identifier"})
"""Parameters whose tokens are rows. A search by any other looks into the column, within what its other terms leave."""
BESIDE: Final = frozenset(
    {
        ("Provenance", "target"),
        *(("Task", param) for param in ("based-on", "focus")),
        *(("CarePlan", param) for param in ("activity-reference", "care-team", "goal")),
        *((type_, "based-on") for type_ in ("Communication", "ServiceRequest")),
    }
)
"""(type, parameter) of references to what is about the same patient (a Provenance to what it explains): looked for among
that patient's."""

_TABS: Final = 3
"""In a line."""
_WRITTEN_OUT: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t"})
_ESCAPED: Final = re.compile(r"\\(.)")


class Kept(TypedDict):
    """Tokens as a resource is stored with them."""

    column: str
    rows: tuple[Token, ...]


def kept(tokens: Iterable[Token]) -> Kept:
    """Return both places of tokens. Whoever makes a resource says so once, not the one thread that writes."""
    listed = tuple(tokens)
    return {"column": column(listed), "rows": rows(listed)}


def rows(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """Return the tokens that are rows, each once, in their order."""
    return tuple(dict.fromkeys([item for item in tokens if item[0] in SELECTIVE]))


def column(tokens: Iterable[Token]) -> str:
    """Return the text of the column: the same for the same tokens, whatever their order."""
    # Parameter, code and system, and the parameter again: a system alone is asked for by what follows it.
    found = set(tokens)
    lines = sorted([f"{param}\t{code}\t{system}\t{param}" for param, system, code in found])
    text = "".join(lines)
    if (
        "\\" in text or "\n" in text or text.count("\t") != _TABS * len(lines)
    ):  # rare: a part is to be written out
        lines = sorted(f"{param}\t{_part(code)}\t{_part(system)}\t{param}" for param, system, code in found)
    return "\n" + "\n\n".join(lines) + "\n" if lines else ""


def read(text: str) -> Iterator[Token]:
    """Yield the tokens of a column."""
    for line in filter(None, text.split("\n")):
        param, code, system, _ = (_ESCAPED.sub(_meant, part) for part in line.split("\t"))
        yield param, system, code


def wanted(param: str, system: str | None, code: str | None) -> str:
    """Return the text that a column holds where it holds this token; None is any system, any code."""
    if code is not None:
        return f"\n{param}\t{_part(code)}\t" + ("" if system is None else f"{_part(system)}\t")
    return f"\n{param}\t" if system is None else f"\t{_part(system)}\t{param}\n"


def begins(param: str, text: str) -> str:
    """Return the text that a column holds where a line of this parameter begins so; empty is any line."""
    return f"\n{param}\t{_part(text)}"


def _part(value: str) -> str:
    return value.translate(_WRITTEN_OUT)


def _meant(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(found[1], found[1])
