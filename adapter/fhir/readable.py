"""One row of the table of readable types: what a type is searched by and what of it is served. R4 capabilitystatement.html."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapter.fhir.params import COMMON, Param


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """One type that is served."""

    type: str
    params: tuple[Param, ...] = ()
    mandatory: tuple[str, ...] = ()
    """Elements that no subset takes away (min 1)."""
    summary: tuple[str, ...] = ()
    """Elements of `_summary=true`: R4's own, at the top of the resource."""
    profile: str | None = None
    _names: Mapping[str, Param] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep the parameters by name, those of every type among them."""
        object.__setattr__(self, "_names", {p.name: p for p in (*self.params, *COMMON)})

    def param(self, name: str) -> Param | None:
        """Return the parameter of this name."""
        return self._names.get(name)

    @property
    def includes(self) -> tuple[Param, ...]:
        """Parameters whose references may be fetched with it. R4 search.html#include."""
        return tuple(p for p in self.params if p.kind == "reference")
