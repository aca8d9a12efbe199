"""How a stored resource says that it was deleted over FHIR: by a tag, so that its versions stay. R4 http.html#delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from adapter.fhir import parts, urls
from adapter.fhir.parts import Json

_TAG: Final = parts.local_coding(urls.RECORD_STATE, "deleted")
_BYTES: Final = orjson.dumps(_TAG)


def marked(resource: Mapping[str, Any]) -> Json:
    """Return the resource with the mark of deletion."""
    return {**resource, "meta": {**resource.get("meta", {}), "tag": [dict(_TAG)]}}


def is_marked(body: bytes) -> bool:
    """Return whether stored bytes have the mark; a quote inside a text is escaped, so they can be nothing but the tag."""
    return _BYTES in body


def lasts(before: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Return whether what was marked is said again as entered in error: the mark stays."""
    tags = before.get("meta", {}).get("tag", ())
    return _TAG in tags and said.get("status", said.get("lifecycleStatus")) == "entered-in-error"
