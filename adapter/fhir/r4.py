"""FHIR JSON from outside against R4 structure, by fhir.resources; then our bindings and invariants.

R4B stands for R4: the types kept here have the same elements in both. What the library lets through (empty lists,
null, blanks, ids too long) is caught here; what it quotes is cut away.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from adapter.errors import Fault
from adapter.fhir import bindings

_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_NAME: Final = re.compile(r"_?[A-Za-z][A-Za-z]{0,39}(_fhir)?")
_HINTS: Final[Mapping[str, str]] = {
    "extra_forbidden": "unknown element",
    "missing": "required element",
    "value_error": "value",
    "string_type": "text",
    "string_pattern_mismatch": "form",
    "list_type": "list",
    "bool_type": "true or false",
    "datetime_from_date_parsing": "instant",
}
"""pydantic's error types → words of our own."""


def check_bytes(data: bytes) -> tuple[Fault, ...]:
    """Return the faults of FHIR JSON; not JSON at all is one at `$`."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return (Fault(code="IPK-E001", path="$", line=error.lineno),)
    return check(found)


def check(resource: object) -> tuple[Fault, ...]:
    """Return every fault of a resource with its FHIRPath place and no value: structure, then bindings and invariants."""
    if not isinstance(resource, Mapping) or not isinstance(resource.get("resourceType"), str):
        return (_fault("resourceType", "required element"),)
    type_: str = resource["resourceType"]
    model = _model(type_)
    if model is None:
        return (Fault(code="IPK-F002", path="resourceType", rule="structure"),)
    structure = (*_shape(resource, type_), *_structure(resource, type_, model))
    # What stands inside something of the wrong form has been said with it.
    faulted = {fault.path for fault in structure}
    further = (*bindings.check_unsure(resource), *_entries(resource))
    return _once((*structure, *(fault for fault in further if not _inside(fault.path, faulted))))


def _inside(path: str, places: Collection[str]) -> bool:
    return any(path.startswith((f"{place}.", f"{place}[")) for place in places if "." in place)


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """One fault a place: the first says most."""
    return tuple({fault.path: fault for fault in reversed(tuple(faults))}.values())[::-1]


def _fault(path: str, hint: str) -> Fault:
    return Fault(code="IPK-F009", path=path, rule="structure", hint=hint)


def _entries(resource: Mapping[str, Any]) -> Iterator[Fault]:
    """Check the resources of a Bundle for bindings too; their structure is the model's work."""
    if resource["resourceType"] != "Bundle":
        return
    entries = resource.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        inner = entry.get("resource") if isinstance(entry, Mapping) else None
        if not isinstance(inner, Mapping) or not isinstance(inner.get("resourceType"), str):
            continue
        for fault in bindings.check_unsure(inner):
            yield replace(fault, path=f"Bundle.entry[{number}].resource.{fault.path.partition('.')[2]}")


def _model(type_: str) -> Any:
    """Return the model of a resource type, None when R4 has no such type. Imported here: 0.1 s, for outside input only."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415
    from fhir.resources.R4B.resource import Resource  # noqa: PLC0415

    try:
        model = get_fhir_model_class(type_)
    except ValueError:
        return None
    return model if issubclass(model, Resource) else None


def _structure(resource: Mapping[str, Any], type_: str, model: Any) -> Iterator[Fault]:
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        model.model_validate(dict(resource))
    except ValidationError as error:
        rows = [(item["loc"], item["type"]) for item in error.errors(include_input=False, include_url=False)]
    except Exception:  # noqa: BLE001 (an unknown type inside raises KeyError with the name in its text)
        rows = [((), "value_error")]
    else:
        return
    for place, kind in rows:
        yield _fault(_path(type_, place), _HINTS.get(kind, "value"))


def _path(type_: str, place: Sequence[str | int]) -> str:
    """FHIRPath of a pydantic location. A name that does not look like an element's is input, so it is not repeated."""
    text = type_
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step != "root" and _NAME.fullmatch(step):
            text += f".{step.removesuffix('_fhir')}"
    return text


def _shape(node: Any, path: str) -> Iterator[Fault]:
    """Find what JSON of FHIR may not hold anywhere: null outside primitive lists, empty lists, objects and blank strings."""
    if isinstance(node, Mapping):
        yield from _object(node, path)
    elif isinstance(node, list):
        if not node:
            yield _fault(path, "empty list")
        for number, one in enumerate(node):
            if one is not None:
                yield from _shape(one, f"{path}[{number}]")
    elif node is None or (isinstance(node, str) and not node.strip()):
        yield _fault(path, "empty value")


def _object(node: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if not node:
        yield _fault(path, "empty object")
    if "resourceType" in node and isinstance(node.get("id"), str) and not _ID.fullmatch(node["id"]):
        yield _fault(f"{path}.id", "form")
    for name, value in node.items():
        yield from _shape(value, f"{path}.{name}" if _NAME.fullmatch(name) else path)
