"""Runs of eleven digits in a text, however they are written: what may be a person's number. HIS 1001:2010 for the form.

Whether one is a number, and whose, `ids` judges; nothing here knows of check digits.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

_HEX: Final = "[0-9a-fA-F]"
_UUID: Final = rf"(?<![0-9A-Za-z]){_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}(?![0-9A-Za-z])"
_DATE: Final = r"\d\d\.?\d\d\.?\d\d"
_BETWEEN: Final = "[\\s.\u2010-\u2015-]{0,2}"
# \d, not [0-9]: digits of other scripts are the same number to a reader. The first look has no context and begins with
# one digit, not six, because the search then skips to the next digit at three times the speed.
_MAYBE: Final = re.compile(rf"{_DATE}{_BETWEEN}\d{{5}}")
_RUNS: Final = re.compile(rf"{_UUID}|(?<!\d)({_DATE}){_BETWEEN}(\d{{5}})(?!\d)")
_ONLY_UUID: Final = re.compile(_UUID)
_MASKED: Final = re.compile(rf"({_UUID})|\d{{11,}}|(?<!\d){_DATE}{_BETWEEN}\d{{5}}(?!\d)")
_ROW: Final = re.compile(rf"({_UUID})|\d{{11}}")
_INVISIBLE: Final = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2065\u2066\u2067\u2068\u2069\ufeff"
)
"""Characters that a reader does not see: soft hyphen, zero width, directions."""
_VANISH: Final = str.maketrans("", "", _INVISIBLE)


def numbers(text: str) -> Iterator[str]:
    """Yield every eleven digits in `text` (free text or XML) that a reader may take for a national number, as 0-9.

    Seen: eleven digits not part of a longer number, also with points in the date, with blanks, a line's end, a point or
    a hyphen after it, with characters between that nobody sees, or written as XML character references. UUIDs are
    skipped.
    """
    if "&#" in text:
        text = html.unescape(text)
    # Most texts hold none of them: looking for each costs a tenth of rewriting the text.
    if not text.isascii() and any(map(text.__contains__, _INVISIBLE)):
        text = text.translate(_VANISH)
    if not _MAYBE.search(text):
        return
    for found in _RUNS.finditer(text):
        if found[1] is not None:  # not a UUID
            yield "".join(str(int(digit)) for digit in found[1] + found[2] if digit != ".")


def is_uuid(text: str) -> bool:
    """Return whether `text` is a UUID and nothing else: `numbers` finds nothing in it."""
    return _ONLY_UUID.fullmatch(text) is not None


def mask(text: str) -> str:
    """Return `text` with every run of eleven or more digits as eleven stars; UUIDs are left."""
    if not _MAYBE.search(text):
        return text
    return _MASKED.sub(lambda found: found[1] or "***********", text)


def has_eleven_digits(text: str) -> bool:
    """Return whether eleven digits stand in a row outside a UUID: what an id of ours may not hold."""
    return any(found[1] is None for found in _ROW.finditer(text))
