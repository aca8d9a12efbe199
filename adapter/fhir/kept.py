"""What of a resource that was said is not in the one that was stored: nothing of a write is lost in silence. R4 http.html#update."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

Json = Mapping[str, Any]
Stored = Callable[[str], Json | None]
"""The resource behind a relative reference, None where there is none."""

_INDEX: Final = re.compile(r"\[\d+\]")
_SERVER: Final = frozenset({"resourceType", "id", "meta", "text", "contained"})
"""What is the server's own, or is looked at where it is referred to."""
_NOTHING: Final[Json] = {}


def lost(said: Json, kept: Json, *, skip: Collection[str] = (), stored: Stored) -> tuple[str, ...]:
    """Return the FHIRPaths of what `said` says and `kept` does not.

    `skip` names elements (`CarePlan.contributor`) that are read but not kept as they were said. A contained resource is
    compared with the one that stands where it was referred to.
    """
    return tuple(dict.fromkeys(_Comparison(said, frozenset(skip), stored).resource(said, kept)))


class _Comparison:
    def __init__(self, said: Json, skip: frozenset[str], stored: Stored) -> None:
        self._type = said["resourceType"]
        self._skip = skip
        self._stored = stored
        self._contained = {
            f"#{one['id']}": (f"{self._type}.contained[{number}]", one)
            for number, one in enumerate(said.get("contained", ()))
            if "id" in one
        }

    def resource(self, said: Json, kept: Json, at: str = "") -> list[str]:
        """Return what is lost of one resource; `at` is where it stands, by default at the root."""
        place, type_ = at or said["resourceType"], said["resourceType"]
        if type_ != kept.get("resourceType"):
            return [place]
        return [
            path
            for name, value in said.items()
            if name not in _SERVER and not (self._skip and f"{type_}.{name}" in self._skip)
            for path in self._value(value, kept.get(name), f"{place}.{name}")
        ]

    def _value(self, said: Any, kept: Any, at: str) -> list[str]:
        if isinstance(said, str) and said == kept:
            return []
        if isinstance(said, dict):
            return self._object(said, kept, at) if isinstance(kept, dict) else [at]
        if isinstance(said, list):
            return self._list(said, kept, at) if isinstance(kept, list) else [at]
        return [] if said == kept or _same_instant(said, kept) else [at]

    def _list(self, said: list[Any], kept: list[Any], at: str) -> list[str]:
        found: list[str] = []
        for number, one in enumerate(said):
            place = f"{at}[{number}]"
            best = self._nearest(one, kept, number, place)
            if not best and one != {}:
                continue
            whole = len(best) >= _leaves(one) and all(path.startswith(place) for path in best)
            found += [place] if whole else best
        return found

    def _nearest(self, one: Any, kept: list[Any], number: int, place: str) -> list[str]:
        """Return what is lost of an item beside the one that keeps most of it: as a rule the one at its own place."""
        if number < len(kept) and not self._value(one, kept[number], place):
            return []
        tries: list[list[str]] = [self._value(one, other, place) for other in kept]
        return min(tries, key=len) if tries else [place]

    def _object(self, said: Json, kept: Json, at: str) -> list[str]:
        reference = said.get("reference")
        if isinstance(reference, str):
            return self._reference(reference, kept, at, identifier=said.get("identifier"))
        if "identifier" in said and isinstance(kept.get("reference"), str) and "identifier" not in kept:
            return self._identified(said["identifier"], kept["reference"], at)
        plain, place = self._plain(said, kept), _INDEX.sub("", at) if self._skip else ""
        return [
            path
            for name, value in plain.items()
            if not self._skip or f"{place}.{name}" not in self._skip
            for path in self._value(value, kept.get(name), f"{at}.{name}")
        ]

    def _reference(self, reference: str, kept: Json, at: str, *, identifier: Any) -> list[str]:
        other = kept.get("reference")
        if not reference.startswith("#"):
            if reference != other:
                return [f"{at}.reference"]
            return self._identified(identifier, reference, at) if identifier is not None else []
        place, inner = self._contained.get(reference, (at, _NOTHING))
        found = self._stored(other) if isinstance(other, str) else None
        return self.resource(inner, found, place) if inner and found else [place]

    def _identified(self, identifier: Any, reference: str, at: str) -> list[str]:
        """Return what is lost of a logical reference: nothing where the resource, or what it is part of, has the identifier."""
        found = self._stored(reference)
        while found is not None:
            if not self._list([identifier], found.get("identifier", []), at):
                return []
            above = found.get("partOf", _NOTHING).get("reference")
            found = self._stored(above) if isinstance(above, str) else None
        return [f"{at}.identifier"]

    @staticmethod
    def _plain(said: Json, kept: Json) -> Json:
        """Return a coding without the words beside a code that is kept: displays are the server's."""
        coded = isinstance(said.get("code"), str) and said.get("system") == kept.get("system")
        return (
            {k: v for k, v in said.items() if k != "display"}
            if coded and said["code"] == kept.get("code")
            else said
        )


def _leaves(value: Any) -> int:
    """Return how many values something holds: where all are lost it is one loss."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return sum(map(_leaves, inner)) if inner is not None else 1


def _same_instant(said: Any, kept: Any) -> bool:
    if not (isinstance(said, str) and isinstance(kept, str) and "T" in said and "T" in kept):
        return False
    try:
        return datetime.fromisoformat(said) == datetime.fromisoformat(kept)
    except (TypeError, ValueError):
        return False
