"""A write as the mappings see it: the resource that is to be, the one that is, and the case; and the events it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from adapter import timing
from adapter.errors import Fault, Faults
from adapter.mappings import views
from adapter.model import AddressBook, Case, Party, Resource

Interaction = Literal["create", "update", "delete"]
Json = dict[str, Any]

KEPT_NOT = "IPK-F035"
NO_EVENT = "IPK-F036"
NOWHERE = "IPK-F041"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event that a write becomes: its type and data, and where in the resource each part of the data stands."""

    type: str
    data: Mapping[str, Any] = field(repr=False)
    places: Mapping[str, str] = field(default_factory=dict)
    """JSONPath of the event → FHIRPath; the longest that fits counts."""
    reads: frozenset[str] | None = None
    """Of the elements that are kept in other words (table), those that a change reads: of another, a change would be lost.
    None: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One write at its case. `said` is the resource as it is to be (on delete: as it is), `old` as it is stored."""

    interaction: Interaction
    said: Resource = field(repr=False)
    old: Resource | None = field(default=None, repr=False)
    case: Case
    book: AddressBook
    party: Party
    key: str
    """Id of the event, for what the writer gives no id."""
    now: datetime
    provenance: Resource | None = field(default=None, repr=False)
    stored: Callable[[str], Resource | None] = field(repr=False)
    """The resource behind a relative reference."""

    @property
    def type(self) -> str:
        """The type written."""
        return str(self.said["resourceType"])

    @property
    def today(self) -> date:
        """The day in Norway."""
        return timing.day(self.now)

    def behind(self, reference: Any, at: str) -> tuple[Resource, str]:
        """Return the resource behind a Reference and where it stands. Raises Faults IPK-F041."""
        found = self.find(reference)
        if found is None:
            raise refused(NOWHERE, at)
        return found, self.place(reference, at)

    def find(self, reference: Any) -> Resource | None:
        """Return the contained or stored resource behind a Reference, None where it names none."""
        target = reference.get("reference") if isinstance(reference, Mapping) else None
        if not isinstance(target, str):
            return None
        if target.startswith("#"):
            return next(
                (one for one in self.said.get("contained", ()) if f"#{one.get('id')}" == target), None
            )
        return self.case.get(target) or self.stored(target)

    def place(self, reference: Mapping[str, Any], at: str) -> str:
        """Return where a referred resource stands: in `contained`, or where it is referred to."""
        target = reference.get("reference", "")
        for number, one in enumerate(self.said.get("contained", ())):
            if f"#{one.get('id')}" == target:
                return f"{self.type}.contained[{number}]"
        return at

    def party_of(self, reference: Any) -> Party | None:
        """Return the party of the address book behind a reference to an Organization: by id, key or organisation number."""
        if not isinstance(reference, Mapping):
            return None
        target = str(reference.get("reference", ""))
        if target.startswith("Organization/"):
            return self.book.by_organisation(views.reference_id(dict(reference)))
        found = self.find(reference) if target else None
        listed = (found or {}).get("identifier", [reference.get("identifier", {})])
        return next(filter(None, (self._named(one) for one in listed)), None)

    def _named(self, identifier: Mapping[str, Any]) -> Party | None:
        value = identifier.get("value")
        same = [p for p in self.book.parties if p.orgnr and p.orgnr == value]
        mine = next((p for p in same if p.level1_id == self.party.level1_id), None)
        return self.book.by_key(value) or (self.party if mine else next(iter(same), None))


def refused(code: str, *places: str, hint: str = "") -> Faults:
    """Return the error that names a code and places."""
    return Faults(tuple(Fault(code=code, path=place, hint=hint) for place in places))
