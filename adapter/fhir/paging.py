"""Page tokens: a store's cursor, signed together with the search it belongs to. R4 http.html#paging.

Opaque, and nobody but this installation can make one. What only shapes an answer may change between pages.
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

Params = Sequence[tuple[str, str]]


def cursor_for(type_: str, params: Params, cursor: str, *, key: bytes) -> str:
    """Return the page token of a store's cursor, bound to the type and the parameters that choose and order."""
    signed = _signature(type_, params, cursor, key) + cursor.encode()
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def _signature(type_: str, params: Params, cursor: str, key: bytes) -> bytes:
    lines = sorted(f"{name}={value}" for name, value in params if name not in _SHAPING)
    return hmac.digest(key, "\n".join((cursor, type_, *lines)).encode(), "sha256")[:_SIGNATURE]


def opened(type_: str, params: Params, given: str, *, key: bytes) -> str:
    """Return the store's cursor of a token of ours. Raises IPK-F008 for any other, or one of another search."""
    try:
        decoded = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True)
        cursor = decoded[_SIGNATURE:].decode()
    except (binascii.Error, ValueError):
        raise FhirError("IPK-F008", at=CURSOR) from None
    if not hmac.compare_digest(decoded[:_SIGNATURE], _signature(type_, params, cursor, key)):
        raise FhirError("IPK-F008", at=CURSOR)
    return cursor
