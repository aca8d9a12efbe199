"""A patch applied to a resource: JSON Patch (RFC 6902) by the library, JSON Merge Patch (RFC 7396). R4 http.html#patch.

The whole becomes a new resource that is checked as if it had been PUT. No text of the library leaves this room: it quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jsonpatch
import orjson

from adapter.errors import FhirError

OPERATIONS: Final = 1000
"""Operations of one JSON Patch."""
BYTES: Final = 4_000_000
"""Largest result: `copy` can double what is there."""
_FIXED: Final = ("resourceType", "id", "meta")


def json_patch(resource: Mapping[str, Any], operations: Any) -> dict[str, Any]:
    """Return the resource with the operations applied, all or none. Raises FhirError IPK-F031 (no patch), IPK-F043."""
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise FhirError("IPK-F031")
    if len(operations) > OPERATIONS:
        raise FhirError("IPK-F043", hint="operations")
    found: Any = orjson.loads(orjson.dumps(resource))
    for number, one in enumerate(operations):
        found = _applied(found, one, number)
    return _same(resource, found)


def _applied(found: Any, operation: dict[str, Any], number: int) -> Any:
    try:
        after = jsonpatch.JsonPatch([operation]).apply(found)
        size = len(orjson.dumps(after))
    except Exception:  # noqa: BLE001 (a patch from outside; what the library says of it holds values)
        raise FhirError("IPK-F043", at=f"[{number}]") from None
    if size > BYTES:
        raise FhirError("IPK-F043", at=f"[{number}]", hint="size")
    return after


def merge_patch(resource: Mapping[str, Any], patch: Any) -> dict[str, Any]:
    """Return the resource with the members of a merge patch; null removes one, lists are replaced. Raises IPK-F031, F037."""
    if not isinstance(patch, dict):
        raise FhirError("IPK-F031")
    return _same(resource, _merged(dict(resource), patch))


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _merged(found.get(name), value)
    return found


def _same(before: Mapping[str, Any], after: Any) -> dict[str, Any]:
    """Return what came of it where it is the same resource still; `meta` is the server's. Raises FhirError IPK-F037."""
    if not isinstance(after, dict) or any(after.get(name) != before.get(name) for name in _FIXED[:2]):
        raise FhirError("IPK-F037")
    return {**after, "meta": before["meta"]} if "meta" in before else after
