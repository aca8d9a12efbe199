"""Characters that a reader can see: what steers a screen, a terminal or the direction of writing is taken out. Unicode 16, 4.5."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cf"})
"""Format characters, such as a soft hyphen or a change of direction: nothing stands in their place."""


def visible(text: str) -> str:
    """Return text in NFC with its line breaks; other control characters become blanks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in unicodedata.normalize("NFC", text))


def _shown(char: str) -> str:
    if char.isprintable() or char == "\n":
        return char
    return "" if unicodedata.category(char) in _HIDDEN else " "
