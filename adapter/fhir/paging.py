"""Page tokens: a store's cursor, bound to the search it belongs to. R4 http.html#paging."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from adapter.errors import FhirError

CURSOR: Final = "_cursor"
_SHAPING: Final = frozenset({"_count", "_total", "_include", "_revinclude", "_elements", "_summary", CURSOR})
"""Parameters that a token does not depend on: clients add and change them on the next link."""

Params = Sequence[tuple[str, str]]


def cursor_for(type_: str, params: Params, cursor: str) -> str:
    """Return the page token of a store's cursor, bound to the type and the parameters that choose and order."""
    body = json.dumps([cursor, _binding(type_, params)], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def _binding(type_: str, params: Params) -> str:
    lines = sorted(f"{name}={value}" for name, value in params if name not in _SHAPING)
    return sha256("\n".join((type_, *lines)).encode()).hexdigest()[:16]


def opened(type_: str, params: Params, given: str) -> str:
    """Return the store's cursor of a token of ours. Raises IPK-F008 for any other, or one of another search."""
    try:
        decoded = json.loads(base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True))
        cursor, binding = decoded
    except (binascii.Error, ValueError, TypeError):
        raise FhirError("IPK-F008", at=CURSOR) from None
    if not isinstance(cursor, str) or binding != _binding(type_, params):
        raise FhirError("IPK-F008", at=CURSOR)
    return cursor
