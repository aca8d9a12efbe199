"""Which methods an address under /fhir takes: of the routes that match it, those that are served of its type. RFC 9110 § 10.2.1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from adapter.fhir import writable
from adapter.fhir.asked import AUDIT
from adapter.fhir.table import READABLE
from adapter.web.call import Route
from adapter.web.routes import TABLE

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_ROWS: Final = TABLE["fhir"]
_MAP: Final = Map(
    [
        Rule(row.path.replace("{", "<").replace("}", ">"), endpoint=number, methods=[row.method])
        for number, row in enumerate(_ROWS)
    ],
    merge_slashes=False,
)
_VERSIONED: Final = frozenset({"vread", "history-instance", "history-type"})
_WRITES: Final = frozenset({"create", "update", "patch", "delete"})


def methods(path: str) -> tuple[str, ...]:
    """Return the methods of an address; none where nothing is."""
    bound = _MAP.bind("")
    found = []
    for method in _METHODS:
        try:
            number, names = bound.match(path, method=method)
        except HTTPException:
            continue
        if _served(_ROWS[number], names):
            found.append(method)
    return tuple(found)


def _served(row: Route, names: Mapping[str, str]) -> bool:
    if "id_" in names and not _ID.fullmatch(names["id_"]):
        return False
    if "type_" not in names or row.access is None:
        return True
    type_, code = names["type_"], row.access.interaction or ""
    if code in _WRITES:
        return code in writable.interactions(type_)
    return type_ in READABLE and not (type_ == AUDIT and code in _VERSIONED)
