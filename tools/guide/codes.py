"""The FSH of the code systems, made of `adapter/codes/local.toml` (texts) and `ig/codes.toml` (English)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapter import codes
from tools.guide.place import SOURCES, NotBuilt

FSH: Final = SOURCES / "input" / "fsh" / "codes.fsh"
_HEAD: Final = (
    "// Made of adapter/codes/local.toml and ig/codes.toml by `python -m tools.guide codes`; do not edit.\n"
)
_DIFFER: Final = "{} stands in only one of adapter/codes/local.toml and ig/codes.toml"
_TAKEN: Final = frozenset({"patient-wish", "assignment-state", "consent-guardians"})
"""Systems whose name in FSH an extension or a value set has already."""


def fsh() -> str:
    """Return codes.fsh. Raises NotBuilt where one file has a system or code that the other lacks."""
    english = _english()
    missing = set(codes.LOCAL) - set(english)
    if missing:
        raise NotBuilt(_DIFFER.format(min(missing)))
    return _HEAD + "".join(_system(name, row) for name, row in english.items())


def own() -> Mapping[str, Mapping[str, str]]:
    """Return the systems that only the guide has, for extensions: name → code → bokmål."""
    found = _english()
    return {
        name: {code: said["nb"] for code, said in row["code"].items()}
        for name, row in found.items()
        if name not in codes.LOCAL
    }


def _english() -> dict[str, Any]:
    return tomllib.loads((SOURCES / "codes.toml").read_text(encoding="utf-8"))


def name_of(system: str) -> str:
    """Return the name of a system in FSH: need-kind → NeedKind."""
    plain = "".join(part.capitalize() for part in system.split("-"))
    return f"{plain}System" if system in _TAKEN else plain


def _system(name: str, row: Mapping[str, Any]) -> str:
    head = (
        f"\nCodeSystem: {name_of(name)}\nId: {name}\n"
        f"Title: {_quoted(row['title'])}\nDescription: {_quoted(row['use'])}\n"
        "* ^caseSensitive = true\n* ^experimental = false\n* ^language = #nb\n"
    )
    lines = (f"* #{code} {_quoted(nb)} {_quoted(en)}\n" for code, nb, en in _concepts(name, row["code"]))
    return head + "".join(lines)


def _concepts(name: str, english: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if name not in codes.LOCAL:
        yield from ((code, said["nb"], said["en"]) for code, said in english.items())
        return
    held = codes.LOCAL[name]
    if held.keys() != english.keys():
        raise NotBuilt(_DIFFER.format(f"{name}#{min(held.keys() ^ english.keys())}"))
    yield from ((code, text, english[code]) for code, text in held.items())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write() -> None:
    """Write codes.fsh."""
    FSH.write_text(fsh(), encoding="utf-8")
