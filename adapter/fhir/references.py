"""What a Reference names, as far as one document can tell. R4 references.html, bundle.html#references."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_RELATIVE: Final = re.compile(
    r"([A-Za-z]+)(?:/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?|\?\S+)(?:#\S*)?"
)
_DEFINITIONS: Final = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True, slots=True)
class Scope:
    """The resource that is checked, and what its references may name beside what stands elsewhere."""

    root: Mapping[str, Any]
    """The resource, or the one that contains it."""
    contained: Mapping[str, str] = field(default_factory=dict)
    """Id → type of what is contained."""
    entries: Mapping[str, str] = field(default_factory=dict)
    """fullUrl → type of the entries beside it in a Bundle."""

    def kind(self, reference: Any) -> str:
        """Return the type that a Reference names, empty where it does not say."""
        if not isinstance(reference, dict):
            return ""
        literal = reference.get("reference")
        told = reference.get("type")
        return (literal and self._literal(str(literal))) or str(told or "").removeprefix(_DEFINITIONS)

    def _literal(self, text: str) -> str:
        if text.startswith("#"):
            return self.contained.get(text[1:], "")
        if text in self.entries:
            return self.entries[text]
        return named(text)


def named(text: str) -> str:
    """Return the type in a relative or absolute literal reference (`Patient/1`), empty where none stands there."""
    parts = text.partition("?")[0].partition("/_history/")[0].rsplit("/", 2)
    if "?" in text:
        return parts[-1]
    return parts[-2] if len(parts) > 1 and parts[-2][:1].isupper() and parts[-2].isalpha() else ""


def literal(text: str, known: Callable[[str], bool]) -> bool:
    """Return whether a literal reference has a form of R4: `#id`, absolute, `Type/id`, or a search within a transaction."""
    if text.startswith("#") or _ABSOLUTE.fullmatch(text):
        return True
    found = _RELATIVE.fullmatch(text)
    return found is not None and known(found[1])


def scope(resource: Mapping[str, Any], entries: Mapping[str, str] | None = None) -> Scope:
    """Return the scope of a resource that stands by itself, or among the entries of a Bundle."""
    return Scope(resource, dict(_typed(resource.get("contained"), "id")), entries or {})


def entries(bundle: Mapping[str, Any]) -> dict[str, str]:
    """Return fullUrl → type of the entries of a Bundle."""
    listed = bundle.get("entry")
    found: dict[str, str] = {}
    for one in listed if isinstance(listed, list) else ():
        inner = one.get("resource") if isinstance(one, dict) else None
        url = one.get("fullUrl") if isinstance(one, dict) else None
        if isinstance(url, str) and isinstance(inner, dict) and isinstance(inner.get("resourceType"), str):
            found[url] = inner["resourceType"]
    return found


def _typed(listed: Any, name: str) -> Iterator[tuple[str, str]]:
    for one in listed if isinstance(listed, list) else ():
        if (
            isinstance(one, dict)
            and isinstance(one.get(name), str)
            and isinstance(one.get("resourceType"), str)
        ):
            yield one[name], one["resourceType"]


def local(node: Any) -> set[str]:
    """Return every text in a resource that names something contained (`#id`), and `#`."""
    found: set[str] = set()
    left = [node]
    for one in left:  # it grows while it is walked
        if isinstance(one, str):
            if one[:1] == "#":
                found.add(one)
        elif isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one
    return found
