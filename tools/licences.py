"""Licence check: every locked package may be used by software under Apache-2.0. Exit 1 where one may not, or is silent.

Read from the metadata of the installed packages: License-Expression (PEP 639), else classifiers, else License, else the
title of the licence file that the package ships.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
LOCKS: Final = ("requirements.lock", "requirements-dev.lock")

COMPATIBLE: Final = frozenset(
    {
        "0bsd",
        "apache",
        "apache-2.0",
        "apache 2.0",
        "apache license 2.0",
        "apache software license",
        "bsd",
        "bsd license",
        "bsd-2-clause",
        "bsd 2-clause license",
        "bsd-3-clause",
        "isc",
        "isc license (iscl)",
        "mit",
        "mit-cmu",
        "mit license",
        "psf-2.0",
        "psfl",
        "python software foundation license",
        "the unlicense (unlicense)",
        "unlicense",
        "zlib",
        # Copyleft by file or library: used unmodified, beside and not inside our own work.
        "mpl-2.0",
        "mozilla public license 2.0 (mpl 2.0)",
        "lgpl-3.0-only",
        "lgpl-3.0-or-later",
    }
)
"""Names as they stand in metadata, lower case."""

_LOCKED: Final = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def locked(root: Path = ROOT) -> tuple[str, ...]:
    """Return the names of all locked packages, sorted."""
    return tuple(
        sorted({name for lock in LOCKS for name in _LOCKED.findall((root / lock).read_text("utf-8"))})
    )


def stated(package: str) -> str | None:
    """Return the licence that an installed package states, or None when it is not installed on this platform."""
    try:
        meta = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return None
    expression: str = (meta.get_all("License-Expression") or [""])[0]
    if expression:
        return expression
    names = [
        name.rpartition(" :: ")[2] for name in meta.get_all("Classifier", []) if name.startswith("License ::")
    ]
    named = [name for name in names if name != "OSI Approved"]
    return " OR ".join(named) or (meta.get_all("License") or [""])[0].strip() or _title(package)


def _title(package: str) -> str:
    """Return the first line of a package's licence file (`License-File`), without marks; empty where it ships none."""
    found = metadata.distribution(package)
    for name in found.metadata.get_all("License-File", []):
        text = found.read_text(f"licenses/{name}") or ""
        return text.strip().partition("\n")[0].strip("# ")
    return ""


def compatible(licence: str) -> bool:
    """Return whether a licence expression fits: every part of an AND, at least one of an OR. Nothing stated does not."""
    text = (
        licence.strip().strip("()")
        if licence.count("(") == 1 and licence.startswith("(")
        else licence.strip()
    )
    if text.lower() in COMPATIBLE:
        return True
    for word, rule in ((" AND ", all), (" OR ", any)):
        parts = _split(text, word)
        if len(parts) > 1:
            return rule(compatible(part) for part in parts)
    return text.startswith("(") and text.endswith(")") and compatible(text[1:-1])


def _split(text: str, word: str) -> list[str]:
    """Split at `word` where no bracket is open."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0 and text.startswith(word, at):
            parts.append(text[start:at])
            start = at + len(word)
    return [*parts, text[start:]]


def main() -> int:
    """Print what does not fit. Return the exit code."""
    found = {package: stated(package) for package in locked()}
    wrong = {
        package: licence
        for package, licence in found.items()
        if licence is not None and not compatible(licence)
    }
    for package, licence in wrong.items():
        print(f"licences: {package}: {licence.splitlines()[0][:80] if licence else 'none stated'}")
    here = sum(licence is not None for licence in found.values())
    print(f"licences: {here - len(wrong)} of {here} locked packages on this platform fit Apache-2.0")
    return 1 if wrong or not here else 0


if __name__ == "__main__":
    sys.exit(main())
