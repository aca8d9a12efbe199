"""A patch applied to a resource: JSON Patch (RFC 6902) by the library, JSON Merge Patch (RFC 7396). R4 http.html#patch.

The whole becomes a new resource that is checked as if it had been PUT. No text of the library leaves this room: it quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jsonpatch
import orjson

from adapter.errors import FhirError
from adapter.fhir import strict

OPERATIONS: Final = 1000
"""Operations of one JSON Patch."""
BYTES: Final = 4_000_000
"""Most that the resource and all that a JSON Patch adds to it come to: `copy` can double what is there."""
_FIXED: Final = ("resourceType", "id", "meta")


def json_patch(resource: Mapping[str, Any], operations: Any) -> dict[str, Any]:
    """Return the resource with the operations applied, all or none. Raises FhirError IPK-F031 (no patch), IPK-F043."""
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise FhirError("IPK-F031")
    if len(operations) > OPERATIONS:
        raise FhirError("IPK-F043", hint="operations")
    found: Any = orjson.loads(orjson.dumps(resource))
    size = len(orjson.dumps(resource))
    # They are applied in place, and what they bring becomes part of it: a copy, since they may be applied again.
    for number, one in enumerate(orjson.loads(orjson.dumps(operations))):
        size += _brought(found, one, number)
        if size > BYTES:
            raise FhirError("IPK-F043", at=f"[{number}]", hint="size")
        found = _applied(found, one, number)
    strict.shallow([found])
    return _same(resource, found)


def _brought(found: Any, operation: dict[str, Any], number: int) -> int:
    """Return the bytes an operation may add. What is taken away again counts too: it was made. Raises FhirError IPK-F043."""
    if operation.get("op") != "copy":
        return len(orjson.dumps(operation.get("value")))
    try:
        return len(orjson.dumps(jsonpatch.JsonPointer(operation["from"]).resolve(found)))
    except Exception:  # noqa: BLE001 (a patch from outside; what the library says of it holds values)
        raise FhirError("IPK-F043", at=f"[{number}]") from None


def _applied(found: Any, operation: dict[str, Any], number: int) -> Any:
    try:
        return jsonpatch.JsonPatch([operation]).apply(found, in_place=True)
    except Exception:  # noqa: BLE001 (a patch from outside; what the library says of it holds values)
        raise FhirError("IPK-F043", at=f"[{number}]") from None


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
