"""What is counted: a case as stored, the period asked for, and one observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from adapter import timing
from adapter.fhir import urls
from adapter.mappings import views
from adapter.model import AddressBook, Case, Deadline, Message, Resource
from adapter.timing import OSLO

STRICT: Final = "V"
"""v3-Confidentiality of a person whose address is strictly confidential."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One event of a case. `data` as accepted: codes, dates and keys alone are read of it."""

    event_id: str
    type: str
    received: datetime
    time: datetime
    """When it happened: occurredAt, else the event's time."""
    melde_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """One case: its events in their order, current resources, messages."""

    key: str
    events: tuple[Posted, ...] = ()
    resources: Mapping[str, Resource] = field(default_factory=dict, repr=False)
    messages: tuple[Message, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    """Those that run, late ones too."""

    @cached_property
    def case(self) -> Case:
        """The case as `views` reads it."""
        return Case(
            key=self.key, version=0, now=datetime.min.replace(tzinfo=OSLO), owner="", resources=self.resources
        )

    @cached_property
    def needs(self) -> tuple[views.Need, ...]:
        """Every need, with its state now."""
        return views.needs(self.case)

    @cached_property
    def recalled(self) -> frozenset[str]:
        """The Melde-ids of needs that were on the wrong patient (E66)."""
        return frozenset(n.melde_id for n in self.needs if n.task["status"] == "entered-in-error")

    @cached_property
    def strict(self) -> bool:
        """Whether the person's address is, or ever was stated to be, strictly confidential."""
        person = views.patient(self.case) or {}
        labels = person.get("meta", {}).get("security", ())
        now = any(c.get("system") == urls.CONFIDENTIALITY and c.get("code") == STRICT for c in labels)
        return now or any(_strict(event.data) for event in self.events)

    def of(self, *types: str) -> tuple[Posted, ...]:
        """Return the events of these types."""
        return tuple(event for event in self.events if event.type in types)


def _strict(data: Mapping[str, Any]) -> bool:
    stated = (
        data.get("patient", {}).get("protectedAddress"),
        data.get("protectedAddress"),
        data.get("level"),
    )
    return "strictly-confidential" in stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The period [start, end), the instant of asking, the address book, the smallest cell that is shown."""

    start: datetime
    end: datetime
    now: datetime
    book: AddressBook
    smallest: int = 5

    def within(self, at: datetime | None) -> bool:
        """Return whether an instant lies in the period."""
        return at is not None and self.start <= at < self.end

    @property
    def today(self) -> date:
        """The day of asking in Norway."""
        return timing.day(self.now)

    @property
    def municipal(self) -> bool:
        """Whether every figure here is a municipality's: all parties of our own serve one."""
        own = [party for party in self.book.parties if party.home]
        return bool(own) and all(party.municipalities for party in own)


class Seen(NamedTuple):
    """One observation: of which table, in which group, and how much (1 where it is only counted)."""

    table: str
    group: str
    value: float = 1.0
