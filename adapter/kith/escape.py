"""The one place where text becomes XML. W3C XML 1.0 sections 2.2, 2.4, 2.11 and 3.3.3."""

from __future__ import annotations

import re
from typing import Final

from adapter.errors import MessageError

_SPECIAL: Final = re.compile('[\x00-\x1f&<>"\ud800-\udfff\ufffe\uffff]')
"""What is forbidden or written otherwise: most texts hold none of it."""
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Line breaks and tabs as references: a parser folds raw ones (CR LF to LF, all to blanks in an attribute).
_REFERENCES: Final = (
    ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\r", "&#13;"), ("\n", "&#10;"), ("\t", "&#9;"),
)  # fmt: skip


def escape(text: str) -> str:
    """Return text fit for an element or a double-quoted attribute.

    Raises MessageError IPK-M002 for a character that XML 1.0 cannot carry.
    """
    if text.isalnum() or not _SPECIAL.search(text):
        return text
    if _FORBIDDEN.search(text):
        raise MessageError("IPK-M002", hint="control character")
    for character, reference in _REFERENCES:
        if character in text:
            text = text.replace(character, reference)
    return text


def element(tag: str, text: str | None) -> str:
    """Return `<tag>text</tag>`, nothing for None or empty text."""
    return f"<{tag}>{escape(text)}</{tag}>" if text else ""
