"""Values to send: good ones, wrong ones, and ones that hold MARK, which no error and no log may give back."""

from __future__ import annotations

from random import Random
from typing import Any, Final

MARK: Final = "Zqmerkeqz"
"""A value that can be nobody's word."""

JUNK: Final = (
    "", " ", "\0", "\x1f", "\n", "%", "%00", "%ff", "\u202e", "\ud7ff", "𝔘", "ø" * 70, "9" * 400, "-1", "1e999", "0x1", "NaN",
    "null", "true", "{}", "[]", "'", '"', "';--", "\\", "\\,", "\\|", "$", "|", "||", ",", ",,", "..", "../..", "*", "<script>",
    "&lt;", "{{7*7}}", "${x}", "(" * 50, "a" * 5_000, "2026-02-30", "24:00", "0000-00-00", "9999-12-31T23:59:59.999999999Z",
    "Patient/", "/", "//", "Patient/1/_history/1", "urn:uuid:", "urn:oid:1", "http://[", "https://x.example/fhir/Patient/1",
)  # fmt: skip
DATES: Final = (
    "2026", "2026-03", "2026-03-04", "2026-03-04T10:15", "2026-03-04T10:15:00Z", "2026-03-04T10:15:00+01:00",
    "2026-03-04T10:15:00.123456789+14:00", "0001-01-01", "9999", "1969-12-31T23:59:59-12:00", "2026-13", "2026-1-1", "26",
)  # fmt: skip
PREFIXES: Final = ("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap", "xx", "GE", "gege")


def text(dice: Random) -> str:
    """Return a value, as often as not with the mark in it."""
    if dice.random() < 0.5:
        return f"{dice.choice(JUNK)[:200]}{MARK}{dice.choice(JUNK)[:200]}"
    return dice.choice(JUNK)


def date(dice: Random) -> str:
    """Return a date as a search has it, good or wrong."""
    return dice.choice(PREFIXES) + (text(dice) if dice.random() < 0.2 else dice.choice(DATES))


def anything(dice: Random, depth: int = 3) -> Any:
    """Return any JSON."""
    kinds = "snbi0" + ("lo" if depth else "")
    match dice.choice(kinds):
        case "s":
            return text(dice)
        case "n":
            return dice.choice((0, -1, 1, 2**53, 1.5, 1e300))
        case "b":
            return dice.random() < 0.5
        case "l":
            return [anything(dice, depth - 1) for _ in range(dice.randrange(3))]
        case "o":
            return {
                dice.choice(("id", "value", "x", "resourceType", "")): anything(dice, depth - 1)
                for _ in range(dice.randrange(3))
            }
        case _:
            return None


def damaged(dice: Random, content: Any) -> Any:
    """Return JSON with up to three places taken away, doubled or put otherwise; what was given is left as it is."""
    for _ in range(dice.randrange(4)):
        content = _changed(dice, content)
    return content


def _changed(dice: Random, content: Any) -> Any:
    if isinstance(content, dict) and content and dice.random() < 0.85:
        key = dice.choice(sorted(content))
        rest = {k: v for k, v in content.items() if k != key}
        return rest if dice.random() < 0.1 else {**content, key: _changed(dice, content[key])}
    if isinstance(content, list) and content and dice.random() < 0.85:
        at = dice.randrange(len(content))
        if dice.random() < 0.1:
            return content + content
        return [*content[:at], _changed(dice, content[at]), *content[at + 1 :]]
    return anything(dice)
