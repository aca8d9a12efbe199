"""Opaque cursors of pages: what the last row sorted by. No personal data: ids, instants and states only."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import orjson

from adapter.errors import FhirError

Part = str | int


def write(parts: Sequence[Part]) -> str:
    """Return the cursor for these sort values."""
    return urlsafe_b64encode(orjson.dumps(list(parts))).rstrip(b"=").decode()


def read(cursor: str, kinds: Sequence[type[str | int]], *, at: str = "cursor") -> list[Part]:
    """Return the sort values of a cursor, `at` the parameter. Raises FhirError IPK-F008 unless they are of these kinds."""
    try:
        parts = orjson.loads(urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise FhirError("IPK-F008", at=at) from None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise FhirError("IPK-F008", at=at)
    return parts
