"""A tester's own HER-ids, people and phones in the place of the scenarios'. contract.md, `replay --profile`.

addressbook = "mine.toml"
[her]      5079 = "8094866"
[phones]   "+4773598600" = "+4712345678"
[people]   a number of the scenarios = the tester's own
[names]    Danser = "…"        [dates]  1969-11-13 = "…"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adapter.errors import Fault, Faults

_TABLES: Final = frozenset({"addressbook", "her", "phones", "people", "names", "dates"})


@dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """What stands for what. Never printed: it may name people."""

    words: Mapping[str, str]
    """A word of the scenarios, standing alone → the tester's."""
    addressbook: Path | None = None

    def apply(self, content: bytes) -> bytes:
        """Return a step's bytes in the tester's words."""
        if not self.words:
            return content
        names = "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))
        alone = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])")
        text = content.decode("utf-8", "surrogateescape")
        return alone.sub(lambda match: self.words[match.group()], text).encode("utf-8", "surrogateescape")


def load(path: Path) -> Profile:
    """Return the profile in a TOML file. Raises Faults IPK-S008 (unreadable), IPK-S013 (malformed) with the place."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise Faults((Fault(code="IPK-S008", path=str(path)),)) from None
    except tomllib.TOMLDecodeError:
        raise Faults((Fault(code="IPK-S013", path=path.name, rule="profile", hint="TOML"),)) from None
    faults = tuple(_fault(path, name) for name, table in raw.items() if not _is_good(name, table))
    if faults:
        raise Faults(faults)
    words = {**raw.get("her", {}), **raw.get("phones", {}), **raw.get("names", {}), **raw.get("dates", {})}
    book = raw.get("addressbook")
    return Profile(words=words | raw.get("people", {}), addressbook=path.parent / book if book else None)


def _is_good(name: str, table: Any) -> bool:
    if name == "addressbook":
        return isinstance(table, str)
    return (
        name in _TABLES and isinstance(table, dict) and all(isinstance(word, str) for word in table.values())
    )


def _fault(path: Path, name: str) -> Fault:
    hint = f"tables {', '.join(sorted(_TABLES))} of texts"
    return Fault(code="IPK-S013", path=f"{path.name}: {name}", rule="profile", hint=hint)
