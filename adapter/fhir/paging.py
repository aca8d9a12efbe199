"""Page tokens: a store's cursor, sealed together with the search it belongs to. R4 http.html#paging.

Nobody but this installation can make one, or read one: a page may end at a resource that its reader is not shown. What
only shapes an answer may change between pages.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Final

from adapter.errors import FhirError

CURSOR: Final = "_cursor"
_SHAPING: Final = frozenset({"_count", "_total", "_include", "_include:iterate", "_include:recurse", "_revinclude",
                             "_elements", "_summary", "_format", "_pretty", CURSOR})  # fmt: skip
"""Parameters that a token does not depend on: clients add and change them on the next link."""
_SIGNATURE: Final = 16
"""Bytes of the signature that are kept: 128 bits."""
_BLOCK: Final = 32
"""Bytes of one piece of what hides a cursor."""

Params = Sequence[tuple[str, str]]


def cursor_for(type_: str, params: Params, cursor: str, *, key: bytes) -> str:
    """Return the page token of a store's cursor, bound to the type and the parameters that choose and order."""
    mark = _signature(type_, params, cursor, key)
    return base64.urlsafe_b64encode(mark + _hidden(cursor.encode(), mark, key)).decode().rstrip("=")


def _hidden(text: bytes, mark: bytes, key: bytes) -> bytes:
    """Return a text that nobody reads without the key, or what it was: the same both ways. RFC 5297 § 2.6, with HMAC for the cipher.

    What hides it follows from its signature, so that no two texts are hidden by the same.
    """
    own = hmac.digest(key, b"hidden", "sha256")
    pieces = range(-(-len(text) // _BLOCK))
    veil = b"".join(hmac.digest(own, mark + number.to_bytes(4), "sha256") for number in pieces)
    return bytes(one ^ other for one, other in zip(text, veil, strict=False))


def _signature(type_: str, params: Params, cursor: str, key: bytes) -> bytes:
    lines = sorted(f"{name}={value}" for name, value in params if name not in _SHAPING)
    return hmac.digest(key, "\n".join((cursor, type_, *lines)).encode(), "sha256")[:_SIGNATURE]


def opened(type_: str, params: Params, given: str, *, key: bytes) -> str:
    """Return the store's cursor of a token of ours. Raises IPK-F008 for any other, or one of another search."""
    try:
        decoded = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True)
        cursor = _hidden(decoded[_SIGNATURE:], decoded[:_SIGNATURE], key).decode()
    except (binascii.Error, ValueError):
        raise FhirError("IPK-F008", at=CURSOR) from None
    if not hmac.compare_digest(decoded[:_SIGNATURE], _signature(type_, params, cursor, key)):
        raise FhirError("IPK-F008", at=CURSOR)
    return cursor
