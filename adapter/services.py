"""The parts a use case works with, filled by wiring: settings, store, address book, transport, clock and new ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Protocol

from adapter import timing

if TYPE_CHECKING:
    from adapter.ids import People
    from adapter.model import AddressBook, Resource
    from adapter.settings import Settings
    from adapter.store import Store
    from adapter.transports.base import Transport


class Helps(Protocol):
    """Processes that compute beside this one (helpers.py)."""

    def prepared(self, item: Any, now: datetime, lane: Any) -> Any:
        """Return what an event or a write over FHIR writes; None where nobody could say."""

    def forget(self) -> None:
        """Let them read anew what belongs to no case."""

    def alive(self) -> int:
        """Return how many there are."""

    def close(self) -> None:
        """End them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the shell works with. `clock` gives aware instants, `new_id` random ids, `random` a number in [0, 1)."""

    settings: Settings
    store: Store
    books: Callable[[date], AddressBook]
    """The address book as valid on a day."""
    municipal: frozenset[str]
    """What names a municipality's unit, now or before (rules/book.py)."""
    people: People
    transport: Transport = field(repr=False)
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    random: Callable[[], float]
    large: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(2), repr=False)
    """Held while a large document is read: `xml_large_at_once` of them, so that small ones get their turn."""
    helpers: Helps | None = field(default=None, repr=False)
    shared: dict[str, Resource] = field(default_factory=dict, repr=False)
    """What was last read or written of resources that belong to no case: a hint that saves reading them again.

    Writing one asserts its version, and a conflict empties it.
    """

    def book(self) -> AddressBook:
        """Return the address book as valid today."""
        return self.books(timing.day(self.clock()))
